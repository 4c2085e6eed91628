"""A small made-up table with known analogies, written as a run folder: what the page and browser tests look at."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from lstm_core.files import atomic_write_json, describe_files
from lstm_core.run_folder import RUN_FORMAT, RunDirectory
from lstm_core.text.vocabulary import SPECIALS, Vocabulary

# word: (kind, gender, age, rank); attributes add up, so that 왕 - 남자 + 여자 is 여왕 by construction
KO = {
    "왕": ("court", "m", "old", "royal"),
    "여왕": ("court", "f", "old", "royal"),
    "왕자": ("court", "m", "young", "royal"),
    "공주": ("court", "f", "young", "royal"),
    "남자": ("person", "m", "old", ""),
    "여자": ("person", "f", "old", ""),
    "소년": ("person", "m", "young", ""),
    "소녀": ("person", "f", "young", ""),
    "아버지": ("family", "m", "old", ""),
    "어머니": ("family", "f", "old", ""),
    "아들": ("family", "m", "young", ""),
    "딸": ("family", "f", "young", ""),
    "커피": ("drink", "", "", ""),
    "차": ("drink", "", "", ""),
    "우유": ("drink", "", "", ""),
    "개": ("animal", "", "old", ""),
    "강아지": ("animal", "", "young", ""),
    "고양이": ("animal", "", "old", ""),
}
EN = {
    "king": KO["왕"],
    "queen": KO["여왕"],
    "prince": KO["왕자"],
    "princess": KO["공주"],
    "man": KO["남자"],
    "woman": KO["여자"],
    "boy": KO["소년"],
    "girl": KO["소녀"],
    "coffee": KO["커피"],
    "tea": KO["차"],
}
PROBES = {
    "ko": [
        {"formula": "왕 - 남자 + 여자", "expected": "여왕"},
        {"formula": "아버지 - 남자 + 여자", "expected": "어머니"},
        {"formula": "커피 - 왕 + 개", "expected": "여왕"},  # hopeless on purpose
    ],
    "en": [{"formula": "king - man + woman", "expected": "queen"}],
}
HOSTILE = (
    "![i](http://evil.example/i.png)",
    "**bold**",
    "$x$",
    "$$",
    "<img/src=x/onerror=alert(1)>",
    "<a/href=https://evil.example>",
    "<br>",
    ":red[x]",
    ":material/home:",
    "[a](https://evil.example)",
    "www.evil.example",
    "https://evil.example",
    "`code`",
    "a--b",
    "co-op",
    "-다",
    "+",
    "😀",
    "\\",
    "%{x}",
)
FILLERS = {"ko": "가나다라마바사아자차카타파하", "en": "abcdefghijklmn"}
DIMENSION = 24


def write_world(
    root: Path, name: str, *, language: str = "ko", fillers: int = 600, words: tuple[str, ...] | None = None
) -> RunDirectory:
    """Write a finished run called ``name`` in ``root``: the words above and ``fillers`` meaningless ones, or just ``words``."""
    attributes = dict(KO if language == "ko" else EN)
    if words is not None:
        attributes = {word: ("thing", "", "", "") for word in words}
    letters = FILLERS[language]
    kinds = ("person", "drink", "animal", "thing", "place")
    for number in range(fillers):
        word = letters[number // 196 % 14] + letters[number // 14 % 14] + letters[number % 14]
        attributes.setdefault(word, (kinds[number % 5], "", "", ""))
    labels = tuple(attributes)
    run = RunDirectory.create(root, name)
    counts = tuple(5000 // (1 + place) + 3 for place in range(len(labels)))
    columns = {"kind": [attributes[word][0] for word in labels], "gender": [attributes[word][1] for word in labels]}
    atomic_write_json(run.config, {"format": RUN_FORMAT, "corpus": "world"})
    atomic_write_json(run.vocabulary, Vocabulary(SPECIALS + labels, (0, 0, 0, 0, *counts)).to_json())
    atomic_write_json(run.columns, {"columns": columns, "probes": [] if words else PROBES[language]})
    save_file({"matrix": rows(attributes)}, run.table)
    summary = {"corpus": "world", "language": language, "steps": 1234, "seed": 0}
    files = describe_files(run.path, (run.config, run.vocabulary, run.columns, run.table))
    atomic_write_json(run.manifest, {"format": RUN_FORMAT, "state": "done", "summary": summary, "files": files})
    return run


def rows(attributes: dict[str, tuple[str, str, str, str]]) -> np.ndarray:
    """Return one float32 row per word: the sum of its attributes' directions and a little noise."""
    random = np.random.default_rng(7)
    directions: dict[tuple[int, str], np.ndarray] = {}
    matrix = np.empty((len(attributes), DIMENSION), dtype=np.float32)
    for row, values in enumerate(attributes.values()):
        total = 0.5 * random.normal(size=DIMENSION)
        for place, value in enumerate(values):
            if value:
                total = total + directions.setdefault((place, value), 1.5 * random.normal(size=DIMENSION))
        matrix[row] = total
    return matrix
