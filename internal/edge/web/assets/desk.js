// Plaza: cases by the keyboard. The next case is fetched while one looks at this
// one, so that it is there when it is wanted. Without it the forms do the same.

const said = JSON.parse(document.getElementById("script-words").textContent);
const desk = () => document.getElementById("case");
const live = document.createElement("p");
live.className = "hidden";
live.setAttribute("role", "status");
document.body.append(live);
const tell = (words) => { live.textContent = words; };

// The case after this one: asked for once, and kept until it is wanted.
let ahead, aheadOf;
const get = async (path) => {
  const answer = await fetch(path, { headers: { "Plaza-Part": "case" } });
  if (!answer.ok) throw new Error(answer.status);
  const box = document.createElement("template");
  box.innerHTML = await answer.text();
  const found = box.content.getElementById("case");
  if (!found) throw new Error("none");
  return found;
};
const look = (path) => {
  if (aheadOf !== path) {
    aheadOf = path;
    ahead = get(path);
    ahead.catch(() => { aheadOf = null; });
  }
  return ahead;
};

const show = (next, words) => {
  desk().replaceWith(next);
  ahead = aheadOf = null;
  document.title = next.dataset.title;
  history.replaceState(null, "", next.dataset.path);
  window.scrollTo(0, 0);
  next.querySelector("h1")?.focus({ preventScroll: true });
  tell(words + next.querySelector("h1").textContent);
  document.querySelector(".said")?.remove();
  ready();
};
const ready = () => { if (desk().dataset.next && document.getElementById("bench")) setTimeout(() => look(desk().dataset.next)); };

const complain = (words) => {
  const box = document.getElementById("case-problem");
  if (!box) { tell(words); return; }
  box.querySelector("span").textContent = words;
  box.hidden = false;
};

// send posts a form, and gives what is wrong as words.
const send = async (action, body) => {
  try {
    const answer = await fetch(action, { method: "POST", body, headers: { "Plaza-Part": "case" }, redirect: "error" });
    if (answer.status === 204) return "";
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.querySelector(".fail h1 + p")?.textContent ?? said.failed;
  } catch { return said.silent; }
};

let busy = false;
const go = async (action, body, path, words) => {
  if (busy) return;
  busy = true;
  try {
    const next = look(path);
    const problem = action ? await send(action, body) : "";
    if (problem) { complain(problem); return; }
    try {
      let found = await next;
      if ("none" in found.dataset) found = await get(path); // it was asked for while this one waited
      show(found, words);
    } catch { location.href = path; }
  } finally { busy = false; }
};

document.addEventListener("submit", (e) => {
  const form = e.target;
  if (form.id === "bench") {
    e.preventDefault();
    const way = form.querySelector("[name=action]:checked");
    if (!way) { complain(said.choose); return; }
    go(form.getAttribute("action"), new URLSearchParams(new FormData(form)), desk().dataset.next, form.querySelector(`label[for="${way.id}"] span`).textContent + ". ");
  } else if (form.matches(".claim") && e.submitter?.value === "pass") {
    e.preventDefault();
    go(form.getAttribute("action"), new URLSearchParams(new FormData(form, e.submitter)), desk().dataset.pass, said.passed + " ");
  }
});

const press = (what) => desk()?.querySelector(`[data-does="${what}"]`)?.click();
const made = (tag, ...inside) => { const e = document.createElement(tag); e.append(...inside); return e; };
const help = () => {
  const d = document.createElement("dialog");
  d.className = "keys-help";
  d.innerHTML = `<h2></h2><dl></dl><form method="dialog"><button class="button quiet wide"></button></form>`;
  d.querySelector("h2").textContent = said.keysTitle;
  d.querySelector("dl").append(...said.keys.flatMap(([key, does]) => [made("dt", made("kbd", key)), made("dd", does)]));
  d.querySelector("button").textContent = said.close;
  d.onclose = () => d.remove();
  document.body.append(d);
  d.showModal();
};

const quiet = () => { try { return localStorage.getItem("plaza-keys-off") === "1"; } catch { return false; } }; // switched off on /keys
document.addEventListener("keydown", (e) => {
  if (quiet() || e.ctrlKey || e.metaKey || e.altKey || !desk()) return;
  if (e.key === "Escape" && e.target.matches?.("input, textarea, select")) { e.target.blur(); return; }
  if (e.target.closest?.("textarea, select, dialog, [contenteditable], input:not([type=radio], [type=checkbox])")) return;
  const bench = document.getElementById("bench");
  const way = bench?.querySelector(`[data-key="${CSS.escape(e.key)}"]`);
  const rule = bench?.querySelector("#rule");
  if (way) { way.checked = true; way.focus({ preventScroll: true }); document.getElementById("case-problem").hidden = true; }
  else if (e.key === "r" && rule) { rule.selectedIndex = (rule.selectedIndex + 1) % rule.length; tell(rule.selectedOptions[0].textContent); }
  else if (e.key === "Enter" && bench && !e.target.closest?.("a, button, summary, label")) bench.requestSubmit();
  else if (e.key === "n" && desk().dataset.next) go("", null, desk().dataset.next, "");
  else if (e.key === "b") for (const box of desk().querySelectorAll(".unblur")) box.checked = !box.checked;
  else if (e.key === "s" || e.key === "c") press(e.key);
  else if (e.key === "?") help();
  else return;
  e.preventDefault();
});

// The words of a text that is kept ready, to be looked at and changed.
document.addEventListener("change", (e) => {
  const words = e.target.id === "template" && e.target.selectedOptions[0].dataset.text;
  const field = document.getElementById("text");
  if (words && field) { field.value = words; field.closest("details").open = true; }
});

if (desk()) ready();
