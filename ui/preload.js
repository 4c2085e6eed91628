// Fetches the scripts of the map early, so that they are there when the first map arrives; plotly.js, which other pages need,
// follows when the browser has nothing else to do.
export default function ({ data }) {
  import(new URL(data.scripts, document.baseURI).href);
  if (window.Plotly || document.querySelector("link[data-atlas]")) return;
  const link = Object.assign(document.createElement("link"), { rel: "prefetch", as: "script", href: data.library });
  link.dataset.atlas = "";
  (window.requestIdleCallback || setTimeout)(() => document.head.appendChild(link));
}
