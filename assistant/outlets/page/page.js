// What the browser must do by itself: lead from a citation to its mark, hand buttons to the server, keep the address,
// notice that the program is gone. One click handler on the document; Gradio redraws everything else.
(() => {
  if (window.talksPage) return;
  const words = window.talksWords[navigator.language.slice(0, 2)] ?? window.talksWords.en;
  const state = { pending: null, cite: null, turns: 0 };
  const byId = (id) => document.getElementById(id);
  const box = () => document.querySelector("#question textarea");
  const narrow = () => matchMedia("(max-width: 860px)").matches;
  const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
  const classed = (element, prefix) => [...element.classList].find((name) => name.startsWith(prefix))?.slice(prefix.length);
  let toServer = () => {};

  function focusOn(element) { // what is about to slide in cannot take the focus yet
    element?.focus({ preventScroll: true });
    if (element && document.activeElement !== element) setTimeout(() => element.focus({ preventScroll: true }), 60);
  }

  function tell(text) {
    const status = document.querySelector("#status span");
    if (status) status.textContent = text;
  }

  // A citation and its source

  function choose(cite) {
    const turn = classed(cite, "turn-");
    const at = classed(cite, "at-");
    Object.assign(state, { cite, pending: { turn, at } });
    byId("sources").dataset.open = "yes";
    if (!settle()) toServer("looked", at === undefined ? { turn } : { turn, at });
  }

  function settle() { // whether the source that is waited for is there by now
    if (!state.pending) return true;
    const { turn, at } = state.pending;
    const section = document.querySelector(`#evidence [data-turn="${turn}"]`);
    const card = section && (at === undefined ? section : section.querySelector(`.holds-${at}`));
    if (!card) return false;
    state.pending = null;
    for (const old of document.querySelectorAll(".current")) old.classList.remove("current");
    if (at === undefined) return focusOn(document.querySelector("#sources h2")), true;
    const mark = card.querySelector(`mark.at-${at}`);
    for (const each of [card, mark, state.cite]) each?.classList.add("current");
    focusOn(card);
    bring(mark ?? card, card);
    hidePeek();
    return true;
  }

  function bring(target, card) {
    const panel = byId("sources");
    const frame = panel.getBoundingClientRect();
    const before = card.previousElementSibling;
    const first = (before?.matches(".asked") ? before : card).getBoundingClientRect().top;
    const bar = byId("sources-bar").offsetHeight + 8;
    const above = first - frame.top - bar;
    const spot = target.getBoundingClientRect();
    const fits = spot.bottom - first < frame.height - bar - 20;
    const middle = spot.top - frame.top - (frame.height - spot.height) / 3;
    panel.scrollBy({ top: fits ? above : middle, behavior: calm() ? "auto" : "smooth" });
  }

  function close(id, back) {
    delete byId(id)?.dataset.open;
    (back ?? box())?.focus();
  }

  // A glance at a source, beside the citation that the pointer or the keyboard is on

  function peek(cite) {
    const at = classed(cite, "at-");
    const card = document.querySelector(`#evidence [data-turn="${classed(cite, "turn-")}"] .holds-${at}`);
    if (!card || narrow()) return;
    cite.removeAttribute("title"); // which would come up beside it
    const shown = byId("peek") ?? Object.assign(document.createElement("div"), { id: "peek", role: "tooltip" });
    const parts = [".card-title", ".who", `mark.at-${at}`, `.doubt.at-${at}`].map((part) => card.querySelector(part));
    shown.replaceChildren(...parts.filter(Boolean).map((part) => {
      const line = document.createElement("p");
      line.className = part.tagName === "MARK" ? "quote" : part.className;
      line.append(...[...part.childNodes].map((node) => node.cloneNode(true)));
      return line;
    }));
    document.querySelector(".gradio-container").append(shown);
    const spot = cite.getBoundingClientRect();
    const size = shown.getBoundingClientRect();
    shown.style.left = `${Math.max(8, Math.min(spot.left - 24, innerWidth - size.width - 8))}px`;
    shown.style.top = `${spot.top - size.height > 16 ? spot.top - size.height - 8 : spot.bottom + 8}px`;
  }

  const hidePeek = () => byId("peek")?.remove();

  // A recording and what is said in it

  function followTime(media) {
    const cues = [...document.querySelectorAll("#player [data-seek]")];
    const now = cues.filter((cue) => Number(cue.dataset.seek) <= media.currentTime + 0.2).pop();
    if (!now || now.hasAttribute("aria-current")) return;
    for (const cue of cues) cue.removeAttribute("aria-current");
    now.setAttribute("aria-current", "true");
    const list = now.closest(".cues");
    list.scrollTop += now.getBoundingClientRect().top - list.getBoundingClientRect().top - list.clientHeight / 3;
  }

  function playerShown(player) {
    byId("sources").dataset.open = "yes";
    byId("columns").classList.add("has-turn");
    byId("sources").scrollTop = 0;
    const media = player.querySelector("video, audio");
    for (const name of ["timeupdate", "seeked"]) media?.addEventListener(name, () => followTime(media));
    followTime({ currentTime: Number(player.dataset.at) });
    focusOn(media ?? player.querySelector("button"));
  }

  function findCue(words_) {
    const wanted = words_.toLowerCase().split(/\s+/);
    for (const cue of document.querySelectorAll("#player .cues li")) {
      cue.hidden = !wanted.every((word) => cue.textContent.toLowerCase().includes(word));
    }
  }

  // The conversation

  function fill(text) {
    const target = box();
    target.value = text;
    target.dispatchEvent(new Event("input", { bubbles: true }));
    target.focus();
  }

  async function ask(question) { // as if typed, as soon as the page takes questions
    showTab("chat");
    fill(question);
    for (let i = 0; i < 100; i += 1) {
      await new Promise((done) => setTimeout(done, 30));
      const button = document.querySelector("#question .submit-button");
      if (button && !button.disabled && box().value === question) return button.click();
    }
  }

  function follow() { // a new question goes up to the edge; the answer grows below it, wherever the reader has scrolled
    const rows = document.querySelectorAll("#chat .user-row");
    const grown = rows.length > state.turns;
    state.turns = rows.length;
    byId("columns")?.classList.toggle("has-turn", rows.length > 0);
    const log = document.querySelector("#chat [role=log]");
    const last = rows[rows.length - 1];
    if (grown && log && last) log.scrollTop += last.getBoundingClientRect().top - log.getBoundingClientRect().top - 8;
    document.querySelector("#chat .examples[role]")?.removeAttribute("role"); // a list that holds no items
    for (const said of document.querySelectorAll("#chat [data-testid=bot], #chat [data-testid=user]")) {
      // Gradio puts the HTML of the whole message there, to be read out.
      const label = said.dataset.testid === "bot" ? words.answer : words.question;
      if (said.getAttribute("aria-label") !== label) said.setAttribute("aria-label", label);
      if (said.getAttribute("role") !== "group") said.setAttribute("role", "group");
    }
  }

  // Tabs, the address, Back and Forward

  const showTab = (name) => byId(`tab-${name}-button`)?.click();

  function remember(id) {
    const at = new URL(location.href);
    for (const name of ["c", "q", "talk"]) at.searchParams.delete(name);
    if (id) at.searchParams.set("c", id);
    go(at, !state.known);
    state.known = true;
  }

  function go(at, quietly) {
    if (at.href === location.href) return;
    history[quietly ? "replaceState" : "pushState"](null, "", at);
  }

  function recordShown() {
    const shown = document.querySelector("#record .record");
    if (!shown) return;
    byId("record-column").dataset.open = "yes";
    byId("record-column").scrollTop = 0;
    const at = new URL(location.href);
    at.searchParams.set("talk", shown.dataset.id);
    go(at);
    for (const row of document.querySelectorAll("#rows .entry")) {
      row.setAttribute("aria-current", String(row.dataset.id === shown.dataset.id));
    }
    focusOn(shown.querySelector("h2"));
  }

  function leaveRecord() { // the address names a talk only while that talk is on the screen
    const at = new URL(location.href);
    if (!at.searchParams.has("talk")) return;
    at.searchParams.delete("talk");
    go(at);
  }

  function arrived() {
    const wanted = new URLSearchParams(location.search);
    if (wanted.get("talk")) toServer("opened_record", { id: wanted.get("talk") });
    else if (wanted.get("q")) ask(wanted.get("q").slice(0, 4000));
    byId("status").setAttribute("role", "status");
    const toggle = document.querySelector(".sidebar .toggle-button");
    toggle?.setAttribute("aria-label", words.conversations);
    if (narrow()) toggle?.click(); // it would cover the page
    document.body.classList.add("talks-ready");
    document.querySelector("#scope input")?.setAttribute("placeholder", words.everywhere);
    const typed = sessionStorage.getItem("talks-typed");
    sessionStorage.removeItem("talks-typed");
    if (typed) { fill(typed); tell(words.back_typed); }
    look();
  }

  addEventListener("popstate", () => {
    const wanted = new URLSearchParams(location.search);
    if (wanted.get("talk")) return toServer("opened_record", { id: wanted.get("talk") });
    showTab("chat");
    state.known = false; // what comes back is where the address already is
    toServer("opened_conversation", { id: wanted.get("c") ?? "" });
  });

  // What leaves the page

  async function deliver(message) {
    if (!message) return;
    const { do: what, name, text } = JSON.parse(message);
    if (what === "tell") return tell(text);
    if (what === "reload") {
      sessionStorage.setItem("talks-typed", text);
      return location.reload();
    }
    if (what === "copy") {
      await navigator.clipboard.writeText(text);
      return tell(words.copied);
    }
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    tell(`${words.saved_as} ${name}.`);
  }

  // The program may stop and come back. The page says so, looks again by itself, and loads anew when another program
  // answers; what was typed or being answered stands in the box again.

  const contact = { program: null, isLost: false, looked: 0, timer: 0 };

  function sayLost(isLost) {
    if (isLost === contact.isLost) return;
    contact.isLost = isLost;
    document.body.classList.toggle("talks-lost", isLost);
    byId("lost")?.remove();
    if (!isLost) return tell(words.back);
    const said = Object.assign(document.createElement("div"), { id: "lost", role: "alert" });
    said.append(Object.assign(document.createElement("strong"), { textContent: words.lost }), ` ${words.lost_advice}`);
    document.querySelector(".gradio-container").append(said);
  }

  async function look() {
    clearTimeout(contact.timer);
    contact.looked = Date.now();
    try { // Gradio gives each start of the program an id of its own
      const at = new URL("gradio_api/app_id", document.baseURI);
      const answer = await fetch(at, { cache: "no-store", signal: AbortSignal.timeout(10_000) });
      const found = answer.ok ? (await answer.json()).app_id : "asks for the password again";
      contact.program ??= found;
      if (found !== contact.program) { contact.isLost = true; return location.reload(); }
      sayLost(false);
    } catch { sayLost(true); }
    contact.timer = setTimeout(() => document.hidden || look(), contact.isLost ? 1000 : 5000);
  }

  const lookSoon = () => contact.program && Date.now() - contact.looked > 1000 && look();

  addEventListener("pagehide", () => {
    const asked = document.querySelector("#chat .answer.running") && [...document.querySelectorAll("#chat .user-row")].pop();
    if (contact.isLost) sessionStorage.setItem("talks-typed", box()?.value || asked?.innerText.trim() || "");
  });

  // What is clicked, typed and pointed at, anywhere

  document.addEventListener("click", (event) => {
    lookSoon();
    const hit = (selector) => event.target.closest?.(selector);
    const cite = hit("a.cite[href], a.show-sources");
    if (cite) { event.preventDefault(); return choose(cite); }
    if (hit("#sources .close")) return close("sources", state.cite);
    if (hit("#record-column .close")) {
      leaveRecord();
      return close("record-column", document.querySelector("#rows .entry[aria-current=true]"));
    }
    if (hit("[role=tab]") && !hit("#tab-browse-button")) leaveRecord();
    const cue = hit("[data-seek]");
    const media = cue && document.querySelector("#player video, #player audio");
    if (media) {
      media.currentTime = Number(cue.dataset.seek);
      return media.play();
    }
    const question = hit("[data-ask]");
    if (question) return ask(question.dataset.ask);
    const action = hit("button[data-do]");
    if (!action) return;
    const { do: name, ...data } = action.dataset;
    if (name === "opened_conversation" || name === "narrowed" || name === "played") leaveRecord();
    action.closest("details.menu")?.removeAttribute("open");
    toServer(name, data);
  });
  document.addEventListener("input", (event) => event.target.matches?.(".find-cue") && findCue(event.target.value));
  document.addEventListener("submit", (event) => {
    const { do: name, ...data } = event.target.dataset;
    if (!name) return;
    event.preventDefault();
    toServer(name, { ...data, value: new FormData(event.target).get("value") });
  });
  document.addEventListener("keydown", (event) => {
    lookSoon();
    if (event.key !== "Escape") return;
    hidePeek();
    const isUp = (id) => "open" in (byId(id)?.dataset ?? {}); // a tab is not there before it was opened
    if (isUp("sources")) close("sources", state.cite);
    else if (isUp("record-column")) close("record-column");
  });
  for (const name of ["mouseover", "focusin"]) {
    document.addEventListener(name, (event) => {
      const cite = event.target.closest?.("a.cite[href]");
      if (cite) peek(cite); else hidePeek();
    });
  }
  document.addEventListener("visibilitychange", () => document.hidden || lookSoon());
  document.addEventListener("scroll", hidePeek, { passive: true, capture: true });

  // Gradio draws when it likes; the observer sees what has come.
  let shownRecord = null;
  let shownPlayer = null;
  new MutationObserver(() => {
    follow();
    settle();
    for (const said of document.querySelectorAll("[data-say]:empty")) said.textContent = words[said.dataset.say];
    const record = document.querySelector("#record .record");
    const player = document.querySelector("#player .player");
    if (player !== shownPlayer) { shownPlayer = player; if (player) playerShown(player); }
    if (record && record !== shownRecord) { shownRecord = record; recordShown(); }
  }).observe(document.documentElement, { childList: true, subtree: true });

  window.talksPage = {
    arrived, remember, deliver,
    connect: (trigger, names) => { toServer = (name, data) => names.includes(name) && trigger(name, data); },
  };
})();
