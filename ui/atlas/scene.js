// What is on the map: places, words, colours, who is chosen. It turns points into pixels and pixels into points.
import { Camera } from "./camera.js";

const PALED = 45; // of 255: how much of a point is seen when others are chosen
const SOLID = { few: 235, many: 185 };
const MANY = 3000;

export class Scene {
  constructor() {
    this.count = 0;
    this.numbers = 2; // coordinates a point
    this.share = 1;
    this.words = [];
    this.highlight = { center: -1, around: [] };
    this.chosen = null; // Set of points, or null
    this.only = null; // category that alone is shown, or null
    this.camera = new Camera(2);
    this.width = this.height = 1;
  }

  setPlaces(places, numbers) {
    const same = this.places && this.places.length === places.length && this.numbers === numbers;
    this.from = same ? this.current() : places;
    this.places = places;
    this.numbers = numbers;
    this.count = places.length / numbers;
    this.frames = null;
    this.share = same ? 0 : 1;
    this.extent = extentOf(places, numbers);
    return same;
  }

  // Follow `frames`: S times the places of all points, one after the other.
  setFrames(frames, steps) {
    this.frames = frames;
    this.steps = steps;
    this.numbers = 2;
    this.count = frames.length / steps.length / 2;
    this.extent = extentOf(frames, 2);
    this.frame = -1;
    this.seek(steps.length - 1);
  }

  // Stand at `moment`, a number of a frame or between two; returns whether other frames are needed than before.
  seek(moment) {
    const last = this.steps.length - 1;
    const frame = Math.min(Math.floor(moment), Math.max(0, last - 1));
    this.moment = moment;
    this.share = moment - frame;
    if (frame === this.frame) return false;
    this.frame = frame;
    const cut = (at) => this.frames.subarray(2 * this.count * at, 2 * this.count * (at + 1));
    this.from = cut(frame);
    this.places = cut(Math.min(frame + 1, last));
    return true;
  }

  current() {
    if (this.share >= 1) return this.places;
    return this.places.map((each, at) => this.from[at] + (each - this.from[at]) * this.share);
  }

  // `ranks`: the place of each word by importance in the whole table, from 1; without `rows`, points are rows of the table.
  setWords({ words, rows, counts, ranks }) {
    Object.assign(this, { words, rows, counts, ranks });
    this.order = orderOf(ranks);
    this.pointOf = new Map(rows ? Array.from(rows, (row, point) => [row, point]) : []);
    this.named = this.order;
  }

  row(point) {
    return this.rows ? this.rows[point] : point;
  }

  point(row) {
    if (row === null || row === undefined) return -1;
    return this.rows ? this.pointOf.get(row) ?? -1 : row < this.count ? row : -1;
  }

  // `highlight`: {center, rows} or null, `chosen`: rows or null, `arrows`: pairs of rows. Colours follow by paint().
  setChosen(highlight, chosen, arrows) {
    const around = (highlight?.rows || []).map((row) => this.point(row)).filter((point) => point >= 0);
    this.highlight = { center: this.point(highlight?.center), around };
    this.arrows = arrows.map((pair) => pair.map((row) => this.point(row))).filter((pair) => pair.every((point) => point >= 0));
    this.chosen = chosen?.length ? new Set(chosen.map((row) => this.point(row))) : null;
  }

  // `colouring`: null, or {values, colours, names} with a category a point, or {values, scale, low, high, logarithmic}.
  setColours(colouring, plain) {
    this.plain = plain;
    if (this.colouring?.title !== colouring?.title) this.only = null;
    this.colouring = colouring;
    this.named = colouring?.names ? turnsOfGroups(this.order, colouring.values) : this.order;
    this.paint();
  }

  paint() {
    const { count, colouring } = this;
    const colours = new Uint8Array(4 * count);
    const quiet = this.highlight.center >= 0 && this.only === null && !this.chosen;
    const solid = (count > MANY ? SOLID.many : SOLID.few) * (quiet ? 0.6 : 1);
    const shade = colouring ? shades(colouring) : () => this.plain;
    for (let point = 0, at = 0; point < count; point += 1, at += 4) {
      const colour = shade(point);
      colours[at] = colour[0];
      colours[at + 1] = colour[1];
      colours[at + 2] = colour[2];
      colours[at + 3] = this.hidden(point) ? PALED : solid;
    }
    this.colours = colours;
  }

  hidden(point) {
    if (this.chosen) return !this.chosen.has(point);
    return this.only !== null && Math.min(this.colouring.values[point], this.colouring.names.length - 1) !== this.only;
  }

  place(point) {
    const { numbers, share, from, places } = this;
    const at = numbers * point;
    const mix = (axis) => from[at + axis] + (places[at + axis] - from[at + axis]) * share;
    return [mix(0), mix(1), numbers === 3 ? mix(2) : 0];
  }

  resize(width, height) {
    [this.width, this.height] = [width, height];
  }

