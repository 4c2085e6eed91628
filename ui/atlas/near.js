// The nearest words of a point. Python is asked for those of all points once the pointer rests on one.
const REST = 150; // milliseconds
const AGAIN = 2000; // milliseconds until it is asked again
const NONE = 0xffffffff;

export class Near {
  // `ask()` tells Python.
  constructor(ask) {
    Object.assign(this, { ask, layers: {}, wanted: false, asked: -Infinity });
  }

  // `wanted`: the neighbours are not here, and can be had.
  set({ near, near_words: others }, wanted) {
    Object.assign(this, { layers: { near, others }, wanted });
  }

  point(point) {
    clearTimeout(this.timer);
    if (point < 0 || !this.wanted) return;
    this.timer = setTimeout(() => {
      if (!this.wanted || performance.now() - this.asked < AGAIN) return;
      this.asked = performance.now();
      this.ask();
    }, REST);
  }

  end() {
    clearTimeout(this.timer);
  }

  // The words nearest to a point, the nearest first; none while they are not known.
  of(point, words) {
    const { near, others } = this.layers;
    if (!near || !words.length) return [];
    const each = near.length / words.length;
    const numbers = Array.from(near.subarray(point * each, (point + 1) * each)).filter((number) => number !== NONE);
    return numbers.map((number) => (number < words.length ? words[number] : others[number - words.length]));
  }
}
