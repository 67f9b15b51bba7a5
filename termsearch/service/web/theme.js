// Not a module: it runs before the first paint, or a reader who chose dark would see a white flash.
"use strict";
try {
  const chosen = localStorage.getItem("termsearch-theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch {
  // Storage may be switched off; the system's colours do then.
}
