import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_core.errors import UnreadableText
from lstm_core.normalize import normalize
from lstm_core.text import packing
from lstm_core.text.corpus import open_corpus
from lstm_core.text.files import MAX_LINE, open_text
from lstm_core.text.packing import CHUNK

KOREAN = "왕이 왔다\n\n여왕도 왔다\n"
ENCODINGS = ["utf-8", "utf-8-sig", "cp949", "euc-kr", "utf-16", "utf-16-le", "utf-16-be"]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_korean_encodings_are_told_apart(tmp_path, encoding):
    path = tmp_path / "글.txt"
    path.write_bytes(KOREAN.encode(encoding))
    assert list(open_text(path).lines()) == ["왕이 왔다", "여왕도 왔다"]
    assert open_text(path).encoding == encoding.replace("euc-kr", "cp949")


@pytest.mark.parametrize("encoding", ENCODINGS[:4])
def test_the_encoding_is_told_by_the_first_hangul_however_late_it_comes(tmp_path, encoding):
    for before in (CHUNK - 1, CHUNK, 3 * CHUNK - 2):
        path = tmp_path / "late.txt"
        path.write_bytes((("plain " * before)[: before - 1] + "\n왕이 왔다\n").encode(encoding))
        assert list(open_text(path).lines())[-1] == "왕이 왔다"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end(tmp_path, newline):
    path = tmp_path / "a.txt"
    path.write_bytes(KOREAN.replace("\n", newline).encode())
    assert list(open_text(path).lines()) == ["왕이 왔다", "여왕도 왔다"]


@settings(deadline=None)
@given(
    lines=st.lists(st.text(st.sampled_from("a왕ᄀ\u1161 \t\x0c\u3000\ufeff\u200b\u0301\u2028é😀"), max_size=12), min_size=1),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
    chunk=st.sampled_from([4, 7, 100]),
)
def test_lines_are_what_python_reads_each_normalised(tmp_path_factory, lines, newline, chunk):
    path = tmp_path_factory.mktemp("lines") / "a.txt"
    path.write_text("왕" + newline.join(lines) + newline + "왕", encoding="utf-8", newline="")
    with path.open(encoding="utf-8", newline=None) as file:
        expected = [text for text in map(normalize, file) if text]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packing, "CHUNK", chunk)
        assert list(open_text(path).lines()) == expected


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \n\t\r\n ", "empty"),
        ("\ufeff\n".encode(), "empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "binary"),
        (b"text with a NUL \x00 in it", "binary"),
        ("왕이 왔다 \0".encode(), "binary"),
        ("한국\ud800 말".encode("utf-16", "surrogatepass"), "encoding"),
        (b"\xff\xff\xff caf\xe9 \xff", "encoding"),
        ("왕".encode()[:2], "encoding"),
        ("吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。".encode("euc_jp"), "encoding"),
        ("吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。".encode("shift_jis"), "encoding"),
        ("Все счастливые семьи похожи друг на друга.".encode("koi8_r"), "encoding"),
        ("话说天下大势，分久必合，合久必分。".encode("gb18030"), "encoding"),
    ],
)
def test_what_is_no_text_is_refused_with_the_reason(tmp_path, content, reason):
    path = tmp_path / "bad.txt"
    path.write_bytes(content)
    with pytest.raises(UnreadableText) as caught:
        open_text(path)
    assert caught.value.reason == reason
    assert "bad.txt" in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("tail", "reason"),
    [(b"\x00", "binary"), (b"\xff\xfe", "encoding"), ("왕".encode()[:2], "encoding"), (b"a" * (MAX_LINE + 1), "long_line")],
)
def test_what_shows_only_later_is_refused_when_it_is_read(tmp_path, tail, reason):
    path = tmp_path / "late.txt"
    path.write_bytes("왕이 왔다\n".encode() * 100_000 + tail)
    lines = open_text(path).lines()
    with pytest.raises(UnreadableText) as caught:
        for _ in lines:
            pass
    assert caught.value.reason == reason


@pytest.mark.parametrize("missing", ["nowhere.txt", "nowhere/*.txt"])
def test_a_path_without_a_file(tmp_path, missing):
    with pytest.raises(UnreadableText) as caught:
        open_corpus(str(tmp_path / missing))
    assert caught.value.reason == ("no_files" if "*" in missing else "missing")


def test_a_huge_line_is_refused_without_filling_the_memory(tmp_path):
    path = tmp_path / "long.txt"
    with path.open("wb") as file:
        file.truncate(1 << 30)
        for _ in range(64):
            file.write(b"a " * (1 << 19))
    tracemalloc.start()
    with pytest.raises(UnreadableText) as caught:
        open_text(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert caught.value.reason == "long_line"
    assert peak < 12 << 20


def test_lines_up_to_the_limit_are_read(tmp_path):
    path = tmp_path / "ok.txt"
    path.write_bytes(b"a" * MAX_LINE + b"\n" + b"b" * MAX_LINE)
    assert [len(line) for line in open_text(path).lines()] == [MAX_LINE] * 2


def test_the_line_estimate_is_close(tmp_path):
    path = tmp_path / "many.txt"
    path.write_text("왕이 왔다\n" * 500_000, encoding="utf-8")
    assert open_text(path).line_estimate() == pytest.approx(500_000, rel=0.01)


@pytest.mark.parametrize("path", ["~nosuchuser-at-all/a.txt", "a" * 300 + ".txt", "nul\0.txt"])
def test_a_path_that_cannot_be_is_missing(path):
    with pytest.raises(UnreadableText) as caught:
        open_text(path)
    assert caught.value.reason == "missing"


def test_a_name_that_is_not_unicode_is_said_to_be_so(tmp_path):
    path = tmp_path / "half\udce2.txt"
    path.write_text("왕이 왔다\n", encoding="utf-8")
    for spec in (path, tmp_path):
        with pytest.raises(UnreadableText) as caught:
            open_corpus(str(spec))
        assert caught.value.reason == "name" and str(caught.value).encode("utf-8")


def test_the_home_folder_is_meant_by_a_tilde(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "a.txt").write_text(KOREAN, encoding="utf-8")
    assert open_text("~/a.txt").path == tmp_path / "a.txt"
