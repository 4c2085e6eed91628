"""What the browser tests do with a page."""

from __future__ import annotations

from typing import Any

# where a point of the map of words, given by its number or its word, stands on the page
AT = """given => {
  const { plot, scene } = document.querySelector('.atlas-words .atlas-plot').atlas, box = plot.getBoundingClientRect();
  const point = typeof given === 'number' ? given : scene.words.indexOf(given);
  const [x, y] = scene.projector()(scene.place(point));
  return [box.x + x, box.y + y];
}"""
# the word whose point stands furthest from any other, so that a click can mean no other
LONELY = """() => {
  const { scene } = document.querySelector('.atlas-words .atlas-plot').atlas, places = [];
  scene.each((point, x, y) => places.push([x, y]));
  const gap = ([x, y], i) => Math.min(...places.map(([a, b], j) => i === j ? Infinity : Math.hypot(x - a, y - b)));
  const alone = places.map(gap);
  return scene.words[alone.indexOf(Math.max(...alone))];
}"""
# whether a place shows exactly these signs, but for the joiners that keep Markdown from seeing links
SHOWS = "([place, text]) => document.querySelector(place)?.innerText.replaceAll('\\u2060', '') === text"
CAMERA = "() => document.querySelector('.atlas-words .atlas-plot').atlas.scene.camera.written()"
DEPTH = "depth => document.querySelector('.atlas-words .atlas-plot[data-drawn]')?.atlas.scene.camera.dimension === depth"
TWO_GLYPHS_DIFFER = """async () => {
  await document.fonts.ready;
  const family = getComputedStyle(document.querySelector('h1')).fontFamily;
  await document.fonts.load('40px ' + family, '왕닭');
  const pixels = sign => {
    const canvas = document.createElement('canvas'); canvas.width = canvas.height = 60;
    const pen = canvas.getContext('2d'); pen.font = '40px ' + family; pen.fillText(sign, 5, 45);
    return Array.from(pen.getImageData(0, 0, 60, 60).data).join();
  };
  return pixels('왕') !== pixels('닭') && document.fonts.check('40px "Atlas Hangul"', '왕');
}"""


def press(page: Any, place: list[float]) -> None:
    """Click as a hand does: arrive, hover, press, let go."""
    page.mouse.move(place[0] - 2, place[1])
    page.wait_for_timeout(200)
    page.mouse.move(*place)
    page.wait_for_timeout(300)
    page.mouse.down()
    page.wait_for_timeout(100)
    page.mouse.up()


def drag(page: Any, start: tuple[float, float], steps: int = 8) -> None:
    """Drag over the plot by small steps."""
    page.mouse.move(*start)
    page.wait_for_timeout(200)
    page.mouse.down()
    page.wait_for_timeout(150)
    for step in range(steps):
        page.mouse.move(start[0] + 10 * step, start[1] - 5 * step)
        page.wait_for_timeout(50)
    page.mouse.up()
    page.wait_for_timeout(500)


def write(page: Any, label: str, text: str) -> None:
    """Write ``text`` into the field called ``label`` and press Enter."""
    field = page.get_by_label(label, exact=True)
    field.fill(text)
    field.press("Enter")


def settle(page: Any) -> None:
    """Wait until the script has run to its end."""
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning][data-test-connection-state=CONNECTED]")


def drawn(page: Any) -> None:
    """Wait until a map has been drawn."""
    page.wait_for_selector(".atlas-plot[data-drawn]")
