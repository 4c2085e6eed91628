"""Subwords: frequent pieces of words, learned by byte-pair encoding with the library ``tokenizers``."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from importlib.metadata import version
from itertools import islice
from typing import Any

from lstm_core.options import option
from lstm_core.registry import Text
from lstm_core.text.tokenizers.base import BLANK, CaseOptions, Example, Tokenizer
from lstm_core.text.tokenizers.processes import in_worker

SAMPLE = 200_000
"""Pieces are learned from so many sentences, the first ones of the corpus,"""
SAMPLE_LETTERS = 20_000_000
"""and from no more than about so many characters, so that long lines do not fill the memory."""
_UNKNOWN = "<unk>"


class SubwordOptions(CaseOptions):
    """How many pieces are learned."""

    pieces: int = option(
        8_000,
        label=Text("조각 수(최대)", "Pieces (maximum)"),
        help=Text(
            f"자주 나온 조각부터 이만큼 배웁니다. 말뭉치의 앞 {SAMPLE:,}문장까지 보고 배웁니다.",
            f"So many frequent pieces are learned, from at most the first {SAMPLE:,} sentences of the corpus.",
        ),
        ge=50,
        le=100_000,
    )


class SubwordTokenizer(Tokenizer):
    """Cuts words into frequent pieces; ``▁`` marks the blank before a word. ``"고양이를" -> ["▁고양이", "를"]``.

    Byte-pair encoding (Sennrich et al. 2016): the most frequent pair of neighbouring pieces becomes one piece, again and
    again. Pairs never reach over a blank, nor from letters to punctuation. A character that was not seen stands for itself.
    """

    key = "subwords"
    label = Text("서브워드(BPE)", "Subwords (BPE)")
    note = Text(
        f"말뭉치에 자주 나온 글자 묶음으로 나눕니다. 묶음은 말뭉치에서 배웁니다. {BLANK}는 낱말 앞의 빈칸입니다.",
        f"Cuts words into groups of letters that are frequent in the corpus. {BLANK} is the blank before a word.",
    )
    example = Example("고양이를 본다", (f"{BLANK}고양이", "를", f"{BLANK}본다"))
    Options = SubwordOptions
    needs_fit = True
    options: SubwordOptions
    version = f"tokenizers {version('tokenizers')}"

    def __init__(self, model: Mapping[str, Any], options: SubwordOptions | None = None) -> None:
        super().__init__(options)
        self.model = dict(model)

    @classmethod
    def fit(cls, sentences: Iterable[str], options: SubwordOptions | None = None) -> SubwordTokenizer:
        """Return a tokenizer whose pieces are learned from the first :data:`SAMPLE` of ``sentences``."""
        from tokenizers import trainers

        chosen = options or SubwordOptions()
        learner = cls({"type": "BPE", "vocab": {_UNKNOWN: 0}, "merges": [], "unk_token": _UNKNOWN}, chosen)
        trainer = trainers.BpeTrainer(
            vocab_size=chosen.pieces,
            limit_alphabet=chosen.pieces - 2,
            initial_alphabet=[BLANK],
            special_tokens=[_UNKNOWN],
            show_progress=False,
        )
        engine = learner._engine
        engine.train_from_iterator((learner._prepared([one])[0] for one in _sample(sentences)), trainer=trainer)
        return cls(json.loads(engine.to_str())["model"], chosen)

    def tokenize_batch(self, sentences: Sequence[str]) -> list[list[str]]:
        """Return the pieces of each sentence."""
        prepared = self._prepared(sentences)
        piece = self._pieces.__getitem__
        found = [encoding.ids for encoding in self._engine.encode_batch_fast(prepared)]  # it gives numbers only
        return [self._spelled(text) if 0 in ids else list(map(piece, ids)) for text, ids in zip(prepared, found, strict=True)]

    def decode(self, tokens: Sequence[str]) -> str:
        """Return the pieces written together, ``▁`` as a blank, without the one before the first word."""
        return "".join(tokens).removeprefix(BLANK).replace(BLANK, " ")

    def to_json(self) -> dict[str, Any]:
        """Return the key, the options and the pieces with their merges."""
        return {**super().to_json(), "model": self.model}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> SubwordTokenizer:
        """Return the tokenizer written by :meth:`to_json`. Raises ``ValueError`` for a model the library cannot read."""
        found = cls(data["model"], SubwordOptions(**data["options"]))
        try:
            _ = found._engine
        except Exception as error:  # the library raises nothing more precise
            raise ValueError(str(error)) from None
        return found

    def __getstate__(self) -> dict[str, Any]:
        return {"options": self.options, "model": self.model}

    def _prepared(self, sentences: Sequence[str]) -> list[str]:
        return [f" {text.replace(BLANK, ' ')}" if text else "" for text in self._cases(sentences)]

    def _spelled(self, text: str) -> list[str]:
        """Return the pieces of ``text`` with every unknown one spelled out, character by character."""
        encoding = self._engine.encode(text)
        tokens: list[str] = []
        for token, (start, end) in zip(encoding.tokens, encoding.offsets, strict=True):
            tokens.extend(text[start:end] if token == _UNKNOWN else (token,))
        return tokens

    @cached_property
    def _pieces(self) -> list[str]:
        """The pieces by their number; the unknown one is 0."""
        vocabulary: dict[str, int] = self.model["vocab"]
        return sorted(vocabulary, key=vocabulary.__getitem__)

    @cached_property
    def _engine(self) -> Any:
        """The library's tokenizer; none of its pieces is special, so that a ``<unk>`` in the text is five characters."""
        if in_worker():
            os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        from tokenizers import Tokenizer as Engine
        from tokenizers import pre_tokenizers

        engine = Engine.from_str(json.dumps({"version": "1.0", "added_tokens": [], "model": self.model}))
        engine.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.Metaspace(BLANK, prepend_scheme="never"), pre_tokenizers.Punctuation("contiguous")]
        )
        return engine


def _sample(sentences: Iterable[str]) -> Iterator[str]:
    """Yield the first of ``sentences``: :data:`SAMPLE` of them, or as many as reach :data:`SAMPLE_LETTERS`."""
    letters = 0
    for sentence in islice(sentences, SAMPLE):
        yield sentence
        letters += len(sentence)
        if letters >= SAMPLE_LETTERS:
            return
