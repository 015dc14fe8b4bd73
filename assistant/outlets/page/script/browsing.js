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
  setTimeout(tidyAddress, 500); // its tab comes to the front meanwhile
  focusOn(record.querySelector("h2"));
}

// The address names a talk only while that talk is on the screen.
function tidyAddress() {
  const address = new URL(location.href);
  const named = address.searchParams.get("talk");
  const isBrowsing = byId("tab-browse-button")?.getAttribute("aria-selected") === "true";
  const shown = document.querySelector("#record[data-open] .record")?.dataset.id;
  if (named === null || (isBrowsing && shown === named)) return;
  address.searchParams.delete("talk");
  history.replaceState(history.state, "", address);
}

function closeRecord() {
  delete byId("record").dataset.open;
  (document.querySelector('#shelf-rows .entry[aria-current="true"]') ?? document.querySelector("#shelf-words input"))?.focus();
}
