"""What a person does on the map of words: search, draw a line around words, play a training, share a link, use the keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from browser_helpers import AT, CAMERA, LONELY, SHOWS, drawn, press, settle, write
from conftest import Server
from made_tables import HOSTILE, write_world
from safetensors.numpy import load_file, save_file

from lstm_core.run_tables import keep_table
from lstm_core.runs import snapshot_path
from lstm_core.table.embedding_table import EmbeddingTable

ATLAS = "document.querySelector('.atlas-words .atlas-plot').atlas"
STEPS = 12
STRANGE = (
    *("<img src=x onerror=alert(1)>", "$a$", "<br>", '<a href="https://x">', "![i](http://x/i.png)", "javascript:alert(1)"),
    *("<script>alert(1)</script>", "{{7*7}}", "[x](javascript:alert(1))", "https://x.example"),
)
ALIVE = "a[href*='//x'], a[href*=evil], img[src*='//x'], img[src*=evil], img[onerror], main script, [href^=javascript]"
WORDS = tuple(dict.fromkeys((*STRANGE, *HOSTILE)))
NO_WEBGL = """() => {
  const usual = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
    return /webgl/.test(kind) ? null : usual.call(this, kind, ...rest);
  };
}"""


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a run that kept snapshots, and a table of words that are code elsewhere."""
    home: Path = tmp_path_factory.mktemp("filmed")
    run = write_world(home / "models", "world-ko")
    rows = load_file(run.table)["matrix"]
    noise = np.random.default_rng(0).normal(size=rows.shape)
    run.snapshots.mkdir()
    for step in range(STEPS):
        share = step / (STEPS - 1)
        save_file({"matrix": (share * rows + (1 - share) * noise).astype(np.float16)}, snapshot_path(run, 10 * step))
    strange = np.random.default_rng(1).normal(size=(len(WORDS), 8)).astype(np.float32)
    kinds = tuple("<i>1</i>" if row % 2 else "$2$" for row in range(len(WORDS)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORD_ATLAS_TABLES", str(home / "tables"))
        keep_table(EmbeddingTable(WORDS, strange, columns={"<b>column</b>": kinds}), "strange")
    running = Server(home)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def map_page(visit, filmed):
    page = visit(filmed)
    drawn(page)
    settle(page)
    return page


def tool(page, name: str) -> None:
    page.locator(f"[data-tool={name}]").click()


def saved(page, name: str) -> bytes:
    with page.expect_download() as download:
        tool(page, name)
    return Path(download.value.path()).read_bytes()


def chosen(page, word: str) -> None:
    page.locator(".st-key-chosen h3", has_text=re.compile(f"^{re.escape(word)}$")).wait_for()
    settle(page)


def test_the_keyboard_alone_finds_and_chooses_words(map_page, picture):
    before = map_page.evaluate(CAMERA)
    field = map_page.locator(".st-key-chosen_word input")
    field.click()
    field.press_sequentially("ㅇㅇ")
    options = map_page.locator(".atlas-found li")
    options.filter(has_text="여왕").wait_for()
    assert map_page.evaluate(CAMERA) == before
    field.fill("여와")  # a syllable that is being typed
    map_page.wait_for_function("() => document.querySelector('.atlas-found li')?.textContent === '여왕'")
    picture(map_page, "map-search")
    field.press("ArrowDown")
    field.press("Enter")
    chosen(map_page, "여왕")
    assert field.input_value() == "여왕" and map_page.evaluate(CAMERA) != before
    map_page.locator(".atlas-plot").focus()
    map_page.keyboard.press("0")
    map_page.wait_for_function(f"() => {ATLAS}.scene.camera.zoom === {ATLAS}.scene.camera.fitted")
    map_page.keyboard.press("ArrowDown")
    word = map_page.evaluate(f"() => {ATLAS}.scene.words[{ATLAS}.focused()]")
    assert word != "여왕" and map_page.locator(".atlas-live").inner_text().startswith(word)
    map_page.keyboard.press("Enter")
    chosen(map_page, word)
    map_page.keyboard.press("/")
    assert map_page.evaluate("() => document.activeElement.closest('.st-key-chosen_word') !== null")


def test_the_camera_outlives_a_query_a_recolour_and_another_word(map_page):
    sent: list[str] = []
    tool(map_page, "zoom_in")
    tool(map_page, "zoom_in")
    camera = map_page.evaluate(CAMERA)
    word = map_page.evaluate(LONELY)
    press(map_page, map_page.evaluate(AT, word))
    chosen(map_page, word)
    assert map_page.locator(".st-key-map_neighbors_list button").count() == 10
    map_page.on("request", lambda request: sent.append(request.url) if request.url.endswith(".bin") else None)
    map_page.get_by_label("색", exact=True).click()
    map_page.get_by_role("option", name="무리 (k-평균, 원래 공간)").click()
    map_page.locator(".atlas-legend-title", has_text="무리").wait_for()
    settle(map_page)
    assert len(sent) == 1, "only the colours travel"
    map_page.get_by_role("link", name="단어 유추").click()
    map_page.get_by_role("button", name="지도에 화살표로 보기").click()
    map_page.wait_for_selector(".atlas-words .atlas-plot[data-drawn]")
    settle(map_page)
    words = f"() => {ATLAS}.scene.arrows.map(pair => pair.map(point => {ATLAS}.scene.words[point]).join())"
    assert map_page.evaluate(words) == ["남자,왕", "여자,여왕"]
    assert map_page.evaluate(CAMERA) == camera
    assert len(sent) == 1, "what was fetched is not fetched again"


def test_words_inside_a_box_are_listed_and_let_go(map_page, picture):
    tool(map_page, "box")
    box = map_page.locator(".atlas-plot").bounding_box()
    map_page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.3 * box["height"])
    map_page.mouse.down()
    map_page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.7 * box["height"], steps=4)
    inside = map_page.evaluate(f"() => {ATLAS}.scene.inside({ATLAS}.shape).length")
    map_page.mouse.up()
    map_page.locator(".st-key-chosen_words").get_by_text(f"고른 낱말 {inside}개").wait_for()
    settle(map_page)
    assert map_page.evaluate(f"() => {ATLAS}.scene.chosen.size") == inside
    picture(map_page, "map-box")
    map_page.locator(".atlas-plot").focus()
    map_page.keyboard.press("Escape")
    map_page.locator(".st-key-chosen_words").wait_for(state="detached")


