// Does with the client library masto what apps built on it do: nearly all that
// it offers.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { createOAuthAPIClient, createRestAPIClient, createStreamingAPIClient } from "masto";
import { eventually, picture, tally } from "./tally.mjs";

const { equal, ok, match, deepEqual } = assert;
const url = process.env.URL;
const as = (accessToken) => createRestAPIClient({ url, accessToken });
const ada = as(process.env.ADA), ben = as(process.env.BEN), cleo = as(process.env.CLEO), olga = as(process.env.OLGA), nobody = as();
const { call, refused, where, end } = tally("masto");
const ids = (list) => list.map((x) => x.id);
const has = (id) => (list) => ok(ids(list).includes(id), `${id} is not in ${ids(list)}`);
const lacks = (id) => (list) => ok(!ids(list).includes(id), `${id} is in ${ids(list)}`);
const nothing = () => {};
const blob = new Blob([picture], { type: "image/png" });

const me = await call("accounts.verifyCredentials", () => ada.v1.accounts.verifyCredentials(), (a) => equal(a.acct, "ada"));
const him = await ben.v1.accounts.verifyCredentials();
const her = await olga.v1.accounts.verifyCredentials();
const person = (who, id) => who.v1.accounts.$select(id);
const post = (who, id) => who.v1.statuses.$select(id);

async function house() {
  const { configuration, apiVersions } = await call("v2.instance.fetch", () => nobody.v2.instance.fetch(), (i) => match(i.version, /compatible; Plaza/));
  ok(apiVersions.mastodon >= 1);
  await call("v1.instance.fetch", () => nobody.v1.instance.fetch(), (i) => equal(i.uri, new URL(url).host.split(":")[0] === i.uri ? i.uri : new URL(url).host));
  await call("v1.instance.peers.list", () => nobody.v1.instance.peers.list(), (l) => deepEqual(l, []));
  await call("v1.instance.activity.list", () => nobody.v1.instance.activity.list(), (l) => equal(l.length, 12));
  await call("v1.instance.languages.list", () => nobody.v1.instance.languages.list(), (l) => ok(l.length > 0));
  await call("v1.instance.extendedDescription.fetch", () => nobody.v1.instance.extendedDescription.fetch(), (d) => ok(d.updatedAt));
  await call("v1.instance.translationLanguages.list", () => nobody.v1.instance.translationLanguages.list(), (l) => deepEqual(l, {}));
  await call("v1.customEmojis.list", () => nobody.v1.customEmojis.list(), (l) => ok(Array.isArray(l)));
  await call("v1.directory.list", () => nobody.v1.directory.list({ local: true }), (l) => ok(Array.isArray(l)));
  await call("v1.preferences.fetch", () => ada.v1.preferences.fetch(), (p) => equal(p["posting:default:visibility"], "public"));
  await where("GET /api/v1/instance/domain_blocks", () => call("v1.instance.domainBlocks.fetch", () => nobody.v1.instance.domainBlocks.fetch(), (l) => deepEqual(l, [])));
  return configuration;
}

async function signIn() {
  const app = await call("v1.apps.create", () => nobody.v1.apps.create({ clientName: "masto", redirectUris: "urn:ietf:wg:oauth:2.0:oob", scopes: "read write" }), (a) => equal(a.name, "masto"));
  const oauth = createOAuthAPIClient({ url });
  const own = { clientId: app.clientId, clientSecret: app.clientSecret };
  const token = await call("oauth.token.create", () => oauth.token.create({ grantType: "password", ...own, username: "ada@example.com", password: "interop-password", scope: "read write" }), (t) => equal(t.tokenType, "Bearer"));
  await call("v1.apps.verifyCredentials", () => as(token.accessToken).v1.apps.verifyCredentials(), (a) => equal(a.name, "masto"));
  const appToken = await oauth.token.create({ grantType: "client_credentials", ...own, scope: "read write" });
  await call("v1.accounts.create", () => as(appToken.accessToken).v1.accounts.create({ username: "dora", email: "dora@example.com", password: "correct horse battery", agreement: true, locale: "en" }), (t) => ok(t.accessToken));
  await call("oauth.revoke", () => oauth.revoke({ ...own, token: token.accessToken }), nothing);
  await refused("a token that was revoked", () => as(token.accessToken).v1.accounts.verifyCredentials(), 401);
}

