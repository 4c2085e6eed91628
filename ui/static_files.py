"""Scripts that the browser fetches from ``static/``, copied there under names that change with their content."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

import plotly
import streamlit as st

STATIC = Path(__file__).resolve().parents[1] / "static"
_ATLAS = Path(__file__).parent / "atlas"


@cache
def plotly_url() -> str:
    """Return the address of plotly.js on this server; the file is copied out of the plotly package the first time."""
    name = f"plotly-{plotly.__version__}.min.js"
    if not (STATIC / name).exists():
        with as_file(files("plotly") / "package_data" / "plotly.min.js") as source:
            _copy(source, STATIC / name)
    return _address(name)


@cache
def scripts_url() -> str:
    """Return the address of the scripts of the map; a changed one gets the whole folder another name."""
    scripts = sorted(_ATLAS.glob("*.js"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in scripts)).hexdigest()[:12]
    folder = STATIC / f"atlas-{digest}"
    for path in scripts:
        if not (folder / path.name).exists():
            _copy(path, folder / path.name)
    return _address(f"{folder.name}/main.js")


def _address(name: str) -> str:
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"{'/' + base if base else ''}/app/static/{name}"


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, suffix=".new")
    os.close(handle)
    shutil.copyfile(source, name)
    os.chmod(name, 0o644)
    os.replace(name, target)
