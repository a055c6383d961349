// What the program checks of a bundle (verify*.go), for a browser: the same
// findings, by the same names. It uses only what the browser brings: SHA-256,
// HMAC and Ed25519 of Web Crypto, and the stream that inflates.
"use strict";

const utf8 = new TextEncoder(), strictText = new TextDecoder("utf-8", {fatal: true});
const firstStats = "plaza stats 1"; // without juries and notices
const promise = 60000, maxNamed = 20, maxBody = 64 << 10, maxLeaf = 1 << 10;
const openTypes = new Set(["policy", "stats", "prevalence", "key", "witness", "erasure", "quality"]);
const askedTypes = {
	public: new Set(["config"]),
	party: new Set(["report", "snapshot", "decision", "action", "notice_out", "appeal", "appeal_decision", "override", "hold", "config"]),
	host: new Set(["host_notice", "order", "host_answer", "snapshot", "triage", "decision", "action", "appeal_decision", "override", "config"]),
};
const ofCase = new Set(["report", "snapshot", "triage", "assign", "jury_draw", "jury_vote"]);
const upheld = new Set(["upheld", "rejected", "withdrawn"]);

const digest = async b => new Uint8Array(await crypto.subtle.digest("SHA-256", b));

// sha256 is SHA-256 (FIPS 180-4) at once: the browser's own answers each call later, which for a hundred thousand short
// texts is most of the time. trySHA compares the two before anything is checked.
const sha256 = (() => {
	const primes = [], root = (p, n) => { const x = p ** (1 / n); return (x - Math.floor(x)) * 2 ** 32 | 0; };
	for (let p = 2; primes.length < 64; p++) if (primes.every(q => p % q)) primes.push(p);
	const k = Int32Array.from(primes, p => root(p, 3)), start = Int32Array.from(primes.slice(0, 8), p => root(p, 2));
	const w = new Int32Array(64), h = new Int32Array(8);
	let space = new Uint8Array(1 << 12);
	return (...parts) => {
		let n = 0;
		for (const p of parts) n += p.length;
		const end = ((n + 8 >> 6) + 1) * 64;
		if (space.length < end) space = new Uint8Array(end * 2);
		let at = 0;
		for (const p of parts) { space.set(p, at); at += p.length; }
		space.fill(0, n, end);
		space[n] = 0x80;
		for (let i = 0, bits = n * 8; i < 6; i++, bits = Math.floor(bits / 256)) space[end - 1 - i] = bits % 256;
		h.set(start);
		for (let o = 0; o < end; o += 64) {
			for (let i = 0, j = o; i < 16; i++, j += 4) w[i] = space[j] << 24 | space[j + 1] << 16 | space[j + 2] << 8 | space[j + 3];
			for (let i = 16; i < 64; i++) {
				const x = w[i - 15], y = w[i - 2];
				w[i] = w[i - 16] + w[i - 7] + ((x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3) + ((y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10) | 0;
			}
			let a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], f = h[5], g = h[6], z = h[7];
			for (let i = 0; i < 64; i++) {
				const s = z + ((e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7)) + (e & f ^ ~e & g) + k[i] + w[i] | 0;
				const t = ((a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10)) + (a & b ^ a & c ^ b & c) | 0;
				z = g; g = f; f = e; e = d + s | 0; d = c; c = b; b = a; a = s + t | 0;
			}
			h[0] += a; h[1] += b; h[2] += c; h[3] += d; h[4] += e; h[5] += f; h[6] += g; h[7] += z;
		}
		const out = new Uint8Array(32);
		for (let i = 0; i < 8; i++) { out[4 * i] = h[i] >>> 24; out[4 * i + 1] = h[i] >>> 16; out[4 * i + 2] = h[i] >>> 8; out[4 * i + 3] = h[i]; }
		return out;
	};
})();

// hmac is HMAC-SHA-256 (RFC 2104) for keys of up to a block.
function hmac(key, message) {
	const inner = new Uint8Array(64).fill(0x36), outer = new Uint8Array(64).fill(0x5c);
	key.forEach((x, i) => { inner[i] ^= x; outer[i] ^= x; });
	return sha256(outer, sha256(inner, message));
}

async function trySHA() {
	for (const n of [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000, 9000]) {
		const b = crypto.getRandomValues(new Uint8Array(n)), key = crypto.getRandomValues(new Uint8Array(32));
		const k = await crypto.subtle.importKey("raw", key, {name: "HMAC", hash: "SHA-256"}, false, ["sign"]);
		if (!same(await digest(b), sha256(b)) || !same(new Uint8Array(await crypto.subtle.sign("HMAC", k, b)), hmac(key, b))) throw new Error("this browser counts wrongly");
	}
}
const hex = b => Array.from(b, x => x.toString(16).padStart(2, "0")).join("");
const same = (a, b) => a.length === b.length && a.every((x, i) => x === b[i]);
const join = (...parts) => {
	const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
	let at = 0;
	for (const p of parts) { out.set(p, at); at += p.length; }
	return out;
};
const text = b => { try { return strictText.decode(b); } catch { return null; } };

function fromBase64(s) {
	if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$/.test(s)) return null;
	if (Uint8Array.fromBase64) return Uint8Array.fromBase64(s);
	return Uint8Array.from(atob(s), c => c.charCodeAt(0));
}
function toBase64(b) {
	let s = "";
	for (const x of b) s += String.fromCharCode(x);
	return btoa(s);
}
// asGo is JSON as the program writes it in files, and bodyAsGo in bodies, which keep what HTML would mistake for its own.
const escaped = c => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0");
const asGo = s => s.replace(/[<>&\u2028\u2029]/g, escaped), bodyAsGo = s => s.replace(/[\u2028\u2029]/g, escaped);
const moment = ms => new Date(ms).toISOString().replace("T", " ").replace("Z", " UTC");
const second = s => s === null ? "an unknown day" : new Date(s * 1000).toISOString().replace("T", " ").replace(/\.\d+Z/, " UTC");

