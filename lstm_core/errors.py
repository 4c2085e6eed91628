"""One typed family of errors. Each carries data; its ``str()`` is one English sentence for the command line.

``ui/messages`` turns the same data into a Korean or English sentence by looking up ``error.<code>`` in the catalogue.
"""

from __future__ import annotations

from typing import Any, ClassVar


class WordAtlasError(Exception):
    """Something a person asked for cannot be done; the sentence says why and what would help."""

    code: ClassVar[str]
    template: ClassVar[str]

    def __init__(self, **data: Any) -> None:
        self.data = data
        super().__init__(self.template.format(**{key: _plain(value) for key, value in data.items()}))

    def __getattr__(self, name: str) -> Any:
        data = self.__dict__.get("data", {})
        if name in data:
            return data[name]
        raise AttributeError(name)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.data)


def _rebuild(kind: type[WordAtlasError], data: dict[str, Any]) -> WordAtlasError:
    return kind(**data)


def _plain(value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        return ", ".join(str(item) for item in value)
    return value


class UnknownChoice(WordAtlasError):
    """``kind`` (e.g. "projection"), ``given``, ``choices``."""

    code = "unknown_choice"
    template = "there is no {kind} called {given!r}; the choices are: {choices}"


class InvalidOption(WordAtlasError):
    """``name``, ``value``, ``rule``: an option that will not do; ``least`` and ``most`` where the rule is a range."""

    code = "invalid_option"
    template = "{name} = {value} will not do: {rule}"

    def __init__(self, *, name: str, value: Any, rule: str, least: float | None = None, most: float | None = None) -> None:
        super().__init__(name=name, value=value, rule=rule, least=least, most=most)


class UnknownWords(WordAtlasError):
    """``words`` not in the table, ``suggestions``: near spellings as one mapping word -> tuple of words."""

    code = "unknown_words"
    template = "not in the vocabulary: {words}{hint}"

    def __init__(self, *, words: tuple[str, ...], suggestions: dict[str, tuple[str, ...]] | None = None) -> None:
        near = suggestions or {}
        lists = [f"{word} -> {', '.join(close)}" for word, close in near.items() if close]
        super().__init__(words=words, suggestions=near, hint=f" (near spellings: {'; '.join(lists)})" if lists else "")

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), {"words": self.words, "suggestions": self.suggestions})


class FormulaError(WordAtlasError):
    """``formula``, ``position`` (0-based character index), ``reason``: "empty", "dangling", "unexpected" or "too_long"."""

    code = "formula"
    template = "cannot read the formula {formula!r} at character {position}: {reason}"


class NoDirection(WordAtlasError):
    """``query``: it adds up to a zero vector, which points nowhere, so nothing is near it."""

    code = "no_direction"
    template = "{query!r} adds up to a zero vector: it points nowhere, so no word is near it"


class InvalidQuestions(WordAtlasError):
    """``name``, ``line`` (1-based), ``reason``: a file of analogy questions or word pairs that cannot be read."""

    code = "invalid_questions"
    template = "cannot use the questions in {name!r}, line {line}: {reason}"


class TooFew(WordAtlasError):
    """``what``, ``given``, ``needed``: not enough points, words or tokens for what was asked."""

    code = "too_few"
    template = "{what}: {given} is too few, at least {needed} are needed"


class InvalidTable(WordAtlasError):
    """``name``, ``reason``: an embedding table that cannot be (NaN, duplicate labels, wrong shapes, unreadable file).

    ``cause`` is one of :data:`InvalidTable.CAUSES`: what a person should look at, where ``reason`` is the detail.
    """

    code = "invalid_table"
    template = "{name} is not a usable embedding table: {reason}"
    CAUSES: ClassVar = ("damaged", "missing", "no_words", "too_large", "mismatch", "no_rows", "unwritable", "unsafe")

    def __init__(self, *, name: str, reason: str, cause: str = "damaged") -> None:
        super().__init__(name=name, reason=reason, cause=cause)


class UnreadableText(WordAtlasError):
    """``name``, ``reason``: one of :data:`UnreadableText.REASONS`; ``why`` is the reason in words."""

    code = "unreadable_text"
    template = "cannot use the text {name!r}: {why}"
    REASONS: ClassVar[dict[str, str]] = {
        "missing": "there is no such file",
        "empty": "it holds no text",
        "binary": "it is not a text file",
        "encoding": "it is neither UTF-8 nor CP949/EUC-KR",
        "one_token": "it has fewer than two different words",
        "long_line": "it has a line of over a million bytes; break it into lines",
        "forbidden": "it may not be read",
        "too_rare": "too few words occur often enough; lower the least count",
    }

    def __init__(self, *, name: str, reason: str) -> None:
        super().__init__(name=name, reason=reason, why=self.REASONS.get(reason, reason))

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), {"name": self.name, "reason": self.reason})


class BadRunName(WordAtlasError):
    """``name``: not 1-48 letters, digits, '-' or '_'."""

    code = "bad_run_name"
    template = "{name!r} cannot name a run: use 1-48 letters, digits, '-' or '_', beginning with a letter or digit"


class RunNotFound(WordAtlasError):
    """``name``: neither a run folder, nor a shipped model, nor a readable file."""

    code = "run_not_found"
    template = "there is no run, shipped model or table file called {name!r}"


class RunIncomplete(WordAtlasError):
    """``name``, ``missing``: a run folder without its manifest or one of the files the manifest names."""

    code = "run_incomplete"
    template = "the run {name!r} is not complete: {missing} is missing or damaged"


class RunTooNew(WordAtlasError):
    """``name``, ``found``, ``known``: the run was written by a newer version of the program."""

    code = "run_too_new"
    template = "the run {name!r} has format {found}; this program reads up to {known}: update it"


class RunExists(WordAtlasError):
    """``name``: a run of that name is already there and would be overwritten."""

    code = "run_exists"
    template = "a run called {name!r} already exists; choose another name or resume it"


class RunBusy(WordAtlasError):
    """``name``: another trainer holds the run's lock."""

    code = "run_busy"
    template = "the run {name!r} is already being trained"


class TrainingDiverged(WordAtlasError):
    """``step``, ``lr``: the loss became NaN or infinite."""

    code = "training_diverged"
    template = "training diverged at step {step} (learning rate {lr}): the loss is not a number; try a smaller rate"
