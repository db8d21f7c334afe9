// One inspection: where it stands, its steps, and what is written at its beginning and its end.
import { band, button, fill, go, h, icon, link, say, state, to, trouble } from "./dom.js";
import { FIELDS, GRAVITY, POSITION, count, isBad, lacking, questions, sections, today } from "./checks.js";
import { begin, reopen, send, write } from "./drafts.js";
import { area, radios, row, select, text } from "./form.js";
import { checklistFor, checklistOf, followedOf, held, knownOf, newest, planned, recordOf, subjectOf, usersOf } from "./held.js";
import { discarding, mark, tell } from "./view_outbox.js";
import { on, progress } from "./view_list.js";
import { day, named, t } from "./words.js";

export const gone = () => ({ title: t("not_here"), back: [""], nodes: [h("p", { class: "empty" }, t("not_here_more"))] });

export function frameOf(record) {
  const { label, kind } = subjectOf(record.id);
  return { above: `${t(`subject_${kind}`)}: ${label}`, section: "", back: ["visit", record.id] };
}

// Writes what is typed; a phone that keeps nothing says so at once.
export const keep = (record, path, value) =>
  write(record, path, value).catch((fault) => say(trouble(fault)));

// A control whose value goes to a place of the inspection with each keystroke.
export function kept(record, path, control, read = () => control.value) {
  control.addEventListener(control.tagName === "DIV" ? "change" : "input", () => keep(record, path, read()));
  return control;
}

// Before it is begun

const facts = (pairs) => h("dl", { class: "facts" }, pairs.filter(([, told]) => told)
  .map(([name, told]) => [h("dt", {}, name), h("dd", {}, told)]));

const about = ({ subject: { kind, address, entity, right }, plan, cause, occasion, ...one }) => facts([
  [t("what"), t(`subject_${kind}`)], [t("of_entity"), entity], [t("address"), address],
  [t("subject_right"), kind !== "right" && right], [t("plan"), plan],
  [t("cause"), occasion || (cause && t(`cause_${cause}`))], [t("planned_on"), on(one)],
]);

// What was asked for before and is still to be done.
const measures = (one) => one.open_measures && one.open_measures.length > 0 &&
  band("warn", h("p", {}, h("b", {}, t("open_measures"))), h("ul", {}, one.open_measures.map((measure) =>
    h("li", {}, measure.text, measure.deadline && ` (${t("until", { day: day(measure.deadline) })})`))));

const page = ({ path }) => path && h("p", {}, h("a", { href: path, class: "tall" }, icon("globe"), ` ${t("office_page")}`));

// `one` is what is known of it beside what will be sent.
export async function start(item, one, version) {
  const checklist = checklistFor(version);
  const uid = await begin({ held_on: today(), team: [held.state.reader.name], ...item, checklist_version_id: version }, { one, checklist });
  say(t("begun"));
  go("check", uid, 0);
}

function untouched(one) {
  const choice = one.checklist_version_id ? null
    : select(newest().map(([id, each]) => [id, named(each)]), newest()[0] && newest()[0][0]);
  const version = () => one.checklist_version_id || Number(choice.value);
  const written = Object.fromEntries([...FIELDS, ...POSITION].map((name) => [name, one[name]]));
  const item = { id: one.id, uid: one.uid, base_version: one.version, ...written,
    team: one.team.length ? one.team : [held.state.reader.name], held_on: one.held_on || today(), answers: one.answers };
  const { answers, findings, ...known } = one;
  const act = () => start(item, known, version()).catch((fault) => say(trouble(fault)));
  const begun = one.state === "held";
  return { title: one.subject.label, section: "", back: [""], nodes: [
    begun && band("plain", h("p", {}, t("held_already"))),
    about(one), measures(one),
    choice && row(t("checklist"), choice),
    button(t(begun ? "write_on" : "begin"), act, "", "today"), page(one.subject),
  ] };
}

// While it is written

const TELLING = { waiting: "waits_more", draft: "draft_more" };

function standing(record) {
  const { problem, state: now } = record;
  if (problem && problem.code === "conflict")
    return band("bad", h("p", {}, h("b", {}, t("conflict"))), h("p", {}, t("conflict_more")),
      link(to("conflict", record.id), t("conflict_look"), "button"));
  if (problem) return band("bad", h("p", {}, h("b", {}, problem.title || trouble(problem))), h("p", {}, problem.detail));
  if (now === "sent")
    return h("p", { class: "said" }, h("span", { "aria-hidden": "true" }, "✓ "), t(record.item.finished ? "sent_finished" : "sent_so_far"));
  return band("plain", h("p", {}, t(TELLING[now])));
}

const step = (href, name, told, done) => h("li", {}, h("a", { href }, h("span", {}, h("b", {}, name),
  h("span", { class: "small" }, told)), done ? state("good", "✓", t("done")) : state("neutral", "○", t("open"))));

