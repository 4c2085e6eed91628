from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_core.text.type_counts import TypeCounts

tokens = st.sampled_from(["왕", "여왕", "a", "b b", "\ud800", "1 2", "😀", "<unk>"])
batches = st.lists(st.dictionaries(tokens, st.integers(1, 5), min_size=1), min_size=1, max_size=8)


@given(batches, st.integers(1, 9), st.integers(0, 9))
def test_counts_are_exact_however_little_fits_in_memory(tmp_path_factory, batches, most, limit):
    counts, plain = TypeCounts(tmp_path_factory.mktemp("counts"), limit=limit), Counter()
    for batch in batches:
        counts.add(list(batch), np.array(list(batch.values())))
        plain.update(batch)
    del plain["<unk>"]
    found, types = counts.ranked(most, without=["<unk>"])
    assert list(found.items()) == sorted(plain.items(), key=lambda item: (-item[1], item[0]))[:most]
    assert types == len(plain)


@pytest.mark.parametrize("limit", [100, 100_000])
def test_many_words_that_occur_once(tmp_path, limit):
    counts = TypeCounts(tmp_path, limit=limit)
    for start in range(0, 3_000, 300):
        counts.add(["왕", *(f"낱말{number:04d}" for number in range(start, start + 300))], np.ones(301, np.int64))
    found, types = counts.ranked(50)
    assert list(found) == ["왕", *(f"낱말{number:04d}" for number in range(49))]
    assert found["왕"] == 10 and types == 3_001
    assert any(tmp_path.iterdir()) == (limit == 100)
