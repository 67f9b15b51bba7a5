// The names nearest to a query, on a plane: a picture, and the same as a table.

import { ask } from "./api.js";
import { h, hrefOf, linkTo, nameIn, s, tableOf } from "./dom.js";
import { filters } from "./state.js";

const WIDTH = 960;
const HEIGHT = 600;
const MARGIN = 60;
/** Names written beside their points without being asked for. */
const WRITTEN = 14;
const LETTER = 7;

/** A vocabulary is a shape and a colour: one is enough to tell it. */
const SHAPES = [
  (x, y) => s("circle", { cx: x, cy: y, r: 6 }),
  (x, y) => s("rect", { x: x - 5.5, y: y - 5.5, width: 11, height: 11 }),
  (x, y) => s("path", { d: `M${x} ${y - 7} ${x + 7} ${y + 5.5} ${x - 7} ${y + 5.5}Z` }),
  (x, y) => s("path", { d: `M${x} ${y - 8} ${x + 8} ${y} ${x} ${y + 8} ${x - 8} ${y}Z` }),
];

export async function mapPage(state, tools, signal) {
  const title = h("h1", {}, "Neighbourhood");
  if (!state.q.trim()) {
    return h("section", { class: "map" }, title,
      h("p", {}, "Type some words: the names nearest in meaning are laid out around them."));
  }
  const answer = await ask("neighbourhood", { q: state.q, ...filters(state) }, signal);
  if (!answer.results.length) {
    return h("section", { class: "map" }, title,
      h("div", { class: "empty" }, h("h2", {}, "Searched, nothing there")));
  }
  const places = grouped(answer.results);
  return h("section", { class: "map" }, title,
    h("p", { class: "summary" }, `The ${answer.results.length} names nearest in meaning to `,
      h("q", nameIn(), answer.query), `, by their two principal axes, which keep ${Math.round(answer.kept * 100)} % of the variance: `,
      "near on the map is a hint, the table has the similarities."),
    legend(answer.results), picture(answer, places), table(answer.results));
}

/** Names that lie on the same spot are one point. */
function grouped(results) {
  const spots = new Map();
  for (const each of results) {
    const spot = `${each.x} ${each.y}`;
    spots.set(spot, [...(spots.get(spot) ?? []), each]);
  }
  return [...spots.values()];
}

const shapeOf = (vocabulary, results) =>
  [...new Set(results.map((each) => each.vocabulary))].indexOf(vocabulary) % SHAPES.length;

function legend(results) {
  const all = [...new Set(results.map((each) => each.vocabulary))];
  return h("ul", { class: "legend", "aria-label": "Marks" },
    h("li", {}, mark(s("g", { class: "query" }, cross(10, 10))), "your words"),
    ...all.map((each, i) => h("li", {},
      mark(s("g", { class: `mark mark-${i % SHAPES.length}` }, SHAPES[i % SHAPES.length](10, 10))), each)));
}

const mark = (shape) => s("svg", { width: 20, height: 20, "aria-hidden": "true" }, shape);
const cross = (x, y) => s("path", { d: `M${x - 9} ${y}H${x + 9}M${x} ${y - 9}V${y + 9}` });

function picture(answer, places) {
  const at = scale([answer, ...answer.results]);
  const label = s("g", { class: "label", hidden: true });
  const taken = places.map((names) => around(at(names[0])));
  const points = places.map((names, i) => point(names, at(names[0]), i, answer.results, label));
  // Places are in order of similarity: the nearest get their names, as far as there is room.
  const written = places.slice(0, WRITTEN).map((names) => caption(names[0].name, at(names[0]), taken));
  const [x, y] = at(answer);
  const svg = s("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "group", class: "plot",
    "aria-label": "Map of the nearest names; arrow keys go from near to far" },
    ...points, s("g", { class: "query", "aria-hidden": "true" }, cross(x, y)),
    s("g", { "aria-hidden": "true" }, ...written.filter(Boolean)), label);
  svg.addEventListener("keydown", (event) => along(event, points));
  const box = h("div", { class: "scroll" }, svg);
  // Where only a part is in view, it is the one around the query.
  requestAnimationFrame(() => { box.scrollLeft = (x / WIDTH) * box.scrollWidth - box.clientWidth / 2; });
  return box;
}

