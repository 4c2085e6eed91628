"""Which encoding some bytes are in: strict decoders first, a detector only where they leave a doubt."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator

from lstm_core.errors import UnreadableText

AUTO = "auto"
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_RIVALS = ["cp949", "johab", "gb18030", "big5", "shift_jis", "euc_jp", "cp1251", "koi8_r", "cp1252"]
_SURE, _POSSIBLE = 0.7, 0.1
_OBSOLETE = 0.02
_SAMPLE = 1 << 16
_ASCII = re.compile(r"[\x00-\x7f]+")


def detect(sample: bytes, *, whole: bool) -> str | None:
    """Return "utf-8", "utf-8-sig", "cp949", "utf-16", "utf-16-le" or "utf-16-be"; None for anything else.

    ``whole`` says that ``sample`` is all there is, so that half a character at its end counts as damage. CP949 (which holds
    EUC-KR) also decodes much that is not Korean: unless most of it reads as everyday Hangul, charset-normalizer is asked.
    """
    if marked := _marked(sample):
        return marked if _decoded(sample, marked, whole=whole) is not None else None
    if b"\0" in sample:
        return next((name for name in ("utf-16-le", "utf-16-be") if _reads_as_utf16(sample, name, whole=whole)), None)
    if _decoded(sample, "utf-8", whole=whole) is not None:
        return "utf-8"
    korean = _decoded(sample, "cp949", whole=whole)
    share = 0.0 if korean is None else _everyday(_ASCII.sub("", korean)[:_SAMPLE])
    return "cp949" if share >= _SURE or (share >= _POSSIBLE and _detector_says_korean(sample)) else None


class Decoder:
    """Bytes to text, strictly; which encoding it is gets decided at the first byte that is not ASCII.

    ``encoding`` is a codec, or "" while nothing but ASCII was seen.
    """

    def __init__(self, name: str, encoding: str = AUTO) -> None:
        self.name = name
        self.encoding = "" if encoding == AUTO else encoding
        self._newlines = io.IncrementalNewlineDecoder(None, translate=True)
        self._codec = codecs.getincrementaldecoder(encoding)() if self.encoding else None

    def texts(self, stream: Iterator[bytes]) -> Iterator[str]:
        r"""Yield the decoded pieces of ``stream``, every line end made "\n". Raises :class:`UnreadableText`."""
        for piece in stream:
            if self._codec is None and (not piece.isascii() or b"\0" in piece):
                ahead = next(stream, b"")  # a first Hangul syllable at the very end of a piece would not tell
                piece += ahead
                self._decide(piece, whole=not ahead)
            yield self._text(piece)
        yield self._text(b"", final=True)

    def _decide(self, sample: bytes, *, whole: bool) -> None:
        found = detect(sample, whole=whole)
        if found is None:
            raise UnreadableText(name=self.name, reason="binary" if b"\0" in sample and not _marked(sample) else "encoding")
        self.encoding = found
        self._codec = codecs.getincrementaldecoder(found)()

    def _text(self, piece: bytes, *, final: bool = False) -> str:
        try:
            text = self._codec.decode(piece, final) if self._codec else piece.decode("ascii")
        except UnicodeDecodeError:
            raise UnreadableText(name=self.name, reason="encoding") from None
        if "\0" in text:
            raise UnreadableText(name=self.name, reason="binary")
        return str(self._newlines.decode(text, final))


def _marked(sample: bytes) -> str:
    return next((name for mark, name in _MARKS if sample.startswith(mark)), "")


def _decoded(sample: bytes, name: str, *, whole: bool) -> str | None:
    try:
        return codecs.getincrementaldecoder(name)().decode(sample, whole)
    except UnicodeDecodeError:
        return None


def _everyday(letters: str) -> float:
    """Return which share of ``letters`` are syllables of KS X 1001, the 2,350 that everyday Korean needs.

    0 when obsolete jamo stand among them, as they do where Japanese kana are read as Korean.
    """
    if sum("ㅥ" <= letter <= "ㆎ" for letter in letters) > _OBSOLETE * len(letters):
        return 0.0
    hangul = "".join(letter for letter in letters if "가" <= letter <= "힣")
    rare = (len(hangul.encode("euc_kr")) - 2 * len(hangul)) // 6  # others take eight bytes instead of two
    return (len(hangul) - rare) / max(1, len(letters))


def _reads_as_utf16(sample: bytes, name: str, *, whole: bool) -> bool:
    """Return whether UTF-16 without a mark makes sense: no NUL is left, and nearly all is ASCII, Hangul or their marks."""
    text = _decoded(sample, name, whole=whole)
    if not text or "\0" in text:
        return False
    known = sum(letter.isascii() or "가" <= letter <= "힣" or "\u2010" <= letter <= "\u203b" for letter in text)
    return known >= 0.9 * len(text)


def _detector_says_korean(sample: bytes) -> bool:
    from charset_normalizer import from_bytes

    begin = next(at for at, byte in enumerate(sample) if byte > 127)
    best = from_bytes(sample[begin : begin + _SAMPLE], cp_isolation=_RIVALS, enable_fallback=False).best()
    return best is not None and best.encoding == "cp949"
