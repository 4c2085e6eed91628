"""The state of the map in the page's address: what is not as usual, so that a link opens the same view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st
from pydantic import BaseModel

from lstm_core.errors import InvalidOption
from lstm_core.normalize import normalize
from lstm_core.options import build, describe

_LINK, _LAST = "map_link", "map_last_revision"
_OWN = ("word", "method", "dim", "color", "sample", "limit", "seed", "view")
_PREFIXES = ("m.", "c.")  # options of the method, of the colours


@dataclass(frozen=True)
class MapLink:
    """What an address asked for when this session came to it: texts as they stood there, never trusted."""

    given: Mapping[str, str] = field(default_factory=dict)

    def choice(self, name: str, choices: list[Any] | tuple[Any, ...], usual: Any) -> Any:
        """Return the one of ``choices`` that ``name`` names, else ``usual``."""
        return next((each for each in choices if str(each) == self.given.get(name)), usual)

    def number(self, name: str, usual: int, *, least: int, most: int) -> int:
        """Return the whole number that ``name`` gives, if it lies between ``least`` and ``most``, else ``usual``."""
        text = self.given.get(name, "")
        return int(text) if text.isdecimal() and len(text) < 12 and least <= int(text) <= most else usual

    def options(self, prefix: str, options: type[BaseModel]) -> dict[str, Any]:
        """Return the options that differ from the declared ones; what is not allowed is left away."""
        kinds = {"int": int, "float": float, "bool": lambda text: text == "True", "text": str, "choice": str}
        found: dict[str, Any] = {}
        for spec in describe(options):
            text = self.given.get(prefix + spec.name)
            try:
                if text is not None:
                    found |= {spec.name: getattr(build(options, {spec.name: kinds[spec.kind](text)}), spec.name)}
            except (ValueError, InvalidOption):
                continue
        return found


def map_link() -> MapLink:
    """Return what the address of the page asked for when this session began."""
    known: MapLink | None = st.session_state.get(_LINK)
    if known is None:
        query = st.query_params.to_dict()
        known = MapLink({name: text[:500] for name, text in query.items() if name in _OWN or name.startswith(_PREFIXES)})
        st.session_state[_LINK] = known
    return known


def linked_word() -> str:
    """Return the word that the address asked for, normalised; "" for none."""
    return normalize(map_link().given.get("word", ""))[:200]


def write_link(revision: str, parts: Mapping[str, object | None]) -> None:
    """Write ``parts`` into the address; None is as usual and left away. A camera stays there as long as ``revision`` does."""
    if st.session_state.setdefault(_LAST, revision) != revision:
        st.session_state[_LAST] = revision
        parts = {**parts, "view": None}
    wanted = {name: str(value) for name, value in parts.items() if value is not None}
    for name in [name for name in st.query_params if name in _OWN or name.startswith(_PREFIXES)]:
        if name not in wanted and (name != "view" or "view" in parts):
            del st.query_params[name]
    for name, text in wanted.items():
        if st.query_params.get(name) != text:
            st.query_params[name] = text


def unusual(prefix: str, values: Mapping[str, Any], options: type[BaseModel]) -> dict[str, object]:
    """Return the options of ``values`` that are not as declared, under ``prefix``."""
    usual = {spec.name: spec.default for spec in describe(options)}
    return {prefix + name: value for name, value in values.items() if value != usual.get(name)}
