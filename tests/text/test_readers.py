import csv
import json

import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_core.errors import UnknownChoice, UnreadableText
from lstm_core.normalize import normalize
from lstm_core.text.columns import guess_label, guess_text
from lstm_core.text.corpus import open_corpus
from lstm_core.text.files import TextFile
from lstm_core.text.readers import READERS, FileOptions, format_named, reader_of
from lstm_core.text.readers.parquet import MAX_GROUP

ROWS = [("1", "영화가 좋다", "good"), ("2", "", "bad"), ("3", 'say "hi", then\tgo', "bad"), ("4", "끝", "good")]
NAMES = ("id", "document", "label")
TEXTS = ["영화가 좋다", 'say "hi", then go', "끝"]


def write(path, kind, rows=ROWS, names=NAMES):
    """``rows`` as a file of that format."""
    if kind == "csv":
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([names, *rows])
    elif kind == "tsv":
        lines = ("\t".join(cell.replace("\t", " ") for cell in row) for row in [names, *rows])
        path.write_text("\n".join(lines), encoding="utf-8")
    elif kind == "jsonl":
        path.write_text("".join(json.dumps(dict(zip(names, row, strict=True))) + "\n" for row in rows), encoding="utf-8")
    elif kind == "parquet":
        pyarrow.parquet.write_table(pyarrow.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))), path)
    else:
        path.write_text("".join(row[1] + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", READERS.keys())
class TestEveryReader:
    @pytest.fixture
    def path(self, kind, tmp_path):
        return write(tmp_path / f"a{READERS[kind].suffixes[0]}", kind)

    def test_it_is_found_by_the_suffix(self, kind, path):
        assert reader_of(TextFile(path), FileOptions()).key == kind

    def test_texts_come_in_order_without_the_blank_ones(self, kind, path):
        assert list(open_corpus(str(path)).sentences()) == TEXTS

    def test_blocks_have_one_line_a_row(self, kind, path):
        reader, file = READERS[kind], TextFile(path)
        columns = reader.columns(file, FileOptions())
        (blocks,) = list(reader.read(file, FileOptions(), columns=columns))
        assert {len(block.split("\n")) for block in blocks} == {4} and len(blocks) == max(1, len(columns))

    def test_it_knows_about_how_many_rows_there_are(self, kind, path):
        assert READERS[kind].rows(TextFile(path)) in (3, 4)

    def test_labels_stand_beside_their_texts(self, kind, path):
        if not READERS[kind].columns(TextFile(path), FileOptions()):
            pytest.skip("lines have no labels")
        found = list(open_corpus(str(path), {"label_column": "label"}).labelled())
        assert found == list(zip(TEXTS, ["good", "bad", "good"], strict=True))

    def test_a_column_that_is_not_there(self, kind, path):
        if not READERS[kind].columns(TextFile(path), FileOptions()):
            pytest.skip("lines have no columns")
        with pytest.raises(UnknownChoice) as caught:
            open_corpus(str(path), {"text_column": "본문"})
        assert caught.value.choices == NAMES and "본문" in str(caught.value)

    def test_many_rows_come_in_pieces(self, kind, tmp_path):
        rows = [(str(n), f"{n}번째 글", "ab"[n % 2]) for n in range(30_000)]
        path = write(tmp_path / f"many{READERS[kind].suffixes[0]}", kind, rows)
        assert list(open_corpus(str(path)).sentences()) == [row[1] for row in rows]
        assert len(list(READERS[kind].read(TextFile(path), FileOptions(), columns=NAMES[1:2]))) > 1


CELLS = st.text(st.sampled_from('a왕 ,;"\'\n\t\r\u2028é😀'), max_size=8)


@settings(deadline=None)
@given(rows=st.lists(st.tuples(CELLS, CELLS.filter(lambda cell: cell.strip())), min_size=1, max_size=6))
@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_any_cell_comes_back_normalised(tmp_path_factory, kind, rows):
    path = write(tmp_path_factory.mktemp("cells") / f"a.{kind}", kind, rows, names=("other", "text"))
    expected = [text for text in (normalize(row[1]) for row in rows) if text]
    assert list(open_corpus(str(path), {"header": "yes", "text_column": "text"}).sentences()) == expected


@pytest.mark.parametrize(
    ("name", "content", "reason", "at"),
    [
        ("a.csv", "id,text\n1,왕\n2\n", "ragged", 3),
        ("a.csv", "id,text\n1,왕,x\n", "ragged", 2),
        ("a.csv", 'id,text\n1,"왕이\n2,개가\n', "quotes", 3),
        ("a.csv", 'id,text\n1,"왕"이\n', "quotes", 2),
        ("a.tsv", "id\ttext\n1\t왕\n2\tx\ty\n", "ragged", 3),
        ("a.jsonl", '{"text": "왕"}\n\n{"text": \n', "row", 3),
        ("a.jsonl", '{"text": "왕"}\n{"text": ["x"]}\n', "row", 2),
        ("a.jsonl", '{"text": "왕"}\n7\n', "row", 2),
        ("a.jsonl", "[" * 100_000 + "\n", "row", 1),
    ],
)
def test_a_row_that_is_wrong_is_named(tmp_path, name, content, reason, at):
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(UnreadableText) as caught:
        list(open_corpus(str(tmp_path / name)).sentences())
    assert (caught.value.reason, caught.value.name) == (reason, f"{name}:{at}")


def test_a_ragged_row_far_down_is_named(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,text\n" + "1,왕\n" * 20_000 + "2\n", encoding="utf-8")
    with pytest.raises(UnreadableText) as caught:
        list(open_corpus(str(path)).sentences())
    assert caught.value.name == "a.csv:20002"


@pytest.mark.parametrize(("separator"), [",", ";", "\t", "|"])
def test_csv_is_read_with_the_separator_it_has(tmp_path, separator):
    (tmp_path / "a.csv").write_text(f"n{separator}text\n1{separator}왕이 왔다\n", encoding="utf-8")
    assert list(open_corpus(str(tmp_path / "a.csv")).sentences()) == ["왕이 왔다"]


@pytest.mark.parametrize(
    ("first", "header", "expected"),
    [("id,text", "auto", 1), ("7,왕이 왔다", "auto", 2), ("id,text", "no", 2), ("7,왕이 왔다", "yes", 1), ("id,id", "auto", 2)],
)
def test_the_first_line_names_the_columns_or_not(tmp_path, first, header, expected):
    (tmp_path / "a.csv").write_text(f"{first}\n8,개가 왔다\n", encoding="utf-8")
    assert len(list(open_corpus(str(tmp_path / "a.csv"), {"header": header}).sentences())) == expected


def test_a_table_in_a_txt_file_is_seen_and_tabs_in_plain_text_are_not(tmp_path):
    path = tmp_path / "ratings.txt"
    path.write_text('id\tdocument\tlabel\n1\t"좋다\t1\n2\t나쁘다\t0\n', encoding="utf-8")
    assert list(open_corpus(str(path)).sentences()) == ['"좋다', "나쁘다"]
    assert len(list(open_corpus(str(path), {"format": "lines"}).sentences())) == 3
    path.write_text("왕\t여왕\n개\n고양이\t소\n", encoding="utf-8")
    assert list(open_corpus(str(path)).sentences()) == ["왕 여왕", "개", "고양이 소"]


def test_json_lines_that_are_bare_strings_and_half_an_emoji(tmp_path):
    (tmp_path / "a.jsonl").write_text('"왕이 왔다"\n{"text": "a\\ud800b", "n": NaN}\n', encoding="utf-8")
    assert list(open_corpus(str(tmp_path / "a.jsonl")).sentences()) == ["왕이 왔다", "a\ufffdb"]


@pytest.mark.parametrize(
    "values",
    [[None, "왕"], pyarrow.array(["왕", None]).dictionary_encode(), pyarrow.array(["왕"], pyarrow.large_string())],
)
def test_parquet_texts_of_every_kind(tmp_path, values):
    table = pyarrow.table({"vector": [[1.0]] * len(values), "text": values})
    pyarrow.parquet.write_table(table, tmp_path / "a.parquet")
    corpus = open_corpus(str(tmp_path / "a.parquet"))
    assert corpus.column_names == ("text",) and list(corpus.sentences()) == ["왕"]


@pytest.mark.parametrize("content", [b"", b"PAR1 and no more", b"PAR1" + b"\xff" * 100 + b"PAR1"])
def test_a_damaged_parquet_file(tmp_path, content):
    (tmp_path / "a.parquet").write_bytes(content)
    with pytest.raises(UnreadableText) as caught:
        open_corpus(str(tmp_path / "a.parquet"))
    assert caught.value.reason in ("damaged", "empty")


def test_a_parquet_file_that_would_fill_the_memory_is_refused(tmp_path, monkeypatch):
    path = write(tmp_path / "a.parquet", "parquet")
    monkeypatch.setattr("lstm_core.text.readers.parquet.MAX_GROUP", 10)
    with pytest.raises(UnreadableText) as caught:
        open_corpus(str(path))
    assert caught.value.reason == "bomb" and MAX_GROUP > 1 << 30


@pytest.mark.parametrize(
    ("columns", "values", "text", "label"),
    [
        (("id", "document", "label"), [["1"] * 9, ["좋다"] * 9, [*"01010101"]], "document", "label"),
        (("a", "b"), [["123456789"], ["왕이 왔다"]], "b", ""),
        (("Text", "score"), [["x"] * 40, [str(n) for n in range(40)]], "Text", ""),
        (("글", "라벨"), [["왕", "개"], ["참", "거짓"]], "글", "라벨"),
    ],
)
def test_which_column_holds_what(columns, values, text, label):
    assert guess_text(columns, values) == text
    assert guess_label(columns, values, text=text) == label


@pytest.mark.parametrize(("name", "key"), [("a.CSV", "csv"), ("a.csv.gz", "csv"), ("a.txt", ""), ("a.zip", ""), ("글", "")])
def test_the_format_a_name_tells(name, key):
    assert format_named(name) == key
