"""Short names for what a text is, so that work done on it can be found again: hashes of content, remembered for large files."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lstm_core.files import atomic_write_json, cache_root, read_json, sha256_of

DIGITS = 32
REMEMBERED = 32 << 20
"""Bytes; the hash of a larger file is remembered as long as its size, times and place on the disk stay the same."""
_SETTLED = 2.0  # seconds; a file written a moment ago may change again within one tick of its clock


def identity_of(about: Mapping[str, Any]) -> str:
    """Return a hash (32 hexadecimal digits) of a JSON-able description."""
    return hashlib.sha256(json.dumps(about, sort_keys=True, ensure_ascii=True).encode("ascii")).hexdigest()[:DIGITS]


def content_hash(path: Path) -> str:
    """Return the SHA-256 of the file: 2 GB in about two seconds, and at once when it has not changed since.

    A cache that cannot be read or written costs time, nothing else.
    """
    stat = path.stat()
    if stat.st_size < REMEMBERED:
        return sha256_of(path)
    state = [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]
    note = cache_root() / "hashes" / f"{identity_of({'path': str(path.resolve())})}.json"
    try:
        known = read_json(note)
        if known.get("state") == state:
            return str(known["sha256"])
    except (OSError, ValueError, KeyError):
        pass
    found = sha256_of(path)
    if time.time() - stat.st_mtime > _SETTLED:
        try:
            atomic_write_json(note, {"state": state, "sha256": found}, durable=False)
        except OSError:
            pass
    return found
