// The answer to a query.

import { ask } from "./api.js";
import { counted, h, languageOf, nameIn, tableOf } from "./dom.js";
import { facetsOf } from "./facets.js";
import { hitOf } from "./hit.js";
import { FILTERS, filtered, filters } from "./state.js";

/** Concepts of a first answer, and what "more" adds; the service gives 1,000 at most. */
export const FEW = 20;
const STEP = 40;
const MOST = 1000;

const RESOLUTIONS = {
  unique: "One concept has exactly these words as a name.",
  ambiguous: "Several concepts may be meant: compare.",
  none: "Nothing here is what was asked for; what follows is merely nearest.",
};

export async function searchPage(state, tools, signal) {
  if (!state.q.trim()) return welcome(await tools.vocabularies(signal), state, tools);
  const answer = await ask("search", { q: state.q, limit: tools.limit, ...filters(state) }, signal);
  const vocabularies = await tools.vocabularies(signal, JSON.stringify(answer.index.releases));
  const hits = answer.results;
  const changed = (name, value) => tools.change({ [name]: value });
  return h("div", { class: "columns" },
    aside(facetsOf(vocabularies, state, hits, changed), state),
    h("section", {}, h("h1", { class: "unseen" }, "Results"),
      chips(state, tools), hits.length ? summary(answer) : empty(state, vocabularies, tools),
      h("ol", { class: "hits" }, ...hits.map(hitOf)),
      more(hits.length, tools)));
}

/** On a narrow screen the filters are folded away above the results. */
function aside(facets, state) {
  const narrow = matchMedia("(max-width: 50rem)").matches;
  const on = FILTERS.reduce((sum, name) => sum + state[name].length, state.inactive ? 1 : 0);
  return h("aside", {}, narrow
    ? h("details", {}, h("summary", {}, on ? `Filters (${on} on)` : "Filters"), facets) : facets);
}

function summary({ results, read_as: readAs, resolution, probability, took_ms: took }) {
  const known = resolution !== "none" && typeof probability === "number";
  const sure = known ? ` The first is right with a probability of ${probability.toFixed(2)}.` : "";
  return h("div", { class: `summary ${resolution}` },
    readAs ? h("p", { class: "read" }, "Read as ", h("q", nameIn(), readAs), ".") : null,
    h("p", {}, h("strong", {}, resolution), ` ${RESOLUTIONS[resolution]}${sure} `,
      h("span", { class: "small" }, `${counted(results.length, "concept")}, ${took} ms.`)));
}

function empty(state, vocabularies, tools) {
  return h("div", { class: "empty" },
    h("h2", {}, "Searched, nothing there"),
    h("p", {}, `No name of ${counted(vocabularies.length, "vocabulary", "vocabularies")} answers these words`,
      filtered(state) ? " under these filters." : "."),
    unfiltered(state, tools));
}

/** The way out of filters that leave nothing, or that the index does not know. */
export function unfiltered(state, tools) {
  if (!filtered(state)) return null;
  const none = { ...Object.fromEntries(FILTERS.map((name) => [name, []])), under: "" };
  return h("button", { type: "button", click: () => tools.change(none) }, "Search without filters");
}

function chips(state, tools) {
  if (!state.under) return null;
  return h("p", { class: "chips" },
    h("button", { type: "button", class: "chip", click: () => tools.change({ under: "" }),
      "aria-label": `Only below ${state.under}; remove` }, `only below ${state.under} ✕`));
}

function more(shown, tools) {
  if (shown < tools.limit || shown >= MOST) return null;
  const next = Math.min(shown + STEP, MOST);
  return h("button", { type: "button", class: "more", click: () => tools.more(next) }, "More concepts");
}

function welcome(vocabularies, state, tools) {
  return h("section", { class: "welcome" },
    h("h1", {}, "Find the concept that the words mean"),
    chips(state, tools),
    h("p", {}, "By any of its names, in other words, abbreviated or misspelt. Press ",
      h("kbd", {}, "/"), " to type."),
    tableOf("What can be searched", ["Vocabulary", "Release", "Concepts", "Names", "Languages"],
      vocabularies.map(cellsOf)));
}

/** A vocabulary without names of its own is there because others use its codes. */
function cellsOf({ id, title, release, concepts, names, langs }) {
  const number = (value) => h("td", { class: "number" }, names ? value.toLocaleString("en") : "");
  return [
    h("th", { scope: "row", class: "words" }, title, title === id ? null : h("span", { class: "code" }, ` ${id}`)),
    h("td", {}, release || (names ? "unknown" : "names of others")), number(concepts), number(names),
    h("td", {}, langs.map(languageOf).join(", ")),
  ];
}
