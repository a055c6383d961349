// Plaza: has the browser make a passkey, or show one, and sends what it answers
// with the form. Without it the form is not shown, and codes work all the same.

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const words = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const named = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

const make = async (o) => {
  const publicKey = { ...o, challenge: bytes(o.challenge), user: { ...o.user, id: bytes(o.user.id) }, excludeCredentials: named(o.excludeCredentials) };
  const made = await navigator.credentials.create({ publicKey }), says = made.response;
  return { made, response: { attestationObject: words(says.attestationObject), transports: says.getTransports?.() ?? [] } };
};

const show = async (o) => {
  const made = await navigator.credentials.get({ publicKey: { ...o, challenge: bytes(o.challenge), allowCredentials: named(o.allowCredentials) } }), says = made.response;
  return { made, response: { authenticatorData: words(says.authenticatorData), signature: words(says.signature), userHandle: says.userHandle ? words(says.userHandle) : undefined } };
};

const send = async (form) => {
  const { ask, options } = form.dataset;
  let known = options && { options: JSON.parse(options) };
  if (!known) {
    const answer = await fetch(ask, { method: "POST", headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.status);
    known = await answer.json();
  }
  const wish = known.options.publicKey, { made, response } = await (wish.user ? make(wish) : show(wish));
  response.clientDataJSON = words(made.response.clientDataJSON);
  form.elements.passkey.value = JSON.stringify({ id: made.id, rawId: words(made.rawId), type: made.type, response, clientExtensionResults: made.getClientExtensionResults() });
  if (known.begun) form.elements.begun.value = known.begun;
  form.submit();
};

if (window.PublicKeyCredential) {
  for (const without of document.querySelectorAll("[data-without]")) without.hidden = true;
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      event.stopImmediatePropagation();
      const problem = form.querySelector("[data-problem]");
      problem.hidden = true;
      form.setAttribute("aria-busy", "true");
      send(form).catch(() => { problem.hidden = false; }).finally(() => form.removeAttribute("aria-busy"));
    });
  }
}
