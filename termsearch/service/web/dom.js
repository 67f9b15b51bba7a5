// Elements from data. Text only ever becomes a text node: there is no way here to write HTML.

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element; attributes that are null, undefined or false are left out. */
export function h(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** An SVG element. */
export function s(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name, value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

export const byId = (id) => document.getElementById(id);

/** Attributes of what holds a name: it runs in its own direction, whatever stands around it. */
export const nameIn = (lang = "") => ({ dir: "auto", lang: lang || null });

/** Letters of the scripts that run from right to left, with the forms that old data writes them in. */
const LEFTWARDS = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

/** `text` in parts: each of `names` that runs from right to left is an element of its own. */
export function apart(text, names) {
  const [name, ...rest] = names.filter((each) => LEFTWARDS.test(each)).sort((a, b) => b.length - a.length);
  if (!name) return [text];
  return text.split(name).flatMap((part, i) =>
    [i ? h("span", nameIn(), name) : null, ...apart(part, rest)]);
}

/** "English" for "en". */
export function languageOf(lang) {
  try {
    return new Intl.DisplayNames("en", { type: "language" }).of(lang);
  } catch {
    return lang;
  }
}

/**
 * A table that scrolls where it is wider than its page; the keyboard has to reach it for that. The
 * headings are aligned as the cells of the first row.
 */
export function tableOf(caption, headings, rows) {
  const head = headings.map((each, i) => h("th", { scope: "col", class: rows[0]?.[i].getAttribute("class") }, each));
  return h("div", { class: "scroll", role: "region", "aria-label": caption, tabindex: 0 }, h("table", {},
    h("caption", {}, caption),
    h("thead", {}, h("tr", {}, ...head)),
    h("tbody", {}, ...rows.map((cells) => h("tr", {}, ...cells)))));
}

/** "1 concept", "1,234 concepts". */
export function counted(number, one, many = `${one}s`) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

/** Where a concept is shown. A retired one is asked for itself, not for its successor. */
export function hrefOf(curie, itself = false) {
  return `#/concept/${encodeURIComponent(curie)}${itself ? "?inactive=1" : ""}`;
}

/** A concept as a link, with its name where the index has one. */
export function linkTo({ curie, name }) {
  return h("a", { href: hrefOf(curie) }, name ? h("span", nameIn(), name) : curie,
    name ? h("span", { class: "code" }, ` ${curie}`) : null);
}
