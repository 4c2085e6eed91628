"""Fetching a file from its public home: checked before it counts, whole or not at all, stoppable at any moment."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lstm_core.errors import DownloadFailed

Progress = Callable[[float], None]
"""Called with the fraction done; raising from it ends the download and leaves nothing behind."""

TRIES = 3
PAUSE = 1.0  # seconds before the second try; twice as long before the third
SILENCE = 10.0
"""Seconds without a byte after which the other side counts as gone."""
LEAST_SPEED = 2_000
"""Bytes a second; what is slower than this over :data:`SILENCE` seconds is given up."""
MOST = 1 << 30
"""Bytes; a longer answer is not what was asked for."""
_CHUNK = 1 << 16
_WORTH_ANOTHER_TRY = ("unreachable", "broken_off")


def fetch(url: str, path: Path, *, check: Callable[[Path], bool], progress: Progress | None = None, size: int = 0) -> None:
    """Download ``url`` to ``path``, once ``check`` has found the file to be what it should be.

    A connection that breaks is taken up again where it broke. ``size`` (bytes) makes up for a server that does not say how
    long its answer is. Raises :class:`DownloadFailed`: "unreachable", "refused", "broken_off", "slow", "wrong",
    "disk_full", "not_writable".
    """
    import pooch

    def checked(address: str, target: Any, keeper: Any) -> None:
        _persist(address, Path(target), progress or _silent, size=size)
        if not check(Path(target)):
            raise DownloadFailed(name=path.name, reason="wrong", url=url)

    pooch.get_logger().setLevel("WARNING")  # it would write to the terminal
    try:
        pooch.retrieve(url, known_hash=None, fname=path.name, path=path.parent, downloader=checked)
    except OSError as error:
        reason = "disk_full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "not_writable"
        raise DownloadFailed(name=path.name, reason=reason, url=url) from None


def _silent(fraction: float) -> None:
    pass


def _persist(url: str, target: Path, report: Progress, *, size: int) -> None:
    """Receive ``url``, and try again after what may mend itself."""
    for attempt in range(TRIES):
        try:
            return _receive(url, target, report, size=size)
        except DownloadFailed as error:
            if attempt == TRIES - 1 or error.reason not in _WORTH_ANOTHER_TRY:
                raise
        time.sleep(PAUSE * 2**attempt)


def _receive(url: str, target: Path, report: Progress, *, size: int) -> None:
    """Append to ``target`` what it still lacks of ``url``."""
    have = target.stat().st_size
    with _answer(url, have) as response:
        if response.status_code != 206:
            have = 0
        whole = have + int(response.headers.get("Content-Length") or 0) or size
        with target.open("ab" if have else "wb") as file:
            for piece in _pieces(response, url):
                file.write(piece)
                have += len(piece)
                if have > MOST:
                    raise DownloadFailed(name=url, reason="wrong", url=url)
                report(min(1.0, have / max(1, whole)))


@contextmanager
def _answer(url: str, have: int) -> Iterator[Any]:
    """Give the answer to a request for ``url`` from byte ``have`` on, and close it. Raises :class:`DownloadFailed`."""
    import requests

    headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={have}-"} if have else {})}
    try:
        with requests.get(url, headers=headers, stream=True, timeout=SILENCE) as response:
            if response.status_code not in (200, 206):
                raise DownloadFailed(name=str(response.status_code), reason="refused", url=url)
            yield response
    except requests.RequestException:
        raise DownloadFailed(name=url, reason="unreachable", url=url) from None


def _pieces(response: Any, url: str) -> Iterator[bytes]:
    """Yield the bytes of an answer as they come in. Raises :class:`DownloadFailed` ("broken_off", "slow")."""
    from urllib3.exceptions import HTTPError

    began, received = time.monotonic(), 0
    try:
        while piece := response.raw.read1(_CHUNK):
            yield piece
            received += len(piece)
            if (elapsed := time.monotonic() - began) > SILENCE:
                if received < LEAST_SPEED * elapsed:
                    raise DownloadFailed(name=url, reason="slow", url=url)
                began, received = time.monotonic(), 0
    except (HTTPError, OSError):
        raise DownloadFailed(name=url, reason="broken_off", url=url) from None
