// What the page does by itself in the browser: bring a marker's card forward, highlight its quote, follow a growing answer.
// Text is only ever set as text, never as HTML.
(() => {
  if (window.talksPage) return;
  const state = { chosen: null, section: null, newest: null, whole: new Set(), stick: true, turn: null };
  const byId = (id) => (id ? document.getElementById(id) : null);
  const panel = () => byId("sources");
  const calm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  function unhighlight() {
    for (const passage of document.querySelectorAll("#sources .passage")) {
      if (passage.querySelector("mark")) passage.textContent = passage.textContent;
    }
    for (const each of document.querySelectorAll("#sources .card.current, .marker.current")) {
      each.classList.remove("current");
    }
  }

  // Offsets count characters as Python does; a JavaScript index would count an emoji twice.
  function highlight(card, start, end) {
    const passage = card.querySelector(".passage");
    if (end <= start) return;
    const letters = Array.from(passage.textContent);
    const mark = document.createElement("mark");
    mark.textContent = letters.slice(start, end).join("");
    passage.replaceChildren(letters.slice(0, start).join(""), mark, letters.slice(end).join(""));
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
    const box = list.getBoundingClientRect();
    const spot = target.getBoundingClientRect();
    const top = list.scrollTop + spot.top - box.top - Math.max(80, (box.height - spot.height) / 3);
    const cardTop = list.scrollTop + card.getBoundingClientRect().top - box.top - 64;
    const fits = spot.bottom - card.getBoundingClientRect().top < box.height - 96;
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
    paint();
    card.focus({ preventScroll: true });
    bringForward(card);
  }

  function close() {
    delete panel().dataset.open;
    const marker = byId(state.chosen?.marker);
    (marker ?? document.querySelector("#question textarea"))?.focus();
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

  // A wide window scrolls the chat's own column, a phone the document.
  function answerScroller() {
    const chat = byId("chat");
    return getComputedStyle(chat).overflowY === "auto" ? chat : document.documentElement;
  }

  function followAnswer() {
    const turn = document.querySelector("#live [data-turn]")?.dataset.turn ?? null;
    if (turn !== state.turn) Object.assign(state, { turn, stick: true });
    const scroller = answerScroller();
    if (state.stick) scroller.scrollTo({ top: scroller.scrollHeight });
    byId(state.chosen?.marker)?.classList.add("current");
  }

  document.addEventListener("click", (event) => {
    const hit = (selector) => event.target.closest?.(selector);
    const marker = hit(".marker[data-card]");
    if (marker) {
      event.preventDefault();
      return choose(marker);
    }
    if (hit("#sources .close")) return close();
    const show = hit(".show-sources");
    if (show) {
      open(show.dataset.turn);
      paint();
      return document.querySelector("#sources-bar h2").focus({ preventScroll: true });
    }
    const more = hit("#sources .more");
    if (!more) return;
    const card = more.closest(".card");
    const shut = card.classList.contains("whole");
    if (shut && state.chosen?.card === card.id) state.chosen = null;
    state.whole[shut ? "delete" : "add"](card.id);
    paint();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.closest?.("#sources")) close();
  });
  document.addEventListener("scroll", () => {
    if (!byId("chat")) return;
    const { scrollHeight, scrollTop, clientHeight } = answerScroller();
    state.stick = scrollHeight - scrollTop - clientHeight < 120;
  }, { passive: true, capture: true });

  window.talksPage = { sourcesChanged, followAnswer };
})();
