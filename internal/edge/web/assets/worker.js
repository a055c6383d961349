// Plaza's worker: says so when a page cannot be loaded, and shows what is pushed. It
// keeps one page, which says that, and its style; never a page of anybody's. What it
// must know, the shell, stands before this.

const kept = async (what) => (await caches.match(what)) ?? Response.error();

addEventListener("install", (e) => e.waitUntil((async () => {
  await (await caches.open(shell.name)).addAll(shell.files);
  await skipWaiting();
})()));

addEventListener("activate", (e) => e.waitUntil((async () => {
  for (const name of await caches.keys()) if (name !== shell.name) await caches.delete(name);
  await registration.navigationPreload?.enable();
})()));

const load = async (e) => {
  try { return (await e.preloadResponse) ?? await fetch(e.request); } catch { return kept(shell.page); }
};

addEventListener("fetch", (e) => {
  const { request } = e;
  if (request.mode === "navigate") {
    if (request.method === "GET" && request.destination === "document") e.respondWith(load(e));
  } else if (shell.files.includes(new URL(request.url).pathname)) e.respondWith(fetch(request).catch(() => kept(request)));
});

addEventListener("push", (e) => {
  let told = {}, tag;
  try {
    told = e.data.json();
    tag = e.data.text().match(/"notification_id":\s*(\d+)/)?.[1]; // it may be larger than numbers are here
  } catch { /* that there is something is told all the same */ }
  e.waitUntil(registration.showNotification(told.title || shell.title, { body: told.body, icon: told.icon, badge: shell.badge, tag,
    lang: told.preferred_locale, dir: "auto", data: { path: told.path || "/notifications" } }));
});

addEventListener("notificationclick", (e) => {
  e.notification.close();
  const to = new URL(e.notification.data.path, location.origin);
  if (to.origin !== location.origin) return;
  e.waitUntil((async () => {
    const open = await clients.matchAll({ type: "window", includeUncontrolled: true });
    const there = open.find((one) => one.url.split("#")[0] === to.href);
    await (there ? there.focus() : clients.openWindow(to.href));
  })());
});

// The browser has another address for us: the house is told, if it knew the old one.
addEventListener("pushsubscriptionchange", (e) => e.waitUntil((async () => {
  const fresh = e.newSubscription ?? (e.oldSubscription && await registration.pushManager.subscribe(e.oldSubscription.options));
  if (!fresh) return;
  const { endpoint, keys } = fresh.toJSON();
  await fetch("/settings/notices/push", { method: "POST", body: new URLSearchParams({ endpoint, p256dh: keys.p256dh, auth: keys.auth, renew: "1" }), redirect: "manual" });
})()));
