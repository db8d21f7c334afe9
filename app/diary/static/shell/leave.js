// On the server's own pages: who still has entries on this phone does not sign out by mistake.
import { counts } from "./outbox.js";
import { NAME } from "./own.js";
import { forget } from "./store.js";

// Whether something waits here, and is told.
async function unsent() {
  const { waiting, fixing } = await counts().catch(() => ({ waiting: 0, fixing: 0 }));
  const told = document.querySelector(`[data-unsent="${NAME}"]`);
  if (!told || !(waiting + fixing)) return false;
  told.hidden = false;
  told.focus();
  return true;
}

for (const form of document.querySelectorAll('form[action="/sign-out"]')) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    // Each app on this phone asks for itself, and nobody leaves before all have answered.
    const asked = event.asked || (event.asked = []);
    asked.push(unsent());
    await new Promise((done) => setTimeout(done));
    const found = await Promise.all(asked);
    if (found.some(Boolean)) return;
    await forget().catch(() => 0);
    asked.left = (asked.left || 0) + 1;
    if (asked.left === asked.length) form.submit();
  });
}
