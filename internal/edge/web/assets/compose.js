// Plaza: comfort while one writes. It is loaded when somebody begins to.

// The clocks of this browser, where nobody has said which.
const zone = (form) => {
  const select = form.elements.zone, here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!select || !here || select.dataset.zone !== "UTC") return;
  if (![...select.options].some((o) => o.value === here)) select.add(new Option(here, here), 0);
  select.value = here;
};

const changed = (form) => form.dispatchEvent(new CustomEvent("plaza-changed"));

// Files go up while one writes, and stand below their text.
const send = async (form, of, files) => {
  const list = form.querySelector(`[data-attached="${of}"]`), note = form.querySelector("[data-kept]");
  if (!list || !files.length) return;
  const body = new FormData();
  body.append("of", of);
  for (const f of files) body.append("files", f);
  note.textContent = note.dataset.sending;
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch("/new/media", { method: "POST", body, headers: { "Plaza-Part": "media" }, redirect: "error" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!answer.ok) throw new Error(page.querySelector("main h1 + p, .fail p:not(.number)")?.textContent);
    list.append(...page.querySelectorAll(".attached > li"));
    note.textContent = "";
    list.lastElementChild?.querySelector("textarea")?.focus();
    changed(form);
  } catch (e) {
    note.textContent = e.message && e.message !== "undefined" && e.name === "Error" ? e.message : note.dataset.failed;
  }
  form.removeAttribute("aria-busy");
};

const boxOf = (where) => where.closest?.(".write")?.querySelector("[data-attached]")?.dataset.attached ?? "";

// The buttons of a file work without a new page.
const arrange = (form, button) => {
  const [what] = button.value.split(" "), item = button.closest("li");
  if (!item || !["earlier", "later", "drop"].includes(what)) return false;
  const list = item.parentElement, next = item.nextElementSibling ?? item.previousElementSibling;
  if (what === "earlier") item.previousElementSibling?.before(item);
  if (what === "later") item.nextElementSibling?.after(item);
  if (what === "drop") { item.remove(); (next?.querySelector("textarea") ?? form.querySelector("[data-text]")).focus(); } else button.focus();
  for (const b of list.querySelectorAll("button[value^=earlier], button[value^=later]")) b.hidden = list.children.length < 2;
  changed(form);
  return true;
};

// What must stay in sight is where one clicks.
const point = (img, e) => {
  const select = document.getElementById("focus-" + img.dataset.focus), box = img.getBoundingClientRect();
  const third = (at, size) => [-0.7, 0, 0.7][Math.min(2, Math.max(0, Math.floor(at / size * 3)))];
  const x = third(e.clientX - box.left, box.width), y = -third(e.clientY - box.top, box.height) || 0;
  select.value = `${x},${y}`;
  select.dispatchEvent(new Event("change", { bubbles: true }));
};

export const help = (form) => {
  zone(form);
  for (const input of form.querySelectorAll("[data-files]")) {
    input.closest(".files").querySelector("button").hidden = true;
    if (input.files.length) { send(form, input.dataset.files, [...input.files]); input.value = ""; } // chosen while this was loaded
  }
  form.addEventListener("change", (e) => {
    if (e.target.matches("[data-files]")) { send(form, e.target.dataset.files, [...e.target.files]); e.target.value = ""; }
    if (e.target.matches(".attached select")) {
      const [x, y] = e.target.value.split(",").map(Number), img = e.target.closest("li").querySelector("img");
      if (img) img.className = `focus-${Math.min(2, Math.floor((x + 1) * 1.5))}-${Math.min(2, Math.floor((1 - y) * 1.5))}`;
    }
  });
  form.addEventListener("paste", (e) => { if (e.clipboardData?.files.length) { e.preventDefault(); send(form, boxOf(e.target), [...e.clipboardData.files]); } });
  form.addEventListener("dragover", (e) => { if (e.dataTransfer?.types.includes("Files")) { e.preventDefault(); form.classList.add("dropping"); } });
  form.addEventListener("dragleave", () => form.classList.remove("dropping"));
  form.addEventListener("drop", (e) => { form.classList.remove("dropping"); if (e.dataTransfer?.files.length) { e.preventDefault(); send(form, boxOf(e.target), [...e.dataTransfer.files]); } });
  form.addEventListener("click", (e) => {
    if (e.target.matches("button") && arrange(form, e.target)) e.preventDefault();
    if (e.target.matches("img[data-focus]")) point(e.target, e);
  });
};
