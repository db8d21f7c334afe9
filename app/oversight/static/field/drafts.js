// Inspections as they are written: each keystroke goes to the disk at once, as a change of one
// place in one record, so that two tabs and a screen of before overwrite nothing else.
import { POSITION } from "./checks.js";
import { Trouble, sha256, uuid } from "./ids.js";
import { change, fresh, insert } from "./outbox.js";
import { NAME } from "./own.js";
import { account } from "./store.js";
import { exclusive } from "./turns.js";

const START = { held_on: null, place: "", team: [], present: "", answers: {}, findings: [], observed: [], measures: [],
  in_use: null, summary: "", opinion: "", outcome: "" };

// Begins an inspection on this phone: a planned one, one that was begun elsewhere, or a new one.
// Resolves with its uid. `more` is what the screens need and the server knows.
export async function begin(item, more) {
  const who = await account();
  if (!who) throw new Trouble("signin");
  const whole = { uid: uuid(), ...START, ...item, finished: false };
  const record = { ...fresh("inspection", whole, who.id, []), more };
  if (!(await insert(record, []))) await renew(record);
  return whole.uid;
}

// Of what was sent from here before, the record stays and is written upon anew.
const renew = ({ id, item, more }) =>
  exclusive("text", () => change(id, (record) => {
    if (record.state !== "sent") throw new Trouble("open");
    Object.assign(record, { item, more, state: "draft", received: false, problem: null, photos: [], at: new Date().toISOString() });
  }));

// Takes back what waits or was refused, to go on writing.
export const reopen = (uid) =>
  exclusive("text", () => change(uid, (record) => {
    upon(record, record.server);
    Object.assign(record, { state: "draft", received: false, problem: null });
    record.item.finished = false;
  }));

// Has it sent: finished, or as far as it has come.
export const send = (uid, finished) =>
  change(uid, (record) => {
    Object.assign(record, { state: "waiting", received: false, problem: null });
    record.item.finished = finished;
  });

// What the server has is what the next sending builds upon.
function upon(record, server) {
  if (server) Object.assign(record.item, { id: server.id, base_version: server.version });
}

// Ends a conflict: of each place that differs, mine or theirs.
export const settle = (uid, chosen) =>
  exclusive("text", () => change(uid, (record) => {
    const { theirs } = record.problem;
    for (const [path, value] of chosen) put(record.item, path, value);
    for (const name of POSITION) if (!Number.isFinite(record.item[name])) record.item[name] = theirs[name];
    upon(record, theirs);
    Object.assign(record, { state: "waiting", received: false, problem: null });
    forgetPhotos(record);
  }));

// Photos that no answer names any more are not sent.
function forgetPhotos(record, photos) {
  const named = Object.values(record.item.answers).flatMap((one) => one.photos || []);
  const gone = record.photos.filter((one) => !named.some(({ sha256: name }) => name === one.sha256));
  record.photos = record.photos.filter((one) => !gone.includes(one));
  if (photos) for (const { sha256: name } of gone) photos.delete([record.id, name]);
}

// Keystrokes

let waiting = [];
let flying = [];
let writing = null;

// A page may be killed between a keystroke and its transaction. What no disk has confirmed yet
// stands in a journal that outlives the page; whoever opens the app next writes it down.
const JOURNAL = `${NAME}.typed.`;
const own = JOURNAL + uuid();

function journal(left) {
  try {
    if (left.length) localStorage.setItem(own, JSON.stringify(left));
    else localStorage.removeItem(own);
  } catch (error) {
    // Full: then the transaction alone must do.
  }
}

export async function replay() {
  for (const key of Object.keys(localStorage).filter((one) => one.startsWith(JOURNAL) && one !== own)) {
    for (const { uid, path, value } of JSON.parse(localStorage.getItem(key)))
      // It may have been sent or discarded since, by another page.
      await change(uid, (record) => record.state === "draft" && put(record.item, path, value)).catch(() => 0);
    localStorage.removeItem(key);
  }
}

// Writes a value at a place of the record: on the screen's copy now, on the disk in a moment.
// Resolves when it is there; what went wrong is thrown to who asked last.
export function write(record, path, value) {
  put(record.item, path, value);
  const same = (one) => one.uid === record.id && one.path.join() === path.join();
  waiting = [...waiting.filter((one) => !same(one)), { uid: record.id, path, value }];
  journal([...flying, ...waiting]);
  if (!writing) writing = flush().finally(() => (writing = null));
  return writing;
}

// Resolves when nothing typed is still on its way to the disk.
export const written = () => writing || Promise.resolve();

async function flush() {
  while (waiting.length) {
    const [{ uid }] = waiting;
    flying = waiting.filter((one) => one.uid === uid);
    waiting = waiting.filter((one) => one.uid !== uid);
    try {
      await change(uid, (record) => {
        if (record.state !== "draft") throw new Trouble("sent");
        for (const { path, value } of flying) put(record.item, path, value);
      });
    } finally {
      flying = [];
      journal(waiting);
    }
  }
}

// Sets, or with `undefined` takes away, what stands at a path; steps into lists by `uid`.
function put(whole, path, value) {
  const last = path[path.length - 1];
  const box = path.slice(0, -1).reduce((at, name) => {
    if (Array.isArray(at)) return at.find((one) => one.uid === name) || {};
    if (!at[name]) at[name] = {};
    return at[name];
  }, whole);
  if (Array.isArray(box)) entry(box, last, value);
  else if (value === undefined) delete box[last];
  else box[last] = value;
}

function entry(list, uid, value) {
  const at = list.findIndex((one) => one.uid === uid);
  if (value === undefined) list.splice(at, at < 0 ? 0 : 1);
  else if (at < 0) list.push(value);
  else list[at] = value;
}

// Photos

export async function addPhoto(record, code, blob) {
  const bytes = await blob.arrayBuffer();
  const photo = { sha256: await sha256(bytes), size: bytes.byteLength };
  await written();
  await change(record.id, (held, photos) => {
    if (held.state !== "draft") throw new Trouble("sent");
    photos.put({ id: held.id, sha256: photo.sha256, bytes });
    if (!held.photos.some((one) => one.sha256 === photo.sha256)) held.photos.push({ ...photo, sent: false });
    name(held.item, code, photo);
  });
  name(record.item, code, photo);
}

function name(item, code, photo) {
  const known = (item.answers[code] || {}).photos || [];
  if (!known.some((one) => one.sha256 === photo.sha256)) put(item, ["answers", code, "photos"], [...known, photo]);
}

export async function dropPhoto(record, code, sha) {
  const drop = (item) => {
    const kept = item.answers[code].photos.filter((one) => one.sha256 !== sha);
    put(item, ["answers", code, "photos"], kept.length ? kept : undefined);
  };
  await written();
  await change(record.id, (held, photos) => {
    drop(held.item);
    forgetPhotos(held, photos);
  });
  drop(record.item);
}
