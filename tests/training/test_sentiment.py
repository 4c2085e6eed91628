"""Learning to tell labels: what is read, what is told, and that it survives as every training does."""

import random

import numpy as np
import pytest
import torch

from lstm_core.errors import InvalidOption, NoLabels, TooFew, UnreadableText
from lstm_core.model.objectives import OBJECTIVES, SentimentOptions
from lstm_core.options import build, describe
from lstm_core.runs import read_manifest, read_metrics, read_table
from lstm_core.text.corpus import open_corpus
from lstm_core.text.token_file import Sentences
from lstm_core.text.vocabulary import BOS, EOS, PAD
from lstm_core.training.batches import LabelledTexts, padded
from lstm_core.training.check import check_config
from lstm_core.training.config import TrainConfig
from lstm_core.training.labels import labels_of
from lstm_core.training.loop import train
from lstm_core.training.prepare import prepare
from lstm_core.training.scores import LabelScores

GOOD, BAD = ("좋다", "멋지다", "최고"), ("나쁘다", "지루하다", "최악")
PLAIN = ("영화", "배우", "음악", "끝", "처음", "정말", "그", "이야기")


def reviews(count, seed):
    draw = random.Random(seed)
    for _ in range(count):
        label = draw.randrange(2)
        words = draw.choices(PLAIN, k=draw.randrange(1, 9))
        words.insert(draw.randrange(len(words) + 1), draw.choice((BAD, GOOD)[label]))
        yield " ".join(words), ("싫음", "좋음")[label]


