"""Run every benchmark, one after the other: ``python -m benchmarks``."""

from __future__ import annotations

import runpy

BENCHMARKS = (
    *("benchmarks.pages", "benchmarks.world", "benchmarks.survival", "benchmarks.scaling"),
    *("benchmarks.text", "benchmarks.text_tokenizers"),
    *("benchmarks.map", "benchmarks.table", "benchmarks.table_evaluation", "benchmarks.projection"),
    *("benchmarks.table_formats", "benchmarks.broken_files", "benchmarks.lesson", "benchmarks.inside"),
)
# benchmarks.training needs a text, benchmarks.sentiment two labelled ones: see there

for name in BENCHMARKS:
    runpy.run_module(name, run_name="__main__")
