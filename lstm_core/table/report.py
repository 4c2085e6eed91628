"""An evaluation as a file: CSV for a spreadsheet, JSON for a program, Markdown for a reader."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lstm_core.errors import InvalidOption
from lstm_core.table.comparison import compare
from lstm_core.table.evaluation import BASELINES, CategoryResult, Evaluation
from lstm_core.table.health import Health
from lstm_core.table.intervals import Interval
from lstm_core.table.odd_sets import OddEvaluation, OddResult
from lstm_core.table.pairs import PairEvaluation

ALL = "all"
COLUMNS = (
    *("table", "transform", "kind", "category", "asked", "answerable", "impossible"),
    *("correct", "accuracy", "low", "high", "top5", "mrr"),
    *BASELINES,
    *("offset_gain", "gain_low", "gain_high", "averaged_asked", "averaged_correct", "mean_cosine_distance", "spearman"),
)
SUFFIXES = (".csv", ".json", ".md")


@dataclass(frozen=True)
class Report:
    """Whatever was measured of one or more tables; the first analogies are those the others are compared with."""

    analogies: tuple[Evaluation, ...] = ()
    odd: tuple[OddEvaluation, ...] = ()
    pairs: tuple[PairEvaluation, ...] = ()
    health: tuple[Health, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the answer of the command line: the first table's results, ``tables`` for the others, and the comparison."""
        parts = (self.analogies, self.odd, self.pairs, self.health)
        found: dict[str, Any] = {}
        for part in parts:
            found |= part[0].to_json() if part else {}
        others: dict[str, dict[str, Any]] = {}
        for part in (self.analogies, self.odd, self.pairs):
            for one in part[1:]:
                others.setdefault(one.name, {}).update(one.to_json())
        if others:
            found["tables"] = others
        if len(self.analogies) > 1:
            found |= compare(self.analogies).to_json()
        return found

    def rows(self) -> list[dict[str, Any]]:
        """Return one row of :data:`COLUMNS` for every table and category; what does not apply is left out."""
        found = [_analogy_row(_about(one), name, part) for one in self.analogies for name, part in _with_total(one).items()]
        found += [_odd_row(_about(one), name, part) for one in self.odd for name, part in _with_total(one).items()]
        return found + [_pair_row(one) for one in self.pairs]

    def text(self, suffix: str) -> str:
        """Return the contents of a file with that ``suffix``, one of :data:`SUFFIXES`. Raises :class:`InvalidOption`."""
        if suffix == ".json":
            return json.dumps(self.to_json(), ensure_ascii=False, allow_nan=False, indent=1) + "\n"
        if suffix == ".csv":
            return _csv(self.rows())
        if suffix == ".md":
            return _markdown(self.rows())
        raise InvalidOption(name="--out", value=suffix, rule=f"the file name must end in {', '.join(SUFFIXES)}")


def _with_total(one: Any) -> dict[str, Any]:
    return {**one.categories, ALL: one.total}


def treatment_said(transform: Mapping[str, Any]) -> str:
    """Return how rows were treated in one line: ``all-but-the-top components=2``."""
    options = (f"{name}={value}" for name, value in transform.items() if name != "key")
    return " ".join((str(transform["key"]), *options))


def _about(one: Evaluation | OddEvaluation | PairEvaluation) -> dict[str, Any]:
    return {"table": one.name, "transform": treatment_said(one.transform)}


def _analogy_row(about: Mapping[str, Any], category: str, part: CategoryResult) -> dict[str, Any]:
    row = _counts(about, "analogies", category, part, part.interval)
    row |= {"impossible": part.impossible, "top5": part.top5, "mrr": part.mrr, "mean_cosine_distance": part.distance}
    row |= {name: count for name, count in part.baselines.items()}
    if part.gain is not None:
        row |= {"offset_gain": part.gain.value, "gain_low": part.gain.interval[0], "gain_high": part.gain.interval[1]}
    if part.averaged is not None:
        row |= {"averaged_asked": part.averaged.asked, "averaged_correct": part.averaged.correct}
    return row


def _odd_row(about: Mapping[str, Any], category: str, part: OddResult) -> dict[str, Any]:
    return _counts(about, "odd_one_out", category, part, part.interval)


def _pair_row(one: PairEvaluation) -> dict[str, Any]:
    low, high = one.interval or (None, None)
    counts = {"kind": "pairs", "category": ALL, "asked": one.asked, "answerable": one.answerable}
    return {**_about(one), **counts, "spearman": one.spearman, "low": low, "high": high}


def _counts(
    about: Mapping[str, Any], kind: str, category: str, part: CategoryResult | OddResult, interval: Interval | None
) -> dict[str, Any]:
    low, high = interval or (None, None)
    counts = {"kind": kind, "category": category, "asked": part.asked, "answerable": part.answerable}
    return {**about, **counts, "correct": part.correct, "accuracy": part.accuracy, "low": low, "high": high}


def _csv(rows: Sequence[Mapping[str, Any]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _markdown(rows: Sequence[Mapping[str, Any]]) -> str:
    used = [name for name in COLUMNS if any(row.get(name) is not None for row in rows)]
    lines = [used, ["---"] * len(used), *([_cell(row.get(name)) for name in used] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.3f}" if isinstance(value, float) else str(value).replace("|", "\\|")
