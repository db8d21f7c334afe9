// What the diary's outbox sends in one request, and what the answer says of each record.
export const MOST_ITEMS = 50;

// What may go now. An entry of a lot, or a correction of an entry, that itself needs fixing
// first is held back: the server would refuse it for a reason that passes.
export function ready(records, putOff) {
  const held = new Set(putOff);
  const found = [];
  for (const record of records) {
    if (record.received) continue;
    const { lot_uid: lot, amends, inputs = [] } = record.item;
    const needed = [record.id, lot, amends, ...inputs.map((one) => one.source_lot_uid)];
    if (record.state !== "waiting" || needed.some((id) => held.has(id))) held.add(record.id);
    else found.push(record);
  }
  return found;
}

export function parcel(records) {
  const of = (kind) => records.filter((one) => one.kind === kind).map((one) => one.item);
  return { lots: of("lot"), entries: of("entry") };
}

// The answer's results, each with the id of its record.
export const results = ({ lots = [], results: entries = [] }) =>
  [...lots.map((one) => [one.uid, one]), ...entries.map((one) => [one.id, one])];

// What is kept of a result beside the record.
export const kept = ({ warnings = [] }) => ({ warnings });

// Whether a download is one.
export const understood = (body) => Array.isArray(body.lots);
