// What is clicked and typed anywhere, and what Gradio may call.

document.addEventListener("click", (event) => {
  const hit = (selector) => event.target.closest?.(selector);
  const marker = hit(".marker[data-card]");
  if (marker) {
    event.preventDefault();
    return choose(marker);
  }
  if (hit("#sources .close")) return close();
  if (hit("#record .close")) return closeRecord();
  if (hit(".show-history")) return showHistory(!isHistoryShown());
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
// After whatever a click or a key has set off; while the talk is still being fetched its tab is not open.
for (const name of ["click", "keyup"]) {
  document.addEventListener(name, () => document.querySelector("#record .record") && setTimeout(tidyAddress, 200));
}
document.addEventListener("scroll", () => {
  hidePeek();
  if (!byId("chat")) return;
  const { scrollHeight, scrollTop, clientHeight } = answerScroller();
  state.stick = scrollHeight - scrollTop - clientHeight < 120;
}, { passive: true, capture: true });

window.talksPage = {
  sourcesChanged, followAnswer, historyChanged, recordChanged, rowsChanged, connect, arrived, remember, deliver,
};
