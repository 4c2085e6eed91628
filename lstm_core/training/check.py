"""What can be known to be wrong before a run folder is made. Imports no torch."""

from __future__ import annotations

from pathlib import Path

from lstm_core.errors import InvalidOption
from lstm_core.model.losses import LOSSES
from lstm_core.model.objectives import OBJECTIVES
from lstm_core.options import build
from lstm_core.text.corpus import CORPORA, open_corpus
from lstm_core.text.tokenizers import TOKENIZERS
from lstm_core.training.config import UPLOAD, TrainConfig


def check_config(config: TrainConfig, *, text: Path | None = None) -> TrainConfig:
    """Return ``config`` with the path of its corpus made absolute; ``text`` is the stored file of an uploaded one.

    Raises :class:`UnknownChoice` for an objective, a loss, a tokenizer or a corpus that does not exist,
    :class:`UnreadableText` for a text that cannot be read, :class:`InvalidOption` for the options of corpus or tokenizer.
    """
    _ = OBJECTIVES[config.objective]
    if config.loss:
        _ = LOSSES[config.loss]
    if text is None and config.corpus.startswith(UPLOAD):
        raise InvalidOption(name="corpus", value=config.corpus, rule="give the path of the text")
    corpus = open_corpus(str(text or config.corpus), config.corpus_options or None)
    build(TOKENIZERS[config.tokenizer or corpus.default_tokenizer].Options, dict(config.tokenizer_options))
    if text is not None or config.corpus in CORPORA:
        return config
    return config.model_copy(update={"corpus": str(Path(config.corpus).expanduser().resolve())})
