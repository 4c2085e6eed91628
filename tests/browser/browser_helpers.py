"""What the browser tests do with a page."""

from __future__ import annotations

from typing import Any

FLAT_AT = """at => {
  const plot = document.querySelector('.atlas-plot'), box = plot.getBoundingClientRect(), layout = plot._fullLayout;
  const points = plot._fullData[0];
  return [box.x + layout.xaxis._offset + layout.xaxis.d2p(points.x[at]),
          box.y + layout.yaxis._offset + layout.yaxis.d2p(points.y[at])];
}"""
# the word whose point stands furthest from any other, so that a click can mean no other
LONELY = """() => {
  const plot = document.querySelector('.atlas-plot'), layout = plot._fullLayout, points = plot._fullData[0];
  const xs = Array.from(points.x, x => layout.xaxis.d2p(x)), ys = Array.from(points.y, y => layout.yaxis.d2p(y));
  const alone = xs.map((x, i) => Math.min(...xs.map((other, j) => i === j ? Infinity : Math.hypot(x - other, ys[i] - ys[j]))));
  return points.hovertext[alone.indexOf(Math.max(...alone))];
}"""
FLAT = """word => {
  const plot = document.querySelector('.atlas-plot'), box = plot.getBoundingClientRect(), layout = plot._fullLayout;
  const points = plot._fullData[0], at = Array.from(points.hovertext).indexOf(word);
  return [box.x + layout.xaxis._offset + layout.xaxis.d2p(points.x[at]),
          box.y + layout.yaxis._offset + layout.yaxis.d2p(points.y[at])];
}"""
DEEP = """word => {
  const plot = document.querySelector('.atlas-plot'), scene = plot._fullLayout.scene._scene, camera = scene.glplot.cameraParams;
  const points = plot._fullData[0], at = Array.from(points.hovertext).indexOf(word), scale = scene.dataScale;
  const times = (m, v) => v.map((_, row) => v.reduce((sum, each, column) => sum + m[row + 4 * column] * each, 0));
  let place = [points.x[at] * scale[0], points.y[at] * scale[1], points.z[at] * scale[2], 1];
  for (const matrix of [camera.model, camera.view, camera.projection]) place = times(matrix, place);
  const box = scene.container.getBoundingClientRect();
  return [box.x + box.width * (0.5 + 0.5 * place[0] / place[3]), box.y + box.height * (0.5 - 0.5 * place[1] / place[3])];
}"""
# whether a place shows exactly these signs, but for the joiners that keep Markdown from seeing links
SHOWS = "([place, text]) => document.querySelector(place)?.innerText.replaceAll('\\u2060', '') === text"
CAMERA = "() => document.querySelector('.atlas-plot')._fullLayout.scene._scene.getCamera().eye"
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
    """Click as a hand does: arrive, hover, press, let go (3-D needs the hover before the press)."""
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
