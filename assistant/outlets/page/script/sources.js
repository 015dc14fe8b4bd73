// Cards, and the words in them that a marker rests on.

function unhighlight() {
  for (const passage of document.querySelectorAll("#sources .passage")) {
    if (passage.querySelector("mark")) passage.replaceChildren(...cut(passage));
  }
  for (const each of document.querySelectorAll("#sources .card.current, .marker.current")) {
    each.classList.remove("current");
  }
}

// A text as it was sent, plain words and formulas, whatever has been marked or drawn in it since.
function pieces(node) {
  return [...node.childNodes].flatMap((child) => {
    if (child.nodeType === Node.TEXT_NODE) return [{ letters: Array.from(child.data), isMaths: false }];
    if (child.classList.contains("math")) return [{ letters: Array.from(texOf(child)), isMaths: true }];
    return pieces(child);
  });
}

// Copies of what stands between two places. They count characters as Python does; a JavaScript index would count an
// emoji twice. A formula belongs to the cut that its first character is in.
function cut(node, start = 0, end = Infinity) {
  const found = [];
  let at = 0;
  for (const { letters, isMaths } of pieces(node)) {
    if (!isMaths) {
      found.push(letters.slice(Math.max(0, start - at), Math.max(0, end - at)).join(""));
    } else if (start <= at && at < end) {
      const span = document.createElement("span");
      span.className = "math";
      span.textContent = letters.join("");
      found.push(span);
    }
    at += letters.length;
  }
  return found.filter((piece) => piece !== "");
}

// A quote that begins inside a formula begins with the formula.
function wholeFormulas(node, start) {
  let at = 0;
  for (const { letters, isMaths } of pieces(node)) {
    if (isMaths && at < start && start < at + letters.length) return at;
    at += letters.length;
  }
  return start;
}

function highlight(card, start, end) {
  if (end <= start) return;
  const passage = card.querySelector(".passage");
  const from = wholeFormulas(passage, start);
  const mark = document.createElement("mark");
  mark.append(...cut(passage, from, end));
  passage.replaceChildren(...cut(passage, 0, from), mark, ...cut(passage, end));
}

function paint() {
  for (const section of document.querySelectorAll("#sources section[data-turn]")) {
    section.hidden = section.dataset.turn !== state.section;
  }
  unhighlight();
  for (const card of document.querySelectorAll("#sources .card")) {
    const more = card.querySelector(".more");
    const open = state.whole.has(card.id) || card.id === state.chosen?.card;
    card.classList.toggle("whole", open);
    more.setAttribute("aria-expanded", String(open));
    more.textContent = open ? "Shorter" : "Whole passage";
  }
  const card = byId(state.chosen?.card);
  if (!card) return;
  card.classList.add("current");
  byId(state.chosen.marker)?.classList.add("current");
  highlight(card, state.chosen.start, state.chosen.end);
}

function bringForward(card) {
  const list = panel();
  const target = card.querySelector("mark") ?? card;
  const frame = list.getBoundingClientRect();
  const spot = target.getBoundingClientRect();
  const top = list.scrollTop + spot.top - frame.top - Math.max(80, (frame.height - spot.height) / 3);
  const cardTop = list.scrollTop + card.getBoundingClientRect().top - frame.top - 64;
  const fits = spot.bottom - card.getBoundingClientRect().top < frame.height - 96;
  list.scrollTo({ top: fits ? cardTop : top, behavior: calm() ? "auto" : "smooth" });
}

function open(turn) {
  if (turn) state.section = turn;
  panel().dataset.open = "yes";
}

function choose(marker) {
  const card = byId(marker.dataset.card);
  if (!card) return;
  const { start, end } = marker.dataset;
  state.chosen = { marker: marker.id, card: card.id, start: Number(start), end: Number(end) };
  open(card.closest("section").dataset.turn);
  hidePeek();
  paint();
  focusOn(card);
  bringForward(card);
}

function close() {
  delete panel().dataset.open;
  (byId(state.chosen?.marker) ?? box())?.focus();
}

function sourcesChanged() {
  const sections = document.querySelectorAll("#sources section[data-turn]");
  const newest = sections.length ? sections[sections.length - 1].dataset.turn : null;
  if (newest !== state.newest) {
    Object.assign(state, { newest, section: newest, chosen: null });
    state.whole.clear();
  }
  paint();
}
