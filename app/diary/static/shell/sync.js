// Sends what waits: texts first, in the order of writing, then photos; then downloads anew.
//
// Only while the app is looked at, and in one tab. Whether there is a network is never asked of
// the browser, but tried. Nothing is dropped: an answer only ever marks what it names.
import { Trouble, contentDigest } from "./ids.js";
import { VERSION, ask } from "./net.js";
import { change, list, outboxChanges, settle, tidy } from "./outbox.js";
import { API, SYNC } from "./own.js";
import { MOST_ITEMS, kept, parcel, ready, results, understood } from "./parcels.js";
import { device, inOne, keepState, keptState, read, write } from "./store.js";
import { exclusive } from "./turns.js";

const MOST = { bytes: 200_000, piece: 256 * 1024 };
const LEAST_PIECE = 16 * 1024;
const FIRST_WAIT = 2_000;
const LONGEST_WAIT = 300_000;
// After each entry anew would cost more than the entries; what was just sent is on the phone.
const FRESH = 60_000;
const OTHER_TAB = 5_000;
// So long what was just written can be taken back before it is sent.
const GRACE = 8_000;
const OFF = 300;
// The server's word for: this cookie is another account's than the request is meant for.
const OTHER = "diary.other_account";

// "change" when the status did.
export const syncChanges = new EventTarget();

let told = { state: "idle", retryAt: null, skew: 0 };
let failures = 0;
let timer = 0;
let graced = 0;
// How long the last look found that something has to be held back, and whether nothing shall be.
let holding = 0;
let hasty = false;
let running = null;
// By performance.now(), which no change of the clock moves: the last download, the last try,
// and before when the server does not want to be asked.
let downloaded = NaN;
let tried = 0;
let notBefore = 0;
let piece = MOST.piece;
// What the server could not take yet: not asked again before the next run.
const putOff = new Set();

// {state: "idle"|"sending"|"offline"|"signin"|"later", retryAt: Date|null, skew: seconds that
// this phone's clock is ahead of the server's}
export const status = () => told;

// By how many minutes the phone's clock is off, where that is too much to be let pass; and the
// time as the server has it then.
export const off = () => (Math.abs(told.skew) > OFF ? Math.round(told.skew / 60) : 0);
export const now = () => Date.now() - (off() && told.skew * 1e3);

function tell(state, retryAt = null) {
  told = { ...told, state, retryAt };
  syncChanges.dispatchEvent(new Event("change"));
}

// Sends all and downloads now, unless that is going on already. Never rejects; see status().
export function run() {
  hasty = true;
  return round(true);
}

function round(whole) {
  if (!running) running = attempt(whole).finally(() => (running = null));
  return running;
}

async function attempt(whole) {
  clearTimeout(timer);
  clearTimeout(graced);
  graced = 0;
  tried = performance.now();
  tell("sending");
  try {
    if (await exclusive("sync", () => work(whole), { wait: false })) {
      failures = 0;
      tell("idle");
      if (holding) graced = setTimeout(written, holding);
    } else {
      // Another tab is at it. Should that be closed, this one goes on.
      after(OTHER_TAB);
    }
  } catch (error) {
    if (!(error instanceof Trouble)) console.error(error);
    later(error);
  } finally {
    hasty = false;
  }
}

function later({ code, wait = 0 }) {
  if (code === "signin") return tell("signin");
  const grown = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** failures);
  failures += 1;
  notBefore = performance.now() + wait;
  // Many phones lose the same mast at once; they must not come back at once.
  const delay = Math.max(wait, grown * (0.5 + Math.random()));
  after(delay);
  return tell(code === "offline" ? "offline" : "later", new Date(Date.now() + delay));
}

function after(delay) {
  clearTimeout(timer);
  timer = setTimeout(start, delay);
}

// Runs if somebody looks; the next look runs otherwise.
function start() {
  if (looked() && performance.now() >= notBefore) round(true);
}

