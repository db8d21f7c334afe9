// What was written on this phone, until the server has it and after.
//
// A record: {n, id, account, kind: "entry"|"lot", state: "waiting"|"sent"|"fixing"|"draft", at, item,
// problem: {code, title, detail, field}|null, photos: [{sha256, size, sent}], received}.
// `item` is what POST /api/v1/sync takes in `entries` or `lots`. `received` says that the server
// has the text: an entry is "sent" when it has the photos too. Lots have their `uid` as `id`.
// `more` is what an app needs beside it and nobody sends.
//
// Errors are Trouble with `code`: "full" (storage), "https", "signin" (nobody was ever signed in
// here), "gone" (no such record), "sent" (the server has it: write a correction instead).
import { Trouble, sha256, uuid } from "./ids.js";
import { account, inOne, storeChanges, tell } from "./store.js";
import { exclusive } from "./turns.js";

const FEW = 50;

// "change" whenever a record came, went or changed, in this tab or another.
export const outboxChanges = new EventTarget();
storeChanges.addEventListener("outbox", () => outboxChanges.dispatchEvent(new Event("change")));

const changed = () => tell("outbox");

// Keeps an entry; resolves with its id when it is on disk. `entry` lacks nothing but what is
// filled in here: id, device_at, photos. An id that is there already is the same entry.
export function add(entry, photos = []) {
  return keep("entry", { id: uuid(), device_at: new Date().toISOString(), ...entry }, photos);
}

// Keeps a new lot; resolves with its uid, which entries name as `lot_uid`.
export function addLot(lot) {
  return keep("lot", { uid: uuid(), ...lot }, []);
}

async function keep(kind, item, blobs) {
  const who = await account();
  if (!who) throw new Trouble("signin");
  const pictures = await read(blobs);
  if (kind === "entry") item.photos = pictures.map(({ sha256, size }) => ({ sha256, size }));
  const record = fresh(kind, item, who.id, pictures);
  await insert(record, pictures);
  return record.id;
}

export function fresh(kind, item, owner, pictures) {
  return {
    id: item.uid ?? item.id,
    account: owner,
    kind,
    // Inspections are begun long before they are sent.
    state: item.finished === false ? "draft" : "waiting",
    at: new Date().toISOString(),
    item,
    problem: null,
    photos: pictures.map(({ sha256, size }) => ({ sha256, size, sent: false })),
    received: false,
  };
}

async function read(blobs) {
  const found = new Map();
  for (const blob of blobs) {
    const bytes = await blob.arrayBuffer();
    const name = await sha256(bytes);
    found.set(name, { sha256: name, size: bytes.byteLength, bytes });
  }
  return [...found.values()];
}

// Puts a record with its photos; false where its id is there already, which then stays as it is.
export async function insert(record, pictures) {
  let added = true;
  await inOne("readwrite", ["outbox", "photos"], (outbox, photos) => {
    outbox.index("id").getKey(record.id).onsuccess = (event) => {
      added = event.target.result === undefined;
      if (!added) return;
      outbox.add(record);
      for (const { sha256, bytes } of pictures) photos.put({ id: record.id, sha256, bytes });
    };
  });
  if (added) changed();
  return added;
}

const everything = () => inOne("readonly", ["outbox"], (outbox) => outbox.getAll());

// This account's records, first in first.
export async function list() {
  const who = await account();
  return (await everything()).filter((one) => who && one.account === who.id);
}

// How much waits and needs fixing; `others` is what waits of other accounts on this phone.
export async function counts() {
  const who = await account();
  const told = { waiting: 0, fixing: 0, draft: 0, others: 0 };
  for (const { account: owner, state } of await everything())
    if (state !== "sent") told[who && owner === who.id ? state : "others"] += 1;
  return told;
}

// The photo itself, as a Blob, while this phone still has it; else null.
export async function photo(id, sha256) {
  const kept = await inOne("readonly", ["photos"], (photos) => photos.get([id, sha256]));
  return kept ? new Blob([kept.bytes], { type: "image/jpeg" }) : null;
}

