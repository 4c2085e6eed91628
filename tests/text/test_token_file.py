import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file

from lstm_core.text.token_file import Sentences, open_tokens, token_writer
from lstm_core.text.vocabulary import UNK


def write(path, sentences, *, vocab_size):
    flat = np.array([token for sentence in sentences for token in sentence], dtype=np.int32)
    lengths = np.array([len(sentence) for sentence in sentences], dtype=np.int32)
    with token_writer(path, sentences=len(sentences), tokens=len(flat), vocab_size=vocab_size) as writer:
        writer.lengths([lengths[:1], lengths[1:]])
        for piece in (flat[:2], flat[2:]):
            writer.ids(piece)


@pytest.mark.parametrize(("vocab_size", "kind"), [(65_536, np.uint16), (65_537, np.int32)])
def test_sentences_come_back_in_the_narrowest_numbers(tmp_path, vocab_size, kind):
    sentences = [[4, vocab_size - 1], [5], [6, 4, 4]]
    write(tmp_path / "t", sentences, vocab_size=vocab_size)
    found = open_tokens(tmp_path / "t", vocab_size=vocab_size)
    assert [one.tolist() for one in found] == sentences
    assert found.ids.dtype == kind and found[0].dtype == np.int32 and not found.ids.flags.writeable


def test_it_is_a_safetensors_file(tmp_path):
    write(tmp_path / "t", [[4, 5], [6]], vocab_size=7)
    arrays = load_file(tmp_path / "t")
    assert arrays["ids"].tolist() == [4, 5, 6] and arrays["offsets"].tolist() == [0, 2, 3]


def test_files_of_the_first_version_are_read(tmp_path):
    save_file({"ids": np.array([4, 5, 6], np.int32), "offsets": np.array([0, 2, 3], np.int64)}, tmp_path / "old")
    assert [one.tolist() for one in open_tokens(tmp_path / "old", vocab_size=7)] == [[4, 5], [6]]


@given(st.lists(st.integers(4, 40), min_size=1), st.integers(4, 50))
def test_what_is_outside_the_vocabulary_is_unknown(ids, vocab_size):
    sentences = Sentences(np.array(ids, np.uint16), np.array([0, len(ids)]), vocab_size)
    assert sentences[0].tolist() == [one if one < vocab_size else UNK for one in ids]


@pytest.mark.parametrize("cut", [0, 5, 60, -1])
def test_a_file_that_was_cut_off_is_refused(tmp_path, cut):
    write(tmp_path / "t", [[4, 5], [6]], vocab_size=7)
    (tmp_path / "t").write_bytes((tmp_path / "t").read_bytes()[:cut])
    with pytest.raises(ValueError):
        open_tokens(tmp_path / "t", vocab_size=7)


@pytest.mark.parametrize("arrays", [{"a": np.arange(3)}, {"ids": np.arange(3), "offsets": np.array([0, 2])}], ids=str)
def test_a_file_of_something_else_is_refused(tmp_path, arrays):
    save_file({name: array.astype(np.int64) for name, array in arrays.items()}, tmp_path / "t")
    with pytest.raises(ValueError):
        open_tokens(tmp_path / "t", vocab_size=7)


def test_a_writer_that_was_told_less_leaves_nothing(tmp_path):
    with (
        pytest.raises(ValueError, match="bytes were written"),
        token_writer(tmp_path / "t", sentences=1, tokens=3, vocab_size=7) as writer,
    ):
        writer.lengths([np.array([2], np.int32)])
        writer.ids(np.array([4, 5], np.int32))
    assert list(tmp_path.iterdir()) == []
