// A fragment that HTMX asked for and that was refused (too often, too late, somebody else first, not available): its
// sentence is shown in the place of the answer. An element that asks again by itself stays, with the sentence in front.
// An ended session (401) leads to the sign-in page; see forms.js.

const REFUSED = "refused";

/** The sentence of a page or problem document that says no. */
function sentenceOf(xhr) {
  const type = xhr.getResponseHeader("Content-Type") ?? "";
  if (type.includes("json")) {
    try {
      return JSON.parse(xhr.responseText).detail ?? "";
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return "";
    }
  }
  const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
  return page.querySelector("main [role=alert]:not([hidden]), main p")?.textContent.trim() ?? "";
}

function say(place, sentence, asksAgain) {
  const said = document.createElement("span");
  said.className = `${REFUSED} red`;
  said.setAttribute("role", "alert");
  said.textContent = sentence;
  if (!asksAgain) return place.replaceChildren(said);
  place.querySelector(`:scope > .${REFUSED}`)?.remove();
  place.prepend(said);
}

export function start() {
  document.addEventListener("htmx:responseError", (event) => {
    const { xhr, target, elt } = event.detail;
    const sentence = xhr.status === 401 ? "" : sentenceOf(xhr);
    if (sentence) say(target ?? elt, sentence, elt.getAttribute("hx-swap") === "outerHTML");
  });
}
