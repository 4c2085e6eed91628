"""The rules by which the Embedding Projector reads its files, written down, and our files read by them.

Source of the rules: tensorboard's ``vz_projector/data-provider.ts`` (parseTensors, parseMetadata) and ``projector_plugin.py``.
"""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

from lstm_core.errors import InvalidTable
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.formats import read_table, write_table

BLANKS = "\t\n\v\f\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x200B)))
TABLE = EmbeddingTable(
    ("왕", "0", "a b", "#", '"', "nan"),
    np.random.default_rng(0).normal(size=(6, 3)),
    counts=np.arange(6),
    columns={"kind": ("", "x", "", "y", "", "")},
)


def projector_tensors(text):
    """Points: lines split at tabs; a first field that is no number, or is one too many, is a label; at least two numbers."""
    points, width = [], None
    for line in text.split("\n"):
        line = line.strip(BLANKS)
        if not line:
            continue
        row = line.split("\t")
        labelled = math.isnan(javascript_number(row[0])) or width == len(row) - 1
        vector = [javascript_number(field) for field in row[labelled:]]
        width = len(vector) if width is None else width
        assert len(vector) == width > 1, "Parsing failed"
        points.append(vector)
    return np.array(points, dtype=np.float32)


def projector_metadata(text):
    """One dictionary a line that is not blank; a first line with a tab names the columns, else there is one called label."""
    lines = [line for line in text.split("\n") if line.strip(BLANKS)]
    names = lines.pop(0).split("\t") if "\t" in lines[0] else ["label"]
    return [dict(zip(names, (field or None for field in line.split("\t")), strict=False)) for line in lines]


def javascript_number(field):
    text = field.strip(BLANKS)
    if not text:
        return 0.0
    return float(text) if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text) else math.nan


@pytest.mark.parametrize("table", [TABLE, EmbeddingTable(TABLE.labels, TABLE.matrix)], ids=["columns", "words"])
def test_the_projector_reads_what_is_written_here(tmp_path, table):
    write_table(table, tmp_path)
    assert np.array_equal(projector_tensors((tmp_path / "tensors.tsv").read_text()), table.matrix)
    points = projector_metadata((tmp_path / "metadata.tsv").read_text())
    name = "word" if table.columns else "label"
    assert [point[name] for point in points] == list(table.labels)
    if table.columns:
        assert [point["kind"] or "" for point in points] == list(table.columns["kind"])
        assert [int(point["count"]) for point in points] == table.counts.tolist()


def test_the_settings_name_the_files_so_that_tensorboard_opens_the_folder(tmp_path):
    write_table(TABLE, tmp_path)
    text = (tmp_path / "projector_config.pbtxt").read_text()
    assert re.findall(r'(\w+): "?([^"\n]+)"?', text) == [
        ("tensor_name", "table"),
        ("tensor_shape", "6"),
        ("tensor_shape", "3"),
        ("tensor_path", "tensors.tsv"),
        ("metadata_path", "metadata.tsv"),
    ]
    for name in ("tensors", "metadata"):
        (tmp_path / f"{name}.tsv").rename(tmp_path / f"other-{name}.tsv")
    (tmp_path / "projector_config.pbtxt").write_text(text.replace('"tensors', '"other-tensors').replace('"meta', '"other-meta'))
    assert read_table(tmp_path).labels == TABLE.labels
    (tmp_path / "projector_config.pbtxt").write_text(text.replace('"tensors.tsv', '"../../etc/tensors.tsv'))
    with pytest.raises(InvalidTable, match="outside"):
        read_table(tmp_path)


def test_the_bytes_are_the_projectors(tmp_path):
    write_table(TABLE, tmp_path / "tensors.bytes")
    raw = np.fromfile(tmp_path / "tensors.bytes", dtype="<f4").reshape(len(TABLE), -1)
    assert np.array_equal(raw, TABLE.matrix)
    assert read_table(tmp_path / "tensors.bytes").labels == read_table(tmp_path).labels == TABLE.labels
    (tmp_path / "tensors.bytes").write_bytes(b"\0" * 10)
    with pytest.raises(InvalidTable, match="10 bytes"):
        read_table(tmp_path / "tensors.bytes")


def test_a_word_the_projector_would_pass_over_is_refused(tmp_path):
    for word in (" ", "\u3000"):
        with pytest.raises(InvalidTable, match="blank"):
            write_table(EmbeddingTable(("a", word), [[1, 2], [3, 4]]), tmp_path)


def test_blank_lines_in_tensors_are_passed_over_as_there(tmp_path):
    (tmp_path / "tensors.tsv").write_text("1\t2\r\n\n3\t4\n\n")
    (tmp_path / "metadata.tsv").write_text("a\nb\n")
    assert read_table(tmp_path).matrix.tolist() == projector_tensors((tmp_path / "tensors.tsv").read_text()).tolist()