  // A function that gives the pixel [x, y] and the depth of a place, for the camera of now.
  projector() {
    const m = this.camera.matrix(this.width, this.height);
    const { width, height } = this;
    return ([x, y, z]) => {
      const w = m[3] * x + m[7] * y + m[11] * z + m[15];
      return [
        (0.5 + (0.5 * (m[0] * x + m[4] * y + m[8] * z + m[12])) / w) * width,
        (0.5 - (0.5 * (m[1] * x + m[5] * y + m[9] * z + m[13])) / w) * height,
        w,
      ];
    };
  }

  // Call `see(point, x, y, depth)` for every point in front of the camera.
  each(see) {
    const m = this.camera.matrix(this.width, this.height);
    const { numbers, share, from, places, count, width, height } = this;
    for (let point = 0, at = 0; point < count; point += 1, at += numbers) {
      const x = from[at] + (places[at] - from[at]) * share;
      const y = from[at + 1] + (places[at + 1] - from[at + 1]) * share;
      const z = numbers === 3 ? from[at + 2] + (places[at + 2] - from[at + 2]) * share : 0;
      const w = m[3] * x + m[7] * y + m[11] * z + m[15];
      if (w <= 0) continue;
      see(
        point,
        (0.5 + (0.5 * (m[0] * x + m[4] * y + m[8] * z + m[12])) / w) * width,
        (0.5 - (0.5 * (m[1] * x + m[5] * y + m[9] * z + m[13])) / w) * height,
        w,
      );
    }
  }

  // The point nearest to a pixel and no further than `reach` pixels away; -1 for none. Paled points yield to the others.
  nearest(x, y, reach) {
    let best = -1;
    let least = reach * reach;
    this.each((point, px, py) => {
      const away = (px - x) ** 2 + (py - y) ** 2;
      const handicap = this.hidden(point) ? 4 : 1;
      if (away * handicap < least) [best, least] = [point, away * handicap];
    });
    return best;
  }

  // The points inside a shape of pixels [[x, y], …], the most important first.
  inside(shape) {
    const xs = shape.map((corner) => corner[0]);
    const ys = shape.map((corner) => corner[1]);
    const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const found = [];
    this.each((point, x, y) => {
      if (x >= left && x <= right && y >= top && y <= bottom && within(shape, x, y)) found.push(point);
    });
    return found.sort((one, other) => this.ranks[one] - this.ranks[other]);
  }

  get diameter() {
    const base = Math.min(11, Math.max(3.2, 15 - 2.9 * Math.log10(Math.max(1, this.count))));
    if (this.camera.dimension === 3) return base;
    return base * Math.min(2.2, Math.max(0.8, (this.camera.zoom / this.camera.fitted) ** 0.3));
  }
}

function extentOf(places, numbers) {
  const low = [Infinity, Infinity, numbers === 3 ? Infinity : 0];
  const high = low.map((each) => -each);
  for (let at = 0; at < places.length; at += numbers) {
    for (let axis = 0; axis < numbers; axis += 1) {
      const value = places[at + axis];
      if (value < low[axis]) low[axis] = value;
      if (value > high[axis]) high[axis] = value;
    }
  }
  return { low, high };
}

// Points by rank; ranks are whole numbers, each at most once.
function orderOf(ranks) {
  const pointAt = new Int32Array(ranks.reduce((last, rank) => Math.max(last, rank), 0) + 1).fill(-1);
  ranks.forEach((rank, point) => { pointAt[rank] = point; });
  return Uint32Array.from(pointAt.filter((point) => point >= 0));
}

// Points in an order that names the first of every group before the second of any.
function turnsOfGroups(order, values) {
  const seen = new Map();
  const turns = [];
  for (const point of order) {
    const turn = seen.get(values[point]) || 0;
    seen.set(values[point], turn + 1);
    (turns[turn] ||= []).push(point);
  }
  return Uint32Array.from(turns.flat());
}

function shades({ values, colours, names, scale, low, high, logarithmic }) {
  if (names) return (point) => colours[Math.min(values[point], colours.length - 1)];
  const measure = (value) => (logarithmic ? Math.log10(value + 1) : value);
  const [first, span] = [measure(low), measure(high) - measure(low) || 1];
  const ramp = Array.from({ length: 256 }, (_, at) => blend(scale, at / 255));
  return (point) => ramp[Math.round((255 * (measure(values[point]) - first)) / span)] || ramp[0];
}

export function blend(scale, share) {
  const at = share * (scale.length - 1);
  const [one, other] = [scale[Math.floor(at)], scale[Math.ceil(at)]];
  return one.map((each, channel) => Math.round(each + (other[channel] - each) * (at - Math.floor(at))));
}

function within(shape, x, y) {
  let odd = false;
  for (let here = 0, before = shape.length - 1; here < shape.length; before = here, here += 1) {
    const [[ax, ay], [bx, by]] = [shape[here], shape[before]];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) odd = !odd;
  }
  return odd;
}
