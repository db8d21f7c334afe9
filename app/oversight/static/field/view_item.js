// One inspection among what waits and what was sent.
import { band, h, link, to, trouble } from "./dom.js";
import { checklistOf, subjectOf } from "./held.js";
import { progress } from "./view_list.js";
import { mark } from "./view_outbox.js";
import { t, when } from "./words.js";

export function item(record) {
  const { id, problem, photos, received, state } = record;
  const unsent = photos.filter((one) => !one.sent).length;
  return h("li", { class: "card" },
    h("p", { class: "what" }, subjectOf(id).label, h("span", { class: "small" }, when(record.at))),
    h("p", {}, mark(state), checklistOf(record) && ` · ${progress(record)}`),
    received && unsent > 0 && h("p", { class: "small" }, t("photos_left", { count: unsent })),
    problem && band("bad", h("p", {}, problem.code === "conflict" ? t("conflict") : problem.title || trouble(problem))),
    link(to(problem && problem.code === "conflict" ? "conflict" : "visit", id), t("look"), "button quiet"));
}
