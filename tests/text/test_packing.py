import gzip
import io
import tracemalloc
import zipfile
import zlib

import pyarrow
import pytest

from lstm_core.errors import UnreadableText
from lstm_core.text import packing
from lstm_core.text.corpus import open_corpus
from lstm_core.text.files import open_text

TEXT = "왕이 왔다\n여왕도 왔다\n"
LINES = ["왕이 왔다", "여왕도 왔다"]


def packed(kind, data, name="a.txt"):
    """``data`` packed as ``kind``."""
    if kind == "gz":
        return gzip.compress(data)
    if kind == "zst":
        return pyarrow.compress(data, codec="zstd", asbytes=True)
    room = io.BytesIO()
    with zipfile.ZipFile(room, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return room.getvalue()


@pytest.mark.parametrize("kind", packing.PACKED)
@pytest.mark.parametrize("name", ["a.txt.{}", "a.{}", "a.txt"])
def test_packed_text_is_text_whatever_the_file_is_called(tmp_path, kind, name):
    path = tmp_path / name.format(kind)
    path.write_bytes(packed(kind, TEXT.encode()))
    assert list(open_text(path).lines()) == LINES


@pytest.mark.parametrize("kind", ["gz", "zst"])
def test_packed_files_put_together_are_read_to_the_end(tmp_path, kind):
    path = tmp_path / f"a.{kind}"
    path.write_bytes(packed(kind, TEXT.encode()) + packed(kind, "셋째\n".encode()))
    assert list(open_text(path).lines()) == [*LINES, "셋째"]


@pytest.mark.parametrize("kind", packing.PACKED)
@pytest.mark.parametrize("damage", ["short", "flipped"])
def test_a_damaged_file_is_said_to_be_damaged(tmp_path, kind, damage):
    data = packed(kind, "".join(f"{n}번째 줄 {zlib.crc32(str(n).encode())}\n" for n in range(40_000)).encode())
    half = len(data) // 2
    flipped = data[:half] + bytes(byte ^ 255 for byte in data[half : half + 40]) + data[half + 40 :]
    path = tmp_path / f"a.{kind}"
    path.write_bytes(data[: half + 7] if damage == "short" else flipped)
    with pytest.raises(UnreadableText) as caught:
        list(open_text(path).lines())
    assert caught.value.reason in ("damaged", "encoding") and (damage == "flipped" or caught.value.reason == "damaged")


def test_an_encrypted_zip_is_refused(tmp_path):
    data = bytearray(packed("zip", TEXT.encode()))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    with pytest.raises(UnreadableText) as caught:
        open_text(path)
    assert caught.value.reason == "locked"


def test_the_texts_in_a_zip_are_read_in_the_order_of_their_names(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("b/2.csv", "text,n\n둘,2\n")
        archive.writestr("a/1.txt", "하나\n")
        archive.writestr("__MACOSX/a/1.txt", "숨은 것\n")
        archive.writestr("readme.md", "no text of the corpus\n")
        archive.writestr("a/.hidden.txt", "숨은 것\n")
    assert list(open_corpus(str(tmp_path / "a.zip"), {"text_column": "text"}).sentences()) == ["하나", "둘"]


def test_a_zip_without_texts(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a/", "")
    with pytest.raises(UnreadableText) as caught:
        open_corpus(str(tmp_path / "a.zip"))
    assert caught.value.reason == "no_files"


@pytest.mark.parametrize("kind", packing.PACKED)
def test_a_bomb_is_refused_in_little_memory(tmp_path, monkeypatch, kind):
    monkeypatch.setattr(packing, "HARMLESS", 1 << 20)
    path = tmp_path / f"bomb.txt.{kind}"
    path.write_bytes(packed(kind, b"boom\n" * 4_000_000))
    tracemalloc.start()
    with pytest.raises(UnreadableText) as caught:
        for _ in open_text(path).lines():
            pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert caught.value.reason == "bomb"
    assert peak < 12 << 20


def test_a_zip_that_lies_about_its_size_gives_no_more_than_it_said(tmp_path):
    data = bytearray(packed("zip", b"boom\n" * 100_000))
    for place in (22, data.index(b"PK\x01\x02") + 24):
        data[place : place + 4] = (50).to_bytes(4, "little")
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    with pytest.raises(UnreadableText) as caught:
        list(open_text(path).lines())
    assert caught.value.reason == "damaged"


def test_the_line_estimate_of_a_packed_file(tmp_path):
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress("".join(f"{n}번째 {zlib.crc32(str(n).encode())}\n" for n in range(300_000)).encode()))
    assert open_text(path).line_estimate() == pytest.approx(300_000, rel=0.1)
