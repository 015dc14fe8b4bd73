// What every other part reaches for. The parts share one function: `launch` joins them in order.

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
