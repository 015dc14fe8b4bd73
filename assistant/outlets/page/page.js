// What the browser must do by itself: lead from a citation to its mark, hand buttons to the server, keep the address.
// One click handler on the document; Gradio redraws everything else.
(() => {
  if (window.talksPage) return;
  const state = { wanted: null, cite: null, turns: 0, follows: false, open: "", record: null, player: null };
  const byId = (id) => document.getElementById(id);
  const find = (selector) => document.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const box = () => find("#question textarea");
  const classed = (element, prefix) => [...element.classList].find((name) => name.startsWith(prefix))?.slice(prefix.length);
  const spoken = window.gradio_config.i18n_translations;
  const words = spoken[navigator.language.slice(0, 2)] ?? spoken.en;
  const tell = (text) => find("#status span")?.replaceChildren(text);
  const focusOn = (element) => element?.focus({ preventScroll: true });
  let toServer = () => {};

  // The panel shows an answer's evidence or one talk, which the address names; on a phone it comes up from below.

  function bringUp(shows) {
    Object.assign(byId("sources").dataset, { open: "yes", shows });
    byId("sources").scrollTop = 0;
    if (shows === "evidence") go({ talk: "" });
  }

  function putAway() {
    bringUp("evidence");
    delete byId("sources").dataset.open;
  }

  function close() {
    const back = byId("sources").dataset.shows === "record" ? find("#rows .entry[aria-current=true]") : state.cite;
    putAway();
    (back?.checkVisibility() ? back : box())?.focus();
  }

  function toChat() {
    putAway();
    byId("tab-chat-button")?.click();
    box()?.focus();
  }

  // A citation and its source

  function choose(cite) {
    Object.assign(state, { cite, wanted: { turn: classed(cite, "turn-"), at: classed(cite, "at-") } });
    bringUp("evidence");
    if (!settle()) toServer("looked", { turn: state.wanted.turn });
  }

  function settle() { // whether the source that is waited for is there by now
    if (!state.wanted) return true;
    const { turn, at } = state.wanted;
    const section = find(`#evidence [data-turn="${turn}"]`);
    const card = at === undefined ? section : section?.querySelector(`.holds-${at}`);
    if (!card) return false;
    state.wanted = null;
    all(".current").forEach((old) => old.classList.remove("current"));
    if (at === undefined) return focusOn(find("#sources h2")), true;
    const mark = card.querySelector(`mark.at-${at}`);
    for (const each of [card, mark, state.cite]) each?.classList.add("current");
    focusOn(card);
    for (const each of [card, mark]) each?.scrollIntoView({ block: "nearest" });
    return true;
  }

  // A recording and what is said in it

  function followTime(now_s) {
    const cues = all("#player li [data-seek]");
    const now = cues.findLast((cue) => Number(cue.dataset.seek) <= now_s + 0.2);
    if (!now || now.hasAttribute("aria-current")) return;
    cues.forEach((cue) => cue.removeAttribute("aria-current"));
    now.setAttribute("aria-current", "true");
    const list = now.closest("ol");
    list.scrollTop += now.getBoundingClientRect().top - list.getBoundingClientRect().top - list.clientHeight / 3;
  }

  function playerShown(player) {
    bringUp("evidence");
    const media = player.querySelector("video, audio");
    for (const name of ["timeupdate", "seeked"]) media?.addEventListener(name, () => followTime(media.currentTime));
    followTime(Number(player.dataset.at));
    focusOn(media ?? player.querySelector("button"));
  }

  // The conversation

  function fill(text) {
    box().value = text;
    box().dispatchEvent(new Event("input", { bubbles: true }));
  }

  function follow() { // a new question goes up to the edge; the answer grows below it, wherever the reader has scrolled
    const rows = all("#chat .user-row");
    const grown = rows.length > state.turns;
    state.turns = rows.length;
    if (grown && document.body.classList.contains("talks-ready")) putAway();
    const log = find("#chat [role=log]");
    state.follows ||= grown; // until the reader does something: Gradio scrolls by itself, too
    if (log && rows.length && state.follows) {
      log.scrollTop += rows.at(-1).getBoundingClientRect().top - log.getBoundingClientRect().top - 8;
    }
    find("#chat .examples[role]")?.removeAttribute("role"); // a list that holds no items
    for (const said of all("#chat :is([data-testid=bot], [data-testid=user]):not([role=group])")) {
      // Gradio puts the HTML of the whole message there, to be read out.
      said.setAttribute("aria-label", said.dataset.testid === "bot" ? words.answer : words.question);
      said.setAttribute("role", "group");
    }
  }

  // The address, Back and Forward

  const named = (name) => new URLSearchParams(location.search).get(name) ?? "";

  function go(names) { // an address that names these and no more
    const at = new URL(location.href);
    for (const [name, value] of Object.entries(names)) {
      if (value) at.searchParams.set(name, value); else at.searchParams.delete(name);
    }
    if (at.href !== location.href) history.pushState(null, "", at);
  }

  function opened(id) { // another conversation is on the page
    state.open = id;
    go({ c: id, q: "", talk: "" });
  }

  function recordShown(record) {
    bringUp("record");
    go({ talk: record.dataset.id });
    for (const row of all("#rows .entry")) row.setAttribute("aria-current", String(row.dataset.id === record.dataset.id));
    focusOn(record.querySelector("h2"));
  }

  function arrived() {
    if (named("talk")) toServer("opened_record", { id: named("talk") });
    else if (named("q")) toServer("asked", { value: `ask|${named("q").slice(0, 4000)}` });
    byId("status").setAttribute("role", "status");
    const toggle = find(".sidebar .toggle-button");
    toggle?.setAttribute("aria-label", words.conversations);
    if (matchMedia("(max-width: 860px)").matches) toggle?.click(); // it would cover the page
    document.body.classList.add("talks-ready");
    find("#scope input")?.setAttribute("placeholder", words.everywhere);
    const typed = sessionStorage.getItem("talks-typed");
    sessionStorage.removeItem("talks-typed");
    if (typed) { fill(typed); tell(words.back_typed); }
  }

  addEventListener("popstate", () => {
    if (named("talk")) return toServer("opened_record", { id: named("talk") });
    putAway();
    if (named("c") !== state.open) toServer("opened_conversation", { id: named("c") });
  });

  // What was typed, or asked and not yet answered, stands in the box again, whoever loads the page anew: Gradio does
  // so too. A page that goes before it was ready has not put back yet what is kept.
  addEventListener("pagehide", () => {
    if (!document.body.classList.contains("talks-ready")) return;
    const asked = find("#chat .answer.running") && all("#chat [data-testid=user]").at(-1).innerText;
    sessionStorage.setItem("talks-typed", box()?.value || (asked ?? "").replaceAll("\u2060", ""));
  });

  setInterval(async () => { // Gradio notices only when something is pressed, and in the middle of an answer not even then
    try {
      const { app_id: id } = await (await fetch("gradio_api/app_id")).json();
      const isNew = id !== window.gradio_config.app_id;
      if (!isNew && !state.lost) return;
      location.reload();
    } catch {
      state.lost = true;
      tell(words.lost);
    }
  }, 3000);

  async function deliver(message) { // what leaves the page
    if (!message) return;
    const { do: what, name, text } = JSON.parse(message);
    if (what === "reload") return fill(text), location.reload();
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

  // What is clicked and typed, anywhere

  document.addEventListener("click", (event) => {
    const hit = (selector) => event.target.closest?.(selector);
    const cite = hit("a.cite[href], a.show-sources");
    if (cite) { event.preventDefault(); return choose(cite); }
    if (hit("#sources .close")) return close();
    if (hit("#new, #question .stop-button")) toChat();
    const cue = hit("[data-seek]");
    const media = cue && find("#player video, #player audio");
    if (media) {
      media.currentTime = Number(cue.dataset.seek);
      return media.play();
    }
    const { do: name, ...data } = hit("button[data-do]")?.dataset ?? {};
    if (!name) return;
    hit("details.menu")?.removeAttribute("open");
    if (["asked", "narrowed", "opened_conversation"].includes(name)) toChat();
    toServer(name, data);
  });
  document.addEventListener("submit", (event) => {
    const { do: name, ...data } = event.target.dataset;
    if (!name) return;
    event.preventDefault();
    toServer(name, { ...data, value: new FormData(event.target).get("value") });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && byId("sources").dataset.open) close();
  });
  for (const name of ["wheel", "touchmove", "pointerdown", "keydown"]) {
    addEventListener(name, () => { state.follows = false; }, { passive: true, capture: true });
  }

  // Gradio draws when it likes; the observer sees what has come.
  new MutationObserver(() => {
    settle();
    const id = find("#history [data-open]")?.dataset.open ?? state.open;
    if (id !== state.open) opened(id);
    const record = find("#record .record");
    if (record && record !== state.record) recordShown(record);
    const player = find("#player .player");
    if (player && player !== state.player) playerShown(player);
    Object.assign(state, { record, player });
    follow();
  }).observe(document.documentElement, { childList: true, subtree: true });

  window.talksPage = { arrived, deliver, connect: (trigger) => { toServer = trigger; } };
})();
