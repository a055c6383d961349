// Plaza: who somebody is, while the mouse rests on their name. It is a comfort
// for the mouse only: the link leads to all of it.

const wait = 450, leave = 250, most = 50;
const known = new Map();
let card, over, timer;

const get = async (path) => {
  if (!known.has(path)) {
    if (known.size >= most) known.delete(known.keys().next().value);
    known.set(path, fetch(path, { headers: { "Plaza-Part": "card" }, redirect: "error" }).then(async (answer) =>
      answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".hover-card") : null).catch(() => null));
  }
  return (await known.get(path))?.cloneNode(true);
};

const close = () => {
  clearTimeout(timer);
  card?.remove();
  card = over = null;
};

const show = async (link, path) => {
  const fresh = await get(path);
  if (!fresh || over !== link || !link.isConnected) return;
  card?.remove();
  card = fresh;
  card.setAttribute("aria-hidden", "true");
  for (const a of card.querySelectorAll("a")) a.tabIndex = -1;
  document.body.append(card);
  const at = link.getBoundingClientRect(), is = card.getBoundingClientRect();
  const below = at.bottom + is.height + 8 < innerHeight || at.top < is.height + 8;
  card.style.top = (below ? at.bottom + 6 : at.top - is.height - 6) + scrollY + "px";
  card.style.left = Math.max(8, Math.min(at.left, document.documentElement.clientWidth - is.width - 8)) + scrollX + "px";
};

// named is the profile that a link leads to, if it does.
const named = (link) => link?.origin === location.origin && /^\/@[^/]+$/.test(link.pathname) && link.pathname !== location.pathname ? link.pathname : "";

document.addEventListener("pointerover", (e) => {
  if (e.pointerType !== "mouse") return;
  if (e.target.closest?.(".hover-card")) { clearTimeout(timer); return; }
  const link = e.target.closest?.("main a, .aside a"), path = named(link);
  if (link === over && card) { clearTimeout(timer); return; }
  clearTimeout(timer);
  if (path) {
    timer = setTimeout(() => { over = link; show(link, path); }, wait);
  } else if (card) timer = setTimeout(close, leave);
});
document.addEventListener("keydown", (e) => { if (e.key === "Escape") close(); });
document.addEventListener("click", close);
addEventListener("pagehide", close);
