// Buttons inside HTML, handed to the server, and what comes back to be copied or saved.

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
  const status = document.querySelector("#status span");
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
