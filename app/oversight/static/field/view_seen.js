// Of a right: who was seen to use its sign. Of a re-check: what was done of the measures.
import { h, link, to } from "./dom.js";
import { area, radios } from "./form.js";
import { followedOf, recordOf, usersOf } from "./held.js";
import { frameOf, keep, visit } from "./view_visit.js";
import { day, t } from "./words.js";

// One of a list that is kept whole: `key` tells its members apart.
function seen(record, list, key, id, flag, label, words) {
  const known = record.item[list].find((one) => one[key] === id) || {};
  const choice = radios(label, words.map((one, at) => [at ? "no" : "yes", t(one)]), flag in known ? (known[flag] ? "yes" : "no") : "");
  const note = area(known.note, { rows: 2, maxlength: 2000, "aria-label": `${t("note")}: ${label}` });
  const box = h("li", { class: "card" }, h("p", { class: "label" }, label), choice, h("details", { open: Boolean(known.note) }, h("summary", {}, t("note")), note));
  // A note by itself says nothing of either.
  const change = () => choice.value && keep(record, [list],
    [...record.item[list].filter((one) => one[key] !== id), { [key]: id, [flag]: choice.value === "yes", note: note.value }]);
  choice.addEventListener("change", change);
  note.addEventListener("input", change);
  return box;
}

export function users(uid) {
  const record = recordOf(uid);
  if (!record || record.state !== "draft") return visit(uid);
  return { ...frameOf(record), title: t("observed"), still: true, nodes: [
    h("p", { class: "small" }, t("observed_hint")),
    h("ul", { class: "stack" }, usersOf(uid).map((one) =>
      seen(record, "observed", "entity_id", one.entity_id, "in_use", one.name, ["in_use_yes", "in_use_no"]))),
    link(to("end", uid), t("next_named", { name: t("ending") }), "button"),
  ] };
}

export function measures(uid) {
  const record = recordOf(uid);
  if (!record || record.state !== "draft") return visit(uid);
  return { ...frameOf(record), title: t("measures"), still: true, nodes: [
    h("ul", { class: "stack" }, followedOf(uid).map((one) => seen(record, "measures", "id", one.id, "done",
      `${one.text} (${t("until", { day: day(one.deadline) })})`, ["is_done", "is_undone"]))),
    link(to("found", uid), t("next_named", { name: t("findings") }), "button"),
  ] };
}
