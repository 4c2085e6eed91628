"""RESULTS.md is written by the benchmarks themselves: each owns one section between two marks."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from datetime import date
from pathlib import Path

RESULTS = Path(__file__).with_name("RESULTS.md")
TITLE = "# Measured\n\nWritten by the scripts beside this file. Machines are noisy: trust ratios and ranks before seconds.\n"


def machine() -> str:
    """Return one line about the machine: system, processor, cores, Python."""
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return ``rows`` as a Markdown table; floats get three digits."""
    cells = [[f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row] for row in rows]
    lines = [" | ".join(header), " | ".join("---" for _ in header), *(" | ".join(row) for row in cells)]
    return "\n".join(f"| {line} |" for line in lines)


def write_section(name: str, body: str, *, path: Path = RESULTS) -> None:
    """Replace the section ``name`` of the results, or add it; the rest of the file stays."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    text = path.read_text(encoding="utf-8") if path.exists() else TITLE
    section = f"{begin}\n## {name}\n\n{date.today().isoformat()}, {machine()}\n\n{body.strip()}\n{end}"
    if begin in text and end in text:
        before, rest = text.split(begin, 1)
        text = before + section + rest.split(end, 1)[1]
    else:
        text = f"{text.rstrip()}\n\n{section}\n"
    path.write_text(text, encoding="utf-8")