// Runs at once and whenever something gives reason to: a new entry, a network, a look.
export async function begin() {
  told.skew = (await read("skew")) || 0;
  addEventListener("online", start);
  document.addEventListener("visibilitychange", () => (looked() ? start() : left()));
  outboxChanges.addEventListener("change", written);
  start();
}

async function left() {
  await running;
  if (graced) round(false);
}

// How long a record can still be taken back. A clock that was put back holds nothing up.
function grace({ state, received, at }) {
  const age = Date.now() - Date.parse(at);
  return state === "waiting" && !received && age >= 0 ? Math.max(0, GRACE - age) : 0;
}

// What may go now: what was just written goes when nobody has taken it back, and at the latest as
// the app is left. What was written after it may need it.
function due(records) {
  const first = records.findIndex(grace);
  holding = first < 0 ? 0 : grace(records[first]);
  return ready(!holding || hasty || !looked() ? records : records.slice(0, first), putOff);
}

// Where the network was away just now, something new to send tries it.
async function written() {
  clearTimeout(graced);
  graced = 0;
  const again = told.state === "offline" && performance.now() - tried > OTHER_TAB;
  const waiting = (await list()).filter((one) => one.state === "waiting");
  if (!waiting.length || (told.state !== "idle" && !again)) return;
  const wait = Math.max(...waiting.map(grace));
  if (wait) graced = setTimeout(written, wait);
  else round(false);
}

async function work(whole) {
  putOff.clear();
  do {
    try {
      while (((await sendTexts()) || (await sendPhoto())) && looked());
    } catch (error) {
      // Somebody else has signed in: what is downloaded now is theirs, and theirs is sent next.
      if (error.code !== OTHER) throw error;
      downloaded = NaN;
    }
    const age = performance.now() - downloaded;
    if (whole || !(age < FRESH)) await download();
    else after(FRESH - age);
    // What was written meanwhile goes as well.
  } while (due(await list()).length && looked());
  if (putOff.size) throw new Trouble("later");
  return true;
}

const looked = () => document.visibilityState === "visible";

// Texts

async function sendTexts() {
  const batch = fitting(due(await list()));
  if (!batch.length) return false;
  await exclusive("text", () => post(batch));
  return true;
}

function fitting(records) {
  const batch = [];
  let bytes = 0;
  for (const record of records.slice(0, MOST_ITEMS)) {
    bytes += new Blob([JSON.stringify(record.item)]).size;
    if (batch.length && bytes > MOST.bytes) break;
    batch.push(record);
  }
  return batch;
}

async function post(batch) {
  // Read again: it may have been changed since it was chosen.
  const ids = new Set(batch.map((one) => one.id));
  const records = (await list()).filter((one) => ids.has(one.id) && one.state === "waiting");
  if (!records.length) return;
  const body = JSON.stringify({
    format: 1,
    app: VERSION,
    device: await device(),
    sent_at: new Date().toISOString(),
    ...parcel(records),
  });
  const headers = { "Content-Type": "application/json" };
  const answer = await ask("POST", SYNC, { body, headers });
  if (answer.status >= 400) return refused(records, answer);
  return accepted(records, answer.body);
}

// Marks each record by its result. What no result names stays as it is and is sent again.
async function accepted(records, body) {
  const found = new Map(results(body));
  const named = records.map((one) => one.id).filter((id) => found.has(id));
  if (!named.length) throw new Trouble("later");
  await change(named, (record, photos) => mark(record, found.get(record.id), photos));
}

function mark(record, found, photos) {
  const { result, error, photos_due: due = [] } = found;
  record.problem = null;
  if (result === "refused") return refuse(record, error);
  Object.assign(record, { received: true, ...kept(found) });
  for (const one of record.photos) if (!due.includes(one.sha256)) sent(record, one, photos);
  return settle(record);
}

// What is refused for a reason that may pass waits on, and says why.
function refuse(record, error) {
  fix(record, error);
  if (!error || !error.retryable) return;
  record.state = "waiting";
  putOff.add(record.id);
}

