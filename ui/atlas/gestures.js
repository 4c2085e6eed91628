// What hands do on the map: move, turn, come nearer, hover, click, draw around words; and the same with a keyboard.
const CLICK_SLACK = 6; // pixels the pointer may move between press and release for a click to count
const REACH = { mouse: 14, pen: 18, touch: 26 }; // pixels from a point that still mean it
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

// `atlas` is told through: moved(), hover(point), click(point), choose(points), focus(point), leave(), find().
export function listen(plot, atlas, signal) {
  const { scene } = atlas;
  const down = new Map(); // pointers that are pressed, and where they are
  let travelled = 0;
  let pinch = 0;
  let shape = null;
  const on = (target, kind, call, more = {}) => target.addEventListener(kind, call, { signal, ...more });
  const where = (event) => {
    const box = plot.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };

  on(plot, "pointerdown", (event) => {
    if (event.target.closest("button, input, select, ul")) return;
    plot.setPointerCapture(event.pointerId);
    down.set(event.pointerId, where(event));
    travelled = down.size > 1 ? Infinity : 0;
    pinch = spread(down);
    shape = atlas.mode !== "move" && down.size === 1 ? [where(event)] : null;
    atlas.hover(-1);
  });

  on(plot, "pointermove", (event) => {
    const [x, y] = where(event);
    if (!down.size) return atlas.hover(event.target.closest("button, input, select, ul") ? -1 : scene.nearest(x, y, REACH.mouse));
    const before = down.get(event.pointerId);
    if (!before) return undefined;
    down.set(event.pointerId, [x, y]);
    travelled += Math.hypot(x - before[0], y - before[1]);
    if (travelled <= CLICK_SLACK) return undefined;
    if (shape) return drawAround(x, y);
    return move(event, x - before[0], y - before[1]);
  });

  function move(event, dx, dy) {
    if (down.size === 2) {
      const wide = spread(down);
      const middle = centreOf(down);
      scene.camera.nearer(wide / (pinch || wide), middle[0], middle[1], scene.width, scene.height);
      scene.camera.pan(dx / 2, dy / 2, scene.width, scene.height);
      pinch = wide;
    } else if (scene.camera.dimension === 3 && !event.shiftKey && !(event.buttons & 2)) scene.camera.rotate(dx, dy);
    else scene.camera.pan(dx, dy, scene.width, scene.height);
    atlas.moved();
  }

  function drawAround(x, y) {
    const [[x0, y0]] = shape;
    if (atlas.mode === "box") shape.splice(1, 3, [x, y0], [x, y], [x0, y]);
    else shape.push([x, y]);
    atlas.drawAround(shape);
  }

  const up = (event) => {
    const place = down.get(event.pointerId);
    if (!place) return;
    down.delete(event.pointerId);
    pinch = spread(down);
    if (shape && travelled > CLICK_SLACK) {
      atlas.drawAround(null);
      atlas.choose(scene.inside(shape));
    } else if (travelled <= CLICK_SLACK && event.type === "pointerup") {
      atlas.click(scene.nearest(place[0], place[1], REACH[event.pointerType] || REACH.mouse));
    }
    shape = null;
  };
  on(plot, "pointerup", up);
  on(plot, "pointercancel", up);
  on(plot, "pointerleave", () => atlas.hover(-1));
  on(plot, "contextmenu", (event) => event.preventDefault());
  on(plot, "wheel", (event) => {
    event.preventDefault();
    const [x, y] = where(event);
    const lines = event.deltaMode === 1 ? 30 : 1;
    scene.camera.nearer(Math.exp(-0.0016 * lines * Math.max(-240, Math.min(240, event.deltaY))), x, y, scene.width, scene.height);
    atlas.moved();
  }, { passive: false });

  on(plot, "keydown", (event) => {
    if (event.target !== plot || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = keys(event.key, atlas, plot);
    if (!act) return;
    event.preventDefault();
    act();
  });
  on(document, "keydown", (event) => {
    if (event.key !== "/" || event.target.closest("input, textarea, select, [contenteditable=true]")) return;
    event.preventDefault();
    atlas.find();
  });
}

function keys(key, atlas, plot) {
  const { scene } = atlas;
  const nearer = (factor) => () => {
    scene.camera.nearer(factor, scene.width / 2, scene.height / 2, scene.width, scene.height);
    atlas.moved();
  };
  if (STEPS[key]) return () => atlas.focus(next(scene, atlas.focused(), STEPS[key]));
  if (key === "Enter") return () => atlas.click(atlas.focused());
  if (key === "Escape") return () => atlas.leave();
  if (key === "+" || key === "=") return nearer(1.4);
  if (key === "-") return nearer(1 / 1.4);
  if (key === "0" && plot) return () => atlas.reset();
  return null;
}

// The nearest visible point in a direction; from the middle of the canvas when none has the focus.
function next(scene, point, [dx, dy]) {
  const project = scene.projector();
  const [x0, y0] = point >= 0 ? project(scene.place(point)) : [scene.width / 2, scene.height / 2];
  let best = point;
  let least = Infinity;
  scene.each((other, x, y) => {
    if (other === point || x < 0 || y < 0 || x > scene.width || y > scene.height || scene.hidden(other)) return;
    const along = (x - x0) * dx + (y - y0) * dy;
    const aside = Math.abs((x - x0) * dy) + Math.abs((y - y0) * dx);
    if (along <= 0 || aside > along * 1.2) return;
    const away = along + 1.5 * aside;
    if (away < least) [best, least] = [other, away];
  });
  return best;
}

const points = (down) => [...down.values()];
const spread = (down) => (down.size === 2 ? Math.hypot(points(down)[0][0] - points(down)[1][0], points(down)[0][1] - points(down)[1][1]) : 0);
const centreOf = (down) => [0, 1].map((axis) => (points(down)[0][axis] + points(down)[1][axis]) / 2);
