"""Remake the tables that ship with the project, from nothing: ``.venv/bin/python -m models.make [NAME …] [--text PATH]``.

Each is an ordinary run folder without its history: table in half precision, weights, vocabulary, tokenizer, manifest, and a
card that says what it is made of and what it can and cannot do. Five minutes (the small worlds) to an hour on 2 cores.
``--text`` gives the text of a table that is learned from one, in place of the one from its public home.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file

from lstm_core.files import atomic_write_json, read_json
from lstm_core.model.objectives import OBJECTIVES, suited
from lstm_core.options import build
from lstm_core.run_weights import keep_rows_once
from lstm_core.runs import RunDirectory, read_manifest
from lstm_core.training.config import UPLOAD, TrainConfig
from lstm_core.training.loop import train
from lstm_core.training.results import write_manifest
from models.cards import label_card, text_card, world_card
from models.texts import film_reviews

HERE = Path(__file__).resolve().parent
KEEP = frozenset(
    {"config.json", "vocabulary.json", "tokenizer.json", "columns.json", "table.safetensors", "model.safetensors"}
    | {"metrics.jsonl", "labels.json"}
)


@dataclass(frozen=True)
class Model:
    """A table that ships: its settings, how its card is written, and the text where it is learned from one.

    ``probes`` (formula, expected) are what its gallery shows in place of what its corpus proposes: some that come true and
    some that do not.
    """

    settings: dict[str, Any]
    card: Callable[[RunDirectory], str]
    text: Callable[[], Path] | None = None
    probes: tuple[tuple[str, str], ...] = ()

    @property
    def config(self) -> TrainConfig:
        """The settings it is made with."""
        made: TrainConfig = build(TrainConfig, suited(self.settings))
        return made


LONGER: dict[str, Any] = {"loss": "softmax", "epochs": 4, "snapshots": 0, "seed": 0}
CLOZE: dict[str, Any] = {"objective": "cloze", "loss": "sampled", "snapshots": 0, "seed": 0, "threads": 1}
CLOZE |= {"evaluations": 1, "patience": 1000}  # to the end: no word is hidden from the validation, so it says little
MODELS: dict[str, Model] = {
    "world-ko": Model({"corpus": "world", **LONGER}, world_card),
    "world-en": Model({"corpus": "world-en", **LONGER}, world_card),
    "nsmc-ko": Model(
        {"corpus": f"{UPLOAD}nsmc-reviews", "tokenizer": "morphemes", "tokenizer_options": {"labels": "form"}, "min_count": 10}
        | CLOZE,
        text_card,
        text=film_reviews,
        probes=(
            *(("왕 - 남자 + 여자", "여왕"), ("아버지 - 남자 + 여자", "어머니"), ("왕자 - 남자 + 여자", "공주")),
            *(("할아버지 - 남자 + 여자", "할머니"), ("한국어 - 한국 + 일본", "일본어"), ("중국인 - 중국 + 미국", "미국인")),
            *(("관객 - 영화 + 드라마", "시청자"), ("겨울 - 춥다 + 덥다", "여름")),
            *(("형 - 남자 + 여자", "누나"), ("신랑 - 남자 + 여자", "신부"), ("파리 - 프랑스 + 한국", "서울")),
            ("강아지 - 개 + 소", "송아지"),
        ),
    ),
    "nsmc-sentiment": Model(
        {"corpus": "nsmc", "objective": "sentiment", "tokenizer": "morphemes", "max_vocab": 30_000, "min_count": 3, "epochs": 4}
        | {"embedding_dim": 128, "hidden_size": 192, "dropout": 0.4, "word_dropout": 0.1, "batch_size": 64, "lr": 0.002}
        | {"validation": 0.05, "evaluations": 2, "snapshots": 10, "seed": 0, "threads": 1},
        label_card,
        probes=(
            *(("최고/NNG - 명작/NNG + 졸작/NNG", "최악/NNG"), ("명작/NNG - 최고/NNG + 최악/NNG", "졸작/NNG")),
            *(("재미있다/VA - 최고/NNG + 최악/NNG", "재미없다/VA"), ("아버지/NNG - 남자/NNG + 여자/NNG", "어머니/NNG")),
        ),
    ),
    "bible-grimm-en": Model(
        {"corpus": f"{UPLOAD}bible-and-grimm", "tokenizer": "words", "min_count": 3, "epochs": 6, **CLOZE} | {"rows": "input"},
        text_card,
        probes=(
            *(("king - man + woman", "queen"), ("father - man + woman", "mother"), ("men - man + woman", "women")),
            *(("his - he + she", "her"), ("came - come + go", "went"), ("saw - see + hear", "heard")),
            *(("days - day + year", "years"), ("kings - king + priest", "priests")),
            *(("uncle - man + woman", "aunt"), ("egyptians - egypt + israel", "israelites"), ("puppy - dog + cattle", "calf")),
        ),
    ),
}


def main() -> None:
    """Make the models that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="which; all when none is named")
    parser.add_argument("--text", type=Path, help="the text of the one table named, one sentence a line")
    given = parser.parse_args()
    for name in given.names or MODELS:
        make(name, given.text)


def make(name: str, text: Path | None = None) -> None:
    """Train the model called ``name`` and put it into its place; the old folder goes when the new one is whole."""
    model, temporary = MODELS[name], HERE / f".{name}.making"
    shutil.rmtree(temporary, ignore_errors=True)
    run = RunDirectory.create(temporary, name)
    if model.config.corpus.startswith(UPLOAD):
        if text is None and model.text is None:
            sys.exit(f"{name} is learned from a text that has to be at hand: --text PATH; its card says which")
        shutil.copyfile(text or model.text(), run.corpus)  # type: ignore[misc]
    for progress in train(run, model.config):
        print(f"\r{name}: {progress.stage} {progress.fraction or 0:6.1%}", end="", file=sys.stderr)
    ship(run, model)
    shutil.rmtree(HERE / name, ignore_errors=True)
    run.path.rename(HERE / name)
    shutil.rmtree(temporary)
    print(f"\n{name}: {sum(file.stat().st_size for file in (HERE / name).iterdir()) / 1e6:.1f} MB", file=sys.stderr)


def ship(run: RunDirectory, model: Model) -> None:
    """Keep of a finished run what questions need, the table in half precision, with its probes, a new manifest and its card."""
    manifest = read_manifest(run)
    for path in run.path.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name not in KEEP:
            path.unlink()
    matrix = load_file(run.table)["matrix"]
    if not model.config.tie_weights or OBJECTIVES[model.config.objective].labelled:  # labels have rows of their own
        keep_rows_once(run, rows=manifest["summary"]["rows"])
    save_file({"matrix": matrix.astype(np.float16)}, run.table)
    if model.probes:
        probes = [{"formula": formula, "expected": expected} for formula, expected in model.probes]
        atomic_write_json(run.columns, {**read_json(run.columns), "probes": probes})
    write_manifest(run, state="done", created=manifest["created"], summary=manifest["summary"])
    (run.path / "README.md").write_text(model.card(run), encoding="utf-8")


if __name__ == "__main__":
    main()
