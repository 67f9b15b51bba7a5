// All that the index knows of one concept.

import { ask, Refusal } from "./api.js";
import { counted, h, hrefOf, languageOf, linkTo, nameIn } from "./dom.js";
import { badge, typesOf } from "./hit.js";
import { write } from "./state.js";

const PAGE = 25;
/** Hierarchies are some 15 deep; beyond this a path would say nothing. */
const DEEPEST = 30;

const REASONS = {
  replaced: "is retired; this is its successor.",
  merged: "was merged into this concept.",
  "used by": "is a source's code for a name of this concept.",
};

export async function conceptPage(state, tools, signal) {
  const at = pathOf(state.curie);
  const entry = await ask(at, { inactive: state.inactive }, signal);
  const own = pathOf(entry.curie);
  const part = (name, offset, limit = PAGE) =>
    ask(`${own}/${name}`, { offset, limit, inactive: !entry.active }, signal);
  const [path, above, below, elsewhere] = await Promise.all([
    pathTo(entry, signal), part("ancestors", 0, 200), part("descendants", 0), part("mappings", 0),
    tools.vocabularies(signal),
  ]);
  return h("article", { class: "concept" },
    heading(entry), redirect(entry), definition(entry),
    h("p", { class: "actions" },
      h("a", { href: write({ ...blank(entry.name), page: "map" }) }, "Map of its neighbourhood"),
      below.total ? h("a", { href: write({ ...blank(""), under: entry.curie, page: "search" }) }, "Search below it") : null),
    names(entry), hierarchy(entry, path, above),
    below.total > entry.children.length
      ? section("All below it", below, (offset) => part("descendants", offset), related) : null,
    section("In other vocabularies", elsewhere, (offset) => part("mappings", offset), mapping));
}

const blank = (q) => ({ q, vocab: [], type: [], lang: [], under: "", inactive: false });

/** A CURIE as the path of its routes; HP:0001945 is its vocabulary in capitals, which they take. */
function pathOf(curie) {
  const colon = curie.indexOf(":");
  const [vocabulary, code] = [curie.slice(0, Math.max(colon, 0)), curie.slice(colon + 1)];
  // Browsers take ".." in a path for one step up, "%2e%2e" too: https://url.spec.whatwg.org/#double-dot-path-segment
  const climbs = [vocabulary, ...code.split("/")].some((each) => each === "." || each === "..");
  if (!vocabulary || !code || climbs) {
    throw new Refusal(404, "No concept can be shown at this address. It should end in a vocabulary " +
      "and a code, as in #/concept/mesh:D005334.");
  }
  return `concepts/${encodeURIComponent(vocabulary)}/${code.split("/").map(encodeURIComponent).join("/")}`;
}

function heading(entry) {
  return h("header", {},
    h("h1", nameIn(langOfShown(entry)), entry.name),
    h("p", {}, h("span", { class: "code" }, entry.curie),
      ...(entry.active ? [] : badge("retired", "retired concept")),
      h("span", { class: "small" }, ` release ${entry.release || "unknown"}`)),
    typesOf(entry));
}

const langOfShown = (entry) => entry.names.find(({ name: text }) => text === entry.name)?.lang;

function redirect({ redirect: from, replaced_by: next }) {
  return h("div", {},
    from ? h("p", { class: "warn" },
      h("a", { href: hrefOf(from.asked, from.reason === "replaced") }, from.asked), ` ${REASONS[from.reason]}`) : null,
    next.length ? h("p", { class: "warn" }, "Use instead: ",
      ...next.flatMap((each, i) => [i ? ", " : "", linkTo(each)])) : null);
}

function definition({ definition: text }) {
  return text ? h("p", { class: "definition", dir: "auto" }, text) : null;
}

/** A name that the index has for its short and its long form is shown once. */
function names({ names: stored }) {
  const keyed = stored.map((each) => [JSON.stringify([each.lang, each.name, each.kind]), each]);
  const all = [...new Map(keyed.reverse()).values()].reverse();
  const langs = [...new Set(all.map((each) => each.lang))];
  return h("section", {},
    h("h2", {}, `Names (${all.length})`),
    ...langs.map((lang) => h("div", { class: "language" },
      h("h3", {}, lang ? languageOf(lang) : "no language given"),
      h("ul", { class: "plain" }, ...all.filter((each) => each.lang === lang).map(name)))));
}