async function people() {
  await call("accounts.fetch", () => person(ada, him.id).fetch(), (a) => equal(a.acct, "ben"));
  await call("accounts.fetch many", () => ada.v1.accounts.fetch({ id: [him.id, her.id] }), has(her.id));
  await call("accounts.lookup", () => nobody.v1.accounts.lookup({ acct: "ben" }), (a) => equal(a.id, him.id));
  await call("accounts.search.list", () => ada.v1.accounts.search.list({ q: "ben" }), has(him.id));
  await call("accounts.follow", () => person(ada, him.id).follow({ reblogs: true, notify: true }), (r) => deepEqual([r.following, r.notifying], [true, true]));
  await call("accounts.relationships.fetch", () => ada.v1.accounts.relationships.fetch({ id: [him.id] }), ([r]) => equal(r.following, true));
  await call("accounts.followers.list", () => person(ada, him.id).followers.list(), has(me.id));
  await call("accounts.following.list", () => person(ben, me.id).following.list(), has(him.id));
  await call("accounts.familiarFollowers.fetch", () => ada.v1.accounts.familiarFollowers.fetch({ id: [her.id] }), ([f]) => equal(f.id, her.id));
  await call("accounts.note.create", () => person(ada, him.id).note.create({ comment: "bakes" }), (r) => equal(r.note, "bakes"));
  await call("accounts.mute", () => person(ada, her.id).mute({ notifications: false, duration: 60 }), (r) => equal(r.muting, true));
  await call("mutes.list", () => ada.v1.mutes.list(), has(her.id));
  await call("accounts.unmute", () => person(ada, her.id).unmute(), (r) => equal(r.muting, false));
  await call("accounts.block", () => person(ada, her.id).block(), (r) => equal(r.blocking, true));
  await call("blocks.list", () => ada.v1.blocks.list(), has(her.id));
  await call("accounts.unblock", () => person(ada, her.id).unblock(), (r) => equal(r.blocking, false));
  await call("accounts.unfollow", () => person(ada, him.id).unfollow(), (r) => equal(r.following, false));
  await person(ada, him.id).follow();
  await person(ben, me.id).follow();
  await call("accounts.removeFromFollowers", () => person(ada, him.id).removeFromFollowers(), nothing);
  await call("accounts.relationships.fetch afterwards", () => ben.v1.accounts.relationships.fetch({ id: [me.id] }), ([r]) => equal(r.following, false));
  await call("suggestions v2", () => ada.v2.suggestions.list(), (l) => ok(Array.isArray(l)));
  await call("suggestions v1", () => ada.v1.suggestions.list(), (l) => ok(Array.isArray(l)));
  await call("suggestions.remove", () => ada.v1.suggestions.$select(her.id).remove(), nothing);
  await where("POST /api/v1/accounts/{id}/endorse", async () => {
    await call("accounts.endorse", () => person(ada, him.id).endorse(), (r) => equal(r.endorsed, true));
    await call("endorsements.list", () => ada.v1.endorsements.list(), has(him.id));
    await call("accounts.endorsements.list", () => person(nobody, me.id).endorsements.list(), has(him.id));
    await call("accounts.unendorse", () => person(ada, him.id).unendorse(), (r) => equal(r.endorsed, false));
    await call("accounts.pin", () => person(ada, him.id).pin(), (r) => equal(r.endorsed, true));
    await call("accounts.unpin", () => person(ada, him.id).unpin(), (r) => equal(r.endorsed, false));
  });
  await where("POST /api/v1/domain_blocks", async () => {
    await call("domainBlocks.create", () => ada.v1.domainBlocks.create({ domain: "bad.example" }), nothing);
    await call("domainBlocks.list", () => ada.v1.domainBlocks.list(), (l) => deepEqual([...l], ["bad.example"]));
    await call("domainBlocks.remove", () => ada.v1.domainBlocks.remove({ domain: "bad.example" }), nothing);
  });
}

