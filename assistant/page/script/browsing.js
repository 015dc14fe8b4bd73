// The list of the collection and the open entry.

function rowsChanged() {
  const open = document.querySelector("#record .record")?.dataset.id;
  for (const row of document.querySelectorAll("#shelf-rows .entry")) {
    if (row.dataset.id === open) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}

function recordChanged() {
  const record = document.querySelector("#record .record");
  if (!record) return;
  rowsChanged();
  byId("record").dataset.open = "yes";
  byId("record").scrollTop = 0;
  focusOn(record.querySelector("h2"));
}

function closeRecord() {
  delete byId("record").dataset.open;
  (document.querySelector('#shelf-rows .entry[aria-current="true"]') ?? document.querySelector("#shelf-words input"))?.focus();
}
