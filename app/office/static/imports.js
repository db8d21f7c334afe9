// Shows how far a file's check or import is, and the whole page again once it is done.
const PAUSE = 1500;

async function look() {
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("import");
    if (answer.ok && fresh && !("unfinished" in fresh.dataset)) {
      location.reload();
      return;
    }
    if (answer.ok && fresh) document.getElementById("import").replaceWith(fresh);
  } catch {
    // The network is away for a moment; the next look may succeed.
  }
  setTimeout(look, PAUSE);
}

setTimeout(look, PAUSE);
