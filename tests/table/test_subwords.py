"""Rows of words outside a table, composed from character n-grams: by hand, and as gensim composes them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_core.errors import InvalidTable, UnknownWords
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.formats import read_table, write_table
from lstm_core.table.search import nearest
from lstm_core.table.subwords import SubwordComposer, gram_hashes, word_vector

CORPUS = [f"왕 이 여왕 을 사랑 한다 {word} </s> co-op naïve 😀".split() for word in ("하나", "둘", "셋", "넷")] * 5


def plain_grams(word, shortest, longest):
    """The n-grams of a word as their definition says it, one by one."""
    framed = f"<{word}>"
    grams = [framed[i : i + n] for i in range(len(framed)) for n in range(shortest, longest + 1) if i + n <= len(framed)]
    return [gram for gram in grams if not (len(gram) == 1 and gram in "<>")] if word else []


def plain_hash(gram):
    value = 2166136261
    for byte in gram.encode():
        value = ((value ^ (byte if byte < 128 else byte + 0xFFFFFF00)) * 16777619) % 2**32
    return value


def test_the_hash_by_hand():
    assert plain_hash("a") == (2166136261 ^ 97) * 16777619 % 2**32
    owners, hashes = gram_hashes(["ab"], 3, 4)
    assert owners.tolist() == [0, 0, 0]
    assert hashes.tolist() == [plain_hash(gram) for gram in ("<ab", "<ab>", "ab>")]


WORD = st.text(st.characters(exclude_characters="<>", exclude_categories=("Cs",)), min_size=1, max_size=7)


@given(words=st.lists(WORD, min_size=1, max_size=5), shortest=st.integers(1, 4), more=st.integers(0, 4))
@settings(max_examples=60)
def test_hashes_are_those_of_the_definition(words, shortest, more):
    longest = shortest + more
    owners, hashes = gram_hashes(words, shortest, longest)
    wanted = [(place, plain_hash(gram)) for place, word in enumerate(words) for gram in plain_grams(word, shortest, longest)]
    assert list(zip(owners.tolist(), hashes.tolist(), strict=True)) == wanted


def test_a_composed_row_is_marked_and_a_row_of_the_table_is_not():
    rows = np.arange(14, dtype=np.float32).reshape(7, 2)
    composer = SubwordComposer(rows, 2, 3)
    table = EmbeddingTable(("왕",), [[1, 2]], composer=composer)
    assert word_vector(table, "왕").inferred is False
    found = word_vector(table, "여왕")
    mean = rows[[plain_hash(gram) % 7 for gram in plain_grams("여왕", 2, 3)]].mean(axis=0)
    assert found.inferred and found.vector == pytest.approx(mean)
    assert "여왕" not in table
    with pytest.raises(UnknownWords):
        word_vector(EmbeddingTable(("왕",), [[1, 2]]), "여왕")
    with pytest.raises(UnknownWords):
        word_vector(EmbeddingTable(("왕",), [[1, 2]], composer=SubwordComposer(rows, 9, 9)), "여왕")
    spoilt = SubwordComposer(np.full((7, 2), np.nan, np.float32), 2, 3)
    with pytest.raises(UnknownWords):
        word_vector(EmbeddingTable(("왕",), [[1, 2]], composer=spoilt), "여왕")


def test_the_composer_is_part_of_the_fingerprint():
    rows = np.ones((3, 2), np.float32)
    composers = (None, SubwordComposer(rows, 2, 3), SubwordComposer(rows, 2, 4))
    tables = [EmbeddingTable(("a",), [[1, 2]], composer=each) for each in composers]
    assert len({table.fingerprint for table in tables}) == 3


@pytest.fixture(scope="module")
def facebook_model(tmp_path_factory):
    """A fastText model as Facebook's program writes it, and gensim's own reading of it."""
    models = pytest.importorskip("gensim.models", reason="makes the fastText model")
    from gensim.models.fasttext import load_facebook_vectors, save_facebook_model

    made = models.FastText(CORPUS, vector_size=8, min_count=1, bucket=97, min_n=2, max_n=4, epochs=2, seed=1, workers=1)
    path = tmp_path_factory.mktemp("fasttext") / "model.bin"
    save_facebook_model(made, str(path))
    return path, load_facebook_vectors(str(path))


def test_a_fasttext_model_is_read_as_gensim_reads_it(facebook_model):
    path, peer = facebook_model
    table = read_table(path)
    assert set(table.labels) == set(peer.index_to_key)
    for word in table.labels:
        if word != "</s>":  # in fastText the end of a sentence has no n-grams; gensim gives it some
            assert table.vector(word) == pytest.approx(peer[word], abs=1e-6)
        assert table.counts[table.index(word)] == peer.get_vecattr(word, "count")


@pytest.mark.parametrize("word", ["왕자", "사랑한다", "naïf", "😀😀", "x", "co"])
def test_words_outside_are_composed_as_gensim_composes_them(facebook_model, word):
    path, peer = facebook_model
    found = word_vector(read_table(path), word)
    assert found.inferred and found.vector == pytest.approx(peer[word], abs=1e-6)


def test_a_word_outside_is_answered_for_and_that_is_said(facebook_model):
    path, peer = facebook_model
    table = read_table(path)
    found = nearest(table, "사랑한다", k=3)
    cosines = table.unit @ (peer["사랑한다"] / np.linalg.norm(peer["사랑한다"]))
    assert list(found.words) == [table.labels[row] for row in np.argsort(-cosines, kind="stable")[:3]]
    assert found.inferred and found.to_json()["inferred"] and found.excluded == () and found.candidates == len(table)
    assert not nearest(table, "왕", k=3).inferred
    with pytest.raises(UnknownWords):
        nearest(EmbeddingTable(table.labels, table.matrix), "사랑한다", k=3)


def test_the_composer_survives_in_our_own_file(facebook_model, tmp_path):
    table = read_table(facebook_model[0])
    write_table(table, tmp_path / "kept.safetensors")
    kept = read_table(tmp_path / "kept.safetensors")
    assert kept == table
    assert np.array_equal(word_vector(kept, "왕자").vector, word_vector(table, "왕자").vector)


def test_a_limit_keeps_the_composer(facebook_model):
    table, some = read_table(facebook_model[0]), read_table(facebook_model[0], {"limit": 3})
    assert some.labels == table.labels[:3] and np.array_equal(some.matrix, table.matrix[:3])
    assert word_vector(some, "왕자").inferred


@pytest.mark.parametrize("at", [4, 8, 40, 44, 48, 64, 68, 100])
@pytest.mark.parametrize("value", [b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0\0\0\0"])
def test_a_model_with_a_lying_header_is_refused_or_read(facebook_model, tmp_path, at, value):
    data = bytearray(facebook_model[0].read_bytes())
    data[at : at + 4] = value
    path = tmp_path / "bad.bin"
    path.write_bytes(data)
    try:
        assert len(read_table(path)) > 0
    except InvalidTable as error:
        assert error.name == "bad.bin"


def test_a_broken_off_model_is_refused(facebook_model, tmp_path):
    data = facebook_model[0].read_bytes()
    for size in (5, 30, 70, 120, 400, len(data) // 3):
        (tmp_path / "cut.bin").write_bytes(data[:size])
        with pytest.raises(InvalidTable):
            read_table(tmp_path / "cut.bin")
