"""The commands that compare: two tables with each other, and a table with what it was earlier in its training."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lstm_core.projection.comparison import TableComparison

_SHOWN = 20


def compare_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what ``compare`` takes besides the first table."""
    parser.add_argument("other", metavar="OTHER", help="the table to compare with; RUN@STEP is a snapshot of a run")
    parser.add_argument("--set", metavar="KEY=VALUE", nargs="+", action="extend", default=[], help="options, e.g. k=20")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", metavar="FILE", type=Path, help="every word, as a .csv or .json file")


def compare_command(given: argparse.Namespace) -> tuple[Any, str]:
    """Return the comparison of two tables, as JSON and for people."""
    from lstm_core.cli import parse_settings
    from lstm_core.options import build
    from lstm_core.projection.compare import compare
    from lstm_core.projection.comparison import ComparisonOptions
    from lstm_core.run_history import find_table_at

    options = build(ComparisonOptions, parse_settings(given.set))
    found = compare(find_table_at(given.table), find_table_at(given.other), options=options, seed=given.seed)
    if given.out is not None:
        write_comparison(given.out, found)
    return found.to_json(), _told(found)


def drift_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what ``drift`` takes."""
    parser.add_argument("name", metavar="RUN", help="a run that kept snapshots")
    parser.add_argument("words", metavar="WORD", nargs="*", help="words to follow (default: those worth watching)")
    parser.add_argument("-k", type=int, default=10, help="how many neighbours (default 10)")


def drift_command(given: argparse.Namespace) -> tuple[Any, str]:
    """Return how words moved while a run was trained, as JSON and for people."""
    from lstm_core.projection.drift import drift
    from lstm_core.run_history import snapshot_table, spread, words_to_follow
    from lstm_core.runs import find_run, read_snapshot, snapshots

    run = find_run(given.name)
    taken = spread(snapshots(run))
    words = tuple(given.words) or words_to_follow(run)
    rows = snapshot_table(run, taken[-1]).indices(words).tolist() if taken else []
    found = drift((read_snapshot(run, one) for one in taken), words, [one.step for one in taken], rows=rows, k=given.k)
    records = found.records()
    form = "{word}\tpath {path:.3f}\tneighbours exchanged {turnover:.1%}\tsettled at step {settled}"
    about = {"run": run.name, "steps": list(found.steps), "k": found.k, "candidates": found.candidates}
    return {**about, "chance": found.chance, "words": records}, "\n".join(form.format(**one) for one in records)


def write_comparison(path: Path, found: TableComparison) -> None:
    """Write ``found`` as CSV or JSON. Raises :class:`InvalidOption` for another suffix, ``OSError``."""
    from lstm_core.errors import InvalidOption
    from lstm_core.files import atomic_write_bytes

    kind = path.suffix.lower()
    if kind not in (".csv", ".json"):
        raise InvalidOption(name="--out", value=path.name, rule="the file name must end in .csv or .json")
    text = found.to_csv() if kind == ".csv" else json.dumps(found.to_json(), ensure_ascii=False, indent=1)
    atomic_write_bytes(path, text.encode("utf-8"))


def _told(found: TableComparison) -> str:
    cosine, overlap = found.cosine_null, found.overlap_null
    lines = [
        f"{found.names[0]} / {found.names[1]}\t{len(found)} of {found.shared} shared words compared",
        f"neighbours in common\t{found.overlaps.mean():.1%} of {found.k} (by chance {overlap.low:.1%} to {overlap.high:.1%})",
        f"cosine after alignment\t{found.cosines.mean():.3f} (by chance {cosine.low:.3f} to {cosine.high:.3f})",
        f"not to be told from other words\t{found.unrecognised}",
    ]
    if found.frequency_effect is not None:
        lines.append(f"frequent words move less\tSpearman {found.frequency_effect:.2f}")
    moved = [f"{one['word']}\t{one['cosine']:.3f}\t{one['overlap']:.0%}" for one in found.records()[:_SHOWN]]
    return "\n".join([*lines, "most moved: word, cosine, neighbours in common", *moved])
