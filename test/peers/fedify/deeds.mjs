// What people of the house can be told to do. Each is made of fedify's own
// vocabulary and sent by it.
import * as v from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";
import { actor, answer, now, people, person, things, told } from "./house.mjs";

const url = (s) => (s == null ? undefined : new URL(s));
const urls = (all = []) => all.map((s) => new URL(s));
const mine = (ctx, by, what) => new URL(`#${what}/${crypto.randomUUID()}`, ctx.getActorUri(by));

// as is how somebody asks for what is elsewhere: signed by them.
const as = async (ctx, by) => ({ documentLoader: await ctx.getDocumentLoader({ identifier: by }), contextLoader: ctx.contextLoader });
const find = async (ctx, by, at) => {
  const found = await ctx.lookupObject(at, await as(ctx, by));
  if (found == null) throw new Error(`fedify finds nothing at ${at}`);
  return found;
};

// send brings an activity to those it names, and if it is for followers to them.
async function send(ctx, by, activity, to = [], shared = true) {
  for (const at of to) await ctx.sendActivity({ identifier: by }, await find(ctx, by, at), activity, { immediate: true, preferSharedInbox: shared });
  const followers = ctx.getFollowersUri(by).href;
  if ([...activity.toIds, ...activity.ccIds].some((a) => a.href === followers)) await ctx.sendActivity({ identifier: by }, "followers", activity, { immediate: true, preferSharedInbox: shared });
  return { id: activity.id.href };
}

function audience(ctx, by, visibility, named = []) {
  const followers = ctx.getFollowersUri(by), everybody = v.PUBLIC_COLLECTION;
  return { public: { tos: [everybody], ccs: [followers, ...urls(named)] }, unlisted: { tos: [followers], ccs: [everybody, ...urls(named)] },
    followers: { tos: [followers], ccs: urls(named) }, direct: { tos: urls(named) } }[visibility ?? "public"];
}

// between is an activity of one about another, or about something of theirs.
const between = (Kind, what) => (ctx, { by, of, to }) =>
  send(ctx, by, new Kind({ id: mine(ctx, by, what), actor: ctx.getActorUri(by), object: url(of), to: url(to ?? of) }), [to ?? of], false);

// back takes back what stands under an address of theirs, in full.
const back = (Kind) => (ctx, { by, id, of, to }) =>
  send(ctx, by, new v.Undo({ id: mine(ctx, by, "undo"), actor: ctx.getActorUri(by), object: new Kind({ id: url(id), actor: ctx.getActorUri(by), object: url(of) }), to: url(to ?? of) }), [to ?? of], false);

function written(ctx, { by, visibility, text, warning, title, named, replyTo, quote, language, hashtags, file, anybody, options, many }, id) {
  const Kind = options ? v.Question : v.Note;
  const tags = [...urls(named).map((href) => new v.Mention({ href, name: `@${href.pathname.split("/").pop()}@${href.host}` })),
    ...(hashtags ?? []).map((t) => new v.Hashtag({ href: new URL(`/tags/${t}`, ctx.origin), name: `#${t}` }))];
  const choices = (options ?? []).map((name) => new v.Note({ name, replies: new v.Collection({ totalItems: 0 }) }));
  return new Kind({
    id: id ?? ctx.getObjectUri(Kind, { id: crypto.randomUUID() }), attribution: ctx.getActorUri(by), ...audience(ctx, by, visibility, named),
    content: text == null ? undefined : language ? new v.LanguageString(text, language) : text, summary: warning, name: title, sensitive: warning != null, published: now(), replyTarget: url(replyTo), quote: url(quote), quoteUrl: url(quote),
    url: undefined, tags, attachments: file ? [new v.Document({ mediaType: "image/png", url: new URL(file), name: "a dot", width: 1, height: 1 })] : [],
    interactionPolicy: anybody ? new v.InteractionPolicy({ canQuote: new v.InteractionRule({ automaticApproval: v.PUBLIC_COLLECTION }) }) : undefined,
    ...(options && { [many ? "inclusiveOptions" : "exclusiveOptions"]: choices, endTime: now().add(Temporal.Duration.from({ hours: 1 })), voters: 0 }),
  });
}

async function post(ctx, wish) {
  const object = written(ctx, wish);
  things.set(object.id.href, object);
  const create = new v.Create({ id: new URL("#create", object.id), actor: object.attributionId, object, tos: object.toIds, ccs: object.ccIds, published: object.published });
  await send(ctx, wish.by, create, [...(wish.named ?? []), ...(wish.to ?? [])]);
  return { id: object.id.href };
}

async function edit(ctx, { by, id, text, count }) {
  let object = things.get(id).clone({ ...(text && { content: text }), updated: now() });
  if (count) { // what was voted, as its author tells it
    const options = count.map(([name, totalItems]) => new v.Note({ name, replies: new v.Collection({ totalItems }) }));
    object = object.clone({ exclusiveOptions: options, voters: count.reduce((n, [, k]) => n + k, 0) });
  }
  things.set(id, object);
  return send(ctx, by, new v.Update({ id: mine(ctx, by, "update"), actor: ctx.getActorUri(by), object, tos: object.toIds, ccs: object.ccIds }));
}

