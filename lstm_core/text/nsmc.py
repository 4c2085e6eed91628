"""NSMC, the NAVER Sentiment Movie Corpus: 200,000 Korean film reviews, good or bad, fetched from their public home."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Literal

from lstm_core.files import cache_root
from lstm_core.options import Options, option
from lstm_core.registry import Text
from lstm_core.text.download import Progress, fetch
from lstm_core.text.file_corpus import FileCorpus
from lstm_core.text.identity import identity_of
from lstm_core.text.probes import PROBES, Probes
from lstm_core.text.readers import FileOptions

HOME = "https://raw.githubusercontent.com/e9t/nsmc/master"
HEADER = b"id\tdocument\tlabel\n"
ROWS = {"train": 150_000, "test": 50_000}
BYTES = {"train": 14_628_807, "test": 4_893_335}
"""About how many; only the progress bar goes by them."""
_READ_AS = FileOptions(format="tsv", text_column="document", label_column="label", encoding="utf-8", header="yes")


class NsmcOptions(Options):
    """Which part of the reviews."""

    split: Literal["train", "test", "train+test"] = option(
        "train",
        label=Text("부분", "Part"),
        help=Text("학습용 15만 개, 평가용 5만 개입니다.", "150,000 reviews for training, 50,000 for testing."),
    )


class NsmcCorpus:
    """Reviews and whether they are good (1) or bad (0). Whatever needs the files fetches them first, if they are not here."""

    key: ClassVar[str] = "nsmc"
    label: ClassVar[Text] = Text("네이버 영화 리뷰(NSMC)", "NAVER film reviews (NSMC)")
    note: ClassVar[Text] = Text(
        "영화 리뷰 20만 개와 긍정·부정 라벨입니다. 누구나 자유롭게 쓸 수 있고(CC0 1.0), 처음 한 번 내려받습니다.",
        "200,000 Korean film reviews labelled good or bad (CC0 1.0, free for any use), downloaded once.",
    )
    source: ClassVar[str] = "https://github.com/e9t/nsmc"
    Options: ClassVar[type[Options]] = NsmcOptions
    language: ClassVar[str] = "ko"
    default_tokenizer: ClassVar[str] = "morphemes"
    name: ClassVar[str] = key
    probes: ClassVar[Probes] = PROBES["ko"]

    def __init__(self, options: NsmcOptions | None = None) -> None:
        self.options = options or NsmcOptions()
        self.splits = tuple(self.options.split.split("+"))

    @property
    def missing(self) -> int:
        """About how many bytes of it have not been downloaded yet."""
        return sum(BYTES[split] for split in self.splits if not _file(split).is_file())

    @property
    def size_hint(self) -> int:
        """The number of reviews; a few of them are blank and left out."""
        return sum(ROWS[split] for split in self.splits)

    def fetch(self, progress: Progress | None = None) -> None:
        """Download what is not here yet, telling the fraction done. Raises :class:`DownloadFailed`."""
        total, done = sum(BYTES[split] for split in self.splits), 0
        for split in self.splits:
            report = None if progress is None else _shifted(progress, begin=done / total, share=BYTES[split] / total)
            if not _file(split).is_file():
                home = os.environ.get("WORD_ATLAS_NSMC_URL") or HOME
                url = f"{home.rstrip('/')}/{_file(split).name}"
                fetch(url, _file(split), check=_check(split), progress=report, size=BYTES[split])
            done += BYTES[split]

    def sentences(self) -> Iterator[str]:
        """Yield the normalised reviews that are not blank."""
        for part in self.parts:
            yield from part.sentences()

    def labelled(self) -> Iterator[tuple[str, str]]:
        """Yield the normalised reviews that are not blank, each with "1" (good) or "0" (bad)."""
        for part in self.parts:
            yield from part.labelled()

    def test_part(self) -> NsmcCorpus | None:
        """Return the reviews for testing, unless they are among those that are read."""
        return None if "test" in self.splits else NsmcCorpus(NsmcOptions(split="test"))

    def columns(self, labels: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return nothing: reviews do not tell about their words."""
        return {}

    def identity(self) -> str:
        """Return the hash of the files and which of them are read."""
        return identity_of({"nsmc": [part.identity() for part in self.parts]})

    @cached_property
    def parts(self) -> tuple[FileCorpus, ...]:
        """The files, opened."""
        self.fetch()
        return tuple(FileCorpus(_file(split), _READ_AS) for split in self.splits)


def _file(split: str) -> Path:
    return cache_root() / "nsmc" / f"ratings_{split}.txt"


def _shifted(progress: Progress, *, begin: float, share: float) -> Progress:
    return lambda fraction: progress(begin + share * fraction)


def _check(split: str) -> Callable[[Path], bool]:
    """Return a function that tells whether a file is that part of NSMC: its header, and the official number of rows."""

    def is_whole(path: Path) -> bool:
        with path.open("rb") as file:
            return file.readline(len(HEADER)) == HEADER and sum(line.count(b"\t") == 2 for line in file) == ROWS[split]

    return is_whole
