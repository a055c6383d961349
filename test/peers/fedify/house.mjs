// A house whose walls are fedify: people with keys, who have followers, write
// and answer as people of any server do. What it hears is kept as fedify
// understands it.
import { createFederationBuilder, MemoryKvStore } from "@fedify/fedify";
import * as v from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";

// fedify wants Node 22. Of what older ones lack it uses no more than this.
(globalThis.Iterator ??= {}).from ??= (all) => ({ map: (make) => Array.from(all, (one) => make(one)) });

export const now = () => Temporal.Now.instant();
export const people = new Map(); // by name
export const things = new Map(); // posts and consents, by address
export const heard = []; // activities whose signature fedify has verified

async function keys() {
  const rsa = { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" };
  return [await crypto.subtle.generateKey(rsa, true, ["sign", "verify"]), await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"])];
}

export async function person(name, more = {}) {
  if (!people.has(name)) people.set(name, { name, keys: await keys(), called: name, followers: new Map(), asking: new Map(), aliases: [], ...more });
  return people.get(name);
}

// house names who signs what the house itself asks for.
export const house = "house";
await person(house);

// told is what an object says, as fedify read it.
export async function told(ctx, o) {
  if (o == null) return null;
  const d = { type: o.constructor.name, id: o.id?.href, to: addresses(o.toIds), cc: addresses(o.ccIds) };
  if (o instanceof v.Activity && !(o instanceof v.Question)) {
    Object.assign(d, { by: o.actorId?.href, of: o.objectId?.href, all: addresses(o.objectIds), target: o.targetId?.href, result: o.resultId?.href, text: text(o.content) });
    if (carriers.some((c) => o instanceof c)) d.object = await told(ctx, await o.getObject(asItCame(ctx)));
    if (o instanceof v.QuoteRequest) d.instrument = await told(ctx, await o.getInstrument(asItCame(ctx)));
  } else if (v.isActor(o)) {
    Object.assign(d, { name: text(o.preferredUsername), called: text(o.name), about: text(o.summary), inbox: o.inboxId?.href, shared: o.endpoints?.sharedInbox?.href, moved: o.successorId?.href,
      aliases: addresses(o.aliasIds), locked: o.manuallyApprovesFollowers, keys: await kinds(ctx, o) });
  } else {
    Object.assign(d, { by: o.attributionId?.href, text: text(o.content), warning: text(o.summary), title: text(o.name), sensitive: o.sensitive, replyTo: o.replyTargetId?.href,
      page: o.url?.href?.toString(), quote: o.quoteId?.href, stamp: o.quoteAuthorizationId?.href, policy: addresses(o.interactionPolicy?.canQuote?.automaticApprovals),
      edited: o.updated?.toString(), tags: await list(o.getTags?.(ctx), (t) => `${t.constructor.name} ${text(t.name)} ${t.href?.href ?? t.id?.href ?? ""}`),
      files: await list(o.getAttachments?.(ctx), (f) => `${f.constructor.name} ${f.mediaType} ${text(f.name)}`) });
    if (o instanceof v.Question) Object.assign(d, { one: await options(ctx, o.getExclusiveOptions(ctx)), many: await options(ctx, o.getInclusiveOptions(ctx)), ends: o.endTime?.toString(), voters: o.voters });
    if (o instanceof v.QuoteAuthorization) Object.assign(d, { quoting: o.interactingObjectId?.href, quoted: o.interactionTargetId?.href });
  }
  return d;
}

// carriers are what brings the object itself along.
const carriers = [v.Create, v.Update, v.Undo, v.Accept, v.Reject];
// asItCame is for the record, and for answers to what the house itself asked:
// that is embedded in what comes from elsewhere.
const asItCame = (ctx) => ({ ...ctx, crossOrigin: "trust", suppressError: true });
const text = (s) => s?.toString();
const addresses = (all) => [...(all ?? [])].map((u) => u.href);
async function list(all, tell) {
  const out = [];
  for await (const one of all ?? []) out.push(tell(one));
  return out;
}
const options = (ctx, all) => list(all, (o) => text(o.name));
const kinds = async (ctx, o) => [...(await list(o.getPublicKeys(ctx), (k) => k.publicKey.algorithm.name)), ...(await list(o.getAssertionMethods(ctx), (k) => k.publicKey.algorithm.name))];

const builder = createFederationBuilder();

// actor is what somebody of the house says of themselves.
export async function actor(ctx, name) {
  const p = people.get(name);
  if (p == null) return null;
  if (p.gone) return new v.Tombstone({ id: ctx.getActorUri(name), deleted: now() });
  const pairs = await ctx.getActorKeyPairs(name);
  return new (name === house ? v.Application : v.Person)({
    id: ctx.getActorUri(name), preferredUsername: name, name: p.called, summary: `<p>${p.called} lives in a house of fedify.</p>`, url: new URL(`/@${name}`, ctx.origin),
    inbox: ctx.getInboxUri(name), outbox: ctx.getOutboxUri(name), followers: ctx.getFollowersUri(name), endpoints: new v.Endpoints({ sharedInbox: ctx.getInboxUri() }),
    manuallyApprovesFollowers: p.locked ?? false, aliases: p.aliases.map((a) => new URL(a)), successor: p.moved && new URL(p.moved), published: now(), discoverable: true,
    publicKey: pairs[0].cryptographicKey, assertionMethods: pairs.map((k) => k.multikey),
  });
}
builder.setActorDispatcher("/users/{identifier}", actor).setKeyPairsDispatcher((_, name) => people.get(name)?.keys ?? []);

// closed is whether posts are shown to those who sign only.
const open = async (ctx) => !process.env.CLOSED || (await ctx.getSignedKeyOwner()) != null;
const thing = (kind) => (ctx, { id }) => things.get(ctx.getObjectUri(kind, { id }).href) ?? null;
builder.setObjectDispatcher(v.Note, "/notes/{id}", thing(v.Note)).authorize(open);
builder.setObjectDispatcher(v.Question, "/questions/{id}", thing(v.Question)).authorize(open);
builder.setObjectDispatcher(v.QuoteAuthorization, "/stamps/{id}", thing(v.QuoteAuthorization)).authorize(open);
builder.setFollowersDispatcher("/users/{identifier}/followers", (_, name) => ({ items: [...(people.get(name)?.followers.values() ?? [])] }));
builder.setOutboxDispatcher("/users/{identifier}/outbox", (ctx, name) => ({
  items: [...things.values()].filter((t) => t.attributionId?.href === ctx.getActorUri(name).href && t instanceof v.Note)
    .map((object) => new v.Create({ id: new URL("#create", object.id), actor: ctx.getActorUri(name), object, tos: object.toIds, ccs: object.ccIds })),
}));
builder.setNodeInfoDispatcher("/nodeinfo/2.1", () => ({ software: { name: "fedify-peer", version: "2.3.6" }, protocols: ["activitypub"], usage: { users: {}, localPosts: 0, localComments: 0 } }));

const named = (ctx, address) => {
  const at = ctx.parseUri(address);
  return at?.type === "actor" ? people.get(at.identifier) : undefined;
};

export const reply = (ctx, by, to, activity) => ctx.sendActivity({ identifier: by.name }, to, activity, { immediate: true });
const answerID = (ctx, by) => new URL(`#answers/${crypto.randomUUID()}`, ctx.getActorUri(by.name));

// answer says yes or no to a Follow or a QuoteRequest.
export async function answer(ctx, by, asked, yes, result) {
  const who = await asked.getActor(ctx);
  if (yes && asked instanceof v.Follow) by.followers.set(asked.actorId.href, who);
  const said = new (yes ? v.Accept : v.Reject)({ id: answerID(ctx, by), actor: ctx.getActorUri(by.name), to: asked.actorId, object: asked, result });
  await reply(ctx, by, who, said);
}

async function asksToFollow(ctx, f) {
  const whom = named(ctx, f.objectId);
  if (whom == null) return;
  if (whom.locked) whom.asking.set(f.actorId.href, f);
  else await answer(ctx, whom, f, true);
}

async function asksToQuote(ctx, q) {
  const post = things.get(q.objectId?.href);
  const by = post && named(ctx, post.attributionId);
  if (by == null) return;
  if (by.unquotable) return answer(ctx, by, q, false);
  const stamp = new v.QuoteAuthorization({ id: ctx.getObjectUri(v.QuoteAuthorization, { id: crypto.randomUUID() }), attribution: ctx.getActorUri(by.name), interactingObject: q.instrumentId, interactionTarget: q.objectId });
  things.set(stamp.id.href, stamp);
  await answer(ctx, by, q, true, stamp.id);
}

// agreed puts the stamp on the post that wanted to quote.
async function agreed(ctx, a) {
  const asked = await a.getObject(asItCame(ctx));
  const post = asked instanceof v.QuoteRequest ? things.get(asked.instrumentId?.href) : undefined;
  if (post != null && a.resultId != null) things.set(post.id.href, post.clone({ quoteAuthorization: a.resultId }));
}

async function takesBack(ctx, u) {
  const what = await u.getObject(ctx);
  if (what instanceof v.Follow) named(ctx, what.objectId)?.followers.delete(u.actorId?.href);
}

// listen opens two houses that are one but for the kind of signature that they
// try first. Arrival is how the activity that is being heard came.
export function listen(arrival) {
  const hear = (then = () => {}) => async (ctx, activity) => {
    heard.push({ ...(await told(ctx, activity)), ...arrival() });
    await then(ctx, activity);
  };
  builder.setInboxListeners("/users/{identifier}/inbox", "/inbox")
    .setSharedKeyDispatcher(() => ({ identifier: house }))
    .on(v.Follow, hear(asksToFollow)).on(v.QuoteRequest, hear(asksToQuote)).on(v.Accept, hear(agreed)).on(v.Undo, hear(takesBack)).on(v.Activity, hear())
    .onError((_, e) => console.error(e));
  const made = (firstKnock) => builder.build({ kv: new MemoryKvStore(), origin: process.env.ORIGIN, allowPrivateAddress: true, firstKnock });
  return Promise.all(["draft-cavage-http-signatures-12", "rfc9421"].map(made));
}
