// What surrounds the map: buttons, legend, the box beside the pointer. Words only ever become text, never HTML.
const ICONS = {
  move: "M12 3v18M3 12h18M12 3l-3 3M12 3l3 3M12 21l-3-3M12 21l3-3M3 12l3-3M3 12l3 3M21 12l-3-3M21 12l-3 3",
  box: "M4 4h4M12 4h4M20 4v4M20 12v4M20 20h-4M12 20H8M4 20v-4M4 12V8",
  lasso: "M12 5c5 0 9 2 9 5s-4 5-9 5-9-2-9-5 4-5 9-5M7 15c-2 1-1 4 1 4",
  zoom_in: "M12 5v14M5 12h14",
  zoom_out: "M5 12h14",
  reset: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  save: "M12 4v11M7 11l5 5 5-5M5 20h14",
  save_svg: "M4 17C8 5 16 19 20 7M3 17h3M18 7h3",
  link: "M9 15l6-6M8 12l-2 2a3 3 0 004 4l2-2M16 12l2-2a3 3 0 00-4-4l-2 2",
};

export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "text") element.textContent = value;
    else if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

function icon(path) {
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawing.setAttribute("viewBox", "0 0 24 24");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  drawing.append(line);
  return drawing;
}

// Fill `place` with the buttons called `names`; `act(name)` is called, and those in `states` show that they are pressed.
export function drawTools(place, { names, words, states, act }) {
  place.replaceChildren(...names.map((name) => {
    const button = make("button", { type: "button", title: words[name], "aria-label": words[name], onclick: () => act(name) }, icon(ICONS[name]));
    button.dataset.tool = name;
    if (name in states) button.setAttribute("aria-pressed", String(states[name]));
    return button;
  }));
}

// The meaning of the colours: categories that can be shown alone, or a bar with its ends.
export function drawLegend(place, { colouring, only, pick, words }) {
  place.hidden = !colouring;
  if (!colouring) return place.replaceChildren();
  const title = make("div", { class: "atlas-legend-title", text: colouring.title });
  if (!colouring.names) {
    const bar = make("div", { class: "atlas-bar" });
    bar.style.background = `linear-gradient(to right, ${colouring.scale.map((each) => `rgb(${each})`).join(", ")})`;
    const ends = make("div", { class: "atlas-ends" }, make("span", { text: colouring.ends[0] }), make("span", { text: colouring.ends[1] }));
    return place.replaceChildren(title, bar, ends);
  }
  return place.replaceChildren(title, ...colouring.names.map((name, at) => {
    const spot = make("span", { class: "atlas-spot" });
    spot.style.background = `rgb(${colouring.colours[at]})`;
    const button = make("button", { type: "button", title: words.only, "aria-pressed": String(only === at), onclick: () => pick(at) }, spot, make("span", { text: name }));
    return button;
  }));
}

// What is known of a point: the word, its place by frequency, how often it was seen, what its colour says.
export function factsOf(scene, point, words, digits) {
  const facts = [];
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  if (scene.counts) facts.push(fill(words.rank, { rank: digits(scene.ranks[point]), count: digits(scene.counts[point]) }));
  const { colouring } = scene;
  if (colouring?.names) facts.push(`${colouring.title} · ${colouring.names[Math.min(colouring.values[point], colouring.names.length - 1)]}`);
  else if (colouring && !colouring.counts) facts.push(`${colouring.title} · ${Number(colouring.values[point].toPrecision(3))}`);
  return facts;
}

export function drawHover(box, scene, point, facts) {
  box.hidden = point < 0;
  if (point < 0) return;
  const [x, y] = scene.projector()(scene.place(point));
  box.replaceChildren(make("b", { text: scene.words[point] }), ...facts.map((text) => make("div", { text })));
  const { offsetWidth: wide, offsetHeight: high } = box;
  box.style.left = `${Math.max(4, Math.min(scene.width - wide - 4, x + 14))}px`;
  box.style.top = `${Math.max(4, y + 14 + high > scene.height ? y - high - 10 : y + 14)}px`;
}