async function profile() {
  await call("accounts.updateCredentials", () => ada.v1.accounts.updateCredentials({ displayName: "Ada L", note: "Hi", avatar: blob, fieldsAttributes: [{ name: "web", value: "https://example.com" }] }),
    (a) => deepEqual([a.displayName, a.source.note, a.fields[0].name], ["Ada L", "Hi", "web"]));
  await call("profile.fetch", () => ada.v1.profile.fetch(), (p) => equal(p.displayName, "Ada L"));
  await call("profile.update", () => ada.v1.profile.update({ displayName: "Ada Lovelace" }), (p) => equal(p.displayName, "Ada Lovelace"));
  await call("profile.avatar.remove", () => ada.v1.profile.avatar.remove(), (a) => match(a.avatar, /avatar\.png$/));
  await call("profile.header.remove", () => ada.v1.profile.header.remove(), (a) => match(a.header, /header\.png$/));
  await ben.v1.accounts.updateCredentials({ locked: true });
  await person(olga, him.id).follow();
  await call("followRequests.list", () => ben.v1.followRequests.list(), has(her.id));
  await call("followRequests.authorize", () => ben.v1.followRequests.$select(her.id).authorize(), (r) => equal(r.followedBy, true));
  await person(olga, him.id).unfollow();
  await person(olga, him.id).follow();
  await call("followRequests.reject", () => ben.v1.followRequests.$select(her.id).reject(), (r) => equal(r.followedBy, false));
  await ben.v1.accounts.updateCredentials({ locked: false });
}

async function posts() {
  const hers = await call("statuses.create", () => ada.v1.statuses.create({ status: "Bread #interop", visibility: "public", language: "en", spoilerText: "food" }), (s) => equal(s.spoilerText, "food"));
  const reply = await ben.v1.statuses.create({ status: "@ada Salt", inReplyToId: hers.id });
  await call("statuses.fetch", () => post(ben, hers.id).fetch(), (s) => equal(s.account.acct, "ada"));
  await call("statuses.fetch many", () => ben.v1.statuses.fetch({ id: [hers.id, reply.id] }), has(reply.id));
  await call("statuses.context.fetch", () => post(ben, hers.id).context.fetch(), (c) => equal(c.descendants[0].id, reply.id));
  await call("statuses.update", () => post(ada, hers.id).update({ status: "Bread and butter #interop" }), (s) => ok(s.editedAt));
  await call("statuses.source.fetch", () => post(ada, hers.id).source.fetch(), (s) => equal(s.text, "Bread and butter #interop"));
  await call("statuses.history.list", () => post(ben, hers.id).history.list(), (l) => equal(l.length, 2));
  for (const [mark, unmark, is] of [["favourite", "unfavourite", "favourited"], ["bookmark", "unbookmark", "bookmarked"], ["mute", "unmute", "muted"]]) {
    await call("statuses." + mark, () => post(ben, hers.id)[mark](), (s) => equal(s[is], true));
    if (mark === "favourite") {
      await call("statuses.favouritedBy.list", () => post(nobody, hers.id).favouritedBy.list(), has(him.id));
      await call("favourites.list", () => ben.v1.favourites.list(), has(hers.id));
    }
    if (mark === "bookmark") await call("bookmarks.list", () => ben.v1.bookmarks.list(), has(hers.id));
    await call("statuses." + unmark, () => post(ben, hers.id)[unmark](), (s) => equal(s[is], false));
  }
  await call("statuses.reblog", () => post(ben, hers.id).reblog(), (s) => equal(s.reblog.id, hers.id));
  await call("statuses.rebloggedBy.list", () => post(nobody, hers.id).rebloggedBy.list(), has(him.id));
  await call("statuses.unreblog", () => post(ben, hers.id).unreblog(), (s) => equal(s.reblogged, false));
  await call("statuses.pin", () => post(ada, hers.id).pin(), (s) => equal(s.pinned, true));
  await call("accounts.statuses.list", () => person(ben, me.id).statuses.list({ pinned: true }), has(hers.id));
  await call("statuses.unpin", () => post(ada, hers.id).unpin(), (s) => equal(s.pinned, false));
  await refused("statuses.translate", () => post(ben, hers.id).translate(), 404);
  await where("GET /api/v1/statuses/{id}/card", () => call("statuses.card.fetch", () => post(ben, hers.id).card.fetch(), (c) => ok(c === null || Object.keys(c).length >= 0)));
  await where("GET /api/v1/statuses/{id}/quotes", async () => {
    const quote = await call("statuses.create with a quote", () => ben.v1.statuses.create({ status: "So she says", quotedStatusId: hers.id }), (s) => equal(s.quote.quotedStatus.id, hers.id));
    await call("statuses.quotes.list", () => post(ada, hers.id).quotes.list(), has(quote.id));
  });
  return hers;
}

