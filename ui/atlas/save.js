// The picture as a file (PNG as it is seen, SVG with every point and name as an object) and as an address.
import { drawOverlay } from "./overlay.js";

export function savePng(canvases, background, name) {
  const sheet = document.createElement("canvas");
  [sheet.width, sheet.height] = [canvases[0].width, canvases[0].height];
  const pen = sheet.getContext("2d");
  pen.fillStyle = background;
  pen.fillRect(0, 0, sheet.width, sheet.height);
  canvases.forEach((canvas) => pen.drawImage(canvas, 0, 0));
  sheet.toBlob((blob) => download(blob, `${name}.png`));
}

export function saveSvg(scene, look, name) {
  const pen = new SvgPen();
  const { colours } = scene;
  const radius = (scene.diameter / 2).toFixed(2);
  const dots = [];
  scene.each((point, x, y) => {
    if (x < 0 || y < 0 || x > scene.width || y > scene.height) return;
    const [red, green, blue, alpha] = colours.subarray(4 * point, 4 * point + 4);
    dots.push(`<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${radius}" fill="rgb(${red},${green},${blue})" fill-opacity="${(alpha / 255).toFixed(2)}"/>`);
  });
  drawOverlay(pen, scene, look);
  const size = `width="${scene.width}" height="${scene.height}" viewBox="0 0 ${scene.width} ${scene.height}"`;
  const text = `<svg xmlns="http://www.w3.org/2000/svg" ${size}><rect width="100%" height="100%" fill="${escaped(look.background)}"/>${dots.join("")}${pen.parts.join("")}</svg>`;
  download(new Blob([text], { type: "image/svg+xml" }), `${name}.svg`);
}

// Put an address that reopens this view into the address bar and, where the browser lets it, into the clipboard: which of both?
export async function shareLink(camera) {
  const address = new URL(window.location.href);
  address.searchParams.set("view", camera.written());
  window.history.replaceState(window.history.state, "", address);
  try {
    await navigator.clipboard.writeText(address.href);
    return "copied";
  } catch {
    return "in_address";
  }
}

function download(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const escaped = (text) => String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

// Answers to the few commands of a canvas that the overlay uses, and writes SVG.
class SvgPen {
  constructor() {
    this.parts = [];
    this.path = "";
    this.globalAlpha = 1;
    this.turned = "";
    this.measure = document.createElement("canvas").getContext("2d");
  }

  beginPath() { this.path = ""; }
  moveTo(x, y) { this.path += `M${x.toFixed(1)} ${y.toFixed(1)}`; }
  lineTo(x, y) { this.path += `${this.path ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`; }
  closePath() { this.path += "Z"; }
  arc(x, y, radius) { this.path += `M${(x - radius).toFixed(1)} ${y.toFixed(1)}a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0Z`; }
  fill() { this.add(`fill="${escaped(this.fillStyle)}"`); }
  stroke() { this.add(`fill="none" stroke="${escaped(this.strokeStyle)}" stroke-width="${this.lineWidth}"`); }
  add(how) { this.parts.push(`<path d="${this.path}" ${how} opacity="${this.globalAlpha}"/>`); }
  save() {}
  restore() { this.turned = ""; }
  translate(x, y) { this.turned = `translate(${x} ${y})`; }
  rotate(angle) { this.turned += ` rotate(${(angle * 180) / Math.PI})`; }
  measureText(text) { this.measure.font = this.font; return this.measure.measureText(text); }
  strokeText(text, x, y) { this.write(text, x, y, `fill="none" stroke="${escaped(this.strokeStyle)}" stroke-width="${this.lineWidth}"`); }
  fillText(text, x, y) { this.write(text, x, y, `fill="${escaped(this.fillStyle)}"`); }

  write(text, x, y, how) {
    this.parts.push(`<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" transform="${this.turned}" text-anchor="middle" style="font:${escaped(this.font)}" ${how}>${escaped(text)}</text>`);
  }
}
