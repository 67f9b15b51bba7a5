// Where the reader left an answer. It is kept in that answer's entry of the history, so that Back
// finds the same concepts, as far down, with the focus where it was.

history.scrollRestoration = "manual"; // a browser restores before the answer is there

const sameAs = (main, href) =>
  [...main.querySelectorAll("a[href]")].filter((link) => link.getAttribute("href") === href);

// To a new tab, a new window, a file, or to nothing: the reader stays. (Of the middle button, browsers
// make an auxclick.)
const elsewhere = (event) =>
  event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;

/** From now on, note the place whenever a link is followed, with what `more()` adds. */
export function notePlaces(main, more) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || elsewhere(event)) return;
    const href = link.getAttribute("href");
    history.replaceState({ ...more(), y: scrollY, href, number: sameAs(main, href).indexOf(link) }, "");
  });
}

/** Go to `place`, or to the top if there is none. Whether the link that was followed has the focus. */
export function goTo(main, place) {
  const link = place ? sameAs(main, place.href)[place.number] : undefined;
  const fold = link?.closest("details");
  if (fold) fold.open = true;
  scrollTo(0, place?.y ?? 0);
  link?.focus();
  return Boolean(link);
}
