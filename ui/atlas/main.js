// The map of words: brings together what is on it (scene), who paints it, what hands do, and what Python is told.
// show(root, component) is called each time Python has something new; the canvas and the camera live as long as `root`.
import { Camera } from "./camera.js";
import { Frame } from "./frame.js";
import { listen } from "./gestures.js";
import { layer } from "./layers.js";
import { lookOf, watchLook } from "./look.js";
import { animate } from "./motion.js";
import { painter, CANVAS_MOST } from "./paint.js";
import { drawLegend, drawTools, factsOf } from "./panel.js";
import { Near } from "./near.js";
import { Pace } from "./pace.js";
import { Player } from "./player.js";
import { savePng, saveSvg, shareLink } from "./save.js";
import { Scene } from "./scene.js";
import { Search } from "./search.js";

const MOST_CHOSEN = 2000; // words told to Python when a shape is drawn around more
const LAYERS = ["places", "words", "rows", "counts", "ranks", "values", "frames", "near", "near_words"];
const atlases = new WeakMap();
const left = new Map(); // revision -> the camera that was there when its page was left

export function show(root, component) {
  if (!atlases.has(root)) atlases.set(root, new Atlas(root));
  atlases.get(root).take(component);
  return () => { atlases.get(root)?.end(); atlases.delete(root); };
}

class Atlas {
  constructor(root) {
    const part = (name) => root.querySelector(`.atlas-${name}`);
    Object.assign(this, { root, plot: part("plot"), hoverBox: part("hover"), tools: part("tools"), legend: part("legend"), note: part("note") });
    [this.canvas, this.paper] = this.plot.querySelectorAll("canvas");
    this.live = part("live");
    this.paint = painter(this.canvas);
    this.frame = new Frame();
    this.scene = new Scene();
    this.mode = "move";
    this.pointed = -1; // by hovering
    this.marked = -1; // by the keyboard or while typing
    this.listening = new AbortController();
    this.pace = new Pace(() => { this.admit(); this.invalidate(); });
    this.near = new Near(() => this.component.setTriggerValue("near", { asked: true }));
    this.player = new Player(part("player"), this.scene, () => this.moment());
    this.search = new Search(part("found"), this, root.dataset.field, this.listening.signal);
    listen(this.plot, this, this.listening.signal);
    this.sizes = new ResizeObserver(() => this.invalidate());
    this.sizes.observe(this.plot);
    this.looks = watchLook(root, () => this.restyle());
    this.plot.atlas = this;
  }

  end() {
    if (this.data && this.touched) left.set(this.data.revision, this.scene.camera.written());
    this.listening.abort();
    this.sizes.disconnect();
    this.looks.disconnect();
    this.player.stop();
    this.pace.end();
    this.near.end();
    this.paint.drop();
  }

  async take(component) {
    this.component = component;
    const { data } = component;
    const turn = (this.turn = (this.turn || 0) + 1);
    this.plot.style.height = `${data.height}px`;
    this.plot.setAttribute("aria-label", data.label);
    if (!this.data) this.say(data.words.loading);
    let layers;
    try {
      layers = Object.fromEntries(await Promise.all(LAYERS.map(async (name) => [name, await layer(data.layers[name])])));
    } catch {
      return this.say(data.words.no_data);
    }
    if (turn === this.turn && this.root.isConnected) this.put(data, layers);
    return undefined;
  }

  put(data, layers) {
    const { scene, data: old } = this;
    this.data = data;
    this.digits = (number) => number.toLocaleString(data.language);
    const isNew = (name) => old?.layers[name]?.url !== data.layers[name]?.url;
    const moved = isNew("places") || isNew("frames");
    if (moved) {
      const same = layers.frames ? (scene.setFrames(layers.frames, data.steps), false) : scene.setPlaces(layers.places, data.dimension);
      if (!same || isNew("words") || isNew("rows")) scene.share = layers.frames ? scene.share : 1;
    }
    if (["words", "rows", "counts", "ranks"].some(isNew)) {
      scene.setWords(layers);
      [this.pointed, this.marked] = [-1, -1];
    }
    this.near.set(layers, data.near_wanted);
    this.setCamera(data, old, moved);
    this.look = lookOf(this.root, data);
    scene.setChosen(data.highlight, data.chosen, data.arrows);
    scene.setColours(data.colouring && { ...data.colouring, values: layers.values || scene.counts }, this.look.point);
    this.paint.upload({ origin: scene.from, target: scene.places, colour: scene.colours });
    this.furnish();
    this.admit();
    this.frame.forget();
    this.render();
    this.plot.dataset.drawn = String(Number(this.plot.dataset.drawn || 0) + 1);
    if (scene.share < 1 && !scene.frames) this.glide();
  }

  // The camera stays as it is as long as the picture is the same; a layout that is still forming is followed until it is touched.
  setCamera(data, old, moved) {
    const { scene } = this;
    const fresh = !old || old.revision !== data.revision || scene.camera.dimension !== data.dimension;
    if (fresh) {
      scene.camera = new Camera(data.dimension).fit(scene.extent);
      const known = old ? "" : left.get(data.revision) || data.view;
      this.touched = Boolean(known) && scene.camera.read(known);
    } else if (moved && !this.touched && (data.live || old.live)) scene.camera.fit(scene.extent);
  }