def test_a_link_opens_the_same_view(map_page, visit, filmed):
    write(map_page, "낱말 찾기", "왕")
    chosen(map_page, "왕")
    map_page.get_by_text("3차원", exact=True).click()
    map_page.wait_for_function(f"() => {ATLAS}.data.dimension === 3")
    settle(map_page)
    tool(map_page, "zoom_in")
    tool(map_page, "link")
    map_page.wait_for_function("() => location.search.includes('view=')")
    other = visit(filmed, map_page.url.removeprefix(filmed.url))
    drawn(other)
    settle(other)
    chosen(other, "왕")
    assert other.evaluate(CAMERA) == map_page.evaluate(CAMERA)


def test_a_training_is_played_whole_without_fetching(map_page, picture):
    map_page.locator(".st-key-map_replay label").click()
    map_page.locator(".atlas-player").wait_for()
    settle(map_page)
    sent: list[str] = []
    map_page.on("request", lambda request: sent.append(request.url))
    map_page.get_by_label("1초에 보여 줄 스냅숏 수").select_option("16")
    map_page.get_by_label("재생", exact=True).click()
    map_page.wait_for_function(f"() => {ATLAS}.player.seen.length && !{ATLAS}.player.playing")
    moments = map_page.evaluate(f"() => {ATLAS}.player.seen.map(each => each[1])")
    assert [moment for moment in moments if moment == int(moment)] == list(range(STEPS))
    before = map_page.evaluate(CAMERA)
    tool(map_page, "zoom_in")
    touched = map_page.evaluate(CAMERA)
    map_page.get_by_label("앞 스냅숏").click()
    assert map_page.locator(".atlas-player output").inner_text() == f"{10 * (STEPS - 2)}단계"
    assert before != touched == map_page.evaluate(CAMERA)  # another frame leaves the camera to the hand
    tool(map_page, "zoom_out")
    assert sent == []
    word = map_page.evaluate(LONELY)
    press(map_page, map_page.evaluate(AT, word))
    chosen(map_page, word)
    picture(map_page, "map-film")


def test_on_a_narrow_screen_without_webgl_it_says_so_and_draws(visit, filmed, picture):
    page = visit(filmed, dark=True, width=360)
    drawn(page)
    settle(page)
    assert page.evaluate("() => document.scrollingElement.scrollWidth") <= 360
    page.locator(".atlas-plot").scroll_into_view_if_needed()
    picture(page, "map-360")
    page.add_init_script(f"({NO_WEBGL})()")
    page.reload()
    drawn(page)
    settle(page)
    page.locator(".atlas-note.small").get_by_text("WebGL이 없어").wait_for()
    page.locator(".atlas-plot").scroll_into_view_if_needed()
    word = page.evaluate(LONELY)
    press(page, page.evaluate(AT, word))
    chosen(page, word)
    picture(page, "map-canvas")


def test_words_that_are_code_elsewhere_are_only_words(visit, filmed, picture):
    page = visit(filmed, "/?table=strange")
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    drawn(page)
    settle(page)
    for word in STRANGE[:6]:
        page.mouse.move(*page.evaluate(AT, word))
        page.wait_for_function("word => document.querySelector('.atlas-hover:not([hidden]) b')?.textContent === word", arg=word)
    page.locator(".atlas-hover").get_by_text(re.compile("^이웃: ")).wait_for()
    assert page.locator(".atlas-hover *").count() == page.locator(".atlas-hover > b, .atlas-hover > div").count()
    assert saved(page, "save").startswith(b"\x89PNG\r\n\x1a\n")
    drawing = ElementTree.fromstring(saved(page, "save_svg"))
    assert len(drawing.findall("{*}circle")) == len(WORDS)
    named = {each.text for each in drawing.findall("{*}text")}
    assert named & set(STRANGE) and {each.tag.split("}")[1] for each in drawing.iter()} == {
        "svg",
        "rect",
        "circle",
        "path",
        "text",
    }
    write(page, "낱말 찾기", STRANGE[0])
    page.wait_for_function(SHOWS, arg=[".st-key-chosen h3", STRANGE[0]])
    settle(page)
    picture(page, "map-strange")
    for name in page.locator("[data-testid=stSidebarNavLink]").all_inner_texts():
        page.get_by_role("link", name=name, exact=True).click()
        page.get_by_role("heading", name=name, exact=True).first.wait_for()
        settle(page)
        assert page.locator(ALIVE).count() == 0, name
    assert dialogs == []
