// Does with the client library megalodon what apps built on it do.
import assert from "node:assert/strict";
import { createReadStream, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import megalodon from "megalodon";
import { eventually, picture, tally } from "./tally.mjs";

const { equal, ok, match, deepEqual } = assert;
const url = process.env.URL;
const generator = megalodon.default ?? megalodon;
const as = (token) => generator("mastodon", url, token);
const ada = as(process.env.ADA), ben = as(process.env.BEN), olga = as(process.env.OLGA), nobody = as(null);
const { call, refused, where, end } = tally("megalodon");
const ids = (list) => list.map((x) => x.id);
const has = (id) => (list) => ok(ids(list).includes(id), `${id} is not in ${ids(list)}`);
const lacks = (id) => (list) => ok(!ids(list).includes(id), `${id} is in ${ids(list)}`);
const nothing = () => {};
// ask is a call whose answer's data is looked at; its name is the method's.
const ask = (who, method, args, looks, note = "") => call(method + note, async () => (await who[method](...args)).data, looks);

const me = await ask(ada, "verifyAccountCredentials", [], (a) => equal(a.acct, "ada"));
const him = (await ben.verifyAccountCredentials()).data, her = (await olga.verifyAccountCredentials()).data;

async function house() {
  await ask(nobody, "getInstance", [], (i) => match(i.version, /compatible; Plaza/));
  await ask(nobody, "getInstancePeers", [], (l) => deepEqual(l, []));
  await ask(nobody, "getInstanceActivity", [], (l) => equal(l.length, 12));
  await ask(nobody, "getInstanceTrends", [], (l) => ok(Array.isArray(l)));
  await ask(nobody, "getInstanceDirectory", [], (l) => ok(Array.isArray(l)));
  await ask(nobody, "getInstanceCustomEmojis", [], (l) => ok(Array.isArray(l)));
  await ask(ada, "getInstanceAnnouncements", [], (l) => ok(Array.isArray(l)));
  await ask(ada, "getPreferences", [], (p) => equal(p["posting:default:visibility"], "public"));
  const app = await call("registerApp", () => nobody.registerApp("megalodon", { scopes: ["read", "write"] }), (a) => match(a.url, /oauth\/authorize/));
  ok(app.client_id && app.client_secret);
}

async function people() {
  await ask(ada, "getAccount", [him.id], (a) => equal(a.acct, "ben"));
  await ask(ada, "lookupAccount", ["ben"], (a) => equal(a.id, him.id));
  await ask(ada, "searchAccount", ["ben"], has(him.id));
  await ask(ada, "followAccount", [him.id, { reblog: true }], (r) => equal(r.following, true));
  await ask(ada, "subscribeAccount", [him.id], (r) => equal(r.notifying, true));
  await ask(ada, "unsubscribeAccount", [him.id], (r) => equal(r.notifying, false));
  await ask(ada, "getRelationship", [him.id], (r) => equal(r.following, true));
  await ask(ada, "getRelationships", [[him.id, her.id]], (l) => deepEqual(ids(l), [him.id, her.id]));
  await ask(ada, "getAccountFollowers", [him.id], has(me.id));
  await ask(ada, "getAccountFollowing", [me.id], has(him.id));
  await ask(ada, "setAccountNote", [him.id, "bakes"], (r) => equal(r.id, him.id)); // the library leaves the text out
  await ask(ada, "getIdentityProof", [him.id], (l) => deepEqual(l, []));
  await ask(ada, "muteAccount", [her.id, true], (r) => equal(r.muting, true));
  await ask(ada, "getMutes", [], has(her.id));
  await ask(ada, "unmuteAccount", [her.id], (r) => equal(r.muting, false));
  await ask(ada, "blockAccount", [her.id], (r) => equal(r.blocking, true));
  await ask(ada, "getBlocks", [], has(her.id));
  await ask(ada, "unblockAccount", [her.id], (r) => equal(r.blocking, false));
  await ask(ada, "getSuggestions", [], (l) => ok(Array.isArray(l)));
  await where("POST /api/v1/accounts/{id}/pin", async () => {
    await ask(ada, "pinAccount", [him.id], (r) => equal(r.endorsed, true));
    await ask(ada, "getEndorsements", [], has(him.id));
    await ask(ada, "unpinAccount", [him.id], (r) => equal(r.endorsed, false));
  });
  await where("POST /api/v1/domain_blocks", async () => {
    await ask(ada, "blockDomain", ["bad.example"], nothing);
    await ask(ada, "getDomainBlocks", [], (l) => deepEqual(l, ["bad.example"]));
    await ask(ada, "unblockDomain", ["bad.example"], nothing);
    await ask(ada, "getDomainBlocks", [], (l) => deepEqual(l, []), " afterwards");
  });
  await ask(ada, "updateCredentials", [{ display_name: "Ada L", note: "Hi", source: { privacy: "unlisted" }, fields_attributes: [{ name: "web", value: "https://example.com" }] }],
    (a) => deepEqual([a.display_name, a.source.privacy, a.fields[0].name], ["Ada L", "unlisted", "web"]));
  await ada.updateCredentials({ source: { privacy: "public" } });
  await ben.updateCredentials({ locked: true });
  await olga.followAccount(him.id);
  await ask(ben, "getFollowRequests", [], has(her.id));
  await ask(ben, "acceptFollowRequest", [her.id], (r) => equal(r.followed_by, true));
  await ask(olga, "unfollowAccount", [him.id], (r) => equal(r.following, false));
  await olga.followAccount(him.id);
  await ask(ben, "rejectFollowRequest", [her.id], (r) => equal(r.followed_by, false));
  await ben.updateCredentials({ locked: false });
}

async function posts() {
  const hers = await ask(ada, "postStatus", ["Bread #interop", { visibility: "public", spoiler_text: "food", language: "en" }], (s) => equal(s.spoiler_text, "food"));
  const reply = (await ben.postStatus("@ada Salt", { in_reply_to_id: hers.id })).data;
  await ask(ben, "getStatus", [hers.id], (s) => equal(s.account.acct, "ada"));
  await ask(ben, "getStatusContext", [hers.id], (c) => equal(c.descendants[0].id, reply.id));
  await ask(ada, "editStatus", [hers.id, { status: "Bread and butter #interop" }], (s) => ok(s.edited_at));
  await ask(ada, "getStatusSource", [hers.id], (s) => equal(s.text, "Bread and butter #interop"));
  await ask(ben, "favouriteStatus", [hers.id], (s) => equal(s.favourited, true));
  await ask(ben, "getFavourites", [], has(hers.id));
  await ask(ada, "getStatusFavouritedBy", [hers.id], has(him.id));
  await ask(ben, "unfavouriteStatus", [hers.id], (s) => equal(s.favourited, false));
  await ask(ben, "bookmarkStatus", [hers.id], (s) => equal(s.bookmarked, true));
  await ask(ben, "getBookmarks", [], has(hers.id));
  await ask(ben, "unbookmarkStatus", [hers.id], (s) => equal(s.bookmarked, false));
  await ask(ben, "reblogStatus", [hers.id], (s) => equal(s.reblog.id, hers.id));
  await ask(ada, "getStatusRebloggedBy", [hers.id], has(him.id));
  await ask(ben, "unreblogStatus", [hers.id], (s) => equal(s.reblogged, false));
  await ask(ben, "muteStatus", [hers.id], (s) => equal(s.muted, true));
  await ask(ben, "unmuteStatus", [hers.id], (s) => equal(s.muted, false));
  await ask(ada, "pinStatus", [hers.id], (s) => equal(s.pinned, true));
  await ask(ben, "getAccountStatuses", [me.id, { pinned: true }], has(hers.id));
  await ask(ada, "unpinStatus", [hers.id], (s) => equal(s.pinned, false));
  await ask(ada, "search", ["bread", { type: "hashtags" }], (r) => ok(Array.isArray(r.hashtags)));
  await ask(ada, "search", [hers.url, { resolve: true }], (r) => deepEqual(ids(r.statuses), [hers.id]), " of an address");
  const asked = (await ada.postStatus("Rye or wheat?", { poll: { options: ["rye", "wheat"], expires_in: 3600 } })).data;
  await ask(ben, "votePoll", [asked.poll.id, [1]], (p) => equal(p.voted, true));
  await ask(ada, "getPoll", [asked.poll.id], (p) => equal(p.votes_count, 1));
  return hers;
}

async function attachments() {
  const file = new URL("dot.png", import.meta.url);
  writeFileSync(file, picture);
  const sent = await ask(ada, "uploadMedia", [createReadStream(file), { description: "A dot" }], (m) => equal(m.type, "image"));
  await ask(ada, "getMedia", [sent.id], (m) => equal(m.id, sent.id));
  await ask(ada, "updateMedia", [sent.id, { description: "A small dot" }], (m) => equal(m.description, "A small dot"));
  await ask(ada, "postStatus", ["Look", { media_ids: [sent.id] }], (s) => equal(s.media_attachments[0].id, sent.id), " with a picture");
}

async function later() {
  const at = new Date(Date.now() + 3600e3).toISOString(), still = new Date(Date.now() + 7200e3).toISOString();
  const l = await ask(ada, "postStatus", ["Later", { scheduled_at: at }], (s) => equal(s.scheduled_at, at), " later");
  await ask(ada, "getScheduledStatuses", [], has(l.id));
  await ask(ada, "getScheduledStatus", [l.id], (s) => equal(s.params.text, "Later"));
  await ask(ada, "scheduleStatus", [l.id, still], (s) => equal(s.scheduled_at, still));
  await ask(ada, "cancelScheduledStatus", [l.id], nothing);
  await refused("getScheduledStatus afterwards", () => ada.getScheduledStatus(l.id), 404);
}

async function timelines(hers) {
  const his = (await ben.postStatus("For home #interop")).data;
  await ask(ada, "getHomeTimeline", [{ limit: 5 }], has(his.id));
  await ask(ada, "getPublicTimeline", [], has(hers.id));
  await ask(ada, "getLocalTimeline", [], has(hers.id));
  await ask(ada, "getTagTimeline", ["interop", { limit: 1 }], (l) => deepEqual(ids(l), [his.id]));
  await ask(ada, "getTagTimeline", ["interop", { max_id: his.id }], (l) => deepEqual(ids(l), [hers.id]), " further back");
  const list = await ask(ada, "createList", ["Bakers"], (l) => equal(l.title, "Bakers"));
  await ask(ada, "addAccountsToList", [list.id, [him.id]], nothing);
  await ask(ada, "getAccountsInList", [list.id], has(him.id));
  await ask(ada, "getLists", [], has(list.id));
  await ask(ada, "getList", [list.id], (l) => equal(l.id, list.id));
  await ask(ada, "updateList", [list.id, "Cooks"], (l) => equal(l.title, "Cooks"));
  await ask(ada, "getAccountLists", [him.id], has(list.id));
  await ask(ada, "getListTimeline", [list.id], has(his.id));
  await ask(ada, "deleteAccountsFromList", [list.id, [him.id]], nothing);
  await ask(ada, "getAccountsInList", [list.id], lacks(him.id), " afterwards");
  await ask(ada, "deleteList", [list.id], nothing);
  await refused("getList afterwards", () => ada.getList(list.id), 404);
  await ask(ada, "saveMarkers", [{ home: { last_read_id: his.id } }], (m) => equal(m.home.last_read_id, his.id));
  await ask(ada, "getMarkers", [["home"]], (m) => equal(m.home.last_read_id, his.id));
}

async function tags() {
  await ask(ada, "getTag", ["interop"], (t) => equal(t.name, "interop"));
  await where("POST /api/v1/tags/{hashtag}/follow", async () => {
    await ask(ada, "followTag", ["interop"], (t) => equal(t.following, true));
    await ask(ada, "getFollowedTags", [], (l) => equal(l[0].name, "interop"));
    await ask(ada, "unfollowTag", ["interop"], (t) => equal(t.following, false));
  });
  await where("POST /api/v1/featured_tags", async () => {
    const t = await ask(ada, "createFeaturedTag", ["interop"], (x) => equal(x.name, "interop"));
    await ask(ada, "getFeaturedTags", [], has(t.id));
    await ask(ada, "getSuggestedTags", [], (l) => ok(Array.isArray(l)));
    await ask(ada, "deleteFeaturedTag", [t.id], nothing);
  });
}

async function notices() {
  await ben.postStatus("@ada Tell her");
  const heard = await call("getNotifications", () => eventually(async () => (await ada.getNotifications({ exclude_types: ["follow"] })).data, (l) => /Tell her/.test(l[0]?.status?.content)), (l) => match(l[0].status.content, /Tell her/));
  await ask(ada, "getNotification", [heard[0].id], (n) => equal(n.type, "mention"));
  await ask(ada, "dismissNotification", [heard[0].id], nothing);
  await ask(ada, "dismissNotifications", [], nothing);
  await ask(ada, "getNotifications", [], (l) => deepEqual(l, []), " afterwards");
  const keys = { p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4", auth: "BTBZMqHH6r4Tts7J_aSIgg" };
  await ask(ada, "subscribePushNotification", [{ endpoint: "https://push.example/x", keys }, { alerts: { mention: true } }], (s) => equal(s.alerts.mention, true));
  await ask(ada, "getPushSubscription", [], (s) => equal(s.endpoint, "https://push.example/x"));
  await ask(ada, "updatePushSubscription", [{ alerts: { mention: false, follow: true } }], (s) => equal(s.alerts.follow, true));
  await ask(ada, "deletePushSubscription", [], nothing);
  await refused("getPushSubscription afterwards", () => ada.getPushSubscription(), 404);
}

async function rest(hers) {
  await where("POST /api/v1/filters", async () => {
    const f = await ask(ada, "createFilter", ["loud", ["home"], { whole_word: true }], (x) => equal(x.phrase, "loud"));
    await ask(ada, "getFilters", [], has(f.id));
    await ask(ada, "getFilter", [f.id], (x) => equal(x.whole_word, true));
    await ask(ada, "updateFilter", [f.id, "louder", ["public"]], (x) => equal(x.phrase, "louder"));
    await ask(ada, "deleteFilter", [f.id], nothing);
  });
  await where("GET /api/v1/conversations", async () => {
    const word = (await ben.postStatus("@ada A word", { visibility: "direct" })).data;
    const [c] = await call("getConversationTimeline", () => eventually(async () => (await ada.getConversationTimeline()).data, (l) => l[0]?.last_status.id === word.id), (l) => equal(l[0].last_status.id, word.id));
    await ask(ada, "readConversation", [c.id], (x) => equal(x.unread, false));
    await ask(ada, "deleteConversation", [c.id], nothing);
  });
  await where("POST /api/v1/reports", () => ask(ben, "report", [me.id, { status_ids: [hers.id], comment: "Too much butter", category: "other" }], (r) => equal(r.comment, "Too much butter")));
}

async function streams() {
  const heard = [], sockets = [];
  for (const [name, ...args] of [["userStreaming"], ["localStreaming"], ["tagStreaming", "streamed"], ["directStreaming"]]) {
    const s = await ada[name](...args);
    sockets.push(s);
    for (const event of ["update", "notification", "conversation", "delete"]) s.on(event, (e) => heard.push(`${name} ${event} ${e.id ?? e}`));
    await new Promise((opened) => s.on("connect", opened));
  }
  await new Promise((r) => setTimeout(r, 300));
  const said = (await ben.postStatus("@ada Over the wire #streamed")).data;
  await ben.postStatus("@ada Only you", { visibility: "direct" });
  const hears = (what) => call(what.split(" ", 2).join(" "), () => eventually(() => heard.some((h) => h.startsWith(what)), (x) => x), (x) => ok(x, heard.join("\n")));
  for (const what of [`userStreaming update ${said.id}`, "userStreaming notification", `localStreaming update ${said.id}`, `tagStreaming update ${said.id}`, "directStreaming conversation"]) await hears(what);
  await ask(ben, "deleteStatus", [said.id], nothing);
  await hears(`userStreaming delete ${said.id}`);
  await refused("getStatus afterwards", () => ada.getStatus(said.id), 404);
  for (const s of sockets) s.stop();
}

await house();
await people();
const hers = await posts();
await attachments();
await later();
await timelines(hers);
await tags();
await notices();
await rest(hers);
await streams();
end(createRequire(import.meta.url)("megalodon/package.json").version);
process.exit(0);
