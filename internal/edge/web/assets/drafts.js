// Plaza: keeps what is written in a composer in this browser until it is out.

const prefix = "plaza-draft ", most = 20, longest = 100_000, life = 30 * 86_400_000;

// Without storage (a private window, a full disk) everything else still works.
const store = (() => { try { return window.localStorage; } catch { return null; } })();
const get = (key) => { try { return JSON.parse(store.getItem(key)); } catch { return null; } };
const put = (key, draft) => { try { store.setItem(key, JSON.stringify(draft)); } catch { /* full: it is still on the page */ } };
const drafts = () => store ? Object.keys(store).filter((k) => k.startsWith(prefix)) : [];
const drop = (which) => { for (const k of drafts()) if (which(get(k) ?? {})) store.removeItem(k); };

// What was sent is out: the page says so.
if (document.querySelector('[data-said="posted"]')) drop((d) => d.sent);
// Nothing stays for the next one at this screen.
for (const form of document.querySelectorAll('form[action="/auth/sign_out"]')) form.addEventListener("submit", () => { if (!document.querySelector(".shut")) drop(() => true); });

const keep = (form) => {
  const fields = form.elements, text = fields.text, fresh = fields.key.value;
  const key = prefix + [form.dataset.composer, ...["reply_to", "quote"].map((n) => fields[n]?.value ?? "")].join(" ");
  const save = (sent) => {
    if (!text.value.trim() || text.value === text.defaultValue && !sent && !("again" in form.dataset)) { store.removeItem(key); return; }
    if (text.value.length > longest) return;
    put(key, { text: text.value, warning: fields.warning.value, visibility: fields.visibility.value, language: fields.language.value, key: fields.key.value, sent, at: Date.now() });
    const old = drafts().sort((a, b) => (get(b)?.at ?? 0) - (get(a)?.at ?? 0)).slice(most);
    for (const k of old) store.removeItem(k);
  };
  const draft = get(key);
  if ("again" in form.dataset) save(true); // it holds what was sent
  else if (draft?.text && (fields.reply_to || !text.defaultValue.trim())) {
    for (const name of ["text", "warning", "visibility", "language"]) if (draft[name]) fields[name].value = draft[name];
    if (draft.warning) form.querySelector(".extras").open = true;
    // Sent, and nobody knows what came of it: with the same key it is not said twice.
    if (draft.sent) fields.key.value = draft.key;
    text.dispatchEvent(new Event("input"));
  }
  form.addEventListener("input", (e) => {
    if (e.target === text && fields.key.value !== fresh) fields.key.value = fresh; // another text is another post
    save(false);
  });
  form.addEventListener("submit", () => save(true));
};

drop((d) => !(Date.now() - d.at < life));
if (store) for (const form of document.querySelectorAll("[data-composer]")) if (form.elements.key && form.elements.visibility) keep(form);
