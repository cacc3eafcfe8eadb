// Files: what is dropped anywhere on a page with a data-drop zone, or pasted into it, goes into the zone's file field,
// as if it had been chosen there. data-file-name on a field takes the chosen file's name and asks the server about it.

const fieldOf = (zone) => zone.querySelector("input[type=file]");
const zoneOnPage = () => document.querySelector("[data-drop]");

/** Put the first of these files into the zone's field; whether there was one. */
function put(zone, files) {
  if (!files?.length) return false;
  const one = new DataTransfer();
  one.items.add(files[0]);
  const field = fieldOf(zone);
  field.files = one.files;
  field.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}

function tellName(field) {
  const name = field.files[0]?.name ?? "";
  const said = field.closest("[data-drop]")?.querySelector("[data-chosen]");
  if (said) said.textContent = name;
  const asks = field.form.querySelector("[data-file-name]");
  if (!asks || !name) return;
  asks.value = name;
  asks.dispatchEvent(new CustomEvent("corps:named", { bubbles: true }));
}

export function start() {
  const over = (is) => zoneOnPage()?.classList.toggle("over", is);
  document.addEventListener("dragover", (event) => {
    if (!zoneOnPage() || !event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    over(true);
  });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) over(false); });
  document.addEventListener("drop", (event) => {
    const zone = zoneOnPage();
    if (!zone || !event.dataTransfer.files.length) return;
    event.preventDefault();
    over(false);
    put(zone, event.dataTransfer.files);
  });
  document.addEventListener("paste", (event) => {
    const zone = zoneOnPage();
    if (zone && put(zone, event.clipboardData?.files)) event.preventDefault();
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-drop] input[type=file]")) tellName(event.target);
  });
}
