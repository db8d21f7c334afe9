// An app's frame: one screen an address, the bars around it, and what happened in one line.
import { button, fill, h, icon, link, to, trouble } from "./dom.js";
import { held, load } from "./held.js";
import { apply, install } from "./install.js";
import { outboxChanges } from "./outbox.js";
import { open, storeChanges } from "./store.js";
import * as sync from "./sync.js";
import { SIGN_IN } from "./view_outbox.js";
import { speak, t } from "./words.js";

const SIGNS = { sending: "up", offline: "offline", signin: "key", later: "clock" };
const FRESH = 1500;
const SOON = 60;
const LASTING = 18e5;
const [top, saying, main, bar] = ["top", "said", "main", "bar"].map((id) => document.getElementById(id));
let app = null;
let drawn = {};
let told = 0;
let timer = 0;
let dirty = false;
let pressed = false;

function start() {
  const nodes = {
    signin: [h("p", {}, t("first_sign_in")), link(SIGN_IN, t("sign_in"), "button", "key")],
    sending: [h("p", { class: "empty" }, t("loading"))],
  }[sync.status().state] ??
    [h("p", {}, t("first_network")), button(t("try_again"), () => sync.run(), "", "again")];
  return { title: t(app.title), nodes };
}

function bars() {
  const { waiting, fixing } = held.counts;
  const count = waiting + fixing;
  bar.parentNode.setAttribute("aria-label", t("sections"));
  fill(bar, ...app.bar.map(([name, key]) => h("li", {},
    h("a", { href: to(name), "aria-current": drawn.section === name ? "page" : null },
      icon(name || app.bar[0][1]), h("span", {}, t(key)),
      name === "outbox" && count > 0 && h("span", { class: `badge${fixing ? " bad" : ""}` }, String(count),
        h("span", { class: "sr" }, ` ${t(fixing ? "needs_fixing" : "waiting")}`))))));
  const { state } = sync.status();
  const idle = fixing ? "fixing" : waiting ? "waiting" : "all_sent";
  const key = state === "idle" ? idle : state;
  const sign = SIGNS[key] ?? { fixing: "cross", waiting: "clock", all_sent: "tick" }[key];
  fill(top, link("#/", "OCOP", "mark"),
    h("a", { href: to("outbox"), class: `sync ${key}` }, icon(sign), h("span", {}, t(`sync_${key}`))),
    held.state ? h("a", { href: to("me"), class: "who" }, icon("person"), h("span", { class: "sr" }, held.state.reader.name)) : link(SIGN_IN, t("sign_in")));
}

// Draw the screen; `fresh` is one that was just come to, and what is typed is never drawn over.
async function draw(fresh = false) {
  await load();
  await speak(held.state?.reader.language ?? localStorage.getItem("diary.language") ?? (/^vi|^(?!en)/.test(navigator.language) ? "vi" : "en"));
  localStorage.setItem("diary.language", document.documentElement.lang);
  // What a finger is on stays until it is lifted, or its tap would meet nothing.
  if (!fresh && pressed) return soon();
  const at = main.contains(document.activeElement) ? document.activeElement : null;
  if (!fresh && ((drawn.still && held.state) || at?.matches("input, select, textarea") || main.querySelector(".danger")))
    return bars();
  const [name, ...given] = location.hash.slice(2).split("/").map(decodeURIComponent);
  drawn = held.state ? app.screen(name, given) : start();
  const head = h("h1", { tabindex: -1 }, drawn.sign && icon(drawn.sign), drawn.title);
  const back = drawn.back && link(to(...drawn.back), t("back"), "back", "back");
  const above = drawn.above && h("p", { class: "above" }, drawn.above);
  const opened = [...main.querySelectorAll("details")].map((one) => one.open);
  fill(main, back, above, head, drawn.nodes);
  document.title = `${drawn.title} · OCOP`;
  bars();
  if (fresh) return arrive(head);
  [...main.querySelectorAll("details")].forEach((one, index) => { one.open = one.open || opened[index]; });
  // Whoever stood on something stands on the same again.
  const same = at && [...main.querySelectorAll(at.tagName)].find((one) => one.textContent === at.textContent);
  return same?.focus({ preventScroll: true });
}

function arrive(head) {
  if (Date.now() - told > FRESH) fill(saying);
  dirty = false;
  redraft();
  apply();
  scrollTo(0, 0);
  // A reader is told where they are; somebody who has just opened the app has heard it.
  if (told || history.length > 1) head.focus({ preventScroll: true });
}

// What was typed outlives a page that the phone throws away to make room for its camera.
const drafted = () => `draft ${location.hash}`;
const controls = () => [...main.querySelectorAll("form input:not([type=file]), form select, form textarea")];
const ticked = (one) => ["checkbox", "radio"].includes(one.type);

function redraft() {
  const { at, typed: kept } = JSON.parse(sessionStorage.getItem(drafted()) ?? "{}");
  const now = controls();
  if (!drawn.still || !(Date.now() - at < LASTING) || kept.length !== now.length) return;
  now.forEach((one, index) => {
    if (ticked(one)) one.checked = kept[index];
    else one.value = kept[index];
    one.dispatchEvent(new Event("change"));
  });
  dirty = true;
}

main.addEventListener("input", () => {
  if (!drawn.still) return;
  dirty = true;
  const typed = controls().map((one) => (ticked(one) ? one.checked : one.value));
  // A screen without a form keeps by itself what is typed.
  if (typed.length) sessionStorage.setItem(drafted(), JSON.stringify({ at: Date.now(), typed }));
});

addEventListener("say", ({ detail: { text, undo } }) => {
  told = Date.now();
  dirty = false;
  sessionStorage.removeItem(drafted());
  const back = undo && button(t("undo"), () => {
    fill(saying);
    undo();
  });
  fill(saying, h("p", { class: "said" }, h("span", {}, text), back));
});

function soon() {
  clearTimeout(timer);
  timer = setTimeout(draw, SOON);
}

function failed(fault) {
  fill(main, h("h1", {}, t(app.title)), h("p", { class: "empty" }, trouble(fault)));
}

// `app` is {title, bar: [[screen, words]...], screen(name, given)}; what that returns is
// {title, nodes, section, back, above, sign, still: typed into, so that it is not drawn over}.
export function frame(given) {
  app = given;
  addEventListener("refresh", soon);
  for (const name of ["pointerdown", "pointerup", "pointercancel"])
    addEventListener(name, () => { pressed = name === "pointerdown"; });
  addEventListener("hashchange", () => draw(true));
  for (const [target, name] of [[outboxChanges, "change"], [sync.syncChanges, "change"], [storeChanges, "state"]])
    target.addEventListener(name, soon);
  open().then(() => draw(true)).then(() => sync.begin()).then(() => install(() => dirty)).catch(failed);
}
