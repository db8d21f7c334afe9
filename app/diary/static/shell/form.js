// Fields of any form here: a label, a control, and below it what is wrong.
import { h } from "./dom.js";
import { figure, read, t } from "./words.js";

let made = 0;

export function row(label, control, { hint, required, after, inline } = {}) {
  const id = control.id || `f${(made += 1)}`;
  control.id = id;
  const told = required ? `${label} *` : label;
  const box = h("div", { class: inline ? "field inline" : "field" },
    control.tagName === "DIV" ? h("p", { class: "label" }, told) : h("label", { for: id }, told),
    hint && h("p", { class: "hint", id: `${id}-hint` }, hint), control.box ?? control);
  if (hint) control.setAttribute("aria-describedby", `${id}-hint`);
  return refusing(box, control, after);
}

// Add the place for a fault; `refuse` says it there and leads to the control.
export function refusing(box, control, after) {
  const wrong = h("p", { class: "wrong", id: `w${(made += 1)}`, hidden: true });
  box.append(wrong, after || "");
  box.refuse = (why) => {
    wrong.textContent = why;
    wrong.hidden = false;
    control.setAttribute("aria-describedby", wrong.id);
    if (control.matches("input, select, textarea")) control.setAttribute("aria-invalid", "true");
    control.focus();
  };
  box.settle = () => {
    wrong.hidden = true;
    control.removeAttribute("aria-invalid");
  };
  box.addEventListener("input", box.settle);
  return box;
}

export function select(options, value, given = {}) {
  const control = h("select", given, options.map(([key, text]) => h("option", { value: key }, text)));
  control.value = value ?? "";
  if (control.selectedIndex < 0) control.selectedIndex = 0;
  return control;
}

export const tick = (label, checked, given = {}) =>
  h("label", { class: "tick" }, h("input", { type: "checkbox", checked, ...given }),
    h("span", {}, label));

export const text = (value, given = {}) => h("input", { value: value ?? "", ...given });
export const area = (value, given = {}) => h("textarea", { rows: 2, ...given }, value ?? "");

export function set(input, value) {
  input.value = value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

export const written = (value) => (typeof value === "number" ? figure(value) : value ?? "");

export function number(value, { tally, least, most, label } = {}) {
  const input = text(written(value), { inputmode: "decimal", autocomplete: "off" });
  if (!tally) return input;
  const knob = (sign, by, word) => h("button", { type: "button", class: "quiet",
    "aria-label": `${t(word)}: ${label}`, onclick: () => {
      const next = (read(input.value) || 0) + by;
      set(input, figure(Math.min(Math.max(next, least ?? 0), most ?? Infinity)));
    } }, sign);
  input.box = h("div", { class: "stepper" }, knob("−", -1, "less"), input, knob("+", 1, "more"));
  return input;
}

// Few choices stand open, each as big as a finger.
export function radios(label, options, value) {
  const name = `r${(made += 1)}`;
  const box = h("div", { class: "chips", role: "radiogroup", "aria-label": label, tabindex: -1 },
    options.map(([key, told]) => h("label", { class: "pick" },
      h("input", { type: "radio", class: "sr", name, value: key, checked: key === value }),
      h("span", { class: "chip" }, told))));
  Object.defineProperty(box, "value", {
    get: () => box.querySelector(":checked")?.value ?? "",
    set: (key) => {
      for (const input of box.querySelectorAll("input")) input.checked = input.value === key;
    },
  });
  return box;
}

// Return what a number's control holds, null where it is empty; else say what is wrong with it.
export function numberOf(input, { least, most } = {}) {
  if (!input.value.trim()) return null;
  const value = read(input.value);
  if (Number.isNaN(value)) throw new Error(t("not_a_number"));
  if (value < (least ?? -Infinity)) throw new Error(t("too_little", { least: figure(least) }));
  if (value > (most ?? Infinity)) throw new Error(t("too_much", { most: figure(most) }));
  return value;
}

// Ask each part of a form in turn; the first that refuses is led to, and nothing is returned.
export function gather(parts) {
  const found = [];
  for (const [box, ask] of parts) {
    try {
      box.settle?.();
      found.push(ask());
    } catch (fault) {
      box.refuse(fault.message);
      return null;
    }
  }
  return found;
}
