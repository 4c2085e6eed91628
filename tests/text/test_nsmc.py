import time
from pathlib import Path

import pytest
from bad_server import served
from shared_data import shared_data

from lstm_core.errors import DownloadFailed
from lstm_core.text import download, nsmc
from lstm_core.text.corpus import open_corpus

TRAIN = nsmc.HEADER + '1\t재밌다\t1\n2\t"별로\t0\n3\t\t1\n'.encode() * 20
FULL = Path("/dev/full")
TEST = nsmc.HEADER + "4\t최고\t1\n5\t지루함\t0\n".encode() * 20


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("WORD_ATLAS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(nsmc, "ROWS", {"train": 60, "test": 40})
    monkeypatch.setattr(nsmc, "BYTES", {"train": len(TRAIN), "test": len(TEST)})
    monkeypatch.setattr(download, "PAUSE", 0.01)
    monkeypatch.setattr(download, "SILENCE", 0.4)
    return tmp_path / "cache" / "nsmc"


@pytest.fixture
def server(cache, tmp_path, monkeypatch):
    home = tmp_path / "home"
    home.mkdir()
    (home / "ratings_train.txt").write_bytes(TRAIN)
    (home / "ratings_test.txt").write_bytes(TEST)
    with served(home) as serving:
        monkeypatch.setenv("WORD_ATLAS_NSMC_URL", serving.url)
        yield serving


def left(cache):
    return sorted(path.name for path in cache.iterdir()) if cache.is_dir() else []


def test_it_is_fetched_once_with_progress_and_then_works_offline(server, cache):
    corpus, told = open_corpus("nsmc", {"split": "train+test"}), []
    assert corpus.missing == len(TRAIN) + len(TEST)
    corpus.fetch(told.append)
    assert told == sorted(told) and told[-1] == pytest.approx(1.0) and corpus.missing == 0
    assert left(cache) == ["ratings_test.txt", "ratings_train.txt"]
    server.moods = ["404"]
    again = open_corpus("nsmc", {"split": "train+test"})
    assert list(again.sentences()) == ["재밌다", '"별로'] * 20 + ["최고", "지루함"] * 20
    assert list(again.labelled())[:2] == [("재밌다", "1"), ('"별로', "0")]
    assert len(server.asked) == 2


def test_the_parts_are_different_corpora(server, cache):
    names = {open_corpus("nsmc", {"split": split}).identity() for split in ("train", "test", "train+test")}
    assert len(names) == 3


def test_a_broken_connection_is_taken_up_where_it_broke(server, cache):
    server.moods = ["breaks off", "good"]
    open_corpus("nsmc").fetch()
    assert (cache / "ratings_train.txt").read_bytes() == TRAIN
    assert [asked for _, asked in server.asked] == [None, f"bytes={len(TRAIN) // 2}-"]


def test_a_server_without_ranges_starts_over(server, cache):
    server.moods = ["breaks off", "no ranges"]
    open_corpus("nsmc").fetch()
    assert (cache / "ratings_train.txt").read_bytes() == TRAIN


@pytest.mark.parametrize(
    ("mood", "reason", "requests"),
    [
        ("404", "refused", 1),
        ("garbage", "wrong", 1),
        ("breaks off", "broken_off", 3),
        ("silent", "broken_off", 3),
        ("drip", "slow", 1),
    ],
)
def test_what_goes_wrong_is_said_and_leaves_nothing_behind(server, cache, mood, reason, requests):
    server.moods = [mood]
    with pytest.raises(DownloadFailed) as caught:
        open_corpus("nsmc").fetch()
    assert caught.value.reason == reason and "\n" not in str(caught.value)
    assert left(cache) == [] and len(server.asked) == requests
    server.moods = ["good"]
    open_corpus("nsmc").fetch()
    assert left(cache) == ["ratings_train.txt"]


def test_a_file_with_a_row_too_few_is_not_the_file(server, cache, monkeypatch):
    monkeypatch.setattr(nsmc, "ROWS", {"train": 61, "test": 40})
    with pytest.raises(DownloadFailed) as caught:
        open_corpus("nsmc").fetch()
    assert caught.value.reason == "wrong" and left(cache) == []


def test_a_server_that_is_not_there(cache, monkeypatch):
    monkeypatch.setenv("WORD_ATLAS_NSMC_URL", "http://127.0.0.1:9")
    with pytest.raises(DownloadFailed) as caught:
        open_corpus("nsmc").fetch()
    assert caught.value.reason == "unreachable"


def test_cancelling_a_drip_ends_it_at_once_and_leaves_nothing(server, cache):
    server.moods = ["drip"]
    began = time.monotonic()

    def stop(fraction):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        open_corpus("nsmc").fetch(stop)
    assert time.monotonic() - began < 2 and left(cache) == []


@pytest.mark.skipif(not FULL.exists(), reason="this system has no disk that is always full")
def test_a_full_disk_is_said_and_leaves_nothing(server, cache, monkeypatch):
    opened = Path.open
    monkeypatch.setattr(Path, "open", lambda path, mode="r", **more: opened(FULL if mode == "wb" else path, mode, **more))
    with pytest.raises(DownloadFailed) as caught:
        open_corpus("nsmc").fetch()
    assert caught.value.reason == "disk_full" and left(cache) == []


def test_a_cache_folder_that_cannot_be_written(server, cache):
    cache.parent.write_bytes(b"a file stands where the folder should be")
    with pytest.raises(DownloadFailed) as caught:
        open_corpus("nsmc").fetch()
    assert caught.value.reason == "not_writable"


def test_the_whole_corpus_from_a_local_server(tmp_path, monkeypatch):
    monkeypatch.setenv("WORD_ATLAS_CACHE", str(tmp_path))
    with served(shared_data("nsmc")) as serving:
        monkeypatch.setenv("WORD_ATLAS_NSMC_URL", serving.url)
        corpus = open_corpus("nsmc", {"split": "train+test"})
        corpus.fetch()
    labels = [label for _, label in corpus.labelled()]
    assert corpus.size_hint == 200_000 and 199_900 <= len(labels) <= 200_000
    assert set(labels) == {"0", "1"} and labels.count("1") / len(labels) == pytest.approx(0.5, abs=0.01)
