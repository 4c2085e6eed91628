import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_core.errors import InvalidQuestions
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.pairs import average_ranks, evaluate_pairs, spearman
from lstm_core.table.questions import read_odd, read_pairs, read_questions


def test_question_files_are_read(tmp_path):
    path = tmp_path / "q.txt"
    text = "a b c d\n: 가족\n왕 여왕 남자 여자\n\n: two words\r\nx  y\tz w\r\n"
    path.write_bytes(b"\xef\xbb\xbf" + unicodedata.normalize("NFD", text).encode())
    assert read_questions(path) == {
        "questions": [("a", "b", "c", "d")],
        "가족": [("왕", "여왕", "남자", "여자")],
        "two words": [("x", "y", "z", "w")],
    }


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", 1),
        (b": a\n", 1),
        (b": a\na b c\n", 2),
        (b": a\nb c d e\n: a\nb c d e", 3),
        (b"\xff\xfe\x00", 1),
        (b":\na b c d", 1),
    ],
)
def test_wrong_question_files_are_refused(tmp_path, content, line):
    path = tmp_path / "q.txt"
    path.write_bytes(content)
    with pytest.raises(InvalidQuestions) as caught:
        read_questions(path)
    assert caught.value.line == line


def test_missing_question_files_are_refused(tmp_path):
    for reader in (read_questions, read_odd, read_pairs):
        with pytest.raises(InvalidQuestions, match="nothing"):
            reader(tmp_path / "nothing.txt")


def test_pair_files_are_read_with_and_without_header(tmp_path):
    path = tmp_path / "p.csv"
    path.write_bytes('\ufeffword 1,word 2,score\n왕,여왕,8.5\n\n"a,b",c,1\n'.encode())
    assert read_pairs(path) == [("왕", "여왕", 8.5), ("a,b", "c", 1.0)]
    path.write_text("왕\t여왕\t8.5\n", encoding="utf-8")
    assert read_pairs(path) == [("왕", "여왕", 8.5)]
    for wrong in ("a,b,score\n", "a,b,1\nc,d,x\n", "a,b,1\nc,d,nan\n", ""):
        path.write_text(wrong)
        with pytest.raises(InvalidQuestions):
            read_pairs(path)


@given(st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5)), min_size=2, max_size=30))
def test_spearman_is_that_of_scipy(values):
    stats = pytest.importorskip("scipy.stats")
    one, two = zip(*values, strict=True)
    assert average_ranks(one) == pytest.approx(stats.rankdata(one))
    if len(set(one)) > 1 and len(set(two)) > 1:
        assert spearman(one, two) == pytest.approx(stats.spearmanr(one, two).statistic, abs=1e-12)
    else:
        assert spearman(one, two) is None


def test_pairs_are_ranked_by_cosine_and_missing_ones_counted():
    table = EmbeddingTable(("a", "b", "c"), [[1, 0], [1, 0.1], [0, 1]])
    found = evaluate_pairs(table, [("a", "b", 9.0), ("a", "c", 1.0), ("b", "c", 2.0), ("a", "x", 5.0)])
    pairs = {"asked": 4, "answerable": 3, "spearman": pytest.approx(1.0), "interval": None}
    assert found.to_json() == {"transform": {"key": "raw"}, "pairs": pairs}
    assert evaluate_pairs(table, [("x", "y", 1.0)]).spearman is None


def test_an_upload_is_read_as_a_file_is(tmp_path):
    data = b": a\nb c d e\n"
    (tmp_path / "q.txt").write_bytes(data)
    assert read_questions("q.txt", data=data) == read_questions(tmp_path / "q.txt") == {"a": [("b", "c", "d", "e")]}
    with pytest.raises(InvalidQuestions, match="no question"):
        read_questions("q.txt", data=b"")
    assert read_pairs("p.csv", data=b"a,b,1\n") == [("a", "b", 1.0)]


def test_odd_one_out_files_are_read():
    assert read_odd("o.txt", data=": 색\n빨강 파랑 노랑 사과\n".encode()) == {"색": [(("빨강", "파랑", "노랑"), "사과")]}
    for wrong in (b": a\nb c\n", b": a\nb c b\n", b": a\n"):
        with pytest.raises(InvalidQuestions):
            read_odd("o.txt", data=wrong)
