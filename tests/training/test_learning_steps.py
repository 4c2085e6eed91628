"""A few steps on one sentence: what they change, by hand-checked rules; and the helper process that takes them."""

import shutil
import subprocess
from dataclasses import replace

import numpy as np
import pytest
import torch

from lstm_core.errors import ComputationFailed, InvalidOption, RunIncomplete, TooFew, TrainingDiverged, UnknownChoice
from lstm_core.model.losses import LOSSES
from lstm_core.run_history import special_rows
from lstm_core.runs import RunDirectory, read_config, read_table, read_vocabulary
from lstm_core.text.vocabulary import EOS
from lstm_core.training import lesson
from lstm_core.training.config import TrainConfig, config_from_json
from lstm_core.training.lesson import LearnOptions, learn
from lstm_core.training.lesson_steps import take_steps
from lstm_core.training.loop import train
from lstm_core.training.prepare import text_of
from lstm_core.training.saved import read_model

SENTENCE = "왕 여왕 개"


@pytest.fixture(scope="module")
def runs(tmp_path_factory, text):
    """Trained runs, one with tied and one with untied weights."""
    made = {}
    for name, tied in (("tied", True), ("untied", False)):
        shape = {"embedding_dim": 8, "hidden_size": 12, "tie_weights": tied, "threads": 1}
        config = TrainConfig(corpus=str(text), epochs=1, batch_size=8, bptt=8, min_count=1, **shape)
        made[name] = RunDirectory.create(tmp_path_factory.mktemp("runs"), name)
        list(train(made[name], config))
    return made


@pytest.fixture
def ended():
    yield
    lesson.end()


def moved(found):
    return set(np.flatnonzero(np.abs(found.after - found.before).max(axis=1)).tolist())


def rows_of(model, words):
    return {model.vocabulary.id_of(word) - 4 for word in words}


def test_a_loss_that_samples_moves_only_rows_of_the_batch(runs):
    model = read_model(runs["tied"])
    found = take_steps(model, SENTENCE, LearnOptions(loss="sampled", negatives=2))
    assert rows_of(model, SENTENCE.split()) <= moved(found) == rows_of(model, SENTENCE.split()) | set(found.compared)
    assert len(moved(found)) < len(model.vocabulary.words)


def test_the_end_of_a_sentence_is_as_frequent_as_sentences_are(runs, monkeypatch):
    """The vocabulary does not count it, but a loss that samples has to know."""
    model, given = read_model(runs["tied"]), []
    measure = LOSSES["sampled"].measure
    monkeypatch.setattr(
        LOSSES["sampled"], "measure", lambda *a, counts, **how: given.append(counts) or measure(*a, counts=counts, **how)
    )
    take_steps(model, SENTENCE, LearnOptions(loss="sampled", negatives=2))
    assert model.vocabulary.counts[EOS] == 0 and given[0][EOS] == model.sentences == 300


def test_a_loss_that_the_network_was_not_made_for_is_refused(runs):
    with pytest.raises(InvalidOption, match="made for softmax"):
        take_steps(read_model(runs["untied"]), SENTENCE, LearnOptions(loss="adaptive"))


def test_a_full_loss_moves_every_row_when_tied_and_else_the_others_only_by_decay(runs):
    tied = take_steps(read_model(runs["tied"]), SENTENCE, LearnOptions(loss="softmax"))
    assert len(moved(tied)) == len(tied.before) and tied.tied and tied.compared == ()
    model = read_model(runs["untied"])
    untied = take_steps(model, SENTENCE, LearnOptions(loss="softmax", lr=0.02))
    others = sorted(set(range(len(untied.before))) - rows_of(model, SENTENCE.split()))
    shrunk = untied.before[others] * (1 - 0.02 * model.config.weight_decay)
    assert np.allclose(untied.after[others], shrunk, atol=1e-7) and not untied.tied


