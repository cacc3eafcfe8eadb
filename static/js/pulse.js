// The counts of the frame, asked for every 20 seconds while the page is seen: once for all tabs of a browser. Whichever
// tab is seen and finds the last answer old asks, and writes it where the others read it.

const EVERY = 20_000;
const CHECK = 5_000;
const body = () => document.body;
const key = () => `pulse:${body().dataset.person}`;

function last() {
  try {
    return JSON.parse(localStorage.getItem(key())) ?? { at: 0 };
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof DOMException)) throw error;
    return { at: 0 };
  }
}

function keep(answer) {
  try {
    localStorage.setItem(key(), JSON.stringify(answer));
  } catch (error) {
    if (!(error instanceof DOMException)) throw error; // A browser that keeps nothing asks for each tab by itself.
  }
}

function write(place, count) {
  const text = count.toLocaleString("en");
  if (place.textContent.trim() !== text) place.textContent = text;
}

/** Bring the frame in line with an answer. A count of nothing is not shown. */
function show({ ended, bell, lines }) {
  document.querySelector("[data-session-ended]").hidden = !ended;
  if (ended || !lines) return;
  const pill = document.querySelector("[data-bell]");
  if (pill) {
    write(pill, bell);
    pill.hidden = bell === 0;
  }
  const places = document.querySelectorAll("[data-line-count]");
  if (places.length !== lines.length) return; // The person's sections have changed: the next page shows them.
  places.forEach((place, index) => {
    const link = place.closest("li").querySelector("a.waits");
    const isLink = Boolean(link) && lines[index] > 0;
    write(place, lines[index]);
    place.hidden = isLink || lines[index] === 0;
    if (link) {
      write(link.querySelector("[data-waits]"), lines[index]);
      link.hidden = !isLink;
    }
  });
}

/** Do something that no other tab does at the same moment; a browser without locks relies on the time kept. */
const alone = (act) =>
  navigator.locks ? navigator.locks.request(key(), { ifAvailable: true }, (lock) => lock && act()) : act();

async function ask() {
  if (document.hidden || Date.now() - last().at < EVERY) return;
  keep({ ...last(), at: Date.now() }); // Before the answer is there, so that no other tab asks as well.
  let answer;
  try {
    const response = await fetch(body().dataset.pulse, { redirect: "manual", headers: { Accept: "application/json" } });
    if (response.status === 401) answer = { ended: true };
    else if (response.ok) answer = await response.json();
    else return;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // No network: the next turn asks again.
    return;
  }
  keep({ ...answer, at: Date.now() });
  show(answer);
}

export function start() {
  if (!body().dataset.pulse) return;
  keep({ at: Date.now() }); // The page itself brings fresh counts.
  setInterval(() => alone(ask), CHECK);
  document.addEventListener("visibilitychange", () => alone(ask));
  window.addEventListener("storage", (event) => {
    if (event.key === key() && event.newValue) show(JSON.parse(event.newValue));
  });
}
