"""Broken and hostile files: each is refused with a typed error or read without its bad rows, and none runs code.

Four hundred of the ten thousand of ``benchmarks/broken_files.py``, and the attacks that a random change does not find.
"""

from __future__ import annotations

import gzip
import pickle
import tracemalloc
import zipfile

import numpy as np
import pytest
import torch
import zstandard

from benchmarks.broken_files import KINDS, SPOIL, Bomb, _torch, outcome, spoil, whole_files
from lstm_core.cli import main
from lstm_core.errors import InvalidTable
from lstm_core.table.formats import read_table, torch_state


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    return whole_files(folder), folder


@pytest.mark.parametrize("part", range(8))
def test_broken_files_are_refused_or_cleaned(whole, part):
    files, folder = whole
    seen = {outcome(spoil(number, files, folder)) for number in range(part * 10_000, part * 10_000 + 112)}
    assert "error" in seen
    assert not (folder / "ran").exists()


def test_every_kind_is_spoilt_in_every_way(whole):
    assert 112 == len(KINDS) * len(SPOIL)
    files, folder = whole
    for kind in KINDS:
        (folder / f"fine{kind}").write_bytes(files[kind])
    (folder / "fine.labels.txt").write_bytes((folder / "t.labels.txt").read_bytes())
    (folder / "fine.metadata.tsv").write_bytes((folder / "t.metadata.tsv").read_bytes())
    assert {kind: outcome(folder / f"fine{kind}") for kind in KINDS} == dict.fromkeys(KINDS, "table")


def test_the_bomb_would_go_off(tmp_path):
    pickle.loads(pickle.dumps(Bomb(tmp_path)))
    assert (tmp_path / "ran").exists()


@pytest.mark.parametrize("pack", [gzip.compress, lambda data: zstandard.ZstdCompressor().compress(data)], ids=["gz", "zst"])
def test_a_small_file_that_unpacks_to_much_is_refused(tmp_path, pack):
    path = tmp_path / ("t.vec.gz" if pack is gzip.compress else "t.vec.zst")
    path.write_bytes(pack(b"1 2\n" + b"0" * (65 << 20)))
    with pytest.raises(InvalidTable, match="unpacks to more"):
        read_table(path)


@pytest.mark.parametrize("suffix", ["gz", "zst"])
def test_a_packed_file_that_breaks_off_is_refused_and_pieces_are_joined(tmp_path, suffix):
    path = tmp_path / f"t.vec.{suffix}"
    lines = [f"{number} {number / 7} {number / 11}\n".encode() for number in range(20_000)]
    pack = gzip.compress if suffix == "gz" else zstandard.ZstdCompressor().compress
    one, two = pack(b"".join(lines[:9_000])), pack(b"".join(lines[9_000:]))
    path.write_bytes(one + two)
    assert len(read_table(path)) == 20_000
    for size in (len(one) // 2, len(one) + len(two) // 2):
        path.write_bytes((one + two)[:size])
        with pytest.raises(InvalidTable, match="unpacked"):
            read_table(path)


def test_a_tensor_larger_than_its_storage_takes_no_memory(tmp_path):
    torch.save({"w": torch.zeros(1).expand(20_000, 20_000)}, tmp_path / "shape.pt")
    (tmp_path / "v.txt").write_text("a\n" * 20_000)
    tracemalloc.start()
    with pytest.raises(InvalidTable, match="larger than what is stored"):
        read_table(tmp_path / "shape.pt", {"labels": str(tmp_path / "v.txt")})
    assert tracemalloc.get_traced_memory()[1] < 50 << 20
    tracemalloc.stop()


def test_a_packed_state_dict_is_refused(tmp_path):
    torch.save({"w": torch.zeros(3, 4000)}, tmp_path / "t.pt")
    with zipfile.ZipFile(tmp_path / "t.pt") as old, zipfile.ZipFile(tmp_path / "bomb.pt", "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    (tmp_path / "v.txt").write_text("a\nb\nc\n")
    with pytest.raises(InvalidTable, match="packed"):
        read_table(tmp_path / "bomb.pt", {"labels": str(tmp_path / "v.txt")})


# what the instructions say: a call by name; a tuple of tuples, doubled 200 times, as a key; a dictionary inside itself
PICKLES = {
    "a call": b"\x80\x02cos\nsystem\nX\x04\x00\x00\x00true\x85R.",
    "a call of a method": b"\x80\x04\x8c\x08builtins\x8c\x04eval\x93\x8c\x011\x85R.",
    "an object": b"\x80\x02cos\nsystem\n)\x81.",
    "a key that is long to hash": b"\x80\x02}" + b"K\x00" + b"q\x00h\x00\x86" * 200 + b"K\x01s.",
    "a name that is long to write": b"\x80\x02" + b"K\x00" + b"q\x00h\x00\x86" * 200 + b")R.",
    "a place far away": b"\x80\x02}r\xff\xff\xff\x7fj\xff\xff\xff\x7f0.",
}


@pytest.mark.parametrize("data", PICKLES.values(), ids=PICKLES)
def test_instructions_that_no_state_dict_needs_are_refused(tmp_path, data):
    (tmp_path / "t.pt").write_bytes(_torch(np.ones((12, 4)), data))
    with pytest.raises(InvalidTable, match="more than tensors"):
        read_table(tmp_path / "t.pt")


def test_a_dictionary_inside_itself_is_read_once(tmp_path):
    (tmp_path / "t.pt").write_bytes(_torch(np.ones((12, 4)), b"\x80\x02}q\x00" + b"X\x01\x00\x00\x00ah\x00s" * 3 + b"."))
    assert torch_state.tensors_in(tmp_path / "t.pt") == {}


def test_a_file_of_an_old_torch_is_refused(tmp_path):
    torch.save({"w": torch.zeros(3, 4)}, tmp_path / "old.pt", _use_new_zipfile_serialization=False)
    with pytest.raises(InvalidTable, match="not a PyTorch file"):
        read_table(tmp_path / "old.pt")


def test_a_pickle_of_gensim_is_opened_only_on_trust(tmp_path, capsys):
    models = pytest.importorskip("gensim.models", reason="makes the pickle")
    made = models.KeyedVectors(2)
    made.add_vectors(["왕", "돌"], np.eye(2, dtype=np.float32))
    made.save(str(tmp_path / "t.kv"))
    assert main(["convert", str(tmp_path / "t.kv"), str(tmp_path / "t.npz")]) == 2
    assert "--trust" in capsys.readouterr().err
    assert main(["convert", str(tmp_path / "t.kv"), str(tmp_path / "t.npz"), "--trust"]) == 0
    assert read_table(tmp_path / "t.npz").labels == ("왕", "돌")
    (tmp_path / "bomb.kv").write_bytes(pickle.dumps(Bomb(tmp_path)))
    assert main(["convert", str(tmp_path / "bomb.kv"), str(tmp_path / "u.npz")]) == 2
    assert not (tmp_path / "ran").exists()
    (tmp_path / "no.kv").write_bytes(b"no pickle")
    assert main(["convert", str(tmp_path / "no.kv"), str(tmp_path / "u.npz"), "--trust"]) == 2
