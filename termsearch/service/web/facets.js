// Filters with counts.
//
// The counts are of the concepts shown, and say so: the service ranks by nearness, where every
// name is a little near, so that "how many there are" has no answer beyond the nearest ones.

import { h, languageOf, nameIn } from "./dom.js";

const TITLES = { vocab: "Vocabulary", type: "Semantic type", lang: "Language of the name" };

/** The form. `changed(name, values)` is told what is on. */
export function facetsOf(vocabularies, state, hits, changed) {
  const choices = choicesOf(vocabularies);
  return h("form", { class: "facets", "aria-label": "Filters" },
    h("p", { class: "small" }, hits.length
      ? `Numbers count the ${hits.length} concepts shown.` : "Filters apply to the next answer."),
    ...Object.keys(TITLES).map((name) => facet(name, choices[name], state, hits, changed)),
    inactive(state, changed));
}

function choicesOf(vocabularies) {
  const types = new Map(vocabularies.flatMap((each) => each.types.map((type) => [type.code, type.name])));
  const langs = [...new Set(vocabularies.flatMap((each) => each.langs))].sort();
  return {
    vocab: vocabularies.map(({ id, title }) => [id, title === id ? id : `${title} (${id})`]),
    type: [...types].sort((a, b) => a[1].localeCompare(b[1])),
    lang: langs.map((lang) => [lang, languageOf(lang)]),
  };
}

/** Whether the service would let the hit pass the filter. */
const HAS = {
  vocab: (hit, id) => hit.vocabulary === id || hit.sources.some((each) => each.vocabulary === id),
  type: (hit, code) => hit.types.some((type) => type.code === code),
  lang: (hit, lang) => hit.lang === lang || hit.lang.startsWith(`${lang}-`),
};

function facet(name, choices, state, hits, changed) {
  const rows = choices.map(([value, label]) => ({
    value, label, on: state[name].includes(value),
    count: hits.filter((hit) => HAS[name](hit, value)).length,
  }));
  const first = rows.filter((row) => name !== "type" || row.on || row.count)
    .sort((a, b) => name === "type" ? b.count - a.count : 0);
  const rest = rows.filter((row) => !first.includes(row));
  const draw = (row) => box(name, row, state, changed);
  return h("fieldset", {}, h("legend", {}, TITLES[name]), ...first.map(draw),
    rest.length ? h("details", {}, h("summary", {}, first.length ? `${rest.length} more` : `All ${rest.length}`),
      ...rest.map(draw)) : null);
}

function box(name, { value, label, on, count }, state, changed) {
  const turn = (event) => {
    const others = state[name].filter((each) => each !== value);
    changed(name, event.target.checked ? [...others, value] : others);
  };
  return h("label", {},
    h("input", { type: "checkbox", checked: on, change: turn, "data-key": `${name} ${value}` }),
    h("span", nameIn(), label),
    count ? h("span", { class: "count", title: "of the concepts shown" }, String(count)) : null);
}

function inactive(state, changed) {
  return h("fieldset", {}, h("legend", {}, "Status"),
    h("label", {},
      h("input", { type: "checkbox", checked: state.inactive, "data-key": "inactive",
        change: (event) => changed("inactive", event.target.checked) }),
      h("span", {}, "Retired names and concepts too")));
}
