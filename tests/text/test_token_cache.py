import errno
import io
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from lstm_core.errors import HelperDied, StorageFailed, UnreadableText
from lstm_core.files import cache_root, read_json
from lstm_core.text import cut_corpus, pool, token_cache
from lstm_core.text.corpus import open_corpus
from lstm_core.text.token_cache import tokenized
from lstm_core.text.token_file import open_tokens
from lstm_core.text.tokenizers import TOKENIZERS

ROOT = Path(__file__).resolve().parents[2]
LINES = [f"왕이 {number}번째 성에서 {number % 7}일을 보냈다" for number in range(900)]


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """An empty cache; batches are small, so that there are many."""
    monkeypatch.setenv("WORD_ATLAS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("lstm_core.text.cut.MOST_SENTENCES", 50)
    return tmp_path / "cache" / "tokens"


@pytest.fixture
def corpus(tmp_path):
    path = tmp_path / "글.txt"
    path.write_text("\n".join(LINES), encoding="utf-8")
    return open_corpus(str(path))


def left(cache):
    """Everything in the cache that is neither a whole entry nor a lock."""
    return [path.name for path in cache.iterdir() if path.suffix != ".lock" and not (path / "manifest.json").is_file()]


def entries(cache):
    return [path for path in cache.iterdir() if path.is_dir()]


def content(found):
    sentences = open_tokens(found.path, vocab_size=10_000)
    return [one.tolist() for one in sentences], found.types


@pytest.mark.parametrize("key", TOKENIZERS.keys())
def test_the_second_time_nothing_is_cut(corpus, key, monkeypatch, cache):
    first = tokenized(corpus, key)
    monkeypatch.setattr(type(corpus), "sentences", None)
    heard = []
    second = tokenized(corpus, key, progress=heard.append)
    assert content(first) == content(second) and heard == [1.0]
    assert second.tokenizer.tokenize(LINES[3]) == first.tokenizer.tokenize(LINES[3])
    assert left(cache) == []


def test_helpers_give_the_same_file(corpus, cache, monkeypatch):
    alone = tokenized(corpus, "words", processes=1).path.read_bytes()
    monkeypatch.setenv("WORD_ATLAS_CACHE", str(cache / "other"))
    assert tokenized(corpus, "words", processes=2).path.read_bytes() == alone


def test_helpers_take_over_when_that_pays(corpus, monkeypatch):
    started = []
    real = cut_corpus.cut_by_helpers

    def noted(batches, *arguments, **named):
        started.append(named["processes"])
        return real(batches, *arguments, **named)

    monkeypatch.setattr(cut_corpus, "usable_cores", lambda: 2)
    monkeypatch.setattr(cut_corpus, "cut_by_helpers", noted)
    alone = content(tokenized(corpus, "words", options={"lowercase": False}))
    assert started == []
    monkeypatch.setattr(cut_corpus, "POOL_PAYS", 0.0)
    assert content(tokenized(corpus, "words")) == alone and started == [2]


def test_what_decides_the_content_makes_another_entry(corpus, cache, monkeypatch, tmp_path):
    tokenized(corpus, "words")
    tokenized(corpus, "characters")
    tokenized(corpus, "words", options={"lowercase": False})
    monkeypatch.setattr(TOKENIZERS["words"], "version", "another")
    tokenized(corpus, "words")
    (tmp_path / "글.txt").write_text("다른 글이 왔다", encoding="utf-8")
    tokenized(open_corpus(str(tmp_path / "글.txt")), "words")
    assert len(entries(cache)) == 5


@pytest.mark.parametrize("name", ["tokens.safetensors", "types.json", "tokenizer.json", "manifest.json"])
@pytest.mark.parametrize("damage", ["gone", "short", "other"])
def test_a_damaged_entry_is_made_again(corpus, cache, name, damage):
    whole = content(tokenized(corpus, "words"))
    path = next(iter(entries(cache))) / name
    data = path.read_bytes()
    path.unlink()
    if damage != "gone":
        path.write_bytes(data[:-9] if damage == "short" else b"?" * len(data))
    assert content(tokenized(corpus, "words")) == whole and left(cache) == []


@pytest.mark.parametrize("at", [0.0, 0.3, 0.6, 0.95])
def test_a_cancel_leaves_nothing(corpus, cache, at):
    def cancel(fraction):
        if fraction >= at:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        tokenized(corpus, "particles", progress=cancel)
    assert left(cache) == [] and entries(cache) == []


class _Full(io.FileIO):
    """A file on a disk that takes only so many bytes more."""

    room = 0

    def write(self, data):
        if len(data) > type(self).room:
            raise OSError(errno.ENOSPC, "No space left on device")
        type(self).room -= len(data)
        return super().write(data)


@pytest.mark.parametrize("share", [0.0, 0.2, 0.6, 0.8, 0.95, 0.999])
def test_a_full_disk_is_one_sentence_and_no_half_entry(corpus, cache, monkeypatch, share):
    opened = Path.open

    def limited(self, mode="r", *arguments, **named):
        return _Full(self, mode.replace("b", "")) if mode == "wb" else opened(self, mode, *arguments, **named)

    def cut_with(room):
        _Full.room = room
        with monkeypatch.context() as patch:
            patch.setattr(Path, "open", limited)
            return tokenized(corpus, "words")

    plenty = 10_000_000
    whole = content(cut_with(plenty))
    needed = plenty - _Full.room
    shutil.rmtree(cache)
    with pytest.raises(StorageFailed, match="the disk is full"):
        cut_with(int(share * needed))
    assert left(cache) == [] and entries(cache) == []
    assert content(cut_with(plenty)) == whole


def test_a_cache_that_cannot_be_made_is_one_sentence(corpus, cache, monkeypatch):
    def forbidden(self, *_, **__):
        raise PermissionError(errno.EACCES, "Permission denied", str(self))

    monkeypatch.setattr(Path, "mkdir", forbidden)
    with pytest.raises(StorageFailed, match="may not be written"):
        tokenized(corpus, "words")


def test_a_helper_that_dies_leaves_nothing(corpus, cache, monkeypatch):
    real = pool._Helper.ask

    def dies(self, data):
        self._process.kill()
        return real(self, data)

    monkeypatch.setattr(pool._Helper, "ask", dies)
    with pytest.raises(HelperDied):
        tokenized(corpus, "words", processes=2)
    assert left(cache) == [] and entries(cache) == []


def test_a_text_of_one_token_leaves_nothing(tmp_path, cache):
    (tmp_path / "one").write_text("왕 왕", encoding="utf-8")
    with pytest.raises(UnreadableText):
        tokenized(open_corpus(str(tmp_path / "one")), "words")
    assert left(cache) == [] and entries(cache) == []


def test_two_who_want_the_same_make_it_once(corpus, monkeypatch):
    monkeypatch.setattr(token_cache, "_TELL", 0.0)
    monkeypatch.setattr(token_cache, "_LOOK", 0.05)
    half_way, go_on = threading.Event(), threading.Event()
    made, heard, found = [], [], []

    def slow(fraction):
        made.append(fraction)
        if fraction > 0.4 and not half_way.is_set():
            half_way.set()
            assert go_on.wait(20)

    def waits(fraction):
        heard.append(fraction)
        if fraction > 0.3:
            go_on.set()

    first = threading.Thread(target=lambda: found.append(tokenized(corpus, "words", progress=slow)))
    first.start()
    assert half_way.wait(20)
    second = tokenized(corpus, "words", progress=waits)
    first.join()
    assert content(second) == content(found[0])
    assert heard == sorted(heard) and 0.3 < heard[0] < 1.0 and heard[-1] == 1.0


def test_whoever_waits_can_cancel(corpus, cache):
    def cancel(fraction):
        raise InterruptedError

    cache.mkdir(parents=True)
    started, end = threading.Event(), threading.Event()

    def hold(fraction):
        started.set()
        assert end.wait(20)

    first = threading.Thread(target=lambda: tokenized(corpus, "words", progress=hold))
    first.start()
    assert started.wait(20)
    with pytest.raises(InterruptedError):
        tokenized(corpus, "words", progress=cancel)
    end.set()
    first.join()
    assert len(entries(cache)) == 1


@pytest.mark.skipif(os.name == "nt", reason="kills a process the Unix way")
def test_after_a_builder_was_killed_the_next_one_starts_clean(corpus, cache, tmp_path):
    program = (
        "import sys, time\n"
        "from lstm_core.text.corpus import open_corpus\n"
        "from lstm_core.text.token_cache import tokenized\n"
        "def wait(fraction):\n"
        "    if fraction > 0.5: print('half', flush=True); time.sleep(60)\n"
        "tokenized(open_corpus(sys.argv[1]), 'words', progress=wait)\n"
    )
    builder = subprocess.Popen([sys.executable, "-c", program, str(tmp_path / "글.txt")], cwd=ROOT, stdout=subprocess.PIPE)
    assert builder.stdout.readline() == b"half\n"
    builder.kill()
    builder.communicate()
    assert any(name.endswith(".part") for name in left(cache))
    assert tokenized(corpus, "characters").types.total_tokens > 0  # another one sweeps up, too
    assert left(cache) == []
    assert tokenized(corpus, "words").types.total_tokens == 5 * len(LINES)


def test_the_entries_used_longest_ago_make_room(corpus, cache, monkeypatch):
    for key in ("words", "characters"):
        tokenized(corpus, key)
        time.sleep(0.02)
    tokenized(corpus, "words")
    monkeypatch.setattr(token_cache, "MOST_BYTES", 1)
    tokenized(corpus, "particles")
    assert [read_json(path / "manifest.json")["tokenizer"] for path in entries(cache)] == ["particles"]
    assert cache == cache_root() / "tokens"
