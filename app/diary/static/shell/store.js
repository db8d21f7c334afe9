// What the phone keeps: IndexedDB, behind a few functions.
//
//   facts   by name: the device's id, who is signed in, drafts of forms, leases
//   states  by account: what was last downloaded, {etag, at, body}
//   outbox  by `n`, in the order of writing; see outbox.js
//   photos  by [entry id, sha256]: {id, sha256, bytes}
//
// Everything is kept by account. Nothing here ever expires.
import { Trouble, uuid } from "./ids.js";
import { NAME } from "./own.js";

// One step a version, never changed once it was released: phones come from any of them, with
// entries waiting. A step may add and convert; it must not drop what waits.
export const STEPS = [
  (db) => {
    db.createObjectStore("facts");
    db.createObjectStore("states");
    const outbox = db.createObjectStore("outbox", { keyPath: "n", autoIncrement: true });
    outbox.createIndex("id", "id", { unique: true });
    outbox.createIndex("account", "account");
    db.createObjectStore("photos", { keyPath: ["id", "sha256"] });
  },
];

let opening = null;

// Opens the store, once. Rejects with Trouble "no_store" (the browser keeps nothing, as in some
// private windows) or "outdated" (a newer app has been here: load the page again).
export function open() {
  if (!opening) {
    opening = opened();
    opening.catch(() => (opening = null));
  }
  return opening;
}

function opened() {
  return new Promise((resolve, reject) => {
    let asked;
    try {
      asked = indexedDB.open(NAME, STEPS.length);
    } catch (error) {
      return reject(new Trouble("no_store"));
    }
    asked.onupgradeneeded = (event) => {
      for (const step of STEPS.slice(event.oldVersion)) step(asked.result, asked.transaction);
    };
    asked.onerror = () =>
      reject(new Trouble(asked.error.name === "VersionError" ? "outdated" : "no_store"));
    asked.onsuccess = () => {
      const db = asked.result;
      // A newer app in another tab must not wait for this one to be closed.
      db.onversionchange = db.onclose = () => {
        db.close();
        opening = null;
      };
      // Asked for once more each time: browsers grant it when the app has been used for a while.
      if (navigator.storage && navigator.storage.persist) navigator.storage.persist().catch(() => 0);
      resolve(db);
    };
  });
}

// Runs `work(stores...)` in one transaction; resolves with what it returned (a request's result
// where it returned a request) when everything is on disk, not before.
export async function inOne(mode, names, work) {
  const db = await open();
  return new Promise((resolve, reject) => {
    // Since 2024 Chromium says "done" before the disk has it, unless asked like this.
    const unit = db.transaction(names, mode, { durability: "strict" });
    let wrong = null;
    unit.onabort = () => reject(plain(wrong || unit.error));
    let result;
    unit.oncomplete = () => resolve(result instanceof IDBRequest ? result.result : result);
    try {
      result = work(...names.map((name) => unit.objectStore(name)));
    } catch (error) {
      wrong = error;
      unit.abort();
    }
  });
}

function plain(error) {
  return error && error.name === "QuotaExceededError" ? new Trouble("full") : error;
}

// Facts by name; `write(name, undefined)` forgets. Drafts of forms may be kept here too.
export const read = (name) => inOne("readonly", ["facts"], (facts) => facts.get(name));

export const write = (name, value) =>
  inOne("readwrite", ["facts"], (facts) =>
    void (value === undefined ? facts.delete(name) : facts.put(value, name)));

// This phone's own id, made at its first use.
export async function device() {
  const known = await read("device");
  if (known) return known;
  const made = uuid();
  await write("device", made);
  return made;
}

// Who is signed in here: {id, name, language}, or null. Of nobody else is anything shown or sent.
// That is who the last download was for, unless somebody else has signed in since: the server
// leaves a readable number of whom.
export async function account() {
  const known = (await read("account")) || null;
  const [, number] = /(?:^|; )ocop-reader=(\d+)/.exec(document.cookie) || [];
  if (!number || (known && known.id === Number(number))) return known;
  return { id: Number(number), name: "", language: "" };
}

// What was last downloaded for this account (the body of GET API/state), or null.
export async function state() {
  const kept = await keptState();
  return kept ? kept.body : null;
}

// The same with its `etag` and `at`, when it was downloaded by the phone's clock.
export async function keptState() {
  const who = await account();
  if (!who) return null;
  return (await inOne("readonly", ["states"], (states) => states.get(who.id))) || null;
}

// Keeps a download. Its reader is from now on who is signed in here.
export async function keepState(body, etag) {
  const who = body.reader;
  await inOne("readwrite", ["facts", "states"], (facts, states) => {
    facts.put(who, "account");
    states.put({ body, etag, at: new Date().toISOString() }, who.id);
  });
  tell("state");
}

// Forgets what was downloaded for who is signed in. What waits stays, for its own account.
export async function forget() {
  const who = await account();
  if (!who) return;
  await inOne("readwrite", ["facts", "states"], (facts, states) => {
    states.delete(who.id);
    facts.get("account").onsuccess = ({ target: { result: known } }) => {
      if (known && known.id === who.id) facts.delete("account");
    };
  });
  tell("state");
}

// "state" when something was downloaded, "outbox" when what waits has changed; in every tab.
export const storeChanges = new EventTarget();

const others = self.BroadcastChannel ? new BroadcastChannel(NAME) : null;
if (others) others.onmessage = (event) => storeChanges.dispatchEvent(new Event(event.data));

export function tell(what) {
  storeChanges.dispatchEvent(new Event(what));
  if (others) others.postMessage(what);
}
