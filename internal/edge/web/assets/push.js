// Plaza: has the browser make an address at which it is told of notifications, and
// sends that with the form. Without it the form only changes what is told.

const form = document.querySelector("[data-push]"), off = document.querySelector("[data-push-off]");
const can = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
const show = (what) => { for (const p of document.querySelectorAll("[data-problem]")) p.hidden = p.dataset.problem !== what; };
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const ours = async () => (await navigator.serviceWorker.register("/sw.js"), (await navigator.serviceWorker.ready).pushManager);

const subscribe = async () => {
  if (await Notification.requestPermission() !== "granted") {
    show("denied");
    if (off) form.submit(); // what is told can be changed all the same
    return;
  }
  const push = await ours(), wish = { userVisibleOnly: true, applicationServerKey: bytes(form.dataset.key) };
  let made;
  try { made = await push.subscribe(wish); } catch (e) {
    if (e.name !== "InvalidStateError") throw e;
    await (await push.getSubscription())?.unsubscribe(); // it was made for another key
    made = await push.subscribe(wish);
  }
  const { endpoint, keys } = made.toJSON();
  Object.entries({ endpoint, p256dh: keys.p256dh, auth: keys.auth }).forEach(([name, value]) => { form.elements[name].value = value; });
  form.submit();
};

for (const p of document.querySelectorAll("[data-without]")) p.hidden = true;
if (!can) show("cannot");
else {
  form.hidden = false;
  form.addEventListener("submit", (e) => {
    e.preventDefault();
    show();
    form.setAttribute("aria-busy", "true");
    subscribe().catch(() => show("failed")).finally(() => form.removeAttribute("aria-busy"));
  });
  off?.addEventListener("submit", (e) => {
    e.preventDefault();
    ours().then((push) => push.getSubscription()).then((made) => made?.unsubscribe()).catch(() => { /* it is told nothing all the same */ }).finally(() => off.submit());
  });
  if (off && Notification.permission === "denied") show("denied");
  else if (off) ours().then((push) => push.getSubscription()).then((made) => { if (!made) show("lost"); }).catch(() => { /* sending the form tells */ });
}
