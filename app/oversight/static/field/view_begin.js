// An inspection on the spot: by a stamp's code, or of a subject this phone knows.
import { button, fill, h, say, trouble } from "./dom.js";
import { canScan, codeOf, scan } from "./camera.js";
import { row, select, text } from "./form.js";
import { held, newest } from "./held.js";
import { start } from "./view_visit.js";
import { named, t } from "./words.js";

function scanner(input) {
  const box = h("div", {});
  const told = h("p", { class: "small", role: "status" });
  const offer = () => fill(box, told, button(t("scan"), look, "quiet", "camera"));
  const look = async () => {
    const video = h("video", { playsinline: true, muted: true });
    let stopped = false;
    const stop = () => { stopped = true; };
    fill(told, t("scan_hold"));
    fill(box, told, video, button(t("scan_stop"), stop, "quiet", "cross"));
    try {
      const code = await scan(video, () => stopped || !video.isConnected);
      if (code) input.value = code;
      fill(told, code && t("scan_read", { code }));
    } catch (fault) {
      fill(told, t("scan_denied"));
    }
    offer();
    input.focus();
  };
  canScan().then((can) => can && offer());
  return box;
}

// Of all inspections here each subject once; a batch is named by a code.
function known() {
  const found = new Map();
  for (const { subject } of held.state.inspections)
    if (subject.kind !== "batch") found.set(`${subject.kind} ${subject.id}`, subject);
  return [...found].sort(([, one], [, other]) => one.label.localeCompare(other.label, "vi"));
}

export function begin(given = "") {
  const code = text(codeOf(given), { autocomplete: "off", autocapitalize: "characters", maxlength: 120 });
  const subjects = known();
  const whom = select([["", t("choose")], ...subjects.map(([key, one]) => [key, `${one.label} · ${t(`subject_${one.kind}`)}`])], "");
  const lists = newest();
  const list = select(lists.map(([id, one]) => [id, named(one)]), lists[0] && lists[0][0]);
  const byCode = row(t("stamp_code"), code, { hint: t("stamp_code_hint") });
  const submit = async (event) => {
    event.preventDefault();
    const typed = codeOf(code.value);
    const chosen = subjects.find(([key]) => key === whom.value);
    if (!typed && !chosen) return byCode.refuse(t("subject_needed"));
    if (typed && chosen) return byCode.refuse(t("subject_twice"));
    const subject = typed ? { kind: "stamp", id: typed, label: typed } : chosen[1];
    try {
      return await start({ subject: { kind: subject.kind, id: String(subject.id) } }, { subject }, Number(list.value));
    } catch (fault) {
      return say(trouble(fault));
    }
  };
  return { title: t("begin_new"), section: "begin", still: true, nodes: [
    lists.length ? h("form", { novalidate: true, onsubmit: submit }, scanner(code), byCode,
      subjects.length > 0 && row(t("known_subject"), whom), row(t("checklist"), list),
      h("button", {}, t("begin"))) : h("p", { class: "empty" }, t("no_checklists")),
  ] };
}
