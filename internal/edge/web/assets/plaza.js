// Plaza: makes pages live. Everything works without it.

const all = (what, where = document) => where.querySelectorAll(what);

// Times say how long ago something was, in the reader's own place.
const ago = (then, now) => {
  const s = (now - then) / 1000;
  if (s < 60) return "now";
  if (s < 3600) return Math.floor(s / 60) + "m";
  if (s < 86400) return Math.floor(s / 3600) + "h";
  if (s < 604800) return Math.floor(s / 86400) + "d";
  return null;
};

const tellTime = (where = document) => {
  const now = Date.now();
  for (const t of all("time[data-ago], time[data-local]", where)) {
    const at = new Date(t.dateTime);
    const whole = at.toLocaleString([], { dateStyle: "long", timeStyle: "short" });
    if (!("ago" in t.dataset)) { t.textContent = whole; continue; }
    t.title = whole;
    t.textContent = ago(at, now) ?? at.toLocaleDateString([], at.getFullYear() === new Date().getFullYear()
      ? { day: "numeric", month: "short" } : { day: "numeric", month: "short", year: "numeric" });
  }
};

// Length as the server counts it: characters, links as 23, mentions without
// their host.
const segments = window.Intl?.Segmenter && new Intl.Segmenter();
const length = (text) => {
  text = text.replace(/https?:\/\/[^\s<>"'`]+/gi, (link) => "x".repeat(23) + (link.match(/[.,;:!?…*_~]+$/)?.[0] ?? ""))
    .replace(/(^|[^\w/@#&])(@\w+)@[\p{L}\p{N}.-]*[\p{L}\p{N}]/giu, "$1$2");
  return segments ? [...segments.segment(text)].length : [...text].length;
};

const compose = (form) => {
  const area = form.querySelector("textarea"), left = form.querySelector("[data-left]"), max = +left.dataset.left;
  const count = () => {
    const n = max - length(area.value.replace(/\r\n/g, "\n"));
    left.textContent = n;
    left.classList.toggle("near", n <= 50 && n >= 0);
    left.classList.toggle("past", n < 0);
  };
  area.addEventListener("input", count);
  area.addEventListener("keydown", (e) => {
    if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) { e.preventDefault(); form.requestSubmit(); }
  });
  form.addEventListener("submit", () => setTimeout(() => { form.querySelector(".button").disabled = true; }));
  count();
};

// Like, boost and bookmark without leaving the page.
document.addEventListener("submit", async (e) => {
  const form = e.target, button = e.submitter;
  if (!form.matches?.("[data-actions]") || !button?.matches(".act")) return;
  e.preventDefault();
  button.disabled = true;
  try {
    const answer = await fetch(button.formAction, { method: "POST", body: new URLSearchParams(new FormData(form)),
      headers: { "Plaza-Part": "actions" }, redirect: "error" });
    if (!answer.ok) throw new Error(answer.status);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-actions]");
    form.replaceWith(fresh);
    const now = fresh.querySelector(`button[value="${button.value}"]`);
    now?.focus({ preventScroll: true });
    if (now?.classList.contains("on")) now.classList.add("just");
  } catch {
    button.disabled = false;
    const plain = document.createElement("form"); // the way without us
    plain.method = "post";
    plain.action = button.formAction;
    plain.append(form.elements.back.cloneNode());
    document.body.append(plain);
    plain.submit();
  }
});

// New posts are announced, not pushed in: nothing moves while one reads.
const watch = (news) => {
  const feed = document.querySelector("[data-feed]");
  let newest = news.dataset.newer, wait = 30_000, timer;
  const show = (n) => { for (const u of all("[data-unread]")) { u.hidden = !n; u.firstElementChild.textContent = n > 99 ? "99+" : n; } };
  const look = async () => {
    clearTimeout(timer);
    if (document.visibilityState === "visible") {
      try {
        const answer = await fetch("/?newer=" + newest, { headers: { "Plaza-Part": "news" }, redirect: "error" });
        if (!answer.ok) throw new Error(answer.status);
        show(+answer.headers.get("Plaza-Unread"));
        wait = 30_000;
        if (answer.status === 200) announce(await answer.text());
      } catch { wait = Math.min(wait * 2, 600_000); }
    }
    timer = setTimeout(look, wait);
  };
  const announce = (html) => {
    const posts = [...all("article", new DOMParser().parseFromString(html, "text/html"))].filter((p) => !document.getElementById(p.id));
    if (!posts.length) return;
    const button = document.createElement("button");
    button.className = "button";
    button.textContent = posts.length >= 20 ? "Many new posts" : posts.length === 1 ? "1 new post" : posts.length + " new posts";
    button.onclick = () => {
      if (posts.length >= 20 || !feed) { location.href = "/"; return; }
      feed.prepend(...posts);
      newest = posts[0].dataset.id;
      news.replaceChildren();
      tellTime(feed);
      posts[0].focus({ preventScroll: false });
    };
    news.replaceChildren(button);
  };
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") look(); });
  timer = setTimeout(look, wait);
};

// Keys, for those who do not like to reach for the mouse.
const keys = { j: ["Next post", () => step(1)], k: ["Post before", () => step(-1)], o: ["Open the post", () => go()],
  l: ["Like", () => press("like")], b: ["Boost", () => press("boost")], d: ["Bookmark", () => press("bookmark")], r: ["Reply", () => go("#reply")],
  n: ["New post", () => { const a = document.querySelector("[data-composer] textarea"); a ? a.focus() : (location.href = "/new"); }],
  "/": ["Search", () => { const f = document.querySelector("#q, .aside #find"); f?.offsetParent ? f.focus() : (location.href = "/search"); }],
  "?": ["These keys", () => help()] };
const here = () => document.activeElement?.closest("article[data-id]");
const step = (by) => {
  const posts = [...all("article[data-id]")], at = posts.indexOf(here());
  const next = at < 0 ? posts.find((p) => p.getBoundingClientRect().bottom > 80) : posts[at + by];
  next?.focus();
  next?.scrollIntoView({ block: "center" });
};
const press = (what) => here()?.querySelector(`.act.${what}`)?.click();
const go = (anchor = "") => { const to = here()?.dataset.href; if (to) location.href = to + anchor; };
const help = () => {
  const d = document.createElement("dialog");
  d.className = "keys-help";
  d.innerHTML = `<h2>Keys</h2><dl>${Object.entries(keys).map(([k, [what]]) => `<dt><kbd>${k}</kbd></dt><dd>${what}</dd>`).join("")}</dl><form method="dialog"><button class="button quiet wide">Close</button></form>`;
  d.onclose = () => d.remove();
  document.body.append(d);
  d.showModal();
};
// What a page has keys of its own for.
document.addEventListener("keydown", (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey || e.target.closest?.("textarea, select, dialog, [contenteditable], input:not([type=radio], [type=checkbox])")) return;
  if (e.key === "Enter" && e.target.closest?.("a, button, summary, input")) return;
  const to = [...all("[data-press]")].find((x) => x.dataset.press === e.key);
  if (to) { e.preventDefault(); e.stopImmediatePropagation(); to.click(); }
});
document.addEventListener("keydown", (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey || e.target.closest?.("input, textarea, select, dialog, [contenteditable]")) return;
  if (document.body.classList.contains("member") && !document.getElementById("case") && keys[e.key]) { e.preventDefault(); keys[e.key][1](); }
  if (e.key === "Escape") for (const m of all(".more[open]")) { if (m.contains(document.activeElement)) m.querySelector("summary").focus(); m.open = false; }
});

// A menu closes when one looks elsewhere.
document.addEventListener("click", (e) => { for (const m of all(".more[open]")) if (!m.contains(e.target)) m.open = false; });

for (const form of all("[data-composer]")) compose(form);
for (const news of all("[data-newer]")) watch(news);
tellTime();
setInterval(tellTime, 60_000, document);