// unzip lists the files of a ZIP: {name, method, packed, size}.
function unzip(b) {
	const v = new DataView(b.buffer, b.byteOffset, b.byteLength);
	let end = b.length - 22;
	while (end >= 0 && b.length - end < 66000 && v.getUint32(end, true) !== 0x06054b50) end--;
	if (end < 0 || v.getUint32(end, true) !== 0x06054b50) return null;
	const files = [];
	let at = v.getUint32(end + 16, true);
	for (let n = v.getUint16(end + 10, true); n > 0; n--) {
		if (at + 46 > b.length || v.getUint32(at, true) !== 0x02014b50) return null;
		const [names, extra, note] = [28, 30, 32].map(o => v.getUint16(at + o, true));
		const local = v.getUint32(at + 42, true), packed = v.getUint32(at + 20, true);
		if (local + 30 > b.length) return null;
		const from = local + 30 + v.getUint16(local + 26, true) + v.getUint16(local + 28, true);
		files.push({name: new TextDecoder().decode(b.subarray(at + 46, at + 46 + names)), method: v.getUint16(at + 10, true),
			size: v.getUint32(at + 24, true), packed: b.subarray(from, from + packed)});
		at += 46 + names + extra + note;
	}
	return files;
}

async function inflate(f) {
	if (f.method === 0) return f.packed;
	if (f.method !== 8) return null;
	try {
		const out = new Uint8Array(f.size);
		let n = 0;
		const reader = new Blob([f.packed]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
		for (let r = await reader.read(); !r.done; r = await reader.read()) {
			if (n + r.value.length > f.size) return null;
			out.set(r.value, n);
			n += r.value.length;
		}
		return n === f.size ? out : null;
	} catch { return null; }
}

// Keys and notes (C2SP signed-note, tlog-checkpoint, tlog-cosignature, tlog-policy).
async function ed25519(raw) {
	const key = await crypto.subtle.importKey("raw", raw, {name: "Ed25519"}, false, ["verify"]);
	return (sig, message) => crypto.subtle.verify({name: "Ed25519"}, key, sig, message);
}
const keyID = async (name, alg, key) => hex((await digest(join(utf8.encode(name + "\n"), [alg], key))).subarray(0, 4));

async function readKey(vkey) {
	const parts = vkey.split("+"), raw = fromBase64(parts.slice(2).join("+"));
	if (parts.length < 3 || !parts[0] || !raw || raw.length !== 33 || (raw[0] !== 1 && raw[0] !== 4)) throw new Error("a key is no Ed25519 key");
	const [name, key] = [parts[0], raw.subarray(1)];
	if (await keyID(name, raw[0], key) !== parts[1]) throw new Error("a key has another number");
	const check = await ed25519(key);
	return {
		name, alg: raw[0], key: toBase64(key),
		plain: {name, id: await keyID(name, 1, key), check},
		stamp: {name, id: await keyID(name, 4, key), check: (sig, message) => {
			if (sig.length !== 72) return false;
			const at = new DataView(sig.buffer, sig.byteOffset).getBigUint64(0);
			return at < 1n << 62n && check(sig.subarray(8), join(utf8.encode(`cosignature/v1\ntime ${at}\n`), message));
		}},
	};
}

// openNote returns the text of a note and the signatures of known keys; null if there is none or one is wrong.
async function openNote(note, keys) {
	const split = note.lastIndexOf("\n\n");
	if (split < 0 || !note.endsWith("\n") || /[\u0000-\u0009\u000b-\u001f]/.test(note)) return null;
	const said = note.slice(0, split + 1), message = utf8.encode(said), sigs = [], seen = new Set();
	for (const line of note.slice(split + 2, -1).split("\n")) {
		const m = /^— (\S+) (\S+)$/.exec(line), raw = m && fromBase64(m[2]);
		if (!raw || raw.length < 5) return null;
		const key = keys.find(k => k.name === m[1] && k.id === hex(raw.subarray(0, 4)));
		if (!key || seen.has(key)) continue;
		seen.add(key);
		if (!await key.check(raw.slice(4), message)) return null;
		sigs.push({key, raw: raw.slice(4)});
	}
	return sigs.length ? {text: said, sigs} : null;
}
const stampOf = raw => Number(new DataView(raw.buffer, raw.byteOffset).getBigUint64(0));

function readHead(said) {
	const l = said.split("\n"), root = l.length === 4 ? fromBase64(l[2]) : null;
	if (l.length !== 4 || !l[0] || l[3] || !/^(0|[1-9]\d{0,15})$/.test(l[1]) || !root || root.length !== 32) return null;
	return {origin: l[0], size: Number(l[1]), root};
}

async function openCheckpoint(log, note) {
	const n = await openNote(note, [log.plain, log.stamp]);
	const head = n && readHead(n.text), stamp = n && n.sigs.find(s => s.key === log.stamp);
	if (!head || head.origin !== log.name || !n.sigs.some(s => s.key === log.plain)) return null;
	return {...head, at: stamp ? stampOf(stamp.raw) : null};
}

async function readPolicy(b) {
	const p = {logs: [], witnesses: [], groups: [], quorum: ""}, names = new Set(["none"]), members = new Set(["none"]);
	for (const line of (text(b) ?? "?").split("\n")) {
		const f = line.trim().split(/[ \t]+/);
		if (!f[0] || f[0].startsWith("#")) continue;
		const wrong = new Error(`the policy says "${line.trim()}": this is not how that is written`);
		if (f[0] === "log" && (f.length === 2 || f.length === 3)) p.logs.push(await readKey(f[1]));
		else if (f[0] === "witness" && (f.length === 3 || f.length === 4) && !names.has(f[1])) {
			p.witnesses.push({name: f[1], stamp: (await readKey(f[2])).stamp});
			names.add(f[1]);
		} else if (f[0] === "group" && f.length >= 4 && !names.has(f[1])) {
			const list = f.slice(3), need = f[2] === "all" ? list.length : f[2] === "any" ? 1 : Number(f[2]);
			if (!(need >= 1 && need <= list.length) || list.some(m => !names.has(m) || members.has(m))) throw wrong;
			list.forEach(m => members.add(m));
			p.groups.push({name: f[1], need, list});
			names.add(f[1]);
		} else if (f[0] === "quorum" && f.length === 2 && !p.quorum && names.has(f[1])) p.quorum = f[1];
		else throw wrong;
	}
	if (!p.quorum) throw new Error("the policy says no quorum");
	return p;
}

async function openByPolicy(p, note) {
	for (const log of p.logs) {
		const c = await openCheckpoint(log, note);
		if (!c) continue;
		c.seen = [];
		for (const w of p.witnesses) {
			const n = await openNote(note, [w.stamp]);
			if (n) c.seen.push({witness: w.name, at: stampOf(n.sigs[0].raw)});
		}
		return c;
	}
	return null;
}

function quorum(p, seen) {
	const met = new Set(["none", ...seen.map(s => s.witness)]);
	for (const g of p.groups) if (g.list.filter(m => met.has(m)).length >= g.need) met.add(g.name);
	return met.has(p.quorum);
}

// Tree is a Merkle tree as in RFC 6962, with the hashes of all whole subtrees.
class Tree {
	static of(hashes) {
		const t = new Tree();
		for (let level = hashes; ; ) {
			(t.levels ??= []).push(level);
			if (level.length < 2) return t;
			const next = [];
			for (let i = 0; i + 1 < level.length; i += 2) next.push(Tree.node(level[i], level[i + 1]));
			level = next;
		}
	}
	static node(a, b) { return sha256([1], a, b); }
	root(n) {
		if (n === 0) return sha256();
		let h = null;
		for (let level = 0; n > 0; level++, n = Math.floor(n / 2)) {
			if (n % 2 === 0) continue;
			const whole = this.levels[level][n - 1];
			h = h ? Tree.node(whole, h) : whole;
		}
		return h;
	}
}

// climb is the root that a proof leads to from a leaf's hash (RFC 9162, 2.1.3.2).
function climb(index, size, h, proof) {
	let f = index, s = size - 1;
	for (const p of proof) {
		if (s === 0) return null;
		if (f % 2 === 1 || f === s) {
			h = Tree.node(p, h);
			while (f % 2 === 0 && f !== 0) { f = Math.floor(f / 2); s = Math.floor(s / 2); }
		} else h = Tree.node(h, p);
		f = Math.floor(f / 2); s = Math.floor(s / 2);
	}
	return s === 0 ? h : null;
}

const leafForm = new RegExp(`^\\{"v":1,"t":"W","ts":N,"n":N(?:,"cat":"W")?(?:,"sla":"W")?(?:,"o":"W")?(?:,"ref":\\[(N(?:,N)*)\\])?,"c":"([A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)"\\}$`
	.replaceAll("(N(?:,N)*)", "((?:0|[1-9]\\d{0,15})(?:,(?:0|[1-9]\\d{0,15}))*)").replaceAll("W", "([ !#-%'-;=?-\\[\\]-~]+)").replaceAll("N", "(0|[1-9]\\d{0,15})"));

function readLeaf(s) {
	const m = s.length <= maxLeaf && leafForm.exec(s);
	if (!m) return null;
	const refs = m[7] ? m[7].split(",").map(Number) : [];
	const l = {type: m[1], at: Number(m[2]), n: Number(m[3]), category: m[4], class: m[5] ?? "", outcome: m[6] ?? "", refs, c: m[8]};
	return l.n < 1 || refs.length > 16 ? null : l;
}

// Tally counts leaves, as stats.go does.
class Tally {
	constructor() { Object.assign(this, {leaves: 0, days: [], open: 0, group: [], at: [], samples: [], wait: new Map(), cls: new Map(), took: new Map(),
		juries: {drawn: 0, decided: 0, undecided: 0, overridden: 0}, sitting: new Map(), heard: [], notices: new Map()}); }
	root(i) {
		while (this.group[i] !== i) i = this.group[i] = this.group[this.group[i]];
		return i;
	}
	add(l) {
		const i = this.leaves++, name = new Date(l.at).toISOString().slice(0, 10);
		this.group.push(i);
		this.at.push(l.at);
		let day = this.days.at(-1);
		if (!day || day.day !== name) this.days.push(day = {day: name, inflow: 0, decided: 0, settled: 0, backlog: 0, appeals: 0, overturned: 0});
		if (l.type === "report") {
			day.inflow++;
			this.open++;
			this.wait.set(i, [i]);
			this.cls.set(i, l.class);
		} else if (l.type === "decision" || l.type === "action" && l.outcome === "cases_ended") {
			if (l.type === "decision") day.decided++;
			for (const r of l.refs) day.settled += this.settle(r, l.at);
		} else if (l.type === "action" && l.outcome === "report_closed") {
			for (const r of l.refs) day.settled += this.close(r, l.at);
		} else if (l.type === "action" && l.outcome === "report_reopened") {
			for (const r of l.refs) day.settled -= this.reopen(r);
		} else if (["host_notice", "order", "host_answer"].includes(l.type)) this.noticed(i, l);
		else if (l.type === "sample") this.sampled(name.slice(0, 7), l.outcome);
		else if (l.type === "appeal") day.appeals++;
		else if (l.type === "appeal_decision" && !upheld.has(l.outcome)) day.overturned++;
		if (ofCase.has(l.type)) this.tie(i, l);
		this.jury(i, l);
		day.backlog = this.open;
	}
	tie(i, l) {
		if (l.type !== "report") this.wait.set(i, []);
		for (const ref of l.refs) {
			if (ref >= i) continue;
			const r = this.root(ref), mine = this.root(i);
			if (!this.wait.has(r) || mine === r) continue;
			this.group[mine] = r;
			for (const x of this.wait.get(mine)) this.wait.get(r).push(x);
			this.wait.delete(mine);
			if (this.sitting.has(mine) && !this.sitting.has(r)) this.sitting.set(r, this.sitting.get(mine));
			this.sitting.delete(mine);
		}
	}
	// jury and noticed count what stats_more.go does.
	jury(i, l) {
		const j = this.juries;
		if (l.type === "jury_draw" && !this.sitting.has(this.root(i))) {
			this.sitting.set(this.root(i), l.at);
			j.drawn++;
		}
		if (l.type === "override") j.overridden++;
		if (l.type === "jury_end") for (const ref of l.refs) {
			if (ref >= i || !this.sitting.has(this.root(ref))) continue;
			if (l.outcome === "breach" || l.outcome === "no_breach") {
				j.decided++;
				this.heard.push(l.at - this.sitting.get(this.root(ref)));
			} else j.undecided++;
			this.sitting.delete(this.root(ref));
		}
	}
	noticed(i, l) {
		const of = l.refs.filter(r => r < i && this.notices.has(r)).map(r => this.notices.get(r));
		if (l.type !== "host_answer") {
			this.notices.set(i, {class: l.class, at: l.at, joined: of.length > 0, ended: "", late: false, took: 0});
			return;
		}
		const late = l.outcome.endsWith(" late"), outcome = late ? l.outcome.slice(0, -5) : l.outcome;
		for (const n of of) {
			n.joined = false;
			if (outcome !== "answered" && outcome !== "closed") n.ended = "";
			else if (!n.ended) Object.assign(n, {ended: outcome, took: l.at - n.at, late});
		}
	}
	// more is what there is to say of juries and notices.
	more(rank) {
		const spread = took => took.length ? [rank(took, 50), rank(took, 95)] : [0, 0], up = (a, b) => a - b, out = {}, all = new Map();
		if (Object.values(this.juries).some(n => n > 0)) {
			const [p50_ms, p95_ms] = spread([...this.heard].sort(up));
			out.juries = {...this.juries, p50_ms, p95_ms};
		}
		for (const n of this.notices.values()) {
			if (n.joined) continue;
			if (!all.has(n.class)) all.set(n.class, []);
			all.get(n.class).push(n);
		}
		if (all.size) out.notices = [...all.keys()].sort().map(c => {
			const some = all.get(c), ended = how => some.filter(n => n.ended === how), [p50_ms, p95_ms] = spread(ended("answered").map(n => n.took).sort(up));
			return {class: c, came: some.length, answered: ended("answered").length, closed: ended("closed").length, late: some.filter(n => n.ended && n.late).length, p50_ms, p95_ms};
		});
		return out;
	}
	settle(ref, at) {
		if (ref >= this.group.length) return 0;
		const r = this.root(ref), reports = this.wait.get(r) ?? [];
		for (const report of reports) this.waited(report, at);
		if (reports.length) this.wait.set(r, []);
		this.open -= reports.length;
		return reports.length;
	}
	sampled(month, outcome) {
		let p = this.samples.at(-1);
		if (p?.month !== month) this.samples.push(p = {month, drawn: 0, judged: 0, breaches: 0});
		if (outcome === "drawn") p.drawn++;
		if (outcome === "breach") p.breaches++;
		if (outcome === "breach" || outcome === "no_breach") p.judged++;
	}
	// wilson is the interval of Wilson's score, in millionths, as stats.go has it.
	wilson(some, n) {
		if (!n) return [0, 1e6];
		const zz = 3.8416, spread = 1.96 * Math.sqrt(some * (n - some) / n + zz / 4), middle = some + zz / 2;
		const ppm = x => Math.floor(x / (n + zz) * 1e6 + 0.5);
		return [Math.max(ppm(middle - spread), 0), Math.min(ppm(middle + spread), 1e6)];
	}
	waited(report, at) {
		this.took.set(report, at - this.at[report]);
	}
	close(ref, at) {
		const all = ref < this.group.length ? this.wait.get(this.root(ref)) ?? [] : [], i = all.indexOf(ref);
		if (i < 0) return 0;
		all.splice(i, 1);
		this.waited(ref, at);
		this.open--;
		return 1;
	}
	reopen(ref) {
		if (!this.took.delete(ref)) return 0;
		const r = this.root(ref), all = this.wait.get(r) ?? [];
		all.push(ref);
		this.wait.set(r, all);
		this.open++;
		return 1;
	}
	files(first) {
		const rank = (all, p) => all[Math.max(Math.floor((all.length * p + 99) / 100) - 1, 0)];
		const took = new Map();
		for (const [report, ms] of this.took) {
			const c = this.cls.get(report);
			if (!took.has(c)) took.set(c, []);
			took.get(c).push(ms);
		}
		const classes = [...took.keys()].sort().map(c => {
			const all = took.get(c).sort((a, b) => a - b);
			return {class: c, n: all.length, p50_ms: rank(all, 50), p95_ms: rank(all, 95)};
		});
		const prevalence = this.samples.map(p => {
			const [low_ppm, high_ppm] = this.wilson(p.breaches, p.judged);
			return {...p, low_ppm, high_ppm};
		});
		const more = first ? {} : this.more(rank);
		const all = {form: first ? firstStats : "plaza stats 2", leaves: this.leaves, days: this.days, classes, ...prevalence.length && {prevalence}, ...more};
		const json = asGo(JSON.stringify(all, null, 1)) + "\n";
		let csv = "measure,of,value\n";
		for (const d of this.days) for (const m of ["inflow", "decided", "settled", "backlog", "appeals", "overturned"]) csv += `${m},${d.day},${d[m]}\n`;
		for (const c of classes) csv += `reports,${c.class},${c.n}\np50_ms,${c.class},${c.p50_ms}\np95_ms,${c.class},${c.p95_ms}\n`;
		for (const p of prevalence) for (const [m, k] of [["sampled", "drawn"], ["judged", "judged"], ["breaches", "breaches"], ["low_ppm", "low_ppm"], ["high_ppm", "high_ppm"]]) csv += `${m},${p.month},${p[k]}\n`;
		for (const [k, n] of Object.entries(more.juries ?? {})) csv += `juries,${k},${n}\n`;
		for (const {class: c, ...n} of more.notices ?? []) for (const [k, x] of Object.entries(n)) csv += `notices${k === "came" ? "" : "_" + k},${c},${x}\n`;
		return {"stats.json": json, "stats.csv": csv};
	}
}
