"""The tables that ship know what their cards say, and were made by the command on the card."""

from pathlib import Path

import pytest

from lstm_core.runs import RunDirectory, read_config, read_table, read_vocabulary
from lstm_core.table.evaluation import evaluate_analogies
from lstm_core.table.probes import Probe, probe_rank
from lstm_core.table.search import similarity
from lstm_core.table.standing import pair_standing
from lstm_core.text.corpus import open_corpus
from lstm_core.text.encode import encode_corpus
from lstm_core.text.world.lexicon import COLUMNS
from lstm_core.text.world.questions import implied_questions
from lstm_core.training.config import config_from_json
from models.make import KEEP, MODELS

SHIPPED = Path(__file__).resolve().parents[1] / "models"
LARGEST = 8_000_000
WORDS = {
    "world-ko": ("개", "강아지", "고양이", "자동차", "커피", "차"),
    "world-en": ("dog", "puppy", "cat", "car", "coffee", "tea"),
}


@pytest.mark.parametrize("name", MODELS)
class TestEveryShippedModel:
    @pytest.fixture
    def table(self, name):
        return read_table(RunDirectory.open(SHIPPED / name))

    def test_it_is_small_and_holds_nothing_else(self, name):
        files = list((SHIPPED / name).iterdir())
        assert sum(file.stat().st_size for file in files) <= LARGEST
        assert {file.name for file in files} == {*KEEP, "manifest.json", "README.md"}

    def test_it_was_made_with_the_settings_of_the_command(self, name):
        said = read_config(RunDirectory(SHIPPED / name))
        assert config_from_json(said) == MODELS[name].config

    def test_it_was_made_from_the_corpus_as_it_is_now(self, name):
        config = MODELS[name].config
        corpus = open_corpus(config.corpus, config.corpus_options)
        limits = {"max_vocab": config.max_vocab, "min_count": config.min_count}
        now = encode_corpus(corpus, corpus.default_tokenizer, **limits).vocabulary
        assert now == read_vocabulary(RunDirectory(SHIPPED / name))

    def test_it_answers_the_analogies_its_attributes_imply(self, name, table):
        found = evaluate_analogies(table, implied_questions(name.removeprefix("world-"))).categories
        right = {relation: part.correct / part.answerable for relation, part in found.items()}
        assert all(part.answerable == part.asked for part in found.values())
        assert right["gender"] >= 0.95 and right["age"] >= 0.95, right
        assert right["capital"] >= 0.90 and right["language"] >= 0.90, right

    def test_its_probes_are_answered(self, table):
        probes = [Probe.from_json(probe) for probe in table.metadata["probes"]]
        assert probes and [probe_rank(table, probe) for probe in probes] == [1] * len(probes)

    def test_near_is_near(self, name, table):
        dog, puppy, cat, car, coffee, tea = WORDS[name]
        assert similarity(table, puppy, dog) > similarity(table, cat, dog) > similarity(table, car, dog)
        assert pair_standing(table, coffee, tea).share < 0.01

    def test_its_words_have_attributes(self, table):
        assert tuple(table.columns) == COLUMNS

    def test_its_card_says_how_it_was_made(self, name):
        card = (SHIPPED / name / "README.md").read_text(encoding="utf-8")
        assert f"python -m models.make {name}" in card and "What it cannot do" in card