def test_the_losses_are_those_of_the_network(runs):
    model = read_model(runs["tied"])
    words = SENTENCE.split()
    ids = torch.tensor([[2, *(model.vocabulary.id_of(word) for word in words), 3]])
    with torch.no_grad():
        logits, _ = model.network(ids[:, :-1])
        expected = torch.nn.functional.cross_entropy(logits[0], ids[0, 1:]).item()
    found = take_steps(model, SENTENCE, LearnOptions(steps=10))
    assert found.losses[0] == pytest.approx(expected, rel=1e-5) and len(found.losses) == 11
    assert found.losses[-1] < found.losses[0] and found.tokens == tuple(words)
    with torch.no_grad():
        logits, _ = model.network(ids[:, :-1])
    assert found.losses[-1] == pytest.approx(torch.nn.functional.cross_entropy(logits[0], ids[0, 1:]).item(), rel=1e-5)


def test_a_long_sentence_is_cut_and_an_empty_one_refused(runs):
    found = take_steps(read_model(runs["tied"]), "왕 " * 150, LearnOptions())
    assert len(found.tokens) == 100 and found.cut == 50
    with pytest.raises(TooFew):
        take_steps(read_model(runs["tied"]), "  ", LearnOptions())
    with pytest.raises(UnknownChoice):
        take_steps(read_model(runs["tied"]), "왕", LearnOptions(loss="none"))


def test_a_loss_that_is_no_number_is_said(runs):
    model = read_model(runs["tied"])
    with torch.no_grad():
        model.network.output.bias.fill_(float("nan"))
    with pytest.raises(TrainingDiverged):
        take_steps(model, SENTENCE, LearnOptions())


def test_the_helper_gives_the_same_and_leaves_the_run_alone(runs, ended, tmp_path):
    run, seen = runs["tied"], []
    content = run.model.read_bytes()
    options = LearnOptions(steps=3, loss="sampled", negatives=2)
    found = learn(run, SENTENCE, options, progress=seen.append)
    here = take_steps(read_model(run), SENTENCE, options)
    assert np.array_equal(found.after, here.after) and np.array_equal(found.before, here.before)
    assert (found.tokens, found.losses, found.compared, found.loss) == (here.tokens, here.losses, here.compared, here.loss)
    assert seen == pytest.approx([1 / 3, 2 / 3, 1]) and run.model.read_bytes() == content
    assert np.allclose(found.before, read_table(run).matrix, atol=2e-3)
    with pytest.raises(TooFew):
        learn(run, "", options)  # the helper says so, and goes on
    shutil.copytree(run.path, tmp_path / "broken")
    broken = RunDirectory(tmp_path / "broken")
    broken.model.write_bytes(b"broken")
    with pytest.raises(RunIncomplete):
        learn(broken, SENTENCE, options)
    helper = lesson._HELPER[0]
    assert np.array_equal(learn(run, SENTENCE, options).after, found.after) and lesson._HELPER[0] is helper


def test_cancelling_ends_the_helper(runs, ended):
    class Cancelled(BaseException):
        pass

    def cancel(done):
        raise Cancelled

    with pytest.raises(Cancelled):
        learn(runs["tied"], SENTENCE, LearnOptions(steps=50), progress=cancel)
    assert not lesson._HELPER  # the next question starts another


def test_a_helper_that_dies_is_said(runs, ended, monkeypatch):
    pipe = subprocess.PIPE
    monkeypatch.setattr(lesson, "_process", lambda: subprocess.Popen(["true"], stdin=pipe, stdout=pipe))
    with pytest.raises(ComputationFailed):
        learn(runs["tied"], SENTENCE, LearnOptions())


def test_rows_of_the_specials_are_those_of_the_network(runs, tmp_path):
    weights = read_model(runs["tied"]).network.embedding.weight
    assert special_rows(RunDirectory(tmp_path)) is None
    assert np.array_equal(special_rows(runs["tied"]), weights[:4].detach().numpy())


def test_the_text_of_a_finished_run_is_read_again(runs):
    run, files = runs["tied"], sorted(path.name for path in runs["tied"].path.iterdir())
    read = text_of(run, config_from_json(read_config(run)), tick=lambda done: None)
    assert read.vocabulary == read_vocabulary(run) and len(read.sentences) == 300
    assert sorted(path.name for path in run.path.iterdir()) == files


def test_a_network_that_tells_labels_learns_no_sentence_this_way(runs):
    model = read_model(runs["tied"])
    labelled = replace(model, config=model.config.model_copy(update={"objective": "sentiment"}))
    with pytest.raises(InvalidOption):
        take_steps(labelled, SENTENCE, LearnOptions())
