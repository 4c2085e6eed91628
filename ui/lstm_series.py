"""Forecasting a series of numbers with an LSTM, always beside simple means."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from lstm_core.demos.work import DemoWork, question
from lstm_core.errors import ComputationFailed
from lstm_core.figures.memory import forecast_figure
from lstm_core.options import build
from lstm_core.series.data import MOST_BYTES, SERIES, Series, read_csv
from lstm_core.series.forecast import COVERAGE, Forecast, Split, baselines, duel, scored, verdict
from ui.demos import follow_demo
from ui.forms import option_fields
from ui.i18n import named, t, t_text
from ui.map import is_dark, show_map
from ui.text import amount, percent, plain

_FILE = "file"
_OWN = "lstm_series_own"
_EPOCHS = 60


def show_series() -> None:
    """Draw the section: which series, the simple forecasts at once, the LSTM when it has been trained."""
    st.markdown(t("lstm.series_claim"))
    left, right = st.columns([1, 3], gap="large")
    with left:
        series = _choose()
        if series is None:
            return
        longest = min(400, int(0.3 * len(series.values)))
        window = st.number_input(t("lstm.window"), 2, longest, min(30, longest), key="lstm_window", help=t("lstm.window_help"))
        most = int(0.5 * len(series.values))
        season = st.number_input(
            t("lstm.season"), 0, most, min(most, series.season), key=f"lstm_season_{series.name}", help=t("lstm.season_help")
        )
        hidden = st.number_input(t("lstm.series_hidden"), 2, 128, 32, key="lstm_series_hidden")
        seed = st.number_input(t("lstm.series_seed"), 0, 2**31 - 1, 0, key="lstm_series_seed", help=t("map.seed_help"))
    with right:
        found = baselines(series.values, season=season, window=window)
        work = question(
            "series", values=series.values.tolist(), window=window, hidden=hidden, epochs=_EPOCHS, seed=seed
        )
        answer = work.answer
        if answer is not None:
            found = {"lstm": scored("lstm", series.values, _predicted(answer, series)), **found}
            _verdict(series, found)
        elif st.session_state.get(_OWN) == work:
            follow_demo(work, key="lstm_series", text=t("lstm.series_running"), draw=_so_far, on_stop=_forget)
        else:
            st.info(t("lstm.series_first"), icon=None)
            st.button(t("lstm.series_start"), key="lstm_series_start", on_click=_begin, args=(work,), type="primary")
        _scores(found)
        _picture(series, found)
        st.caption(t("lstm.series_help", coverage=percent(COVERAGE)))


def _choose() -> Series | None:
    """Return the chosen series; None while no file is given. Raises what is wrong with a file."""
    choices = (*SERIES.keys(), _FILE)
    chosen = st.selectbox(
        t("lstm.series"), choices, format_func=named(choices, _series_name), key="lstm_series", persist_state="session"
    )
    if chosen in SERIES:
        member = SERIES[chosen]
        st.caption(t_text(member.note))
        values = option_fields(member.Options, key=f"lstm_series_{chosen}")
        made: Series = member.make(build(member.Options, values))
        return made
    given = st.file_uploader(t("lstm.file"), type=["csv", "tsv", "txt"], key="lstm_file", max_upload_size=MOST_BYTES >> 20)
    st.caption(t("lstm.file_help"))
    if given is None:
        return None
    table = read_csv(given.getvalue(), given.name)
    column = st.selectbox(t("lstm.column"), list(table.columns), key=f"lstm_column_{given.name}")
    return table.series(column)


def _series_name(key: str) -> str:
    return t("lstm.series_file") if key == _FILE else t_text(SERIES[key].label)


def _method(key: str) -> str:
    return t(f"lstm.method_{key}")


def _begin(work: DemoWork) -> None:
    _forget()
    work.begin()
    st.session_state[_OWN] = work


def _forget() -> None:
    work: DemoWork | None = st.session_state.pop(_OWN, None)
    if work is not None and work.answer is None:
        work.stop()


def _predicted(answer: dict[str, Any], series: Series) -> Any:
    predicted = np.array(answer["predicted"])
    if len(predicted) != len(series.values) - Split.of(len(series.values)).train:
        raise ComputationFailed(what="series", reason="its answer has another length")
    return predicted


def _verdict(series: Series, found: dict[str, Forecast]) -> None:
    """Say first whether the LSTM is better than everything simple."""
    duels = {key: duel(series.values, found["lstm"], one) for key, one in found.items() if key != "lstm"}
    st.subheader(t(f"lstm.verdict_{verdict(duels)}"))
    naive = found["last"].mae
    best = min((one for key, one in found.items() if key != "lstm"), key=lambda one: one.mae)
    against = duels[best.key]
    change = [amount(100 * value / naive, digits=1) for value in (against.difference, against.low, against.high)]
    st.markdown(t("lstm.verdict_numbers", best=_method(best.key), change=change[0], low=change[1], high=change[2]))


def _scores(found: dict[str, Forecast]) -> None:
    naive = found["last"]
    rows = {
        t("lstm.method"): [_method(key) for key in found],
        t("lstm.mae"): [f"{one.mae:.4g}" for one in found.values()],
        t("lstm.mae_relative"): [f"{one.mae / (naive.mae or 1.0):.3f}" for one in found.values()],
        t("lstm.rmse"): [f"{one.rmse:.4g}" for one in found.values()],
        t("lstm.rmse_relative"): [f"{one.rmse / (naive.rmse or 1.0):.3f}" for one in found.values()],
        t("lstm.half_width"): [f"± {one.half_width:.4g}" for one in found.values()],
        t("lstm.coverage"): [percent(one.coverage, digits=1) for one in found.values()],
    }
    st.dataframe(rows, hide_index=True)


def _picture(series: Series, found: dict[str, Forecast]) -> None:
    keys = list(found)
    chosen = st.multiselect(
        t("lstm.shown"), keys, keys[:1], format_func=named(keys, _method), key=f"lstm_shown_{'lstm' in found}"
    )
    split = Split.of(len(series.values))
    figure = forecast_figure(
        series.labels[split.train :],
        series.values[split.train :],
        {_method(key): (found[key].predicted, found[key].half_width) for key in keys if key in chosen},
        truth_name=t("lstm.truth"),
        test_from=split.validation - split.train,
        test_name=t("lstm.test_part"),
        dark=is_dark(),
    )
    show_map(figure, key="lstm_forecast", label=t("lstm.forecast", name=plain(series.name)), height=400, revision=series.name)


def _so_far(known: dict[str, Any]) -> None:
    losses = known.get("losses", ())
    if losses:
        st.caption(t("lstm.series_so_far", epoch=len(losses), loss=f"{losses[-1]:.4g}"))
        st.line_chart({t("lstm.series_loss"): losses}, height=160)
