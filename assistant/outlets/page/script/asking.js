// The conversation: following it, asking in it, leaving it for another.

// A wide window scrolls the chat's own column, a phone the document.
function answerScroller() {
  const chat = byId("chat");
  return getComputedStyle(chat).overflowY === "auto" ? chat : document.documentElement;
}

function followAnswer() {
  const turn = document.querySelector("#live [data-turn]")?.dataset.turn ?? null;
  byId("chat")?.classList.toggle("has-turn", document.querySelector("#past .turn, #live .turn") !== null);
  if (turn !== state.turn) Object.assign(state, { turn, stick: true });
  const scroller = answerScroller();
  // A long answer is read from its beginning: the question goes up to the edge and stays there.
  const edge = scroller === document.documentElement ? 0 : scroller.getBoundingClientRect().top;
  const top = (byId("live")?.getBoundingClientRect().top ?? 0) - edge + scroller.scrollTop;
  if (state.stick && turn !== null) scroller.scrollTo({ top: Math.min(scroller.scrollHeight, top) });
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
    if (button?.offsetParent && !button.disabled && box().value === question) return button.click();
  }
}

function showTab(name) {
  for (const sheet of ["record", "history"]) delete byId(sheet)?.dataset.open;
  byId(`tab-${name}-button`)?.click();
}

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
  document.querySelector(".show-history")?.setAttribute("aria-expanded", String(isHistoryShown()));
}

function isHistoryShown() {
  const column = byId("history");
  return narrow() ? "open" in column.dataset : getComputedStyle(column).display !== "none";
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
  putBackTyped();
  look();
}
