// What the screens show: the last download, and what is written on this phone beside it.
import { replay, written } from "./drafts.js";
import { counts, list } from "./outbox.js";
import { state } from "./store.js";
import { t } from "./words.js";

export const held = { state: null, items: [], counts: { waiting: 0, fixing: 0, draft: 0, others: 0 } };

export async function load() {
  // What could not be kept was told where it was typed.
  await written().catch(() => 0);
  await replay();
  [held.state, held.items, held.counts] = await Promise.all([state(), list(), counts()]);
}

export const recordOf = (uid) => held.items.find((one) => one.id === uid);
export const planned = (uid) => held.state.inspections.find((one) => one.uid === uid);

// What the server knows of it, its word of today first: of what was begun on the spot this phone
// has only the code, and what was signed or given to somebody else is in no download any more.
export function knownOf(uid) {
  const { more } = recordOf(uid) || {};
  return planned(uid) || (more && more.one) || { subject: { kind: "stamp", label: t("no_subject") } };
}

export const subjectOf = (uid) => knownOf(uid).subject;
export const usersOf = (uid) => knownOf(uid).users || [];
export const followedOf = (uid) => (knownOf(uid).open_measures || []).filter((one) => one.follow);

export const checklistFor = (version) => held.state.checklists[String(version)];

// The one it was begun with, whatever the server has since.
export const checklistOf = (record) =>
  (record.more && record.more.checklist) || checklistFor(record.item.checklist_version_id);

// Versions to begin with: of each checklist the newest.
export function newest() {
  const found = new Map();
  for (const [id, one] of Object.entries(held.state.checklists)) {
    if (!one.offered) continue;
    const known = found.get(one.name);
    if (!known || known[1].version < one.version) found.set(one.name, [Number(id), one]);
  }
  return [...found.values()];
}
