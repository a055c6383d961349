// Looks at a page as it is shown now and returns what is wrong with it, in
// sentences.
(() => {
  const wrong = [];
  const where = (e) => {
    const id = e.id ? "#" + e.id : "", name = typeof e.className === "string" && e.className ? "." + e.className.trim().split(/\s+/).join(".") : "";
    return `<${e.localName}${id}${name}> ${JSON.stringify(e.textContent.trim().slice(0, 30))}`;
  };
  const shown = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true });
  const hidden = (e) => e.closest(".hidden, .skip"); // seen by screen readers only

  // Nothing reaches past the edge of the screen.
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > wide) wrong.push(`the page is ${document.documentElement.scrollWidth} wide on ${wide}`);
  const within = (e) => e && (getComputedStyle(e).overflowX !== "visible" && e.getBoundingClientRect().right <= wide + 1 || within(e.parentElement)); // what cuts it off, or scrolls
  for (const e of document.querySelectorAll("body *")) {
    if (!shown(e) || hidden(e) || e.closest("svg, .tabs, pre")) continue;
    const r = e.getBoundingClientRect();
    if (r.width && (r.right > wide + 1 || r.left < -1) && !within(e.parentElement)) wrong.push(`reaches past the edge: ${where(e)}`);
  }

  // The tab that one is on is seen.
  for (const e of document.querySelectorAll(".tabs [aria-current]")) {
    const r = e.getBoundingClientRect();
    if (shown(e) && (r.right > wide + 1 || r.left < -1)) wrong.push(`is out of sight: ${where(e)}`);
  }

  // One heading of the page and all others below it, each id once, each reference to something.
  const ones = document.querySelectorAll("h1").length;
  if (ones !== 1) wrong.push(`${ones} h1`);
  let level = 0;
  for (const e of document.querySelectorAll("main :is(h1, h2, h3, h4, h5, h6)")) {
    if (+e.localName[1] > level + 1) wrong.push(`skips a level: ${where(e)}`);
    level = +e.localName[1];
  }
  const ids = new Set();
  for (const e of document.querySelectorAll("[id]")) {
    if (ids.has(e.id)) wrong.push(`twice the id ${e.id}`);
    ids.add(e.id);
  }
  for (const name of ["for", "aria-labelledby", "aria-describedby", "aria-controls"])
    for (const e of document.querySelectorAll(`[${name}]`))
      for (const id of e.getAttribute(name).split(/\s+/)) if (!ids.has(id)) wrong.push(`${name} leads nowhere: ${where(e)}`);

  // Text stands out from what is behind it. Colours are read from a canvas, in
  // whatever form they are written.
  const pen = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true }), known = new Map();
  const rgba = (colour) => {
    if (!known.has(colour)) {
      pen.clearRect(0, 0, 1, 1);
      pen.fillStyle = colour;
      pen.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
      known.set(colour, [r, g, b, a / 255]);
    }
    return known.get(colour);
  };
  const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a)];
  const behind = (e) => {
    if (!e) return [255, 255, 255];
    const c = rgba(getComputedStyle(e).backgroundColor);
    return c[3] === 1 ? c.slice(0, 3) : over(c, behind(e.parentElement));
  };
  const light = (c) => {
    const [r, g, b] = c.map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (e, pseudo) => {
    const back = behind(e), style = getComputedStyle(e, pseudo), ink = [...rgba(style.color)];
    for (let up = e; up; up = up.parentElement) ink[3] *= +getComputedStyle(up).opacity;
    const [a, b] = [light(over(ink, back)), light(back)];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  };
  const weigh = (e, least, pseudo) => {
    const c = contrast(e, pseudo);
    if (c < least) wrong.push(`contrast ${c.toFixed(2)}, needs ${least}: ${where(e)}${pseudo ?? ""}`);
  };
  const seen = new Set();
  for (const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); walk.nextNode();) {
    const e = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || seen.has(e) || e.closest("script, style, option, :disabled") || !shown(e) || hidden(e) || getComputedStyle(e).fontSize === "0px") continue;
    seen.add(e);
    weigh(e, 4.5);
  }
  for (const e of document.querySelectorAll("input[placeholder], textarea[placeholder]")) if (shown(e)) weigh(e, 4.5, "::placeholder");
  for (const e of document.querySelectorAll("button .icon, a .icon, summary .icon")) if (shown(e) && !e.closest(":disabled")) weigh(e, 3);

  // What is touched is large enough for a finger, unless it stands within text.
  const finger = (e) => {
    const r = e.getBoundingClientRect(), more = getComputedStyle(e, "::after");
    const grown = more.position === "absolute" && more.content !== "none" ? -2 * parseFloat(more.top) || 0 : 0;
    return Math.min(r.width, r.height + grown);
  };
  for (const e of document.querySelectorAll("button, summary, select, input:not([type=hidden], [type=checkbox], [type=radio]), .button, .act, .tabbar a, .tabs a, .rows a, .sidebar nav a, .menu a"))
    if (shown(e) && !hidden(e) && finger(e) < 39.5) wrong.push(`${finger(e).toFixed(0)} px is small for a finger: ${where(e)}`);
  return wrong;
})()
