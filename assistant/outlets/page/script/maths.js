// Formulas: the server sets TeX apart in spans; KaTeX, from among Gradio's own files, draws over them. A talk's TeX means
// harm until shown otherwise: nothing is trusted, sizes and expansions are bounded, and what fails stays as written.

const LONGEST_TEX = 1000;
const MOST_FORMULAS = 1000; // in one page: each takes a millisecond or two
const LEADS_AWAY = /\\(href|url|includegraphics|html[A-Za-z]*)/;
const KATEX_OPTIONS = { throwOnError: true, strict: "ignore", trust: false, maxSize: 20, maxExpand: 200 };
const katex = { draw: null, isLoading: false };
const formulas = new Map();

// What was written, whether or not it is drawn by now.
const texOf = (span) => span.dataset.tex ?? span.textContent;

function formula(source) {
  if (source.length > LONGEST_TEX || LEADS_AWAY.test(source)) return null;
  const sign = source.startsWith("$$") || source.startsWith("\\") ? 2 : 1;
  const displayMode = source.startsWith("$$") || source.startsWith("\\[");
  const made = document.createElement("span");
  try {
    katex.draw(source.slice(sign, -sign), made, { ...KATEX_OPTIONS, displayMode });
  } catch {
    return null;
  }
  return made;
}

function drawFormula(span) {
  const source = texOf(span);
  span.dataset.tex = source;
  if (!formulas.has(source) && formulas.size < MOST_FORMULAS) formulas.set(source, formula(source));
  const made = formulas.get(source)?.cloneNode(true);
  if (!made) return;
  span.replaceChildren(...made.childNodes);
  span.classList.add("drawn");
  if (span.scrollWidth > span.clientWidth + 1) span.classList.add("wide");
}

async function loadKatex() {
  const [script, style] = document.querySelector('meta[name="talks-katex"]')?.content.split(" ") ?? [];
  if (!script || katex.isLoading) return;
  katex.isLoading = true;
  const sheet = document.createElement("link");
  Object.assign(sheet, { rel: "stylesheet", href: new URL(style, document.baseURI) });
  document.head.append(sheet);
  try {
    katex.draw = (await import(new URL(script, document.baseURI))).default.render;
  } catch {
    return; // then formulas stay as they were written
  }
  drawFormulas();
}

function drawFormulas() {
  const found = document.querySelectorAll(".math:not([data-tex])");
  if (!found.length) return;
  if (katex.draw) found.forEach(drawFormula);
  else loadKatex();
}

// Before the screen is painted, so that a growing answer does not flicker between TeX and formula.
new MutationObserver(drawFormulas).observe(document.documentElement, { childList: true, subtree: true });
