// Questions to the service: with the reader's key, again where it is busy, refusals in words.

import { byId } from "./dom.js";

const KEY = "termsearch-key";
const TRIES = 4;
const LONGEST_WAIT = 10;
/** Codes of 503 that a wait mends; an encoder that is not to be had stays away. */
const PASSING = new Set(["unavailable", "starting", "loading", "index-busy", "index-unreadable"]);

let key = stored();
let asked = null;
const waits = new Set();

/** The service refused, or was not reached (status 0). */
export class Refusal extends Error {
  constructor(status, message, choices = []) {
    super(message);
    Object.assign(this, { status, choices });
  }
}

/** The JSON that a route answers. Throws Refusal; AbortError where `signal` was set off. */
export async function ask(path, parameters = {}, signal = undefined) {
  for (let tried = 1; ; tried += 1) {
    const answer = await fetched(`${path}${written(parameters)}`, signal);
    if (answer.ok) return answer.json();
    const refusal = await refused(answer);
    if (refusal.status === 401) {
      await keyGiven(signal);
    } else if (tried < TRIES && mended(refusal)) {
      const seconds = Math.min(Number(answer.headers.get("Retry-After")) || tried, LONGEST_WAIT);
      await noticed(`${refusal.message} Asking again in ${seconds} s.`, waited(seconds, signal));
    } else {
      throw refusal;
    }
  }
}

/** Say `text` while `work` goes on: several questions may wait, and the latest one is shown. */
async function noticed(text, work) {
  const mine = { text };
  waits.add(mine);
  tell();
  try {
    await work;
  } finally {
    waits.delete(mine);
    tell();
  }
}

function tell() {
  const line = byId("notice");
  line.textContent = [...waits].at(-1)?.text ?? "";
  line.hidden = !waits.size;
}

export function forgetKey() {
  keep("");
}

const mended = ({ status, code }) => status === 429 || (status === 503 && PASSING.has(code));

async function fetched(path, signal) {
  const headers = key ? { Authorization: `Bearer ${key}` } : {};
  try {
    return await fetch(path, { headers, signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal(0, "The service was not reached. Is it running, and this machine connected?");
  }
}

async function refused(answer) {
  let error = {};
  try {
    error = (await answer.json()).error ?? {};
  } catch {
    // A proxy in between answers with a page of its own.
  }
  const said = error.message || `The service answered with status ${answer.status}.`;
  const refusal = new Refusal(answer.status, said, error.choices);
  refusal.code = error.code ?? "unavailable";
  return refusal;
}

function written(parameters) {
  const pairs = Object.entries(parameters).flatMap(([name, value]) =>
    [value].flat().map((each) => [name, each]));
  const wanted = pairs.filter(([, value]) => value !== "" && value !== undefined && value !== false);
  return wanted.length ? `?${new URLSearchParams(wanted)}` : "";
}

function waited(seconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    }, { once: true });
  });
}

/** Resolves when the reader has given a key, and throws Refusal if not; all share one dialogue. */
async function keyGiven(signal) {
  asked ??= dialogue().finally(() => { asked = null; });
  await asked;
  signal?.throwIfAborted();
}

function dialogue() {
  const dialog = byId("key-dialog");
  byId("key-said").textContent = key ? "The key that was given is not known." : "";
  keep("");
  dialog.showModal();
  return new Promise((resolve, reject) => {
    byId("key-form").onsubmit = (event) => {
      event.preventDefault();
      keep(byId("key").value.trim());
      dialog.close();
    };
    // Escape and a phone's gesture to go back close it too, without a key.
    dialog.onclose = () => {
      byId("key").value = "";
      if (key) resolve();
      else reject(new Refusal(401, "This service asks for a key, and none was given."));
    };
  });
}

function stored() {
  try {
    return sessionStorage.getItem(KEY) ?? "";
  } catch {
    return "";
  }
}

function keep(given) {
  key = given;
  try {
    if (given) sessionStorage.setItem(KEY, given);
    else sessionStorage.removeItem(KEY);
  } catch {
    // Then it is kept in memory alone.
  }
  byId("forget").hidden = !given;
}

keep(key);