function name({ name: text, kind, active, lang, sources }) {
  const used = sources.map((each) => each.curie || each.vocabulary);
  return h("li", {}, h("span", nameIn(lang), text),
    h("span", { class: "small" }, ` ${kind.replaceAll("_", " ")}`),
    ...(active ? [] : badge("retired", "retired name")),
    used.length ? h("span", { class: "code" }, ` ${used.join(", ")}`) : null);
}

/** From the top, `[{curie, name}]`, by the first parent of each; `forks`: whether there were others. */
async function pathTo(entry, signal) {
  const steps = [];
  const met = new Set([entry.curie]);
  let up = entry.parents;
  let forks = up.length > 1;
  while (up.length && !met.has(up[0].curie) && steps.length < DEEPEST) {
    const [first] = up;
    met.add(first.curie);
    steps.unshift(first);
    try {
      up = (await ask(`${pathOf(first.curie)}/parents`, { limit: 2 }, signal)).results;
    } catch (error) {
      if (error.name === "AbortError") throw error;
      break; // a parent of which the index has the code alone
    }
    forks ||= up.length > 1;
  }
  return { steps, forks };
}

function hierarchy(entry, { steps, forks }, above) {
  const here = h("li", { "aria-current": "true" }, h("span", nameIn(langOfShown(entry)), entry.name));
  return h("section", {},
    h("h2", {}, "Place in the hierarchy"),
    steps.length
      ? h("nav", { "aria-label": "Path from the top" },
        h("ol", { class: "path" }, ...steps.map((each) => h("li", {}, linkTo(each))), here))
      : h("p", {}, "Nothing is above it."),
    forks ? h("p", { class: "small" }, "One path of several: it goes by the first parent each time.") : null,
    entry.parents.length > 1 ? [h("h3", {}, "Parents"), list(entry.parents, related)] : null,
    above.total > steps.length
      ? h("details", {}, h("summary", {}, `All ${counted(above.total, "concept")} above`), list(above.results, related))
      : null,
    h("h3", {}, `Children (${entry.children.length})`), children(entry.children));
}

/** All of them are here already; a long list is unfolded. */
function children(all) {
  if (!all.length) return h("p", {}, "None.");
  const rest = all.slice(PAGE);
  return h("div", {}, list(all.slice(0, PAGE), related), rest.length
    ? h("details", {}, h("summary", {}, `${counted(rest.length, "more child", "more children")}`), list(rest, related))
    : null);
}

const list = (all, draw) => h("ul", { class: "plain" }, ...all.map((each) => h("li", {}, draw(each))));
const related = (each) => linkTo(each);

function mapping(each) {
  const via = each.via ? ` by way of ${each.via}` : "";
  return h("span", {}, each.name ? linkTo(each) : h("span", { class: "code" }, each.curie),
    h("span", { class: "small" }, ` ${each.relation}${via}`));
}

/** A list that grows by pages. */
function section(title, first, next, draw) {
  const shown = list(first.results, draw);
  const said = h("p", { class: "small", role: "status" });
  const button = h("button", { type: "button", click: grow }, "More");
  let growing = false;
  tell();
  return h("section", {}, h("h2", {}, `${title} (${first.total.toLocaleString("en")})`),
    first.total ? shown : h("p", {}, "None."), said, button);

  async function grow() {
    if (growing) return; // a button that is disabled would lose the focus
    growing = true;
    const at = shown.children.length;
    try {
      const page = await next(at);
      const focused = document.activeElement === button;
      shown.append(...list(page.results, draw).children);
      tell();
      if (focused && button.hidden) (shown.children[at]?.querySelector("a") ?? button.closest("main")).focus();
    } catch (error) {
      said.textContent = error.message;
    }
    growing = false;
  }

  function tell() {
    const many = shown.children.length;
    button.hidden = many >= first.total;
    said.textContent = button.hidden ? "" : `${many} of ${first.total.toLocaleString("en")} shown.`;
  }
}
