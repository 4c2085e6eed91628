// Asks the browser for plotly.js early, so that it is there when the first map arrives.
export default function ({ data }) {
  if (window.Plotly || document.querySelector("link[data-atlas]")) return;
  const link = Object.assign(document.createElement("link"), { rel: "preload", as: "script", href: data.library });
  link.dataset.atlas = "";
  document.head.appendChild(link);
}
