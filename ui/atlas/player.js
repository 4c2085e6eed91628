// Plays the snapshots of a training: every one of them is drawn, at any speed, and none is fetched twice.
import { make } from "./panel.js";

const SPEEDS = [1, 2, 4, 8, 16]; // snapshots a second

export class Player {
  // `draw()` draws the scene as it stands.
  constructor(place, scene, draw) {
    Object.assign(this, { place, scene, draw, speed: 4, playing: false, trails: true, seen: [] });
  }

  show(words, digits) {
    const { place, scene } = this;
    place.hidden = !scene.frames;
    if (!scene.frames) return this.stop();
    Object.assign(this, { words, digits });
    const button = (name, sign, act) => make("button", { type: "button", "aria-label": words[name], title: words[name], text: sign, onclick: act });
    this.button = button("play", "▶", () => (this.playing ? this.stop() : this.play()));
    this.bar = make("input", {
      type: "range", min: 0, max: scene.steps.length - 1, step: "any", "aria-label": words.scrub, oninput: () => { this.stop(); this.to(Number(this.bar.value)); },
    });
    this.said = make("output", {});
    const speeds = make("select", { "aria-label": words.speed, title: words.speed, onchange: (event) => { this.speed = Number(event.target.value); } },
      ...SPEEDS.map((each) => make("option", { value: each, text: `${each}×` })));
    speeds.value = String(this.speed);
    const trails = button("trails", "〰", () => { this.trails = !this.trails; trails.setAttribute("aria-pressed", String(this.trails)); this.draw(); });
    trails.setAttribute("aria-pressed", String(this.trails));
    place.replaceChildren(
      button("step_back", "‹", () => this.step(-1)), this.button, button("step_on", "›", () => this.step(1)), this.bar, this.said, speeds, trails,
    );
    return this.tell();
  }

  step(by) {
    this.stop();
    const last = this.scene.steps.length - 1;
    const from = by > 0 ? Math.floor(this.scene.moment) : Math.ceil(this.scene.moment);
    this.to(Math.min(last, Math.max(0, from + by)));
  }

  to(moment) {
    this.scene.seek(moment);
    this.tell();
    this.draw();
  }

  play() {
    if (this.playing) return;
    const last = this.scene.steps.length - 1;
    this.playing = true;
    this.seen = [];
    this.tell();
    if (this.scene.moment >= last) this.to(0);
    let before = null;
    const advance = (now) => {
      if (!this.playing) return;
      const moved = before === null ? 0 : ((now - before) / 1000) * this.speed;
      before = now;
      // a step ends at the next snapshot at the latest, so that none is left out however slow the machine
      this.to(Math.min(this.scene.moment + moved, Math.floor(this.scene.moment) + 1, last));
      this.seen.push([now, this.scene.moment]);
      if (this.scene.moment >= last) this.stop();
      else requestAnimationFrame(advance);
    };
    requestAnimationFrame(advance);
  }

  stop() {
    this.playing = false;
    if (this.button) this.tell();
  }

  tell() {
    const { scene, words, digits } = this;
    const step = scene.steps[Math.round(scene.moment)];
    this.bar.value = String(scene.moment);
    this.said.textContent = words.step.replace("{step}", digits(step));
    this.bar.setAttribute("aria-valuetext", this.said.textContent);
    this.button.textContent = this.playing ? "❚❚" : "▶";
    const name = words[this.playing ? "pause" : "play"];
    this.button.setAttribute("aria-label", name);
    this.button.title = name;
  }
}
