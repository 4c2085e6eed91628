"""Every string a person sees goes through the catalogue, and the catalogue is whole in both languages."""

from __future__ import annotations

import ast
import re
import string
from functools import cache
from pathlib import Path
from typing import get_args

import pytest
from page_helpers import ROOT, catalogue_of

from lstm_core.demos.forgetting import CELLS
from lstm_core.errors import WordAtlasError
from lstm_core.inside.cells import SIGNALS
from lstm_core.inside.network import LEFT, RIGHT
from lstm_core.lesson.classify import INPUTS
from lstm_core.lesson.movement import GROUPS
from lstm_core.run_folder import RunState
from lstm_core.series.forecast import BASELINES as BASELINE_FORECASTS
from lstm_core.series.forecast import Verdict
from lstm_core.table.analogy import METHODS
from lstm_core.table.evaluation import BASELINES
from lstm_core.table.formats.about import FAULTS
from lstm_core.table.question_sets import QUESTION_SETS
from lstm_core.table.search import METRICS
from models.make import MODELS
from ui.i18n import t
from ui.map import _WORDS
from ui.word_map import _WORDS as _ATLAS_WORDS

SOURCES = [ROOT / "app.py", *sorted((ROOT / "ui").glob("*.py")), *sorted((ROOT / "pages").glob("*.py"))]
HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")
WORDY = re.compile(r"[A-Za-z]{2,}")
# keyword arguments of st.* that are never shown
UNSEEN = {
    "key", "type", "layout", "width", "height", "gap", "vertical_alignment", "horizontal_alignment", "label_visibility",
    "position", "url_path", "persist_state", "autocomplete", "format", "selection_mode", "on_select", "page_icon", "name",
    "run_every", "initial_sidebar_state", "icon_position", "filter_mode", "js", "css", "html", "script_path", "accept",
    "file_name", "mime", "on_click", "on_change", "alignment",
}  # fmt: skip
# calls of st.* whose positional strings are names, not sentences
NAMING = {"component", "Page", "get_option", "App", "container", "form", "fragment", "switch_page", "page_link"}


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def literals(tree: ast.AST) -> list[ast.Constant]:
    """All string constants that are no docstrings."""
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    strings = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return [node for node in strings if id(node) not in docstrings]


