"""Options declare their own label, range and help, so that pages and the command line can build their forms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from lstm_core.errors import InvalidOption
from lstm_core.registry import Text


class Options(BaseModel):
    """Base of every option set: frozen, unknown keys refused, JSON round trip, validated at birth."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def option(default: Any, *, label: Text, help: Text, advanced: bool = False, **limits: Any) -> Any:
    """Return a pydantic field that also carries its bilingual ``label`` and ``help``.

    ``limits`` are pydantic's own (``ge``, ``le``, ``gt``, ``lt``, ``max_length`` …); ``advanced`` fields are folded away.
    """
    extra: dict[str, Any] = {"label": tuple(label), "help": tuple(help), "advanced": advanced}
    return Field(default, json_schema_extra=extra, **limits)


@dataclass(frozen=True)
class OptionSpec:
    """What a form needs to know about one option."""

    name: str
    label: Text
    help: Text
    kind: Literal["int", "float", "bool", "text", "choice"]
    default: Any
    minimum: float | None
    maximum: float | None
    choices: tuple[Any, ...]
    advanced: bool


def describe(options: type[BaseModel]) -> tuple[OptionSpec, ...]:
    """Return one :class:`OptionSpec` for every field of ``options`` that was made by :func:`option`, in order."""
    return tuple(
        _spec(name, field) for name, field in options.model_fields.items() if isinstance(field.json_schema_extra, dict)
    )


def build(options: type[BaseModel], values: dict[str, Any]) -> Any:
    """Return ``options(**values)``. Raises :class:`InvalidOption` naming the first field at fault, its value and its rule."""
    try:
        return options(**values)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]) or options.__name__
        spec = next((one for one in describe(options) if one.name == name), None)
        least, most = (spec.minimum, spec.maximum) if spec else (None, None)
        raise InvalidOption(name=name, value=str(first.get("input")), rule=first["msg"], least=least, most=most) from None


def _spec(name: str, field: FieldInfo) -> OptionSpec:
    extra: dict[str, Any] = dict(field.json_schema_extra)  # type: ignore[arg-type]
    limits = {key: getattr(item, key) for item in field.metadata for key in ("ge", "gt", "le", "lt") if hasattr(item, key)}
    return OptionSpec(
        name=name,
        label=Text(*extra["label"]),
        help=Text(*extra["help"]),
        kind=_kind(field.annotation),
        default=field.default,
        minimum=limits.get("ge", limits.get("gt")),
        maximum=limits.get("le", limits.get("lt")),
        choices=get_args(field.annotation) if get_origin(field.annotation) is Literal else (),
        advanced=bool(extra["advanced"]),
    )


def _kind(annotation: Any) -> Literal["int", "float", "bool", "text", "choice"]:
    if get_origin(annotation) is Literal:
        return "choice"
    names: dict[Any, Literal["int", "float", "bool", "text"]] = {int: "int", float: "float", bool: "bool", str: "text"}
    return names[annotation]
