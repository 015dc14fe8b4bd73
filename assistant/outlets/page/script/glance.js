// A glance at a source: talk, speaker and quote beside the marker that the pointer or the keyboard is on.

const LONGEST_GLANCE = 400;

function peek() {
  const found = byId("peek");
  if (found) return found;
  const made = document.createElement("div");
  Object.assign(made, { id: "peek", hidden: true });
  made.setAttribute("role", "tooltip");
  // Inside Gradio's container, whose style sheet and colours it shares.
  document.querySelector(".gradio-container").append(made);
  return made;
}

function line(name, ...content) {
  const made = document.createElement("p");
  Object.assign(made, { className: name, dir: "auto" });
  made.append(...content);
  return made;
}

function showPeek(marker) {
  const card = byId(marker.dataset.card);
  if (!card) return;
  const shown = peek();
  const { start, end, support } = marker.dataset;
  const parts = [line("peek-title", ...cut(card.querySelector(".card-title")))];
  const who = card.querySelector(".who")?.textContent;
  if (who) parts.push(line("peek-who", who));
  const passage = card.querySelector(".passage");
  const from = wholeFormulas(passage, Number(start));
  const last = Math.min(Number(end), from + LONGEST_GLANCE);
  if (last > from) parts.push(line("peek-quote", ...cut(passage, from, last), last < Number(end) ? "…" : ""));
  if (support) parts.push(line("peek-support", support));
  shown.replaceChildren(...parts);
  shown.hidden = false;
  marker.setAttribute("aria-describedby", "peek");
  const spot = marker.getBoundingClientRect();
  const size = shown.getBoundingClientRect();
  const left = Math.max(8, Math.min(spot.left - 24, window.innerWidth - size.width - 8));
  const above = spot.top - size.height - 8;
  shown.style.left = `${left}px`;
  shown.style.top = `${above > 8 ? above : spot.bottom + 8}px`;
}

function hidePeek() {
  const shown = byId("peek");
  if (shown) shown.hidden = true;
  document.querySelector('[aria-describedby="peek"]')?.removeAttribute("aria-describedby");
}

for (const name of ["mouseover", "focusin"]) {
  document.addEventListener(name, (event) => {
    const marker = event.target.closest?.(".marker[data-card]");
    if (marker && !narrow()) showPeek(marker);
  });
}
for (const name of ["mouseout", "focusout"]) {
  document.addEventListener(name, (event) => {
    if (event.target.closest?.(".marker[data-card]")) hidePeek();
  });
}
