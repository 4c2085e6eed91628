"""A trained language model writes a text on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lstm_core.errors import InvalidOption
from lstm_core.model.generation import GenerationOptions, GenerationStep, generate
from lstm_core.normalize import normalize
from lstm_core.text.vocabulary import EOS, UNK
from lstm_core.training.saved import SavedModel


@dataclass(frozen=True)
class Continuation:
    """What was written on from a prompt.

    ``text`` is the prompt as the model read it, with what follows; ``prompt`` and ``written`` are the tokens of both parts,
    ``steps`` tell how each written one was drawn (the last may be the end of the sentence, which is no token). ``unknown``
    are the tokens of the prompt that the model has no row for and read as ``<unk>``.
    """

    text: str
    prompt: tuple[str, ...]
    written: tuple[str, ...]
    unknown: tuple[str, ...]
    steps: tuple[GenerationStep, ...]
    seed: int

    @property
    def ended(self) -> bool:
        """Whether the model ended the sentence; else the most tokens were reached."""
        return self.steps[-1].token_id == EOS


def continue_text(model: SavedModel, prompt: str, *, options: GenerationOptions, seed: int) -> Continuation:
    """Return what ``model`` writes after ``prompt`` (it may be empty): the same for the same options and seed.

    Raises :class:`InvalidOption` for a model that was not trained to predict the next word.
    """
    if model.config.objective != "next-word":
        raise InvalidOption(name="objective", value=model.config.objective, rule="only a next-word model can write on")
    tokens = model.tokenizer.tokenize(normalize(prompt))
    ids = model.vocabulary.encode(tokens).tolist()
    steps = generate(model.network, ids, options=options, seed=seed)
    written = model.vocabulary.decode([step.token_id for step in steps if step.token_id != EOS])
    unknown = tuple(token for token, number in zip(tokens, ids, strict=True) if number == UNK)
    return Continuation(model.tokenizer.decode([*tokens, *written]), tuple(tokens), tuple(written), unknown, steps, seed)


def continuation_to_json(model: SavedModel, found: Continuation, options: GenerationOptions) -> dict[str, Any]:
    """Return the answer of the command line: the text, and each drawn token with what else was likely."""
    names = model.vocabulary.tokens
    return {
        "prompt": list(found.prompt),
        "unknown": list(found.unknown),
        "text": found.text,
        "ended": found.ended,
        "seed": found.seed,
        "options": options.model_dump(mode="json"),
        "steps": [
            {
                "token": names[step.token_id],
                "probability": step.probability,
                "choices": [{"token": names[one], "probability": chance} for one, chance in step.choices],
            }
            for step in found.steps
        ],
    }
