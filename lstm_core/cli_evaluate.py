"""The command ``evaluate``: questions of our own or from files, several tables side by side, table health, a report."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lstm_core.errors import InvalidOption, RunNotFound
from lstm_core.files import atomic_write_bytes
from lstm_core.options import build
from lstm_core.run_history import first_rows
from lstm_core.runs import find_run, find_table
from lstm_core.table.comparison import Comparison, compare
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.evaluation import Evaluation, EvaluationOptions, evaluate_analogies
from lstm_core.table.health import Health, health
from lstm_core.table.odd_sets import OddEvaluation, evaluate_odd
from lstm_core.table.pairs import PairEvaluation, evaluate_pairs
from lstm_core.table.question_sets import QUESTION_SETS
from lstm_core.table.questions import read_odd, read_pairs, read_questions
from lstm_core.table.report import SUFFIXES, Report, treatment_said
from lstm_core.table.transforms import TRANSFORMS, transform, treatment_of


def evaluate_command(given: argparse.Namespace, settings: Mapping[str, Any]) -> tuple[Any, str]:
    """Return the answers of ``evaluate`` as JSON and as text. Raises whatever is wrong with the tables, files and options."""
    if not (given.analogies or given.odd or given.pairs or given.health):
        raise InvalidOption(
            name="evaluate", value="nothing", rule="give --analogies FILE|SET, --odd FILE|SET, --pairs FILE or --health"
        )
    if given.out is not None and given.out.suffix not in SUFFIXES:
        raise InvalidOption(name="--out", value=given.out.name, rule=f"the file name must end in {', '.join(SUFFIXES)}")
    of_rows = {name: value for name, value in settings.items() if name in TRANSFORMS[given.transform].Options.model_fields}
    of_questions = {name: value for name, value in settings.items() if name not in of_rows}
    options = build(EvaluationOptions, {**of_questions, "method": given.method})
    tables = [transform(find_table(name), given.transform, of_rows) for name in (given.table, *given.against)]
    report = Report(
        analogies=tuple(_analogies(tables, given.analogies, options)) if given.analogies else (),
        odd=tuple(_odd(tables, given.odd)) if given.odd else (),
        pairs=tuple(evaluate_pairs(table, read_pairs(given.pairs)) for table in tables) if given.pairs else (),
        health=(health(tables[0], first=rows_before_training(given.table), seed=options.seed),) if given.health else (),
    )
    if given.out is not None:
        atomic_write_bytes(given.out, report.text(given.out.suffix).encode())
    treatment = treatment_of(tables[0])
    said = [] if treatment["key"] == "raw" else [f"rows treated: {treatment_said(treatment)}"]
    return report.to_json(), "\n".join([*said, *_lines(report)])


def rows_before_training(name: str) -> Any:
    """Return the rows ``(V, D)`` of the run called ``name`` before its first step; None where there is no such snapshot."""
    try:
        return first_rows(find_run(name))
    except RunNotFound:
        return None


def _analogies(tables: Sequence[EmbeddingTable], source: str, options: EvaluationOptions) -> Iterator[Evaluation]:
    questions = QUESTION_SETS[source].analogies if source in QUESTION_SETS else read_questions(source)
    return (evaluate_analogies(table, questions, options=options) for table in tables)


def _odd(tables: Sequence[EmbeddingTable], source: str) -> Iterator[OddEvaluation]:
    questions = QUESTION_SETS[source].odd if source in QUESTION_SETS else read_odd(source)
    return (evaluate_odd(table, questions) for table in tables)


def _lines(report: Report) -> Iterator[str]:
    for analogies in report.analogies:
        yield from _analogy_lines(analogies)
    for odd in report.odd:
        for name, part in (*odd.categories.items(), ("all", odd.total)):
            yield f"{odd.name}\t{name}\t{part.correct} odd ones of {part.answerable} answerable, {part.asked} asked"
    for pairs in report.pairs:
        yield _pair_line(pairs)
    if len(report.analogies) > 1:
        yield from _comparison_lines(compare(report.analogies))
    for one in report.health:
        yield from _health_lines(one)


def _analogy_lines(found: Evaluation) -> Iterator[str]:
    for name, part in (*found.categories.items(), ("all", found.total)):
        line = f"{found.name}\t{name}\t{part.correct} correct of {part.answerable} answerable, {part.asked} asked"
        if part.interval is not None:
            line += f"\t{part.accuracy:.1%} ({part.interval[0]:.1%} to {part.interval[1]:.1%})"
            line += "".join(f"\t{key} {count / part.answerable:.1%}" for key, count in part.baselines.items())
        yield line + ("" if part.gain is None else f"\toffset gain {part.gain.value:+.1%}")


def _pair_line(found: PairEvaluation) -> str:
    between = "" if found.interval is None else f" ({found.interval[0]:.3f} to {found.interval[1]:.3f})"
    value = "undefined" if found.spearman is None else f"{found.spearman:.3f}"
    return f"{found.name}\tpairs\tSpearman {value}{between} on {found.answerable} of {found.asked}"


def _comparison_lines(found: Comparison) -> Iterator[str]:
    for place, difference in enumerate(found.total.differences, start=1):
        low, high = difference.interval
        yield (
            f"{found.names[place]} against {found.names[0]}, {found.total.shared} shared questions: {difference.value:+.1%} "
            f"({low:+.1%} to {high:+.1%}), McNemar p = {difference.p:.3g}"
        )


def _health_lines(found: Health) -> Iterator[str]:
    return (f"{key}\t{value}" for key, value in found.to_json()["health"].items())
