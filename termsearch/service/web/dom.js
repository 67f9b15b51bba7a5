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
  return h("a", { href: hrefOf(curie) }, name || curie,
    name ? h("span", { class: "code" }, ` ${curie}`) : null);
}
