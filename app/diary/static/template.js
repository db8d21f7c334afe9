// The form of a stage: shows what belongs to the kind chosen, and how it looks on the phone.
const form = document.getElementById("stage");
const preview = document.getElementById("preview");
let asked = 0;
let timer = 0;
let changed = "unsaved" in form.dataset;

function fit() {
  for (const part of form.querySelectorAll("[data-of]")) {
    const kind = (part.closest(".one-field") ?? form).querySelector("select[name$=kind]");
    const filled = part.querySelector("[aria-invalid]");
    part.hidden = kind.value !== part.dataset.of && !filled;
  }
}

async function look() {
  const turn = ++asked;
  const body = new FormData(form);
  body.set("act", "look");
  const answer = await fetch(form.action, { method: "POST", body }).catch(() => null);
  if (!answer?.ok || turn !== asked) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const shown = page.getElementById("preview");
  if (shown) preview.replaceChildren(...shown.childNodes);
}

form.addEventListener("input", () => {
  changed = true;
  fit();
  clearTimeout(timer);
  timer = setTimeout(look, 400);
});
form.addEventListener("submit", () => { changed = false; });
addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
fit();
