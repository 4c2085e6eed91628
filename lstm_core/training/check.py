"""What can be known to be wrong before a run folder is made. Imports no torch."""

from __future__ import annotations

from pathlib import Path

from lstm_core.errors import InvalidOption
from lstm_core.model.losses import LOSSES
from lstm_core.model.objectives import OBJECTIVES
from lstm_core.options import build
from lstm_core.text.corpus import CORPORA, Corpus, open_corpus
from lstm_core.text.tokenizers import TOKENIZERS
from lstm_core.training.config import UPLOAD, TrainConfig


def check_config(config: TrainConfig, *, text: Path | None = None) -> TrainConfig:
    """Return ``config`` with the path of its corpus made absolute; ``text`` is the stored file of an uploaded one.

    Raises :class:`UnknownChoice` for an objective, a loss, a tokenizer or a corpus that does not exist,
    :class:`UnreadableText` for a text that cannot be read, :class:`InvalidOption` for options of corpus, tokenizer or
    objective, for labels that are wanted but not there, and for settings that learning from labels has no use for.
    """
    labelled, task = OBJECTIVES[config.objective].labelled, config.task
    if config.loss:
        _ = LOSSES[config.loss]
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
    if text is not None or config.corpus in CORPORA:
        return config
    return config.model_copy(update={"corpus": _absolute(config.corpus)})


def _check_labels(config: TrainConfig, corpus: Corpus) -> None:
    """Raise :class:`InvalidOption` for texts without labels, and for settings that are about predicting words."""
    for name, usual in (("loss", ""), ("rows", "input"), ("subsample", 0.0)):
        if (given := getattr(config, name)) != usual:
            raise InvalidOption(name=name, value=given, rule="learning from labels predicts no words: leave it out")
    if not corpus.missing:
        next(corpus.labelled())


def _absolute(path: str) -> str:
    return str(Path(path).expanduser().resolve())
