// Files of lists: what takes longer than two seconds says how far it is, and is saved when it is whole. Without script,
// or where the answer is no file, the link is followed as any other.
const PATIENCE = 2000;

async function readAll(answer, told) {
  const parts = [];
  const reader = answer.body.getReader();
  for (let size = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) return new Blob(parts, { type: answer.headers.get("Content-Type") });
    parts.push(value);
    size += value.length;
    told(size);
  }
}

function nameOf(answer) {
  const said = answer.headers.get("Content-Disposition") ?? "";
  const encoded = /filename\*=utf-8''([^;]+)/i.exec(said);
  return encoded ? decodeURIComponent(encoded[1]) : (/filename="([^"]+)"/.exec(said)?.[1] ?? "");
}

async function save(link) {
  const status = link.parentElement.querySelector("[data-progress]");
  const begun = Date.now();
  let size = 0;
  const clock = setInterval(() => {
    const waited = Date.now() - begun;
    if (waited < PATIENCE) return;
    status.hidden = false;
    const read = size ? `, ${(size / 1048576).toFixed(1)} MB` : "";
    status.textContent = `${status.dataset.progress} ${Math.round(waited / 1000)} s${read}`;
  }, 500);
  link.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(link.href);
    if (!answer.ok || !answer.headers.get("Content-Disposition")) return location.assign(link.href);
    const file = await readAll(answer, (read) => { size = read; });
    const saved = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: nameOf(answer) });
    saved.click();
    setTimeout(() => URL.revokeObjectURL(saved.href), 60000);
  } catch {
    location.assign(link.href);
  } finally {
    clearInterval(clock);
    status.hidden = true;
    link.removeAttribute("aria-busy");
  }
}

export function start() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-takes-time]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    if (link.getAttribute("aria-busy") !== "true") save(link);
  });
}