// Replaces what an entry or a lot says and has it sent again; `blobs` are photos to add. Where
// the server has an older form of it already, the new one becomes its correction.
export async function edit(id, item, blobs = []) {
  const pictures = await read(blobs);
  await exclusive("text", () =>
    change(id, (record, photos) => {
      if (record.received) throw new Trouble("sent");
      const clash = record.problem && record.problem.code === TAKEN;
      record.item = { ...record.item, ...item };
      for (const { sha256, size, bytes } of pictures) {
        photos.put({ id, sha256, bytes });
        if (!record.photos.some((one) => one.sha256 === sha256))
          record.photos.push({ sha256, size, sent: false });
      }
      if (record.kind === "entry") name(record);
      if (clash) correct(record, photos);
      Object.assign(record, { state: "waiting", problem: null });
    }));
}

// What the server answers to an id that it has with another content: this phone sent it, did not
// hear the answer, and it was changed here since.
const TAKEN = "diary.entry_differs";

function correct(record, photos) {
  const old = record.id;
  Object.assign(record.item, { amends: old, id: uuid() });
  record.id = record.item.id;
  for (const { sha256 } of record.photos) {
    photos.get([old, sha256]).onsuccess = ({ target }) => {
      photos.delete([old, sha256]);
      if (target.result) photos.put({ ...target.result, id: record.id });
    };
  }
}

function name(record) {
  record.item.photos = record.photos.map(({ sha256, size }) => ({ sha256, size }));
}

// Has what needed fixing sent as it is.
export const resend = (id) =>
  change(id, (record) => Object.assign(record, { state: "waiting", problem: null }));

// Forgets a record for good, and tells whether it did: with `unsent` not what the server has.
// Entries of a lot that goes need fixing: they are nobody's now.
export async function discard(id, unsent = false) {
  let gone = false;
  await exclusive("text", () =>
    inOne("readwrite", ["outbox", "photos"], (outbox, photos) => {
      outbox.openCursor().onsuccess = ({ target: { result: cursor } }) => {
        if (!cursor) return;
        const record = cursor.value;
        if (record.id === id && !(unsent && record.received)) {
          gone = true;
          cursor.delete();
          for (const { sha256 } of record.photos) photos.delete([id, sha256]);
        } else if (record.item.lot_uid === id && !record.received) {
          cursor.update({ ...record, state: "fixing", problem: { code: "lot_discarded" } });
        }
        cursor.continue();
      };
    }));
  changed();
  return gone;
}

// Takes a photo away before it is sent.
export async function removePhoto(id, sha256) {
  await exclusive("text", () =>
    change(id, (record, photos) => {
      record.photos = record.photos.filter((one) => one.sha256 !== sha256 || one.sent);
      photos.delete([id, sha256]);
      // What the server was told stays told; it will wait for that photo in vain.
      if (!record.received) name(record);
      settle(record);
    }));
}

// Changes one record, or several, in a transaction of their own: `work(record, photos)` each.
export async function change(ids, work) {
  let wrong = new Trouble("gone");
  await inOne("readwrite", ["outbox", "photos"], (outbox, photos) => {
    for (const id of [].concat(ids)) {
      outbox.index("id").get(id).onsuccess = ({ target: { result: record } }) => {
        if (!record) return;
        wrong = null;
        // What is thrown out of here, IndexedDB tells nobody.
        try {
          work(record, photos);
          outbox.put(record);
        } catch (error) {
          wrong = error;
        }
      };
    }
  });
  if (wrong) throw wrong;
  changed();
}

// An entry is sent when the server has its text and its photos.
export function settle(record) {
  if (record.received && record.state === "waiting" && record.photos.every((one) => one.sent))
    record.state = "sent";
}

// Of what was sent the last few stay to be looked at; nothing else ever goes by itself.
export async function tidy() {
  const old = (await list()).filter((one) => one.state === "sent").slice(0, -FEW);
  if (old.length) await inOne("readwrite", ["outbox"], (outbox) => {
    for (const { n } of old) outbox.delete(n);
  });
}
