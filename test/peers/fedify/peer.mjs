// Serves a house of fedify at ORIGIN, and has it do what it is told at /control.
// Every request that comes and goes is noted with the kind of its signature.
import { AsyncLocalStorage } from "node:async_hooks";
import http from "node:http";
import { buffer } from "node:stream/consumers";
import { verifyRequest } from "@fedify/fedify";
import { deeds } from "./deeds.mjs";
import { heard, listen } from "./house.mjs";

const origin = process.env.ORIGIN;
const kindOf = (headers) => (headers.has("Signature-Input") ? "rfc9421" : headers.has("Signature") ? "draft-cavage-http-signatures-12" : "none");

const sent = [], came = [];
let only; // the one kind of signature that is understood, if not both

const outward = globalThis.fetch;
globalThis.fetch = async (request, ...how) => {
  const answer = await outward(request, ...how);
  if (request instanceof Request && request.method === "POST") sent.push({ to: request.url, kind: kindOf(request.headers), status: answer.status });
  return answer;
};

const arriving = new AsyncLocalStorage();
const [cavage, rfc9421] = await listen(() => arriving.getStore());
const houses = { "draft-cavage-http-signatures-12": cavage, rfc9421 };

async function control(body) {
  const { do: what, knock = "draft-cavage-http-signatures-12", ...wish } = JSON.parse(body);
  if (what === "only") return ((only = wish.kind || undefined), {});
  if (what === "heard") return heard.filter((a) => a.by?.startsWith(wish.from));
  if (what === "came") return came;
  const ctx = houses[knock].createContext(new URL(origin));
  const before = sent.length;
  try {
    const did = await deeds[what](ctx, wish);
    return did && !Array.isArray(did) ? { ...did, sent: sent.slice(before) } : did;
  } catch (e) {
    if (e.statusCode == null) throw e;
    return { refused: e.statusCode, sent: sent.slice(before) };
  }
}

// understood is whether a request is signed in the kind that alone is known.
async function understood(request) {
  if (only == null || request.headers.get("Signature") == null) return true;
  const { documentLoader, contextLoader } = cavage.createContext(new URL(origin));
  return (await verifyRequest(request.clone(), { spec: only, documentLoader, contextLoader })) != null;
}

async function serve(request) {
  const arrival = { kind: kindOf(request.headers), path: new URL(request.url).pathname };
  const answer = (await understood(request)) ? await arriving.run(arrival, () => cavage.fetch(request)) : new Response("This kind of signature is not known here.", { status: 401 });
  came.push({ ...arrival, method: request.method, status: answer.status });
  return answer;
}

const server = http.createServer(async (req, res) => {
  try {
    const body = await buffer(req);
    if (req.url === "/control") {
      res.setHeader("Content-Type", "application/json");
      return void res.end(JSON.stringify((await control(body)) ?? null));
    }
    const answer = await serve(new Request(origin + req.url, { method: req.method, headers: req.headers, body: body.length ? body : undefined }));
    res.writeHead(answer.status, Object.fromEntries(answer.headers)).end(Buffer.from(await answer.arrayBuffer()));
  } catch (e) {
    console.error(e);
    res.writeHead(500).end(String(e?.stack ?? e));
  }
});
server.listen(Number(new URL(origin).port), new URL(origin).hostname, () => console.log("open"));
