import pytest

from lstm_core.files import atomic_path, atomic_write_bytes, forget_unfinished


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    target = tmp_path / "a.bin"
    atomic_write_bytes(target, b"one")
    with pytest.raises(RuntimeError), atomic_path(target) as temporary:
        temporary.write_bytes(b"half")
        raise RuntimeError("killed")
    assert target.read_bytes() == b"one" and list(tmp_path.iterdir()) == [target]


def test_what_a_killed_writer_left_goes_and_nothing_else(tmp_path):
    (tmp_path / "snapshots").mkdir()
    names = ("status.json", ".status.json.tmp", ".hidden", "snapshots/00000001.safetensors", f"x.{'0a' * 16}.tmp")
    left = (f".status.json.{'0a' * 16}.tmp", f"snapshots/.00000002.safetensors.{'f1' * 16}.tmp")
    for name in (*names, *left):
        (tmp_path / name).write_bytes(b"x")
    forget_unfinished(tmp_path)
    found = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert found == set(names)
