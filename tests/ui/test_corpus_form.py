"""Choosing a text on the training page: previews, columns, downloads, what will not do."""

from __future__ import annotations

import time

import pytest
from page_helpers import catalogue_of, words_on

from lstm_core.errors import DownloadFailed
from lstm_core.text import nsmc

KO = catalogue_of("ko")
CSV = "번호,글,라벨\n" + "".join(f"{n},영화가 {n}점이다,{n % 2}\n" for n in range(20))


@pytest.fixture
def begun(monkeypatch, tmp_path):
    """Keep what the form would start; folders of its own."""
    for name in ("MODELS", "RUNS", "CACHE"):
        monkeypatch.setenv(f"WORD_ATLAS_{name}", str(tmp_path / name.lower()))
    monkeypatch.setenv("WORD_ATLAS_TEXTS", str(tmp_path / "texts"))
    (tmp_path / "texts").mkdir()
    asked = []
    monkeypatch.setattr("ui.train_form.begin", lambda name, config, **more: asked.append((config, more)))
    return asked


def choose(open_app, corpus, *, path=None):
    app = open_app("train")
    app.selectbox(key="train_corpus").select(corpus).run()
    return app if path is None else app.text_input(key="train_path").set_value(str(path)).run()


def box(app, label):
    """The select box called ``label``."""
    return next(one for one in app.selectbox if one.label == label)


def test_the_columns_of_a_table_are_guessed_and_can_be_chosen(open_app, begun, tmp_path):
    path = tmp_path / "texts" / "후기.csv"
    path.write_text(CSV, encoding="utf-8-sig")
    app = choose(open_app, "path", path=path)
    assert not app.exception and "UTF-8 BOM" in words_on(app)
    assert set(app.dataframe[0].value.columns) == {"번호", "글", "라벨"} and len(app.dataframe[0].value) == 5
    assert (box(app, KO["corpus.text_column"]).value, box(app, KO["corpus.label_column"]).value) == ("글", "라벨")
    box(app, KO["corpus.text_column"]).select("번호").run()
    app.button(key="train_start").click().run()
    ((config, _),) = begun
    assert config.corpus_options == {"text_column": "번호", "label_column": "라벨"}


def test_an_uploaded_table_keeps_its_format(open_app, begun):
    app = choose(open_app, "upload")
    app.file_uploader(key="train_file").upload("후기.csv", CSV.encode("cp949"), "text/csv").run()
    assert not app.exception and "CP949" in words_on(app)
    app.button(key="train_start").click().run()
    ((config, more),) = begun
    assert config.corpus_options == {"text_column": "글", "label_column": "라벨"} and more["filename"] == "후기.csv"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"a\0b", "binary"),
        (b"\xff\xfe\xff", "encoding"),
        (b"\x1f\x8bbroken", "damaged"),
        (b"a" * 1_100_000, "long_line"),
    ],
    ids=["empty", "binary", "encoding", "damaged", "long_line"],
)
def test_an_upload_that_is_no_text_gives_one_sentence_and_the_form_stays(open_app, begun, content, reason):
    app = choose(open_app, "upload")
    app.file_uploader(key="train_file").upload("../../글 <b>.txt", content, "text/plain").run()
    assert not app.exception and len(app.warning) == 1
    assert KO[f"error.unreadable_text.{reason}"] in app.warning[0].value and ".." not in app.warning[0].value
    app.button(key="train_start").click().run()
    assert begun == [] and KO["train.no_text"] in words_on(app)


def test_another_format_can_be_forced(open_app, begun, tmp_path):
    path = tmp_path / "texts" / "a.csv"
    path.write_text('id,text\n1,"왕이\n', encoding="utf-8")
    app = choose(open_app, "path", path=path)
    assert KO["error.unreadable_text.quotes"] in app.warning[0].value
    box(app, KO["corpus.format"]).select("lines").run()
    assert not app.warning and list(app.dataframe[0].value.iloc[:, 0]) == ["id,text", '1,"왕이']


@pytest.mark.parametrize("wrong", ["../outside.txt", "link.txt"])
def test_a_path_outside_the_folders_is_refused(open_app, begun, tmp_path, wrong):
    (tmp_path / "outside.txt").write_text("밖\n", encoding="utf-8")
    (tmp_path / "texts" / "link.txt").symlink_to(tmp_path / "outside.txt")
    app = choose(open_app, "path", path=tmp_path / "texts" / wrong)
    assert not app.exception and KO["error.unreadable_text.outside"] in app.warning[0].value


def test_a_link_that_is_turned_outside_after_the_preview_is_refused_at_the_start(open_app, begun, tmp_path):
    (tmp_path / "outside.txt").write_text("밖\n", encoding="utf-8")
    link = tmp_path / "texts" / "link.txt"
    link.write_text("왕이 왔다\n", encoding="utf-8")
    app = choose(open_app, "path", path=link)
    assert not app.warning
    link.unlink()
    link.symlink_to(tmp_path / "outside.txt")
    app.button(key="train_start").click().run()
    assert begun == [] and KO["error.unreadable_text.outside"] in words_on(app)


@pytest.mark.parametrize("outcome", ["good", "bad"])
def test_a_corpus_is_downloaded_beside_the_page(open_app, begun, monkeypatch, outcome):
    def fetch(self, progress=None):
        if progress is None:
            return
        progress(0.5)
        if outcome == "bad":
            raise DownloadFailed(name="ratings_train.txt", reason="unreachable", url="http://nowhere.invalid/")
        nsmc._file("train").parent.mkdir(parents=True)
        nsmc._file("train").write_bytes(nsmc.HEADER + "1\t재밌다\t1\n".encode())

    monkeypatch.setattr(nsmc.NsmcCorpus, "fetch", fetch)
    app = choose(open_app, "nsmc")
    assert "CC0" in words_on(app) and "14.6 MB" in app.button(key="corpus_fetch").label
    app.button(key="corpus_fetch").click().run()
    time.sleep(0.3)
    app.run()
    assert not app.exception
    if outcome == "good":
        assert list(app.dataframe[0].value.iloc[:, 0]) == ["재밌다"]
    else:
        assert KO["error.download_failed.unreachable"] in app.warning[0].value and app.button(key="corpus_fetch")
