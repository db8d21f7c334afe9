// A section of the checklist: each question with its answer, note, photos and what was found.
import { button, fill, h, icon, link, say, state, to, trouble } from "./dom.js";
import { NOT_APPLICABLE, answerOf, count, isBad, questions, sections } from "./checks.js";
import { addPhoto, dropPhoto } from "./drafts.js";
import { area, radios, text } from "./form.js";
import { checklistOf, recordOf } from "./held.js";
import { photo as kept } from "./outbox.js";
import { shrink } from "./photos.js";
import { asks } from "./view_asked.js";
import { findingOf, fresh as found, plainly } from "./view_found.js";
import { frameOf, keep, visit } from "./view_visit.js";
import { figure, labelled, named, read, t } from "./words.js";

const MOST_EACH = 10;
const MOST = 50;

function choices(one) {
  if (one.kind === "yes_no") return ["yes", "no", NOT_APPLICABLE].map((value) => [value, t(`answer_${value}`)]);
  return one.choices.map((each) => [each.value, labelled(each)]);
}

// Numbers are kept as they are typed until they are numbers.
function control(one, value, label, change) {
  if (one.kind === "yes_no" || one.kind === "choice") {
    const box = radios(label, choices(one), value);
    box.classList.add(one.kind === "yes_no" ? "three" : "all");
    box.addEventListener("change", () => change(box.value));
    return box;
  }
  if (one.kind === "number") {
    const input = text(typeof value === "number" ? figure(value) : value, { inputmode: "decimal", autocomplete: "off", "aria-label": label });
    input.addEventListener("input", () => {
      const number = read(input.value);
      change(Number.isNaN(number) ? input.value.trim() : number);
    });
    return one.unit ? h("div", { class: "with-unit" }, input, h("span", {}, one.unit)) : input;
  }
  const box = area(value, { rows: 3, maxlength: 2000, "aria-label": label });
  box.addEventListener("input", () => change(box.value));
  return box;
}

function question(record, one, number, told) {
  const { item } = record;
  const label = `${number}. ${asks(one)}`;
  const finding = h("div", {});
  const add = offer(record, one, () => draw(), label);
  const draw = () => {
    fill(finding, findingOf(record, one.code, draw));
    add.hidden = Boolean(finding.firstChild);
  };
  const change = (value) => {
    const before = plainly(one, answerOf(item, one.code).value);
    keep(record, ["answers", one.code, "value"], value === "" ? undefined : value);
    const known = item.findings.find((each) => each.item === one.code);
    if (isBad(item, one) && !known) found(record, one.code, plainly(one, value));
    // What nobody has written on goes as it came.
    else if (known && !known.measure && !known.deadline && known.text === before) {
      if (isBad(item, one)) keep(record, ["findings", known.uid, "text"], plainly(one, value));
      else keep(record, ["findings", known.uid], undefined);
    }
    draw();
    told();
  };
  draw();
  const answer = answerOf(item, one.code);
  return h("li", { class: "card item", id: `i-${one.code}` },
    h("p", { class: "label" }, label, one.required && h("span", { class: "small" }, ` (${t("required")})`)),
    control(one, answer.value, label, change), finding, photos(record, one, label, told, add));
}

// A finding where the answer itself is none.
function offer(record, one, draw, label) {
  const add = button(t("add_finding"), () => {
    found(record, one.code);
    draw();
  }, "quiet", "plus");
  add.setAttribute("aria-label", `${t("add_finding")}: ${label}`);
  return add;
}

function note(record, one, label) {
  const { note: value = "" } = answerOf(record.item, one.code);
  const input = area(value, { rows: 2, maxlength: 2000, "aria-label": `${t("note")}: ${label}` });
  input.addEventListener("input", () => keep(record, ["answers", one.code, "note"], input.value || undefined));
  return input;
}

// Photos are on the disk before they are shown; the phone may throw the page away meanwhile.
function photos(record, one, label, told, other) {
  const shown = h("ul", { class: "photos stack" });
  const draw = () => {
    const { photos: all = [] } = answerOf(record.item, one.code);
    fill(shown, all.map((each, at) => picture(record, one, each, at, draw)));
    shown.hidden = !all.length;
    told();
  };
  const add = async (event) => {
    const { files } = event.target;
    try {
      for (const file of [...files]) {
        const [all, here] = [Object.keys(record.item.answers), [one.code]].map((codes) =>
          codes.flatMap((code) => answerOf(record.item, code).photos || []).length);
        if (here >= MOST_EACH || all >= MOST) throw Object.assign(new Error(), { code: "photos" });
        await addPhoto(record, one.code, await shrink(file));
      }
    } catch (fault) {
      say(trouble(fault));
    }
    event.target.value = "";
    draw();
  };
  const way = (key, sign, given) => h("label", { class: "button quiet" }, icon(sign), t(key),
    h("input", { type: "file", accept: "image/*", class: "sr", "aria-label": `${t(key)}: ${label}`, onchange: add, ...given }));
  draw();
  const { note: noted } = answerOf(record.item, one.code);
  return h("div", { class: "shots" }, one.photo && h("p", { class: "hint" }, t("photo_wanted")), shown,
    h("div", { class: "pair" }, way("take_photo", "camera", { capture: "environment" }), other),
    h("details", { open: Boolean(noted) }, h("summary", {}, icon("other"), t("note_or_photo")),
      note(record, one, label), way("choose_photo", "picture", { multiple: true })));
}

function picture(record, one, { sha256 }, at, draw) {
  const name = t("photo_no", { number: at + 1 });
  const image = h("img", { alt: name, width: 72, height: 72 });
  const box = h("span", {}, image);
  kept(record.id, sha256).then((blob) => {
    if (blob) image.src = URL.createObjectURL(blob);
    else fill(box, state("good", "✓", t("photo_there")));
  });
  const away = () => dropPhoto(record, one.code, sha256).then(draw).catch((fault) => say(trouble(fault)));
  return h("li", { class: "shot" }, box, h("button", { type: "button", class: "quiet square", "aria-label": `${t("remove")}: ${name}`, onclick: away }, icon("cross")));
}

// Whoever was sent to a question stands on it.
function lead(code) {
  const box = document.getElementById(`i-${code}`);
  if (!box) return;
  box.scrollIntoView();
  box.querySelector("input, textarea").focus({ preventScroll: true });
}

export function check(uid, at, code) {
  const record = recordOf(uid);
  const checklist = record && checklistOf(record);
  const all = checklist ? sections(checklist) : [];
  const section = all[Number(at)];
  if (!section || record.state !== "draft") return visit(uid);
  const told = h("span", {});
  const bar = h("progress", { max: questions(checklist).length, "aria-label": t("answered") });
  const draw = () => {
    bar.value = count(record.item, questions(checklist));
    fill(told, t("progress", { done: bar.value, all: bar.max }));
  };
  draw();
  const before = all.slice(0, Number(at)).reduce((sum, one) => sum + one.items.length, 0);
  const next = Number(at) + 1;
  if (code) setTimeout(lead, 0, code);
  return { ...frameOf(record), title: named(section), still: true, nodes: [
    h("p", { class: "so-far" }, told, bar),
    h("ol", { class: "stack" }, section.items.map((one, number) => question(record, one, before + number + 1, draw))),
    h("div", { class: "pair" },
      link(to(...(next > 1 ? ["check", uid, next - 2] : ["held", uid])), t("before"), "button quiet", "back"),
      next < all.length ? link(to("check", uid, next), t("next_named", { name: named(all[next]) }), "button")
        : link(to("found", uid), t("next_named", { name: t("findings") }), "button")),
  ] };
}
