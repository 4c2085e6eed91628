// One drawing of the map: the points, what stands over them, the box beside the pointer.
import { drawOverlay } from "./overlay.js";
import { drawHover } from "./panel.js";

export class Frame {
  constructor() {
    this.forget();
  }

  // Choose anew which words are named, as after a change of places, colours or words.
  forget() {
    this.named = null; // {view, points}: the points that were named, and the view for which they were chosen
  }

  draw(atlas) {
    const { scene, plot, canvas, paper, pace } = atlas;
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [plot.clientWidth, plot.clientHeight];
    if (!width) return;
    for (const each of [canvas, paper]) {
      if (each.width !== Math.round(width * ratio)) each.width = Math.round(width * ratio);
      if (each.height !== Math.round(height * ratio)) each.height = Math.round(height * ratio);
    }
    scene.resize(width, height);
    const project = scene.projector();
    const count = pace.points(scene.count);
    if (count < scene.count) atlas.admit("moving", count);
    atlas.paint.draw({
      matrix: scene.camera.matrix(width, height), width, height, ratio, count, numbers: scene.numbers, share: scene.share,
      diameter: scene.diameter, depth: scene.camera.dimension === 3 ? scene.camera.distance * scene.camera.radius : 0,
      project: (point) => project(scene.place(point)), order: scene.named,
    });
    const pen = paper.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    this.name(atlas, pen);
    drawHover(atlas.hoverBox, scene, atlas.pointed, atlas.pointed >= 0 ? atlas.facts(atlas.pointed) : []);
  }

  // While the map is moved, and as long as nothing else but the pointer does, the names that stand only go along.
  name(atlas, pen) {
    const { scene } = atlas;
    const view = [scene.camera.written(), scene.width, scene.height, scene.share, scene.moment].join();
    const kept = this.named && (atlas.pace.moving || this.named.view === view) ? this.named.points : null;
    const focus = atlas.marked >= 0 ? atlas.marked : atlas.pointed;
    const points = drawOverlay(pen, scene, { ...atlas.look, axes: atlas.data.axes, focus, shape: atlas.shape, trails: atlas.player.trails, kept });
    if (!kept) this.named = { view, points };
  }
}
