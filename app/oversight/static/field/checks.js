// What a checklist asks, and what an inspection still lacks. Nothing here touches the screen.
import { local, t } from "./words.js";

export const NOT_APPLICABLE = "na";

export const today = () => local(Date.now()).slice(0, 10);

export const sections = (checklist) => checklist.body.sections;
export const questions = (checklist) => sections(checklist).flatMap((one) => one.items);

export const answerOf = (item, code) => item.answers[code] || {};
export const isAnswered = (item, code) => {
  const { value } = answerOf(item, code);
  return value !== undefined && value !== null && value !== "";
};
export const isBad = (item, { code, bad = [] }) => bad.includes(answerOf(item, code).value);

// How many of these questions are answered.
export const count = (item, asked) => asked.filter((one) => isAnswered(item, one.code)).length;

const LEAST = 10;
export const GRAVITY = ["in_order", "doubt", "violation"];
const HELD = "held";
const END = "end";
const FOUND = "found";

// What keeps an inspection from being finished: [screen, section, words, code of the question].
export function lacking(item, checklist, subject) {
  const wants = sections(checklist).flatMap((section, at) =>
    section.items.flatMap((one) => wanting(item, one).map((words) => ["check", at, words, one.code])));
  if (!item.held_on) wants.unshift([HELD, 0, t("lacks_day")]);
  else if (item.held_on > today()) wants.unshift([HELD, 0, t("lacks_past_day")]);
  for (const one of item.findings) {
    const wanted = !one.outcome || one.text.trim().length < LEAST ? "lacks_finding_text"
      : one.deadline && !one.measure.trim() ? "lacks_measure"
        : one.deadline && one.deadline < item.held_on ? "lacks_later" : "";
    if (wanted) wants.push([FOUND, 0, t(wanted), one.item]);
  }
  if (subject.kind === "right" && item.in_use === null) wants.push([END, 0, t("lacks_in_use")]);
  if (!item.outcome) wants.push([END, 0, t("lacks_outcome")]);
  else if (GRAVITY.indexOf(item.outcome) < gravest(item, checklist)) wants.push([END, 0, t("outcome_too_good")]);
  return wants;
}

function wanting(item, one) {
  const { value, photos = [] } = answerOf(item, one.code);
  if (!isAnswered(item, one.code)) return one.required ? [t("lacks_answer")] : [];
  if (one.kind === "number" && value !== NOT_APPLICABLE && typeof value !== "number") return [t("not_a_number")];
  if (one.photo && value !== NOT_APPLICABLE && !photos.length) return [t("lacks_photo")];
  return [];
}

// Of a bad answer a doubt remains at least, whatever was written of it.
const gravest = (item, checklist) => Math.max(
  questions(checklist).some((one) => isBad(item, one)) ? 1 : 0,
  ...item.findings.map((one) => GRAVITY.indexOf(one.outcome)));

// By what people tell two versions of an inspection apart: [where it stands, mine, theirs].
export function differences(mine, theirs) {
  const codes = [...new Set([...Object.keys(mine.answers), ...Object.keys(theirs.answers)])];
  const paths = [...FIELDS.map((name) => [name]), ...codes.map((code) => ["answers", code])];
  return paths.map((path) => [path, inside(mine, path), inside(theirs, path)])
    .filter(([, one, other]) => plain(one) !== plain(other));
}

export const FIELDS = ["held_on", "place", "team", "present", "findings", "observed", "measures", "in_use", "summary", "opinion", "outcome"];

// Where it was: of every phone the last that told it.
export const POSITION = ["latitude", "longitude"];

export const inside = (whole, path) => path.reduce((found, name) => (found || {})[name], whole);

export const isEmpty = (value) => (plain(value) || "{}") === "{}";

// Written alike whatever the order of members; what is empty is as good as missing.
function plain(value) {
  return JSON.stringify(value, (name, one) => {
    if (one === "" || one === null || (Array.isArray(one) && !one.length)) return undefined;
    if (Array.isArray(one) || typeof one !== "object") return one;
    return Object.fromEntries(Object.entries(one).filter(([key]) => key !== "uid").sort());
  });
}
