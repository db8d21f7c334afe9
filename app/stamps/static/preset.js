// Draws the preview anew while a preset is being changed.
const PAUSE = 400;
const form = document.getElementById("preset");
let waiting, asked = 0;

async function draw() {
  const mine = ++asked;
  try {
    const query = new URLSearchParams(new FormData(form));
    const answer = await fetch(`/office/presets/preview?${query}`, { headers: { accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("preview");
    if (fresh && mine === asked) document.getElementById("preview").replaceWith(fresh);
  } catch {
    // The network is away for a moment; the next change draws again.
  }
}

form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(draw, PAUSE);
});
