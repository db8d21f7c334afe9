// What goes in one request, and what the answer says of each inspection.
export const MOST_ITEMS = 10;

export const ready = (records, putOff) =>
  records.filter((one) => !one.received && one.state === "waiting" && !putOff.has(one.id));

export const parcel = (records) => ({ inspections: records.map((one) => one.item) });

// Somebody else's version is kept beside one's own until somebody has chosen.
export const results = ({ results: found = [] }) => found.map((one) =>
  [one.uid, one.result === "conflict" ? conflict(one) : one]);

const conflict = ({ theirs, error }) =>
  ({ result: "refused", error: { ...error, code: "conflict", theirs, retryable: false } });

export const kept = ({ id, version, warnings = [] }) => ({ warnings, server: { id, version } });

export const understood = (body) => Array.isArray(body.inspections);
