"""A small network of every kind, trained on nothing, as torch and as a run folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from inside_runs import Pair, write_network


@pytest.fixture
def network(tmp_path: Path) -> Callable[..., Pair]:
    """A function that makes the same random network twice: in torch, and read back from a run folder."""

    def made(objective: str = "next-word", **options: Any) -> Pair:
        torch.set_num_threads(1)
        return write_network(tmp_path, objective, **options)

    return made
