import numpy as np
import pytest

from lstm_core.errors import TooFew
from lstm_core.projection import cache, cached_project, project
from lstm_core.projection.methods import answer
from lstm_core.table.embedding_table import EmbeddingTable

TABLE = EmbeddingTable(tuple(f"w{i}" for i in range(50)), np.random.default_rng(0).normal(size=(50, 6)))
ASKED = {"method": "tsne", "options": {"perplexity": 5, "iterations": 50}, "seed": 2, "limit": 40, "always": ("w49",)}


@pytest.fixture
def counted(monkeypatch):
    """The questions that were really computed."""
    asked = []

    def counting(wanted, **told):
        asked.append(wanted)
        return answer(wanted, **told)

    monkeypatch.setattr(cache, "answer", counting)
    return asked


def test_the_second_time_nothing_is_computed(tmp_path, counted):
    first = cached_project(TABLE, tmp_path / "deep" / "cache", **ASKED)
    seen = []
    second = cached_project(TABLE, tmp_path / "deep" / "cache", **ASKED, progress=seen.append)
    assert len(counted) == 1
    assert seen == [1.0]
    assert second.coordinates.tobytes() == first.coordinates.tobytes() == project(TABLE, **ASKED).coordinates.tobytes()
    for name in ("method", "options", "seed", "fingerprint", "total", "quality", "explained_variance_ratio", "spectrum"):
        assert getattr(first, name) == getattr(second, name)
    assert np.array_equal(first.indices, second.indices)


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 3},
        {"options": {"perplexity": 6, "iterations": 50}},
        {"limit": 39},
        {"dimension": 3},
        {"always": ()},
        {"sample": "random"},
        {"method": "pca", "options": {}},
    ],
)
def test_another_question_is_another_entry(tmp_path, counted, change):
    cached_project(TABLE, tmp_path, **ASKED)
    cached_project(TABLE, tmp_path, **(ASKED | change))
    assert len(counted) == 2


def test_one_changed_number_is_another_table(tmp_path, counted):
    rows = TABLE.matrix.copy()
    rows[17, 3] += 1e-6
    for table in (TABLE, EmbeddingTable(TABLE.labels, rows)):
        cached_project(table, tmp_path)
    assert len(counted) == 2


def test_other_libraries_are_another_question(tmp_path, counted, monkeypatch):
    cached_project(TABLE, tmp_path)
    monkeypatch.setattr(cache, "version", lambda name: "99")
    cached_project(TABLE, tmp_path)
    assert len(counted) == 2


@pytest.mark.parametrize(
    "damage", [lambda whole: b"", lambda whole: whole[:-40], lambda whole: b"x" * 100, lambda whole: whole[::-1]]
)
def test_a_damaged_file_is_made_again(tmp_path, counted, damage):
    first = cached_project(TABLE, tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(damage(file.read_bytes()))
    again = cached_project(TABLE, tmp_path)
    assert len(counted) == 2
    assert again.coordinates.tobytes() == first.coordinates.tobytes()
    cached_project(TABLE, tmp_path)
    assert len(counted) == 2


def test_an_entry_of_another_table_is_not_believed(tmp_path, counted):
    cached_project(TABLE, tmp_path)
    (file,) = tmp_path.iterdir()
    with np.load(file) as archive:
        coordinates, about = archive["coordinates"], str(archive["about"])
    np.savez(file, coordinates=coordinates, about=np.array(about.replace(TABLE.fingerprint, "0" * 64)))
    cached_project(TABLE, tmp_path)
    assert len(counted) == 2


def test_a_folder_that_cannot_be_made_is_no_failure(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert len(cached_project(TABLE, blocked / "cache")) == 50


def test_a_cancelled_projection_leaves_nothing(tmp_path):
    def stop(share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cached_project(TABLE, tmp_path, **ASKED, progress=stop)
    with pytest.raises(TooFew):
        cached_project(TABLE, tmp_path, indices=[1])
    assert list(tmp_path.iterdir()) == []
