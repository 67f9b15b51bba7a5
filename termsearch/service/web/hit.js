// One concept of an answer, with the evidence for and against it.

import { apart, h, hrefOf, languageOf, linkTo, nameIn } from "./dom.js";

const KINDS = {
  exact: "exact name",
  code: "the code itself",
  normalized: "same name, written otherwise",
  lexical: "alike in spelling",
  dense: "alike in meaning",
  hybrid: "alike in spelling and meaning",
};
const LEGS = {
  exact: ["Same words", "1 where a name has exactly these words"],
  code: ["Same code", "1 where the code itself was typed"],
  normalized: ["Same name", "1 where a name differs in spelling or word order alone"],
  lexical: ["Spelling", "likeness of spelling, 0 to 1"],
  dense: ["Meaning", "cosine of the embeddings, −1 to 1"],
};

/** A list item. */
export function hitOf(hit) {
  return h("li", { class: "hit" },
    h("article", {},
      h("div", { class: "said" }, title(hit), matched(hit), typesOf(hit), against(hit),
        h("p", { class: "why" }, ...quoting(hit.explanation, hit)), sources(hit)),
      evidence(hit)));
}

function title(hit) {
  return h("h2", {},
    h("a", { class: "name", href: hrefOf(hit.curie, !hit.active), ...nameIn(langOfShown(hit)) }, hit.name), " ",
    h("span", { class: "code" }, hit.curie), ...badges(hit));
}

/** The answer has the language of the name that matched. */
const langOfShown = (hit) => hit.matched_name === hit.name ? hit.lang : "";

const quoting = (text, hit) => apart(text, [...new Set([hit.matched_name, hit.name])]);

function badges(hit) {
  return [
    hit.conflicts.length ? badge("conflict", "contradicts the query") : null,
    hit.active ? null : badge("retired", "retired concept"),
    hit.retired_name ? badge("retired", "retired name") : null,
  ];
}

export const badge = (kind, text) => [" ", h("span", { class: `badge ${kind}` }, text)];

function matched(hit) {
  const lang = hit.lang && hit.lang !== "en" ? ` (${languageOf(hit.lang)})` : "";
  const what = hit.matched_name === hit.name
    ? "The displayed name"
    : ["Its name ", h("q", nameIn(hit.lang), hit.matched_name), lang];
  return h("p", { class: "matched" }, what, ` · ${KINDS[hit.match_type] ?? hit.match_type}`);
}

export function typesOf({ types }) {
  if (!types.length) return null;
  return h("p", { class: "small" },
    ...types.flatMap((type, i) => [i ? " · " : "", h("span", nameIn(), type.name)]));
}

function against(hit) {
  const next = hit.replaced_by.flatMap((curie, i) => [i ? ", " : "", linkTo({ curie })]);
  return [
    hit.conflicts.length ? h("p", { class: "warn" }, ...quoting(`Contradiction: ${hit.conflicts.join("; ")}.`, hit)) : null,
    next.length ? h("p", { class: "warn" }, "Use instead: ", ...next) : null,
  ].filter(Boolean);
}

function sources(hit) {
  const used = hit.sources.map((each) => each.curie || each.vocabulary);
  const own = new Set([hit.curie, hit.vocabulary]);
  const distinct = [...new Set(used)].filter((each) => !own.has(each));
  if (!distinct.length) return null;
  return h("p", { class: "small" }, `Also used by ${distinct.join(", ")}`);
}

/** Each figure stands beside its bar, which says nothing more. */
function evidence(hit) {
  const rows = Object.entries(hit.scores).map(([leg, score]) => row(leg, ...(LEGS[leg] ?? [leg, ""]), score));
  return h("dl", { class: "evidence" }, ...rows,
    row("total", "Score", "of all evidence, −1 to 1, comparable between queries", hit.score));
}

function row(kind, label, meaning, score) {
  const bar = h("span", { class: `measure ${kind}` });
  bar.style.setProperty("--share", String(Math.max(0, Math.min(1, score))));
  return h("div", { title: meaning },
    h("dt", {}, label),
    h("dd", {}, h("span", { class: "track", "aria-hidden": "true" }, bar), score.toFixed(2)));
}
