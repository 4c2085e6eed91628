"""How long it takes until something moves in each demonstration of the page LSTM 속, and until it is done.

    .venv/bin/python -m benchmarks.inside

Table `world-ko`, in one process without torch; "first" is until the first sign on the page (a value, or a progress bar that
moves), "done" until the answer is whole. Small trainings run in a process of their own, whose start counts.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from os import environ

from benchmarks.results import markdown_table, write_section
from lstm_core.demos.forgetting import ForgettingOptions, forgetting_work, shipped_forgetting
from lstm_core.demos.work import DemoWork, question
from lstm_core.inside.arithmetic import unit_step
from lstm_core.inside.network import InsideNetwork, read_network
from lstm_core.inside.reading import Reading, influence, read_sentence
from lstm_core.inside.units import corpus_states, find_matches, first_sentences, pattern_of
from lstm_core.inside.writing import write_on
from lstm_core.model.generation import GenerationOptions
from lstm_core.runs import RunDirectory, find_run
from lstm_core.series.data import SERIES, SeriesOptions
from lstm_core.series.forecast import baselines

SENTENCE = "아침에 왕이 따뜻한 커피를 마신다"
BAR = 2.0


def main() -> None:
    run = find_run("world-ko")
    network = read_network(run)
    reading = read_sentence(network, SENTENCE)
    trace, layer = reading.traces["left"][0], network.layers["left"][0]
    series = SERIES["temperature"].make(SeriesOptions()).values
    asked = {"values": series.tolist(), "window": 30, "hidden": 32, "epochs": 60, "seed": 0}
    rows = [
        ("read the network", *_at_once(lambda: read_network(run))),
        ("read a sentence of 9 tokens", *_at_once(lambda: read_sentence(network, SENTENCE))),
        ("what each word changes", *_at_once(lambda: influence(network, reading, reading.steps - 1))),
        ("equations of a unit", *_at_once(lambda: unit_step(layer, trace, step=3, unit=5))),
        ("units in 3,000 sentences", *_units(network, run, reading)),
        ("write on", *_at_once(lambda: write_on(network, "아침에 왕이", options=GenerationOptions(), seed=0))),
        ("forgetting, saved results", *_at_once(shipped_forgetting)),
        ("simple forecasts of 1,826 values", *_at_once(lambda: baselines(series, season=365, window=30))),
    ]
    with tempfile.TemporaryDirectory() as folder:
        environ["WORD_ATLAS_CACHE"] = folder
        rows.append(("forecasts of the LSTM", *_process(question("series", **asked))))
        rows.append(("forgetting, practised (2 seeds)", *_process(forgetting_work(ForgettingOptions()))))
    header = ("demonstration", "first sign, s", "done, s", "bar for the first sign")
    table = markdown_table(header, [(*row, BAR) for row in rows])
    print(table)
    note = "A process shows its bar at once; its first sign here is the first progress it tells, after importing torch."
    write_section("inside", f"Table `world-ko`. {note}\n\n{table}")


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
    while (now := work.look()).answer is None:
        if first is None and now.share > 0:
            first = time.perf_counter() - began
        time.sleep(0.02)
    done = time.perf_counter() - began
    return first or done, done


if __name__ == "__main__":
    main()
