// All of an inspection at a glance, what it still lacks, and its end.
import { band, button, go, h, link, say, to, trouble } from "./dom.js";
import { answerOf, isBad, lacking, questions, sections } from "./checks.js";
import { send } from "./drafts.js";
import { checklistOf, recordOf, subjectOf } from "./held.js";
import { asks, said } from "./view_asked.js";
import { frameOf, gone } from "./view_visit.js";
import { day, named, t } from "./words.js";

const wanted = (uid, checklist, wants) => band("warn",
  h("p", {}, h("b", {}, t("lacks_count", { count: wants.length }))),
  h("ul", { class: "lines" }, wants.map(([screen, at, words, code]) => {
    const asked = questions(checklist).find((one) => one.code === code);
    return h("li", {}, h("a", { href: screen === "check" ? to(screen, uid, at, code) : to(screen, uid) },
      h("span", {}, asked ? h("b", {}, asks(asked)) : "", h("span", { class: "small" }, words))));
  })));

const one = (name, told) => told && [h("dt", {}, name), h("dd", {}, told)];

const answered = (item) => (asked) => {
  const { value, note, photos = [] } = answerOf(item, asked.code);
  const told = [said(asked, value), note, photos.length && t("photos_count", { count: photos.length })].filter(Boolean);
  return [h("dt", {}, asks(asked)), h("dd", { class: isBad(item, asked) ? "wrong" : null }, isBad(item, asked) && h("span", { "aria-hidden": "true" }, "▲ "), told.join(" · "))];
};

function whole(item, checklist) {
  return [
    h("dl", { class: "facts" }, one(t("held_on"), item.held_on && day(item.held_on)), one(t("place"), item.place),
      one(t("team"), item.team.join(", ")), one(t("present"), item.present)),
    sections(checklist).map((section) => [h("h2", {}, named(section)), h("dl", { class: "facts long" }, section.items.map(answered(item)))]),
    item.findings.length > 0 && [h("h2", {}, t("findings")), h("ul", {}, item.findings.map((found) =>
      h("li", {}, h("b", {}, t(`outcome_${found.outcome}`)), `: ${found.text}`, found.measure && h("span", { class: "small" },
        ` ${t("measure")}: ${found.measure}`, found.deadline && ` (${t("until", { day: day(found.deadline) })})`))))],
    h("h2", {}, t("ending")),
    h("dl", { class: "facts" }, item.in_use !== null && one(t("in_use"), t(item.in_use ? "in_use_yes" : "in_use_no")),
      one(t("summary"), item.summary), one(t("opinion"), item.opinion), one(t("outcome"), item.outcome && t(`outcome_${item.outcome}`))),
  ];
}

export function review(uid) {
  const record = recordOf(uid);
  const checklist = record && checklistOf(record);
  if (!checklist) return gone();
  const wants = lacking(record.item, checklist, subjectOf(uid));
  const finish = async () => {
    try {
      await send(uid, true);
      say(t("finished"));
      go("");
    } catch (fault) {
      say(trouble(fault));
    }
  };
  const draft = record.state === "draft";
  return { ...frameOf(record), title: t("review"), nodes: [
    draft && wants.length > 0 && wanted(uid, checklist, wants),
    whole(record.item, checklist),
    draft && !wants.length && [h("p", { class: "small" }, t("finish_more")), button(t("finish"), finish, "", "tick")],
    draft && link(to("visit", uid), t("write_on"), "button quiet", "other"),
  ] };
}
