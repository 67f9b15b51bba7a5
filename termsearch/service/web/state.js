// What is asked for, read from and written to the part of the address behind "#", which browsers
// send to no server.

export const FILTERS = ["vocab", "type", "lang"];

/** `{page, code, q, vocab, type, lang, under, inactive}` of an address. */
export function read(hash) {
  const [path, query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [page, ...rest] = path.split("/");
  const given = new URLSearchParams(query);
  return {
    page: ["concept", "map"].includes(page) ? page : "search",
    curie: page === "concept" ? decoded(rest.join("/")) : "",
    q: given.get("q") ?? "",
    under: given.get("under") ?? "",
    inactive: given.has("inactive"),
    ...Object.fromEntries(FILTERS.map((name) => [name, given.getAll(name)])),
  };
}

/** The address of a search or a map. */
export function write(state, page = state.page) {
  const given = new URLSearchParams();
  if (state.q) given.set("q", state.q);
  for (const name of FILTERS) for (const value of state[name]) given.append(name, value);
  if (state.under) given.set("under", state.under);
  if (state.inactive) given.set("inactive", "1");
  const query = given.size ? `?${given}` : "";
  return page === "map" ? `#/map${query}` : `#/${query}`;
}

/** The filters as the routes take them. */
export function filters(state) {
  const { vocab, type, lang, under, inactive } = state;
  return { vocab, type, lang, under, inactive };
}

export function filtered(state) {
  return FILTERS.some((name) => state[name].length) || Boolean(state.under);
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
