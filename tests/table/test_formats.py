import json
import pickle
import struct
import unicodedata
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from safetensors.numpy import save_file

from lstm_core.errors import InvalidTable, UnknownChoice
from lstm_core.registry import Text
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.formats import FORMATS, format_of, read_table, safetensors, write_table

NASTY = ("<img src=x onerror=alert(1)>", "$a$", "<br>", '"', "a,b", "New York", "#", "nan", "0", "왕")
TABLE = EmbeddingTable(
    NASTY,
    np.random.default_rng(0).normal(size=(10, 4)) * 10.0 ** np.arange(-20, 20, 4)[:, None],
    counts=np.arange(10, 0, -1),
    columns={"kind": ("court", "", *"abcdefgh"), "종류": ("",) * 10},
    metadata={"name": "나쁜 말", "steps": 12, "nested": {"a": [1, 2.5, None, True]}},
)
SUFFIXES = [suffix for member in FORMATS for suffix in member.suffixes]
PACKED = [".vec.gz", ".vec.zst", ".safetensors.gz", ".bin.zst"]


@pytest.mark.parametrize("member", list(FORMATS), ids=lambda member: member.key)
def test_members_show_what_the_registry_asks(member):
    assert isinstance(member.label, Text)
    assert member.label["ko"] and member.label["en"]
    known = (*member.suffixes, *member.also)
    assert known and all(suffix.startswith(".") for suffix in known)
    assert member.Options()


@pytest.mark.parametrize("suffix", SUFFIXES + PACKED)
def test_what_is_written_is_read(tmp_path, suffix):
    path = tmp_path / f"deep/table{suffix}"
    write_table(TABLE, path)
    found = read_table(str(path))
    assert found.labels == TABLE.labels
    assert np.array_equal(found.matrix, TABLE.matrix)
    if format_of(path).complete:
        assert found == TABLE
        assert found.metadata == TABLE.metadata
    else:
        assert found.name == "table"
    assert not [left.name for left in path.parent.iterdir() if left.name.startswith(".")]


@pytest.mark.parametrize("suffix", SUFFIXES + PACKED)
def test_a_table_without_counts_and_columns(tmp_path, suffix):
    plain = EmbeddingTable(("왕", "돌"), [[1, 2], [3, 4]], metadata={"name": "table"})
    write_table(plain, tmp_path / f"table{suffix}")
    found = read_table(tmp_path / f"table{suffix}")
    assert found == plain
    assert found.counts is None


@pytest.mark.parametrize("suffix", SUFFIXES)
@given(
    labels=st.lists(
        st.text(st.characters(exclude_categories=("Cc", "Cs", "Z")), min_size=1), min_size=3, max_size=3, unique=True
    ),
    matrix=arrays(np.float32, (3, 2), elements=st.floats(width=32, allow_nan=False, allow_infinity=False)),
)
@settings(max_examples=20)
def test_any_words_and_numbers_survive(tmp_path_factory, suffix, labels, matrix):
    path = tmp_path_factory.mktemp("any") / f"t{suffix}"
    write_table(EmbeddingTable(tuple(labels), matrix), path)
    found = read_table(path)
    assert found.labels == tuple(labels)
    assert np.array_equal(found.matrix, matrix)


def test_the_projector_folder(tmp_path):
    write_table(TABLE, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"tensors.tsv", "metadata.tsv", "projector_config.pbtxt"}
    assert read_table(tmp_path / "tensors.tsv").labels == read_table(tmp_path).labels == TABLE.labels
    assert read_table(tmp_path).columns == TABLE.columns
    assert read_table(tmp_path).counts.tolist() == TABLE.counts.tolist()


