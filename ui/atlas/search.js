// Words found while one types into the page's own field; the best match is marked on the map, and Enter flies there.
import { make } from "./panel.js";

const SHOWN = 8;
const LEADS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";

export class Search {
  // `atlas` is told through focus(point) and fly(point).
  constructor(list, atlas, field, signal) {
    Object.assign(this, { list, atlas, field, found: [], at: -1 });
    document.addEventListener("input", (event) => { if (this.ours(event)) this.look(event.target.value); }, { signal });
    document.addEventListener("keydown", (event) => { if (this.ours(event) && !event.isComposing) this.key(event); }, { signal, capture: true });
    document.addEventListener("focusout", (event) => { if (this.ours(event)) this.close(); }, { signal });
    list.addEventListener("pointerdown", (event) => event.preventDefault(), { signal }); // the field keeps the focus
  }

  ours(event) {
    return !this.writing && Boolean(event.target.closest?.(`.st-key-${this.field}`));
  }

  enter() {
    this.input()?.focus();
  }

  look(text) {
    const wanted = text.trim();
    this.found = wanted ? matches(this.atlas.scene, wanted) : [];
    this.at = -1;
    this.show();
    this.atlas.focus(this.found.length ? this.found[0] : -1);
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.found.length) {
      event.preventDefault();
      this.at = (this.at + step + this.found.length) % this.found.length;
      this.show();
      this.atlas.focus(this.found[this.at]);
    } else if (event.key === "Escape") {
      this.close();
    } else if (event.key === "Enter" && this.at >= 0) {
      event.preventDefault();
      event.stopPropagation();
      this.take(this.found[this.at]);
    } else if (event.key === "Enter") {
      const exact = this.found.find((point) => this.atlas.scene.words[point] === event.target.value.trim().normalize("NFC"));
      this.close();
      if (exact !== undefined) this.atlas.fly(exact);
    }
  }

  // The word goes into the field as if it had been typed: what stands there is what is chosen.
  take(point) {
    const field = this.input();
    this.close();
    this.atlas.fly(point);
    this.writing = true;
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, this.atlas.scene.words[point]);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", code: "Enter", keyCode: 13, bubbles: true }));
    field.dispatchEvent(new KeyboardEvent("keypress", { key: "Enter", code: "Enter", keyCode: 13, bubbles: true }));
    this.writing = false;
  }

  input() {
    return document.querySelector(`.st-key-${this.field} input`);
  }

  close() {
    this.found = [];
    this.show();
    this.atlas.focus(-1);
  }

  show() {
    this.list.hidden = !this.found.length;
    this.list.replaceChildren(...this.found.map((point, at) => make(
      "li",
      { role: "option", "aria-selected": String(at === this.at), text: this.atlas.scene.words[point], onclick: () => this.take(point) },
    )));
  }
}

// Up to eight points whose words hold `text`: the same word, then beginnings, then middles, the important first. A syllable that
// is being typed counts as far as it goes (여와 -> 여왕), and bare consonants stand for syllables (ㅇㅇ -> 여왕).
export function matches(scene, text) {
  const initials = [...text].every((sign) => LEADS.includes(sign));
  const spell = initials ? leadsOf : (word) => word.normalize("NFD").toLowerCase();
  const wanted = initials ? text : spell(text.replace(/[ㄱ-ㅎ]$/, (sign) => (LEADS.includes(sign) ? String.fromCharCode(0x1100 + LEADS.indexOf(sign)) : sign)));
  const kinds = [[], [], []];
  for (const point of scene.order) {
    const spelled = spell(scene.words[point]);
    const at = spelled.indexOf(wanted);
    if (at < 0) continue;
    kinds[spelled === wanted ? 0 : at === 0 ? 1 : 2].push(point);
    if (kinds[1].length >= 4 * SHOWN) break;
  }
  return kinds.flat().slice(0, SHOWN);
}

function leadsOf(word) {
  return [...word].map((sign) => {
    const code = sign.codePointAt(0) - 0xac00;
    return code >= 0 && code < 11172 ? LEADS[Math.floor(code / 588)] : sign;
  }).join("");
}
