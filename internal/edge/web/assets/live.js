// Plaza: tells what comes while a page is open, and keeps the place. New posts
// are announced, not pushed in: nothing moves while one reads.

const all = (what, where = document) => where.querySelectorAll(what);
const news = document.querySelector("[data-newer]"), feed = document.querySelector("[data-feed]");
const many = 200; // posts that a page may grow to
const often = 30_000, seldom = 600_000, patience = 45_000;

// What is said aloud: that there is something, once, not each of it.
const aloud = document.createElement("p");
aloud.className = "hidden";
aloud.setAttribute("role", "status");
document.body.append(aloud);
const say = (words) => { aloud.textContent = words; };

const unread = (n) => {
  for (const u of all("[data-unread]")) { u.hidden = !n; u.firstElementChild.textContent = n > 99 ? "99+" : n; }
};

// ask fetches what came since a post: what stands on the page is left out.
const ask = async (since, before) => {
  const answer = await fetch(location.pathname + "?newer=" + since + (before ? "&before=" + before : ""), { headers: { "Plaza-Part": "news" }, redirect: "error" });
  if (!answer.ok) throw new Error(answer.status);
  unread(+answer.headers.get("Plaza-Unread"));
  if (answer.status !== 200) return [];
  const came = new DOMParser().parseFromString(await answer.text(), "text/html").body.children;
  return [...came].filter((p) => !p.id || !document.getElementById(p.id));
};

// inPlace changes the page, and keeps something where it is on the screen.
const inPlace = (what, change) => {
  const was = what?.getBoundingClientRect().top;
  document.documentElement.classList.add("in-place");
  change();
  if (what?.isConnected) scrollBy({ top: what.getBoundingClientRect().top - was, behavior: "instant" });
  requestAnimationFrame(() => document.documentElement.classList.remove("in-place"));
  if (feed) feed.dispatchEvent(new Event("fresh", { bubbles: true }));
};

// What is announced: by number, with what it passes on.
const waiting = new Set();
let newest = BigInt(news?.dataset.newer || 0);
const here = (id, of) => document.getElementById("post-" + id) || of && feed?.querySelector(`[data-href$="/${of}"]`);
const announce = (id, of) => {
  if (BigInt(id) <= newest || here(id, of) || waiting.has(id)) return;
  waiting.add(id);
  tell();
};
const tell = () => {
  if (!waiting.size) { news.replaceChildren(); return; }
  let button = news.firstElementChild;
  if (!button) {
    button = document.createElement("button");
    button.className = "button";
    button.onclick = show;
    news.replaceChildren(button);
    say(news.dataset.came);
  }
  button.textContent = news.dataset.some.split("\n")[waiting.size - 1] ?? news.dataset.many;
};

// noticed says on the page of notices that there are new ones.
const noticed = (n) => {
  const box = document.querySelector("[data-notices]");
  if (!box || !n || box.firstElementChild) return;
  const button = document.createElement("button");
  button.className = "button";
  button.textContent = box.dataset.new;
  button.onclick = () => location.reload();
  box.append(button);
  say(box.dataset.came);
};

// show puts what is announced on the page, and goes there.
const show = async () => {
  if (!feed || all("article", feed).length > many) { location.reload(); return; } // a page that has grown long begins anew
  let posts;
  try { posts = await ask(newest); } catch { location.reload(); return; }
  waiting.clear();
  tell();
  say("");
  const articles = posts.filter((p) => p.matches("article"));
  if (!articles.length) return;
  feed.prepend(...posts);
  newest = BigInt(articles[0].dataset.id);
  feed.dispatchEvent(new Event("fresh", { bubbles: true }));
  articles[0].focus({ preventScroll: true });
  articles[0].scrollIntoView({ block: "start" });
  if (news.dataset.stream === "stream=user") // apps go on from there
    fetch("/read", { method: "POST", body: new URLSearchParams({ last: newest }), headers: { "Plaza-Part": "read" }, keepalive: true }).catch(() => {});
};

