"""What the page 평가 shows: sentences, a figure and a table for each kind of question, and the health of the table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from lstm_core.figures.shares import Shares, shares_figure
from lstm_core.table.comparison import Comparison
from lstm_core.table.evaluation import BASELINES, CategoryResult, Evaluation
from lstm_core.table.health import NEAR, Health
from lstm_core.table.intervals import Interval
from lstm_core.table.odd_sets import OddEvaluation
from lstm_core.table.pairs import PairEvaluation
from lstm_core.table.report import SUFFIXES, Report
from ui.i18n import has, t
from ui.map import is_dark, show_map
from ui.text import amount, percent, plain, plain_list

_HEADLINED = ("near_c", "inputs_allowed", "random_table")  # baselines that stand beside the answer in large figures


def show_analogies(found: Evaluation) -> None:
    """Show one table's analogies: the answer first, then the figure by category, the numbers, and what to keep in mind."""
    total = found.total
    if not total.answerable or total.interval is None:
        st.info(t("evaluate.nothing", asked=f"{total.asked:,}"), icon=None)
        return
    st.markdown(
        t(
            "evaluate.headline",
            asked=f"{total.asked:,}",
            answerable=f"{total.answerable:,}",
            share=percent(total.correct / total.answerable, digits=1),
            interval=_interval(total.interval),
        )
    )
    _numbers(total)
    answered = {name: part for name, part in found.categories.items() if part.answerable}
    rows = [_measured(found.name, list(answered.values())), *(_baseline(name, list(answered.values())) for name in BASELINES)]
    _figure("evaluate_analogies", list(answered), rows)
    st.dataframe(_table(found), hide_index=True, column_config=_columns())
    _footnotes(total, found)


def show_comparison(found: Comparison) -> None:
    """Show tables side by side on the questions all of them can answer."""
    total = found.total
    if not total.shared:
        st.info(t("evaluate.nothing_shared"), icon=None)
        return
    for place, difference in enumerate(total.differences, start=1):
        st.markdown(
            t(
                "evaluate.compared",
                shared=f"{total.shared:,}",
                one=plain(found.names[place]),
                other=plain(found.names[0]),
                difference=_points(difference.value),
                interval=_interval(difference.interval, points=True),
                p=f"{difference.p:.2g}",
            )
        )
    shared = {name: part for name, part in found.categories.items() if part.shared}
    rows = [
        Shares(
            table,
            [part.correct[place] / part.shared for part in shared.values()],
            [part.intervals[place] for part in shared.values()],
        )
        for place, table in enumerate(found.names)
    ]
    _figure("evaluate_compared", list(shared), rows)


def show_odd(found: Sequence[OddEvaluation]) -> None:
    """Show how often each table finds the word that does not belong."""
    if not any(one.total.answerable for one in found):
        st.info(t("evaluate.nothing", asked=f"{found[0].total.asked:,}"), icon=None)
        return
    for one in found:
        if one.total.interval is not None and one.total.chance is not None:
            st.markdown(
                t(
                    "evaluate.odd",
                    table=plain(one.name),
                    answerable=f"{one.total.answerable:,}",
                    share=percent(one.total.correct / one.total.answerable, digits=1),
                    interval=_interval(one.total.interval),
                    chance=percent(one.total.chance),
                )
            )
    kinds = [kind for kind in found[0].categories if any(one.categories[kind].answerable for one in found)]
    rows = [
        Shares(one.name, [one.categories[kind].accuracy for kind in kinds], [one.categories[kind].interval for kind in kinds])
        for one in found
    ]
    _figure("evaluate_odd", kinds, rows)


def show_pairs(found: Sequence[PairEvaluation]) -> None:
    """Show each table's correlation with human scores, with its interval and how many pairs it covers."""
    for one in found:
        known = {"table": plain(one.name), "answerable": f"{one.answerable:,}", "asked": f"{one.asked:,}"}
        if one.spearman is None:
            st.markdown(t("evaluate.no_correlation", **known))
        else:
            interval = "–" if one.interval is None else f"{amount(one.interval[0])} – {amount(one.interval[1])}"
            st.markdown(t("evaluate.correlation", **known, value=amount(one.spearman), interval=interval))


def show_health(found: Health) -> None:
    """Show the numbers on a table, each with a sentence on what it means."""
    lines = [
        (t("health.mean_cosine"), _or_dash(found.mean_cosine), t("health.mean_cosine_means")),
        (
            t("health.effective_rank"),
            f"{amount(found.effective_rank, digits=1)} / {found.dimension}",
            t("health.effective_rank_means"),
        ),
        (t("health.frequency"), _or_dash(found.frequency_norm), t("health.frequency_means")),
        (t("health.untrained"), _count(found.untrained), t("health.untrained_means")),
        (t("health.zero"), _count(found.zero), t("health.zero_means")),
        (t("health.duplicates"), _count(found.duplicates), t("health.duplicates_means")),
        (t("health.near"), f"{found.near:,} / {found.sampled:,}", t("health.near_means", cosine=NEAR, seed=found.seed)),
        (t("health.special"), plain_list(found.special) or "–", t("health.special_means")),
    ]
    for label, value, meaning in lines:
        name, number, sentence = st.columns([2, 1, 5], vertical_alignment="center")
        name.markdown(f"**{label}**")
        number.markdown(value)
        sentence.caption(meaning)
    if found.examples:
        st.caption(t("health.examples", pairs=", ".join(f"{plain(one)} · {plain(other)}" for one, other in found.examples)))


