// The search box and its list: https://www.w3.org/WAI/ARIA/apg/patterns/combobox/ (list, manual).

import { ask } from "./api.js";
import { byId, h, nameIn } from "./dom.js";

const MOST = 5;
/** Concepts asked for: several may share a name. */
const ASKED = 20;

/** Suggests while somebody types; `taken(text)` is told what was chosen or entered. */
export class Combobox {
  constructor({ input, list, where, taken, left }) {
    Object.assign(this, { input, list, where, taken, left, at: -1 });
    this.asking = null;
    input.addEventListener("keydown", (event) => this.#pressed(event));
    input.addEventListener("blur", () => this.close());
    // Before the box loses the focus, and with it the list.
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.#take(this.list.children.namedItem(option.id));
    });
  }

  /** Fetch suggestions for what is in the box. An older question that is under way is dropped. */
  async suggest() {
    this.asking?.abort();
    const q = this.input.value.trim();
    if (!q) return this.close();
    this.asking = new AbortController();
    try {
      const { signal } = this.asking;
      const { results } = await ask("autocomplete", { q, limit: ASKED, ...this.where() }, signal);
      if (document.activeElement === this.input) this.#show(results, q);
    } catch (error) {
      if (error.name !== "AbortError") this.close(); // the answer below says what is wrong
    }
  }

  close() {
    this.asking?.abort();
    this.#show([], "");
  }

  get open() {
    return !this.list.hidden;
  }

  /** What is chosen already stays so where the newer list has it too. */
  #show(results, q) {
    const chosen = this.list.children[this.at]?.dataset.name;
    const news = wordings(results).filter(({ key }) => key !== q.toLowerCase()).slice(0, MOST);
    this.list.replaceChildren(...news.map(option));
    this.list.hidden = !news.length;
    this.input.setAttribute("aria-expanded", String(news.length > 0));
    this.#point([...this.list.children].findIndex((each) => each.dataset.name === chosen));
  }

  #point(at) {
    const options = [...this.list.children];
    this.at = at;
    options.forEach((each, i) => each.setAttribute("aria-selected", String(i === at)));
    if (at >= 0) this.input.setAttribute("aria-activedescendant", options[at].id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  #pressed(event) {
    // An input method is at work: Enter takes what it proposes, Escape drops it. Safari has ended
    // the composition by then and leaves 229 alone to tell: https://bugs.webkit.org/show_bug.cgi?id=165004
    if (event.isComposing || event.keyCode === 229) return;
    const { key } = event;
    const many = this.list.children.length;
    if (key === "ArrowDown" && this.open) this.#point((this.at + 1) % many);
    else if (key === "ArrowDown") this.left();
    else if (key === "ArrowUp" && this.open) this.#point((this.at < 1 ? many : this.at) - 1);
    else if (key === "Enter") this.#take(this.list.children[this.at]);
    else if (key === "Escape" && this.open) this.close();
    else if (key === "Escape") this.taken((this.input.value = ""));
    else return;
    event.preventDefault();
  }

  #take(option) {
    if (option) this.input.value = option.dataset.name;
    this.close();
    this.taken(this.input.value);
  }
}

/** What is chosen are words, not a concept: a name that several concepts have is offered once. */
function wordings(results) {
  const found = new Map();
  for (const { matched_name: matched, name, lang, vocabulary } of results) {
    const key = matched.toLowerCase();
    if (!found.has(key)) found.set(key, { key, matched, name, lang, vocabularies: new Set() });
    found.get(key).vocabularies.add(vocabulary);
  }
  return [...found.values()];
}

function option({ key, matched, name, lang, vocabularies }, number) {
  const rest = [...vocabularies].join(", ");
  return h("li", { role: "option", id: `option-${number}`, "data-name": matched },
    h("span", nameIn(lang), matched),
    h("span", { class: "code" }, ...(name.toLowerCase() === key ? [] : [h("span", nameIn(), name), " · "]), rest));
}

export const searchBox = (told) =>
  new Combobox({ input: byId("q"), list: byId("suggestions"), ...told });
