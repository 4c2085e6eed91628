"""What files of tensors share: which of several tensors is the table, and numbers NumPy does not know."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_core.errors import UnknownChoice
from lstm_core.table.formats.base import refuse


def from_bfloat16(halves: NDArray[Any]) -> NDArray[np.float32]:
    """Return the float32 numbers whose upper halves are the 16-bit integers ``halves``."""
    return (halves.astype(np.uint32) << 16).view(np.float32)


def pick(path: Path, shapes: Mapping[str, tuple[int, ...]], wanted: str) -> str:
    """Return the tensor called ``wanted``, else the only one with two dimensions, else the only one named after embeddings.

    Raises :class:`UnknownChoice` with the names and shapes to choose from, :class:`InvalidTable` when there is none.
    """
    flat = [name for name, shape in shapes.items() if len(shape) == 2]
    if not flat:
        refuse(path, "it holds no tensor with two dimensions")
    likely = [name for name in flat if "embed" in name.lower()]
    if wanted in flat or (not wanted and 1 in (len(flat), len(likely))):
        return wanted or (flat if len(flat) == 1 else likely)[0]
    choices = tuple(f"{name} ({shapes[name][0]} x {shapes[name][1]})" for name in flat[:50])
    raise UnknownChoice(kind="tensor", given=wanted, choices=choices)
