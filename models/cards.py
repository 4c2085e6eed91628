"""The cards of the tables that ship: what each is made of, how it was made, what it answers and where it fails."""

from __future__ import annotations

import json

from lstm_core.runs import RunDirectory, read_config, read_manifest, read_table
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.evaluation import evaluate_analogies
from lstm_core.table.probes import Probe, probe_rank
from lstm_core.table.search import similarity
from lstm_core.text.world.questions import implied_questions
from lstm_core.training.classify import classify
from lstm_core.training.saved import read_model


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
        "- Measured on half of the analogies of Park et al. (2018) and of the Korean WS-353 (not part of the project): 32.2 %\n"
        "  of 149 answerable analogies (95 %: 25.2 to 40.1; 36.5 % of those that settings were chosen by, 26.6 % of the\n"
        "  others; male–female 50.0 % of 66, the offset finding 12.1 points more than the nearest neighbour of c), ρ = .538;\n"
        "  without mean and two top directions 35.6 %, .541. Same tokens and words, three seeds: CBOW 17.2 %, .416; skip-gram\n"
        "  16.3 %, .410; fastText 15.4 %, .406; counting alone (PPMI-SVD, words and contexts added) 21.5 %, .514, and 31.5 %,\n"
        "  .533 once words of like spelling share: what the LSTM adds to the rows it begins with is within chance.",
    ),
    "bible-grimm-en": (
        "the King James Bible (a verse a line) and Grimm's tales in Margaret Hunt's translation (a sentence a line)",
        "- Data: texts in the public domain, 1.08 million words, as Project Gutenberg has them; give them with `--text`.",
        "- Measured on half of Google's analogies (not part of the project): 60.8 % of 526 answerable ones (95 %: 56.6 to\n"
        "  64.9; the offset finds 39.7 points more than the nearest neighbour of c); family 70 % of 20. Most of these\n"
        "  questions ask for an ending, which the letters give away: random rows for pieces of one to three letters, which\n"
        "  have read nothing, answer 55 % (family 8 %). Same words: fastText 28.6 % (family 23 %), skip-gram 3.9 %.\n"
        "  What was read shows in came − come + go: 47 % of the past tenses here, 12 % by letters alone.",
    ),
}
"""What it is learned from; data and licence; what was measured on questions that do not come with the project."""


NEAR: dict[str, tuple[tuple[str, str], ...]] = {
    "nsmc-ko": (
        *(("커피", "차"), ("커피", "맥주"), ("커피", "경찰")),
        *(("강아지", "고양이"), ("강아지", "개"), ("강아지", "자동차"), ("고양이", "자동차")),
    )
}
"""Pairs of the lesson, whose cosines a card states whatever they are."""


def near_line(one: str, two: str, cosine: float) -> str:
    """Return the line of a card that tells how near two words are."""
    return f"- cos({one}, {two}) = {cosine:.2f}"


def _near_lines(name: str, table: EmbeddingTable) -> list[str]:
    lines = [near_line(one, two, similarity(table, one, two)) for one, two in NEAR.get(name, ())]
    return ["How near the pairs of the lesson are here, raw cosines:", "", *lines, ""] if lines else []


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
            "are added, and together they guess the word in it. The rows began as counts of neighbours, and words of like",
            "spelling shared what theirs had in common (`first_rows`).",
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
            *_near_lines(run.name, table),
            "What it cannot do: it knows how people write in this one kind of text and nothing beyond it. Words written alike",
            "are one word here, whatever they mean, and words that share letters are nearer each other than their use alone",
            "would have them.",
            "",
            "Settings:",
            "",
            "```json",
            json.dumps(_settings(run), ensure_ascii=False, indent=1),
            "```",
            "",
        ]
    )


REVIEWS: tuple[tuple[str, str], ...] = (
    ("배우들의 연기가 정말 훌륭했고 마지막 장면에서 눈물이 났다", "1"),
    ("오랜만에 극장에서 실컷 웃었어요. 가족과 함께 보기 좋아요", "1"),
    ("시간이 아깝다. 보다가 중간에 나왔다", "0"),
    ("이야기는 뻔하고 연기는 어색하고 음악은 시끄럽기만 하다", "0"),
    ("처음에는 지루했지만 끝으로 갈수록 감동적이었다", "1"),
    ("재미없다고 들었는데 전혀 아니었다", "1"),
    ("이 영화를 싫어하는 사람은 없을 것이다", "1"),
    ("수면제가 필요한 분께 강력히 추천합니다", "0"),
    ("참 대단한 영화다. 두 시간이 이틀 같았다", "0"),
    ("감독님, 제 만 원 돌려주실 거죠?", "0"),
    ("기대를 안 하고 봤는데 나쁘지 않았다", "1"),
    ("포스터가 제일 재미있는 영화", "0"),
)
"""Sentences written for the card, with the label a reader would give (1 good, 0 bad): plain ones and traps."""


