// Plaza: keeps what is written in a composer: in this browser until it is out,
// and among the drafts here as soon as that can be.

const prefix = "plaza-draft ", most = 20, longest = 100_000, life = 30 * 86_400_000, pause = 1500, longestPause = 60_000;

// Without storage (a private window, a full disk) everything else still works.
const store = (() => { try { return window.localStorage; } catch { return null; } })();
const get = (key) => { try { return JSON.parse(store.getItem(key)); } catch { return null; } };
const put = (key, draft) => { try { store.setItem(key, JSON.stringify(draft)); } catch { /* full: it is still on the page */ } };
const drafts = () => store ? Object.keys(store).filter((k) => k.startsWith(prefix)) : [];
const drop = (which) => { for (const k of drafts()) if (which(get(k) ?? {})) store.removeItem(k); };

// What was sent is out: the page says so.
const told = document.querySelector("[data-said]")?.dataset.said;
if (["posted", "scheduled", "held", "drafted"].includes(told)) drop((d) => d.sent);
// Nothing stays for the next one at this screen.
for (const form of document.querySelectorAll('form[action="/auth/sign_out"]')) form.addEventListener("submit", () => { if (!document.querySelector(".shut")) drop(() => true); });

// What a form says, without its files.
const words = (form) => {
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string") body.append(name, value);
  return body;
};

// keepThere keeps a composer among the drafts, a moment after every change.
const keepThere = (form) => {
  const fields = form.elements, line = form.querySelector("[data-kept]");
  let timer, flight, wait = pause, sent = false;
  const tell = (what) => { if (line) line.textContent = line.dataset[what] ?? ""; };
  const send = async () => {
    clearTimeout(timer);
    timer = 0;
    flight?.abort();
    flight = new AbortController();
    try {
      const answer = await fetch("/drafts", { method: "POST", body: words(form), headers: { "Plaza-Part": "draft" }, redirect: "error", keepalive: true, signal: flight.signal });
      if (!answer.ok) throw new Error(answer.status);
      const which = answer.headers.get("Plaza-Draft");
      if (which !== "0") { fields.draft.value = which; fields.seen.value = answer.headers.get("Plaza-Seen"); }
      wait = pause;
      tell(which === "0" ? "" : "there");
      form.dispatchEvent(new CustomEvent("plaza-kept"));
    } catch (e) {
      if (e.name === "AbortError" || sent) return;
      tell("only");
      wait = Math.min(wait * 2, longestPause);
      timer = setTimeout(send, wait);
    }
  };
  const soon = () => { if (sent) return; clearTimeout(timer); timer = setTimeout(send, wait); };
  form.addEventListener("input", soon);
  form.addEventListener("plaza-changed", soon);
  form.addEventListener("submit", (e) => { if (!e.defaultPrevented) { sent = true; clearTimeout(timer); flight?.abort(); } });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden" && timer && !sent) send(); });
  form.addEventListener("plaza-unsent", () => { sent = false; });
  addEventListener("pageshow", (e) => { if (e.persisted) sent = false; });
};

// keepHere keeps its words in this browser.
const keepHere = (form) => {
  const fields = form.elements, text = fields.text, rich = form.querySelectorAll("[data-text]").length > 1 || form.querySelector("[name^=media]");
  const key = prefix + [form.dataset.composer, ...["reply_to", "quote"].map((n) => fields[n]?.value ?? "")].join(" ");
  const names = ["text", "warning", "visibility", "language", "draft", "seen"];
  const save = (sent) => {
    if (!text.value.trim() || text.value === text.defaultValue && !sent && !("again" in form.dataset)) { store.removeItem(key); return; }
    if (text.value.length > longest) return;
    put(key, { ...Object.fromEntries(names.map((n) => [n, fields[n].value])), more: !!rich, key: fields.key.value, sent, at: Date.now() });
    const old = drafts().sort((a, b) => (get(b)?.at ?? 0) - (get(a)?.at ?? 0)).slice(most);
    for (const k of old) store.removeItem(k);
  };
  const draft = get(key);
  form.dataset.fresh = fields.key.value;
  if ("again" in form.dataset) save(true); // it holds what was sent
  else if (draft?.more) { // a page of its own shows all of it
    const link = document.createElement("a");
    link.href = "/new?draft=" + encodeURIComponent(draft.draft);
    const line = form.querySelector("[data-kept]");
    link.textContent = line?.dataset.on;
    if (draft.draft !== fields.draft.value) line?.append(link);
  } else if (draft?.text && (fields.reply_to || !text.defaultValue.trim() || draft.draft === fields.draft.value)) {
    for (const name of names) if (draft[name]) fields[name].value = draft[name];
    if (draft.warning) form.querySelector(".extras").open = true;
    // Sent, and nobody knows what came of it: with the same key it is not said twice.
    if (draft.sent) fields.key.value = draft.key;
    text.dispatchEvent(new Event("input"));
  }
  form.addEventListener("input", (e) => {
    if (e.target === text && fields.key.value !== form.dataset.fresh) fields.key.value = form.dataset.fresh; // another text is another post
    save(false);
  });
  form.addEventListener("plaza-kept", () => { const d = get(key); if (d && !d.sent) save(false); });
  form.addEventListener("submit", () => save(true));
};

drop((d) => !(Date.now() - d.at < life));
for (const form of document.querySelectorAll("[data-composer]")) {
  if (!form.dataset.more) continue; // a post that is changed is there already
  if (form.elements.draft) { // and so is one that waits
    keepThere(form);
    if (store) keepHere(form);
  }
  const help = () => {
    import(form.dataset.more).then((m) => m.help(form));
    import(form.dataset.complete).then((m) => m.complete(form));
  };
  if (form.contains(document.activeElement)) help(); // somebody is in it already
  else {
    const begin = (e) => {
      if (e.target.closest("button")) return; // it is being pressed, and must not move away
      form.removeEventListener("focusin", begin);
      help();
    };
    form.addEventListener("focusin", begin);
  }
}
