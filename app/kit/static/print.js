// Opens the browser's own print window; without script the browser's menu does it.
for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
}
