// Brings the map's own scripts into the page, once, and hands each change on to them. They are in ui/atlas/.
export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".atlas-words");
  const note = root.querySelector(".atlas-note");
  const state = (root.atlasState ||= {});
  import(new URL(data.script, document.baseURI).href).then(
    ({ show }) => { if (root.isConnected) state.stop = show(root, { data, setTriggerValue }); },
    () => { note.textContent = data.words.no_library; note.classList.add("shown"); },
  );
  return () => { state.stop?.(); root.atlasState = {}; };
}
