// Keys declared in HTML: data-key="a" on a button, link or field presses (or focuses) it; "/" finds the search field.

/** Whether this key press is somebody typing, an input method composing, or a browser's own shortcut. */
export function typing(event) {
  if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return true;
  if (document.querySelector("dialog[open]")) return true;
  const field = event.target.closest?.("input, textarea, select, [contenteditable]");
  return Boolean(field) && !["checkbox", "radio", "button", "submit"].includes(field.type);
}

/** The first of these elements that can be seen and used; what lies in a closed menu counts as seen. */
export function usable(elements) {
  const seen = (element) => (element.closest("details.menu:not([open])") ?? element).getClientRects().length > 0;
  return [...elements].find((element) => seen(element) && !element.disabled);
}

function pressed(event) {
  if (event.key === "Escape") {
    for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
    if (event.target.matches?.("input[type=search]")) event.target.blur();
    return;
  }
  if (event.defaultPrevented || event.repeat || typing(event)) return;
  if (event.key === "/") {
    const search = usable(document.querySelectorAll("input[data-search]"));
    if (!search) return;
    event.preventDefault();
    search.focus();
    search.select();
    return;
  }
  if (event.key.length !== 1) return;
  const key = CSS.escape(event.key.toLowerCase());
  // What belongs to the row at hand comes first, then the last one on the page: bars stand at the end.
  const here = document.querySelector("[data-row].at")?.querySelectorAll(`[data-key="${key}"]`) ?? [];
  const target = usable(here) ?? usable([...document.querySelectorAll(`[data-key="${key}"]`)].reverse());
  if (!target) return;
  event.preventDefault();
  if (!target.matches("input:not([type=checkbox], [type=radio]), textarea, select")) return target.click();
  target.focus();
  if (target.matches("input")) target.select(); // What is typed next takes the place of what stands there.
}

export function start() {
  document.addEventListener("keydown", pressed);
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
}
