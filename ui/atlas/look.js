// The colours of the page's theme, and word when they change.

export function rgb(colour) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.fillStyle = colour;
  return [1, 3, 5].map((at) => parseInt(pen.fillStyle.slice(at, at + 2), 16));
}

export function lookOf(root, { accent }) {
  const style = getComputedStyle(root);
  const read = (name, usual) => style.getPropertyValue(name).trim() || usual;
  const text = read("--st-text-color", "#23282d");
  const background = read("--st-background-color", "#ffffff");
  const [ink, sheet] = [rgb(text), rgb(background)];
  const between = (share) => ink.map((each, at) => Math.round(each * share + sheet[at] * (1 - share)));
  return {
    text, background, accent,
    family: read("--st-font", "sans-serif"),
    point: between(0.62),
    faint: `rgb(${between(0.6)})`,
    grid: `rgb(${between(0.14)})`,
  };
}

export function watchLook(root, change) {
  const now = () => getComputedStyle(root).getPropertyValue("--st-text-color");
  let known = now();
  const observer = new MutationObserver(() => {
    if (!root.isConnected || now() === known) return;
    known = now();
    change();
  });
  for (let node = root; node; node = node.parentElement) observer.observe(node, { attributes: true, attributeFilter: ["style", "class"] });
  observer.observe(document.head, { childList: true, subtree: true });
  return observer;
}
