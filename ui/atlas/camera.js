// Where the viewer stands: in 2-D over a centre with a zoom, in 3-D on a turntable around a centre. All lengths are relative to
// the shorter side of the canvas or to the data, so that a camera means the same on every screen.
const OPENING = 2.4; // 1 / tan(half the field of view)
const ROOM = 1.12; // how much wider than the points the view is at first

const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

export class Camera {
  constructor(dimension) {
    this.dimension = dimension;
    this.centre = [0, 0, 0];
    this.zoom = 1; // 2-D: canvas sides to one unit of the data
    this.turn = [0.75, 0.45]; // 3-D: around the vertical axis, and above the horizon; radians
    this.distance = 2.6; // 3-D: radii of the data
    this.radius = 1;
  }

  // Show everything between `low` and `high` (3 numbers each).
  fit({ low, high }) {
    const half = low.map((each, axis) => (high[axis] - each) / 2);
    this.centre = low.map((each, axis) => each + half[axis]);
    this.radius = Math.hypot(...half) || 1;
    this.zoom = this.fitted = 1 / (2 * ROOM * (Math.max(half[0], half[1]) || 1));
    this.distance = 2.6;
    return this;
  }

  axes() {
    const [around, above] = this.turn;
    const [c, s, ca, sa] = [Math.cos(around), Math.sin(around), Math.cos(above), Math.sin(above)];
    return { right: [-s, c, 0], up: [-sa * c, -sa * s, ca], toward: [ca * c, ca * s, sa] };
  }

  // The matrix (16 numbers, column by column) that takes a point of the data to clip coordinates.
  matrix(width, height) {
    const side = Math.min(width, height);
    if (this.dimension === 2) {
      const [sx, sy] = [(2 * this.zoom * side) / width, (2 * this.zoom * side) / height];
      return new Float32Array([sx, 0, 0, 0, 0, sy, 0, 0, 0, 0, 0, 0, -sx * this.centre[0], -sy * this.centre[1], 0, 1]);
    }
    const { right, up, toward } = this.axes();
    const away = this.distance * this.radius;
    const near = 0.01 * this.radius;
    const far = away + 4 * this.radius;
    const row = (direction, scale, shift) => [...direction.map((each) => each * scale), shift - scale * dot(direction, this.centre)];
    const x = row(right, (OPENING * side) / width, 0);
    const y = row(up, (OPENING * side) / height, 0);
    const w = row(toward, -1, away);
    const z = w.map((each) => (each * (far + near)) / (far - near));
    z[3] -= (2 * far * near) / (far - near);
    const matrix = new Float32Array(16);
    [x, y, z, w].forEach((line, at) => line.forEach((each, column) => { matrix[4 * column + at] = each; }));
    return matrix;
  }

  // Units of the data that one pixel is wide, at the centre.
  pixel(width, height) {
    const side = Math.min(width, height);
    return this.dimension === 2 ? 1 / (this.zoom * side) : (2 * this.distance * this.radius) / (OPENING * side);
  }

  pan(dx, dy, width, height) {
    const unit = this.pixel(width, height);
    const { right, up } = this.dimension === 2 ? { right: [1, 0, 0], up: [0, 1, 0] } : this.axes();
    this.centre = this.centre.map((each, axis) => each - dx * unit * right[axis] + dy * unit * up[axis]);
  }

  rotate(dx, dy) {
    this.turn = [this.turn[0] - dx * 0.008, clamp(this.turn[1] + dy * 0.008, -1.55, 1.55)];
  }

  // Come nearer by `factor`; in 2-D what is under the pixel (x, y) stays there.
  nearer(factor, x, y, width, height) {
    if (this.dimension === 3) {
      this.distance = clamp(this.distance / factor, 0.05, 12);
      return;
    }
    const before = this.pixel(width, height);
    this.zoom = clamp(this.zoom * factor, this.fitted / 20, this.fitted * 5000);
    const gained = before - this.pixel(width, height);
    this.centre = [this.centre[0] + (x - width / 2) * gained, this.centre[1] - (y - height / 2) * gained, 0];
  }

  // The camera that looks at `place` from near enough to tell neighbours apart.
  at(place) {
    const near = this.copy();
    near.centre = [...place];
    near.zoom = Math.max(this.zoom, 3 * this.fitted);
    near.distance = Math.min(this.distance, 1.1);
    return near;
  }

  copy() {
    return Object.assign(new Camera(this.dimension), structuredClone({ ...this }));
  }

  // The camera between this and `other`, a share (0-1) of the way.
  between(other, share) {
    const mix = (a, b) => a + (b - a) * share;
    const middle = other.copy();
    middle.centre = this.centre.map((each, axis) => mix(each, other.centre[axis]));
    middle.zoom = this.zoom * (other.zoom / this.zoom) ** share;
    middle.distance = mix(this.distance, other.distance);
    middle.turn = this.turn.map((each, at) => mix(each, other.turn[at]));
    return middle;
  }

  // A few numbers for an address, and back; what does not fit is refused.
  written() {
    const numbers = this.dimension === 2 ? [...this.centre.slice(0, 2), this.zoom] : [...this.centre, ...this.turn, this.distance];
    return numbers.map((each) => Number(each.toPrecision(7))).join("_");
  }

  read(text) {
    const numbers = String(text).split("_").map(Number);
    const fits = numbers.length === (this.dimension === 2 ? 3 : 6) && numbers.every(Number.isFinite);
    if (!fits || !(numbers.at(-1) > 0)) return false;
    if (this.dimension === 2) {
      this.centre = [numbers[0], numbers[1], 0];
      this.zoom = numbers[2];
    } else {
      this.centre = numbers.slice(0, 3);
      this.turn = numbers.slice(3, 5);
      this.distance = numbers[5];
    }
    return true;
  }
}
