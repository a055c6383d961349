// Plaza: offers names, tags and emojis while one writes them. It asks this house
// only, and only after a pause.

const begun = /(?:^|[\s([{"'“„])([@#:][\p{L}\p{N}_][\p{L}\p{N}_@.+-]{0,60})$/u, pause = 180;

export const complete = (form) => {
  const box = document.createElement("div"), said = document.createElement("p");
  box.className = "offers";
  box.id = "offers-" + form.elements.text.id;
  box.hidden = true;
  said.className = "hidden";
  said.setAttribute("role", "status");
  form.append(said);
  let timer, flight, area, at = -1;

  const word = () => area.selectionStart === area.selectionEnd ? area.value.slice(0, area.selectionStart).match(begun)?.[1] : undefined;
  const all = () => [...box.querySelectorAll("[role=option]")];
  const close = () => {
    clearTimeout(timer);
    flight?.abort();
    if (box.hidden) return;
    box.hidden = true;
    box.replaceChildren();
    at = -1;
    area?.removeAttribute("aria-activedescendant");
    area?.removeAttribute("aria-controls");
  };
  const choose = (n) => {
    const options = all();
    at = (n + options.length) % options.length;
    for (const [i, o] of options.entries()) o.setAttribute("aria-selected", i === at);
    area.setAttribute("aria-activedescendant", options[at].id);
    options[at].scrollIntoView({ block: "nearest" });
  };
  const take = (option) => {
    const what = word() ?? "", end = area.selectionStart;
    area.setRangeText(option.dataset.insert + " ", end - what.length, end, "end");
    close();
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
    close();
  };
  const look = async (what) => {
    flight?.abort();
    flight = new AbortController();
    try {
      const answer = await fetch("/new/complete?q=" + encodeURIComponent(what), { headers: { "Plaza-Part": "offers" }, redirect: "error", signal: flight.signal });
      const list = new DOMParser().parseFromString(answer.ok ? await answer.text() : "", "text/html").querySelector("ul");
      if (!list?.children.length || word() !== what) return close();
      box.replaceChildren(list);
      box.hidden = false;
      at = -1;
      area.after(box);
      area.setAttribute("aria-autocomplete", "list");
      area.setAttribute("aria-controls", box.id);
      area.removeAttribute("aria-activedescendant");
      said.textContent = list.dataset.said;
    } catch (e) { if (e.name !== "AbortError") close(); }
  };

  const begin = (target) => {
    if (!target.matches("[data-text]")) return;
    area = target;
    clearTimeout(timer);
    const what = word();
    if (what?.length > 1) timer = setTimeout(look, pause, what); else close();
  };
  form.addEventListener("input", (e) => begin(e.target));
  form.addEventListener("keydown", (e) => {
    if (box.hidden || e.target !== area) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (step) choose(at < 0 && step < 0 ? -1 : at + step);
    else if (e.key === "Escape") close();
    else if ((e.key === "Enter" || e.key === "Tab") && at >= 0 && !e.ctrlKey && !e.metaKey) take(all()[at]);
    else return;
    e.preventDefault();
    e.stopPropagation();
  }, true);
  box.addEventListener("mousedown", (e) => e.preventDefault()); // the text keeps the cursor
  box.addEventListener("click", (e) => { const o = e.target.closest("[role=option]"); if (o) take(o); });
  form.addEventListener("focusout", (e) => { if (e.target === area) close(); });
  if (form.contains(document.activeElement)) begin(document.activeElement); // what was written while this was loaded
};
