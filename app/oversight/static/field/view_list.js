// The first screen: what is going on, what is to be done and when, what was sent.
import { h, link, state, to } from "./dom.js";
import { checklistOf, held, recordOf, subjectOf } from "./held.js";
import { count, questions, today } from "./checks.js";
import { row, text } from "./form.js";
import { mark, sending, warnings } from "./view_outbox.js";
import { day, t } from "./words.js";

const MANY = 12;
const FEW = 5;

const fold = (words) =>
  words.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase();

export function progress(record) {
  const asked = questions(checklistOf(record));
  return t("progress", { done: count(record.item, asked), all: asked.length });
}

export const on = (one) =>
  one.planned_on && (one.month_only ? day(one.planned_on).slice(3) : day(one.planned_on));

const about = (one) => [t(`subject_${one.subject.kind}`), one.plan || one.occasion, one.subject.address, on(one)];

function line(uid, told, sign) {
  const { label, entity } = subjectOf(uid);
  return h("li", {}, h("a", { href: to("visit", uid) },
    h("span", {}, h("b", {}, label), entity && entity !== label && h("span", { class: "small" }, entity),
      h("span", { class: "small" }, told.filter(Boolean).join(" · "))), sign));
}

function mine(record) {
  const subject = subjectOf(record.id);
  const told = [t(`subject_${subject.kind}`), checklistOf(record) && progress(record)];
  const sign = record.state === "draft" ? state("warn", "✎", t("is_draft")) : mark(record.state);
  return line(record.id, told, sign);
}

const late = (one) => one.planned_on < (one.month_only ? `${today().slice(0, 7)}-01` : today());

const theirs = (one) => line(one.uid, about(one),
  one.state === "held" ? state("good", "✓", t("is_held"))
    : one.planned_on && late(one) && state("warn", "▲", t("is_late")));

const group = (title, items, drawn) => items.length > 0 &&
  h("section", {}, h("h2", {}, `${title} (${items.length})`), h("ul", { class: "lines" }, items.map(drawn)));

// A long list is looked through by a few letters of a name.
function finder(box) {
  const input = text("", { type: "search", autocomplete: "off" });
  input.addEventListener("input", () => {
    const wanted = fold(input.value.trim());
    for (const one of box.querySelectorAll("li")) one.hidden = !fold(one.textContent).includes(wanted);
    for (const one of box.querySelectorAll("section")) one.hidden = !one.querySelector("li:not([hidden])");
  });
  return row(t("find"), input);
}

export function list() {
  const by = (state) => held.items.filter((one) => one.state === state).reverse();
  const here = (one) => { const record = recordOf(one.uid); return record && record.state !== "sent"; };
  const open = held.state.inspections.filter((one) => !here(one))
    .sort((one, other) => (one.planned_on || "9").localeCompare(other.planned_on || "9"));
  const plans = open.filter((one) => one.state === "planned");
  const month = today().slice(0, 7);
  const now = (one) => one.planned_on && (late(one) || (!one.month_only && one.planned_on <= today()));
  const soon = (one) => !now(one) && one.planned_on && one.planned_on.slice(0, 7) <= month;
  const listed = [
    group(t("on_phone"), by("draft"), mine),
    group(t("needs_fixing"), by("fixing"), mine),
    group(t("now_due"), plans.filter(now), theirs),
    group(t("this_month"), plans.filter(soon), theirs),
    group(t("later_on"), plans.filter((one) => !now(one) && !soon(one)), theirs),
    group(t("waiting"), by("waiting"), mine),
    group(t("not_signed"), open.filter((one) => one.state === "held"), theirs),
    group(t("sent_lately"), by("sent").filter((one) => one.item.finished).slice(0, FEW), mine),
  ].filter(Boolean);
  const box = h("div", {}, listed);
  return { title: t("field"), section: "", nodes: [
    sending(), warnings(),
    box.querySelectorAll("li").length > MANY && finder(box),
    listed.length ? box : h("p", { class: "empty" }, t("no_plans")),
    link(to("begin"), t("begin_new"), "button quiet", "plus"),
  ] };
}
