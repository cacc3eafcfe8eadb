// Rows: data-row can be walked with j and k; data-href opens on a click beside links and controls, and on Enter.
import { typing } from "./keys.js";

const CONTROLS = "a, button, input, select, textarea, label, summary, details";

/** Make this row the one at hand. */
export function goTo(row) {
  for (const old of document.querySelectorAll("[data-row].at")) old.classList.remove("at");
  row.classList.add("at");
  row.tabIndex = -1;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  row.dispatchEvent(new CustomEvent("corps:at", { bubbles: true }));
}

function move(step) {
  const rows = [...document.querySelectorAll("[data-row]")].filter((row) => row.getClientRects().length);
  if (!rows.length) return;
  const now = rows.findIndex((row) => row.classList.contains("at"));
  goTo(rows[Math.max(0, Math.min(rows.length - 1, now + step))] ?? rows[0]);
}

function open(row, event) {
  const address = row.dataset.href;
  if (event.ctrlKey || event.metaKey) window.open(address, "_blank", "noopener");
  else window.location.assign(address);
}

export function start() {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || typing(event)) return;
    const row = document.querySelector("[data-row].at");
    if (event.key === "j" || event.key === "k") {
      // A page may give these keys to buttons of its own, as the queue does with "next".
      if (!document.querySelector("[data-row]")) return;
      event.preventDefault();
      move(event.key === "j" ? 1 : -1);
    } else if (event.key === "x" && row) {
      row.querySelector(".sel input")?.click();
    } else if (event.key === "Enter" && row?.dataset.href && event.target === row) {
      open(row, event);
    }
  });
  document.addEventListener("click", (event) => {
    const row = event.target.closest("[data-href], [data-row]");
    if (!row || event.target.closest(CONTROLS) || window.getSelection().toString()) return;
    if (row.dataset.href) open(row, event);
    else goTo(row);
  });
}
