import random

import pytest

from lstm_core.runs import RunDirectory
from lstm_core.training.config import TrainConfig

STEMS = ("왕", "여왕", "개", "고양이", "커피", "차", "학교", "집", "물", "밥", "산", "강")


@pytest.fixture(scope="session")
def text(tmp_path_factory):
    """A small text of sentences in which words follow each other by a rule."""
    draw = random.Random(0)
    path = tmp_path_factory.mktemp("text") / "글.txt"
    lines = []
    for _ in range(300):
        start = draw.randrange(len(STEMS))
        lines.append(" ".join(STEMS[(start + step * step) % len(STEMS)] for step in range(draw.randrange(3, 8))))
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def small(text):
    """Settings of a training that takes a fraction of a second."""
    return TrainConfig(
        corpus=str(text),
        embedding_dim=8,
        hidden_size=12,
        epochs=3,
        batch_size=8,
        bptt=8,
        snapshots=6,
        min_count=1,
        threads=1,
        checkpoint_seconds=0.0,
    )


@pytest.fixture
def new_run(tmp_path):
    """Make an empty run of the given name."""
    return lambda name="r1": RunDirectory.create(tmp_path / "runs", name)
