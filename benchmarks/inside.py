"""How long it takes until something moves in each demonstration of the page LSTM 속, and until it is done.

    .venv/bin/python -m benchmarks.inside

Tables `world-ko` and `nsmc-sentiment`, in one process without torch; "first" is until the first sign on the page (a value, or
a progress bar that moves), "done" until the answer is whole. Small trainings run in a process of their own, whose start counts.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from os import environ

import numpy as np

from benchmarks.results import markdown_table, write_section
from lstm_core.demos.forgetting import ForgettingOptions, forgetting_work, shipped_forgetting
from lstm_core.demos.work import DemoWork, question
from lstm_core.inside.arithmetic import unit_step
from lstm_core.inside.network import InsideNetwork, read_network
from lstm_core.inside.reading import Reading, influence, read_sentence
from lstm_core.inside.units import corpus_states, find_matches, first_sentences, pattern_of
from lstm_core.inside.verdict import running_scores
from lstm_core.inside.writing import write_on
from lstm_core.model.generation import GenerationOptions
from lstm_core.runs import RunDirectory, find_run
from lstm_core.series.data import SERIES, SeriesOptions
from lstm_core.series.forecast import baselines

SENTENCE = "아침에 왕이 따뜻한 커피를 마신다"
BAR = 2.0
MOST = 120.0
"""Seconds a small training gets; one that takes longer is ended, and said to take forever."""


def main() -> None:
    run = find_run("world-ko")
    network = read_network(run)
    reading = read_sentence(network, SENTENCE)
    classifier = read_network(find_run("nsmc-sentiment"))
    trace, layer = reading.traces["left"][0], network.layers["left"][0]
    series = SERIES["temperature"].make(SeriesOptions()).values
    asked = {"values": series.tolist(), "window": 30, "hidden": 32, "epochs": 60, "seed": 0}
    demonstrations: dict[str, Callable[[], tuple[float, float]]] = {
        "read the network": lambda: _at_once(lambda: read_network(run)),
        "read a sentence of 9 tokens": lambda: _at_once(lambda: read_sentence(network, SENTENCE)),
        "verdicts along 60 tokens": lambda: _at_once(lambda: running_scores(classifier, np.arange(4, 64))),
        "what each word changes": lambda: _at_once(lambda: influence(network, reading, reading.steps - 1)),
        "equations of a unit": lambda: _at_once(lambda: unit_step(layer, trace, step=3, unit=5)),
        "units in 3,000 sentences": lambda: _units(network, run, reading),
        "write on": lambda: _at_once(lambda: write_on(network, "아침에 왕이", options=GenerationOptions(), seed=0)),
        "forgetting, saved results": lambda: _at_once(shipped_forgetting),
        "simple forecasts of 1,826 values": lambda: _at_once(lambda: baselines(series, season=365, window=30)),
        "forecasts of the LSTM": lambda: _process(question("series", **asked)),
        "forgetting, practised (2 seeds)": lambda: _process(forgetting_work(ForgettingOptions())),
    }
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        environ["WORD_ATLAS_CACHE"] = folder
        for name, measure in demonstrations.items():
            rows.append((name, *measure(), BAR))
            print(f"{name}: {rows[-1][1]:.3f} s, {rows[-1][2]:.3f} s", flush=True)
    table = markdown_table(("demonstration", "first sign, s", "done, s", "bar for the first sign"), rows)
    note = "A process shows its bar at once; its first sign here is the first progress it tells, after importing torch."
    write_section("inside", f"Tables `world-ko` and `nsmc-sentiment`. {note}\n\n{table}")


def _at_once(compute: Callable[[], object]) -> tuple[float, float]:
    began = time.perf_counter()
    compute()
    seconds = time.perf_counter() - began
    return seconds, seconds


def _units(network: InsideNetwork, run: RunDirectory, reading: Reading) -> tuple[float, float]:
    began, told = time.perf_counter(), []
    states = corpus_states(network, first_sentences(run), progress=lambda _: told.append(time.perf_counter() - began))
    find_matches(states, pattern_of(reading.signal("hidden", layer=-1), first=3, last=3, threshold=0.4))
    return told[0], time.perf_counter() - began


def _process(work: DemoWork) -> tuple[float, float]:
    began, first = time.perf_counter(), None
    work.begin()
    try:
        while (now := work.look()).answer is None and time.perf_counter() - began < MOST:
            if first is None and now.share > 0:
                first = time.perf_counter() - began
            time.sleep(0.02)
    finally:
        work.stop()
    done = time.perf_counter() - began if now.answer is not None else float("inf")
    return first or done, done


if __name__ == "__main__":
    main()
