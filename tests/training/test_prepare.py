import shutil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save_file

from lstm_core.errors import StorageFailed
from lstm_core.files import read_json
from lstm_core.runs import read_coverage, read_vocabulary
from lstm_core.text.file_corpus import SAMPLE, FileCorpus
from lstm_core.text.token_file import Sentences
from lstm_core.text.tokenizers import TOKENIZERS
from lstm_core.training.data import Layout, Stream
from lstm_core.training.prepare import prepare


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("WORD_ATLAS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def quiet(fraction):
    pass


def ids(prepared):
    return [one.tolist() for one in prepared.sentences]


_sentences = FileCorpus.sentences


def unread(corpus):
    """The first texts, by which a file is told to be text and in which language; reading on is an error."""
    for number, sentence in enumerate(_sentences(corpus)):
        assert number <= SAMPLE, "the text was read"
        yield sentence


def test_a_second_run_does_not_read_the_text(new_run, small, monkeypatch):
    first = prepare(new_run("a"), small, tick=quiet)
    monkeypatch.setattr(FileCorpus, "sentences", unread)
    second = prepare(new_run("b"), small, tick=quiet)
    assert ids(second) == ids(first) and second.vocabulary == first.vocabulary


@pytest.mark.parametrize("linked", [True, False])
def test_a_run_needs_neither_the_text_nor_the_cache_to_go_on(new_run, small, cache, monkeypatch, linked):
    if not linked:

        def no_links(*_):
            raise OSError("no links here")

        monkeypatch.setattr("os.link", no_links)
    run = new_run()
    before = prepare(run, small, tick=quiet)
    shutil.rmtree(cache)
    monkeypatch.setattr(FileCorpus, "sentences", unread)
    assert ids(prepare(run, small, tick=quiet)) == ids(before)


def test_a_run_of_an_older_version_goes_on(new_run, small):
    run = new_run()
    before = prepare(run, small, tick=quiet)
    arrays = {"ids": before.sentences.take(slice(None)), "offsets": np.array(before.sentences.offsets)}
    run.tokens.unlink()
    save_file(arrays, run.tokens)
    run.coverage.unlink()
    assert ids(prepare(run, small, tick=quiet)) == ids(before) and read_coverage(run) is None


def test_the_run_says_what_the_vocabulary_keeps(new_run, small):
    run = new_run()
    prepared = prepare(run, small.model_copy(update={"max_vocab": 8}), tick=quiet)
    report = read_coverage(run)
    assert report.types_kept == len(prepared.vocabulary.words) == 4 and report.types == 12
    assert report.tokens_kept == sum(prepared.vocabulary.counts[4:]) < report.tokens
    assert len(report.dropped) == 8
    run.coverage.write_text("[]")
    assert read_coverage(run) is None


def test_options_and_columns_of_the_tokenizer_reach_the_run(new_run, small, monkeypatch):
    monkeypatch.setattr(TOKENIZERS["words"], "token_columns", lambda self, tokens: {"pos": tuple("명" for _ in tokens)})
    run = new_run()
    prepare(run, small.model_copy(update={"tokenizer_options": {"lowercase": False}}), tick=quiet)
    assert read_json(run.tokenizer)["options"]["lowercase"] is False
    assert read_json(run.columns)["columns"]["pos"] == ["명"] * len(read_vocabulary(run).words)


def test_a_full_disk_in_the_runs_folder_is_one_sentence(new_run, small, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("lstm_core.training.prepare.link_or_copy", full)
    run = new_run()
    with pytest.raises(StorageFailed, match="full"):
        prepare(run, small, tick=quiet)
    assert not run.tokens.exists()


def windows_in_memory(sentences, order, layout):
    """The plain way: the whole stream, one grid of it, cut into windows."""
    whole = np.concatenate([np.array([2, *sentences[number], 3]) for number in order])
    grid = whole[: layout.rows * layout.length].reshape(layout.rows, layout.length)
    for start in range(0, layout.length - 1, layout.bptt):
        end = min(start + layout.bptt, layout.length - 1)
        yield grid[:, start:end], grid[:, start + 1 : end + 1]


@given(st.lists(st.integers(0, 30), min_size=30, max_size=60), st.integers(1, 9), st.integers(2, 9), st.randoms())
def test_batches_are_those_of_a_text_held_in_memory(lengths, batch_size, bptt, random):
    sentences = Sentences(np.arange(4, 4 + sum(lengths), dtype=np.int32), np.cumsum([0, *lengths]), 10_000)
    order = np.array(random.sample(range(len(lengths)), len(lengths)))
    stream = Stream(sentences, order)
    layout = Layout.of(len(stream), batch_size=batch_size, bptt=bptt)
    expected = list(windows_in_memory(sentences, order, layout))
    found = list(layout.windows(stream))
    assert len(found) == len(expected)
    for (inputs, targets), (wanted, next_ones) in zip(found, expected, strict=True):
        assert np.array_equal(inputs, wanted) and np.array_equal(targets, next_ones)
