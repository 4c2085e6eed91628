import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from lstm_core.errors import InvalidOption, RunNotFound, TooFew, WidthDiffers
from lstm_core.model.objectives import OBJECTIVES
from lstm_core.runs import find_table, read_manifest, read_snapshot, read_table, read_vocabulary, snapshots
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.formats import write_table
from lstm_core.text.vocabulary import Vocabulary
from lstm_core.training.check import check_config
from lstm_core.training.loop import train
from lstm_core.training.pretrained import start_from


@pytest.fixture
def table_file(tmp_path):
    """A table of five words, three of them of the text, with rows that no training would find."""
    words = ("여왕", "바다", "왕", "구름", "산")
    matrix = np.arange(40, dtype=np.float32).reshape(5, 8) / 10 + 3
    path = tmp_path / "시작.vec"
    write_table(EmbeddingTable(words, matrix), path)
    return path


def settings(small, **more):
    return small.model_copy(update={"snapshots": 2, "validation": 0.0, **more})


def finished(run, config):
    list(train(run, config))
    return run


def first_rows(run):
    return dict(zip(read_vocabulary(run).words, read_snapshot(run, snapshots(run)[0]), strict=True))


@pytest.mark.parametrize("objective", ["next-word", "cloze"])
@pytest.mark.parametrize("loss", ["softmax", "sampled"])
def test_rows_come_by_word_and_stay_when_frozen_while_the_others_learn(new_run, small, table_file, objective, loss):
    config = settings(small, objective=objective, loss=loss, negatives=16, epochs=1, init_table=str(table_file))
    given = find_table(str(table_file))
    free, held = new_run("free"), new_run("held")
    finished(free, config)
    finished(held, config.model_copy(update={"freeze_table": True}))
    plain = finished(new_run("plain"), config.model_copy(update={"init_table": ""}))
    for word in ("왕", "여왕", "산"):
        assert np.allclose(first_rows(free)[word], given.vector(word), atol=0.01)
        assert np.array_equal(read_table(held).vector(word), given.vector(word))
        assert not np.array_equal(read_table(free).vector(word), given.vector(word))
    assert np.array_equal(first_rows(free)["고양이"], first_rows(plain)["고양이"])
    assert not np.allclose(read_table(held).vector("고양이"), first_rows(held)["고양이"], atol=0.002)
    start = read_manifest(held)["summary"]["start"]
    assert (start["matched"], start["words"], start["table"]) == (3, len(read_vocabulary(held).words), str(table_file))


@pytest.mark.parametrize("loss", ["softmax", "sampled"])
def test_a_resumed_training_needs_the_table_no_more(new_run, small, table_file, loss):
    config = settings(small, loss=loss, negatives=16, init_table=str(table_file), freeze_table=True)
    whole, broken = finished(new_run("whole"), config), new_run("broken")
    for progress in train(broken, config):
        if progress.step >= 9 or progress.fraction == 1.0:
            broken.stop.touch()
    table_file.unlink()
    list(train(broken, config, resume=True))
    assert whole.table.read_bytes() == broken.table.read_bytes()
    assert read_manifest(broken)["summary"]["start"] == read_manifest(whole)["summary"]["start"]


def test_weights_of_another_run_are_taken_where_the_shapes_agree(new_run, small):
    source = finished(new_run("source"), small)
    run = finished(new_run(), settings(small, init_from=str(source.path), epochs=1, lr=1e-9, weight_decay=0.0))
    before, after = load_file(source.model), load_file(run.model)
    assert before.keys() == after.keys()
    assert all(torch.allclose(before[name], after[name], atol=1e-6) for name in before)
    start = read_manifest(run)["summary"]["start"]
    assert start["matched"] == start["words"] and "layers.0.weight_hh_l0" in start["weights"]


