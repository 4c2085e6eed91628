"""Files of other programs are read here, and theirs read what is written here: gensim, torch, polars, pandas, safetensors."""

from __future__ import annotations

import json
from collections import OrderedDict

import numpy as np
import polars
import pytest
import torch
from safetensors.numpy import save_file

from lstm_core.errors import InvalidTable, UnknownChoice
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.formats import FORMATS, format_of, read_table, torch_state, write_table
from lstm_core.table.formats.word2vec import _at_once, _line_by_line, _Source

gensim = pytest.importorskip("gensim.models", reason="the peer these files are compared with")

WORDS = ("왕", "여왕", "co-op", "“따옴표”", '"', "a,b", "New York", "<s>", "#", "0", "😀")
ROWS = np.random.default_rng(3).normal(size=(len(WORDS), 7)).astype(np.float32) * 10.0 ** np.arange(-5, 6)[:, None]
TABLE = EmbeddingTable(WORDS, ROWS, metadata={"name": "t"})


@pytest.mark.parametrize("suffix", [".vec", ".bin", ".vec.gz"])
def test_gensim_reads_what_is_written_here(tmp_path, suffix):
    path = tmp_path / f"t{suffix}"
    write_table(TABLE, path)
    found = gensim.KeyedVectors.load_word2vec_format(str(path), binary=suffix == ".bin")
    assert [word.replace("\u00a0", " ") for word in found.index_to_key] == list(WORDS)
    assert np.array_equal(found.vectors, TABLE.matrix)


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize("suffix", [".vec", ".bin", ".txt"])
def test_what_gensim_writes_is_read_whatever_its_suffix(tmp_path, suffix, binary):
    made = gensim.KeyedVectors(7)
    made.add_vectors([word.replace(" ", "_") for word in WORDS], TABLE.matrix)
    path = tmp_path / f"g{suffix}"
    made.save_word2vec_format(str(path), binary=binary)
    found = read_table(path)
    assert found.labels == tuple(word.replace(" ", "_") for word in WORDS)
    assert np.array_equal(found.matrix, gensim.KeyedVectors.load_word2vec_format(str(path), binary=binary).vectors)


def _long_file(tmp_path, *, spoil=""):
    random = np.random.default_rng(1)
    rows = random.normal(size=(400, 200)).astype(np.float32)
    words = [f"낱말{n}" if n % 3 else f'"{n}\u00a0x' for n in range(400)]
    text = "".join(f"{word} {' '.join(map(repr, map(float, row)))}\n" for word, row in zip(words, rows, strict=True))
    path = tmp_path / "long.vec"
    path.write_text(f"400 200\n{text}" if not spoil else f"400 200\n{text.replace('낱말100 ', spoil, 1)}")
    return path, [word.replace("\u00a0", " ") for word in words], rows


def test_a_long_file_is_read_at_once_and_to_the_same_numbers(tmp_path):
    path, words, rows = _long_file(tmp_path)
    lines = path.read_bytes().split(b"\n", 1)[1]
    fast = _at_once(lines, 200, 400)
    slow = _line_by_line(_Source(path, path.open("rb"), 1, None), lines, 200)
    assert fast is not None and fast[0] == slow[0] == words
    assert np.array_equal(fast[1], slow[1]) and np.array_equal(fast[1], rows)
    assert read_table(path).labels == tuple(words)
    for end in (b" \n", b"\r\n", b" \r\n"):  # fastText leaves a blank, Windows a carriage return
        again = _at_once(lines.replace(b"\n", end), 200, 400)
        assert again is not None and again[0] == words and np.array_equal(again[1], rows)


@pytest.mark.parametrize("size", [1 << 12, 100_003, 1 << 20])
def test_lines_that_lie_over_the_edge_of_a_chunk(tmp_path, monkeypatch, size):
    path, words, rows = _long_file(tmp_path)
    monkeypatch.setattr("lstm_core.table.formats.word2vec._CHUNK", size)
    for text in (path.read_bytes(), path.read_bytes().split(b"\n", 1)[1], path.read_bytes().removesuffix(b"\n")):
        path.write_bytes(text)
        found = read_table(path)
        assert found.labels == tuple(words) and np.array_equal(found.matrix, rows)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [("낱말 100 ", None), ("낱말100 1 ", None), ("낱말100", "line 102"), ("낱말100 x", "line 102"), ("낱말100 \t", None)],
)
def test_one_odd_line_in_a_long_file_is_read_with_care(tmp_path, spoil, reason):
    path, _, rows = _long_file(tmp_path, spoil=spoil)
    if reason:
        with pytest.raises(InvalidTable, match=reason):
            read_table(path)
    else:
        found = read_table(path)
        assert found.labels[100] == spoil.strip() and np.array_equal(found.matrix, rows)


