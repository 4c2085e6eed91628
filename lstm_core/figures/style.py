"""Colours, backgrounds and the escaping of words that every figure shares."""

from __future__ import annotations

import html
from dataclasses import dataclass

import plotly.graph_objects as go

# Okabe & Ito (2008): told apart with any colour vision; continued in lighter and darker steps up to twelve.
CATEGORIES = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#CC79A7",
    "#56B4E9",
    "#D55E00",
    "#F0E442",
    "#7F7F7F",
    "#004B75",
    "#8C6200",
    "#00614A",
    "#8A3F6A",
)
OTHER = "#A9A9A9"
ACCENT = "#D55E00"
SECOND = "#0072B2"
THIRD = "#009E73"
SCALE = "Cividis"
FONT = "Noto Sans KR, Noto Sans CJK KR, Apple SD Gothic Neo, Malgun Gothic, sans-serif"


@dataclass(frozen=True)
class Theme:
    """Colours of one background."""

    background: str
    text: str
    grid: str
    point: str
    faint: str


LIGHT = Theme("#FFFFFF", "#1F2933", "#E4E7EB", "#52606D", "#9AA5B1")
DARK = Theme("#0E1117", "#F0F2F6", "#2B3040", "#AAB4C3", "#5F6B7C")


def theme(dark: bool) -> Theme:
    """Return the colours for a dark or a light page."""
    return DARK if dark else LIGHT


def hover_text(word: str) -> str:
    """Return ``word`` such that plotly's hover boxes, axes and SVG labels show it literally.

    They read HTML tags and, between ``$``, TeX. WebGL text on the plot reads neither: give that the raw word.
    """
    return html.escape(word, quote=False).replace("$", "&#36;")


def base_figure(*, dark: bool, title: str = "", height: int | None = None) -> go.Figure:
    """Return an empty figure with the page's colours, font and tight margins; ``title`` is shown literally."""
    colours = theme(dark)
    figure = go.Figure()
    figure.update_layout(
        template="plotly_dark" if dark else "plotly_white",
        paper_bgcolor=colours.background,
        plot_bgcolor=colours.background,
        font={"family": FONT, "color": colours.text, "size": 14},
        margin={"l": 48, "r": 16, "t": 48 if title else 16, "b": 48},
        height=height,
        hoverlabel={"font": {"family": FONT, "size": 14}, "align": "left"},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0.0},
    )
    if title:
        figure.update_layout(title={"text": hover_text(title)})
    return figure
