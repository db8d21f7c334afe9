// Somebody changed the same inspection elsewhere: both are shown, and one is chosen each time.
import { band, button, go, h, say, trouble } from "./dom.js";
import { differences, isEmpty, questions } from "./checks.js";
import { settle } from "./drafts.js";
import { radios } from "./form.js";
import { checklistOf, recordOf } from "./held.js";
import { asks, said } from "./view_asked.js";
import { frameOf, gone, visit } from "./view_visit.js";
import { day, t } from "./words.js";

function reads([name, code], value, checklist) {
  if (name === "answers") {
    const asked = questions(checklist).find((one) => one.code === code) || { kind: "text", text: code };
    const { value: answer, note, photos = [] } = value || {};
    return [said(asked, answer), note, photos.length > 0 && t("photos_count", { count: photos.length })].filter(Boolean).join(" · ");
  }
  if (name === "findings")
    return (value || []).map((one) => `${t(`outcome_${one.outcome}`)}: ${one.text}`).join("; ") || "–";
  if (name === "observed" || name === "measures")
    return t("yes_of", { yes: (value || []).filter((one) => one.in_use || one.done).length, all: (value || []).length });
  if (value === null || value === undefined || value === "") return "–";
  if (name === "held_on") return day(value);
  if (name === "in_use") return t(value ? "in_use_yes" : "in_use_no");
  if (name === "outcome") return t(`outcome_${value}`);
  return Array.isArray(value) ? value.join(", ") : value;
}

function about([name, code], checklist) {
  if (name !== "answers") return t(name);
  const asked = questions(checklist).find((one) => one.code === code);
  return asked ? asks(asked) : code;
}

export function conflict(uid) {
  const record = recordOf(uid);
  if (!record) return gone();
  const { problem } = record;
  if (!problem || problem.code !== "conflict") return visit(uid);
  const checklist = checklistOf(record);
  const { theirs } = problem;
  const found = differences(record.item, theirs).map(([path, mine, other]) => {
    const name = about(path, checklist);
    const box = radios(name, [["mine", `${t("mine")}: ${reads(path, mine, checklist)}`], ["theirs", `${t("theirs")}: ${reads(path, other, checklist)}`]],
      // Where one wrote nothing, what the other wrote stands.
      isEmpty(mine) ? "theirs" : "mine");
    box.classList.add("all");
    return { path, other, box, node: h("li", { class: "card" }, h("p", { class: "label" }, name), box) };
  });
  const all = (value) => () => {
    for (const { box } of found) box.value = value;
  };
  const done = async () => {
    try {
      await settle(uid, found.filter(({ box }) => box.value === "theirs").map(({ path, other }) => [path, other]));
      say(t("conflict_settled"));
      go("");
    } catch (fault) {
      say(trouble(fault));
    }
  };
  return { ...frameOf(record), title: t("conflict"), still: true, nodes: [
    band("warn", h("p", {}, t("conflict_choose"))),
    h("div", { class: "pair" }, button(t("all_mine"), all("mine"), "quiet"), button(t("all_theirs"), all("theirs"), "quiet")),
    h("ul", { class: "stack" }, found.map(({ node }) => node)),
    button(t("conflict_send"), done, "", "up"),
  ] };
}