async function attachments() {
  const sent = await call("v2.media.create", () => ada.v2.media.create({ file: blob, description: "A dot" }), (m) => equal(m.type, "image"));
  const done = await call("media.fetch", () => eventually(() => ada.v1.media.$select(sent.id).fetch(), (m) => m.url), (m) => match(m.url, /^http/));
  await call("media.update", () => ada.v1.media.$select(done.id).update({ description: "A small dot" }), (m) => equal(m.description, "A small dot"));
  const shown = await call("statuses.create with a picture", () => ada.v1.statuses.create({ status: "Look", mediaIds: [done.id] }), (s) => equal(s.mediaAttachments[0].description, "A small dot"));
  await call("accounts.statuses.list with pictures", () => person(ben, me.id).statuses.list({ onlyMedia: true }), has(shown.id));
  await call("v1.media.create", () => ada.v1.media.create({ file: blob }), (m) => ok(m.id));
}

async function polls() {
  const asked = await call("statuses.create with a poll", () => ada.v1.statuses.create({ status: "Rye or wheat?", poll: { options: ["rye", "wheat"], expiresIn: 3600 } }), (s) => equal(s.poll.options.length, 2));
  await call("polls.votes.create", () => ben.v1.polls.$select(asked.poll.id).votes.create({ choices: [1] }), (p) => deepEqual([p.voted, p.ownVotes], [true, [1]]));
  await call("polls.fetch", () => ada.v1.polls.$select(asked.poll.id).fetch(), (p) => equal(p.votesCount, 1));
}

async function later() {
  const at = new Date(Date.now() + 3600e3).toISOString(), still = new Date(Date.now() + 7200e3).toISOString();
  const l = await call("statuses.create later", () => ada.v1.statuses.create({ status: "Later", scheduledAt: at }), (s) => equal(s.scheduledAt, at));
  await call("scheduledStatuses.list", () => ada.v1.scheduledStatuses.list(), has(l.id));
  await call("scheduledStatuses.fetch", () => ada.v1.scheduledStatuses.$select(l.id).fetch(), (s) => equal(s.params.text, "Later"));
  await call("scheduledStatuses.update", () => ada.v1.scheduledStatuses.$select(l.id).update({ scheduledAt: still }), (s) => equal(s.scheduledAt, still));
  await call("scheduledStatuses.remove", () => ada.v1.scheduledStatuses.$select(l.id).remove(), nothing);
  await refused("scheduledStatuses.fetch afterwards", () => ada.v1.scheduledStatuses.$select(l.id).fetch(), 404);
}

