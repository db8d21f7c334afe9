// Shows the progress of files being made, without losing what is typed in the form below.
const PAUSE = 1500;

async function look() {
  const shown = document.getElementById("exports");
  try {
    const answer = await fetch(location.pathname, { headers: { accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("exports");
    if (answer.ok && fresh) shown.replaceWith(fresh);
  } catch {
    // The network is away for a moment; the next look may succeed.
  }
  if (document.querySelector("#exports[data-unfinished]")) setTimeout(look, PAUSE);
}

setTimeout(look, PAUSE);
