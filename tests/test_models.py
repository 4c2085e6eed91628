"""The tables that ship know what their cards say, and were made by the command on the card."""

import json
import math
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from shared_data import shared_data

from lstm_core.inside.network import read_network
from lstm_core.model.losses import loss_for
from lstm_core.model.objectives import OBJECTIVES
from lstm_core.runs import RunDirectory, read_config, read_manifest, read_metrics, read_table, read_vocabulary
from lstm_core.table.evaluation import evaluate_analogies
from lstm_core.table.probes import Probe, probe_rank
from lstm_core.table.search import similarity
from lstm_core.table.standing import pair_standing
from lstm_core.text.corpus import open_corpus
from lstm_core.text.encode import encode_corpus
from lstm_core.text.nsmc import ROWS
from lstm_core.text.world.lexicon import COLUMNS
from lstm_core.text.world.questions import implied_questions
from lstm_core.training.classify import classify
from lstm_core.training.config import UPLOAD, config_from_json
from lstm_core.training.loop import _threads
from lstm_core.training.prepare import prepare
from lstm_core.training.reporter import Reporter
from lstm_core.training.results import word_rows
from lstm_core.training.saved import read_model
from lstm_core.training.trainer import Trainer
from models.cards import NEAR, REVIEWS, near_line
from models.make import KEEP, MODELS

SHIPPED = Path(__file__).resolve().parents[1] / "models"
LARGEST = 8_000_000
WORDS = {
    "world-ko": ("개", "강아지", "고양이", "자동차", "커피", "차"),
    "world-en": ("dog", "puppy", "cat", "car", "coffee", "tea"),
}
TEXTS = {"bible-grimm-en": "english/bible_and_grimm.txt"}
"""Texts small enough to be cut in a test."""


def table_of(name):
    return read_table(RunDirectory.open(SHIPPED / name))


def probes_of(table):
    return [Probe.from_json(probe) for probe in table.metadata["probes"]]


@pytest.mark.parametrize("name", MODELS)
class TestEveryShippedModel:
    def test_it_is_small_and_holds_nothing_else(self, name):
        files = list((SHIPPED / name).iterdir())
        assert sum(file.stat().st_size for file in files) <= LARGEST
        labels = set() if OBJECTIVES[MODELS[name].config.objective].labelled else {"labels.json"}
        assert {file.name for file in files} == {*KEEP, "manifest.json", "README.md"} - labels

    def test_it_was_made_with_the_settings_of_the_command(self, name):
        said = read_config(RunDirectory(SHIPPED / name))
        assert config_from_json(said) == MODELS[name].config
        card = (SHIPPED / name / "README.md").read_text(encoding="utf-8")
        settings = json.loads(re.search(r"```json\n(.*?)```", card, re.DOTALL)[1])
        assert config_from_json(settings) == MODELS[name].config

    def test_its_network_can_be_read_and_predicts(self, name):
        saved = read_model(RunDirectory.open(SHIPPED / name))
        rows = read_table(RunDirectory.open(SHIPPED / name)).matrix
        weights = {key: value.detach() for key, value in saved.network.named_parameters()}
        assert np.allclose(word_rows(weights, saved.config.rows).numpy(), rows, atol=2e-2)
        if saved.labels:
            return  # what it predicts is looked at below
        ids = torch.tensor([[2, 10, 11, 12, 13, 3]])
        measured = loss_for("softmax", len(saved.vocabulary)).measure(OBJECTIVES[saved.config.objective])
        with torch.no_grad():
            loss = measured(saved.network, ids[:, :-1], targets=ids[:, 1:], state=None).loss.item()
        assert 0.0 < loss < 2 * math.log(len(saved.vocabulary))

    def test_the_page_reads_the_network_that_was_trained(self, name):
        run = RunDirectory.open(SHIPPED / name)
        inside, weights = read_network(run), dict(read_model(run).network.named_parameters())
        wanted = weights.get("output.weight", weights["embedding.weight"])
        assert np.array_equal(inside.embedding, weights["embedding.weight"].detach().numpy())
        assert np.array_equal(inside.output.weight, wanted.detach().numpy())

    def test_its_gallery_answers_as_the_card_says(self, name):
        table, card = table_of(name), (SHIPPED / name / "README.md").read_text(encoding="utf-8")
        assert probes_of(table)
        for probe in probes_of(table):
            rank = probe_rank(table, probe)
            said = f"- `{probe.formula}` → {probe.expected}: "
            assert said + ("not a word of this table" if rank is None else f"rank {rank:,}") in card

    def test_its_card_says_how_it_was_made(self, name):
        card = (SHIPPED / name / "README.md").read_text(encoding="utf-8")
        assert f"python -m models.make {name}" in card and "What it cannot do" in card and "- Data: " in card