async function timelines(hers) {
  const his = await ben.v1.statuses.create({ status: "For home #interop" });
  await call("timelines.home.list", () => ada.v1.timelines.home.list({ limit: 5 }), has(his.id));
  await call("timelines.public.list", () => nobody.v1.timelines.public.list({ local: true }), has(hers.id));
  await call("timelines.tag.list", () => nobody.v1.timelines.tag.$select("interop").list(), has(hers.id));
  await call("a second page", async () => {
    const pages = [];
    for await (const page of nobody.v1.timelines.tag.$select("interop").list({ limit: 1 })) pages.push(...page);
    return pages;
  }, (l) => deepEqual(ids(l), [his.id, hers.id]));
  const list = await call("lists.create", () => ada.v1.lists.create({ title: "Bakers" }), (l) => equal(l.title, "Bakers"));
  const one = ada.v1.lists.$select(list.id);
  await call("lists.accounts.create", () => one.accounts.create({ accountIds: [him.id] }), nothing);
  await call("lists.accounts.list", () => one.accounts.list(), has(him.id));
  await call("lists.list", () => ada.v1.lists.list(), has(list.id));
  await call("lists.fetch", () => one.fetch(), (l) => equal(l.id, list.id));
  await call("lists.update", () => one.update({ title: "Cooks", repliesPolicy: "none" }), (l) => deepEqual([l.title, l.repliesPolicy], ["Cooks", "none"]));
  await call("accounts.lists.list", () => person(ada, him.id).lists.list(), has(list.id));
  await call("timelines.list.list", () => ada.v1.timelines.list.$select(list.id).list(), has(his.id));
  await call("lists.accounts.remove", () => one.accounts.remove({ accountIds: [him.id] }), nothing);
  await call("lists.remove", () => one.remove(), nothing);
  await refused("lists.fetch afterwards", () => one.fetch(), 404);
  await call("markers.create", () => ada.v1.markers.create({ home: { lastReadId: his.id } }), (m) => equal(m.home.lastReadId, his.id));
  await call("markers.fetch", () => ada.v1.markers.fetch({ timeline: ["home"] }), (m) => equal(m.home.lastReadId, his.id));
  await where("GET /api/v1/timelines/link", () => call("timelines.link.list of a page nobody shares", async () => [...await nobody.v1.timelines.link.list({ url: "https://example.com/none" })], (all) => equal(all.length, 0)));
}

async function tags() {
  const tag = (who) => who.v1.tags.$select("interop");
  await call("tags.fetch", () => tag(nobody).fetch(), (t) => equal(t.name, "interop"));
  await call("trends.tags.list", () => nobody.v1.trends.tags.list(), (l) => ok(Array.isArray(l)));
  await call("trends.statuses.list", () => nobody.v1.trends.statuses.list(), (l) => ok(Array.isArray(l)));
  await call("trends.links.list", () => nobody.v1.trends.links.list(), (l) => ok(Array.isArray(l)));
  await where("POST /api/v1/tags/{hashtag}/follow", async () => {
    await call("tags.follow", () => tag(ada).follow(), (t) => equal(t.following, true));
    await call("followedTags.list", () => ada.v1.followedTags.list(), (l) => equal(l[0].name, "interop"));
    await call("tags.unfollow", () => tag(ada).unfollow(), (t) => equal(t.following, false));
  });
  await where("POST /api/v1/featured_tags", async () => {
    const featured = await call("featuredTags.create", () => ada.v1.featuredTags.create({ name: "interop" }), (t) => equal(t.name, "interop"));
    await call("featuredTags.list", () => ada.v1.featuredTags.list(), has(featured.id));
    await call("featuredTags.suggestions.list", () => ada.v1.featuredTags.suggestions.list(), (l) => ok(Array.isArray(l)));
    await call("accounts.featuredTags.list", () => person(ben, me.id).featuredTags.list(), has(featured.id));
    await call("featuredTags.remove", () => ada.v1.featuredTags.$select(featured.id).remove(), nothing);
    await call("tags.feature", () => tag(ada).feature(), (t) => equal(t.featuring, true));
    await call("tags.unfeature", () => tag(ada).unfeature(), (t) => equal(t.featuring, false));
  });
}