  furnish() {
    const { data, scene } = this;
    const flat = data.dimension === 2;
    const names = [...(flat ? ["move", "box", "lasso"] : []), "zoom_in", "zoom_out", "reset", "save", "save_svg", "link"];
    if (!flat) this.mode = "move";
    const states = { move: this.mode === "move", box: this.mode === "box", lasso: this.mode === "lasso" };
    drawTools(this.tools, { names, words: data.words, states, act: (name) => this.use(name) });
    drawLegend(this.legend, { colouring: scene.colouring, only: scene.only, words: data.words, pick: (at) => this.isolate(at) });
    if (this.playing !== data.layers.frames?.url) this.player.show(data.words, this.digits);
    this.playing = data.layers.frames?.url;
    this.plot.dataset.mode = this.mode;
  }

  use(name) {
    const { scene, data } = this;
    const file = data.file;
    const centre = [scene.width / 2, scene.height / 2, scene.width, scene.height];
    const tools = {
      zoom_in: () => { scene.camera.nearer(1.5, ...centre); this.moved(); },
      zoom_out: () => { scene.camera.nearer(1 / 1.5, ...centre); this.moved(); },
      reset: () => this.reset(),
      save: () => { this.render(); savePng([this.canvas, this.paper], this.look.background, file); },
      save_svg: () => saveSvg(scene, { ...this.look, axes: data.axes, focus: -1, trails: this.player.trails }, file),
      link: () => this.link(),
    };
    if (tools[name]) return tools[name]();
    this.mode = name;
    return this.furnish();
  }

  isolate(category) {
    this.scene.only = this.scene.only === category ? null : category;
    this.recolour();
    this.furnish();
  }

  recolour() {
    this.scene.paint();
    this.frame.forget();
    this.paint.upload({ colour: this.scene.colours });
    this.invalidate();
  }

  restyle() {
    if (!this.data) return;
    this.look = lookOf(this.root, this.data);
    this.scene.plain = this.look.point;
    this.recolour();
  }

  async link() {
    this.announce(this.data.words[await shareLink(this.scene.camera)], true);
  }

  moved() {
    this.touched = true;
    this.flight?.();
    this.pace.moved();
    this.invalidate();
  }

  reset() {
    this.touched = false;
    this.flyTo(this.scene.camera.copy().fit(this.scene.extent));
  }

  fly(point) {
    this.touched = true;
    this.flyTo(this.scene.camera.at(this.scene.place(point)));
  }

  flyTo(goal) {
    const { scene } = this;
    const start = scene.camera;
    this.flight?.();
    this.flight = animate((share) => {
      scene.camera = share < 1 ? start.between(goal, share) : goal;
      this.pace.moved();
      this.render();
    });
  }

  // Let the points wander to where they belong now.
  glide() {
    const { scene } = this;
    const goal = scene.places;
    this.wander?.();
    this.wander = animate((share) => {
      if (scene.places !== goal) return this.wander();
      scene.share = share;
      return this.render();
    });
  }

  // Another moment of the training.
  moment() {
    if (this.uploaded !== this.scene.frame) this.paint.upload({ origin: this.scene.from, target: this.scene.places });
    this.uploaded = this.scene.frame;
    this.render();
  }

  hover(point) {
    if (point === this.pointed) return;
    this.pointed = point;
    this.near.point(point);
    this.plot.style.cursor = point >= 0 ? "pointer" : "";
    this.invalidate();
  }

  focused() {
    return this.marked >= 0 ? this.marked : this.scene.highlight.center;
  }

  focus(point) {
    this.marked = point;
    this.near.point(point);
    if (point >= 0) this.announce([this.scene.words[point], ...this.facts(point)].join(", "));
    this.invalidate();
  }

  leave() {
    this.focus(-1);
    this.use("move");
    if (this.data.chosen) this.component.setTriggerValue("chosen", { rows: [], total: 0 });
  }

  find() {
    this.search.enter();
  }

  click(point) {
    if (point >= 0) this.component.setTriggerValue("click", { row: this.scene.row(point) });
  }

  choose(points) {
    if (points.length) this.component.setTriggerValue("chosen", { rows: points.slice(0, MOST_CHOSEN).map((point) => this.scene.row(point)), total: points.length });
    this.use("move");
  }

  drawAround(shape) {
    this.shape = shape;
    this.invalidate();
  }

  facts(point) {
    const near = this.near.of(point, this.scene.words);
    return [...factsOf(this.scene, point, this.data.words, this.digits), ...(near.length ? [`${this.data.words.near}: ${near.join(", ")}`] : [])];
  }

  announce(text, seen = false) {
    this.live.textContent = text;
    this.live.classList.toggle("shown", seen);
    if (seen) setTimeout(() => this.live.classList.remove("shown"), 2500);
  }

  // Say when not all points are drawn: those of the ordinary canvas, and while the map is moved.
  admit(why = this.paint.webgl ? "" : "canvas", shown = CANVAS_MOST) {
    this.say(why && this.data.words[why].replace("{shown}", this.digits(shown)), true);
  }

  say(text, small = false) {
    this.note.textContent = text;
    this.note.classList.toggle("shown", Boolean(text));
    this.note.classList.toggle("small", small);
  }

  invalidate() {
    if (this.waiting || !this.data) return;
    this.waiting = true;
    requestAnimationFrame(() => { this.waiting = false; this.render(); });
  }

  render() {
    if (this.data) this.frame.draw(this);
  }
}