def shown_literals(tree: ast.AST) -> list[str]:
    """String constants that reach a st.* call directly (or within an f-string) and hold a word."""
    found = []
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        chain = ast.unparse(call.func)
        if not (chain.startswith("st.") or chain.split(".")[-1] in WIDGETS) or chain.startswith(("logging.", "_log.")):
            continue
        if chain.split(".")[-1] in NAMING or chain.startswith(("st.session_state", "st.query_params", "st.context")):
            continue
        arguments = [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg not in UNSEEN)]
        for argument in arguments:
            parts = argument.values if isinstance(argument, ast.JoinedStr) else [argument]
            found += [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    return [text for text in found if WORDY.search(text)]


WIDGETS = {
    "button", "caption", "markdown", "text_input", "text_area", "selectbox", "number_input", "toggle", "subheader", "title",
    "form_submit_button", "progress", "info", "warning", "error", "metric", "checkbox", "radio", "slider", "file_uploader",
}  # fmt: skip


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_hangul_outside_the_catalogue(path):
    assert [node.value for node in literals(tree_of(path)) if HANGUL.search(node.value)] == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_sentence_is_handed_to_streamlit_directly(path):
    assert shown_literals(tree_of(path)) == []


def test_the_scan_finds_what_it_looks_for():
    tree = ast.parse(
        '"""문서"""\nst.write("Hello there")\nbox.caption(f"{n} words")\nst.button(t("a.b"), key="go")\nx = "한글"'
    )
    assert shown_literals(tree) == ["Hello there", " words"]
    assert [node.value for node in literals(tree) if HANGUL.search(node.value)] == ["한글"]


def test_both_languages_have_the_same_entries_with_the_same_places():
    korean, english = catalogue_of("ko"), catalogue_of("en")
    assert set(korean) == set(english)
    assert {key: places(korean[key]) for key in korean} == {key: places(english[key]) for key in english}


def test_no_entry_is_empty_and_english_is_not_korean():
    korean, english = catalogue_of("ko"), catalogue_of("en")
    assert all(text.strip() for text in [*korean.values(), *english.values()])
    assert [key for key, text in english.items() if HANGUL.search(text) and key not in HANGUL_IN_ENGLISH] == []


def test_every_entry_named_in_the_code_exists():
    known = set(catalogue_of("ko"))
    calls = [
        node.args[0].value
        for path in SOURCES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "t" and isinstance(node.args[0], ast.Constant)
    ]
    assert len(calls) > 60
    assert sorted(set(calls) - known) == []


def test_every_entry_is_used():
    assert sorted(set(catalogue_of("ko")) - used_entries()) == []


def used_entries() -> set[str]:
    """Every entry that the sources can ask for: those written out, and the families that are put together from a value."""
    calls = [call for path in SOURCES for call in ast.walk(tree_of(path)) if isinstance(call, ast.Call) and call.args]
    asked = [call.args[0] for call in calls if ast.unparse(call.func) in ("t", "has")]
    built = {re.sub(r"\{[^}]*\}", "*", ast.unparse(name)[2:-1]) for name in asked if isinstance(name, ast.JoinedStr)}
    assert built == set(FAMILIES), "FAMILIES says what may stand in the place of each star"
    written = {node.value for path in SOURCES for node in literals(tree_of(path))}
    reasons = {f"error.{code}.{reason}" for code in CODES for reason in named_in_core()}
    return written | reasons | {family.replace("*", value) for family, values in FAMILIES.items() for value in values}


@cache
def named_in_core() -> set[str]:
    """Every string of the core: names of columns, values, choices and reasons are among them."""
    core = ROOT / "lstm_core"
    strings = {node.value for path in core.rglob("*.py") for node in literals(tree_of(path))}
    world = "\n".join(path.read_text(encoding="utf-8") for path in core.rglob("*.toml"))
    return strings | set(re.findall(r"[a-z_]+", world))


SECTIONS = ("sentence", "onehot", "ids", "step", "contexts", "dimensions")
CODES = [kind.code for kind in WordAtlasError.__subclasses__()]
FAMILIES = {
    "*.title": [path.stem for path in (ROOT / "pages").glob("*.py")],
    "map.dimension_*": ["2", "3"],
    "map.sample_*": ["frequent", "random", "list"],
    "error.*": CODES,
    "error.*.*": (),
    "column.*": named_in_core(),
    "value.*": named_in_core(),
    "choice.*": named_in_core(),
    "plot.*": _WORDS,
    "table.good_for.*": list(MODELS),
    "atlas.*": _ATLAS_WORDS,
    "train.state.*": get_args(RunState),
    "labels.*": ("validation", "test"),
    "train.*_hint": ("failed", "crashed"),
    "tables.dropped.*": FAULTS,
    "analogy.*": METHODS,
    "metric.*": METRICS,
    "lstm.signal_*": sorted({name for signals in SIGNALS.values() for name in signals}),
    "lstm.direction_*": (LEFT, RIGHT),
    "lstm.told_*": ("nsmc-sentiment_0", "nsmc-sentiment_1"),
    "lstm.cell_*": CELLS,
    "lstm.gradient_*": ("before", "after"),
    "lstm.method_*": ("lstm", *BASELINE_FORECASTS),
    "lstm.verdict_*": get_args(Verdict),
    "category.*": [name for one in QUESTION_SETS for name in (*one.analogies, *one.odd)],
    "lesson.*_name": SECTIONS,
    "lesson.*_claim": SECTIONS,
    "lesson.given_*": INPUTS,
    "lesson.group_*": GROUPS,
    "lesson.word_*": "ab",
    "lesson.*_list": ("low", "high"),
    "evaluate.*": (*BASELINES, "gain_up", "gain_down", "gain_none"),
    "evaluate.*_help": BASELINES,
}


@pytest.mark.parametrize("kind", WordAtlasError.__subclasses__(), ids=lambda kind: kind.__name__)
def test_every_error_has_its_sentence(kind):
    for language in ("ko", "en"):
        assert f"error.{kind.code}" in catalogue_of(language)
    wanted = places(catalogue_of("ko")[f"error.{kind.code}"])
    given = places(kind.template) | set(re.findall(r"``(\w+)``", kind.__doc__ or ""))
    assert wanted <= given


HANGUL_IN_ENGLISH = {"analogy.formula_help", "lstm.example_ko", "lstm.example_review", "lstm.prompt_ko"}


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_particles_fit_the_word_that_is_filled_in(monkeypatch):
    monkeypatch.setattr("ui.i18n.catalogue", lambda language: {"k": "{a:은} {b:을} {c:이}"})
    monkeypatch.setattr("ui.i18n.language", lambda: "ko")
    assert t("k", a="여왕", b="‘나비’", c="0.2") == "여왕은 ‘나비’를 0.2가"
