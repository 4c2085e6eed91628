"""The sidebar offers what ships, with a line on what each table is good for."""

import pytest
from page_helpers import catalogue_of

from lstm_core.runs import list_runs, models_root

SHIPPED = [run.name for run in list_runs(models_root())]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_shipped_table_has_its_line(language):
    assert SHIPPED and all(f"table.good_for.{name}" in catalogue_of(language) for name in SHIPPED)


@pytest.mark.parametrize("name", ["world-ko", "nsmc-ko"])
def test_the_line_of_the_chosen_table_stands_under_the_choice(open_app, monkeypatch, tmp_path, name):
    for folder in ("RUNS", "TABLES"):
        monkeypatch.setenv(f"WORD_ATLAS_{folder}", str(tmp_path / folder))
    app = open_app("analogy", table=name)
    assert not app.exception and app.sidebar.selectbox(key="table_choice").value == name
    assert catalogue_of("ko")[f"table.good_for.{name}"] in [caption.value for caption in app.sidebar.caption]
