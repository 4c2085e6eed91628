"""How well labels are told: an LSTM from random rows beside a linear model on the same split, and published figures.

    .venv/bin/python -m benchmarks.sentiment --train ratings_train.txt --test ratings_test.txt     # 20 minutes on 2 cores
    .venv/bin/python -m benchmarks.sentiment --train … --test … --unlabelled reviews.txt           # an hour
    .venv/bin/python -m benchmarks.sentiment --train … --test … --run runs/mood                    # a run that is there

With ``--unlabelled`` a second LSTM starts from the table and the layers of a cloze network that has read these reviews, one
a line, without any that is in the test texts; both runs stand beside ``--run``, and are taken as they are if they are there.

The linear model is the usual strong baseline: TF-IDF of character 1- to 4-grams and logistic regression (scikit-learn). Both
see the same training texts; the test texts are measured once.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from benchmarks.results import markdown_table, write_section
from lstm_core.options import build
from lstm_core.runs import RunDirectory, read_config, read_manifest
from lstm_core.text.corpus import open_corpus
from lstm_core.training.config import TrainConfig
from lstm_core.training.loop import train
from lstm_core.training.scores import LabelScores, read_scores

COLUMNS = {"text_column": "document", "label_column": "label"}
SETTINGS = {
    "objective": "sentiment",
    "tokenizer": "morphemes",
    "max_vocab": 30_000,
    "min_count": 3,
    "embedding_dim": 128,
    "hidden_size": 192,
    "dropout": 0.4,
    "word_dropout": 0.1,
    "batch_size": 64,
    "lr": 0.002,
    "epochs": 4,
    "validation": 0.05,
}
READING = {
    "objective": "cloze",
    "loss": "sampled",
    "tokenizer": "morphemes",
    "max_vocab": 30_000,
    "min_count": 3,
    "embedding_dim": 192,
    "hidden_size": 256,
    "neighbours": 0,
    "tie_weights": True,
    "first_rows": "random",
    "dropout": 0.1,
    "word_dropout": 0.1,
    "batch_size": 128,
    "negatives": 2048,
    "lr": 0.004,
    "epochs": 2,
    "evaluations": 4,
    "snapshots": 0,
}
"""How the unlabelled reviews are read."""
GOING_ON = {**SETTINGS, "embedding_dim": 192, "hidden_size": 256, "min_count": 2, "lr": 0.001, "epochs": 3}
"""How labels are learned by a network that has read them."""
PUBLISHED = (
    ("LSTM 128, Okt morphemes (wikidocs.net/44249), official split", 0.854),
    ("structured self-attentive network (github.com/seopbo/nlp_classification), official split", 0.864),
    ("KoELECTRA-small v3 (github.com/monologg/KoELECTRA), official split", 0.894),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", type=Path, required=True)
    parser.add_argument("--test", type=Path, required=True)
    parser.add_argument("--run", type=Path, default=Path("runs/sentiment-benchmark"), help="where the network is, or will be")
    parser.add_argument("--unlabelled", type=Path, help="reviews to read before the labels are learned, one a line")
    given = parser.parse_args()
    rows = [_network(given.run, given.train, given.test)]
    if given.unlabelled:
        read = given.run.with_name(f"{given.run.name}-read")
        _read(read, given.unlabelled, given.test)
        rows.append(_network(given.run.with_name(f"{given.run.name}-going-on"), given.train, given.test, read))
    rows.append(_linear(given.train, given.test))
    table = markdown_table(("model", "accuracy", "macro F1", "minutes"), [*rows, *((*row, "-", "-") for row in PUBLISHED)])
    scores = read_scores(RunDirectory(given.run))["test"]
    about = f"{scores.texts:,} test texts. Settings of the LSTM: {_settings(given.run)}."
    if given.unlabelled:
        other = ", ".join(f"{name} {value}" for name, value in GOING_ON.items() if value != SETTINGS[name])
        about += f" With reading first ({READING['epochs']} epochs): {other}."
    write_section("sentiment", f"{about}\n\n{table}\n\nConfusion of the LSTM (rows: true): {scores.labels} {scores.confusion}")
    print(table)


def _network(path: Path, train_file: Path, test_file: Path, start: Path | None = None) -> tuple[object, ...]:
    """Return name, accuracy, macro F1 and minutes of the network in ``path``, trained now if it is not there."""
    learning = {**GOING_ON, "init_from": str(start)} if start else SETTINGS
    settings = {**learning, "corpus": str(train_file), "corpus_options": COLUMNS, "test": str(test_file)}
    run = _trained(path, settings)
    scores, config, summary = read_scores(run)["test"], read_config(run), read_manifest(run)["summary"]
    name = f"LSTM {config['hidden_size']} in both directions, {config['tokenizer']}, {config['threads']} thread(s)"
    if start:
        told = read_manifest(RunDirectory(start))["summary"]
        name += f", after {told['sentences']:,} unlabelled reviews ({round(told['seconds'] / 60, 1)} minutes)"
    return name, f"{scores.accuracy:.4f}", f"{scores.macro_f1:.4f}", round(summary["seconds"] / 60, 1)


def _read(path: Path, unlabelled: Path, test_file: Path) -> None:
    """Read the unlabelled reviews that are not in the test texts, unless the network is there already."""
    if path.is_dir():
        return
    tested = {" ".join(text.split()) for text, _ in open_corpus(str(test_file), COLUMNS).labelled()}
    kept = path.with_suffix(".txt")
    kept.parent.mkdir(parents=True, exist_ok=True)
    with unlabelled.open(encoding="utf-8") as lines, kept.open("w", encoding="utf-8") as out:
        out.writelines(line for line in lines if " ".join(line.split()) not in tested)
    _trained(path, {**READING, "corpus": str(kept)})


def _trained(path: Path, settings: dict[str, Any]) -> RunDirectory:
    """Return the run in ``path``, trained now if it is not there."""
    if not path.is_dir():
        run = RunDirectory.create(path.parent, path.name)
        for progress in train(run, build(TrainConfig, settings)):
            print(f"{progress.stage} {progress.fraction:.1%}, accuracy {progress.accuracy}", flush=True)
    return RunDirectory(path)


def _linear(train_file: Path, test_file: Path) -> tuple[object, ...]:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import confusion_matrix
    from sklearn.pipeline import make_pipeline

    began = time.monotonic()
    words = TfidfVectorizer(analyzer="char", ngram_range=(1, 4), min_df=3, sublinear_tf=True)
    model = make_pipeline(words, LogisticRegression(C=4.0, solver="liblinear"))
    texts, labels = zip(*open_corpus(str(train_file), COLUMNS).labelled(), strict=True)
    model.fit(texts, labels)
    texts, labels = zip(*open_corpus(str(test_file), COLUMNS).labelled(), strict=True)
    matrix = confusion_matrix(labels, model.predict(texts), labels=model.classes_).tolist()
    scores = LabelScores(tuple(model.classes_), tuple(tuple(row) for row in matrix))
    name = "logistic regression, TF-IDF of character 1- to 4-grams"
    return name, f"{scores.accuracy:.4f}", f"{scores.macro_f1:.4f}", round((time.monotonic() - began) / 60, 1)


def _settings(path: Path) -> str:
    config = read_config(RunDirectory(path))
    return ", ".join(f"{name} {config[name]}" for name in SETTINGS if name != "objective")


if __name__ == "__main__":
    main()
