"""The cards of the tables that ship: what each is made of, how it was made, what it answers and where it fails."""

from __future__ import annotations

import json

from lstm_core.runs import RunDirectory, read_config, read_manifest, read_table
from lstm_core.table.evaluation import evaluate_analogies
from lstm_core.table.probes import Probe, probe_rank
from lstm_core.text.world.questions import implied_questions


def world_card(run: RunDirectory) -> str:
    """Return the card of a table learned from the generated world: how many of its implied analogies come true."""
    table, summary = read_table(run), read_manifest(run)["summary"]
    found = evaluate_analogies(table, implied_questions(str(summary["language"]))).categories
    scores = [
        f"| {relation} | {part.answerable:,} | {part.correct / part.answerable:.1%} | "
        f"{part.baselines['near_c'] / part.answerable:.1%} |"
        for relation, part in found.items()
    ]
    probes = [Probe.from_json(probe) for probe in table.metadata["probes"]]
    answers = [f"- `{probe.formula}` → {probe.expected}: rank {probe_rank(table, probe)}" for probe in probes]
    return "\n".join(
        [
            f"# {run.name}",
            "",
            f"An LSTM's embedding table: {len(table):,} words × {table.dimension} dimensions, learned by predicting the next",
            f"word of {summary['sentences']:,} generated sentences of 작은 세상 (`{summary['corpus']}`).",
            "",
            f"- Made by: `python -m models.make {run.name}`; seed {summary['seed']}, {summary['steps']:,} steps, "
            f"{summary['seconds'] / 60:.1f} minutes on the machine that made it.",
            f"- Validation perplexity {summary['perplexity']:.2f}.",
            "- Data: this project's own generator (`lstm_core/text/world/`).",
            "",
            "Analogies the attribute table implies, all of them, query words left out, rank 1 counts; beside it how often the",
            "nearest neighbour of c alone is the answer:",
            "",
            "| relation | asked | right | nearest neighbour of c |",
            "| --- | --- | --- | --- |",
            *scores,
            "",
            *answers,
            "",
            "What it cannot do: it knows nothing but this small world. Its sentences are written by rules, so that learning",
            "can be watched and checked; nothing here says how well an LSTM learns from real text.",
            "",
            "Settings:",
            "",
            "```json",
            json.dumps(_settings(run), ensure_ascii=False, indent=1),
            "```",
            "",
        ]
    )


ABOUT: dict[str, tuple[str, str, str]] = {
    "nsmc-ko": (
        "Korean film reviews, cut into morphemes",
        "- Data: raw reviews of the NAVER Sentiment Movie Corpus (https://github.com/e9t/nsmc), CC0 1.0, labels dropped;\n"
        "  50,000 are left out for testing.",
        "- Measured on half of the analogies of Park et al. (2018) and of the Korean WS-353 (not part of the project): 20.8 %\n"
        "  of 149 answerable analogies (95 %: 15.1 to 28.0; male–female 30.3 % of 66), ρ = .510; without mean and two top\n"
        "  directions 19.5 %, .533. Same tokens and words: skip-gram and CBOW 16.8 % both, .420 and .415; counting alone\n"
        "  (PPMI-SVD) 19.5 %, .497, with the rows of words and contexts added 21.5 %, .514. So what the LSTM adds to the\n"
        "  counts it begins with is within chance, and on male–female the nearest neighbour of c answers better than the\n"
        "  offset (by 18 points).",
    ),
    "bible-grimm-en": (
        "the King James Bible (a verse a line) and Grimm's tales in Margaret Hunt's translation (a sentence a line)",
        "- Data: texts in the public domain, 1.08 million words, as Project Gutenberg has them; give them with `--text`.",
        "- Measured on half of Google's analogies (not part of the project): 8.7 % of 526 answerable ones (95 %: 6.6 to 11.5;\n"
        "  the offset finds 6.5 points more than the nearest neighbour of c); family 10 % of 20.",
    ),
}
"""What it is learned from; data and licence; what was measured on questions that do not come with the project."""


def text_card(run: RunDirectory) -> str:
    """Return the card of a table learned from a text; its gallery holds what comes true and what does not."""
    table, summary = read_table(run), read_manifest(run)["summary"]
    what, data, measured = ABOUT[run.name]
    probes = [(probe, probe_rank(table, probe)) for probe in map(Probe.from_json, table.metadata["probes"])]
    good = [f"- `{probe.formula}` → {probe.expected}: rank {rank}" for probe, rank in probes if rank == 1]
    bad = [f"- `{probe.formula}` → {probe.expected}: {_rank(rank)}" for probe, rank in probes if rank != 1]
    return "\n".join(
        [
            f"# {run.name}",
            "",
            f"The {summary['rows']} rows of an LSTM: {len(table):,} words × {table.dimension} dimensions, learned from {what}: "
            f"{summary['sentences']:,} sentences.",
            f"Objective `{summary['objective']}`: two LSTMs read towards a gap from both sides, the rows of the nearest words",
            "are added, and together they guess the word in it. The rows began as counts of neighbours (`first_rows`).",
            "",
            f"- Made by: `python -m models.make {run.name}`; seed {summary['seed']}, {summary['steps']:,} steps, "
            f"{summary['tokens']:,} tokens, {summary['seconds'] / 60:.0f} minutes on one busy core.",
            f"- Validation perplexity {summary['perplexity']:.1f} (on thinned-out text, and with both sides of the gap known).",
            data,
            *([measured] if measured else []),
            "",
            "What comes true (3CosAdd, words of the formula left out):",
            "",
            *good,
            "",
            "What does not:",
            "",
            *bad,
            "",
            "What it cannot do: it knows how people write in this one kind of text and nothing beyond it. Words written alike",
            "are one word here, whatever they mean.",
            "",
            "Settings:",
            "",
            "```json",
            json.dumps(_settings(run), ensure_ascii=False, indent=1),
            "```",
            "",
        ]
    )


def _rank(rank: int | None) -> str:
    return "not a word of this table" if rank is None else f"rank {rank:,}"


def _settings(run: RunDirectory) -> dict[str, object]:
    return {key: value for key, value in read_config(run).items() if key not in ("format", "created")}