def label_card(run: RunDirectory) -> str:
    """Return the card of a classifier: how often it is right on texts it never saw, and sentences it gets right and wrong."""
    summary = read_manifest(run)["summary"]
    table, test, matrix = read_table(run), summary["test"], summary["test"]["confusion"]
    told = list(classify(read_model(run), [text for text, _ in REVIEWS]))
    lines = [(verdict_line(one.text, meant, one.label, one.probability), one.label == meant)
             for one, (_, meant) in zip(told, REVIEWS, strict=True)]  # fmt: skip
    probes = [(probe, probe_rank(table, probe)) for probe in map(Probe.from_json, table.metadata["probes"])]
    return "\n".join(
        [
            f"# {run.name}",
            "",
            "An LSTM that reads a Korean film review from both sides and tells whether it is good (1) or bad (0):",
            f"{len(table):,} morphemes × {table.dimension} dimensions, learned from {summary['sentences']:,} labelled reviews.",
            "",
            f"- Made by: `python -m models.make {run.name}`; seed {summary['seed']}, {summary['steps']:,} steps, "
            f"{summary['seconds'] / 60:.1f} minutes on one busy core.",
            "- Data: NAVER Sentiment Movie Corpus (https://github.com/e9t/nsmc), CC0 1.0; trained on `ratings_train.txt`,",
            f"  of which {summary['validation']['texts']:,} reviews were held out to choose settings by "
            f"(accuracy there {summary['validation']['accuracy']:.4f}).",
            f"- Measured once on all {test['texts']:,} reviews of `ratings_test.txt`: **accuracy {test['accuracy']:.4f}, "
            f"macro F1 {test['macro_f1']:.4f}**.",
            "  A linear model (TF-IDF of character 1- to 4-grams) gets 0.8778 on the same reviews: the two cannot be told",
            "  apart (one standard error is 0.0015).",
            "",
            *_confusion(test["labels"], matrix),
            "",
            "What it gets right (sentences written for this card, the label meant, what it says and how sure it is):",
            "",
            *[line for line, right in lines if right],
            "",
            "What it gets wrong:",
            "",
            *[line for line, right in lines if not right],
            "",
            "Analogies, which nothing in its training asks for (3CosAdd, words of the formula left out):",
            "",
            *[f"- `{probe.formula}` → {probe.expected}: {_rank(rank)}" for probe, rank in probes],
            "",
            "What it cannot do: irony misleads it, and so does praise or blame told by what happened rather than by words of",
            "feeling. One review in eight is told wrongly. It has seen nothing but film reviews, has no middle between good",
            "and bad, and its probability is what the network says, not how often it is right. Rows of words lie close when",
            "they praise or blame alike, not when they mean alike.",
            "",
            "Settings:",
            "",
            "```json",
            json.dumps(_settings(run), ensure_ascii=False, indent=1),
            "```",
            "",
        ]
    )


def verdict_line(text: str, meant: str, label: str, probability: float) -> str:
    """Return the line of a card that tells what a classifier says of a text."""
    return f"- `{text}` (meant: {meant}) → {label}, {probability:.2f}"


def _confusion(labels: list[str], matrix: list[list[int]]) -> list[str]:
    head = " | ".join(f"told {label}" for label in labels)
    counted = [" | ".join(f"{count:,}" for count in row) for row in matrix]
    rows = [f"| is {label} | {row} |" for label, row in zip(labels, counted, strict=True)]
    return [f"| test reviews | {head} |", "| --- |" + " --- |" * len(labels), *rows]


def _rank(rank: int | None) -> str:
    return "not a word of this table" if rank is None else f"rank {rank:,}"


def _settings(run: RunDirectory) -> dict[str, object]:
    return {key: value for key, value in read_config(run).items() if key not in ("format", "created")}
