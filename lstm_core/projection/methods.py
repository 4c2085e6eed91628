"""The registry of projection methods, what one is, and the question it answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from lstm_core.errors import InvalidOption, TooFew
from lstm_core.options import Options, build, option
from lstm_core.projection.neighbors import nearest_to
from lstm_core.projection.sample import choose_rows
from lstm_core.projection.value import Projection
from lstm_core.registry import Registry, Text
from lstm_core.table.embedding_table import EmbeddingTable, Matrix

Coordinates = NDArray[np.float32]
Progress = Callable[[float], None]
Frame = Callable[[Coordinates], None]
_PLACED_BY = 10  # neighbours whose places decide where a new word stands


@dataclass(frozen=True, eq=False)
class Job:
    """What a method is given: the rows ``matrix`` ``(N, D)`` to picture in ``dimension`` dimensions, options, seed, vectors of
    the words that the options name, and who hears of it while it goes on.

    ``progress`` is called with the share done (0-1); an exception it raises ends the work. ``frame`` gets the layout of
    methods that are ``live`` as it takes shape.
    """

    matrix: Matrix
    dimension: int
    options: Any
    seed: int
    words: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    progress: Progress | None = None
    frame: Frame | None = None

    def tell(self, share: float) -> None:
        """Say that ``share`` (0-1) is done."""
        if self.progress is not None:
            self.progress(share)

    def show(self, layout: NDArray[np.floating]) -> None:
        """Show the layout so far."""
        if self.frame is not None:
            self.frame(np.array(layout, dtype=np.float32))


@dataclass(frozen=True)
class Extra:
    """What a method knows besides coordinates: shares of variance by axis and of all components, measures by name."""

    explained_variance_ratio: tuple[float, ...] = ()
    spectrum: tuple[float, ...] = ()
    quality: Mapping[str, float] = field(default_factory=dict)


def neighbors_by_direction() -> Any:
    """Return the option ``unit_rows`` of the methods that draw neighbours: whether lengths are left out of account."""
    return option(
        True,
        label=Text("방향만 보기", "Directions only"),
        help=Text(
            "행의 길이를 1로 맞춘 뒤 이웃을 찾습니다. 코사인 유사도의 이웃과 같습니다.",
            "Scale every row to length 1 first: neighbours are those of cosine similarity.",
        ),
        advanced=True,
    )


class ProjectionMethod(ABC):
    """A way to make a picture of rows. ``caution`` says in a sentence what the picture can and cannot show, ``placing`` how
    a new word gets its place. ``quick`` ones need no worker process; ``live`` ones show frames; ``asks_words`` ones need to
    be told words; pictures depend on the versions of ``libraries``.
    """

    key: str
    label: Text
    caution: Text
    placing: Text = Text(
        f"원래 공간에서 가장 가까운 낱말 {_PLACED_BY}개가 가장 많이 모인 자리 곁입니다. 함께 그린 것만은 못한 어림입니다.",
        f"Beside the spot where most of the {_PLACED_BY} words nearest in the full space gather: a guess, not a fitted place.",
    )
    Options: type[Options]
    quick: ClassVar[bool] = False
    live: ClassVar[bool] = False
    asks_words: ClassVar[bool] = False
    libraries: ClassVar[tuple[str, ...]] = ()

    def words(self, options: Any, dimension: int) -> tuple[str, ...]:
        """Return the words of the table that ``options`` name."""
        return ()

    def needed(self, options: Any, dimension: int) -> tuple[str, int]:
        """Return of what there must be how many at least, as :class:`TooFew` says it."""
        return "words on the map", dimension + 1

    @abstractmethod
    def fit(self, job: Job) -> tuple[Coordinates, Extra]:
        """Return coordinates ``(N, dimension)`` of the rows of ``job``, of which there are enough."""

    def warm(self) -> None:
        """Import and compile what the method needs, by making a small picture. Raises ``ImportError``."""
        matrix = np.random.default_rng(0).normal(size=(200, 8)).astype(np.float32)
        self.fit(Job(matrix, 2, self.Options(), 0))

    def place(self, job: Job, coordinates: Coordinates, vectors: Matrix) -> Coordinates:
        """Return places ``(n, dimension)`` for ``vectors`` ``(n, D)`` on the picture ``coordinates`` of ``job``; it stays."""
        near, _ = nearest_to(unit_rows(job.matrix), unit_rows(vectors), k=min(_PLACED_BY, len(coordinates)))
        return _in_the_thick(coordinates[near])


def _in_the_thick(places: Coordinates) -> Coordinates:
    """Return for each of n words the point ``(n, d)`` a quarter of the way from the most central of its ``places`` to the next.

    ``places`` is ``(n, k, d)``. Central is the place with the least sum of fourth roots of distances to the others: where
    most of them gather, however far the rest lie. A mean would fall between the groups (recall@10 in docs/log.md).
    """
    distances = np.linalg.norm(places[:, :, None] - places[:, None], axis=-1)  # (n, k, k)
    each = np.arange(len(places))
    central = np.sqrt(np.sqrt(distances)).sum(axis=2).argmin(axis=1)
    to_others = distances[each, central]  # (n, k)
    to_others[each, central] = np.inf
    beside = to_others.argmin(axis=1) if places.shape[1] > 1 else central
    found: Coordinates = places[each, central] + np.float32(0.25) * (places[each, beside] - places[each, central])
    return found


PROJECTIONS: Registry[ProjectionMethod] = Registry("projection")


@dataclass(frozen=True, eq=False)
class Question:
    """A picture that is wanted of the ``rows`` of ``table``, checked: everything that decides how it comes out."""

    table: EmbeddingTable
    rows: NDArray[np.int64]
    method: ProjectionMethod
    dimension: int
    options: Options
    seed: int

    def job(self, *, progress: Progress | None = None, frame: Frame | None = None) -> Job:
        """Return what the method is given. Raises :class:`UnknownWords` for a word of the options."""
        whole = len(self.rows) == len(self.table)  # then the rows need not be copied
        words = {word: self.table.vector(word) for word in self.method.words(self.options, self.dimension)}
        matrix = self.table.matrix if whole else self.table.matrix[self.rows]
        return Job(matrix, self.dimension, self.options, self.seed, words, progress, frame)

    def picture(self, coordinates: Coordinates, extra: Extra) -> Projection:
        """Return the answer as a value that remembers the question."""
        return Projection(
            coordinates=coordinates,
            indices=self.rows,
            method=self.method.key,
            options=self.options.model_dump(),
            seed=self.seed,
            fingerprint=self.table.fingerprint,
            total=len(self.table),
            quality=extra.quality,
            explained_variance_ratio=extra.explained_variance_ratio,
            spectrum=extra.spectrum,
        )


def question(
    table: EmbeddingTable,
    *,
    method: str = "pca",
    dimension: int = 2,
    options: Mapping[str, Any] | Options | None = None,
    seed: int = 0,
    indices: Iterable[int] | None = None,
    limit: int | None = None,
    sample: str = "frequent",
    always: Iterable[str] = (),
) -> Question:
    """Return the checked question for a picture of ``table`` in 2 or 3 dimensions.

    The rows are ``indices``, or ``limit`` words of a ``sample`` (all without a limit), in table order; the words of
    ``always`` are shown in any case. Raises :class:`UnknownChoice`, :class:`InvalidOption`, :class:`TooFew`,
    :class:`UnknownWords`.
    """
    member = PROJECTIONS[method]
    chosen = build_options(member, options)
    if dimension not in (2, 3):
        raise InvalidOption(name="dimension", value=dimension, rule="a map has 2 or 3 dimensions")
    seed = check_seed(seed)
    rows = choose_rows(table, indices=indices, limit=limit, sample=sample, seed=seed, always=always)
    for what, needed in (("words on the map", dimension + 1), member.needed(chosen, dimension)):
        if len(rows) < needed:
            raise TooFew(what=what, given=len(rows), needed=needed)
    return Question(table, rows, member, dimension, chosen, seed)


def project(
    table: EmbeddingTable, *, progress: Progress | None = None, frame: Frame | None = None, **asked: Any
) -> Projection:
    """Return the picture that answers :func:`question` of ``table`` and ``asked``.

    ``progress`` and ``frame`` are those of :class:`Job`. Raises as :func:`question`, and whatever ``progress`` raises.
    """
    return answer(question(table, **asked), progress=progress, frame=frame)


def answer(wanted: Question, *, progress: Progress | None = None, frame: Frame | None = None) -> Projection:
    """Return the picture that ``wanted`` asks for, computed here and now. Raises as :func:`project`."""
    return wanted.picture(*wanted.method.fit(wanted.job(progress=progress, frame=frame)))


def build_options(member: ProjectionMethod, options: Mapping[str, Any] | Options | None) -> Options:
    """Return ``options`` as the options of ``member``. Raises :class:`InvalidOption`."""
    if isinstance(options, member.Options):
        return options
    values = options.model_dump() if isinstance(options, Options) else dict(options or {})
    chosen: Options = build(member.Options, values)
    return chosen


def check_seed(seed: int) -> int:
    """Return ``seed``. Raises :class:`InvalidOption` unless it is 0 to 2**31 - 1."""
    if not 0 <= seed < 2**31:
        raise InvalidOption(name="seed", value=seed, rule="a whole number from 0 to 2147483647")
    return seed


def unit_rows(matrix: NDArray[np.floating]) -> NDArray[Any]:
    """Return the rows of ``matrix`` ``(N, D)`` scaled to length 1, in its precision; zero rows stay zero."""
    norms = np.linalg.norm(matrix, axis=1, keepdims=True)
    return matrix / np.where(norms > 0, norms, 1.0).astype(matrix.dtype)
