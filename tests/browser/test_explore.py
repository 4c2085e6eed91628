"""A person looks at the map, asks a formula, clicks points, changes language and theme."""

from __future__ import annotations

import re

from browser_helpers import AT, CAMERA, DEPTH, LONELY, TWO_GLYPHS_DIFFER, drag, drawn, press, settle, write
from playwright.sync_api import expect

# the address of the places that are drawn
PLACES = "() => document.querySelector('.atlas-plot').atlas.data.layers.places.url"
# the map's listeners on the document ("/" and those of the search) while it is there
COUNT_LISTENERS = """() => {
  const kept = [], add = document.addEventListener;
  document.addEventListener = (kind, call, options) => {
    if (/ours|atlas/.test(String(call))) kept.push(options?.signal);
    add.call(document, kind, call, options);
  };
  window.listening = () => kept.filter(signal => !signal?.aborted).length;
}"""


def test_open_see_the_map_type_the_formula_read_the_answer(page, picture):
    assert page.evaluate(TWO_GLYPHS_DIFFER), "Hangul is drawn as boxes"
    picture(page, "map-light")
    page.get_by_role("link", name="단어 유추").click()
    page.get_by_role("heading", name="단어 유추").wait_for()
    write(page, "식", "아버지 - 남자 + 여자")
    page.locator(".st-key-answer").get_by_text("어머니").wait_for()
    write(page, "식", "왕 - 남자 + 여자")
    page.locator(".st-key-answer").get_by_text("여왕").wait_for()
    drawn(page)
    settle(page)
    picture(page, "analogy-light")


def test_a_click_on_a_point_shows_its_neighbours_and_the_map_stays(page):
    page.evaluate("() => { document.querySelector('.atlas-plot').sameNode = true }")
    word = page.evaluate(LONELY)
    press(page, page.evaluate(AT, word))
    page.locator(".st-key-chosen h3", has_text=re.compile(f"^{re.escape(word)}$")).wait_for()
    settle(page)
    assert page.locator(".st-key-map_neighbors_list button").count() == 10
    assert page.evaluate("() => document.querySelector('.atlas-plot').sameNode === true")


def test_a_click_in_three_dimensions_arrives_and_the_camera_is_kept(page, picture):
    page.get_by_text("3차원", exact=True).click()
    page.wait_for_function(DEPTH, arg=3)
    settle(page)
    box = page.locator(".atlas-plot").bounding_box()
    before = page.evaluate(CAMERA)
    drag(page, (box["x"] + 0.4 * box["width"], box["y"] + 0.5 * box["height"]))
    turned = page.evaluate(CAMERA)
    assert turned != before
    press(page, page.evaluate(AT, "여왕"))
    page.locator(".st-key-chosen h3").wait_for()
    settle(page)
    assert page.evaluate(CAMERA) == turned
    page.get_by_label("색", exact=True).click()
    page.get_by_role("option", name="무리 (k-평균, 원래 공간)").click()
    page.locator(".atlas-legend-title", has_text="무리").wait_for()
    assert page.evaluate(CAMERA) == turned
    picture(page, "map-3d")


def test_a_turn_of_the_map_is_no_click(page):
    page.get_by_text("3차원", exact=True).click()
    page.wait_for_function(DEPTH, arg=3)
    settle(page)
    drag(page, tuple(page.evaluate(AT, "커피")))
    page.wait_for_timeout(700)
    assert page.locator(".st-key-chosen").count() == 0


def test_a_trail_of_neighbours_has_a_way_back(page):
    write(page, "낱말 찾기", "왕")
    page.locator(".st-key-chosen h3", has_text=re.compile("^왕$")).wait_for()
    page.locator(".st-key-map_neighbors_list button").first.click()
    page.locator(".st-key-trail_box").get_by_text("왕", exact=True).wait_for()
    page.get_by_text("← 뒤로").click()
    page.locator(".st-key-chosen h3", has_text=re.compile("^왕$")).wait_for()


def test_a_wrong_word_gives_the_sentence_and_a_click_repairs_it(visit, server):
    page = visit(server, "/analogy")
    write(page, "식", "왕 - 남자 + 여좌")
    page.get_by_text("어휘에 없는 낱말입니다: 여좌").wait_for()
    page.get_by_role("button", name="여자", exact=True).click()
    page.locator(".st-key-answer").get_by_text("여왕").wait_for()


