"""The texts that shipped tables are made from, other than those of the project's own generator."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from lstm_core.files import cache_root
from lstm_core.normalize import normalize
from lstm_core.text.download import fetch

REVIEWS = "https://github.com/e9t/nsmc/archive/refs/heads/master.zip"


def film_reviews() -> Path:
    """Return a file with every raw review of the NAVER Sentiment Movie Corpus (CC0 1.0), one a line; fetched once.

    The shipped table was made without 50,000 of them, kept for testing; so a table made from this file is not the same to the
    last number.
    """
    path = cache_root() / "nsmc" / "reviews.txt"
    if not path.is_file():
        packed = path.with_name("nsmc.zip")
        fetch(REVIEWS, packed, check=zipfile.is_zipfile, size=90_000_000)
        with zipfile.ZipFile(packed) as archive:
            names = sorted(name for name in archive.namelist() if "/raw/" in name and name.endswith(".json"))
            lines = [normalize(str(one["review"])) for name in names for one in json.loads(archive.read(name))]
        path.write_text("\n".join(line.replace("\n", " ") for line in lines if line) + "\n", encoding="utf-8")
    return path
