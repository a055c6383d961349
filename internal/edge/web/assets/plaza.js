// Plaza: makes pages live. Everything works without it.

const all = (what, where = document) => where.querySelectorAll(what);

// The language of the page, as it is written where the reader's browser is.
const page = document.documentElement.lang, tongue = navigator.languages?.find((l) => l.split("-")[0] === page) ?? page;

// Times say how long ago something was, in the reader's own place.
const [minutes, hours, days] = ["minute", "hour", "day"].map((unit) => new Intl.NumberFormat(tongue, { style: "unit", unit, unitDisplay: "narrow" }));
const justNow = new Intl.RelativeTimeFormat(tongue, { numeric: "auto" }).format(0, "second");
const ago = (then, now) => {
  const s = (now - then) / 1000;
  if (s < 60) return justNow;
  if (s < 3600) return minutes.format(Math.floor(s / 60));
  if (s < 86400) return hours.format(Math.floor(s / 3600));
  if (s < 604800) return days.format(Math.floor(s / 86400));
  return null;
};

const tellTime = (where = document) => {
  const now = Date.now();
  for (const t of all("time[data-ago], time[data-local]", where)) {
    const at = new Date(t.dateTime);
    const whole = at.toLocaleString(tongue, { dateStyle: "long", timeStyle: "short" });
    if (!("ago" in t.dataset)) { t.textContent = whole; continue; }
    t.title = whole;
    t.textContent = ago(at, now) ?? at.toLocaleDateString(tongue, at.getFullYear() === new Date().getFullYear()
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
  const left = form.querySelector("[data-left]"), max = +left.dataset.left;
  let area = form.querySelector("[data-text]");
  const count = () => {
    const n = max - length(area.value.replace(/\r\n/g, "\n"));
    left.textContent = n.toLocaleString(tongue);
    left.classList.toggle("near", n <= 50 && n >= 0);
    left.classList.toggle("past", n < 0);
  };
  for (const kind of ["input", "focusin"]) form.addEventListener(kind, (e) => { if (e.target.matches("[data-text]")) { area = e.target; count(); } });
  form.addEventListener("keydown", (e) => {
    if (e.key === "Enter" && (e.ctrlKey || e.metaKey) && e.target.matches("textarea")) { e.preventDefault(); form.requestSubmit(form.querySelector("[value=post]")); }
  });
  form.addEventListener("submit", (e) => setTimeout(() => { if (!e.defaultPrevented) form.querySelector("[value=post]").disabled = true; }));
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

// Keys, for those who do not like to reach for the mouse.
const keys = { j: () => step(1), k: () => step(-1), o: () => go(), p: () => visit(),
  l: () => press("like"), b: () => press("boost"), d: () => press("bookmark"), r: () => go("#reply"),
  x: () => { const w = here()?.querySelector(".warned"); if (w) w.open = !w.open; },
  ".": () => document.querySelector(".news .button")?.click(),
  n: () => { const a = document.querySelector("[data-composer] textarea"); a ? a.focus() : (location.href = "/new"); },
  "/": () => { const f = document.querySelector("#q, .aside #find"); f?.offsetParent ? f.focus() : (location.href = "/search"); },
  "?": () => help() };
const ways = { h: "/", a: "/notifications", c: "/conversations", e: "/explore", u: "/catch-up", t: "/public", f: "/favourites", m: "/bookmarks", i: "/lists", s: "/settings" };
const here = () => document.activeElement?.closest("article[data-id]");
const step = (by) => {
  const posts = [...all("article[data-id]")].filter((p) => p.checkVisibility?.() ?? true), at = posts.indexOf(here());
  const next = at < 0 ? posts.find((p) => p.getBoundingClientRect().bottom > 80) : posts[at + by];
  next?.focus();
  next?.scrollIntoView({ block: "center" });
};
const press = (what) => here()?.querySelector(`.act.${what}`)?.click();
const go = (anchor = "") => { const to = here()?.dataset.href; if (to) location.href = to + anchor; };
const visit = () => { const who = here()?.querySelector(".who"); if (who) location.href = who.href; };
// Keys can be switched off, for those who speak to their computer or hit them by mistake.
const off = "plaza-keys-off";
const quiet = () => { try { return localStorage.getItem(off) === "1"; } catch { return false; } };
const hush = (on) => { try { on ? localStorage.setItem(off, "1") : localStorage.removeItem(off); } catch { /* no storage: they stay on */ } };
const help = async () => {
  if (document.getElementById("keys")) return; // they stand here already
  let told, list;
  try {
    told = new DOMParser().parseFromString(await (await fetch("/keys", { redirect: "error" })).text(), "text/html");
    list = told.querySelector("#keys");
  } catch { /* the page says why */ }
  if (!list) { location.href = "/keys"; return; }
  const d = document.createElement("dialog");
  d.className = "keys-help";
  d.setAttribute("aria-label", told.querySelector("h1").textContent);
  d.append(list);
  d.insertAdjacentHTML("beforeend", `<form method="dialog"><button class="button quiet wide"></button></form>`);
  d.querySelector("form button").textContent = list.dataset.close;
  d.onclose = () => d.remove();
  document.body.append(d);
  switches(d);
  d.showModal();
};
const switches = (where) => {
  for (const box of all("[data-keys-off]", where)) {
    box.closest("[hidden]")?.removeAttribute("hidden");
    box.checked = quiet();
    box.onchange = () => hush(box.checked);
  }
};
switches(document);
let leading = false, leadingEnds; // g was pressed: the next key says where to go
// What a page has keys of its own for.
document.addEventListener("keydown", (e) => {
  if (quiet() || e.ctrlKey || e.metaKey || e.altKey || e.target.closest?.("textarea, select, dialog, [contenteditable], input:not([type=radio], [type=checkbox])")) return;
  if (e.key === "Enter" && e.target.closest?.("a, button, summary, input")) return;
  const to = [...all("[data-press]")].find((x) => x.dataset.press === e.key);
  if (to) { e.preventDefault(); e.stopImmediatePropagation(); to.click(); }
});
document.addEventListener("keydown", (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey || e.target.closest?.("input, textarea, select, dialog, [contenteditable]")) return;
  if (e.key === "Escape") for (const m of all(".more[open]")) { if (m.contains(document.activeElement)) m.querySelector("summary").focus(); m.open = false; }
  if (document.body.classList.contains("member") && !document.getElementById("case") && !quiet()) {
    const led = leading;
    leading = e.key === "g" && !led;
    clearTimeout(leadingEnds);
    leadingEnds = setTimeout(() => { leading = false; }, 2000);
    if (led && ways[e.key]) { e.preventDefault(); location.href = ways[e.key]; }
    else if (!led && keys[e.key]) { e.preventDefault(); keys[e.key](); }
  }
});

// A menu closes when one looks elsewhere.
document.addEventListener("click", (e) => { for (const m of all(".more[open]")) if (!m.contains(e.target)) m.open = false; });

for (const form of all("[data-composer]")) compose(form);
document.addEventListener("fresh", (e) => tellTime(e.target));
tellTime();
setInterval(tellTime, 60_000, document);

// Members have a page that says so when none can be loaded, and may be told of what comes.
if (document.body.classList.contains("member")) addEventListener("load", () => navigator.serviceWorker?.register("/sw.js").catch(() => { /* all else works */ }));
