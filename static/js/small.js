// Small things: copy, the countdown of an undo, a select that sends its form, Enter in a field that has a button of
// its own, print.

async function copy(button) {
  const text = button.dataset.copy;
  try {
    await navigator.clipboard.writeText(text);
  } catch (error) {
    if (!(error instanceof DOMException || error instanceof TypeError)) throw error;
    const field = document.createElement("textarea"); // No clipboard without https: the old way still works there.
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  const before = button.textContent;
  button.textContent = button.dataset.copied;
  setTimeout(() => { button.textContent = before; }, 1500);
}

/** Count an undo down to nothing, then take it off the page. */
function countdown(toast) {
  if (toast.dataset.counting) return;
  toast.dataset.counting = "1";
  const ends = Date.now() + Number(toast.dataset.undo) * 1000;
  const place = toast.querySelector("[data-seconds]");
  const timer = setInterval(() => {
    const left = Math.ceil((ends - Date.now()) / 1000);
    if (left <= 0) {
      clearInterval(timer);
      toast.remove();
    } else if (place) place.textContent = left;
  }, 250);
}

const countdowns = () => document.querySelectorAll("[data-undo]").forEach(countdown);

export function start() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy], [data-print], [data-fill]");
    if (!button) return;
    if (button.dataset.fill) {
      event.preventDefault();
      document.getElementById(button.dataset.fill).value = button.textContent;
      document.querySelector("input[type=password]").focus();
    } else if (button.dataset.copy !== undefined) copy(button);
    else window.print();
  });
  document.addEventListener("keydown", (event) => {
    const field = event.target.closest?.("[data-enter]");
    if (event.key !== "Enter" || event.isComposing || !field) return;
    event.preventDefault(); // Otherwise the form's first button would be pressed.
    document.getElementById(field.dataset.enter).click();
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
  });
  document.addEventListener("htmx:afterSettle", countdowns);
  countdowns();
}
