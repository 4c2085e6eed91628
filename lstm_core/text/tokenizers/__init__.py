"""Tokenizers: how a sentence is cut. Each is fitted on a corpus, saves itself into the run, and cuts queries the same way."""

from lstm_core.text.tokenizers.base import BLANK, CaseOptions, Example, Piece, Tokenizer
from lstm_core.text.tokenizers.letters import CharacterTokenizer, JamoTokenizer
from lstm_core.text.tokenizers.members import TOKENIZERS
from lstm_core.text.tokenizers.morphemes import MorphemeOptions, MorphemeTokenizer
from lstm_core.text.tokenizers.particles import ParticleOptions, ParticleTokenizer
from lstm_core.text.tokenizers.saved import VersionNote, read_tokenizer, tokenizer_from_json, version_note
from lstm_core.text.tokenizers.subwords import SubwordOptions, SubwordTokenizer
from lstm_core.text.tokenizers.words import WordTokenizer

__all__ = [
    "BLANK",
    "TOKENIZERS",
    "CaseOptions",
    "CharacterTokenizer",
    "Example",
    "JamoTokenizer",
    "MorphemeOptions",
    "MorphemeTokenizer",
    "ParticleOptions",
    "ParticleTokenizer",
    "Piece",
    "SubwordOptions",
    "SubwordTokenizer",
    "Tokenizer",
    "VersionNote",
    "WordTokenizer",
    "read_tokenizer",
    "tokenizer_from_json",
    "version_note",
]
