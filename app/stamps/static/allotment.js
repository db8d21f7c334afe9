// Keeps the total beside the quantities as they are typed, and asks before they are lost.
const form = document.getElementById("rows");
let changed = false;

function read(text) {
  const bare = /^\d{1,3}([.,\s]\d{3})+$/.test(text.trim()) ? text.replace(/\D/g, "") : text.trim();
  return /^\d+$/.test(bare) ? Number(bare) : 0;
}

function add() {
  let total = 0;
  for (const field of form.querySelectorAll("input.quantity")) {
    const row = field.closest("tr");
    const removed = row.querySelector("input[type=checkbox]").checked;
    if (!removed) total += read(field.value);
  }
  document.getElementById("total").value = total.toLocaleString(document.documentElement.lang);
}

if (form) {
  form.addEventListener("input", (event) => {
    if (event.target.closest("table")) {
      changed = true;
      add();
    }
  });
  form.addEventListener("submit", () => { changed = false; });
  addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
}
