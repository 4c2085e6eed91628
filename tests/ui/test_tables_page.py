"""The page of tables without a browser: opening a file, what is wrong with one, handing a table out, removing."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest
from page_helpers import catalogue_of, words_on

from lstm_core.run_tables import keep_table, list_tables
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.formats import FORMATS, read_table, write_table
from lstm_core.table.formats.export import exported, exported_name, written_formats

KO = catalogue_of("ko")
TABLE = EmbeddingTable(("왕", "여왕", "<b>x</b>"), np.eye(3, 4), metadata={"name": "t"})


@pytest.fixture
def upload(open_app, in_worlds):
    """A function that uploads bytes as a table file and returns the page."""

    def uploaded(name, content, *, words=None):
        app = open_app("tables")
        app.file_uploader(key="tables_file").upload(name, content, "application/octet-stream").run()
        if words is not None:
            app.file_uploader(key="tables_words").upload("words.txt", words, "text/plain").run()
        return app

    return uploaded


def bytes_of(tmp_path, suffix):
    write_table(TABLE, tmp_path / f"a{suffix}")
    return (tmp_path / f"a{suffix}").read_bytes()


@pytest.mark.parametrize("suffix", [".vec", ".txt", ".bin", ".npz", ".safetensors", ".parquet", ".csv", ".vec.gz"])
def test_an_uploaded_table_is_shown_kept_and_opened(upload, tmp_path, suffix):
    app = upload(f"../../내 표{suffix}", bytes_of(tmp_path, suffix))
    assert not app.exception and not app.warning
    assert KO["table.size"].format(words="3", dimension=4) in words_on(app)
    app.button(key="tables_keep").click().run()
    assert not app.exception and not app.warning
    assert [path.name for path in list_tables()] == ["내-표.safetensors"]
    assert read_table(list_tables()[0]).labels == TABLE.labels
    assert app.sidebar.selectbox(key="table_choice").value == "내-표"
    assert not app.switch_page("pages/similar.py").run().exception


def test_a_bare_matrix_asks_for_its_words(upload):
    file = io.BytesIO()
    np.save(file, np.eye(3))
    app = upload("m.npy", file.getvalue())
    assert len(app.warning) == 1 and not app.exception
    app = upload("m.npy", file.getvalue(), words="왕\n여왕\n돌\n".encode())
    assert not app.warning and "3" in words_on(app)


def test_rows_that_were_left_out_are_said(upload):
    app = upload("t.vec", b"4 2\na 1 2\na 3 4\nb nan 1\nc 5 6\n")
    assert KO["tables.dropped.duplicate_label"].format(count=1) in words_on(app)
    assert KO["tables.dropped.not_finite"].format(count=1) in words_on(app)


@pytest.mark.parametrize(
    ("name", "content"),
    [("t.vec", b"1 2\nbroken"), ("t.doc", b"x"), ("t", b"x"), ("t.safetensors", b""), ("t.pt", b"PK\x03\x04"), ("t.kv", b"x")],
)
def test_a_file_that_cannot_be_read_gives_one_sentence(upload, name, content):
    app = upload(name, content)
    assert len(app.warning) == 1 and not app.exception and not app.error


def test_a_path_is_opened_and_a_wrong_one_gives_a_sentence(open_app, in_worlds, tmp_path):
    write_table(TABLE, tmp_path / "big.vec")
    app = open_app("tables")
    app.segmented_control(key="tables_way").set_value("path").run()
    app.text_input(key="tables_path").set_value(str(tmp_path / "none.vec")).run()
    assert len(app.warning) == 1 and not app.exception
    app.text_input(key="tables_path").set_value(str(tmp_path / "big.vec")).run()
    assert not app.warning
    app.number_input(key="tables_word2vec_limit").set_value(2).run()
    app.text_input(key="tables_name").set_value("두-낱말").run()
    app.button(key="tables_keep").click().run()
    assert len(read_table(list_tables()[0])) == 2 and list_tables()[0].stem == "두-낱말"


@pytest.mark.parametrize("name", ["world-ko", "../x", "con"])
def test_a_name_that_will_not_do_gives_a_sentence(upload, tmp_path, name):
    app = upload("t.vec", bytes_of(tmp_path, ".vec"))
    app.text_input(key="tables_name").set_value(name).run()
    app.button(key="tables_keep").click().run()
    assert len(app.warning) == 1 and not app.exception and not list_tables()


def test_a_table_is_removed_and_brought_back(open_app, in_worlds):
    keep_table(TABLE, "하나")
    app = open_app("tables", table="하나")
    app.button(key="tables_remove_하나").click().run()
    assert not list_tables() and not app.exception
    app.button(key="tables_undo").click().run()
    assert [path.stem for path in list_tables()] == ["하나"] and not app.exception
    assert not app.sidebar.warning


@pytest.mark.parametrize("key", [member.key for member in written_formats()])
def test_every_format_is_handed_out(open_app, in_worlds, key):
    app = open_app("tables")
    app.selectbox(key="tables_format").select(key).run()
    app.button(key="tables_make").click().run()
    assert not app.exception and not app.warning and app.get("download_button")


@pytest.mark.parametrize("key", [member.key for member in written_formats()])
def test_what_is_handed_out_is_read_again(tmp_path, key):
    path = tmp_path / exported_name("t", key)
    path.write_bytes(exported(TABLE, key))
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            archive.extractall(tmp_path / "out")
        path = tmp_path / "out" if key == "tsv" else tmp_path / f"out/table{FORMATS[key].suffixes[0]}"
    assert read_table(path).labels == TABLE.labels
    assert np.array_equal(read_table(path).matrix, TABLE.matrix)


def test_metadata_of_a_stranger_breaks_no_page(upload, open_app, tmp_path):
    probes = [1, {"formula": 3, "expected": "a"}, {"formula": "+", "expected": "a"}]
    about = {"steps": "many", "corpus": ["x"], "probes": probes}
    write_table(EmbeddingTable(TABLE.labels, TABLE.matrix, metadata={**about, "dropped": "x"}), tmp_path / "a.safetensors")
    app = upload("a.safetensors", (tmp_path / "a.safetensors").read_bytes())
    app.button(key="tables_keep").click().run()
    for page in ("map", "analogy", "similar", "tables"):
        assert not app.switch_page(f"pages/{page}.py").run().exception and not app.error
