"""One typed family of errors. Each carries data; its ``str()`` is one English sentence for the command line.

``ui/messages`` turns the same data into a Korean or English sentence by looking up ``error.<code>`` in the catalogue.
"""

from __future__ import annotations

from typing import Any, ClassVar


class WordAtlasError(Exception):
    """Something a person asked for cannot be done; the sentence says why and what would help."""

    code: ClassVar[str]
    template: ClassVar[str]
    REASONS: ClassVar[dict[str, str]] = {}
    """What can be the ``reason``, in words (``why``); another reason speaks for itself."""

    def __init__(self, **data: Any) -> None:
        if self.REASONS:
            data = {**data, "why": self.REASONS.get(data["reason"], data["reason"])}
        self.data = data
        lists = {key: ", ".join(map(str, value)) for key, value in data.items() if isinstance(value, (tuple, list))}
        super().__init__(self.template.format(**data | lists))

    def __getattr__(self, name: str) -> Any:
        data = self.__dict__.get("data", {})
        if name in data:
            return data[name]
        raise AttributeError(name)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), {key: value for key, value in self.data.items() if key != "why"})


def _rebuild(kind: type[WordAtlasError], data: dict[str, Any]) -> WordAtlasError:
    return kind(**data)


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


class NoLabels(WordAtlasError):
    """``name``: a corpus without labels, of which there is nothing to learn to tell."""

    code = "no_labels"
    template = "{name} has no labels: choose a table (CSV, TSV, JSONL, Parquet) and the column of its labels"


class UnknownWords(WordAtlasError):
    """``words`` not in the table, ``suggestions``: near spellings as one mapping word -> tuple of words."""

    code = "unknown_words"
    template = "not in the vocabulary: {words}{hint}"

    def __init__(self, *, words: tuple[str, ...], suggestions: dict[str, tuple[str, ...]] | None = None, **_: str) -> None:
        near = suggestions or {}
        lists = "; ".join(f"{word} -> {', '.join(close)}" for word, close in near.items() if close)
        super().__init__(words=words, suggestions=near, hint=lists and f" (near spellings: {lists})")


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


class TooMany(WordAtlasError):
    """``what``, ``given``, ``most``: more points, words or tokens than can be looked at here."""

    code = "too_many"
    template = "{what}: {given} is too many, at most {most} can be taken"


class NoNetwork(WordAtlasError):
    """``name``: a table without a network that can be read (a file of vectors, or a run that keeps no weights)."""

    code = "no_network"
    template = "{name!r} has no network that reads text: only its table can be explored"


class InvalidSeries(WordAtlasError):
    """``name``, ``reason``: one of :data:`InvalidSeries.REASONS`, ``row`` of the file (header: 1); ``why`` in words."""

    code = "invalid_series"
    template = "cannot forecast {name!r}: {why} (row {row})"
    REASONS: ClassVar[dict[str, str]] = {
        "no_text": "it is not a text file",
        "no_numbers": "it has no column of numbers",
        "ragged": "this row has another number of columns than the first",
        "cell": "this cell is no number",
        "gap": "a value is missing",
        "short": "it has too few values",
        "long": "it has too many values",
        "constant": "all values are the same",
    }


class ComputationFailed(WordAtlasError):
    """``what`` (e.g. a projection method), ``reason``: a process that computed for us broke off."""

    code = "computation_failed"
    template = "{what} could not be computed: {reason}"


class InvalidTable(WordAtlasError):
    """``name``, ``reason``: an embedding table that cannot be (NaN, duplicate labels, wrong shapes, unreadable file).

    ``cause`` is one of :data:`InvalidTable.CAUSES`: what a person should look at, where ``reason`` is the detail.
    """

    code = "invalid_table"
    template = "{name} is not a usable embedding table: {reason}"
    CAUSES: ClassVar = ("damaged", "missing", "no_words", "too_large", "mismatch", "no_rows", "unwritable", "unsafe")

    def __init__(self, *, name: str, reason: str, cause: str = "damaged") -> None:
        super().__init__(name=name, reason=reason, cause=cause)


