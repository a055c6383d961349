// Plaza: pictures over the page, one after the other. Without this they have pages.

const said = JSON.parse(document.getElementById("script-words").textContent);
let box, all, at, from, to = 0;
const words = (tag, className, text = "") => Object.assign(document.createElement(tag), { className, textContent: text });
const press = (label, sign, className, onclick) => {
  const b = Object.assign(words("button", className, sign), { type: "button", onclick });
  b.setAttribute("aria-label", label);
  return b;
};

const show = (n) => {
  at = n;
  const link = all[at], small = link.querySelector("img:not(.blur)"), full = new Image();
  const [picture, caption, count] = ["img", "figcaption", ".count"].map((what) => box.querySelector(what));
  picture.alt = small.alt;
  picture.src = small.currentSrc || small.src;
  full.onload = () => { if (all[at] === link) picture.src = full.src; };
  full.src = link.dataset.full;
  caption.textContent = small.alt || said.undescribed;
  count.textContent = all.length > 1 ? said.count.replace("{at}", (at + 1).toLocaleString(document.documentElement.lang)).replace("{all}", all.length.toLocaleString(document.documentElement.lang)) : "";
  box.querySelector(".before").disabled = at === 0;
  box.querySelector(".next").disabled = at === all.length - 1;
};

const move = (by) => {
  if (!all[at + by]) return;
  show(at + by);
  history.replaceState({ viewer: true }, "", all[at].href);
  if (document.activeElement?.disabled || document.activeElement === document.body) box.focus();
};

const open = (link) => {
  from = link;
  all = [...link.closest(".gallery").querySelectorAll("a[data-full]")];
  box = words("dialog", "viewer");
  box.tabIndex = -1;
  box.setAttribute("aria-label", said.pictures);
  const figure = words("figure", ""), count = words("p", "count");
  count.setAttribute("aria-live", "polite");
  figure.append(new Image(), words("figcaption", ""));
  figure.lastChild.dir = "auto";
  box.append(press(said.close, "×", "close", () => box.close()), press(said.before, "‹", "before", () => move(-1)), figure, press(said.next, "›", "next", () => move(1)), count);
  for (const b of box.querySelectorAll(".before, .next")) b.hidden = all.length < 2;
  box.addEventListener("keydown", (e) => {
    const way = document.dir === "rtl" ? -1 : 1;
    if (e.key === "ArrowLeft") move(-way);
    if (e.key === "ArrowRight") move(way);
  });
  figure.addEventListener("pointerdown", (e) => { to = e.clientX; });
  figure.addEventListener("pointerup", (e) => { const by = e.clientX - to; if (Math.abs(by) > 50) move(by < 0 ? 1 : -1); });
  box.addEventListener("click", (e) => { if (e.target === box) box.close(); });
  box.addEventListener("close", () => {
    box.remove();
    box = null;
    if (history.state?.viewer) history.back();
    from.focus({ preventScroll: true });
  });
  document.body.append(box);
  show(all.indexOf(link));
  box.showModal();
  box.focus(); // not a button of it: the key that opened it would press that
  history.pushState({ viewer: true }, "", link.href);
};

document.addEventListener("click", (e) => {
  const link = e.target.closest?.("a[data-full]");
  if (!link || e.button || e.ctrlKey || e.metaKey || e.shiftKey || e.altKey) return;
  e.preventDefault();
  open(link);
});

// Back closes what is open; forward to it is its page.
addEventListener("popstate", () => {
  if (history.state?.viewer) { if (!box) location.reload(); } else box?.close();
});

for (const p of document.querySelectorAll("[data-speeds]")) {
  const player = p.parentElement.querySelector("video, audio");
  p.hidden = false;
  p.querySelector("select").onchange = (e) => { player.playbackRate = e.target.value; };
}