def test_only_the_first_words_of_a_long_file(tmp_path):
    path, words, _ = _long_file(tmp_path)
    assert read_table(path, {"limit": 5}).labels == tuple(words[:5])
    write_table(read_table(path), tmp_path / "long.bin")
    assert read_table(tmp_path / "long.bin", {"limit": 7}).labels == tuple(words[:7])


def test_progress_is_told_and_can_stop_the_reading(tmp_path):
    path, _, _ = _long_file(tmp_path)
    told = []
    read_table(path, progress=told.append)
    assert told and told[-1] == pytest.approx(1.0)

    def stop(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_table(path, progress=stop)


def _state(tmp_path, value, name="model.pt"):
    torch.save(value, tmp_path / name)
    return tmp_path / name


def _vocabulary(tmp_path, words=WORDS, name="vocab.txt"):
    path = tmp_path / name
    path.write_text(json.dumps(words) if name.endswith(".json") else "".join(word + "\n" for word in words))
    return str(path)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16, torch.bfloat16])
@pytest.mark.parametrize("name", ["model.pt", "pytorch_model.bin"])
def test_a_state_dict_is_read_as_torch_reads_it(tmp_path, dtype, name):
    rows = torch.arange(22.0).reshape(11, 2).to(dtype) / 3
    lstm = {"lstm.weight": torch.zeros(8, 2), "lstm.bias": torch.zeros(8)}
    module = OrderedDict({"embed.weight": torch.nn.Parameter(rows), **lstm})
    path = _state(tmp_path, {"step": 3, "lr": 0.1, "note": None, "on": True, "model": module, "betas": (0.9, [1])}, name)
    wanted = torch.load(path, weights_only=True)["model"]["embed.weight"].detach().float().numpy()
    found = read_table(path, {"labels": _vocabulary(tmp_path)})
    assert found.labels == WORDS and np.array_equal(found.matrix, wanted)
    with pytest.raises(InvalidTable, match="11 labels"):
        read_table(path, {"labels": _vocabulary(tmp_path), "tensor": "model.lstm.weight"})
    with pytest.raises(UnknownChoice, match=r"model\.embed\.weight \(11 x 2\)"):
        read_table(path, {"labels": _vocabulary(tmp_path), "tensor": "nonsense"})
    with pytest.raises(InvalidTable, match="no labels"):
        read_table(path)


def test_views_of_a_storage_are_read_as_torch_reads_them(tmp_path):
    whole = torch.arange(120.0).reshape(10, 12)
    views = {"turned": whole.T[:11, 2:9], "inner": whole[1:, 3:5], "layer": torch.nn.Linear(3, 4).state_dict()}
    path = _state(tmp_path, views)
    assert set(torch_state.tensors_in(path)) == {"turned", "inner", "layer.weight", "layer.bias"}
    found = read_table(path, {"labels": _vocabulary(tmp_path), "tensor": "turned"})
    assert np.array_equal(found.matrix, views["turned"].numpy())


def test_torch_agrees_with_our_safetensors(tmp_path):
    from safetensors.torch import load_file

    write_table(TABLE, tmp_path / "t.safetensors")
    assert np.array_equal(load_file(tmp_path / "t.safetensors")["matrix"].numpy(), TABLE.matrix)


@pytest.mark.parametrize("vocabulary", ["v.txt", "v.json"])
def test_safetensors_of_others(tmp_path, vocabulary):
    path = tmp_path / "other.safetensors"
    save_file({"embed.weight": TABLE.matrix, "w": np.zeros((2, 2), np.float32)}, path)
    found = read_table(path, {"labels": _vocabulary(tmp_path, name=vocabulary)})
    assert found.labels == WORDS and np.array_equal(found.matrix, TABLE.matrix)
    half = torch.from_numpy(TABLE.matrix.copy()).bfloat16()
    from safetensors.torch import save_file as save_torch

    save_torch({"embed.weight": half}, path)
    found = read_table(path, {"labels": _vocabulary(tmp_path, name=vocabulary), "tensor": "embed.weight"})
    assert np.array_equal(found.matrix, half.float().numpy())