function steps(record, subject) {
  const { item, id } = record;
  const checklist = checklistOf(record);
  const open = lacking(item, checklist, subject);
  const fine = (name, at = 0) => !open.some(([screen, section]) => screen === name && section === at);
  return h("ol", { class: "lines" },
    step(to("held", id), t("arrival"), [item.held_on && day(item.held_on), item.place].filter(Boolean).join(" · "), fine("held")),
    sections(checklist).map((one, at) => {
      const bad = one.items.filter((each) => isBad(item, each)).length;
      const told = t("progress", { done: count(item, one.items), all: one.items.length });
      return step(to("check", id, at), named(one), bad ? `${told} · ${t("bad_count", { count: bad })}` : told,
        fine("check", at) && count(item, one.items) > 0);
    }),
    followedOf(id).length > 0 && step(to("measures", id), t("measures"), "", item.measures.length === followedOf(id).length),
    usersOf(id).length > 0 && step(to("users", id), t("observed"), t("progress", { done: item.observed.length, all: usersOf(id).length }), item.observed.length > 0),
    step(to("found", id), t("findings"), item.findings.length ? t("findings_count", { count: item.findings.length }) : t("no_findings"), fine("found")),
    step(to("end", id), t("ending"), item.outcome && t(`outcome_${item.outcome}`), fine("end")));
}

export function visit(uid) {
  const record = recordOf(uid);
  const one = planned(uid);
  if (record && record.state === "sent" && one && one.version > (record.server ? record.server.version : 0)) return untouched(one);
  if (!record) return one ? untouched(one) : gone();
  const { subject } = knownOf(uid);
  const checklist = checklistOf(record);
  if (!checklist) return { title: subject.label, back: [""], nodes: [standing(record), h("p", { class: "empty" }, t("no_checklist"))] };
  const asked = questions(checklist);
  const draft = record.state === "draft";
  return { title: subject.label, section: "", back: [""], nodes: [
    standing(record), about(knownOf(uid)), measures(knownOf(uid)),
    h("label", { class: "so-far" }, progress(record), h("progress", { max: asked.length, value: count(record.item, asked) })),
    draft && steps(record, subject),
    draft ? link(to("review", uid), t("review"), "button", "tick")
      : !(record.received && record.item.finished) && button(t("write_on"), () => tell(reopen(uid), "reopened"), record.state === "fixing" ? "" : "quiet", "other"),
    !draft && link(to("review", uid), t("read_all"), "button quiet", "observation"),
    draft && h("details", {}, h("summary", {}, t("other_acts")),
      button(t("send_so_far"), () => tell(send(uid, false), "sending_so_far"), "quiet", "up"), discarding(record)),
    page(subject),
  ] };
}

// What is written as one arrives.
export function arrival(uid) {
  const record = recordOf(uid);
  if (!record || record.state !== "draft") return visit(uid);
  const { item } = record;
  const lines = (control) => control.value.split("\n").map((one) => one.trim()).filter(Boolean);
  const team = area(item.team.join("\n"), { rows: 3 });
  const date = text(item.held_on, { type: "date", max: today() });
  const control = (name, made) => kept(record, [name], made);
  return { ...frameOf(record), title: t("arrival"), still: true, nodes: [
    row(t("held_on"), kept(record, ["held_on"], date, () => date.value || null), { required: true }),
    row(t("place"), control("place", text(item.place, { maxlength: 200 })), { hint: t("place_hint") }),
    position(record),
    row(t("team"), kept(record, ["team"], team, () => lines(team)), { hint: t("team_hint") }),
    row(t("present"), control("present", area(item.present, { rows: 3, maxlength: 2000 })), { hint: t("present_hint") }),
    link(to("check", uid, 0), t("next"), "button"),
  ] };
}

// By the inspector's own tap and not before; some ten metres are near enough.
function position(record) {
  if (!navigator.geolocation) return null;
  const told = h("p", { class: "small", role: "status" });
  const box = h("div", { class: "field" });
  const show = () => {
    const { latitude, longitude } = record.item;
    const has = latitude !== undefined && latitude !== null;
    fill(told, has && t("position_at", { latitude, longitude }));
    fill(box, told, has ? button(t("position_drop"), () => set(undefined), "quiet", "cross")
      : button(t("position_add"), ask, "quiet", "globe"));
  };
  const set = (coords) => {
    for (const name of POSITION)
      keep(record, [name], coords && Number(coords[name].toFixed(4)));
    show();
    box.querySelector("button").focus();
  };
  const ask = () => {
    fill(told, t("position_asking"));
    navigator.geolocation.getCurrentPosition(({ coords }) => set(coords),
      () => fill(told, t("position_refused")), { enableHighAccuracy: true, timeout: 15e3 });
  };
  show();
  return box;
}

// The end

export const outcomes = (label, value, few = GRAVITY) =>
  radios(label, few.map((one) => [one, t(`outcome_${one}`)]), value);

export function ending(uid) {
  const record = recordOf(uid);
  if (!record || record.state !== "draft") return visit(uid);
  const { item } = record;
  const use = subjectOf(uid).kind === "right" &&
    radios(t("in_use"), [["yes", t("in_use_yes")], ["no", t("in_use_no")]], item.in_use === null ? "" : item.in_use ? "yes" : "no");
  const outcome = outcomes(t("outcome"), item.outcome);
  return { ...frameOf(record), title: t("ending"), still: true, nodes: [
    use && row(t("in_use"), kept(record, ["in_use"], use, () => use.value === "yes"), { required: true }),
    row(t("summary"), kept(record, ["summary"], area(item.summary, { rows: 4, maxlength: 2000 }))),
    row(t("opinion"), kept(record, ["opinion"], area(item.opinion, { rows: 3, maxlength: 2000 }))),
    row(t("outcome"), kept(record, ["outcome"], outcome), { required: true, hint: t("outcome_hint") }),
    link(to("review", uid), t("review"), "button", "tick"),
  ] };
}
