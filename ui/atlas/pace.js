// How many points are drawn while the map is moved: fewer when frames come late, so that it follows the hand, and all of them once
// it rests. The points that stay are the first of the table: in most tables, the most frequent words.
const LATE = 45; // milliseconds a frame
const WANTED = 28;
const STILL = 200; // milliseconds without a movement
const LEAST = 4000; // points

export class Pace {
  // `rest` is called when the map has been still for a while.
  constructor(rest) {
    this.rest = rest;
    this.most = Infinity;
    this.timer = null;
  }

  moved() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { this.timer = null; this.rest(); }, STILL);
  }

  get moving() {
    return this.timer !== null;
  }

  // Return how many of `count` points the next frame draws, and see how long it takes.
  points(count) {
    if (!this.moving || count <= LEAST) return count;
    const begun = performance.now();
    requestAnimationFrame(() => this.took(performance.now() - begun, count));
    return Math.min(count, Math.round(this.most));
  }

  took(milliseconds, count) {
    const most = Math.min(this.most, count);
    if (milliseconds > LATE) this.most = Math.max(LEAST, most * Math.max(0.3, WANTED / milliseconds));
    else if (milliseconds < WANTED) this.most = most * 1.2;
  }

  end() {
    clearTimeout(this.timer);
  }
}
