// The map of every page. Streamlit calls the default export each time the data change; the DOM node stays the same,
// so that Plotly.react can keep camera and zoom. What must outlive a call is kept in `memory`.
const memory = new WeakMap();
const CLICK_SLACK = 6; // pixels the pointer may move between press and release for a click to count

function loadLibrary(url) {
  if (!window.__atlasPlotly) {
    window.__atlasPlotly = new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = url;
      script.onload = () => resolve(window.Plotly);
      script.onerror = () => { window.__atlasPlotly = null; script.remove(); reject(new Error("library")); };
      document.head.appendChild(script);
    });
  }
  return window.__atlasPlotly;
}

function say(root, text) {
  const note = root.querySelector(".atlas-note");
  note.textContent = text;
  note.classList.toggle("shown", Boolean(text));
}

function hasWebgl() {
  const canvas = document.createElement("canvas");
  return Boolean(canvas.getContext("webgl2") || canvas.getContext("webgl"));
}

function needsWebgl(figure) {
  return figure.data.some((trace) => ["scattergl", "scatter3d"].includes(trace.type));
}

function themed(root, layout) {
  const style = getComputedStyle(root);
  const read = (name) => style.getPropertyValue(name).trim() || undefined;
  const text = read("--st-text-color");
  const clear = "rgba(0,0,0,0)";
  const hover = { bgcolor: read("--st-secondary-background-color"), bordercolor: read("--st-border-color") };
  layout.paper_bgcolor = clear;
  layout.plot_bgcolor = clear;
  layout.modebar = { orientation: "v", bgcolor: clear, color: read("--st-gray-color") || text, activecolor: read("--st-primary-color") || text };
  layout.font = { ...layout.font, color: text, family: read("--st-font") };
  layout.hoverlabel = { ...layout.hoverlabel, ...hover, font: { color: text, family: read("--st-font") } };
  if (layout.scene) layout.scene = { ...layout.scene, bgcolor: clear };
  return layout;
}

function speak(Plotly, about) {
  const words = about.words;
  const names = {
    "Zoom in": words.zoom_in, "Zoom out": words.zoom_out, "Pan": words.pan, "Reset axes": words.reset,
    "Reset camera to default": words.reset, "Download plot as a PNG": words.save, "Download plot": words.save,
    "Turntable rotation": words.turn, "Orbital rotation": words.orbit,
  };
  if (about.language !== "en") Plotly.register({ moduleType: "locale", name: about.language, dictionary: names, format: {} });
  const removed = ["zoom2d", "select2d", "lasso2d", "autoScale2d", "zoom3d", "resetCameraLastSave3d", "hoverClosest3d", "sendChartToCloud", "sendDataToCloud"];
  return {
    responsive: true, displaylogo: false, scrollZoom: true, locale: about.language, modeBarButtonsToRemove: removed,
    doubleClick: "reset", showTips: false, plotlyServerURL: "",
  };
}

// A 3-D plot reports a click when the button goes down, a 2-D one when it comes up: whether it was a click or the beginning
// of a turn is known when the button is up.
function listen(root, plot) {
  let pressed = null;
  let travelled = 0;
  let waiting = null;
  const { signal } = (memory.get(root).listening = new AbortController());
  const send = (row) => { if (travelled <= CLICK_SLACK) memory.get(root)?.component.setTriggerValue("click", { row }); };
  root.addEventListener("pointerdown", (event) => { pressed = event; travelled = 0; waiting = null; }, { capture: true, signal });
  window.addEventListener("pointermove", (event) => {
    if (pressed) travelled = Math.max(travelled, Math.hypot(event.clientX - pressed.clientX, event.clientY - pressed.clientY));
  }, { capture: true, signal });
  window.addEventListener("pointerup", () => {
    pressed = null;
    if (waiting !== null) send(waiting);
    waiting = null;
  }, { capture: true, signal });
  plot.on("plotly_click", (event) => {
    const point = event.points.find((each) => Number.isInteger(Number(each.customdata)) && each.customdata !== null);
    if (!point) return;
    if (pressed) waiting = Number(point.customdata);
    else send(Number(point.customdata));
  });
}

function isDark(root) {
  const probe = document.createElement("canvas").getContext("2d");
  probe.fillStyle = getComputedStyle(root).getPropertyValue("--st-background-color").trim() || "#ffffff";
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(probe.fillStyle.slice(at, at + 2), 16));
  return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
}

// The colours inside a figure come from Python, which learns of another theme only when it runs again: ask for that once.
function followTheme(root) {
  const state = memory.get(root);
  const dark = isDark(root);
  if (dark !== state.payload.about.dark && state.asked !== dark) {
    state.asked = dark;
    state.component.setTriggerValue("theme", { dark });
  } else if (dark === state.payload.about.dark) {
    state.asked = undefined;
  }
}

function watchTheme(root, redraw) {
  const observer = new MutationObserver(() => {
    const colour = getComputedStyle(root).getPropertyValue("--st-text-color");
    if (memory.has(root) && memory.get(root).colour !== colour) redraw();
  });
  for (let node = root; node; node = node.parentElement) observer.observe(node, { attributes: true, attributeFilter: ["style", "class"] });
  observer.observe(document.head, { childList: true, subtree: true });
  return observer;
}

async function draw(root) {
  const state = memory.get(root);
  const turn = (state.turn = (state.turn || 0) + 1);
  const { about, figure } = state.payload;
  const plot = root.querySelector(".atlas-plot");
  plot.style.height = `${about.height}px`;
  plot.setAttribute("role", "img");
  plot.setAttribute("aria-label", about.label);
  if (!state.drawn) say(root, about.words.loading);
  if (needsWebgl(figure) && !hasWebgl()) return say(root, about.words.no_webgl);
  let Plotly;
  try {
    Plotly = await loadLibrary(about.library);
  } catch {
    return say(root, about.words.no_library);
  }
  if (turn !== state.turn || !root.isConnected) return;
  state.colour = getComputedStyle(root).getPropertyValue("--st-text-color");
  const layout = themed(root, { ...figure.layout, autosize: true, height: about.height, uirevision: about.revision || figure.layout.uirevision });
  await Plotly.react(plot, figure.data, layout, speak(Plotly, about));
  if (memory.get(root) !== state) return; // taken away meanwhile
  if (!state.drawn) {
    state.drawn = true;
    listen(root, plot);
    state.observer = watchTheme(root, () => draw(root));
  }
  followTheme(root);
  say(root, "");
  plot.dataset.drawn = String(Number(plot.dataset.drawn || 0) + 1);
}

export default function (component) {
  const { data, parentElement } = component;
  const payload = JSON.parse(new TextDecoder().decode(data));
  const root = parentElement.querySelector(".atlas-map");
  const state = memory.get(root) || {};
  memory.set(root, state);
  state.component = component;
  if (state.raw !== undefined && sameBytes(state.raw, data)) return state.stop;
  state.raw = data;
  state.payload = payload;
  draw(root);
  state.stop = () => {
    state.observer?.disconnect();
    state.listening?.abort();
    if (window.Plotly) window.Plotly.purge(root.querySelector(".atlas-plot"));
    memory.delete(root);
  };
  return state.stop;
}

function sameBytes(one, other) {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