def test_the_language_is_in_the_address(visit, server):
    page = visit(server, "/?lang=en")
    page.get_by_role("heading", name="Embedding map").wait_for()
    settle(page)
    page.get_by_text("한국어", exact=True).click()
    page.get_by_role("heading", name="임베딩 지도").wait_for()
    page.wait_for_function("() => location.search.includes('lang=ko')")
    page.reload()
    page.get_by_role("heading", name="임베딩 지도").wait_for()


def test_the_language_stays_on_the_next_page(visit, server):
    page = visit(server, "/?lang=en&table=world-en")
    page.get_by_role("link", name="Word analogies").click()
    page.locator(".st-key-answer").get_by_text("queen").wait_for()
    page.wait_for_function("() => location.search.includes('lang=en') && location.search.includes('table=world-en')")


def test_dark_theme_is_followed_at_the_start_and_when_it_changes(visit, server, picture):
    page = visit(server, "/", dark=True)
    drawn(page)
    settle(page)
    ink = "() => document.querySelector('.atlas-plot').atlas.look.text"
    light_text = page.evaluate(ink)
    assert bright(light_text)
    picture(page, "map-dark")
    page.emulate_media(color_scheme="light")
    page.wait_for_function(f"() => ({ink})() !== '{light_text}'")
    assert not bright(page.evaluate(ink))


def test_a_direct_link_to_a_page_of_a_fresh_server_has_its_frame(visit, fresh_server):
    page = visit(fresh_server, "/analogy")
    page.get_by_role("heading", name="단어 유추").or_(page.get_by_text("아직 볼 임베딩 표가 없습니다.")).first.wait_for()
    page.get_by_role("link", name="임베딩 지도").wait_for()
    page.get_by_role("link", name="학습하러 가기").click()
    page.get_by_role("heading", name="학습", exact=True).wait_for()


def test_similar_words_are_listed_and_drawn(visit, server, picture):
    page = visit(server, "/similar")
    write(page, "낱말", "왕")
    page.locator(".st-key-similar_words_list button").nth(9).wait_for()
    drawn(page)
    settle(page)
    picture(page, "similar-light")


def test_a_long_projection_shows_its_progress_and_can_be_stopped(page):
    page.get_by_label("투영 방법").click()
    page.get_by_role("option", name="t-SNE").click()
    page.get_by_text(re.compile("t-SNE 계산 중 · 약 [0-9]+초 남음")).wait_for(timeout=60_000)
    watch_untouched(page)
    page.get_by_role("button", name="멈추기").click()
    page.get_by_role("button", name="멈추기").wait_for(state="detached")
    settle(page)
    expect(page.get_by_label("투영 방법")).to_have_value(re.compile("^PCA"))


def watch_untouched(page) -> None:
    """Come nearer to a layout that is forming, and see that its next frame leaves the camera alone."""
    drawn(page)
    page.locator("[data-tool=zoom_in]").click()
    camera = page.evaluate(CAMERA)
    frame = page.evaluate(PLACES)
    page.wait_for_function(f"old => ({PLACES})() !== old", arg=frame)
    assert page.evaluate(CAMERA) == camera


def test_tsne_is_watched_paused_and_kept(page, picture):
    page.get_by_text("3차원", exact=True).click()
    settle(page)
    page.get_by_label("투영 방법").click()
    page.get_by_role("option", name="t-SNE").click()
    page.get_by_role("button", name="잠깐 멈춤").wait_for(timeout=60_000)
    watch_untouched(page)
    page.get_by_role("button", name="잠깐 멈춤").click()
    page.get_by_text(re.compile("t-SNE 계산 중 · 잠깐 멈춤")).wait_for()
    drawn(page)
    page.wait_for_timeout(1500)
    picture(page, "map-live")
    page.get_by_role("button", name="지금 배치로 보기").click()
    page.get_by_text(re.compile("끝까지 다듬지 않은 배치")).wait_for()
    drawn(page)
    picture(page, "map-kept")


def test_a_map_that_is_left_listens_to_nothing(visit, server):
    page = visit(server, "/train")
    page.get_by_role("heading", name="새 학습").wait_for()
    settle(page)
    page.evaluate(COUNT_LISTENERS)
    for _ in range(2):
        page.get_by_role("link", name="임베딩 지도").click()
        drawn(page)
        page.wait_for_function("() => window.listening() === 4")
        page.get_by_role("link", name="학습", exact=True).click()
        page.get_by_role("heading", name="새 학습").wait_for()
        page.wait_for_function("() => window.listening() === 0")


def bright(colour: str) -> bool:
    """Whether ``#rrggbb`` is a light colour."""
    return sum(int(colour[place : place + 2], 16) for place in (1, 3, 5)) > 3 * 128