@pytest.mark.parametrize("name", WORDS)
class TestEveryWorld:
    def test_it_was_made_from_the_corpus_as_it_is_now(self, name):
        config = MODELS[name].config
        corpus = open_corpus(config.corpus, config.corpus_options)
        limits = {"max_vocab": config.max_vocab, "min_count": config.min_count}
        now = encode_corpus(corpus, corpus.default_tokenizer, **limits).vocabulary
        assert now == read_vocabulary(RunDirectory(SHIPPED / name))

    def test_it_answers_the_analogies_its_attributes_imply(self, name):
        found = evaluate_analogies(table_of(name), implied_questions(name.removeprefix("world-"))).categories
        right = {relation: part.correct / part.answerable for relation, part in found.items()}
        assert all(part.answerable == part.asked for part in found.values())
        assert right["gender"] >= 0.95 and right["age"] >= 0.95, right
        assert right["capital"] >= 0.90 and right["language"] >= 0.90, right

    def test_its_probes_are_answered(self, name):
        table = table_of(name)
        assert [probe_rank(table, probe) for probe in probes_of(table)] == [1] * len(probes_of(table))

    def test_near_is_near(self, name):
        table, (dog, puppy, cat, car, coffee, tea) = table_of(name), WORDS[name]
        assert similarity(table, puppy, dog) > similarity(table, cat, dog) > similarity(table, car, dog)
        assert pair_standing(table, coffee, tea).share < 0.01

    def test_its_words_have_attributes(self, name):
        assert tuple(table_of(name).columns) == COLUMNS


@pytest.mark.parametrize("name", [name for name in MODELS if MODELS[name].config.corpus.startswith(UPLOAD)])
def test_a_gallery_of_real_text_holds_what_comes_true_and_what_does_not(name):
    table = table_of(name)
    ranks = [probe_rank(table, probe) for probe in probes_of(table)]
    assert ranks.count(1) >= 4 and len(ranks) - ranks.count(1) >= 2


@pytest.mark.parametrize("name", NEAR)
def test_a_card_says_how_near_the_pairs_of_the_lesson_are(name):
    table, card = table_of(name), (SHIPPED / name / "README.md").read_text(encoding="utf-8")
    for pair in NEAR[name]:
        assert near_line(*pair, similarity(table, *pair)) in card


def test_the_map_of_film_reviews_is_large_and_knows_its_animals():
    table = table_of("nsmc-ko")
    assert len(table) >= 15_000 and table.metadata["objective"] == "cloze"
    _, puppy, cat, car = WORDS["world-ko"][:4]  # 개 is mostly a rude prefix in reviews
    assert similarity(table, puppy, cat) > 2 * similarity(table, puppy, car)
    assert similarity(table, "커피", "맥주") > similarity(table, "커피", "경찰")


def test_what_the_card_says_of_its_sentences_is_what_the_classifier_says():
    run = RunDirectory.open(SHIPPED / "nsmc-sentiment")
    card = (run.path / "README.md").read_text(encoding="utf-8")
    right, wrong = card.split("What it gets right")[1].split("What it gets wrong")
    told = list(classify(read_model(run), [text for text, _ in REVIEWS]))
    for one, (_, meant) in zip(told, REVIEWS, strict=True):
        part = right if one.label == meant else wrong
        line = next(line for line in part.splitlines() if line.startswith(f"- `{one.text}` (meant: {meant}) → {one.label}, "))
        assert float(line.rsplit(" ", 1)[1]) == pytest.approx(one.probability, abs=0.011)
    agreed = sum(one.label == meant for one, (_, meant) in zip(told, REVIEWS, strict=True))
    assert agreed >= 6 and len(REVIEWS) - agreed >= 2


def test_the_classifier_was_measured_on_the_whole_test_and_its_rows_hold_praise_and_blame():
    run = RunDirectory.open(SHIPPED / "nsmc-sentiment")
    test, card = read_manifest(run)["summary"]["test"], (run.path / "README.md").read_text(encoding="utf-8")
    counts = np.array(test["confusion"])
    assert counts.sum() == test["texts"] == ROWS["test"]
    assert np.trace(counts) / counts.sum() == pytest.approx(test["accuracy"]) and test["accuracy"] > 0.87
    assert f"accuracy {test['accuracy']:.4f}" in card and all(f"{count:,}" in card for count in counts.flat)
    table = table_of(run.name)
    assert similarity(table, "최악/NNG", "졸작/NNG") > similarity(table, "최악/NNG", "최고/NNG")


@pytest.mark.parametrize("name", ["world-ko", *TEXTS])
def test_training_it_again_begins_with_the_same_losses(name, tmp_path):
    """The mean loss up to the first row of the metrics, but for how another machine rounds."""
    config, run = MODELS[name].config, RunDirectory.create(tmp_path, name)
    if name in TEXTS:
        run.corpus.write_bytes(shared_data(TEXTS[name]).read_bytes())
    prepared = prepare(run, config, tick=lambda fraction: None)
    first, second = read_metrics(RunDirectory(SHIPPED / name))[:2]
    with _threads(config.threads):
        trainer = Trainer(run, config, prepared, Reporter(run))
        trainer.reporter.begin()
        for inputs, targets in trainer._batches():
            trainer._step(inputs, targets)
            if trainer.position.step == first["step"]:
                trainer.reporter.begin()
            if trainer.position.step == second["step"]:
                break
    assert trainer.reporter.rates()[0] == pytest.approx(second["loss"], rel=2e-3)