def test_float16_halves_the_file(tmp_path):
    table = EmbeddingTable(tuple(f"w{i}" for i in range(100)), np.random.default_rng(0).normal(size=(100, 300)))
    member = FORMATS["safetensors"]
    member.write(table, tmp_path / "half.safetensors", dtype="float16")
    member.write(table, tmp_path / "full.safetensors")
    half = (tmp_path / "half.safetensors").stat().st_size
    assert half < 0.55 * (tmp_path / "full.safetensors").stat().st_size
    assert read_table(tmp_path / "half.safetensors").matrix == pytest.approx(table.matrix, rel=1e-3, abs=1e-6)
    with pytest.raises(InvalidTable, match="float16"):
        member.write(EmbeddingTable(("a",), [[1e6]]), tmp_path / "big.safetensors", dtype="float16")


def test_the_same_table_gives_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        write_table(TABLE, tmp_path / f"{name}.safetensors")
    assert (tmp_path / "a.safetensors").read_bytes() == (tmp_path / "b.safetensors").read_bytes()


def test_glove_without_a_header_and_fasttext_with_blanks_at_the_end(tmp_path):
    path = tmp_path / "glove.txt"
    path.write_text("the 1 2 3\nof 4 5 6\n")
    assert read_table(path).matrix.tolist() == [[1, 2, 3], [4, 5, 6]]
    path = tmp_path / "fast.vec"
    path.write_bytes("2 2\r\n왕 1 2 \r\nNew York 3 4 \r\n\r\n".encode())
    assert read_table(path).labels == ("왕", "New York")


def test_decomposed_labels_of_a_file_are_found_by_composed_words(tmp_path):
    path = tmp_path / "mac.vec"
    path.write_text(unicodedata.normalize("NFD", "1 2\n왕 1 2\n"), encoding="utf-8")
    assert "왕" in read_table(path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty|no numbers"),
        (b"2 2\na 1 2\n", "promises 2 words, but it holds 1"),
        (b"1 2\na 1 2\nb 1 2\n", "promises 1 words, but it holds 2"),
        (b"1 2\na 1\n", "line 2"),
        (b"2 2\na 1 2\nb 1 x\n", "line 3"),
        (b"1 2\n\xff\xfe 1 2\n", "line 2"),
        (b"1 2\na 1 nan\n", "NaN"),
        (b"1 2\na 1 1e300\n", "infinite"),
        (b"99999999999 300\na 1 2\n", "more than"),
        (b"1000000 300\na 1 2\n", "more than the file can hold"),
        (b"0 2\n", "shape"),
        (b"a" * 3000 + b" 1 2\n", "longer than"),
        (b"x" * (1 << 21), "longer than"),
    ],
)
def test_broken_word2vec_files_say_where(tmp_path, content, reason):
    path = tmp_path / "bad.vec"
    path.write_bytes(content)
    with pytest.raises(InvalidTable, match=reason):
        read_table(path)


def test_rows_that_cannot_be_used_are_left_out_and_counted(tmp_path):
    path = tmp_path / "some.vec"
    path.write_text("6 2\na 1 2\na 3 4\nb nan 4\n 5 6\nc 1e300 1\nd 7 8\n")
    found = read_table(path)
    assert found.labels == ("a", "d")
    assert found.matrix.tolist() == [[1, 2], [7, 8]]
    assert found.metadata["dropped"] == {"not_finite": 2, "empty_label": 1, "duplicate_label": 1}
    assert "dropped" not in read_table(_written(tmp_path / "whole.vec", "1 2\na 1 2\n")).metadata


def _written(path, text):
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("tensors", "metadata", "reason"),
    [
        ("1\t2\n", "a\nb\n", "2 labels but"),
        ("1\t2\n3\n", "a\nb\n", "line 2"),
        ("1\tx\n", "a\n", "not a number"),
        ("", "a\n", "empty"),
        ("1\t2\n", "", "empty"),
        ("1\t2\n", "word\tcount\na\n", "word 1 has 1 columns"),
        ("1\t2\n", "word\tcount\na\tmany\n", "whole number"),
        ("1\t2\n", "word\tword\na\tb\n", "same name"),
        ("1\t2\n", None, "beside its partner"),
    ],
)
def test_broken_projector_files_say_why(tmp_path, tensors, metadata, reason):
    (tmp_path / "tensors.tsv").write_text(tensors)
    if metadata is not None:
        (tmp_path / "metadata.tsv").write_text(metadata)
    with pytest.raises(InvalidTable, match=reason):
        read_table(tmp_path)


