"""Words made safe for places where Streamlit renders Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lstm_core.normalize import normalize

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_JOINER = "\u2060"  # no width, no break: keeps two signs apart without being seen


def plain(word: object) -> str:
    """Return ``word`` so that Markdown, TeX, links, icons and typographic replacements show it literally.

    For labels, captions, options of pills and radio, metrics and tables. Not for ``st.text``, ``st.dataframe``, values of
    text fields or options of a select box: those are literal already.
    """
    apart = re.sub(r"(?<=[!-/:-@\[-`{-~])(?=[!-/:-@\[-`{-~])", _JOINER, str(word))
    apart = re.sub(r"(?i)\bwww\.", f"www{_JOINER}.{_JOINER}", apart).replace("@", f"@{_JOINER}")
    return " ".join(_PUNCTUATION.sub(r"\\\1", apart).split())


def plain_list(words: Iterable[object]) -> str:
    """Return ``words`` made plain, separated by commas."""
    return ", ".join(plain(word) for word in words)


def amount(number: float, *, digits: int = 3) -> str:
    """Return a number with ``digits`` decimals and a true minus sign, e.g. ``−0.125``."""
    return f"{number:.{digits}f}".replace("-", "\u2212")


def percent(share: float, *, digits: int = 0) -> str:
    """Return a share (0-1) as a percentage."""
    return f"{100 * share:.{digits}f}\u2009%"


def replace_word(text: str, word: str, other: str) -> str:
    """Return ``text`` with ``word`` replaced by ``other`` where it stands by itself, not inside a longer word."""
    edge = r"\s,;+\-\u2212\u2013*×"
    return re.sub(rf"(?<![^{edge}]){re.escape(word)}(?![^{edge}])", lambda _: other, text)


def split_words(text: str) -> list[str]:
    """Return the different words of a list, separated by commas or lines if it has any, else by blanks."""
    separators = r"[,;\n]+" if re.search(r"[,;\n]", text) else r"\s+"
    words = (normalize(piece) for piece in re.split(separators, text))
    return list(dict.fromkeys(word for word in words if word))


def file_size(count: int) -> str:
    """Return a number of bytes as ``512 B``, ``14.7 MB`` (powers of ten, as file managers count)."""
    size, unit = float(count), "B"
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if size < 1000 or unit == "TB":
            break
        size /= 1000
    return f"{size:.0f} {unit}" if unit == "B" else f"{size:,.1f} {unit}"


def span(seconds: float) -> str:
    """Return a duration as ``1:05`` or ``2:03:09``."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
