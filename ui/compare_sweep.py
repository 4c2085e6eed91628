"""One table drawn several times, with other seeds or another setting, so that one sees what the picture itself adds."""

from __future__ import annotations

import re
from dataclasses import dataclass

import streamlit as st

from lstm_core.errors import InvalidOption
from lstm_core.figures.linked import hold_frame
from lstm_core.figures.scatter import Highlight, map_figure
from lstm_core.files import cache_root
from lstm_core.options import OptionSpec
from lstm_core.projection import PROJECTIONS
from lstm_core.projection.sweep import MOST, SEED, Panel, Sweep, suggested_values, sweep, swept_options
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.search import most_neighbors, nearest
from ui import trail
from ui.columns import column_name, shown_columns
from ui.i18n import named, t, t_text
from ui.map import is_dark, show_map
from ui.map_figure import column_coloring
from ui.text import percent, plain
from ui.waiting import once

HEIGHT = 340
_ASKED = "sweep_asked"


@dataclass(frozen=True)
class _Question:
    """What is drawn again and again, and what differs."""

    method: str
    name: str
    values: tuple[int | float, ...]
    limit: int


def show_sweep(table: EmbeddingTable) -> None:
    """Let a setting be chosen, and show one picture for each of its values. Raises what will not do."""
    st.caption(t("sweep.hint"))
    question = _choose(table)
    asked: dict[str, _Question] = st.session_state.setdefault(_ASKED, {})
    if st.button(t("sweep.draw"), type="primary", key="sweep_draw"):
        asked[table.fingerprint] = question
    if table.fingerprint not in asked:
        return
    question = asked[table.fingerprint]
    found = once(
        ("sweep", table.fingerprint, question),
        lambda progress: sweep(
            table,
            cache_root() / "projections",
            method=question.method,
            name=question.name,
            values=question.values,
            limit=question.limit,
            progress=progress,
        ),
        text=t("sweep.computing", count=len(question.values)),
        on_stop=lambda: asked.pop(table.fingerprint, None),
    )
    _panels(table, found)


def _choose(table: EmbeddingTable) -> _Question:
    how, what, which, many = st.columns([2, 2, 3, 1.4], vertical_alignment="bottom")
    keys = [member.key for member in PROJECTIONS if not member.quick]  # nothing is left to chance in the quick ones
    method = str(
        how.selectbox(
            t("map.method"), keys, format_func=named(keys, lambda key: t_text(PROJECTIONS[key].label)), key="sweep_method"
        )
    )
    options = {spec.name: spec for spec in swept_options(method)}
    names = [*options, SEED]
    name = str(
        what.selectbox(
            t("sweep.what"),
            names,
            format_func=named(names, lambda each: t("map.seed") if each == SEED else t_text(options[each].label)),
            key=f"sweep_name_{method}",
        )
    )
    spec = options.get(name)
    start = ", ".join(f"{value:g}" for value in suggested_values(spec))
    hint = t("sweep.values_help", most=MOST)
    text = which.text_input(t("sweep.values"), start, key=f"sweep_values_{method}_{name}", help=hint)
    most = min(len(table), 3000)
    limit = many.number_input(t("map.limit"), 1, most, min(1000, most), key=f"sweep_limit_{table.name}")
    return _Question(method, name, _numbers(text, name, spec), int(limit))


def _numbers(text: str, name: str, spec: OptionSpec | None) -> tuple[int | float, ...]:
    """Return the numbers in ``text``. Raises :class:`InvalidOption` for what is none."""
    kind = float if spec is not None and spec.kind == "float" else int
    try:
        return tuple(dict.fromkeys(kind(piece) for piece in re.split(r"[,\s]+", text.strip()) if piece))
    except ValueError:
        raise InvalidOption(name=name, value=text[:80], rule=t("sweep.numbers")) from None


def _panels(table: EmbeddingTable, found: Sweep) -> None:
    said = [t("sweep.result", shown=f"{len(found.panels[0].projection):,}", total=f"{len(table):,}")]
    said += [t("sweep.colored", column=plain(column_name(name))) for name in shown_columns(table)[:1]]
    st.markdown(" ".join(said))
    word = trail.word_field(t("map.find"), placeholder=t("map.find_hint"))
    highlight = _highlight(table, word)
    across = 2 if len(found.panels) in (2, 4) else 3
    for start in range(0, len(found.panels), across):
        for number, place in enumerate(st.columns(across, gap="small"), start=start):
            if number < len(found.panels):
                with place:
                    _panel(table, found, number, highlight)
    st.caption(plain(t_text(PROJECTIONS[found.method].caution)))


def _panel(table: EmbeddingTable, found: Sweep, number: int, highlight: tuple[Highlight, ...]) -> None:
    panel = found.panels[number]
    columns = shown_columns(table)
    figure = map_figure(
        panel.projection,
        panel.projection.labels(table),
        color=column_coloring(table, panel.projection, columns[0]) if columns else None,
        highlight=highlight,
        named=8,
        dark=is_dark(),
        height=HEIGHT,
    )
    hold_frame(figure, [each.projection for each in found.panels])
    figure.update_layout(showlegend=False, margin={"l": 4, "r": 4, "t": 4, "b": 4})
    figure.update_xaxes(title=None)
    figure.update_yaxes(title=None)
    title = _title(found, panel)
    st.markdown(f"**{title}**")
    show_map(
        figure,
        key=f"sweep_map_{number}",
        label=title,
        revision=f"{found.fingerprint[:16]}-{found.method}-{found.name}-{panel.value}",
        height=HEIGHT,
        on_click=lambda row: trail.choose(table.labels[row]),
    )
    st.caption(_worth(panel, first=number == 0))


def _title(found: Sweep, panel: Panel) -> str:
    labels = {spec.name: t_text(spec.label) for spec in swept_options(found.method)} | {SEED: t("map.seed")}
    return f"{plain(labels[found.name])} {panel.value:g}"


def _worth(panel: Panel, *, first: bool) -> str:
    if panel.quality is None or panel.agreement is None:
        return t("sweep.few")
    worth = panel.quality
    parts = [t("map.recall", k=worth.k, value=percent(worth.neighbor_recall), chance=percent(worth.chance, digits=1))]
    if not first:
        parts.append(t("sweep.agreement", value=percent(panel.agreement)))
    return " · ".join(parts)


def _highlight(table: EmbeddingTable, word: str) -> tuple[Highlight, ...]:
    if not trail.known(table, word):
        return ()
    near = nearest(table, word, k=most_neighbors(table, 10, excluded=1))
    return (Highlight(table.index(word), tuple(int(row) for row in table.indices(near.words))),)
