"""Two tables compared: how alike they are beside what chance would give, and their linked maps."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import streamlit as st

from lstm_core.errors import TooFew
from lstm_core.figures.coloring import Coloring
from lstm_core.figures.linked import LinkedLabels, linked_figures
from lstm_core.files import cache_root
from lstm_core.options import build
from lstm_core.projection import PROJECTIONS, Projection, cached_project
from lstm_core.projection.compare import compare
from lstm_core.projection.comparison import ComparisonOptions, TableComparison
from lstm_core.projection.linked import apart, joint_methods, joint_options, joint_rows, joint_table
from lstm_core.projection.quality import projection_quality
from lstm_core.table.embedding_table import EmbeddingTable
from ui import trail
from ui.columns import shown_columns, value_name
from ui.compare_again import teach
from ui.compare_sides import Side, choose_sides, forget_other
from ui.compare_words import show_words
from ui.forms import option_fields
from ui.i18n import named, t, t_text
from ui.map import is_dark, show_map
from ui.map_controls import FREQUENCY, PLAIN, color_name
from ui.text import amount, percent, plain
from ui.waiting import once

MOVED = "-moved"
HEIGHT = 480


@dataclass(frozen=True)
class _View:
    """What is shown of a comparison: the word looked at, and how the maps are made."""

    word: str
    method: str
    color: str
    drawn: int


def show_tables(table: EmbeddingTable) -> None:
    """Let two tables be chosen and show what they have in common. Raises what is wrong with them."""
    sides, how = st.columns([6, 1], vertical_alignment="bottom")
    with sides:
        one, other = choose_sides(table)
    with how, st.popover(t("compare.options"), width="stretch"), st.form("compare_options", border=False):
        options = build(ComparisonOptions, option_fields(ComparisonOptions, key="compare"))
        seed = st.number_input(t("map.seed"), 0, 2**31 - 1, 0, key="compare_seed", persist_state="session")
        drawn = st.number_input(t("compare.drawn"), 10, 20_000, 1500, key="compare_drawn", persist_state="session")
        st.form_submit_button(t("compare.apply"), type="primary")
    if other is None:
        teach(one.choice)
        return
    a, b = one.load(), other.load()
    if a.fingerprint == b.fingerprint:
        st.info(t("compare.same"), icon=None)
        return
    found = once(
        ("comparison", a.fingerprint, b.fingerprint, options, int(seed)),
        lambda progress: compare(a, b, options=options, seed=int(seed), progress=progress),
        text=t("compare.computing"),
        on_stop=forget_other,
    )
    _overview(found)
    view = _controls(a, int(drawn))
    _maps(a, found, view, _titles(one, other))
    show_words(found, view.word)


def _overview(found: TableComparison) -> None:
    """Say in two sentences how alike the tables are, each number beside what chance would give."""
    near, own = found.overlap_null, found.cosine_null
    lost = found.unrecognised
    with st.container(key="compare_answer"):
        st.markdown(
            t(
                "compare.overlap",
                words=f"{len(found):,}",
                k=found.k,
                count=amount(found.k * float(found.overlaps.mean()), digits=1),
                share=percent(float(found.overlaps.mean())),
                low=percent(near.low, digits=1),
                high=percent(near.high, digits=1),
            )
        )
        st.markdown(
            t(
                "compare.cosine",
                mean=amount(float(found.cosines.mean()), digits=2),
                low=amount(own.low, digits=2),
                high=amount(own.high, digits=2),
            )
            + " "
            + (t("compare.lost", lost=f"{lost:,}", share=percent(lost / len(found))) if lost else t("compare.none_lost"))
        )
    parts = [t("compare.how", shared=f"{found.shared:,}", shuffles=found.options.shuffles, seed=found.seed)]
    if found.frequency_effect is not None:
        parts.append(t("compare.frequency", value=amount(found.frequency_effect, digits=2)))
    st.caption(" ".join(parts))


def _controls(table: EmbeddingTable, drawn: int) -> _View:
    find, how, colour = st.columns([3, 2, 2], vertical_alignment="bottom")
    with find:
        word = trail.word_field(t("map.find"), placeholder=t("map.find_hint"))
    method = how.selectbox(
        t("map.method"),
        joint_methods(),
        format_func=named(joint_methods(), lambda key: t_text(PROJECTIONS[key].label)),
        key="compare_method",
        persist_state="session",
    )
    ways = [MOVED, *shown_columns(table), *([FREQUENCY] if table.counts is not None else []), PLAIN]
    color = colour.selectbox(
        t("map.color"),
        ways,
        format_func=named(ways, lambda way: t("compare.moved") if way == MOVED else color_name(way)),
        key=f"compare_color_{table.name}",
        persist_state="session",
    )
    return _View(word, str(method), str(color), drawn)


def _maps(table: EmbeddingTable, found: TableComparison, view: _View, titles: tuple[str, str]) -> None:
    """Draw both tables in one basis, side by side; a click in either chooses the word in both."""
    chosen = found.place(view.word) if view.word in found else None
    together = _projection(found, view, chosen)
    pictures = apart(found, together)
    figures = linked_figures(
        found,
        pictures,
        chosen=chosen,
        color=_coloring(table, found, pictures[0], view.color),
        labels=LinkedLabels(both=t("compare.near_both"), only=t("compare.near_only")),
        dark=is_dark(),
        height=HEIGHT,
    )
    for side, place, figure, title in zip("ab", st.columns(2, gap="small"), figures, titles, strict=True):
        with place:
            st.markdown(f"**{title}**")
            show_map(
                figure,
                key=f"compare_map_{side}",
                label=t("compare.picture", name=title, shown=len(pictures[0])),
                revision=f"{together.fingerprint[:16]}-{view.method}",
                height=HEIGHT,
                on_click=lambda row: trail.choose(found.words[row]),
            )
    _map_caption(found, together, len(pictures[0]))


def _projection(found: TableComparison, view: _View, chosen: int | None) -> Projection:
    rows = joint_rows(found, limit=view.drawn, always=() if chosen is None else (chosen,))
    joint = joint_table(found)
    return once(
        ("linked", joint.fingerprint, view.method, len(rows), chosen if len(rows) > 2 * view.drawn else None),
        lambda progress: cached_project(
            joint,
            cache_root() / "projections",
            method=view.method,
            options=joint_options(view.method),
            indices=rows,
            progress=progress,
        ),
        text=t("map.computing", method=t_text(PROJECTIONS[view.method].label)),
        on_stop=_draw_pca,
    )


def _draw_pca() -> None:
    st.session_state["compare_method"] = PROJECTIONS.keys()[0]


def _map_caption(found: TableComparison, together: Projection, shown: int) -> None:
    parts = [t("compare.basis", shown=f"{shown:,}", total=f"{len(found):,}")]
    if together.explained_variance_ratio:
        parts.append(t("map.explained", share=percent(sum(together.explained_variance_ratio), digits=1)))
    with suppress(TooFew):
        joint = joint_table(found)
        worth = once(
            ("linked quality", together.fingerprint, together.method, len(together)),
            lambda _: projection_quality(joint, together, sample=1000),
        )
        recall = t("map.recall", k=worth.k, value=percent(worth.neighbor_recall), chance=percent(worth.chance, digits=1))
        parts.append(recall)
    st.caption(" · ".join(parts) + "  \n" + plain(t_text(PROJECTIONS[together.method].caution)))


def _coloring(table: EmbeddingTable, found: TableComparison, picture: Projection, color: str) -> Coloring | None:
    if color == PLAIN:
        return None
    rows = found.rows_a[picture.indices]
    if color == MOVED:
        return Coloring(1.0 - found.cosines[picture.indices], title=t("compare.moved"))
    if color == FREQUENCY:
        return Coloring(np.asarray(table.counts)[rows], title=color_name(color), logarithmic=True)
    values = table.columns[color]
    return Coloring([value_name(values[row]) for row in rows], title=color_name(color), other=t("map.color_other"))


def _titles(one: Side, other: Side) -> tuple[str, str]:
    first, second = (
        plain(side.choice.name) + ("" if side.step < 0 else " · " + t("compare.moment", step=f"{side.step:,}"))
        for side in (one, other)
    )
    return first, second
