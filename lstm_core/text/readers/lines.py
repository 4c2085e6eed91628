"""Plain text: one sentence a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from lstm_core.registry import Text
from lstm_core.text.files import TextFile
from lstm_core.text.readers.base import READERS, Blocks, Columns, FileOptions


class LinesReader:
    """Every line is a text; there are no columns."""

    key = "lines"
    label = Text("일반 텍스트(한 줄에 한 문장)", "Plain text (a sentence a line)")
    suffixes = (".txt",)
    Options: ClassVar[type[FileOptions]] = FileOptions

    def columns(self, file: TextFile, options: FileOptions) -> Columns:
        """Return ()."""
        return ()

    def read(self, file: TextFile, options: FileOptions, *, columns: Columns) -> Iterator[Blocks]:
        """Yield the lines as they are."""
        return ((block,) for block in file.blocks())

    def rows(self, file: TextFile) -> int:
        """Return about how many lines there are."""
        return file.line_estimate()

    def recognises(self, file: TextFile) -> bool:
        """Return False: only the suffix tells."""
        return False


READERS.register(LinesReader())
