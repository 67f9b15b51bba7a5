// The page: an address becomes content, what is typed becomes an address.

import { ask, forgetKey } from "./api.js";
import { searchBox } from "./combobox.js";
import { conceptPage } from "./concept.js";
import { byId, counted, h, linkTo } from "./dom.js";
import { mapPage } from "./map.js";
import { goTo, notePlaces } from "./place.js";
import { FEW, searchPage, unfiltered } from "./search.js";
import { filters, read, write } from "./state.js";

const PAGES = { search: searchPage, map: mapPage, concept: conceptPage };
/** Milliseconds without a key that count as a pause; people type a letter in 100 to 200. */
const PAUSE = 140;

const main = byId("main");
const input = byId("q");
let state = read(location.hash);
let running = null;
let timer = 0;

const tools = {
  limit: history.state?.limit ?? FEW,
  vocabularies,
  change: (changes) => go({ ...state, ...changes }),
  more: (limit) => { tools.limit = limit; show(names().length); },
};

const box = searchBox({
  where: () => filters(state),
  taken: (text) => { clearTimeout(timer); typed(text); },
  left: () => main.querySelector(".name")?.focus(),
});

const names = () => [...main.querySelectorAll(".name")];

/**
 * Draw what `state` asks for. Of several that are under way, the last one asked for wins. What had
 * the focus and is gone leaves it to the hit of number `next`, or to the whole of the answer.
 * Whether it was drawn.
 */
async function show(next = undefined) {
  running?.abort();
  running = new AbortController();
  const { signal } = running;
  main.setAttribute("aria-busy", "true");
  const content = await drawn(signal);
  if (signal.aborted) return false;
  main.removeAttribute("aria-busy");
  replace(content, next);
  return true;
}

async function drawn(signal) {
  try {
    return await PAGES[state.page](state, tools, signal);
  } catch (error) {
    return signal.aborted ? null : problem(error);
  }
}

/** Put `content` in place; a control that had the focus and is still there keeps it. */
function replace(content, next) {
  const focused = document.activeElement;
  const inside = focused !== main && main.contains(focused);
  const key = focused?.dataset?.key;
  const open = [...main.querySelectorAll("details[open]")].map(nameOf);
  main.replaceChildren(content);
  for (const details of main.querySelectorAll("details")) details.open ||= open.includes(nameOf(details));
  const same = [...main.querySelectorAll("[data-key]")].find((each) => each.dataset.key === key);
  if (same) same.focus();
  else if (inside && names()[next]) names()[next].focus();
  else if (inside) main.focus({ preventScroll: true });
  byId("status").textContent = main.querySelector(".summary, .empty, .problem")?.textContent ?? "";
  document.title = titleOf();
}

const nameOf = (details) => details.parentElement.querySelector("legend, h2")?.textContent ?? "";

function titleOf() {
  const heading = main.querySelector("h1")?.textContent;
  return heading ? `${heading} · termsearch` : "termsearch";
}

function problem(error) {
  const choices = error.choices ?? [];
  const missing = error.status === 404 && state.page === "concept";
  const heading = missing ? "No such concept" : "No answer";
  const said = error.status === undefined ? `The page failed: ${error.message}` : error.message;
  return h("section", { class: "problem", role: "alert" },
    h("h1", {}, choices.length ? "Several concepts have this code" : heading), h("p", {}, said),
    choices.length ? h("ul", {}, ...choices.map((curie) => h("li", {}, linkTo({ curie })))) : null,
    h("p", { class: "actions" },
      missing
        ? h("a", { href: "#/" }, "Search for it by name")
        : h("button", { type: "button", "data-key": "again", click: () => show() }, "Try again"),
      error.status === 400 ? unfiltered(state, tools) : null));
}

/** Each text replaces the one before in the history: it is one search, not one a letter. */
function typed(text) {
  const page = state.page === "map" ? "map" : "search";
  if (state.page === "concept") location.hash = write({ ...state, q: text }, page);
  else if (text !== state.q) go({ ...state, q: text });
}

function go(next) {
  tools.limit = FEW;
  state = next;
  history.replaceState(null, "", write(state));
  mark();
  show();
}

/** The navigation takes the query along. */
function mark() {
  for (const page of ["search", "map"]) {
    const link = byId(`to-${page}`);
    link.setAttribute("href", write(state, page));
    if (state.page === page) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

let known = { releases: "", list: null };

/** What can be filtered by; asked for again where an answer came from other releases. */
async function vocabularies(signal, releases = known.releases) {
  if (!known.list || known.releases !== releases) {
    known = { releases, list: await ask("vocabularies", {}, signal) };
    const concepts = known.list.reduce((sum, each) => sum + each.concepts, 0);
    const named = known.list.filter((each) => each.release).map((each) => `${each.id} ${each.release}`);
    byId("about").textContent = [counted(concepts, "concept"), ...named].join(", ");
  }
  return known.list;
}

input.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(() => { box.suggest(); typed(input.value); }, PAUSE);
});
byId("search").addEventListener("submit", (event) => event.preventDefault());
byId("skip").addEventListener("click", (event) => { event.preventDefault(); main.focus(); });
byId("forget").addEventListener("click", () => { forgetKey(); location.reload(); });

addEventListener("hashchange", async () => {
  const before = state.page;
  const place = history.state; // of an entry that is come back to; a new one has none
  state = read(location.hash);
  tools.limit = place?.limit ?? FEW;
  if (state.page !== "concept") input.value = state.q;
  box.close();
  mark();
  if (!await show()) return;
  const returned = goTo(main, place);
  const typing = document.activeElement === input;
  const other = state.page === "concept" || before === "concept";
  if (other && !returned && !typing) main.focus({ preventScroll: true });
});

addEventListener("keydown", (event) => {
  const inField = event.target.closest?.("input, textarea, select, dialog");
  if (event.key === "/" && !inField && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    input.focus();
    input.select();
  } else if (event.target.matches?.(".name")) alongTheHits(event);
});

function alongTheHits(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.key === "Escape") input.focus();
  if (!step) return;
  event.preventDefault();
  const all = names();
  const next = all.indexOf(event.target) + step;
  (next < 0 ? input : all[Math.min(next, all.length - 1)]).focus();
}

const theme = byId("theme");
const dark = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light")) === "dark";
const press = () => theme.setAttribute("aria-pressed", String(isDark()));
theme.addEventListener("click", () => {
  const next = isDark() ? "light" : "dark";
  document.documentElement.dataset.theme = next;
  try {
    localStorage.setItem("termsearch-theme", next);
  } catch {
    // Then it holds for this page.
  }
  press();
});
dark.addEventListener("change", press);

press();
input.value = state.q;
mark();
notePlaces(main, () => ({ limit: tools.limit }));
const left = history.state; // where the page was left for another site, or loaded again
show().then((drawn) => { if (drawn && left) goTo(main, left); });