class _Bomb:
    def __reduce__(self):
        return (pytest.fail, ("a pickle was executed",))


def _npz(path, **arrays_):
    np.savez(path, **arrays_)
    return path


def test_archives_with_objects_are_never_loaded(tmp_path):
    bomb = np.empty(1, dtype=object)
    bomb[0] = _Bomb()
    with pytest.raises(InvalidTable, match="Python objects"):
        read_table(_npz(tmp_path / "bomb.npz", labels=bomb, matrix=np.ones((1, 2))))


@pytest.mark.parametrize(
    ("arrays_", "reason"),
    [
        ({"matrix": np.ones((1, 2))}, "lacks"),
        ({"labels": np.array(["a"]), "matrix": np.ones(2)}, "shape"),
        ({"labels": np.array(["a", "b"]), "matrix": np.ones((1, 2))}, "2 labels"),
        ({"labels": np.array([1.0]), "matrix": np.ones((1, 2))}, "texts"),
        ({"labels": np.array(["a"]), "matrix": np.ones((1, 2), complex)}, "not numbers"),
        ({"labels": np.array(["a"]), "matrix": np.ones((1, 2)), "counts": np.array([1, 2])}, "counts"),
        ({"labels": np.array(["a"]), "matrix": np.ones((1, 2)), "counts": np.array([0.5])}, "counts"),
        ({"labels": np.array(["a"]), "matrix": np.ones((1, 2)), "column:k": np.array([1])}, "column:k"),
        ({"labels": np.array(["a"]), "matrix": np.ones((1, 2)), "metadata": np.array("{")}, "damaged"),
        ({"labels": np.array(["a"]), "matrix": np.array([[np.inf, 1]])}, "infinite"),
        ({"labels": np.array(["a" * 5000]), "matrix": np.ones((1, 2))}, "at most"),
    ],
)
def test_broken_archives_say_why(tmp_path, arrays_, reason):
    with pytest.raises(InvalidTable, match=reason):
        read_table(_npz(tmp_path / "bad.npz", **arrays_))