async function remove(ctx, { by, id }) {
  const object = things.get(id);
  things.delete(id);
  return send(ctx, by, new v.Delete({ id: new URL("#delete", id), actor: ctx.getActorUri(by), object: new v.Tombstone({ id: object.id, deleted: now() }), tos: object.toIds, ccs: object.ccIds }));
}

// about is an activity that followers and somebody besides are told of.
const about = (Kind) => (ctx, { by, of, to, target, undo }) => {
  const a = new Kind({ id: undo ? url(undo) : mine(ctx, by, "deeds"), actor: ctx.getActorUri(by), object: url(of), target: url(target), published: now(), ...audience(ctx, by, "public", to) });
  return send(ctx, by, undo ? new v.Undo({ id: mine(ctx, by, "undo"), actor: a.actorId, object: a, tos: a.toIds, ccs: a.ccIds }) : a, to ?? []);
};

async function requestQuote(ctx, wish) {
  const instrument = written(ctx, wish);
  things.set(instrument.id.href, instrument);
  const ask = new v.QuoteRequest({ id: mine(ctx, wish.by, "quotes"), actor: instrument.attributionId, object: url(wish.quote), instrument, to: url(wish.to) });
  await send(ctx, wish.by, ask, [wish.to], false);
  return { id: instrument.id.href };
}

// vote is a Note that has nothing but the name of what is chosen.
function vote(ctx, { by, of, to, choice }) {
  const id = mine(ctx, by, "votes"), actor = ctx.getActorUri(by);
  return send(ctx, by, new v.Create({ id: new URL(id.href + "/activity"), actor, to: url(to), object: new v.Note({ id, name: choice, attribution: actor, replyTarget: url(of), to: url(to) }) }), [to], false);
}

function flag(ctx, { by, of, to, text }) {
  return send(ctx, by, new v.Flag({ id: mine(ctx, by, "flags"), actor: ctx.getActorUri(by), objects: urls(of), content: text, to: url(to) }), [to]);
}

async function rename(ctx, { by, called }) {
  people.get(by).called = called;
  const object = await actor(ctx, by);
  return send(ctx, by, new v.Update({ id: mine(ctx, by, "update"), actor: object.id, object, ...audience(ctx, by, "public") }));
}

async function move(ctx, { by, target }) {
  people.get(by).moved = target;
  return about(v.Move)(ctx, { by, of: ctx.getActorUri(by).href, target });
}

async function leave(ctx, { by }) {
  const sent = await about(v.Delete)(ctx, { by, of: ctx.getActorUri(by).href });
  people.get(by).gone = true;
  return sent;
}

// forge signs as one what it says that another did.
async function forge(ctx, { by, as: other, what, of, to, text }) {
  const actor = url(other), id = new URL(`#forged/${crypto.randomUUID()}`, actor);
  const made = {
    follow: () => new v.Follow({ id, actor, object: url(of) }), like: () => new v.Like({ id, actor, object: url(of) }), announce: () => new v.Announce({ id, actor, object: url(of), to: v.PUBLIC_COLLECTION }),
    delete: () => new v.Delete({ id, actor, object: url(of) }), undo: () => new v.Undo({ id, actor, object: url(of) }), move: () => new v.Move({ id, actor, object: actor, target: ctx.getActorUri(by) }), block: () => new v.Block({ id, actor, object: url(of) }),
    create: () => new v.Create({ id, actor, object: new v.Note({ id: new URL(`/notes/${crypto.randomUUID()}`, actor), attribution: actor, content: text, to: v.PUBLIC_COLLECTION, cc: url(to) }), to: v.PUBLIC_COLLECTION, cc: url(to) }),
    update: () => new v.Update({ id, actor, object: new v.Note({ id: url(of), attribution: actor, content: text, to: v.PUBLIC_COLLECTION }), to: v.PUBLIC_COLLECTION }),
  }[what]();
  return send(ctx, by, made, [to], false);
}

async function outbox(ctx, { by, at }) {
  const who = await find(ctx, by, at), all = [];
  for await (const item of ctx.traverseCollection(await who.getOutbox(await as(ctx, by)), await as(ctx, by))) all.push(await told(ctx, item));
  return all;
}

export const deeds = {
  join: async (ctx, { name, ...more }) => (await person(name, more), { id: ctx.getActorUri(name).href }),
  follow: between(v.Follow, "follows"), unfollow: back(v.Follow), block: between(v.Block, "blocks"), unblock: back(v.Block),
  like: between(v.Like, "likes"), unlike: back(v.Like), boost: about(v.Announce), answer: async (ctx, { by, who, yes }) => (await answer(ctx, people.get(by), people.get(by).asking.get(who), yes), {}),
  react: (ctx, { by, of, to, emoji }) => send(ctx, by, new v.EmojiReact({ id: mine(ctx, by, "reacts"), actor: ctx.getActorUri(by), object: url(of), content: emoji, to: url(to) }), [to]),
  post, edit, remove, requestQuote, vote, flag, rename, move, leave, forge, outbox,
  look: async (ctx, { by, at }) => told(ctx, await find(ctx, by, at)),
  finger: async (ctx, { at }) => ctx.lookupWebFinger(at),
  node: async (ctx, { at }) => ctx.lookupNodeInfo(at),
  followers: async (_, { by }) => [...people.get(by).followers.keys()],
};
