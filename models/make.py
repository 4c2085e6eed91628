"""Remake the tables that ship with the project, from nothing: ``.venv/bin/python -m models.make [NAME …]``.

Each is an ordinary run folder without its history: table in half precision, weights, vocabulary, tokenizer, manifest, and a
card that says what it is made of and what it can and cannot do. About ten minutes a table on 2 cores.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file

from lstm_core.runs import RunDirectory, read_config, read_manifest, read_table
from lstm_core.table.evaluation import evaluate_analogies
from lstm_core.table.probes import Probe, probe_rank
from lstm_core.text.world.questions import implied_questions
from lstm_core.training.config import TrainConfig
from lstm_core.training.loop import train
from lstm_core.training.results import write_manifest

HERE = Path(__file__).resolve().parent
LONGER: dict[str, Any] = {"loss": "softmax", "epochs": 4, "snapshots": 0, "seed": 0}
MODELS: dict[str, dict[str, Any]] = {
    "world-ko": {"corpus": "world", **LONGER},
    "world-en": {"corpus": "world-en", **LONGER},
}
KEEP = frozenset(
    {"config.json", "vocabulary.json", "tokenizer.json", "columns.json", "table.safetensors", "model.safetensors"}
    | {"metrics.jsonl"}
)


def main(names: list[str]) -> None:
    """Make the models called ``names``, or all of them; the old folder is replaced when the new one is whole."""
    for name in names or list(MODELS):
        temporary = HERE / f".{name}.making"
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir()
        run = RunDirectory(temporary / name)
        run.path.mkdir()
        for progress in train(run, TrainConfig(**MODELS[name])):
            print(f"\r{name}: {progress.stage} {progress.fraction or 0:6.1%}", end="", file=sys.stderr)
        _slim(run)
        (run.path / "README.md").write_text(_card(run), encoding="utf-8")
        shutil.rmtree(HERE / name, ignore_errors=True)
        run.path.rename(HERE / name)
        shutil.rmtree(temporary)
        print(f"\n{name}: {sum(file.stat().st_size for file in (HERE / name).iterdir()) / 1e6:.1f} MB", file=sys.stderr)


def _slim(run: RunDirectory) -> None:
    """Keep what questions need, the table in half precision, and write the manifest anew."""
    manifest = read_manifest(run)
    for path in run.path.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name not in KEEP:
            path.unlink()
    matrix = load_file(run.table)["matrix"]
    save_file({"matrix": matrix.astype(np.float16)}, run.table)
    write_manifest(run, state="done", created=manifest["created"], summary=manifest["summary"])


def _card(run: RunDirectory) -> str:
    table, summary = read_table(run), read_manifest(run)["summary"]
    settings = {key: value for key, value in read_config(run).items() if key not in ("format", "created")}
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
            json.dumps(settings, ensure_ascii=False, indent=1),
            "```",
            "",
        ]
    )


if __name__ == "__main__":
    main(sys.argv[1:])
