// Forms: sent once, and what was typed kept. data-draft="key" on a form keeps its text fields in this browser
// until a page carries data-draft-done="key". The form sends its key along as `draft`, so that the server, once it has
// accepted what was sent, puts that into the next page by itself.
//
// What is kept belongs to the person who is signed in (data-person on the body): it is shown to nobody else, and goes
// when that person signs out or another one signs in. What was typed into other forms is kept only over a session that
// ended, until the person has signed in again.

const STEM = "draft:";
const UNSAVED = "unsaved:";
const PREFIX = `${STEM}${document.body.dataset.person ?? ""}:`;
const SIGNED_IN = Boolean(document.body.dataset.person);
const SIGN_OUT = "/accounts/logout/";
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

function keep(form, key = form.dataset.draft) {
  if (!SIGNED_IN) return;
  const text = Object.fromEntries([...form.elements].filter(kept).map((field) => [field.name, field.value]));
  try {
    localStorage.setItem(PREFIX + key, JSON.stringify(text));
  } catch (error) {
    if (!(error instanceof DOMException)) throw error; // The browser keeps nothing: then neither do we.
  }
}

function restore(form, key = form.dataset.draft) {
  const text = read(key);
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

/** Remove every kept text whose key the test takes. */
function forgetAll(test) {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(STEM) && test(key)) localStorage.removeItem(key);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}

const isChanged = (field) => kept(field) && field.defaultValue !== undefined && field.value !== field.defaultValue;
const pathOf = (form) => new URL(form.getAttribute("action") ?? "", location.href).pathname;
const plainForms = () => [...document.querySelectorAll("main form:not([data-draft])")]
  .filter((form) => form.method === "post");
const unsavedKey = (form) => `${UNSAVED}${location.pathname}#${plainForms().indexOf(form)}`;

/** Keep what was typed into the page's forms while somebody signs in again. */
function keepUnsaved() {
  for (const form of plainForms()) if ([...form.elements].some(isChanged)) keep(form, unsavedKey(form));
}

/** Put it back after that, and only then. */
function restoreUnsaved() {
  const signedInJustNow = document.referrer && new URL(document.referrer).pathname.startsWith("/accounts/");
  if (signedInJustNow) for (const form of plainForms()) restore(form, unsavedKey(form));
  forgetAll((key) => key.startsWith(PREFIX + UNSAVED));
}

function restoreAll() {
  if (!SIGNED_IN) return;
  forgetAll((key) => !key.startsWith(PREFIX));
  restoreUnsaved();
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
    if (pathOf(form) === SIGN_OUT) forgetAll(() => true);
    else if (form.dataset.draft) nameDraft(form);
    else if ([...form.elements].some(isChanged)) keep(form, unsavedKey(form));
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
  // The session has ended, and HTMX is about to lead to the sign-in page.
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    if (event.detail.xhr.status === 401) keepUnsaved();
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest("form");
    if (form) release(form);
  });
}
