"""All tokenizers, in the order in which a person is offered them."""

from __future__ import annotations

from lstm_core.registry import Registry
from lstm_core.text.tokenizers.base import Tokenizer
from lstm_core.text.tokenizers.letters import CharacterTokenizer, JamoTokenizer
from lstm_core.text.tokenizers.morphemes import MorphemeTokenizer
from lstm_core.text.tokenizers.particles import ParticleTokenizer
from lstm_core.text.tokenizers.subwords import SubwordTokenizer
from lstm_core.text.tokenizers.words import WordTokenizer

TOKENIZERS: Registry[type[Tokenizer]] = Registry("tokenizer")
TOKENIZERS.register(ParticleTokenizer)
TOKENIZERS.register(WordTokenizer)
TOKENIZERS.register(MorphemeTokenizer)
TOKENIZERS.register(SubwordTokenizer)
TOKENIZERS.register(CharacterTokenizer)
TOKENIZERS.register(JamoTokenizer)
