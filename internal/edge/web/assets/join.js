// Plaza: works for a moment before somebody joins, so that machines cannot join
// by the thousand. It looks for the number of which, behind a salt, the SHA-256
// is known (ALTCHA).

const form = document.querySelector("form[data-challenge]"), atOnce = 400;

const solve = async ({ salt, challenge, most }) => {
  const text = new TextEncoder(), want = challenge.match(/../g).map((pair) => parseInt(pair, 16));
  const fits = async (n) => {
    const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", text.encode(salt + n)));
    return want.every((byte, i) => sum[i] === byte);
  };
  for (let from = 0; from <= most; from += atOnce) {
    const all = await Promise.all(Array.from({ length: atOnce }, (_, i) => fits(from + i)));
    const found = all.indexOf(true);
    if (found >= 0) return from + found;
  }
};

const work = async () => {
  const { challenge, salt, signature } = form.dataset;
  const number = await solve({ salt, challenge, most: Number(form.dataset.most) });
  if (number === undefined) return;
  form.elements.work.value = btoa(JSON.stringify({ algorithm: "SHA-256", challenge, number, salt, signature }));
  form.dataset.done = "";
};

// Where a browser has no way to hash, somebody here looks at the request first.
if (form && window.crypto?.subtle) {
  const done = work();
  form.addEventListener("submit", (event) => {
    if ("done" in form.dataset || "waits" in form.dataset) return;
    event.preventDefault();
    form.dataset.waits = "";
    form.setAttribute("aria-busy", "true");
    done.finally(() => form.requestSubmit(event.submitter ?? undefined));
  });
}
