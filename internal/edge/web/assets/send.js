// Plaza: sends what is written until it has arrived, once: it stays on its page until
// then. However often it is sent, it has one key, and is said once.

const waits = [1, 2, 4, 8, 15, 30, 30], longest = 60_000, most = 5, memory = "plaza-sent";

// Without storage, the key is still on the page that one goes back to in most browsers.
const sent = () => { try { return JSON.parse(sessionStorage.getItem(memory)) ?? []; } catch { return []; } };
const remember = (one) => { try { sessionStorage.setItem(memory, JSON.stringify([one, ...sent()].slice(0, most))); } catch { /* as above */ } };

// What a form says, whenever it was shown.
const says = (form) => JSON.stringify([...new FormData(form)].filter(([name, value]) => typeof value === "string" && !["key", "pen", "draft", "seen", "back", "do"].includes(name)));

const send = (form) => {
  const fields = form.elements, line = form.querySelector(".sending");
  let body, button, tries = 0, timer, flying = false, plainly = false, still = [];
  const tell = (words) => { if (line.textContent !== words) line.textContent = words; };
  // What is on its way is not changed any more.
  const freeze = () => {
    still = [...fields].filter((x) => x !== button && !x.readOnly && !x.disabled && x.type !== "hidden");
    for (const x of still) x.matches("textarea") ? (x.readOnly = true) : (x.disabled = true);
  };
  const thaw = () => {
    for (const x of still) x.matches("textarea") ? (x.readOnly = false) : (x.disabled = false);
    still = [];
    body = null;
    form.dispatchEvent(new CustomEvent("plaza-unsent"));
  };
  const arrived = (to) => {
    thaw();
    if (fields.key?.value) {
      remember({ key: fields.key.value, says: says(form) });
      form.dataset.fresh = `${fields.key.value}-${Date.now()}`; // for who comes back to this page and writes something else
    }
    const there = new URL(to, location);
    if (there.pathname + there.search !== location.pathname + location.search) { location.assign(to); return; }
    history.replaceState(history.state, "", to);
    history.scrollRestoration = "manual"; // to the new post
    form.reset();
    location.reload();
  };
  const go = async () => {
    clearTimeout(timer);
    flying = true;
    const slow = setTimeout(() => { if (!tries) tell(line.dataset.going); }, 1000);
    let answer;
    try { answer = await fetch(form.action, { method: "POST", body, headers: { "Plaza-Part": "sent" }, redirect: "manual", signal: AbortSignal.timeout(longest) }); } catch { /* nobody answers */ }
    clearTimeout(slow);
    flying = false;
    const to = answer?.headers.get("Plaza-To");
    if (to) arrived(to);
    else if (answer && answer.status < 500) { // it was not taken: the page without us says why
      thaw();
      tell("");
      plainly = true;
      form.requestSubmit(button);
      plainly = false;
    } else if (tries < waits.length) {
      tell(line.dataset.waiting);
      timer = setTimeout(go, waits[tries++] * 1000);
    } else {
      tell(line.dataset.failed);
      thaw();
    }
  };
  form.addEventListener("submit", (e) => {
    if (plainly || !["post", "anyway"].includes(e.submitter?.value)) return;
    e.preventDefault();
    if (flying) return;
    if (!body) {
      button = e.submitter;
      body = new FormData(form, button);
      tries = 0;
      freeze();
    }
    go();
  });
  // Who comes back finds what was sent: with its key, it is not said again.
  addEventListener("pageshow", (e) => {
    if (e.persisted) tell("");
    const was = fields.key && sent().find((one) => one.says === says(form));
    if (was) fields.key.value = was.key;
  });
};

if (!document.querySelector("[data-feed]")) history.scrollRestoration = "auto"; // see arrived
for (const form of document.querySelectorAll("[data-composer]")) if (form.querySelector(".sending")) send(form);
