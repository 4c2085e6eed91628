"""What can be known to be wrong before a run folder is made. Imports no torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lstm_core.errors import InvalidOption, WidthDiffers
from lstm_core.model.losses import LOSSES
from lstm_core.model.objectives import OBJECTIVES
from lstm_core.options import build
from lstm_core.runs import find_run, find_table, models_root, runs_root
from lstm_core.text.corpus import CORPORA, Corpus, open_corpus
from lstm_core.text.tokenizers import TOKENIZERS
from lstm_core.training.config import UPLOAD, TrainConfig


def check_config(config: TrainConfig, *, text: Path | None = None) -> TrainConfig:
    """Return ``config`` with the paths in it made absolute; ``text`` is the stored file of an uploaded corpus.

    Raises :class:`UnknownChoice` for an objective, a loss, a tokenizer or a corpus that does not exist,
    :class:`UnreadableText` for a text that cannot be read, :class:`InvalidOption` for options of corpus, tokenizer or
    objective, for labels that are wanted but not there, and for settings that learning from labels has no use for,
    and what is wrong with a table or run to start from.
    """
    labelled, task = OBJECTIVES[config.objective].labelled, config.task
    if config.loss:
        _check_loss(config)
    if text is None and config.corpus.startswith(UPLOAD):
        raise InvalidOption(name="corpus", value=config.corpus, rule="give the path of the text")
    corpus = open_corpus(str(text or config.corpus), config.corpus_options or None)
    if labelled:
        _check_labels(config, corpus)
        if task.test:
            next(open_corpus(task.test, config.corpus_options or None).labelled())
            options = {**config.objective_options, "test": task.test if task.test in CORPORA else _absolute(task.test)}
            config = config.model_copy(update={"objective_options": options})
    build(TOKENIZERS[config.tokenizer or corpus.default_tokenizer].Options, dict(config.tokenizer_options))
    found = _checked_start(config)
    if text is None and config.corpus not in CORPORA:
        found["corpus"] = _absolute(config.corpus)
    return config.model_copy(update=found)


def table_to_start_from(config: TrainConfig) -> Any:
    """Return the table ``init_table`` names. Raises :class:`WidthDiffers`, and whatever else is wrong with it."""
    table = find_table(config.init_table)
    if table.dimension != config.embedding_dim:
        raise WidthDiffers(name=table.name, width=table.dimension, needed=config.embedding_dim)
    return table


def _checked_start(config: TrainConfig) -> dict[str, str]:
    """Return where the table and the run to start from are, as absolute paths unless they go by name."""
    if config.freeze_table and not (config.init_table or config.init_from):
        raise InvalidOption(name="freeze_table", value=True, rule="say with init_table or init_from which rows shall stay")
    found = {"init_table": _named_or_absolute(config.init_table), "init_from": _named_or_absolute(config.init_from)}
    if config.init_from:
        find_run(config.init_from)
    if config.init_table:
        table_to_start_from(config)
    return found


def _named_or_absolute(name: str) -> str:
    path = Path(name)
    if not name or any((root / name).exists() for root in (runs_root(), models_root())) or not path.exists():
        return name
    return _absolute(name)


def _check_loss(config: TrainConfig) -> None:
    """Raise :class:`UnknownChoice`, and :class:`InvalidOption` for output rows that the loss has no table of."""
    loss = LOSSES[config.loss]
    for name, usual in (("tie_weights", False), ("rows", "input")):
        if (given := getattr(config, name)) != usual and not loss.tabled:
            raise InvalidOption(name=name, value=given, rule=f"{loss.key} has no single table of output rows")


def _check_labels(config: TrainConfig, corpus: Corpus) -> None:
    """Raise :class:`InvalidOption` for texts without labels, and for settings that are about predicting words."""
    for name, usual in (("loss", ""), ("rows", "input"), ("subsample", 0.0)):
        if (given := getattr(config, name)) != usual:
            raise InvalidOption(name=name, value=given, rule="learning from labels predicts no words: leave it out")
    if not corpus.missing:
        next(corpus.labelled())


def _absolute(path: str) -> str:
    return str(Path(path).expanduser().resolve())
