// What the screens show: the last download, and what stands in the outbox beside it.
import { counts, list } from "./outbox.js";
import { state } from "./store.js";
import { figure, labelled, t } from "./words.js";

export const held = { state: null, items: [], counts: { waiting: 0, fixing: 0, others: 0 } };

export async function load() {
  [held.state, held.items, held.counts] = await Promise.all([state(), list(), counts()]);
}

export const remember = (name, value) => localStorage.setItem(`diary.${name}`, value);
export const farms = () => held.state.entities;
export const farm = () =>
  farms().find((one) => String(one.id) === localStorage.getItem("diary.farm")) ?? farms()[0];
export const productOf = (lot) =>
  held.state.products.find((one) => one.id === lot.product_id) ?? { name: lot.product };
export const keyOf = (lot) => String(lot.id ?? lot.uid);

// Lots of the outbox that the last download has not yet.
function opened() {
  return held.items
    .filter((one) => one.kind === "lot" && !held.state.lots.some((lot) => lot.uid === one.id))
    .map(({ id, item, state: pending, problem }) => {
      const { entity_id, template_version_id } = productOf(item);
      const number = item.number || t("unnumbered", { day: item.production_date.slice(8, 10) });
      const plain = { state: "open", standing: "", missing: [], entity_id, template_version_id };
      return { ...item, ...plain, uid: id, number, pending, problem };
    });
}

export const lots = (of = farm()) =>
  [...opened(), ...held.state.lots].filter((lot) => lot.entity_id === of.id);
export const writable = (of) =>
  lots(of).filter((lot) => lot.state === "open" && lot.standing !== "recall");
export const findLot = (key) =>
  farms().flatMap(lots).find((lot) => keyOf(lot) === key || lot.uid === key);

export function currentLot() {
  const open = writable();
  const last = localStorage.getItem(`diary.lot.${farm().id}`);
  return open.find((lot) => keyOf(lot) === last || lot.uid === last) ?? open[0];
}

export function choose(lot) {
  remember("farm", lot.entity_id);
  remember(`lot.${lot.entity_id}`, lot.uid ?? lot.id);
}

export const ofLot = (lot) => (lot.id ? { lot_id: lot.id } : { lot_uid: lot.uid });
const isOf = (lot, { lot_id: id, lot_uid: uid }) => (id ? id === lot.id : uid === lot.uid);

const templateOf = (lot) => held.state.templates[lot.template_version_id ?? "plain"].body;
export const stagesOf = (lot) => templateOf(lot).stages;
export const stageOf = (lot, entry) =>
  stagesOf(lot).find((one) => one.code === entry.stage) ??
  stagesOf(lot).find((one) => one.kind === entry.kind) ??
  { code: "", name: t(`kind_${entry.kind}`), kind: entry.kind, fields: [], photos: 0 };

// A lot's diary, the newest first: what waits on this phone, then what the server has.
export function entriesOf(lot) {
  const kept = held.state.entries.filter((one) => one.lot_id === lot.id);
  const ids = new Set(kept.map((one) => one.id));
  const pending = held.items
    .filter((one) => one.kind === "entry" && isOf(lot, one.item) && !ids.has(one.id))
    .map((one) => ({ ...one.item, id: one.id, photos: one.photos, pending: one.state, at: one.at }))
    .sort((one, other) => (one.at < other.at ? 1 : -1));
  const corrected = new Set(pending.map((one) => one.amends));
  for (const one of [...kept, ...pending]) one.replaced = one.amended_by || corrected.has(one.id);
  return [...pending, ...kept.sort((one, other) => other.sequence - one.sequence)];
}

export const lastOf = (lot) => entriesOf(lot).find((one) => !one.replaced && !one.erased);

export const unitLabel = (code) =>
  held.state.units.find((one) => one.code === code)?.label ?? code ?? "";

function said(field, value) {
  if (typeof value === "boolean") return t(value ? "yes" : "no");
  const choice = field?.choices?.find((one) => one.value === value);
  return choice ? labelled(choice) : typeof value === "number" ? figure(value) : value;
}

// What an entry says, as labels and texts; a bare number says nothing without its label.
export function told(lot, entry) {
  const { fields } = stageOf(lot, entry);
  const values = entry.values ?? {};
  return Object.entries(values)
    .filter(([name]) => name !== "unit" || !("quantity" in values))
    .map(([name, value]) => {
      const field = fields.find((one) => one.name === name);
      const unit = name === "quantity" ? values.unit || field?.unit : field?.unit;
      const text = `${said(field, value)} ${unitLabel(unit)}`.trim();
      return [field ? labelled(field) : name, text, !unit && typeof value === "number"];
    });
}

// Values that were written before in a field of such a stage, the latest first.
export function lastValues(lot, stage, name) {
  const same = lots().filter((one) => one.product_id === lot.product_id);
  const found = [lot, ...same].flatMap((one) => entriesOf(one))
    .filter((one) => one.stage === stage.code && one.values?.[name] !== undefined)
    .map((one) => one.values[name]);
  return [...new Set(found)].slice(0, 3);
}
