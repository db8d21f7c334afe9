// Elements of a screen. What people wrote becomes text nodes, never markup.
import { t } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";

// `on...` are listeners, the rest are attributes; null is none.
export function h(name, given = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(given)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (typeof value === "boolean") made.toggleAttribute(key, value);
    else if (value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.flat(9).filter((one) => one || one === 0));
  return made;
}

// Have an element hold these and nothing else.
export function fill(box, ...children) {
  box.textContent = "";
  box.append(...children.flat(9).filter(Boolean));
}

// The pictures stand in the page itself, where the pages without script have them from.
export function icon(name, size = "icon") {
  const [svg, use] = ["svg", "use"].map((one) => document.createElementNS(SVG, one));
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", size);
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

export const button = (text, onclick, kind = "quiet", sign = null) =>
  h("button", { type: "button", class: kind, onclick }, sign && icon(sign), text);

export const link = (href, text, kind = null, sign = null) =>
  h("a", { href, class: kind }, sign && icon(sign), text);

export const state = (kind, sign, text) =>
  h("span", { class: `state ${kind}` }, h("span", { "aria-hidden": "true" }, sign), text);

export const band = (kind, ...told) => h("div", { class: `band ${kind}` }, told);

// Hash addresses: `#/lot/12`.
export const to = (...parts) => `#/${parts.map((one) => encodeURIComponent(one)).join("/")}`;
export const go = (...parts) => { location.hash = to(...parts); };

// Tell in one line what happened, with the way back where there is one.
export const say = (text, undo = null) =>
  dispatchEvent(new CustomEvent("say", { detail: { text, undo } }));

// Have the screen drawn again.
export const refresh = () => dispatchEvent(new Event("refresh"));

// What went wrong on this phone, in words.
export const trouble = (fault) => t(`trouble_${fault.code ?? "unknown"}`, fault);