// A gap is filled where it is. Who came from above goes on reading below what
// stands above; who came from below stays there.
let up = false, last = scrollY;
addEventListener("scroll", () => { if (scrollY !== last) up = scrollY < last; last = scrollY; }, { passive: true });
document.addEventListener("click", async (e) => {
  const gap = e.target.closest?.(".gap a")?.parentElement;
  if (!gap) return;
  e.preventDefault();
  try {
    const posts = await ask(gap.dataset.since, gap.dataset.before);
    const stays = up ? gap.nextElementSibling : gap.previousElementSibling;
    const next = posts[0] ?? gap.nextElementSibling;
    inPlace(stays, () => gap.replaceWith(...posts));
    next?.focus({ preventScroll: true });
  } catch { location.href = e.target.href; }
});

// The house tells what comes, as long as the page is looked at; where it cannot,
// it is asked now and then.
let stream, timer, closing, wait = often, again = false;
const look = async () => {
  clearTimeout(timer);
  if (!news || document.hidden) return;
  try {
    for (const p of await ask(newest)) if (p.matches("article")) announce(p.dataset.id, p.dataset.href?.split("/").pop());
    wait = often;
  } catch { wait = Math.min(wait * 2, seldom); }
  if (stream?.readyState !== EventSource.OPEN) timer = setTimeout(look, wait);
};
const listen = () => {
  clearTimeout(closing);
  if (stream || document.hidden) return;
  const query = new URLSearchParams(news?.dataset.stream ?? "");
  if (again) query.set("again", 1);
  stream = new EventSource("/live?" + query);
  stream.onopen = () => { again = true; look(); }; // what came before it was open
  stream.onerror = () => {
    if (stream.readyState === EventSource.CLOSED) stream = null;
    clearTimeout(timer);
    timer = setTimeout(stream ? look : () => { look(); listen(); }, wait);
  };
  stream.addEventListener("update", (e) => { if (news) announce(...e.data.split(" ")); });
  stream.addEventListener("delete", (e) => { if (waiting.delete(e.data)) tell(); });
  stream.addEventListener("unread", (e) => { unread(+e.data); noticed(+e.data); });
};
const stop = () => {
  stream?.close();
  stream = null;
  clearTimeout(timer);
};
document.addEventListener("visibilitychange", () => {
  if (document.hidden) closing = setTimeout(stop, patience);
  else listen();
});
addEventListener("pagehide", stop);
addEventListener("pageshow", (e) => { if (e.persisted) listen(); });
listen();

// Who comes back finds the page as they left it: the post they read stands where
// it stood, whatever came above it.
const places = "plaza-places", most = 20;
const session = (() => { try { return window.sessionStorage; } catch { return null; } })();
const kept = () => { try { return JSON.parse(session.getItem(places)) ?? {}; } catch { return {}; } };
const address = location.pathname + location.search;
const articles = () => [...all("[data-feed] article[data-id]")];
if (feed && session) {
  history.scrollRestoration = "manual";
  addEventListener("pagehide", () => {
    const top = articles().find((a) => a.getBoundingClientRect().bottom > 80);
    const { [address]: _, ...others } = kept();
    const keep = Object.entries(others).slice(1 - most);
    keep.push([address, { y: scrollY, id: top?.dataset.id, at: top?.getBoundingClientRect().top, focus: document.activeElement?.closest("article[data-id]")?.id }]);
    try { session.setItem(places, JSON.stringify(Object.fromEntries(keep))); } catch { /* full: the page begins at its top */ }
  });
  const way = performance.getEntriesByType("navigation")[0]?.type, was = kept()[address];
  if (was && (way === "back_forward" || way === "reload" && !location.hash)) {
    const post = was.id && was.y > 0 && document.getElementById("post-" + was.id);
    if (post) scrollBy({ top: post.getBoundingClientRect().top - was.at, behavior: "instant" });
    else if (was.id && was.y > 0 && news && way === "back_forward") location.replace(location.pathname + "?before=" + (BigInt(was.id) + 1n));
    else scrollTo({ top: was.y, behavior: "instant" });
    if (was.focus) document.getElementById(was.focus)?.focus({ preventScroll: true });
  }
}
