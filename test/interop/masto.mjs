// Does with the client library masto what people do with apps built on it.
import assert from "node:assert/strict";
import { createOAuthAPIClient, createRestAPIClient, createStreamingAPIClient } from "masto";

const url = process.env.URL;
const ada = createRestAPIClient({ url, accessToken: process.env.TOKEN });
const ben = createRestAPIClient({ url, accessToken: process.env.OTHER });
const step = (what) => console.log("masto", what);

const instance = await ada.v2.instance.fetch();
assert.match(instance.version, /compatible; Plaza/);

const app = await ada.v1.apps.create({ clientName: "masto", redirectUris: "urn:ietf:wg:oauth:2.0:oob", scopes: "read write" });
const token = await createOAuthAPIClient({ url }).token.create({
  grantType: "password", clientId: app.clientId, clientSecret: app.clientSecret, username: "ada@example.com", password: "interop-password", scope: "read write",
});
assert.equal(token.tokenType, "Bearer");
step("registers and signs in");

const him = await ben.v1.accounts.verifyCredentials();
assert.equal((await ada.v1.accounts.$select(him.id).follow()).following, true);
step("follows");

const streaming = createStreamingAPIClient({ streamingApiUrl: instance.configuration.urls.streaming, accessToken: process.env.TOKEN });
const first = new Promise((got) => (async () => {
  for await (const event of streaming.user.subscribe()) if (event.event === "update") got(event.payload);
})());
await streaming.prepare();
await new Promise((r) => setTimeout(r, 500));
const post = await ben.v1.statuses.create({ status: "Streamed to @ada #interop" });
assert.equal((await first).id, post.id);
step("receives a streamed post");

assert.equal((await ada.v1.timelines.home.list({ limit: 5 }))[0].id, post.id);
assert.equal((await ada.v1.statuses.$select(post.id).reblog()).reblog.id, post.id);
assert.equal((await ada.v2.search.list({ q: "ben" })).accounts[0].acct, "ben");
step("reads home, boosts, searches");

const mine = await ada.v1.statuses.create({ status: "mine" });
assert.equal((await ada.v1.statuses.$select(mine.id).remove()).text, "mine");
await assert.rejects(ada.v1.statuses.$select(mine.id).fetch(), { statusCode: 404 });
const profile = await ada.v1.accounts.updateCredentials({ displayName: "Ada L", fieldsAttributes: [{ name: "web", value: "https://example.com" }] });
assert.equal(profile.displayName, "Ada L");
step("deletes, changes the profile");
streaming.close();
console.log("masto: all well");
process.exit(0);
