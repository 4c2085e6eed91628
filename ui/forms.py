"""Forms that grow from the options a registered thing declares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import streamlit as st
from pydantic import BaseModel

from lstm_core.options import OptionSpec, describe
from ui.i18n import has, named, t, t_text


def option_fields(
    options: type[BaseModel],
    *,
    key: str,
    only: Iterable[str] | None = None,
    folded: bool = True,
    defaults: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Draw one widget per option and return the values; advanced ones are ``folded`` away. ``only`` limits the names.

    ``defaults`` take the place of declared ones, where what is sensible depends on the table.
    """
    wanted = None if only is None else set(only)
    specs = [spec for spec in describe(options) if wanted is None or spec.name in wanted]
    specs = [replace(spec, default=(defaults or {}).get(spec.name, spec.default)) for spec in specs]
    values = {spec.name: _field(spec, f"{key}_{spec.name}") for spec in specs if not (folded and spec.advanced)}
    advanced = [spec for spec in specs if folded and spec.advanced]
    if advanced:
        with st.expander(t("form.advanced")):
            values |= {spec.name: _field(spec, f"{key}_{spec.name}") for spec in advanced}
    return values


def _field(spec: OptionSpec, key: str) -> Any:
    label, hint = t_text(spec.label), t_text(spec.help)
    kept: dict[str, Any] = {"key": key, "help": hint, "persist_state": "session"}
    if spec.kind == "bool":
        return st.toggle(label, value=bool(spec.default), **kept)
    if spec.kind == "text":
        return st.text_input(label, value=str(spec.default), **kept)
    if spec.kind == "choice":
        at = spec.choices.index(spec.default)
        return st.selectbox(label, spec.choices, index=at, format_func=named(spec.choices, choice_name), **kept)
    return _number(spec, label, kept)


def _number(spec: OptionSpec, label: str, kept: dict[str, Any]) -> Any:
    if spec.kind == "int":
        low, high = (None if limit is None else int(limit) for limit in (spec.minimum, spec.maximum))
        return st.number_input(label, min_value=low, max_value=high, value=int(spec.default), step=1, **kept)
    low, high = (None if limit is None else float(limit) for limit in (spec.minimum, spec.maximum))
    return st.number_input(
        label, min_value=low, max_value=high, value=float(spec.default), step=_step(float(spec.default)), format="%g", **kept
    )


def _step(default: float) -> float:
    return 10.0 ** (len(str(int(abs(default)))) - 1) / 10 if abs(default) >= 1 else 0.01 if abs(default) >= 0.1 else 0.001


def choice_name(value: Any) -> str:
    """Return what a choice is called in the catalogue, or the choice itself."""
    return t(f"choice.{value}") if has(f"choice.{value}") else str(value)