def test_a_zip_bomb_is_refused_before_it_unpacks(tmp_path):
    path = tmp_path / "bomb.npz"
    header = np.lib.format.header_data_from_array_1_0(np.zeros(1, np.float32)) | {"shape": (10**6, 10**6)}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("matrix.npy", "w") as member:
            np.lib.format.write_array_header_1_0(member, header)
            member.write(b"\0" * 10_000)
        with archive.open("labels.npy", "w") as member:
            np.lib.format.write_array(member, np.array(["a"]))
    with pytest.raises(InvalidTable, match="more than this program takes"):
        read_table(path)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_truncated_files_are_refused(tmp_path, suffix):
    path = tmp_path / f"t{suffix}"
    write_table(TABLE, path)
    whole = path.read_bytes()
    for size in (0, 1, 7, len(whole) // 3, len(whole) - 5):
        path.write_bytes(whole[:size])
        if suffix in (".vec", ".txt", ".tsv", ".csv") and size == len(whole) - 5:
            continue  # a shorter last number is still a number
        with pytest.raises(InvalidTable):
            read_table(path)


@pytest.mark.parametrize("suffix", SUFFIXES)
@given(content=st.binary(max_size=300))
@settings(max_examples=40)
def test_any_bytes_are_read_or_refused(tmp_path_factory, suffix, content):
    path = tmp_path_factory.mktemp("bytes") / f"t{suffix}"
    path.write_bytes(content)
    (path.parent / "t.metadata.tsv").write_bytes(content)
    try:
        assert len(read_table(path)) > 0
    except InvalidTable as error:
        assert error.name.startswith("t.")


def _safetensors(path, about, matrix=None):
    tensors = {"matrix": np.ones((1, 2), np.float32) if matrix is None else matrix}
    text = about if isinstance(about, str) else json.dumps(about)
    save_file(tensors, path, {safetensors.HEADER_KEY: text})
    return path


@pytest.mark.parametrize(
    ("about", "reason"),
    [
        ("{", "header is damaged"),
        ({"format": 1}, "labels"),
        ({"format": 2, "labels": ["a"]}, "format 2"),
        ({"format": 1, "labels": ["a", "b"]}, "2 labels"),
        ({"format": 1, "labels": ["a"], "counts": [-1]}, "negative"),
        ({"format": 1, "labels": ["a"], "counts": [2**70]}, "too large|counts"),
        ({"format": 1, "labels": ["a"], "counts": [1, 2]}, "counts"),
        ({"format": 1, "labels": ["a"], "columns": {"k": []}}, "column"),
        ({"format": 1, "labels": [1]}, "labels"),
    ],
)
def test_lying_headers_are_refused(tmp_path, about, reason):
    with pytest.raises(InvalidTable, match=reason):
        read_table(_safetensors(tmp_path / "bad.safetensors", about))


def test_other_safetensors_files_are_refused(tmp_path):
    path = tmp_path / "other.safetensors"
    save_file({"weight": np.ones((2, 2), np.float32)}, path)
    with pytest.raises(InvalidTable, match="no labels"):
        read_table(path)
    save_file({"weight": np.ones((2, 2), np.float32)}, path, {safetensors.HEADER_KEY: '{"format": 1, "labels": ["a"]}'})
    with pytest.raises(InvalidTable, match="'matrix'"):
        read_table(path)
    with pytest.raises(InvalidTable, match="I64"):
        read_table(_safetensors(path, {"format": 1, "labels": ["a"]}, np.ones((1, 2), np.int64)))
    path.write_bytes(pickle.dumps(_Bomb()))
    with pytest.raises(InvalidTable, match="not a safetensors file"):
        read_table(path)
    path.write_bytes(struct.pack("<Q", 2**60) + b"{}")
    with pytest.raises(InvalidTable):
        read_table(path)


def test_labels_a_text_file_cannot_hold_are_refused_and_leave_nothing(tmp_path):
    for label in ("a\nb", " a", "a\u00a0b", "a\u2028b"):
        with pytest.raises(InvalidTable, match="cannot be written"):
            write_table(EmbeddingTable((label,), [[1]]), tmp_path / "t.vec")
    with pytest.raises(InvalidTable, match="tabs"):
        write_table(EmbeddingTable(("a\tb",), [[1]]), tmp_path / "t.tsv")
    with pytest.raises(InvalidTable, match="NUL"):
        write_table(EmbeddingTable(("a\0",), [[1]]), tmp_path / "t.npz")
    assert list(tmp_path.iterdir()) == []


def test_an_older_file_stays_when_writing_fails(tmp_path, monkeypatch):
    path = tmp_path / "t.npz"
    write_table(TABLE, path)

    def full(*_, **__):
        raise OSError("no space left")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="no space"):
        write_table(EmbeddingTable(("a",), [[1]]), path)
    assert read_table(path) == TABLE
    assert [left.name for left in tmp_path.iterdir()] == ["t.npz"]


def test_missing_files_and_unknown_suffixes(tmp_path):
    with pytest.raises(InvalidTable, match="no such file"):
        read_table(tmp_path / "none.npz")
    for path in (tmp_path / "a.pkl", tmp_path / "none"):
        with pytest.raises(UnknownChoice, match=r"\.safetensors"):
            read_table(path)
