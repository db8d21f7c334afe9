// One question to the server, and what may be believed of the answer.
import { Trouble } from "./ids.js";
import { account } from "./store.js";

// Of this app: the modules of a version stand in a folder of their own.
export const VERSION = new URL(import.meta.url).pathname.split("/")[3];

const PATIENCE = 60_000;

// Asks once, as the account that is known here unless it is `forAll`. Resolves with {status, body, headers} where our server answered, whatever it said:
// 2xx and 304, or a problem. Rejects with Trouble
//   "offline"  nobody answered, or the answer broke off
//   "later"    somebody else answered (a portal of a network, a proxy), or the server can't now;
//              `wait` is how many ms it asked for, or 0
//   "signin"   the session is over
// Nothing is ever concluded from silence: what was sent may have been received.
export async function ask(method, path, { body, headers = {}, forAll = false } = {}) {
  // The server refuses what is meant for another account than the cookie's: somebody else may
  // have signed in in another tab.
  const who = forAll ? null : await account();
  const named = who ? { "Sync-Account": String(who.id) } : {};
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const answer = await fetch(path, {
      method,
      body,
      headers: { Accept: "application/json", ...named, ...headers },
      credentials: "same-origin",
      cache: "no-store",
      redirect: "error",
      signal: stop.signal,
    });
    return believed(answer, await answer.text());
  } catch (error) {
    throw error instanceof Trouble ? error : new Trouble("offline");
  } finally {
    clearTimeout(timer);
  }
}

const BUSY = [408, 425, 429];

function believed({ status, headers }, text) {
  if (status === 304) return { status, headers, body: null };
  if (status >= 500 || BUSY.includes(status)) throw new Trouble("later", { wait: asked(headers) });
  const body = parsed(headers, text);
  // A portal says 200 and shows its own page; our server speaks JSON, and its errors have codes.
  if (!body || (status >= 400 && !body.code)) throw new Trouble("later", { wait: 0 });
  if (status === 401) throw new Trouble("signin");
  return { status, headers, body };
}

function parsed(headers, text) {
  if (!/^application\/(problem\+)?json\b/.test(headers.get("Content-Type") || "")) return null;
  try {
    return JSON.parse(text);
  } catch (error) {
    return null;
  }
}

// Retry-After is seconds or a date; the date by the server's clock, which it sent along.
function asked(headers) {
  const said = headers.get("Retry-After") || "";
  if (/^\d+$/.test(said)) return said * 1000;
  const wait = Date.parse(said) - Date.parse(headers.get("Date"));
  return wait > 0 ? wait : 0;
}
