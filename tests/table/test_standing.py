"""Standing among random pairs, and verdicts on answers."""

import numpy as np
import pytest

from lstm_core.errors import TooFew, UnknownWords
from lstm_core.table.analogy import analogy
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.formula import parse_formula
from lstm_core.table.probes import Probe
from lstm_core.table.standing import judge, pair_standing, standing, usual_closeness


def table_of(**rows: tuple[float, ...]) -> EmbeddingTable:
    return EmbeddingTable(tuple(rows), np.array(list(rows.values()), dtype=np.float32))


CROSS = table_of(east=(1, 0), north=(0, 1), west=(-1, 0), south=(0, -1))  # 6 pairs: four at cosine 0, two at -1


def test_share_and_median_of_a_cross():
    found = standing(CROSS, 0.0)
    assert found.share == pytest.approx(4 / 6, abs=0.02)
    assert found.median == 0.0
    assert standing(CROSS, -1.0).share == 1.0
    assert standing(CROSS, 0.5).share == 0.0


def test_a_word_is_never_paired_with_itself():
    two = table_of(a=(1, 0), b=(0, 1))
    assert standing(two, 0.9).share == 0.0


def test_the_seed_decides():
    random = np.random.default_rng(0)
    table = EmbeddingTable(tuple(map(str, range(50))), random.normal(size=(50, 4)).astype(np.float32))
    assert standing(table, 0.3, seed=1) == standing(table, 0.3, seed=1)
    assert standing(table, 0.3, seed=1).share != standing(table, 0.3, seed=2).share


def test_share_is_that_of_all_pairs():
    random = np.random.default_rng(0)
    table = EmbeddingTable(tuple(map(str, range(60))), random.normal(size=(60, 5)).astype(np.float32))
    cosines = (table.unit @ table.unit.T)[np.triu_indices(60, 1)]
    assert standing(table, 0.4).share == pytest.approx(float((cosines >= 0.4).mean()), abs=0.01)
    assert standing(table, 0.4).median == pytest.approx(float(np.median(cosines)), abs=0.02)


def test_a_pair_has_its_cosine():
    assert pair_standing(CROSS, "east", "west").score == -1.0
    with pytest.raises(UnknownWords):
        pair_standing(CROSS, "east", "up")


def test_one_word_makes_no_pair():
    one = table_of(a=(1, 0))
    with pytest.raises(TooFew):
        standing(one, 0.0)
    with pytest.raises(TooFew):
        usual_closeness(one)


def test_usual_closeness_of_a_cross_is_a_right_angle():
    assert usual_closeness(CROSS).median == 0.0


ROYAL = table_of(king=(1, 1, 0.1), queen=(1, -1, 0.1), man=(0, 1, 0), woman=(0, -1, 0), apple=(0, 0.1, 1), pear=(0.1, 0, 1))


def verdict_on(text: str, *probes: Probe, method: str = "3cosadd"):
    formula = parse_formula(text, ROYAL)
    return judge(ROYAL, formula, analogy(ROYAL, formula, k=2, method=method), probes=probes)


def test_the_hoped_word_comes_first():
    verdict = verdict_on("king - man + woman", Probe("king - man + woman", "queen"))
    assert (verdict.answer, verdict.expected_rank, verdict.hoped) == ("queen", 1, True)


def test_a_missed_hope_has_no_rank():
    verdict = verdict_on("king - man + woman", Probe("king - man + woman", "pear"))
    assert not verdict.hoped and verdict.expected == "pear"


@pytest.mark.parametrize("text", ["king-man+woman", "king − man + woman", "  king -  man + 1*woman"])
def test_a_probe_is_recognised_however_the_formula_is_written(text):
    assert verdict_on(text, Probe("king -", "pear"), Probe("king - man + woman", "queen")).hoped


def test_a_formula_without_probe_has_no_hope():
    verdict = verdict_on("king - man + woman", Probe("woman - man + king", "queen"))
    assert verdict.expected is None and not verdict.hoped


def test_an_answer_that_is_a_neighbour_anyway_is_noticed():
    assert verdict_on("apple - man + king").neighbor_of == "apple"


def test_a_word_of_the_formula_that_would_win_is_named():
    assert verdict_on("2*apple + king").first == "apple"


def test_a_far_answer_is_weak_and_a_product_has_no_cosine():
    assert verdict_on("king - queen - apple - pear").weak
    assert verdict_on("king - man + woman", method="3cosmul").score is None