class WidthDiffers(WordAtlasError):
    """``name``: a table to start from whose rows have ``width`` numbers where the network needs ``needed``."""

    code = "width_differs"
    template = "the rows of {name!r} have {width} numbers, embedding_dim is {needed}: make them equal"


class UnreadableText(WordAtlasError):
    """``name``, ``reason``: one of :data:`UnreadableText.REASONS`; ``why`` is the reason in words."""

    code = "unreadable_text"
    template = "cannot use the text {name!r}: {why}"
    REASONS: ClassVar[dict[str, str]] = {
        "missing": "there is no such file",
        "empty": "it holds no text",
        "binary": "it is not a text file",
        "encoding": "it is not UTF-8, UTF-16 or CP949/EUC-KR throughout; save it as UTF-8",
        "one_token": "it has fewer than two different words",
        "long_line": "it has a line of over a million characters; break it into lines",
        "forbidden": "it may not be read",
        "too_rare": "too few words occur often enough; lower the least count",
        "name": "its name is not valid Unicode; rename it",
        "no_files": "it holds no .txt, .csv, .tsv, .jsonl or .parquet file",
        "outside": "it lies outside the folders this page may read",
        "damaged": "the file is damaged or incomplete",
        "locked": "it is encrypted; unpack it first",
        "bomb": "it unpacks to far more than a text would",
        "ragged": "this row has another number of columns than the first",
        "quotes": "a quotation mark in or before this row is not closed, or stands where none may",
        "row": "this row is not a JSON object with text in the chosen column",
    }


class DownloadFailed(WordAtlasError):
    """``name``, ``url``, ``reason``: one of :data:`DownloadFailed.REASONS`; ``why`` is the reason in words."""

    code = "download_failed"
    template = "cannot download {url}: {why}"
    REASONS: ClassVar[dict[str, str]] = {
        "unreachable": "the server cannot be reached; check the connection and try again",
        "refused": "the server does not hand it out",
        "broken_off": "the connection broke off; try again",
        "slow": "the connection is too slow; try again later",
        "wrong": "what came is not the file it should be",
        "disk_full": "there is no room left on the disk",
        "not_writable": "the cache folder cannot be written",
    }


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
    """``step``, ``lr``: the loss became NaN or infinite; ``saved``: the step of the last checkpoint, 0 without one."""

    code = "training_diverged"
    template = (
        "training diverged at step {step} (learning rate {lr}): the loss is not a number; try a smaller rate "
        "(last checkpoint: step {saved})"
    )

    def __init__(self, *, step: int, lr: float, saved: int = 0) -> None:
        super().__init__(step=step, lr=lr, saved=saved)


class WorkerLost(WordAtlasError):
    """``reason``: one of the processes that train together has ended, or cannot be reached."""

    code = "worker_lost"
    template = "a process of the training is lost ({reason}); resume the run to go on from its last checkpoint"


class DeviceMissing(WordAtlasError):
    """A training was to compute on ``device``; ``reason``: a key of :data:`DeviceMissing.REASONS`."""

    code = "device_missing"
    template = "cannot compute on {device}: {why}"
    REASONS: ClassVar[dict[str, str]] = {
        "none": "this machine has none that torch can use",
        "few": "there are fewer of them than processes",
        "alone": "one process can use it, several cannot",
        "elsewhere": "another process of the training has none",
    }


class StorageFailed(WordAtlasError):
    """``folder`` cannot be written to; ``reason``: a key of :data:`StorageFailed.REASONS`, or what the system said."""

    code = "storage_failed"
    template = "cannot write to {folder}: {why}"
    REASONS: ClassVar[dict[str, str]] = {"full": "the disk is full", "forbidden": "it may not be written"}


class HelperDied(WordAtlasError):
    """``status``, ``said``: a helper process ended before its work was done, with that exit code and these last words."""

    code = "helper_died"
    template = "a process that was cutting the text ended unexpectedly (exit code {status}); was the memory full? {said}"