/** One scale for both axes, around what there is. */
function scale(all) {
  const [xs, ys] = [all.map((each) => each.x), all.map((each) => each.y)];
  const [left, top] = [Math.min(...xs), Math.max(...ys)];
  const [width, height] = [Math.max(...xs) - left, top - Math.min(...ys)];
  const unit = Math.min((WIDTH - 2 * MARGIN) / (width || 1), (HEIGHT - 2 * MARGIN) / (height || 1));
  const [spareX, spareY] = [WIDTH - width * unit, HEIGHT - height * unit];
  return ({ x, y }) => [(x - left) * unit + spareX / 2, (top - y) * unit + spareY / 2];
}

function point(names, [x, y], number, results, label) {
  const shape = shapeOf(names[0].vocabulary, results);
  const said = names.map((each) => `${each.name}, ${each.vocabulary}`).join("; ");
  const show = () => { fill(label, names, x, y); label.removeAttribute("hidden"); };
  const hide = () => label.setAttribute("hidden", "");
  return s("a", { href: hrefOf(names[0].curie), class: `mark mark-${shape}`, tabindex: number ? -1 : 0,
    "aria-label": `${said}; similarity ${names[0].similarity.toFixed(2)}`,
    mouseenter: show, mouseleave: hide, focus: show, blur: hide }, SHAPES[shape](x, y));
}

/** Roving focus: one stop for Tab, the arrows go on from there. */
function along(event, points) {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  const at = points.indexOf(event.target.closest("a"));
  if (!step || at < 0) return;
  event.preventDefault();
  const next = points[(at + step + points.length) % points.length];
  points[at].setAttribute("tabindex", "-1");
  next.setAttribute("tabindex", "0");
  next.focus();
}

/** The room that a point takes. */
const around = ([x, y]) => ({ from: x - 8, to: x + 8, above: y - 8, below: y + 8 });

/** A name beside its point, or nothing where points and other names leave no room. */
function caption(text, [x, y], taken) {
  const shown = cut(text, 28);
  const width = shown.length * LETTER;
  const sides = [[x + 12, x + 12 + width, "start"], [x - 12 - width, x - 12, "end"]];
  for (const [from, to, anchor] of sides) {
    const room = { from, to, above: y - 8, below: y + 8 };
    if (from > 0 && to < WIDTH && !taken.some((each) => overlap(each, room))) {
      taken.push(room);
      return s("text", { class: "written", x: anchor === "start" ? from : to, y: y + 4, "text-anchor": anchor }, isolated(shown));
    }
  }
  return null;
}

const overlap = (a, b) => a.from < b.to && b.from < a.to && a.above < b.below && b.above < a.below;

function fill(label, names, x, y) {
  const lines = names.slice(0, 4).map((each) => cut(`${isolated(each.name)} · ${isolated(each.concept_name)} · ${each.vocabulary}`, 70));
  const more = names.length > 4 ? [`and ${names.length - 4} more`] : [];
  const all = [`similarity ${names[0].similarity.toFixed(2)}`, ...lines, ...more];
  const width = Math.max(...all.map((each) => each.length)) * LETTER + 20;
  const height = all.length * 18 + 12;
  const left = Math.max(4, Math.min(x + 14, WIDTH - width - 4));
  const top = y + height + 14 < HEIGHT ? y + 14 : y - height - 14;
  label.replaceChildren(
    s("rect", { x: left, y: top, width, height, rx: 4 }),
    ...all.map((each, i) => s("text", { x: left + 10, y: top + 20 + i * 18 }, each)));
}

/** In a picture no element has a direction of its own; these marks say the same as dir="auto". */
const isolated = (text) => `\u2068${text}\u2069`;

const cut = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

function table(results) {
  return tableOf("The same as a table, nearest first", ["Similarity", "Name", "Concept", "Vocabulary"],
    results.map((each) => [
      h("td", { class: "number" }, each.similarity.toFixed(3)),
      h("td", { class: "words", ...nameIn() }, each.name),
      h("td", { class: "words" }, linkTo({ curie: each.curie, name: each.concept_name })),
      h("td", {}, each.vocabulary)]));
}
