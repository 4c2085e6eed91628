"""Where texts may lie: the folders a page may read from."""

from __future__ import annotations

import os
from pathlib import Path

_PROJECT = Path(__file__).resolve().parents[2]


def text_folders() -> tuple[Path, ...]:
    """Return the folders a page may read texts from: ``$WORD_ATLAS_TEXTS``, else the user's home and the project.

    Several are separated as in ``$PATH``. The command line is not bound to them: who types a command may read the file anyway.
    """
    named = [Path(part).expanduser() for part in os.environ.get("WORD_ATLAS_TEXTS", "").split(os.pathsep) if part]
    return tuple(folder.resolve() for folder in named or (Path.home(), _PROJECT))


def is_inside(path: Path, folders: tuple[Path, ...]) -> bool:
    """Return whether ``path``, with all its links followed, lies in one of ``folders``."""
    real = path.resolve()
    return any(real.is_relative_to(folder) for folder in folders)
