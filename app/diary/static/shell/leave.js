// On the server's own pages: who still has entries on this phone does not sign out by mistake.
import { counts } from "./outbox.js";
import { forget } from "./store.js";

for (const form of document.querySelectorAll('form[action="/sign-out"]')) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { waiting, fixing } = await counts().catch(() => ({ waiting: 0, fixing: 0 }));
    const told = document.getElementById("unsent");
    if (waiting + fixing && told) {
      told.hidden = false;
      told.focus();
      return;
    }
    await forget().catch(() => 0);
    form.submit();
  });
}