def test_what_reads_from_the_left_starts_from_a_language_model(new_run, small):
    source = finished(new_run("source"), small)
    vocabulary = Vocabulary(("<pad>", "<unk>", "<bos>", "<eos>", "산", "바다"), (0, 0, 0, 0, 3, 1))
    config = small.model_copy(update={"objective": "cloze", "init_from": str(source.path)})
    network = OBJECTIVES["cloze"].network(config.model, vocab_size=6, generator=torch.Generator())
    sea, right = network.embedding.weight[5].clone(), network.right[0].weight_hh_l0.clone()
    start = start_from(network, config, vocabulary=vocabulary)
    before = load_file(source.model)
    theirs = read_vocabulary(source).tokens
    assert torch.equal(network.left[0].weight_hh_l0, before["layers.0.weight_hh_l0"])
    assert torch.equal(network.right[0].weight_hh_l0, right)
    assert torch.equal(network.embedding.weight[4], before["embedding.weight"][theirs.index("산")])
    assert torch.equal(network.embedding.weight[5], sea)
    assert (start.matched, start.words, start.ids.tolist()) == (1, 2, [0, 1, 2, 3, 4])
    assert "merge.weight" not in start.weights and "left.0.bias_hh_l0" in start.weights


def test_a_classifier_starts_from_a_cloze_model(new_run, small):
    source = finished(new_run("source"), settings(small, objective="cloze", epochs=1, neighbours=2))
    vocabulary = Vocabulary(("<pad>", "<unk>", "<bos>", "<eos>", "바다", "산", "왕"), (0, 0, 0, 0, 3, 2, 1))
    config = small.model_copy(update={"objective": "sentiment", "init_from": str(source.path)})
    network = OBJECTIVES["sentiment"].network(config.model, vocab_size=7, labels=2, generator=torch.Generator())
    sea, output = network.embedding.weight[4].clone(), network.output.weight.clone()
    start = start_from(network, config, vocabulary=vocabulary)
    before, theirs = load_file(source.model), read_vocabulary(source).tokens
    taken = {name for name in before if name.startswith(("left.", "right."))}
    mine = dict(network.named_parameters())
    assert len(taken) == 8 and set(start.weights) == taken
    assert all(torch.equal(mine[name], before[name]) for name in taken)
    for number, token in enumerate(vocabulary.tokens):
        same = sea if token == "바다" else before["embedding.weight"][theirs.index(token)]
        assert torch.equal(network.embedding.weight[number], same)
    assert torch.equal(network.output.weight, output)
    assert (start.matched, start.words, start.ids.tolist()) == (2, 3, [0, 1, 2, 3, 5, 6])


def test_rows_that_are_given_win_over_counts(new_run, small, table_file):
    config = settings(small, first_rows="counts", init_table=str(table_file), epochs=1, lr=1e-9, batch_size=64)
    begun = first_rows(finished(new_run(), config))
    counted = first_rows(finished(new_run("counted"), config.model_copy(update={"init_table": ""})))
    given = find_table(str(table_file))
    assert np.allclose(begun["왕"], given.vector("왕"), atol=0.01)
    assert np.array_equal(begun["고양이"], counted["고양이"])


def test_what_cannot_be_started_from_is_refused_before_anything_is_made(small, table_file, new_run, tmp_path):
    with pytest.raises(WidthDiffers) as caught:
        check_config(settings(small, embedding_dim=16, init_table=str(table_file)))
    assert (caught.value.width, caught.value.needed) == (8, 16)
    for wrong in ({"init_table": str(tmp_path / "없다.vec")}, {"init_from": str(tmp_path / "없다")}):
        with pytest.raises(RunNotFound):
            check_config(settings(small, **wrong))
    with pytest.raises(InvalidOption):
        check_config(settings(small, freeze_table=True))


def test_a_table_without_a_single_word_of_the_text_is_no_start(new_run, small, tmp_path):
    path = tmp_path / "other.vec"
    write_table(EmbeddingTable(("alpha", "beta"), np.ones((2, 8), np.float32)), path)
    with pytest.raises(TooFew):
        finished(new_run(), settings(small, init_table=str(path)))


def test_a_run_of_another_shape_is_no_start(new_run, small):
    source = finished(new_run("source"), small)
    with pytest.raises(TooFew):
        finished(new_run(), settings(small, init_from=str(source.path), embedding_dim=6, hidden_size=20))


def test_a_path_is_made_absolute_and_a_name_is_kept(small, table_file, monkeypatch):
    monkeypatch.chdir(table_file.parent)
    assert check_config(settings(small, init_table=table_file.name)).init_table == str(table_file.resolve())
    config = settings(small, embedding_dim=find_table("world-ko").dimension, init_table="world-ko")
    assert check_config(config).init_table == "world-ko"
