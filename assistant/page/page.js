// What the page does by itself in the browser: bring a marker's card forward, highlight its quote, follow a growing answer,
// show a quote beside its marker, and hand buttons inside HTML to the server. Text is only ever set as text, never as HTML.
(() => {
  if (window.talksPage) return;
  const state = { chosen: null, section: null, newest: null, whole: new Set(), stick: true, turn: null };
  const byId = (id) => (id ? document.getElementById(id) : null);
  const panel = () => byId("sources");
  const box = () => document.querySelector("#question textarea");
  const calm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const narrow = () => window.matchMedia("(max-width: 860px)").matches;

  // What is about to slide in cannot take the focus yet.
  function focusOn(element) {
    element?.focus({ preventScroll: true });
    if (element && document.activeElement !== element) {
      requestAnimationFrame(() => requestAnimationFrame(() => element.focus({ preventScroll: true })));
    }
  }

  // --- Sources: cards and the words that a marker rests on ---

  function unhighlight() {
    for (const passage of document.querySelectorAll("#sources .passage")) {
      if (passage.querySelector("mark")) passage.textContent = passage.textContent;
    }
    for (const each of document.querySelectorAll("#sources .card.current, .marker.current")) {
      each.classList.remove("current");
    }
  }

  // Offsets count characters as Python does; a JavaScript index would count an emoji twice.
  const letters = (card) => Array.from(card.querySelector(".passage").textContent);

  function highlight(card, start, end) {
    if (end <= start) return;
    const all = letters(card);
    const mark = document.createElement("mark");
    mark.textContent = all.slice(start, end).join("");
    card.querySelector(".passage").replaceChildren(all.slice(0, start).join(""), mark, all.slice(end).join(""));
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

  // --- A glance at a source: talk, speaker and quote beside the marker that the pointer or the keyboard is on ---

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

  function line(name, text) {
    const made = document.createElement("p");
    made.className = name;
    made.textContent = text;
    return made;
  }

  function showPeek(marker) {
    const card = byId(marker.dataset.card);
    if (!card) return;
    const shown = peek();
    const { start, end, support } = marker.dataset;
    const parts = [line("peek-title", card.querySelector("h3 span:last-child").textContent)];
    const who = card.querySelector(".who")?.textContent;
    if (who) parts.push(line("peek-who", who));
    const quote = letters(card).slice(Number(start), Number(end)).join("");
    if (quote) parts.push(line("peek-quote", quote.length > 400 ? `${quote.slice(0, 400)}…` : quote));
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

  // --- The conversation: following it, asking in it ---

  // A wide window scrolls the chat's own column, a phone the document.
  function answerScroller() {
    const chat = byId("chat");
    return getComputedStyle(chat).overflowY === "auto" ? chat : document.documentElement;
  }

  function followAnswer() {
    const turn = document.querySelector("#live [data-turn]")?.dataset.turn ?? null;
    byId("chat")?.classList.toggle("has-turn", turn !== null);
    if (turn !== state.turn) Object.assign(state, { turn, stick: true });
    const scroller = answerScroller();
    if (state.stick && turn !== null) scroller.scrollTo({ top: scroller.scrollHeight });
    byId(state.chosen?.marker)?.classList.add("current");
    hidePeek();
  }

  function fill(text) {
    const target = box();
    target.value = text;
    target.dispatchEvent(new Event("input", { bubbles: true }));
    target.focus();
    target.setSelectionRange(text.length, text.length);
  }

  // As if typed, in the chat, as soon as the page takes questions.
  async function ask(question) {
    showTab("chat");
    fill(question);
    for (let i = 0; i < 100; i += 1) {
      await new Promise((done) => setTimeout(done, 30));
      const button = byId("ask");
      if (button && !button.disabled && box().value === question) return button.click();
    }
  }

  function showTab(name) {
    for (const sheet of ["record", "history"]) delete byId(sheet)?.dataset.open;
    byId(`tab-${name}-button`)?.click();
  }

  // --- Buttons inside HTML ---

  let toServer = () => {};

  function connect(trigger, names) {
    toServer = (name, data) => names.includes(name) && trigger(name, data);
  }

  function rate(thumb) {
    const rating = thumb.closest(".rating");
    for (const each of rating.querySelectorAll(".thumb")) {
      each.setAttribute("aria-pressed", String(each === thumb));
    }
    rating.querySelector(".word").hidden = false;
    rating.querySelector(".word input").focus();
    toServer("rated", { turn: rating.dataset.turn, rating: thumb.dataset.rating });
    rating.querySelector(".thanks").textContent = "";
  }

  function sendWord(rating) {
    const input = rating.querySelector(".word input");
    const thumb = rating.querySelector('.thumb[aria-pressed="true"]');
    if (input.value.trim() && thumb) {
      toServer("rated", { turn: rating.dataset.turn, rating: thumb.dataset.rating, word: input.value.trim() });
    }
    rating.querySelector(".word").hidden = true;
    rating.querySelector(".thanks").textContent = "Thank you; kept on this machine.";
  }

  function tell(text) {
    const status = document.querySelector("#status span") ?? byId("status");
    if (status) status.textContent = text;
  }

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {  // without https, or not allowed: the old way
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    tell("Copied, with its references.");
  }

  function save(name, text) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    tell(`Saved as ${name}.`);
  }

  function deliver(message) {
    if (!message) return;
    const { do: what, name, text } = JSON.parse(message);
    if (what === "copy") copy(text);
    else if (what === "save") save(name, text);
    else tell(text);
  }

  // --- Conversations ---

  function remember(id) {
    const address = new URL(location.href);
    for (const name of ["c", "q", "talk"]) address.searchParams.delete(name);
    if (id) address.searchParams.set("c", id);
    if (address.href !== location.href) history.replaceState(history.state, "", address);
    historyChanged();
  }

  function historyChanged() {
    const column = byId("history");
    if (!column) return;
    column.classList.toggle("is-empty", !column.querySelector(".kept"));
    column.classList.toggle("is-hidden", localStorage.getItem("talks-history") === "hidden");
    const shown = narrow() ? "open" in column.dataset : getComputedStyle(column).display !== "none";
    document.querySelector(".show-history")?.setAttribute("aria-expanded", String(shown));
  }

  function showHistory(shown) {
    const column = byId("history");
    if (narrow()) {
      if (shown) column.dataset.open = "yes";
      else delete column.dataset.open;
    } else {
      localStorage.setItem("talks-history", shown ? "shown" : "hidden");
    }
    historyChanged();
    if (shown) focusOn(document.querySelector("#history-bar h2"));
    else document.querySelector(".show-history")?.focus();
  }

  // What the page's address asks for besides a conversation: `?talk=` opens a talk, `?q=` asks.
  function arrived() {
    const wanted = new URLSearchParams(location.search);
    if (wanted.get("talk")) toServer("opened_record", { id: wanted.get("talk") });
    else if (wanted.get("q")) ask(wanted.get("q").slice(0, 4000));
    historyChanged();
  }

  // --- Browse ---

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

  // --- What is clicked and typed anywhere ---

  document.addEventListener("click", (event) => {
    const hit = (selector) => event.target.closest?.(selector);
    const marker = hit(".marker[data-card]");
    if (marker) {
      event.preventDefault();
      return choose(marker);
    }
    if (hit("#sources .close")) return close();
    if (hit("#record .close")) return closeRecord();
    if (hit(".show-history")) return showHistory(!(narrow() ? "open" in byId("history").dataset : getComputedStyle(byId("history")).display !== "none"));
    if (hit(".hide-history")) return showHistory(false);
    const question = hit("[data-ask]");
    if (question) return ask(question.dataset.ask);
    const prefill = hit("[data-prefill]");
    if (prefill) {
      showTab("chat");
      return setTimeout(() => fill(prefill.dataset.prefill), 60);
    }
    const tab = hit("[data-tab]");
    if (tab) return showTab(tab.dataset.tab);
    const thumb = hit(".thumb");
    if (thumb) return rate(thumb);
    if (hit(".rating .send")) return sendWord(hit(".rating"));
    const action = hit("[data-do]");
    if (action) {
      const { do: name, confirm: words, ...data } = action.dataset;
      if (words && !window.confirm(words)) return;
      if (name.endsWith("conversation") || name === "started_anew") delete byId("history").dataset.open;
      return toServer(name, data);
    }
    const show = hit(".show-sources");
    if (show) {
      open(show.dataset.turn);
      paint();
      return focusOn(document.querySelector("#sources-bar h2"));
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
    if (event.key === "Enter" && event.target.closest?.(".rating .word")) {
      event.preventDefault();
      return sendWord(event.target.closest(".rating"));
    }
    if (event.key !== "Escape") return;
    hidePeek();
    if (event.target.closest?.("#sources")) close();
    else if (event.target.closest?.("#record")) closeRecord();
    else if (narrow()) {
      const isUp = (id) => "open" in (byId(id)?.dataset ?? {});
      if (isUp("history")) showHistory(false);
      else if (isUp("record")) closeRecord();
      else if (isUp("sources")) close();
    }
  });
  document.addEventListener("scroll", () => {
    hidePeek();
    if (!byId("chat")) return;
    const { scrollHeight, scrollTop, clientHeight } = answerScroller();
    state.stick = scrollHeight - scrollTop - clientHeight < 120;
  }, { passive: true, capture: true });

  window.talksPage = { sourcesChanged, followAnswer, historyChanged, recordChanged, rowsChanged, connect, arrived, remember, deliver };
})();
