// Puts the app on the phone, so that it opens without a network, and takes newer ones in.
import { SCOPE } from "./own.js";

let registration = null;
let busy = () => false;

// `typing()` tells whether somebody is in the middle of a form: nothing is replaced then.
export async function install(typing) {
  busy = typing;
  if (!navigator.serviceWorker) return;
  const controlled = !!navigator.serviceWorker.controller;
  // The first worker takes over a page of its own version: nothing to load anew.
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (controlled) renew();
  });
  try {
    registration = await navigator.serviceWorker.register(`${SCOPE}sw.js`, { scope: SCOPE });
  } catch (error) {
    // No network at the first visit, or a portal's page instead of the worker: next time.
    return;
  }
  registration.addEventListener("updatefound", () => {
    registration.installing.addEventListener("statechange", apply);
  });
  document.addEventListener("visibilitychange", look);
  apply();
}

function look() {
  if (document.visibilityState === "visible") registration.update().catch(() => 0);
  apply();
}

// Takes a newer app in if nobody is typing; call it whenever a form was left.
export function apply() {
  const waits = registration && registration.active && registration.waiting;
  if (waits && !busy()) waits.postMessage("apply");
}

// The newer worker has taken over, asked by this tab or by another.
function renew() {
  if (busy()) setTimeout(renew, 1_000);
  else location.reload();
}