async function notices() {
  await ben.v1.statuses.create({ status: "@ada Tell her" });
  const n = await call("v1.notifications.list", () => eventually(() => ada.v1.notifications.list({ types: ["mention"] }), (l) => /Tell her/.test(l[0]?.status.content)), (l) => match(l[0].status.content, /Tell her/));
  await call("v1.notifications.fetch", () => ada.v1.notifications.$select(n[0].id).fetch(), (one) => equal(one.type, "mention"));
  await call("v1.notifications.unreadCount.fetch", () => ada.v1.notifications.unreadCount.fetch(), (c) => ok(c.count >= 1));
  await where("GET /api/v2/notifications", async () => {
    const { notificationGroups: [group] } = await call("v2.notifications.list", () => ada.v2.notifications.list(), (r) => ok(r.notificationGroups.length >= 1 && r.accounts.length >= 1));
    const one = ada.v2.notifications.$select(group.groupKey);
    await call("v2.notifications.fetch", () => one.fetch(), (r) => equal(r.notificationGroups[0].groupKey, group.groupKey));
    await call("v2.notifications.accounts.fetch", () => one.accounts.fetch(), (l) => ok(l.length >= 1));
    await call("v2.notifications.unreadCount.fetch", () => ada.v2.notifications.unreadCount.fetch(), (c) => ok(c.count >= 1));
    await call("v2.notifications.dismiss", () => one.dismiss(), nothing);
  });
  await call("v1.notifications.dismiss", () => ada.v1.notifications.$select(n.at(-1).id).dismiss(), nothing);
  await where("GET /api/v2/notifications/policy", async () => {
    await call("v2.notifications.policy.update", () => ada.v2.notifications.policy.update({ forNotFollowing: "filter" }), (p) => equal(p.forNotFollowing, "filter"));
    await cleo.v1.statuses.create({ status: "@ada A stranger asks" });
    const [r] = await call("v1.notifications.requests.list", () => eventually(() => ada.v1.notifications.requests.list(), (l) => l.length > 0), (l) => equal(l[0].account.acct, "cleo"));
    await call("v1.notifications.requests.fetch", () => ada.v1.notifications.requests.$select(r.id).fetch(), (x) => equal(x.id, r.id));
    await call("v2.notifications.policy.fetch", () => ada.v2.notifications.policy.fetch(), (p) => equal(p.summary.pendingRequestsCount, 1));
    await call("v1.notifications.requests.accept", () => ada.v1.notifications.requests.$select(r.id).accept(), nothing);
    await call("v1.notifications.requests.merged.fetch", () => eventually(() => ada.v1.notifications.requests.merged.fetch(), (m) => m.merged), (m) => equal(m.merged, true));
    await ada.v2.notifications.policy.update({ forNotFollowing: "accept" });
  });
  await call("v1.notifications.clear", () => ada.v1.notifications.clear(), nothing);
  await call("v1.notifications.list afterwards", () => ada.v1.notifications.list(), (l) => deepEqual([...l], []));
  const keys = { p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4", auth: "BTBZMqHH6r4Tts7J_aSIgg" };
  await call("push.subscription.create", () => ada.v1.push.subscription.create({ subscription: { endpoint: "https://push.example/x", keys }, data: { alerts: { mention: true } } }), (s) => equal(s.alerts.mention, true));
  await call("push.subscription.fetch", () => ada.v1.push.subscription.fetch(), (s) => equal(s.endpoint, "https://push.example/x"));
  await call("push.subscription.update", () => ada.v1.push.subscription.update({ data: { alerts: { mention: false, follow: true } } }), (s) => equal(s.alerts.follow, true));
  await call("push.subscription.remove", () => ada.v1.push.subscription.remove(), nothing);
}

async function filters() {
  await where("POST /api/v2/filters", async () => {
    const f = await call("v2.filters.create", () => ada.v2.filters.create({ title: "Spam", context: ["home", "public"], filterAction: "warn", keywordsAttributes: [{ keyword: "cheap", wholeWord: true }] }), (x) => equal(x.keywords[0].keyword, "cheap"));
    const one = ada.v2.filters.$select(f.id), sold = await ben.v1.statuses.create({ status: "So cheap" });
    await call("a filtered status", () => post(ada, sold.id).fetch(), (s) => equal(s.filtered[0].filter.id, f.id));
    await call("v2.filters.list", () => ada.v2.filters.list(), has(f.id));
    await call("v2.filters.fetch", () => one.fetch(), (x) => equal(x.title, "Spam"));
    await call("v2.filters.update", () => one.update({ title: "Ads", context: ["home"], filterAction: "hide" }), (x) => deepEqual([x.title, x.filterAction], ["Ads", "hide"]));
    const word = await call("v2.filters.keywords.create", () => one.keywords.create({ keyword: "offer", wholeWord: false }), (k) => equal(k.keyword, "offer"));
    await call("v2.filters.keywords.list", () => one.keywords.list(), (l) => equal(l.length, 2));
    await call("v2.filters.keywords.fetch", () => ada.v2.filters.keywords.$select(word.id).fetch(), (k) => equal(k.id, word.id));
    await call("v2.filters.keywords.update", () => ada.v2.filters.keywords.$select(word.id).update({ keyword: "offers", wholeWord: true }), (k) => equal(k.keyword, "offers"));
    await call("v2.filters.keywords.remove", () => ada.v2.filters.keywords.$select(word.id).remove(), nothing);
    const s = await call("v2.filters.statuses.create", () => one.statuses.create({ statusId: sold.id }), (x) => equal(x.statusId, sold.id));
    await call("v2.filters.statuses.list", () => one.statuses.list(), has(s.id));
    await call("v2.filters.statuses.fetch", () => ada.v2.filters.statuses.$select(s.id).fetch(), (x) => equal(x.statusId, sold.id));
    await call("v2.filters.statuses.remove", () => ada.v2.filters.statuses.$select(s.id).remove(), nothing);
    await call("v2.filters.remove", () => one.remove(), nothing);
  });
  await where("POST /api/v1/filters", async () => {
    const f = await call("v1.filters.create", () => ada.v1.filters.create({ phrase: "loud", context: ["home"], irreversible: false, wholeWord: true }), (x) => equal(x.phrase, "loud"));
    await call("v1.filters.list", () => ada.v1.filters.list(), has(f.id));
    await call("v1.filters.fetch", () => ada.v1.filters.$select(f.id).fetch(), (x) => equal(x.wholeWord, true));
    await call("v1.filters.update", () => ada.v1.filters.$select(f.id).update({ phrase: "louder", context: ["public"], wholeWord: false, irreversible: false }), (x) => equal(x.phrase, "louder"));
    await call("v1.filters.remove", () => ada.v1.filters.$select(f.id).remove(), nothing);
  });
}

async function messages() {
  await where("GET /api/v1/conversations", async () => {
    const word = await ben.v1.statuses.create({ status: "@ada A word", visibility: "direct" });
    const c = await call("conversations.list", () => eventually(() => ada.v1.conversations.list(), (l) => l[0]?.lastStatus.id === word.id), (l) => equal(l[0].lastStatus.id, word.id));
    await call("conversations.read", () => ada.v1.conversations.$select(c[0].id).read(), (x) => equal(x.unread, false));
    await call("conversations.remove", () => ada.v1.conversations.$select(c[0].id).remove(), nothing);
    await call("conversations.list afterwards", () => ada.v1.conversations.list(), lacks(c[0].id));
  });
}

async function found(hers) {
  await call("v2.search.list", () => ada.v2.search.list({ q: "ben" }), (r) => equal(r.accounts[0].acct, "ben"));
  await call("v2.search.list of tags", () => ada.v2.search.list({ q: "#interop", type: "hashtags" }), (r) => equal(r.hashtags[0].name, "interop"));
  await call("v2.search.list of an address", () => ada.v2.search.list({ q: hers.url, resolve: true }), (r) => equal(r.statuses[0].id, hers.id));
}

async function collections() {
  await where("POST /api/v1/collections", async () => {
    await ben.v1.accounts.updateCredentials({ discoverable: true });
    const { collection: c } = await call("collections.create", () => ada.v1.collections.create({ name: "Bakers", description: "They bake", language: "en", sensitive: false, discoverable: true, accountIds: [him.id] }), (r) => equal(r.collection.name, "Bakers"));
    const one = ada.v1.collections.$select(c.id);
    await call("collections.fetch", () => one.fetch(), (r) => equal(r.collection.id, c.id));
    await call("collections.update", () => one.update({ name: "Cooks" }), (r) => equal(r.collection.name, "Cooks"));
    await call("accounts.collections.list", () => person(ben, me.id).collections.list(), (r) => equal(r.collections[0].id, c.id));
    await call("collections.remove", () => one.remove(), nothing);
  });
}

async function looksAfter(hers) {
  await where("POST /api/v1/reports", async () => {
    const r = await call("reports.create", () => ben.v1.reports.create({ accountId: me.id, statusIds: [hers.id], comment: "Too much butter", category: "other", forward: false }), (x) => equal(x.targetAccount.id, me.id));
    await where("GET /api/v1/admin/reports", async () => {
      const all = olga.v1.admin;
      await call("admin.reports.list", () => all.reports.list(), has(r.id));
      await call("admin.reports.fetch", () => all.reports.$select(r.id).fetch(), (x) => equal(x.comment, "Too much butter"));
      await call("admin.reports.assignToSelf", () => all.reports.$select(r.id).assignToSelf(), (x) => equal(x.assignedAccount.id, her.id));
      await call("admin.reports.unassign", () => all.reports.$select(r.id).unassign(), (x) => equal(x.assignedAccount, null));
      await call("admin.reports.resolve", () => all.reports.$select(r.id).resolve(), (x) => equal(x.actionTaken, true));
      await call("admin.reports.reopen", () => all.reports.$select(r.id).reopen(), (x) => equal(x.actionTaken, false));
    });
  });
  await where("GET /api/v1/admin/accounts", async () => {
    await call("admin.accounts.list", () => olga.v1.admin.accounts.list({ local: true }), has(him.id));
    await call("admin.accounts.fetch", () => olga.v1.admin.accounts.$select(him.id).fetch(), (a) => equal(a.username, "ben"));
    await refused("admin.accounts.list as a member", () => ada.v1.admin.accounts.list(), 403);
  });
  await where("POST /api/v1/admin/domain_blocks", async () => {
    const b = await call("admin.domainBlocks.create", () => olga.v1.admin.domainBlocks.create({ domain: "bad.example", severity: "silence" }), (x) => equal(x.domain, "bad.example"));
    await call("admin.domainBlocks.list", () => olga.v1.admin.domainBlocks.list(), has(b.id));
    await call("admin.domainBlocks.update", () => olga.v1.admin.domainBlocks.$select(b.id).update({ severity: "suspend" }), (x) => equal(x.severity, "suspend"));
    await call("admin.domainBlocks.remove", () => olga.v1.admin.domainBlocks.$select(b.id).remove(), nothing);
  });
  await call("announcements.list", () => ada.v1.announcements.list(), (l) => ok(Array.isArray(l)));
}

async function streams({ urls }) {
  const streaming = createStreamingAPIClient({ streamingApiUrl: urls.streaming, accessToken: process.env.ADA });
  const heard = [];
  const listen = async (name, subscription) => { for await (const event of subscription) heard.push([name, event.event, event.payload?.id ?? event.payload]); };
  listen("user", streaming.user.subscribe());
  listen("public", streaming.public.local.subscribe());
  listen("hashtag", streaming.hashtag.subscribe({ tag: "streamed" }));
  listen("direct", streaming.direct.subscribe());
  await streaming.prepare();
  await new Promise((r) => setTimeout(r, 300));
  const said = await ben.v1.statuses.create({ status: "@ada Over the wire #streamed" });
  await ben.v1.statuses.create({ status: "@ada Only you", visibility: "direct" });
  const has = (name, event, id) => () => heard.some((h) => h[0] === name && h[1] === event && (!id || h[2] === id));
  for (const [name, event, id] of [["user", "update", said.id], ["user", "notification"], ["public", "update", said.id], ["hashtag", "update", said.id], ["direct", "conversation"]]) {
    await call(`streaming.${name} ${event}`, () => eventually(() => has(name, event, id)(), (x) => x), (x) => ok(x, JSON.stringify(heard)));
  }
  await call("statuses.remove", () => post(ben, said.id).remove(), (s) => equal(s.text, "@ada Over the wire #streamed"));
  await call("streaming.user delete", () => eventually(has("user", "delete", said.id), (x) => x), (x) => ok(x));
  await refused("statuses.fetch afterwards", () => post(ada, said.id).fetch(), 404);
  streaming.close();
}

const configuration = await house();
await signIn();
await people();
await profile();
const hers = await posts();
await attachments();
await polls();
await later();
await timelines(hers);
await tags();
await notices();
await filters();
await messages();
await found(hers);
await collections();
await looksAfter(hers);
await streams(configuration);
end(createRequire(import.meta.url)("masto/package.json").version);
process.exit(0);
