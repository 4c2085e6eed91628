"""One small registry for everything a person can choose, and the bilingual label such things carry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, NamedTuple, Protocol, TypeVar

from lstm_core.errors import UnknownChoice


class Text(NamedTuple):
    """A sentence or a label in both languages of the app; Korean is the source."""

    ko: str
    en: str

    def __getitem__(self, language: str) -> str:  # type: ignore[override]
        """Return the wording in ``"ko"`` or ``"en"``."""
        return self.en if language == "en" else self.ko


class Registered(Protocol):
    """What every member shows: a stable ``key``, a ``label`` and its ``Options`` (a pydantic model class)."""

    key: str
    label: Text


Member = TypeVar("Member", bound=Registered)


class Registry(Generic[Member]):
    """Members by key, in the order they were registered; the only list of them there is."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._members: dict[str, Member] = {}

    def register(self, member: Member) -> Member:
        """Add ``member`` (usable as a class decorator) and return it. Raises ``ValueError`` on a taken key."""
        if member.key in self._members:
            raise ValueError(f"{self.kind} {member.key!r} is registered twice")
        self._members[member.key] = member
        return member

    def __getitem__(self, key: str) -> Member:
        """Return the member called ``key``. Raises :class:`UnknownChoice`, which names the choices."""
        if key not in self._members:
            raise UnknownChoice(kind=self.kind, given=key, choices=tuple(self._members))
        return self._members[key]

    def __iter__(self) -> Iterator[Member]:
        return iter(self._members.values())

    def __contains__(self, key: object) -> bool:
        return key in self._members

    def keys(self) -> tuple[str, ...]:
        """Return every key, in order."""
        return tuple(self._members)
