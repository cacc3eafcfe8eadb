// Forms: sent once, and what was typed kept. data-draft="key" on a form keeps its text fields in this browser
// until a page carries data-draft-done="key". The form sends its key along as `draft`, so that the server, once it has
// accepted what was sent, puts that into the next page by itself.

const PREFIX = "draft:";
const kept = (field) => field.name && field.name !== "csrfmiddlewaretoken"
  && !["password", "file", "hidden", "submit", "checkbox", "radio"].includes(field.type)
  && field.matches("input, textarea, select");

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + key)) ?? {};
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof DOMException) return {};
    throw error;
  }
}

function keep(form) {
  const text = Object.fromEntries([...form.elements].filter(kept).map((field) => [field.name, field.value]));
  try {
    localStorage.setItem(PREFIX + form.dataset.draft, JSON.stringify(text));
  } catch (error) {
    if (!(error instanceof DOMException)) throw error; // The browser keeps nothing: then neither do we.
  }
}

function restore(form) {
  const text = read(form.dataset.draft);
  let restored = false;
  for (const field of [...form.elements].filter(kept)) {
    if (text[field.name] && field.value === field.defaultValue && field.value !== text[field.name]) {
      field.value = text[field.name];
      restored = true;
    }
  }
  const said = form.querySelector("[data-draft-restored]");
  if (said && restored) said.hidden = false;
}

function nameDraft(form) {
  const key = form.querySelector("input[name=draft]") ?? form.appendChild(document.createElement("input"));
  Object.assign(key, { type: "hidden", name: "draft", value: form.dataset.draft });
}

const forget = (key) => localStorage.removeItem(PREFIX + key);

function restoreAll() {
  for (const done of document.querySelectorAll("[data-draft-done]")) forget(done.dataset.draftDone);
  for (const form of document.querySelectorAll("form[data-draft]")) restore(form);
}

export function start() {
  restoreAll();
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form?.dataset.draft) keep(form);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-draft-discard]");
    if (!button) return;
    forget(button.form.dataset.draft);
    button.form.reset();
    button.closest("[data-draft-restored]").hidden = true;
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method === "dialog" || form.target === "_blank" || form.method === "get") return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "1";
    if (form.dataset.draft) nameDraft(form);
    // Later, so that the pressed button's own name and value still go along.
    setTimeout(() => {
      for (const field of form.elements) if (field.type === "submit") field.disabled = true;
    });
    if ("again" in form.dataset) setTimeout(() => release(form), 3000); // Answers that are a file leave the page as it is.
  });
  const release = (form) => {
    delete form.dataset.sent;
    for (const field of form.elements) if (field.type === "submit") field.disabled = "off" in field.dataset;
  };
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(release);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest("form");
    if (form) release(form);
  });
}
