// Choosing rows. The bulk bar is a form with data-bulk; its checkboxes carry form="its id" and stand in rows.
// Kept in the form: the boxes by their own name, and all_matching=1 once "select all N that match" was pressed.

const boxesOf = (form) =>
  [...form.elements].filter((field) => field.type === "checkbox" && field.closest(".sel") && !field.dataset.all && !field.dataset.group);

/** The bulk form of a box; a head box may leave out form="…" and goes with the boxes of its table. */
const formOf = (box) => {
  const form = box.form ?? box.closest("table")?.querySelector(".sel input[form]")?.form;
  return form?.matches("[data-bulk]") ? form : null;
};

/** Bring bar, rows and head box in line with the boxes. */
export function refresh(form) {
  const boxes = boxesOf(form);
  const chosen = boxes.filter((box) => box.checked).length;
  const all = form.elements.all_matching;
  if (all && chosen < boxes.length) all.value = "";
  const whole = all?.value === "1";
  const count = whole ? Number(form.dataset.total) : chosen;
  form.classList.toggle("on", count > 0);
  for (const box of boxes) box.closest("tr, li")?.classList.toggle("on", box.checked);
  for (const place of form.querySelectorAll("[data-count]")) place.textContent = count.toLocaleString("en");
  for (const head of document.querySelectorAll("input[data-all]")) {
    if (formOf(head) !== form) continue;
    head.checked = boxes.length > 0 && chosen === boxes.length;
    head.indeterminate = chosen > 0 && chosen < boxes.length;
  }
  for (const head of form.elements) {
    if (!head.dataset.group) continue;
    const own = boxes.filter((box) => box.dataset.in === head.dataset.group);
    head.checked = own.length > 0 && own.every((box) => box.checked);
    head.indeterminate = !head.checked && own.some((box) => box.checked);
  }
  const offer = form.querySelector("[data-select-matching]");
  if (offer) offer.hidden = whole || Number(form.dataset.total) <= boxes.length;
  form.dispatchEvent(new CustomEvent("corps:selection", { bubbles: true, detail: { count, whole } }));
}

/** Choose or clear many boxes at once. */
export function choose(form, boxes, checked) {
  for (const box of boxes) if (!box.disabled) box.checked = checked;
  refresh(form);
}

let last = null;
let shift = false;

function changed(event) {
  const box = event.target;
  if (box.type !== "checkbox") return;
  const form = formOf(box);
  if (!form) return;
  if (box.dataset.all) {
    choose(form, boxesOf(form), box.checked);
    return;
  }
  if (box.dataset.group) {
    choose(form, boxesOf(form).filter((other) => other.dataset.in === box.dataset.group), box.checked);
    return;
  }
  if (!box.closest(".sel")) return;
  const boxes = boxesOf(form);
  if (shift && last && boxes.includes(last)) {
    const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
    choose(form, boxes.slice(from, to + 1), box.checked);
  }
  last = box;
  refresh(form);
}

export function start() {
  document.addEventListener("click", (event) => {
    shift = event.shiftKey;
    const form = event.target.closest("[data-bulk]");
    if (!form) return;
    if (event.target.closest("[data-select-matching]")) {
      form.elements.all_matching.value = "1";
      choose(form, boxesOf(form), true);
    } else if (event.target.closest("[data-select-none]")) {
      if (form.elements.all_matching) form.elements.all_matching.value = "";
      choose(form, boxesOf(form), false);
    }
  }, true);
  document.addEventListener("change", changed);
  // The browser may bring ticks back when one returns; fragments bring new rows.
  const every = () => document.querySelectorAll("form[data-bulk]").forEach(refresh);
  window.addEventListener("pageshow", every);
  document.addEventListener("htmx:afterSettle", every);
  every();
}
