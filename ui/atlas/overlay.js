// What stands over the points: names that do not cover each other, lines to the neighbours, trails, axes. It draws with the
// commands of a canvas, so that the same lines can be written as SVG.
const SIZE = 12;
const LARGE = 15;
const TRIES = 4000; // names looked at for each picture
const TRAIL = 24; // frames

// With `look.kept`, points whose names stood before, no others are looked for. Returns the points whose names were filled in.
export function drawOverlay(pen, scene, look) {
  const project = scene.projector();
  pen.lineJoin = pen.lineCap = "round";
  drawAxes(pen, scene, look, project);
  if (scene.frames && look.trails) drawTrails(pen, scene, look, project);
  const { center, around } = scene.highlight;
  const middle = center >= 0 ? project(scene.place(center)) : null;
  const near = around.map((point) => [point, project(scene.place(point))]);
  if (middle) near.forEach(([, end]) => line(pen, middle, end, look.accent, 1.2, 0.8));
  for (const [, [x, y]] of near) dot(pen, x, y, scene.diameter / 2 + 2, look.accent, look.background);
  if (middle) dot(pen, middle[0], middle[1], scene.diameter / 2 + 4, look.accent, look.background);
  for (const pair of scene.arrows) drawArrow(pen, ...pair.map((point) => project(scene.place(point))), look);
  const names = new Names(pen, scene, look, project);
  scene.arrows.flat().forEach((point) => names.put(point, LARGE, true));
  if (center >= 0) names.put(center, LARGE, true);
  around.forEach((point) => names.put(point, LARGE, false, true));
  if (look.focus >= 0) {
    const [x, y] = project(scene.place(look.focus));
    ring(pen, x, y, scene.diameter / 2 + 6, look.text);
    names.put(look.focus, LARGE, true);
  }
  const most = Math.min(120, Math.max(10, (scene.width * scene.height) / 8000));
  const filled = look.kept ? look.kept.filter((point) => names.put(point, SIZE, false)) : names.fill(most);
  if (look.shape) drawShape(pen, look.shape, look.accent);
  return filled;
}

class Names {
  constructor(pen, scene, look, project) {
    Object.assign(this, { pen, scene, look, project });
    this.boxes = [];
    this.placed = new Set();
  }

  // Write the name of a point above it, if there is room or `always`. Returns whether it stands.
  put(point, size, always, bold = false) {
    const { pen, scene, look } = this;
    if (this.placed.has(point)) return false;
    const [x, y, depth] = this.project(scene.place(point));
    if (depth <= 0 || x < 0 || y < 0 || x > scene.width || y > scene.height) return false;
    const word = scene.words[point].length > 40 ? `${scene.words[point].slice(0, 39)}…` : scene.words[point];
    pen.font = `${bold || always ? 700 : 400} ${size}px ${look.family}`;
    const half = pen.measureText(word).width / 2 + 3;
    const bottom = y - scene.diameter / 2 - 4;
    const box = [x - half, bottom - size - 1, x + half, bottom + 3];
    if (!always && this.boxes.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1])) return false;
    this.boxes.push(box);
    this.placed.add(point);
    pen.textAlign = "center";
    pen.lineWidth = 3;
    pen.strokeStyle = look.background;
    pen.strokeText(word, x, bottom);
    pen.fillStyle = look.text;
    pen.fillText(word, x, bottom);
    return true;
  }

  // Name up to `most` points, the important ones first, and return those that are named.
  fill(most) {
    const { scene } = this;
    const named = [];
    let tries = TRIES;
    for (const point of scene.named) {
      if (named.length >= most || tries <= 0) break;
      if (scene.hidden(point)) continue;
      const [x, y] = this.project(scene.place(point));
      if (x < 0 || y < 0 || x > scene.width || y > scene.height) continue;
      tries -= 1;
      if (this.put(point, SIZE, false)) named.push(point);
    }
    return named;
  }
}

function drawAxes(pen, scene, look, project) {
  pen.font = `400 ${SIZE}px ${look.family}`;
  pen.fillStyle = look.faint;
  pen.strokeStyle = look.grid;
  pen.lineWidth = 1;
  const { width, height, extent: { low, high } } = scene;
  pen.textAlign = "center";
  if (scene.camera.dimension === 2) {
    const [x0, y0] = project([0, 0, 0]);
    line(pen, [x0, 0], [x0, height], look.grid, 1, 1);
    line(pen, [0, y0], [width, y0], look.grid, 1, 1);
    pen.fillText(look.axes[0] || "", width / 2, height - 8);
    pen.save();
    pen.translate(14, height / 2);
    pen.rotate(-Math.PI / 2);
    pen.fillText(look.axes[1] || "", 0, 0);
    pen.restore();
    return;
  }
  const corner = (bits) => project([0, 1, 2].map((axis) => ((bits >> axis) & 1 ? high[axis] : low[axis])));
  for (let bits = 0; bits < 8; bits += 1) {
    for (let axis = 0; axis < 3; axis += 1) {
      if (!((bits >> axis) & 1)) line(pen, corner(bits), corner(bits | (1 << axis)), look.grid, 1, 1);
    }
  }
  [0, 1, 2].forEach((axis) => {
    const [x, y] = corner(1 << axis);
    pen.fillText(look.axes[axis] || "", x, y + 14);
  });
}

function drawTrails(pen, scene, look, project) {
  const { center, around } = scene.highlight;
  const followed = center >= 0 || around.length ? [center, ...around].filter((point) => point >= 0) : [...scene.named.subarray(0, 40)];
  const last = Math.floor(scene.moment);
  for (const point of followed) {
    const places = [];
    for (let frame = Math.max(0, last - TRAIL); frame <= last; frame += 1) {
      const at = 2 * (scene.count * frame + point);
      places.push(project([scene.frames[at], scene.frames[at + 1], 0]));
    }
    places.push(project(scene.place(point)));
    for (let at = 1; at < places.length; at += 1) {
      line(pen, places[at - 1], places[at], point === center ? look.accent : look.faint, point === center ? 2.5 : 1.3, 0.25 + (0.6 * at) / places.length);
    }
  }
}

function drawArrow(pen, from, to, look) {
  const angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
  line(pen, from, to, look.text, 2, 0.9);
  for (const side of [-0.4, 0.4]) line(pen, to, [to[0] - 12 * Math.cos(angle + side), to[1] - 12 * Math.sin(angle + side)], look.text, 2, 0.9);
}

function drawShape(pen, shape, colour) {
  pen.beginPath();
  shape.forEach(([x, y]) => pen.lineTo(x, y));
  pen.closePath();
  pen.globalAlpha = 0.12;
  pen.fillStyle = colour;
  pen.fill();
  pen.globalAlpha = 1;
  pen.strokeStyle = colour;
  pen.lineWidth = 1.5;
  pen.stroke();
}

function line(pen, [ax, ay], [bx, by], colour, width, alpha) {
  pen.globalAlpha = alpha;
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.beginPath();
  pen.moveTo(ax, ay);
  pen.lineTo(bx, by);
  pen.stroke();
  pen.globalAlpha = 1;
}

function dot(pen, x, y, radius, colour, edge) {
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  pen.fillStyle = colour;
  pen.fill();
  pen.lineWidth = 1.5;
  pen.strokeStyle = edge;
  pen.stroke();
}

function ring(pen, x, y, radius, colour) {
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  pen.lineWidth = 2;
  pen.strokeStyle = colour;
  pen.stroke();
}
