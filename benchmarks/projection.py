"""Projections beside the libraries one would call instead: time, processor time and what the pictures are worth.

    .venv/bin/python -m benchmarks.projection [--parts pca tsne2 tsne50 tsne3 umap place] [--rows 10000] [--many 50000]

Real rows: skip-gram vectors (128 dimensions) learned by gensim from the NSMC reviews, kept in the temporary folder. Each part
runs its contestants in turn, ``--repeats`` times, and the median is shown. Parts write sections of their own.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.results import markdown_table, write_section
from lstm_core.projection import project, question
from lstm_core.projection.pca import principal_components
from lstm_core.projection.place import place_vectors
from lstm_core.projection.quality import quality
from lstm_core.projection.work import begin, end_all, warm
from lstm_core.table.embedding_table import EmbeddingTable

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("WORD_ATLAS_SHARED_DATA") or ROOT.parent / "shared" / "data")
HEADER = ("what", "wall s", "processor s", "trustworthiness", "recall@10")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", nargs="+", default=list(PARTS), choices=list(PARTS))
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--many", type=int, default=50_000)
    parser.add_argument("--tall", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=1)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    for name in given.parts:
        text = PARTS[name](given)
        print(f"== {name}\n{text}\n", flush=True)
        write_section(f"projection {name}", text)


def real_table(count: int) -> EmbeddingTable:
    """Return the ``count`` most frequent words of NSMC with skip-gram vectors, learned the first time."""
    path = Path(tempfile.gettempdir()) / "word-atlas-benchmarks" / "nsmc-skipgram-128.npy"
    if not path.exists():
        from gensim.models import Word2Vec

        settings: dict[str, Any] = {"sg": 1, "vector_size": 128, "min_count": 5, "epochs": 3, "workers": 2, "seed": 1}
        path.parent.mkdir(exist_ok=True)
        np.save(path, Word2Vec(corpus_file=str(SHARED / "nsmc" / "reviews.txt"), **settings).wv.vectors)
    rows = np.load(path)[:count]
    return EmbeddingTable(tuple(f"w{row}" for row in range(len(rows))), rows)


def timed(run: Callable[[], Any]) -> tuple[float, float, Any]:
    """Return wall seconds, processor seconds and the answer of ``run``."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = run()
    return time.perf_counter() - wall, time.process_time() - cpu, found


def contest(runs: dict[str, Callable[[], Any]], repeats: int) -> dict[str, tuple[float, float, Any]]:
    """Return median wall and processor seconds, and the last answer, of each of ``runs``, interleaved."""
    seen: dict[str, list[tuple[float, float, Any]]] = {name: [] for name in runs}
    for _ in range(repeats):
        for name, run in runs.items():
            seen[name].append(timed(run))
    median = statistics.median
    return {name: (median(o[0] for o in all_), median(o[1] for o in all_), all_[-1][2]) for name, all_ in seen.items()}


def pictures(unit: Any, found: dict[str, tuple[float, float, Any]]) -> str:
    """Return the table of times and worth of layouts."""
    rows = []
    for name, (wall, cpu, layout) in found.items():
        worth = quality(unit, layout, k=10)
        rows.append((name, wall, cpu, worth.trustworthiness, worth.neighbor_recall))
    return markdown_table(HEADER, rows)


def pca(given: argparse.Namespace) -> str:
    generator = np.random.default_rng(0)
    tall = generator.standard_normal((given.tall, 300), dtype=np.float32)
    tall *= np.geomspace(2.0, 0.1, 300, dtype=np.float32)
    tall += generator.standard_normal(300, dtype=np.float32)
    runs: dict[str, Callable[[], Any]] = {
        "one product XᵀX": lambda: tall.T @ tall,
        "all components, rows as they are": lambda: principal_components(tall, directions=False),
        "all components, unit rows": lambda: principal_components(tall, directions=True),
    }
    found = contest(runs, 3)
    base = found["one product XᵀX"][0]
    rows = [(name, wall, cpu, wall / base) for name, (wall, cpu, _) in found.items()]
    some = tall[:20_001]
    components = principal_components(some, directions=False)
    centred = some.astype(np.float64) - some.mean(axis=0, dtype=np.float64)
    _, sizes, axes = np.linalg.svd(centred, full_matrices=False)
    turn = np.abs(np.abs((axes * components.axes.T).sum(axis=1)) - 1).max()
    spread = np.abs(components.shares - sizes**2 / (sizes**2).sum()).max()
    scores = components.scores(some, tuple(range(1, 11)))
    off = np.abs(np.abs(scores) - np.abs(centred @ axes[:10].T)).max() / np.abs(scores).max()
    return (
        markdown_table(("what", "wall s", "processor s", "times XᵀX"), rows)
        + f"\n\n{len(tall):,} × 300. Against the float64 SVD of 20,001 rows (float32 blocks): largest 1 − |cos| of any of the"
        f" 300 axes {turn:.1e}, shares of variance off by at most {spread:.1e}, the first ten scores by {off:.1e}."
    )


