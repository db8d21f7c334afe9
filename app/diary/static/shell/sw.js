// Keeps the app's shell on the phone. The server puts VERSION, NAME, BASE, HOME and FILES above
// this line.
//
// It answers for the shell alone. What it never touches: the API, forms that are sent, and
// everything outside of its scope, such as the pages of stamps.
const CACHE = `${NAME}-${VERSION}`;
const PATIENCE = 10_000;

// All or nothing, each file with its hash: a portal's page must not become part of the app.
self.addEventListener("install", (event) => {
  event.waitUntil(fill());
});

async function fill() {
  const cache = await caches.open(CACHE);
  await Promise.all(
    Object.entries(FILES).map(async ([path, integrity]) => {
      // The page has just loaded most of them; what was kept wrongly is loaded anew.
      const asked = (how) => fetch(path, { integrity, cache: how, redirect: "error" });
      const answer = await asked("default").catch(() => asked("reload"));
      if (!answer.ok) throw new Error(path);
      await cache.put(path, answer);
    }));
}

// A newer one waits until the app says that nothing is being typed.
self.addEventListener("message", (event) => {
  if (event.data === "apply") self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  event.waitUntil(tidy());
});

async function tidy() {
  const old = (await caches.keys()).filter((name) => name.startsWith(`${NAME}-`) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (pathname === HOME && request.mode === "navigate") event.respondWith(home(request));
  else if (FILES[pathname]) event.respondWith(kept(pathname, request));
  else if (request.mode === "navigate") event.respondWith(page(event));
});

async function kept(path, request) {
  const found = await caches.match(path, { cacheName: CACHE });
  return found || fetch(request);
}

// The app itself never waits for a network.
const home = (request) => kept(`${BASE}/${VERSION}/index.html`, request);

// A page of the server's; where that does not answer, the app, which says what was wanted.
async function page({ request }) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    return await fetch(request, { signal: stop.signal });
  } catch (error) {
    const { pathname, search } = new URL(request.url);
    return Response.redirect(`${HOME}?from=${encodeURIComponent(pathname + search)}`);
  } finally {
    clearTimeout(timer);
  }
}
