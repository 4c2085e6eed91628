"""Run every benchmark, one after the other: ``python -m benchmarks``."""

from __future__ import annotations

import runpy

BENCHMARKS = ("benchmarks.pages", "benchmarks.world", "benchmarks.table_formats", "benchmarks.broken_files")

for name in BENCHMARKS:
    runpy.run_module(name, run_name="__main__")
