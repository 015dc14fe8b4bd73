// The program behind the page may stop and come back. The page says so, looks again by itself, and loads anew when it is
// another program that answers; what was typed or being answered stands in the box again.

const LOOK_EVERY_MS = 5000;
const LOOK_AGAIN_MS = 1000;
const PATIENCE_MS = 10_000;
const TYPED = "talks-typed";
const LOST = [
  "No connection to the program.",
  "It was stopped, or is being started anew. If it does not come back by itself, start it again with “talks chat”. "
    + "This page goes on as soon as it answers; finished answers are kept.",
];
const contact = { program: null, isLost: false, looked: 0, timer: 0 };

function sayLost(isLost) {
  if (isLost === contact.isLost) return;
  contact.isLost = isLost;
  document.body.classList.toggle("talks-lost", isLost);
  byId("lost")?.remove();
  if (!isLost) return tell("Connected again.");
  const said = document.createElement("div");
  said.id = "lost";
  said.setAttribute("role", "alert");
  const [what, advice] = LOST;
  said.append(Object.assign(document.createElement("strong"), { textContent: what }), ` ${advice}`);
  document.querySelector(".gradio-container").append(said);
}

// Gradio gives each start of the program an id of its own.
async function program() {
  const address = new URL("gradio_api/app_id", document.baseURI);
  const answer = await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
  return answer.ok ? (await answer.json()).app_id : "asks for the password again";
}

async function look() {
  clearTimeout(contact.timer);
  contact.looked = Date.now();
  try {
    const found = await program();
    contact.program ??= found;
    if (found !== contact.program) {
      contact.isLost = true;
      return location.reload();
    }
    sayLost(false);
  } catch {
    sayLost(true);
  }
  contact.timer = setTimeout(() => document.hidden || look(), contact.isLost ? LOOK_AGAIN_MS : LOOK_EVERY_MS);
}

// Whoever does something learns at once that nobody listens.
function lookSoon() {
  if (contact.program && Date.now() - contact.looked > LOOK_AGAIN_MS) look();
}

function typedOrAsked() {
  const asked = document.querySelector('#live .turn[aria-busy="true"] .question');
  return box()?.value || (asked ? pieces(asked).map(({ letters }) => letters.join("")).join("") : "");
}

function putBackTyped() {
  const typed = sessionStorage.getItem(TYPED);
  sessionStorage.removeItem(TYPED);
  if (!typed) return;
  fill(typed);
  tell("Connected again; your question stands in the box.");
}

window.addEventListener("pagehide", () => {
  if (contact.isLost) sessionStorage.setItem(TYPED, typedOrAsked());
});
document.addEventListener("visibilitychange", () => document.hidden || lookSoon());
for (const name of ["click", "keydown"]) document.addEventListener(name, lookSoon, true);
