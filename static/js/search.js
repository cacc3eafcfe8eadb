// Suggestions below the search field: asked for while somebody types, walked with the arrows. Enter without a choice
// sends the form as it does without script.

const QUIET = 250;
const options = (list) => [...list.querySelectorAll("[role=option]")];

function close(field) {
  const list = document.getElementById(field.getAttribute("aria-controls"));
  list.hidden = true;
  list.replaceChildren();
  field.setAttribute("aria-expanded", "false");
  field.removeAttribute("aria-activedescendant");
}

/** Make one suggestion the chosen one; -1 for none. */
function choose(field, list, index) {
  options(list).forEach((option, place) => option.setAttribute("aria-selected", String(place === index)));
  const chosen = options(list)[index];
  if (!chosen) return field.removeAttribute("aria-activedescendant");
  field.setAttribute("aria-activedescendant", chosen.id);
  chosen.scrollIntoView({ block: "nearest" });
}

function pressed(event) {
  const field = event.target;
  if (event.isComposing || event.keyCode === 229) return; // The arrows belong to the input method.
  const list = document.getElementById(field.getAttribute("aria-controls"));
  const all = options(list);
  const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "Escape") return close(field);
  if (list.hidden || all.length === 0) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const step = event.key === "ArrowDown" ? 1 : -1;
    choose(field, list, at + step < -1 ? all.length - 1 : at + step >= all.length ? -1 : at + step);
  } else if (event.key === "Enter" && at >= 0) {
    event.preventDefault();
    all[at].click();
  }
}

/** Ask once nobody has typed for a while; not while an input method composes, whose signs are not the words yet. */
function asking(field) {
  let timer;
  const later = (event) => {
    clearTimeout(timer);
    if (event.isComposing) return;
    if (!field.value.trim()) return close(field);
    timer = setTimeout(() => document.activeElement === field && window.htmx?.trigger(field, "corps:suggest"), QUIET);
  };
  field.addEventListener("input", later);
  field.addEventListener("compositionend", later);
  field.form.addEventListener("submit", () => clearTimeout(timer));
}

export function start() {
  for (const field of document.querySelectorAll("input[data-suggests]")) {
    const list = document.getElementById(field.getAttribute("aria-controls"));
    asking(field);
    field.addEventListener("keydown", pressed);
    list.addEventListener("htmx:afterSwap", () => {
      list.hidden = document.activeElement !== field;
      field.setAttribute("aria-expanded", String(!list.hidden));
    });
    field.form.addEventListener("focusout", (event) => {
      if (!field.form.contains(event.relatedTarget)) close(field);
    });
  }
}
