// Turns between tabs: what is `exclusive` runs in one of them at a time. Resolves with what
// `work` returned; with null where it is another tab's turn and `wait` is false.
//
// Web Locks do that, and let go when a tab dies. Where they are missing (plain http, Safari of
// before 2022) a lease in the store does, which ends by itself.
import { uuid } from "./ids.js";
import { NAME } from "./own.js";
import { inOne } from "./store.js";

// A tab that dies holds the others up for as long; to send twice does no harm, only work.
const LEASE = 10_000;
const SOON = 200;
const me = uuid();

export function exclusive(name, work, { wait = true } = {}) {
  if (navigator.locks)
    return navigator.locks.request(`${NAME}-${name}`, { ifAvailable: !wait }, (lock) =>
      lock ? work() : null);
  return leased(`turn-${name}`, work, wait);
}

async function leased(name, work, wait) {
  while (!(await take(name))) {
    if (!wait) return null;
    await new Promise((done) => setTimeout(done, SOON));
  }
  const renewing = setInterval(() => take(name), LEASE / 3);
  try {
    return await work();
  } finally {
    clearInterval(renewing);
    await inOne("readwrite", ["facts"], (facts) => void facts.delete(name));
  }
}

// One lease in one transaction: of two tabs that ask at once one comes first.
async function take(name) {
  let taken = false;
  await inOne("readwrite", ["facts"], (facts) => {
    facts.get(name).onsuccess = ({ target: { result: held } }) => {
      const left = held ? held.until - Date.now() : 0;
      // A clock that was set back must not make a lease that never ends.
      taken = !held || held.tab === me || left < 0 || left > LEASE;
      if (taken) facts.put({ tab: me, until: Date.now() + LEASE }, name);
    };
  });
  return taken;
}
