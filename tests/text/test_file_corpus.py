import os

import pytest

from lstm_core.errors import UnreadableText
from lstm_core.text import identity
from lstm_core.text.corpus import open_corpus
from lstm_core.text.find import find_files
from lstm_core.text.places import is_inside, text_folders
from lstm_core.text.preview import allowed, preview


@pytest.fixture
def folder(tmp_path):
    """Texts in a folder and below it, and what does not count."""
    home = tmp_path / "texts"
    for name, text in {
        "b.txt": "둘\n",
        "a.csv": "id,text\n1,하나\n",
        "deep/er/c.jsonl": '{"text": "셋"}\n',
        ".hidden.txt": "숨은 것\n",
        ".git/d.txt": "숨은 것\n",
        "notes.md": "not a text of the corpus\n",
    }.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return home


def test_a_folder_is_all_its_texts_in_order(folder):
    corpus = open_corpus(str(folder))
    assert list(corpus.sentences()) == ["하나", "둘", "셋"]
    assert (corpus.name, corpus.size_hint) == ("texts", 3)


@pytest.mark.parametrize(("pattern", "expected"), [("*.txt", ["둘"]), ("**/*.jsonl", ["셋"]), ("[ab].*", ["하나", "둘"])])
def test_a_pattern_is_the_texts_that_match(folder, pattern, expected):
    assert list(open_corpus(str(folder / pattern)).sentences()) == expected


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(folder):
    (folder / "a[1].txt").write_text("넷\n", encoding="utf-8")
    assert list(open_corpus(str(folder / "a[1].txt")).sentences()) == ["넷"]


def test_a_folder_without_texts(tmp_path):
    with pytest.raises(UnreadableText) as caught:
        find_files(str(tmp_path), {".txt"})
    assert caught.value.reason == "no_files"


def test_a_file_that_may_not_be_read(folder):
    (folder / "b.txt").chmod(0)
    if os.access(folder / "b.txt", os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(UnreadableText) as caught:
        open_corpus(str(folder / "b.txt"))
    assert caught.value.reason == "forbidden"


class TestIdentity:
    @pytest.fixture(autouse=True)
    def cache(self, tmp_path, monkeypatch):
        monkeypatch.setenv("WORD_ATLAS_CACHE", str(tmp_path / "cache"))
        monkeypatch.setattr(identity, "REMEMBERED", 1)
        monkeypatch.setattr(identity, "_SETTLED", -1.0)
        return tmp_path / "cache" / "hashes"

    def test_it_goes_by_content_and_not_by_name(self, folder, cache):
        before = open_corpus(str(folder / "b.txt")).identity()
        (folder / "b.txt").rename(folder / "z.txt")
        assert open_corpus(str(folder / "z.txt")).identity() == before
        (folder / "z.txt").write_text("셋\n", encoding="utf-8")
        assert open_corpus(str(folder / "z.txt")).identity() != before

    def test_it_goes_by_how_the_file_is_read(self, folder):
        asked = ({}, {"text_column": "id"}, {"format": "lines"})
        assert len({open_corpus(str(folder / "a.csv"), options).identity() for options in asked}) == 3

    def test_a_hash_is_remembered_until_the_file_changes(self, folder, cache, monkeypatch):
        path, counted = folder / "b.txt", []
        monkeypatch.setattr(identity, "sha256_of", lambda file: counted.append(file) or f"{len(counted)}")
        assert [identity.content_hash(path) for _ in range(3)] == ["1", "1", "1"] and len(list(cache.iterdir())) == 1
        path.write_text("바뀐 글\n", encoding="utf-8")
        assert identity.content_hash(path) == "2"

    def test_a_damaged_or_forbidden_memory_costs_only_time(self, folder, cache):
        good = identity.content_hash(folder / "b.txt")
        (note,) = cache.iterdir()
        for damage in (b"", b"{}", b"\xff"):
            note.write_bytes(damage)
            assert identity.content_hash(folder / "b.txt") == good
        note.unlink()
        cache.rmdir()
        cache.write_bytes(b"a file stands where the folder should be")
        assert identity.content_hash(folder / "b.txt") == good


class TestPreview:
    def test_a_table(self, tmp_path):
        path = tmp_path / "후기.csv"
        rows = [f"{n},{'긴 글 ' * 99},{n % 2}" for n in range(30)]
        path.write_text("\n".join(["번호,글,라벨", *rows, ""]), encoding="cp949")
        seen = preview(path)
        assert (seen.name, seen.format, seen.packing, seen.encoding, seen.language) == ("후기", "csv", "", "cp949", "ko")
        assert (seen.columns, seen.text_column, seen.label_column) == (("번호", "글", "라벨"), "글", "라벨")
        assert len(seen.rows) == 5 and seen.rows[0][0] == "0" and len(seen.rows[0][1]) == 160 and seen.rows[0][1].endswith("…")
        assert (seen.files, seen.size, seen.texts) == (1, path.stat().st_size, 30)

    def test_plain_lines(self, folder):
        seen = preview(folder / "b.txt")
        assert (seen.format, seen.columns, seen.rows, seen.text_column) == ("lines", (), (("둘",),), "")

    def test_what_is_asked_for_is_not_guessed(self, folder):
        assert preview(folder / "a.csv", {"text_column": "id", "label_column": "text"}).label_column == "text"


class TestAllowed:
    @pytest.fixture(autouse=True)
    def only_here(self, folder, monkeypatch, tmp_path):
        (tmp_path / "outside.txt").write_text("밖\n", encoding="utf-8")
        monkeypatch.setenv("WORD_ATLAS_TEXTS", str(folder))

    @pytest.mark.parametrize("name", ["b.txt", ".", "*.txt", "deep/../b.txt"])
    def test_inside(self, folder, name):
        assert allowed(str(folder / name)) == str((folder / name).resolve())

    @pytest.mark.parametrize("name", ["../outside.txt", "../*.txt", "..", "../nowhere.txt", "deep/../../outside.txt"])
    def test_outside_also_where_there_is_nothing(self, folder, name):
        with pytest.raises(UnreadableText) as caught:
            allowed(str(folder / name))
        assert caught.value.reason == "outside"

    def test_a_link_that_leads_outside(self, folder, tmp_path):
        (folder / "link.txt").symlink_to(tmp_path / "outside.txt")
        for name in ("link.txt", ".", "l*.txt"):
            with pytest.raises(UnreadableText) as caught:
                allowed(str(folder / name))
            assert caught.value.reason == "outside"

    @pytest.mark.parametrize("spec", ["nul\0", "~nosuchuser-at-all/a", "x" * 5000])
    def test_a_path_that_cannot_be(self, spec):
        with pytest.raises(UnreadableText):
            allowed(spec)

    def test_by_default_home_and_the_project(self, monkeypatch, tmp_path):
        monkeypatch.delenv("WORD_ATLAS_TEXTS")
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("USERPROFILE", str(tmp_path))
        assert text_folders()[0] == tmp_path.resolve() and is_inside(tmp_path / "x", text_folders())
