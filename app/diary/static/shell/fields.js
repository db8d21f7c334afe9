// What a stage of a template asks for: values, what went in, photos.
import { button, h, icon, trouble } from "./dom.js";
import { number, numberOf, radios, refusing, row, select, set, text, written } from "./form.js";
import { held, keyOf, lastValues, lots, productOf, unitLabel } from "./held.js";
import { shrink } from "./photos.js";
import { labelled, t } from "./words.js";

const MOST = 10;

const units = (value) => select(held.state.units.map((one) => [one.code, one.label]), value,
  { "aria-label": t("unit") });

function control(asked, value) {
  const label = labelled(asked);
  if (asked.kind === "number") return number(value, { ...asked, label });
  if (asked.kind !== "choice") return text(value, { type: asked.kind === "date" ? "date" : "text" });
  const options = asked.choices.map((one) => [one.value, labelled(one)]);
  return options.length < 7 ? radios(label, options, value) : select([["", ""], ...options], value);
}

// `box.values()` returns the field's part of the entry's values.
export function valueField(lot, stage, asked, values) {
  const { kind, name, required } = asked;
  const input = control(asked, values[name]);
  const counted = name === "quantity" && !stage.fields.some((one) => one.name === "unit");
  const unit = counted && !asked.unit &&
    units(values.unit ?? lastValues(lot, stage, "unit")[0] ?? (lot.unit || "KGM"));
  if (unit) input.box = h("div", { class: "two" }, input.box ?? input, unit);
  const before = ["number", "text"].includes(kind) ? lastValues(lot, stage, name) : [];
  const after = before.length > 0 && h("div", { class: "chips last" },
    h("span", { class: "small" }, t("last_time")),
    before.map((one) => button(written(one), () => set(input, written(one)), "chip")));
  const shown = asked.unit ? `${labelled(asked)} (${unitLabel(asked.unit)})` : labelled(asked);
  const box = row(shown, input, { required, after });
  box.filled = name in values;
  box.values = () => {
    const value = kind === "number" ? numberOf(input, asked) : input.value.trim();
    if (value === "" || value === null) {
      if (required) throw new Error(t("needed"));
      return {};
    }
    return { [name]: value, ...(counted && { unit: asked.unit || unit.value }) };
  };
  return box;
}

// One lot or one purchase that went in.
function inputBox(lot, asked, one) {
  const own = lots().filter((other) => keyOf(other) !== keyOf(lot))
    .map((other) => [keyOf(other), `${other.number} · ${other.material || productOf(other).name}`]);
  // No lot is taken for granted: what is recalled follows what is said here.
  const source = select([["?", t("choose_lot")], ...own, ["", t("bought")]], one.source_lot_id ?? one.source_lot_uid ?? (one.material || !own.length ? "" : "?"));
  const [material, supplier] = [text(one.material), text(one.supplier)];
  const [quantity, unit] = [number(one.quantity), units(one.unit || "KGM")];
  quantity.box = h("div", { class: "two" }, quantity, unit);
  const named = row(t("material"), material, { required: true });
  const bought = h("div", {}, named, row(t("supplier"), supplier));
  const amount = row(t("quantity"), quantity);
  const toggle = () => { bought.hidden = source.value !== ""; };
  source.addEventListener("change", toggle);
  toggle();
  const box = h("fieldset", { class: "card" }, row(labelled(asked), source), bought,
    amount, button(t("remove"), () => box.remove(), "quiet", "cross"));
  box.read = () => {
    if (source.value === "?") throw new Error(t("choose_lot"));
    const given = source.value
      ? /-/.test(source.value) ? { source_lot_uid: source.value } : { source_lot_id: Number(source.value) }
      : { material: material.value.trim(), supplier: supplier.value.trim() };
    if (given.material === "") throw new Error(t("needed_named", { label: t("material") }));
    const value = numberOf(quantity);
    return value === null ? given : { ...given, quantity: value, unit: unit.value };
  };
  return box;
}

export function inputsField(lot, asked, given = []) {
  const first = given.length || !asked.required ? given : [{}];
  const rows = h("div", { tabindex: -1 }, first.map((one) => inputBox(lot, asked, one)));
  const add = button(t("add_input", { label: labelled(asked) }),
    () => rows.append(inputBox(lot, asked, {})), "quiet", "plus");
  const box = refusing(h("div", { class: "field" }, rows), rows, add);
  box.inputs = () => {
    const found = [...rows.children].map((one) => one.read());
    if (!found.length && asked.required) throw new Error(t("needed"));
    return found;
  };
  return box;
}

// Photos to take or to choose, each of which can be taken away again; `kept()` are there already.
export function photosField(least, kept) {
  const photos = [];
  const shown = h("div", { class: "photos" });
  // What is kept is the small picture without what cameras add, and that is what is shown.
  const show = (file) => {
    const small = shrink(file);
    const alt = t("photo_no", { number: photos.push(small) + kept() });
    const image = h("img", { alt, width: 72, height: 72 });
    const away = () => {
      photos.splice(photos.indexOf(small), 1);
      one.remove();
    };
    const one = h("span", { class: "shot" }, image, h("button",
      { type: "button", class: "quiet square", "aria-label": `${t("remove")}: ${alt}`, onclick: away },
      icon("cross")));
    shown.append(one);
    small.then((blob) => { image.src = URL.createObjectURL(blob); }).catch((fault) => {
      away();
      box.refuse(trouble(fault));
    });
  };
  const way = (told, sign, given) => {
    const input = h("input", { type: "file", accept: "image/*", class: "sr", ...given });
    input.addEventListener("change", () => {
      for (const file of input.files) show(file);
      input.value = "";
    });
    return h("label", { class: "button quiet" }, icon(sign), told, input);
  };
  const camera = way(t("take_photo"), "camera", { capture: "environment" });
  const box = refusing(h("div", { class: "field" },
    least > kept() && h("p", { class: "hint" }, t("photos_needed", { count: least })), shown,
    h("div", { class: "pair" }, camera, way(t("choose_photo"), "picture", { multiple: true }))),
  camera.lastChild);
  box.photos = () => {
    if (photos.length + kept() > MOST) throw new Error(t("photos_most", { count: MOST }));
    if (photos.length + kept() < least) throw new Error(t("photos_needed", { count: least }));
    return photos;
  };
  return box;
}
