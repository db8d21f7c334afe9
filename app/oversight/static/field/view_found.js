// What was found wrong: at a question or beside all of them, with its measure and deadline.
import { button, h, link, to } from "./dom.js";
import { today } from "./checks.js";
import { uuid } from "./ids.js";
import { area, row, text } from "./form.js";
import { checklistOf, recordOf } from "./held.js";
import { frameOf, keep, kept, outcomes, visit } from "./view_visit.js";
import { asks, said } from "./view_asked.js";
import { t } from "./words.js";

const SERIOUS = ["doubt", "violation"];

// What a bad answer says by itself; somebody may say it better.
export const plainly = (one, value) => `${asks(one).replace(/[?:.]+$/, "")}: ${said(one, value)}.`;

export function fresh(record, code, text = "") {
  const uid = uuid();
  keep(record, ["findings", uid], { uid, item: code, outcome: "doubt", text, measure: "", deadline: null });
}

function fields(record, one, away) {
  const at = (name) => ["findings", one.uid, name];
  const outcome = outcomes(t("finding"), one.outcome, SERIOUS);
  const deadline = text(one.deadline, { type: "date", min: today() });
  return h("div", { class: "band bad finding" },
    row(t("finding"), kept(record, at("outcome"), outcome)),
    row(t("seen"), kept(record, at("text"), area(one.text, { rows: 3, maxlength: 2000 })), { required: true }),
    row(t("measure"), kept(record, at("measure"), area(one.measure, { rows: 2, maxlength: 2000 })), { hint: t("measure_hint") }),
    row(t("deadline"), kept(record, at("deadline"), deadline, () => deadline.value || null)),
    button(t("drop_finding"), away, "quiet", "cross"));
}

// The findings at a question; `drawn` when one went.
export const findingOf = (record, code, drawn) =>
  record.item.findings.filter((one) => one.item === code).map((one) => fields(record, one, () => {
    keep(record, ["findings", one.uid], undefined);
    drawn();
  }));

export function findings(uid) {
  const record = recordOf(uid);
  if (!record || record.state !== "draft") return visit(uid);
  const checklist = checklistOf(record);
  const where = (code) => checklist.body.sections.findIndex((one) => one.items.some((each) => each.code === code));
  const asked = (code) => checklist.body.sections.flatMap((one) => one.items).find((one) => one.code === code);
  const box = h("div", {});
  const draw = () => {
    box.textContent = "";
    const all = record.item.findings;
    if (!all.length) box.append(h("p", { class: "empty" }, t("no_findings")));
    for (const one of all) {
      const question = asked(one.item);
      box.append(h("section", {}, h("h2", {}, question ? asks(question) : t("other_finding")),
        fields(record, one, () => {
          keep(record, ["findings", one.uid], undefined);
          draw();
        }), question && link(to("check", uid, where(one.item)), t("to_question"), "tall")));
    }
  };
  draw();
  const add = () => {
    fresh(record, "");
    draw();
    box.lastChild.querySelector("textarea").focus();
  };
  return { ...frameOf(record), title: t("findings"), still: true, nodes: [
    box, button(t("add_other_finding"), add, "quiet", "plus"),
    link(to("end", uid), t("next_named", { name: t("ending") }), "button"),
  ] };
}