def sklearn_tsne(rows: Any, dimension: int) -> Any:
    from sklearn.manifold import TSNE

    return TSNE(dimension, random_state=0).fit_transform(rows)


def tsne2(given: argparse.Namespace) -> str:
    table = real_table(given.rows)
    warm_first = project(real_table(1000), method="tsne")
    runs: dict[str, Callable[[], Any]] = {
        "ours": lambda: project(table, method="tsne").coordinates,
        "sklearn.manifold.TSNE, defaults": lambda: sklearn_tsne(table.unit, 2),
    }
    found = contest(runs, given.repeats)
    again = project(table, method="tsne").coordinates
    text = pictures(table.unit, found)
    ours, theirs = found.values()
    first = first_frame(table)
    return (
        f"{text}\n\n{len(table):,} × {table.dimension} real rows ({len(warm_first)} rows computed before, to import). Processor"
        f" time: {theirs[1] / ours[1]:.1f} times less. Same bytes again: {again.tobytes() == ours[2].tobytes()}."
        f" First live frame from a warm worker: {first:.2f} s."
    )


def first_frame(table: EmbeddingTable) -> float:
    """Return the seconds from asking to the first frame of t-SNE in a worker that was warm before."""
    with tempfile.TemporaryDirectory() as cache:
        warm()
        time.sleep(45)
        started = time.perf_counter()
        work = begin(question(table, method="tsne"), Path(cache))
        while work.look().frame is None:
            time.sleep(0.02)
        seconds = time.perf_counter() - started
        work.leave()
        end_all()
    return seconds


def tsne50(given: argparse.Namespace) -> str:
    table = real_table(given.many)
    found = contest({"ours": lambda: project(table, method="tsne").coordinates}, 1)
    return f"{pictures(table.unit, found)}\n\n{len(table):,} × {table.dimension} real rows, 2-D."


def tsne3(given: argparse.Namespace) -> str:
    table = real_table(given.rows)
    runs: dict[str, Callable[[], Any]] = {
        "ours": lambda: project(table, method="tsne", dimension=3).coordinates,
        "sklearn.manifold.TSNE, defaults": lambda: sklearn_tsne(table.unit, 3),
    }
    found = contest(runs, 1)
    ours, theirs = found.values()
    return f"{pictures(table.unit, found)}\n\n{len(table):,} rows, 3-D. Processor time: {theirs[1] / ours[1]:.1f} times less."


def umap(given: argparse.Namespace) -> str:
    table = real_table(given.many)
    from umap import UMAP

    UMAP(random_state=0, n_jobs=1).fit_transform(real_table(5000).unit)  # compile: what is compared is the work itself
    project(real_table(5000), method="umap")
    runs: dict[str, Callable[[], Any]] = {
        "ours": lambda: project(table, method="umap").coordinates,
        "umap-learn called directly": lambda: UMAP(random_state=0, n_jobs=1).fit_transform(table.unit),
    }
    found = contest(runs, given.repeats)
    ours, theirs = found.values()
    cold = timed(lambda: subprocess.run([sys.executable, "-W", "ignore", "-c", _COLD], cwd=ROOT, check=True))[0]
    return (
        f"{pictures(table.unit, found)}\n\n{len(table):,} rows, 2-D, same options; wall time {ours[0] / theirs[0]:.2f} of"
        f" theirs. What a warm worker hides (import and compile, then 500 rows): {cold:.1f} s."
    )


_COLD = "import numpy as np, umap; umap.UMAP(random_state=0, n_jobs=1).fit_transform(np.random.default_rng(0).random((500, 8)))"


def place(given: argparse.Namespace) -> str:
    """Hide a tenth of the words, place them again, and compare with a picture that had them from the start."""
    table = real_table(min(given.rows, 5000))
    hidden = np.random.default_rng(0).permutation(len(table))[: len(table) // 10]
    shown = np.setdiff1d(np.arange(len(table)), hidden)
    rows = []
    for method in ("pca", "tsne", "umap", "pacmap"):
        part, whole = project(table, method=method, indices=shown), project(table, method=method)
        filled = np.empty((len(table), 2), dtype=np.float32)
        filled[shown] = part.coordinates
        filled[hidden] = place_vectors(table, part, table.matrix[hidden])
        values = [quality_of_rows(table.unit, layout, hidden) for layout in (filled, whole.coordinates)]
        rows.append((method, *values, 10 / (len(table) - 1)))
    return markdown_table(("method", "recall@10 of placed words", "of the same words, fitted", "chance"), rows)


def quality_of_rows(high: Any, low: Any, rows: Any) -> float:
    """Return the mean recall@10 of ``rows``."""
    from lstm_core.projection.neighbors import nearest_rows

    near = [nearest_rows(points, k=10, rows=rows)[0] for points in (high, low)]
    return float(np.mean([len(set(a) & set(b)) / 10 for a, b in zip(*near, strict=True)]))


PARTS: dict[str, Callable[[argparse.Namespace], str]] = {
    "pca": pca,
    "tsne2": tsne2,
    "tsne50": tsne50,
    "tsne3": tsne3,
    "umap": umap,
    "place": place,
}

if __name__ == "__main__":
    main()