@pytest.mark.parametrize(
    ("content", "good"),
    [
        (json.dumps({"둘": 1, "하나": 0}), True),
        (json.dumps({"tokens": ["하나", "둘"], "counts": [1, 2]}), True),
        (json.dumps({"model": {"vocab": {"하나": 0, "둘": 1}}}), True),
        (json.dumps({"하나": 0, "둘": 2}), False),
        (json.dumps([1, 2]), False),
        ("{", False),
        ("[" * 100_000, False),
    ],
)
def test_vocabularies_in_json(tmp_path, content, good):
    np.save(tmp_path / "m.npy", np.eye(2))
    (tmp_path / "v.json").write_text(content)
    if good:
        assert read_table(tmp_path / "m.npy", {"labels": str(tmp_path / "v.json")}).labels == ("하나", "둘")
    else:
        with pytest.raises(InvalidTable):
            read_table(tmp_path / "m.npy", {"labels": str(tmp_path / "v.json")})


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["<f4", ">f4", "<f8", "<f2", "<i4"])
def test_matrices_of_any_order_and_type(tmp_path, order, dtype):
    np.save(tmp_path / "m.npy", np.asarray(np.arange(22).reshape(11, 2), dtype=dtype, order=order))
    found = read_table(tmp_path / "m.npy", {"labels": _vocabulary(tmp_path)})
    assert found.matrix.tolist() == np.arange(22).reshape(11, 2).tolist()
    with pytest.raises(InvalidTable, match=r"m\.labels\.txt"):
        read_table(tmp_path / "m.npy")


def test_a_matrix_is_mapped_and_not_copied(tmp_path):
    for suffix in (".npy", ".safetensors"):
        write_table(TABLE, tmp_path / f"t{suffix}")
        kept = read_table(tmp_path / f"t{suffix}").matrix
        while isinstance(kept.base, np.ndarray):
            kept = kept.base
        assert isinstance(kept, np.memmap)


def test_parquet_and_arrow_of_polars(tmp_path):
    frame = polars.DataFrame({"n": [1, 2], "token": ["왕", "돌"], "embedding": [[1.0, 2.0], [3.0, 4.0]]})
    frame.write_parquet(tmp_path / "p.parquet")
    frame.write_ipc(tmp_path / "p.arrow", compression="zstd")
    for path in (tmp_path / "p.parquet", tmp_path / "p.arrow"):
        assert read_table(path).labels == ("왕", "돌")
        assert read_table(path).matrix.tolist() == [[1, 2], [3, 4]]
    wide = polars.DataFrame({"word": ["왕", "돌"], "count": [5, 3], "x": [1.0, 2.0], "y": [3, 4]})
    wide.write_parquet(tmp_path / "w.parquet")
    assert read_table(tmp_path / "w.parquet").matrix.tolist() == [[1, 3], [2, 4]]
    assert read_table(tmp_path / "w.parquet").counts.tolist() == [5, 3]
    polars.DataFrame({"word": ["왕", "돌"], "v": [[1.0], [2.0, 3.0]]}).write_parquet(tmp_path / "r.parquet")
    with pytest.raises(InvalidTable, match="one length"):
        read_table(tmp_path / "r.parquet")


def test_polars_reads_our_parquet_and_csv(tmp_path):
    write_table(TABLE, tmp_path / "t.parquet")
    assert polars.read_parquet(tmp_path / "t.parquet")["vector"].to_numpy().tolist() == TABLE.matrix.tolist()
    write_table(TABLE, tmp_path / "t.csv")
    frame = polars.read_csv(tmp_path / "t.csv")
    assert tuple(frame["word"]) == WORDS
    assert np.array_equal(frame.drop("word").to_numpy().astype(np.float32), TABLE.matrix)


@pytest.mark.parametrize("text", ["왕,1,2\n돌,3,4\n", "w,a,b\n왕,1,2\n돌,3,4\n", "\ufeffword,d0,d1\r\n왕,1,2\r\n돌,3,4"])
def test_plain_csv(tmp_path, text):
    (tmp_path / "t.csv").write_text(text)
    assert read_table(tmp_path / "t.csv").labels == ("왕", "돌")
    assert read_table(tmp_path / "t.csv").matrix.tolist() == [[1, 2], [3, 4]]


def test_what_can_only_be_read_says_what_to_write_instead(tmp_path):
    for suffix in (".pt", ".kv"):
        with pytest.raises(UnknownChoice, match=r"\.safetensors"):
            write_table(TABLE, tmp_path / f"t{suffix}")
    for key in ("torch", "fasttext"):
        with pytest.raises(InvalidTable, match="write"):
            FORMATS[key].write(TABLE, tmp_path / "t")
    with pytest.raises(InvalidTable, match="more than one file"):
        write_table(TABLE, tmp_path / "t.npy.gz")


def test_the_content_decides_between_formats_of_one_suffix(tmp_path):
    path = tmp_path / "t.bin"
    for content, key in [
        (b"1 2\na 1 2\n", "word2vec"),
        (b"1 1\na \x00\x00\x80?", "word2vec-binary"),
        (b"\xba\x16O/", "fasttext"),
        (b"PK\x03\x04", "torch"),
    ]:
        path.write_bytes(content)
        assert format_of(path).key == key
