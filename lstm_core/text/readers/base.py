"""What every reader of a format can do, the options they share, and the registry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal, Protocol

from lstm_core.errors import UnknownChoice, UnreadableText
from lstm_core.options import Options, option
from lstm_core.registry import Registry, Text
from lstm_core.text.files import TextFile
from lstm_core.text.find import suffix_of

Columns = tuple[str, ...]
Blocks = tuple[str, ...]
BATCH = 4096
"""Rows of a table handed on at a time."""
SAMPLE = 200
"""Rows that are looked at to guess what a file is."""


class FileOptions(Options):
    """How the files of a corpus are to be read."""

    format: str = option(
        "",
        label=Text("파일 형식", "File format"),
        help=Text("비워 두면 파일 이름의 끝으로 정합니다.", "Left empty, the end of the file's name tells."),
        max_length=20,
    )
    text_column: str = option(
        "",
        label=Text("글이 든 열", "Column of the text"),
        help=Text("비워 두면 글처럼 보이는 열을 고릅니다.", "Left empty, the column that looks like text is taken."),
        max_length=200,
    )
    label_column: str = option(
        "",
        label=Text("라벨이 든 열", "Column of the labels"),
        help=Text("분류를 배울 때 씁니다. 없으면 비워 두세요.", "For learning to classify; leave it empty if there is none."),
        max_length=200,
    )
    encoding: Literal["auto", "utf-8", "cp949", "utf-16", "utf-16-le", "utf-16-be"] = option(
        "auto",
        label=Text("문자 인코딩", "Encoding"),
        help=Text("알아내지 못할 때만 직접 고르세요.", "Choose one only when it is not recognised."),
        advanced=True,
    )
    header: Literal["auto", "yes", "no"] = option(
        "auto",
        label=Text("첫 줄", "First line"),
        help=Text("표의 첫 줄이 열 이름인지 정합니다.", "Whether the first line of a table holds the names of its columns."),
        advanced=True,
    )


class Reader(Protocol):
    """Reads files of one format as columns of raw text; normalising is not its business."""

    key: str
    label: Text
    suffixes: tuple[str, ...]
    Options: type[Options]

    def columns(self, file: TextFile, options: FileOptions) -> Columns:
        """Return the names of the columns; () for a format without columns, where every line is a text."""

    def read(self, file: TextFile, options: FileOptions, *, columns: Columns) -> Iterator[Blocks]:
        r"""Yield one block per name in ``columns`` (of :meth:`columns`; () for lines: one block): values joined by "\n".

        The blocks of one step have the same number of lines. Raises :class:`UnreadableText`.
        """

    def rows(self, file: TextFile) -> int:
        """Return about how many rows there are."""

    def recognises(self, file: TextFile) -> bool:
        """Return whether a file that is called ``.txt`` is clearly of this format."""


READERS: Registry[Any] = Registry("file format")


def reader_of(file: TextFile, options: FileOptions) -> Reader:
    """Return the reader ``options`` name, else the one for what the file is called and looks like.

    A file of any other suffix is read line by line, unless a reader knows a table when it sees one (``recognises``).
    """
    if options.format:
        return READERS[options.format]  # type: ignore[no-any-return]
    if file.suffix in READERS["lines"].suffixes or file.suffix not in suffixes():
        return next((reader for reader in READERS if reader.recognises(file)), READERS["lines"])  # type: ignore[no-any-return]
    return next(reader for reader in READERS if file.suffix in reader.suffixes)  # type: ignore[no-any-return]


def format_named(name: str) -> str:
    """Return the key of the format that a file of this name is in; "" for plain text and for a name that does not tell."""
    suffix = suffix_of(name)
    return next((str(reader.key) for reader in READERS if suffix in reader.suffixes and reader.key != "lines"), "")


def suffixes() -> frozenset[str]:
    """Return every suffix that some reader claims."""
    return frozenset(suffix for reader in READERS for suffix in reader.suffixes)


def as_block(values: Sequence[str]) -> str:
    """Return ``values`` one a line; a line end inside a value becomes a blank."""
    block = "\n".join(values)
    if block.count("\n") >= max(1, len(values)):
        block = "\n".join([value.replace("\n", " ") for value in values])
    return block


def position_of(column: str, columns: Columns) -> int:
    """Return which of ``columns`` is called ``column``. Raises :class:`UnknownChoice`."""
    if column not in columns:
        raise UnknownChoice(kind="column", given=column, choices=columns)
    return columns.index(column)


def refuse_row(file: TextFile, row: int, reason: str) -> UnreadableText:
    """Return the error for row ``row`` (1-based, the header included) of ``file``."""
    return UnreadableText(name=f"{file.name}:{row}", reason=reason)
