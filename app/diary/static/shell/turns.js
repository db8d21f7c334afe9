// Turns between tabs: what is `exclusive` runs in one of them at a time.
export async function exclusive(name, work, { wait = true } = {}) {
  if (!navigator.locks) return work();
  return navigator.locks.request(`ocop-${name}`, { ifAvailable: !wait }, (lock) =>
    lock ? work() : null);
}