def written(path, rows):
    path.write_text("글\t라벨\n" + "".join(f"{text}\t{label}\n" for text, label in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def rated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rated")
    written(folder / "test.tsv", reviews(80, 1))
    return written(folder / "train.tsv", reviews(300, 0))


@pytest.fixture
def config(small, rated):
    settings = {
        **small.model_dump(),
        "corpus": str(rated),
        "corpus_options": {"text_column": "글", "label_column": "라벨"},
        "objective": "sentiment",
        "max_length": 30,
        "test": str(rated.with_name("test.tsv")),
        "validation": 0.2,
        "epochs": 6,
        "lr": 0.02,
        "batch_size": 16,
    }
    return build(TrainConfig, settings)


def finish(run, config, **how):
    return list(train(run, config, **how))


def test_scores_worked_out_by_hand():
    """Of 5 texts 나쁨 3 are told, of 5 좋음 4: precision 3/4 and 4/6, recall 3/5 and 4/5."""
    scores = LabelScores(("나쁨", "좋음"), ((3, 2), (1, 4)))
    assert scores.texts == 10 and scores.accuracy == pytest.approx(0.7)
    assert scores.f1 == pytest.approx((2 / 3, 8 / 11)) and scores.macro_f1 == pytest.approx((2 / 3 + 8 / 11) / 2)
    assert LabelScores.from_json(scores.to_json()) == scores
    assert LabelScores(("a", "b"), ((4, 0), (0, 0))).f1 == (1.0, 0.0)
    for broken in ({"labels": ["a"], "confusion": [[1, 2]]}, {"labels": [], "confusion": []}, {"labels": ["a"]}):
        with pytest.raises((KeyError, ValueError)):
            LabelScores.from_json(broken)


def test_scores_are_those_of_scikit_learn():
    from sklearn.metrics import accuracy_score, confusion_matrix, f1_score

    draw = np.random.default_rng(0)
    truth, told = draw.integers(0, 4, 200), draw.integers(0, 4, 200)
    scores = LabelScores(tuple("abcd"), tuple(tuple(row) for row in confusion_matrix(truth, told).tolist()))
    assert scores.accuracy == pytest.approx(accuracy_score(truth, told))
    assert scores.macro_f1 == pytest.approx(f1_score(truth, told, average="macro"))


def test_a_text_is_marked_cut_and_filled_up():
    sentences = Sentences(np.array([5, 6, 7, 8, 9, 4], dtype=np.uint16), np.array([0, 2, 2, 6]), 9)
    assert padded(sentences, np.array([0, 1, 2]), longest=3).tolist() == [
        [BOS, 5, 6, EOS, PAD],
        [BOS, EOS, PAD, PAD, PAD],
        [BOS, 7, 8, 1, EOS],
    ]


def test_every_epoch_reads_each_training_text_once_and_none_that_is_held_out(config, new_run):
    prepared = prepare(new_run(), config, tick=lambda fraction: None)
    batches = LabelledTexts(prepared, config)

    def texts(part):
        return sorted((tuple(row[row != PAD].tolist()), label) for x, y in part for row, label in zip(x, y, strict=True))

    one, two = list(batches.epoch(0)), list(batches.epoch(1))
    assert len(one) == batches.steps and texts(one) == texts(two)
    assert [x.tolist() for x, _ in one] != [x.tolist() for x, _ in two]
    assert [x.tolist() for x, _ in batches.epoch(1, first=3)] == [x.tolist() for x, _ in two[3:]]
    assert len(texts(one)) == 240 and len(texts(batches.held_out())) == 60
    labels = dict(open_corpus(config.corpus, config.corpus_options).labelled())
    for ids, label in texts(one):
        words = " ".join(prepared.vocabulary.tokens[number] for number in ids[1:-1])
        assert labels[words] == prepared.labels.names[label]
    filled = sum((x == PAD).sum() for x, _ in one) / sum(x.size for x, _ in one)
    assert filled < 0.1  # unsorted: 0.36


def test_it_learns_and_says_how_well(config, new_run):
    run = new_run()
    last = finish(run, config)[-1]
    summary = read_manifest(run)["summary"]
    assert last.perplexity is None and summary["perplexity"] is None and summary["loss"] == "labels"
    for part, count in (("validation", 60), ("test", 80)):
        scores = LabelScores.from_json(summary[part])
        assert scores.labels == ("싫음", "좋음") and scores.texts == count
        assert scores.accuracy > 0.95 and summary[part]["macro_f1"] > 0.95
    rows = [row for row in read_metrics(run) if row["accuracy"] is not None]
    assert len(rows) == 12 and rows[-1]["val_loss"] < rows[0]["val_loss"]
    table = read_table(run)
    assert table.metadata["objective"] == "sentiment" and table.dimension == 8
    assert not run.label_numbers.exists() and "labels.json" in read_manifest(run)["files"]


@pytest.mark.parametrize(
    "settings",
    [
        {"pooling": "last", "bidirectional": False, "cell": "gru"},
        {"pooling": "max+mean", "dropout": 0.3, "word_dropout": 0.2},
    ],
    ids=str,
)
@pytest.mark.parametrize("at", [1, 23])
def test_a_resumed_training_ends_with_the_same_bytes(new_run, config, settings, at, monkeypatch):
    from lstm_core.training import reporter

    monkeypatch.setattr(reporter, "EVERY_SECONDS", 0.0)
    config = build(TrainConfig, {**config.model_dump(), "epochs": 3, **settings})
    whole, broken = new_run("whole"), new_run("broken")
    finish(whole, config)
    told = train(broken, config)
    while next(told).step < at:
        pass
    told.close()
    assert broken.state == "crashed"
    finish(broken, config, resume=True)
    assert whole.table.read_bytes() == broken.table.read_bytes() and whole.model.read_bytes() == broken.model.read_bytes()
    assert read_manifest(whole)["summary"]["test"] == read_manifest(broken)["summary"]["test"]


def test_texts_without_a_label_are_left_out(tmp_path, new_run, config):
    rows = [*reviews(200, 3), ("말 없는 리뷰", ""), ("또 하나", "")]
    path = written(tmp_path / "some.tsv", rows)
    run = new_run()
    finish(run, config.model_copy(update={"corpus": str(path), "epochs": 1}))
    assert read_manifest(run)["summary"]["sentences"] == 202
    assert LabelScores.from_json(read_manifest(run)["summary"]["validation"]).texts == 40


def test_what_cannot_be_learned_from_is_said(tmp_path, config, rated, new_run):
    one = written(tmp_path / "one.tsv", [("말 하나", "좋음"), ("말 둘", "좋음")])
    many = written(tmp_path / "many.tsv", [(f"말 {i}", str(i)) for i in range(150)])
    for path, error in ((one, TooFew), (many, InvalidOption)):
        corpus = open_corpus(str(path), config.corpus_options)
        with pytest.raises(error):
            labels_of(corpus, sentences=len(list(corpus.sentences())))
    plain = tmp_path / "plain.txt"
    plain.write_text("라벨 없는 글\n또 다른 글\n", encoding="utf-8")
    for wrong, error in (
        ({"corpus": str(plain), "corpus_options": {}}, NoLabels),
        ({"corpus": "world", "corpus_options": {}}, NoLabels),
        ({"loss": "sampled"}, InvalidOption),
        ({"rows": "output"}, InvalidOption),
        ({"objective_options": {"max_length": 0}}, InvalidOption),
        ({"objective_options": {"colour": 1}}, InvalidOption),
        ({"objective_options": {"test": str(tmp_path / "none.tsv")}}, UnreadableText),
        ({"objective_options": {"test": str(plain)}}, NoLabels),
    ):
        with pytest.raises(error):
            check_config(config.model_copy(update=wrong))


def test_the_column_of_the_labels_is_found(tmp_path, config):
    path = tmp_path / "named.csv"
    path.write_text("id,document,label\n" + "".join(f"{i},말 하나 {i},{i % 2}\n" for i in range(40)), encoding="utf-8")
    corpus = open_corpus(str(path))
    assert labels_of(corpus, sentences=40).names == ("0", "1")
    check_config(config.model_copy(update={"corpus": str(path), "corpus_options": {}, "objective_options": {}}))


def test_each_option_reaches_what_it_is_about(config):
    """Padding decides nothing, and every option of reading changes what is read."""
    ids = torch.tensor([[BOS, 5, 6, 7, EOS, PAD, PAD], [BOS, 8, EOS, PAD, PAD, PAD, PAD]])
    found = {}
    for name, options in {
        "max": {},
        "one": {"bidirectional": False},
        **{kind: {"pooling": kind} for kind in ("last", "mean", "max+mean")},
    }.items():
        how = {"options": SentimentOptions(**options), "generator": torch.Generator().manual_seed(0)}
        network = OBJECTIVES["sentiment"].network(config.model, vocab_size=9, labels=3, **how)
        network.eval()
        found[name] = network(ids)
        alone = torch.cat([network(ids[:1, :5]), network(ids[1:, :3])])
        assert found[name].shape == (2, 3) and torch.allclose(found[name], alone, atol=1e-6)
        assert network.output.weight.shape[1] == 12 * (1 + (name != "one")) * (1 + (name == "max+mean"))
    assert len({tuple(one.flatten().tolist()) for one in found.values()}) == 5
    assert {one.name for one in describe(SentimentOptions)} == set(SentimentOptions.model_fields)
