"""A finished run with a small random network, written beside its torch twin: what is read inside is held against it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import torch
from made_tables import KO, write_world
from safetensors.torch import save_file

from lstm_core.files import atomic_write_json
from lstm_core.inside.network import InsideNetwork, read_network
from lstm_core.model.config import ModelConfig
from lstm_core.model.objectives import OBJECTIVES
from lstm_core.options import build
from lstm_core.run_folder import RUN_FORMAT, RunDirectory
from lstm_core.text.tokenizers import TOKENIZERS

WORDS = (*KO, "이", "가", "마신다", "웃는다")
LABELS = ("나쁨", "보통", "좋음")


class Pair(NamedTuple):
    """The torch network, and what is read of its run."""

    torch: Any
    inside: InsideNetwork
    run: RunDirectory


def write_network(
    root: Path, objective: str = "next-word", *, name: str = "tiny", seed: int = 1, task: Any = None, **options: Any
) -> Pair:
    """Write a run called ``name`` whose network has random weights, large enough to have opinions.

    ``task`` are options of the objective; one that tells labels tells :data:`LABELS`.
    """
    run = write_world(root, name, words=WORDS, fillers=0)
    settings = {"embedding_dim": 24, "hidden_size": 12, **options}
    made = torch.Generator().manual_seed(seed)
    asked, kind = ModelConfig(**settings), OBJECTIVES[objective]
    about = {"labels": len(LABELS), "options": build(kind.Options, task or {})} if kind.labelled else {}
    net = kind.network(asked, vocab_size=len(WORDS) + 4, generator=made, **about).eval()
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=made), alpha=0.5)
    tied = {"output.weight"} if settings.get("tie_weights", True) and not kind.labelled else set()
    weights = {key: value.detach().contiguous() for key, value in net.state_dict().items() if key not in tied}
    save_file(weights, run.model)
    said = {"objective": objective, "objective_options": task or {}, **settings}
    atomic_write_json(run.config, {"format": RUN_FORMAT, "corpus": "world", **said})
    if kind.labelled:
        atomic_write_json(run.labels, {"labels": LABELS})
    atomic_write_json(run.tokenizer, TOKENIZERS["words"]().to_json())
    return Pair(net, read_network(run), run)
