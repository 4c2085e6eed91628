"""Series: generated ones keep their word, files are read or refused with one reason."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lstm_core.errors import InvalidSeries
from lstm_core.series.data import LEAST, MOST, SERIES, Series, SeriesOptions, read_csv

ROWS = "\n".join(f"2024-{number},{number % 7},{number / 2}" for number in range(LEAST))


@pytest.mark.parametrize("member", list(SERIES), ids=lambda one: one.key)
def test_every_generated_series_is_finite_repeats_with_its_seed_and_has_both_languages(member):
    made, same, other = (member.make(SeriesOptions(length=500, seed=seed)) for seed in (1, 1, 2))
    assert isinstance(made, Series) and len(made.values) == len(made.labels) == 500 and np.isfinite(made.values).all()
    assert np.array_equal(made.values, same.values) and not np.array_equal(made.values, other.values)
    assert member.label.ko and member.label.en and member.note.ko and member.note.en


def test_temperatures_repeat_yearly_and_the_steps_of_a_price_do_not_know_each_other():
    warm = SERIES["temperature"].make(SeriesOptions(length=3650)).values
    assert np.corrcoef(warm[:-365], warm[365:])[0, 1] > 0.8 > np.corrcoef(warm[:-182], warm[182:])[0, 1]
    steps = np.diff(np.log(SERIES["price"].make(SeriesOptions(length=MOST)).values))
    assert abs(np.corrcoef(steps[1:], steps[:-1])[0, 1]) < 0.04 and steps.std() == pytest.approx(0.01, rel=0.05)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
@pytest.mark.parametrize("comma", [",", ";", "\t"])
def test_a_file_is_read(encoding, comma):
    text = ("날짜,기온,비\n" + ROWS).replace(",", comma)
    table = read_csv(text.encode(encoding), "a.csv")
    assert list(table.columns) == ["기온", "비"] and table.labels[:2] == ("2024-0", "2024-1")
    assert table.series("비").values.tolist() == [number / 2 for number in range(LEAST)]


def test_a_file_of_numbers_alone_has_no_header_and_thousands_may_have_commas():
    table = read_csv("\n".join(f"{number}" for number in range(300)).encode(), "n.csv")
    assert table.series("1").values.tolist() == list(range(300)) and table.labels[0] == "1"
    quoted = "v;w\n" + "\n".join(f"1,{number:03};x" for number in range(250))
    assert read_csv(quoted.encode(), "q.csv").series("v").values[7] == 1007


@pytest.mark.parametrize(
    ("data", "reason", "row"),
    [
        (b"", "short", 0),
        (b"\x00\x01\x02\xff", "no_text", 0),
        (b"a,b\nx,y\nz,w\n", "no_numbers", 0),
        (b"a,b\n1,2\n3\n", "ragged", 3),
        (b"a\n" + b"1\n2\n" * 50, "short", 100),
        (b"a\n" + b"7\n" * 300, "constant", 300),
        (b"a\n" + b"1\n2\n" * (MOST // 2 + 1), "long", MOST + 2),
        (b"d,a\n" + b"x,1\ny,2\n" * 150 + b"z,\n", "gap", 302),
        (b"a\n" + b"1\n2\n" * 150 + b"oops\n", "cell", 302),
        (b"a\n" + b"1\n2\n" * 150 + b"inf\n", "cell", 302),
    ],
)
def test_what_cannot_be_forecast_is_refused_with_its_row(data, reason, row):
    with pytest.raises(InvalidSeries) as caught:
        table = read_csv(data, "bad.csv")
        table.series(next(iter(table.columns)))
    assert (caught.value.reason, caught.value.row) == (reason, row)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
@example(b"\r\x01")
def test_any_bytes_give_columns_or_one_sentence(data):
    try:
        table = read_csv(data, "any")
        for column in table.columns:
            table.series(column)
    except InvalidSeries as error:
        assert error.why