def offer_files(report: Report, *, stem: str) -> None:
    """Offer the report as files; each is put together only when it is asked for."""
    with st.container(horizontal=True, key="evaluate_files", vertical_alignment="center"):
        st.caption(t("evaluate.save"), width="content")
        for suffix in SUFFIXES:
            st.download_button(
                suffix.removeprefix(".").upper(),
                data=lambda suffix=suffix: report.text(suffix),
                file_name=f"{stem}-evaluation{suffix}",
                key=f"evaluate_save_{suffix}",
                on_click="ignore",
            )


def category_name(name: str) -> str:
    """Return what a category of questions is called, unescaped."""
    return t(f"category.{name}") if has(f"category.{name}") else name


def _numbers(total: CategoryResult) -> None:
    gain = None if total.gain is None else _points(total.gain.value)
    shown = [
        (t("evaluate.correct"), percent(total.correct / total.answerable, digits=1), t("evaluate.correct_help")),
        (t("evaluate.gain"), gain, t("evaluate.gain_help")),
        *(
            (t(f"evaluate.{name}"), percent(total.baselines[name] / total.answerable, digits=1), t(f"evaluate.{name}_help"))
            for name in _HEADLINED
            if name in total.baselines
        ),
    ]
    for place, (label, value, hint) in zip(st.columns(len(shown)), shown, strict=True):
        place.metric(label, value or "–", help=hint)
    if total.gain is not None:
        words = "gain_up" if total.gain.interval[0] > 0 else "gain_down" if total.gain.interval[1] < 0 else "gain_none"
        st.caption(t(f"evaluate.{words}", gain=gain, interval=_interval(total.gain.interval, points=True)))


def _footnotes(total: CategoryResult, found: Evaluation) -> None:
    notes = [t("evaluate.note_counts", missing=f"{total.missing:,}", impossible=f"{total.impossible:,}")]
    if total.averaged is not None:
        share = percent(total.averaged.correct / total.averaged.asked, digits=1)
        notes.append(t("evaluate.note_averaged", share=share, asked=f"{total.averaged.asked:,}"))
    if total.distance is not None:
        notes.append(t("evaluate.note_distance", value=amount(total.distance)))
    notes.append(t("evaluate.note_interval", seed=found.options.seed))
    for note in notes:
        st.caption(note)


def _table(found: Evaluation) -> dict[str, list[Any]]:
    parts = found.categories.values()
    shown: dict[str, list[Any]] = {
        t("evaluate.category"): [category_name(name) for name in found.categories],
        t("evaluate.asked"): [part.asked for part in parts],
        t("evaluate.answerable"): [part.answerable for part in parts],
        t("evaluate.correct"): [_share(part.accuracy) for part in parts],
        t("evaluate.low"): [_share(part.interval[0]) if part.interval else None for part in parts],
        t("evaluate.high"): [_share(part.interval[1]) if part.interval else None for part in parts],
        t("evaluate.top5"): [_share(part.top5 / part.answerable) if part.answerable else None for part in parts],
        "MRR": [part.mrr for part in parts],
        t("evaluate.gain"): [_share(part.gain.value) if part.gain else None for part in parts],
    }
    for name in BASELINES:
        counts = [part.baselines.get(name, 0) for part in parts]
        shown[t(f"evaluate.{name}")] = [
            _share(count / part.answerable) if part.answerable else None for count, part in zip(counts, parts, strict=True)
        ]
    shown["3CosAvg"] = [_share(part.averaged.correct / part.averaged.asked) if part.averaged else None for part in parts]
    return shown


def _columns() -> dict[str, Any]:
    shares = ("correct", "low", "high", "top5", "gain", *BASELINES)
    columns = {t(f"evaluate.{name}"): st.column_config.NumberColumn(format="%.1f%%") for name in shares}
    columns |= {"3CosAvg": st.column_config.NumberColumn(format="%.1f%%"), "MRR": st.column_config.NumberColumn(format="%.3f")}
    return columns


def _figure(key: str, names: Sequence[str], rows: Sequence[Shares]) -> None:
    figure = shares_figure([category_name(name) for name in names], rows, dark=is_dark())
    show_map(figure, key=key, label=t("evaluate.picture"), revision=key, height=int(figure.layout.height))


def _measured(name: str, parts: Sequence[CategoryResult]) -> Shares:
    return Shares(name, [part.accuracy for part in parts], [part.interval for part in parts])


def _baseline(name: str, parts: Sequence[CategoryResult]) -> Shares:
    return Shares(t(f"evaluate.{name}"), [part.baselines[name] / part.answerable for part in parts])


def _share(value: float | None) -> float | None:
    return None if value is None else 100 * value


def _interval(interval: Interval, *, points: bool = False) -> str:
    low, high = interval
    return f"{_points(low)} – {_points(high)}" if points else f"{percent(low, digits=1)} – {percent(high, digits=1)}"


def _points(value: float) -> str:
    return t("evaluate.points", value=f"{100 * value:+.1f}".replace("-", "\u2212"))


def _or_dash(value: float | None) -> str:
    return "–" if value is None else amount(value)


def _count(value: int | None) -> str:
    return t("health.unknown") if value is None else f"{value:,}"
