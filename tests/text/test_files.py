import tracemalloc

import pytest

from lstm_core.errors import UnreadableText
from lstm_core.text.corpus import open_corpus
from lstm_core.text.files import MAX_LINE_BYTES, open_text

KOREAN = "왕이 왔다\n\n여왕도 왔다\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "euc-kr"])
def test_korean_encodings_are_told_apart(tmp_path, encoding):
    path = tmp_path / "글.txt"
    path.write_bytes(KOREAN.encode(encoding))
    assert list(open_text(path).lines()) == ["왕이 왔다", "여왕도 왔다"]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end(tmp_path, newline):
    path = tmp_path / "a.txt"
    path.write_bytes(KOREAN.replace("\n", newline).encode())
    assert list(open_text(path).lines()) == ["왕이 왔다", "여왕도 왔다"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \n\t\r\n ", "empty"),
        ("\ufeff\n".encode(), "empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "binary"),
        (b"text with a NUL \x00 in it", "binary"),
        ("한국".encode("utf-16"), "encoding"),
        (b"\xff\xff\xff caf\xe9 \xff", "encoding"),
        ("왕".encode()[:2], "encoding"),
    ],
)
def test_what_is_no_text_is_refused_with_the_reason(tmp_path, content, reason):
    path = tmp_path / "bad.txt"
    path.write_bytes(content)
    with pytest.raises(UnreadableText) as caught:
        open_text(path)
    assert caught.value.reason == reason
    assert "bad.txt" in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("missing", ["nowhere.txt", "."])
def test_a_path_without_a_file(tmp_path, missing):
    with pytest.raises(UnreadableText) as caught:
        open_corpus(str(tmp_path / missing))
    assert caught.value.reason == "missing"


def test_a_huge_line_is_refused_without_filling_the_memory(tmp_path):
    path = tmp_path / "long.txt"
    with path.open("wb") as file:
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
    path.write_bytes(b"a" * MAX_LINE_BYTES + b"\n" + b"b" * MAX_LINE_BYTES)
    assert [len(line) for line in open_text(path).lines()] == [MAX_LINE_BYTES] * 2


def test_the_line_estimate_is_close(tmp_path):
    path = tmp_path / "many.txt"
    path.write_text("왕이 왔다\n" * 200_000, encoding="utf-8")
    assert open_text(path).line_estimate() == pytest.approx(200_000, rel=0.01)


@pytest.mark.parametrize("path", ["~nosuchuser-at-all/a.txt", "a" * 300 + ".txt", "nul\0.txt"])
def test_a_path_that_cannot_be_is_missing(path):
    with pytest.raises(UnreadableText) as caught:
        open_text(path)
    assert caught.value.reason == "missing"


def test_the_home_folder_is_meant_by_a_tilde(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "a.txt").write_text(KOREAN, encoding="utf-8")
    assert open_text("~/a.txt").path == tmp_path / "a.txt"