function sent(record, one, photos) {
  one.sent = true;
  photos.delete([record.id, one.sha256]);
}

function fix(record, error) {
  Object.assign(record, { state: "fixing", problem: { code: "", title: "", detail: "", field: null, ...error } });
}

// A refusal of the whole request: by halves the item is found that is to blame.
async function refused(records, { status, body }) {
  if (body.code === OTHER) throw new Trouble(OTHER);
  if (![400, 413, 422].includes(status)) throw new Trouble("later");
  if (records.length === 1) {
    const [{ id }] = records;
    return change(id, (record) => fix(record, problemOf(body)));
  }
  const half = Math.ceil(records.length / 2);
  await post(records.slice(0, half));
  return post(records.slice(half));
}

// A problem (RFC 9457) in the form of an item's error.
function problemOf({ code, title, detail, errors = [] }) {
  const [first] = errors;
  return { code, title, detail: first ? first.reason : detail, field: first ? first.field : null };
}

// Photos

async function sendPhoto() {
  const record = (await list()).find(
    (one) => one.received && one.state === "waiting" && one.photos.some((photo) => !photo.sent));
  if (!record) return false;
  const { sha256 } = record.photos.find((photo) => !photo.sent);
  const here = await inOne("readonly", ["photos"], (photos) => photos.get([record.id, sha256]));
  const answer = here
    ? await upload(`${API}/photos/${record.id}/${sha256}`, here.bytes)
    : { status: 404, body: { code: "photo_lost" } };
  await change(record.id, (found, photos) => landed(found, sha256, answer, photos));
  return true;
}

// Sends what the server lacks, in pieces, from where it says that it stands. Where all is there
// and the answer was lost, an empty piece asks for it.
async function upload(path, bytes) {
  let answer = await ask("GET", path);
  let tries = 0;
  while (answer.status === 200 && !answer.body.complete) {
    if (!looked()) throw new Trouble("later");
    const { offset } = answer.body;
    answer = await put(`${path}?offset=${offset}`, bytes.slice(offset, offset + piece));
    // It stands elsewhere than it said: another phone sends the same photo.
    if (answer.status === 409 && Number.isInteger(answer.body.offset) && (tries += 1) < 5)
      answer = { status: 200, body: { offset: answer.body.offset } };
  }
  return answer;
}

// A piece counts when all of it has arrived: on a bad line smaller ones get through.
async function put(path, body) {
  const headers = {
    "Content-Type": "application/octet-stream",
    "Content-Digest": await contentDigest(body),
  };
  try {
    const answer = await ask("PUT", path, { body, headers });
    piece = Math.min(MOST.piece, piece * 2);
    return answer;
  } catch (error) {
    if (error.code === "offline") piece = Math.max(LEAST_PIECE, piece / 2);
    throw error;
  }
}

function landed(record, sha256, { status, body }, photos) {
  const one = record.photos.find((photo) => photo.sha256 === sha256);
  if (!one) return;
  if (status === 200) sent(record, one, photos);
  // A server that was put back from a copy may have lost the text: it gets it once more.
  else if (status === 404 && !record.lost && body.code !== "photo_lost")
    Object.assign(record, { received: false, lost: true });
  else fix(record, problemOf(body));
  settle(record);
}

// The download

async function download() {
  const last = await keptState();
  const headers = last ? { "If-None-Match": last.etag } : {};
  const answer = await ask("GET", `${API}/state`, { headers, forAll: true });
  await clock(answer.headers);
  const { status, body } = answer;
  if (status < 400) downloaded = performance.now();
  if (status === 304) return;
  if (status !== 200 || !body.reader || !understood(body)) throw new Trouble("later");
  await keepState(body, answer.headers.get("ETag") || "");
  await tidy();
}

// By how much this phone's clock is ahead; the server measures it for itself when it is sent to.
async function clock(headers) {
  const there = Date.parse(headers.get("Date"));
  if (Number.isNaN(there)) return;
  told.skew = Math.round((Date.now() - there) / 1000);
  await write("skew", told.skew);
}
