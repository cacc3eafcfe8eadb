// data-confirm="what will happen" on a submit button or link asks first, in the dialog that the frame carries.
// data-confirm-verb names the button, data-confirm-type="word" wants the word typed: only for what cannot be undone.

const agreed = new WeakSet();

function ask(element, event) {
  const dialog = document.getElementById("confirm");
  const { confirm, confirmVerb, confirmType } = element.dataset;
  const form = element.form ?? document.querySelector("form[data-bulk].on");
  const count = form?.querySelector("[data-count]")?.textContent ?? "";
  const yes = dialog.querySelector("[data-yes]");
  const word = dialog.querySelector("[data-word]");
  dialog.querySelector("[data-text]").textContent = confirm.replaceAll("{n}", count);
  const danger = element.classList.contains("btn-outline-danger");
  const words = element.cloneNode(true);
  for (const key of words.querySelectorAll("kbd")) key.remove();
  yes.textContent = (confirmVerb || words.textContent).replaceAll("{n}", count).trim();
  yes.classList.toggle("btn-outline-danger", danger);
  yes.classList.toggle("btn-primary", !danger);
  word.hidden = !confirmType;
  word.querySelector("input").value = "";
  word.querySelector("b").textContent = confirmType || "";
  yes.disabled = Boolean(confirmType);
  word.querySelector("input").oninput = (typed) => { yes.disabled = typed.target.value.trim() !== confirmType; };
  dialog.returnValue = "";
  dialog.onclose = () => {
    if (dialog.returnValue !== "yes") return element.focus();
    agreed.add(element);
    element.click();
    agreed.delete(element);
  };
  dialog.showModal();
  if (!danger && !confirmType) yes.focus(); // So that Enter goes on; before what does harm, Cancel has the focus.
  event.preventDefault();
  event.stopImmediatePropagation();
}

export function start() {
  document.addEventListener("click", (event) => {
    const element = event.target.closest("[data-confirm]");
    if (!element || element.disabled || agreed.has(element)) return;
    if (element.form && element.type === "submit" && !element.formNoValidate && !element.form.reportValidity()) return event.preventDefault();
    ask(element, event);
  }, true);
}
