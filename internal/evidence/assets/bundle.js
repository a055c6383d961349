// outcomeIn is what bodies call the outcome that their leaf has in the open.
const outcomeIn = {decision: "action", appeal_decision: "outcome", jury_end: "end", host_answer: "status", sample: "outcome"};

// Bundle is a bundle that is being checked.
class Bundle {
	constructor(bytes, options) {
		this.options = options;
		this.bytes = bytes;
		Object.assign(this, {failures: [], total: 0, notes: [], named: {}, files: new Map(), whole: new Map(), log: [], part: new Map(), hashes: [], earlier: [], kept: {}});
		this.counts = {records: 0, shown: 0, erased: 0, withheld: {}, missing: 0};
		Object.assign(this, {lines: [], next: 0, last: 0, outside: 0, texts: new Map(), rules: new Map(), known: new Map(), unknown: new Map(), deciders: new Map(), erased: new Map(), erasures: new Map(), reports: new Map(), owed: new Map(), days: new Map(), decisions: 0, appeals: 0, compared: 0});
	}
	fail(code, file, ...args) { this.add({code, index: -1, file, args}); }
	failAt(code, index, ...args) {
		const e = this.entry(index);
		this.add(e ? {code, index, type: e.type, n: e.n, at: e.at, args} : {code, index, args});
	}
	add(f) {
		this.total++;
		this.named[f.code] = (this.named[f.code] ?? 0) + 1;
		if (this.named[f.code] <= maxNamed) this.failures.push(f);
	}
	note(code, ...args) { this.notes.push({code, index: -1, args}); }
	entry(i) { return this.all ? this.log[i] : this.part.get(i); }

	// check does everything, in the order of the program.
	async check(progress) {
		await trySHA();
		if (!await this.open()) return this.close();
		await this.trust();
		await this.checkpoint();
		await this.history();
		for (const [name, f] of this.files) if (name.startsWith("policies/")) this.texts.set(name, text(await this.read(name)));
		this.hasReceipts = this.options.receipts.length > 0 || [...this.files.keys()].some(n => n.startsWith("receipts/"));
		await this.leaves(progress);
		await this.records(progress);
		await this.tree();
		this.moments();
		await this.receipts();
		await this.stats();
		await this.compare();
		this.remarks();
		return this.close();
	}
	close() {
		const level = this.total ? "failed" : this.counts.erased || Object.keys(this.counts.withheld).length || this.outside ? "incomplete" : "verified";
		const m = this.manifest ?? {}, checked = {key: this.options.key, history: this.compared, order: this.all, bodies: this.counts.shown, rules: this.decisions, appeals: this.appeals,
			receipts: this.kept["receipt-holds"], stats: this.all};
		return {level, unchecked: Object.keys(checked).filter(g => !checked[g]), origin: m.origin, size: m.size, signed: this.head ? this.head.at : null, failures: this.failures, total: this.total, notes: this.notes, counts: this.counts,
			manifest: m, lines: this.lines, bundle: this};
	}

	async read(name) {
		if (!this.whole.has(name)) this.whole.set(name, this.files.has(name) ? await inflate(this.files.get(name)) : null);
		return this.whole.get(name) ?? new Uint8Array();
	}
	async open() {
		const files = unzip(this.bytes);
		if (!files) { this.fail("not-a-bundle", "", "it is no ZIP file, or has too many files"); return false; }
		for (const f of files) {
			if (this.files.has(f.name)) this.fail("file-extra", f.name);
			this.files.set(f.name, f);
		}
		if (!this.files.has("manifest.json")) { this.fail("not-a-bundle", "", "it has no manifest"); return false; }
		const s = text(await this.read("manifest.json"));
		try {
			this.manifest = JSON.parse(s);
			if (this.manifest.form !== "plaza evidence bundle 1" || !["public", "party", "host", "court"].includes(this.manifest.profile) ||
				!["whole", "span", "case", "notices-of", "matter", "account"].includes(this.manifest.scope.kind) || asGo(JSON.stringify(this.manifest, null, 1)) + "\n" !== s) throw 0;
			this.manifest.files.forEach(f => f.name + f.size);
		} catch { this.fail("manifest-form", "manifest.json"); return false; }
		this.all = ["whole", "span"].includes(this.manifest.scope.kind);
		return true;
	}
	async trust() {
		this.policy = {logs: [], witnesses: [], groups: [], quorum: ""};
		try { this.policy = await readPolicy(await this.read("policy.tlog")); }
		catch (e) { this.fail("policy-form", "policy.tlog", e.message); }
		if (this.options.key) {
			try {
				const given = await readKey(this.options.key);
				if (!this.policy.logs.some(l => l.name === given.name && l.key === given.key)) this.fail("key-differs", "");
				this.policy.logs = [given];
			} catch (e) { this.fail("policy-form", "", e.message); }
		}
		const want = `plaza evidence bundle 1\n${this.manifest.origin}\nmanifest ${hex(await digest(await this.read("manifest.json")))}\n`;
		const signed = text(await this.read("manifest.note")) ?? "";
		for (const l of this.policy.logs) {
			const n = await openNote(signed, [l.plain]);
			if (n && n.text === want && l.name === this.manifest.origin) return;
		}
		this.fail("manifest-signature", "manifest.note");
	}
	async checkpoint() {
		const m = this.manifest, b = text(await this.read("checkpoint")) ?? "", root = fromBase64(m.root ?? "") ?? [];
		this.head = await openByPolicy(this.policy, b);
		if (!this.head) {
			this.fail("checkpoint-signature", "checkpoint");
			this.head = {...(readHead(b.split("\n\n")[0] + "\n") ?? {origin: m.origin, size: m.size, root}), at: null, seen: []};
		} else {
			if (this.head.at === null) this.fail("undated", "checkpoint");
			if (!quorum(this.policy, this.head.seen)) this.fail("quorum", "checkpoint");
		}
		if (this.head.size !== m.size || !same(this.head.root, root) || this.head.origin !== m.origin) this.fail("checkpoint-other", "checkpoint");
	}
	async history() {
		const b = text(await this.read("checkpoints")) ?? "?";
		let parts = b.split("\n\n");
		if (b && parts.length % 2 === 1) { this.fail("earlier-form", "checkpoints"); parts = []; }
		const all = [...this.options.checkpoints];
		for (let i = 0; i + 1 < parts.length; i += 2) all.push(parts[i] + "\n\n" + parts[i + 1].replace(/\n$/, "") + "\n");
		for (const one of all) {
			const c = await openByPolicy(this.policy, one);
			if (c) this.earlier.push(c); else this.fail("earlier-signature", "checkpoints");
		}
		this.earlier.sort((a, b) => a.size - b.size);
	}

	// leaves reads all leaves, if they are there.
	async leaves(progress) {
		this.tally = new Tally();
		if (!this.all) return;
		const b = await this.read("leaves.bin"), tiles = await this.read("tile-0.bin"), v = new DataView(b.buffer, b.byteOffset, b.byteLength), found = [], counted = new Map();
		let at = 0, i = 0;
		for (; at + 2 <= b.length; i++) {
			const n = v.getUint16(at);
			if (n > maxLeaf || at + 2 + n > b.length) { this.failAt("leaf-form", i); break; }
			if (i === this.head.size) { this.failAt("beyond", i, String(this.head.size)); break; }
			found.push(b.subarray(at + 2, at + 2 + n));
			at += 2 + n;
		}
		for (i = 0; i < found.length; i++) {
			if (i % 4096 === 0) await progress(i, found.length);
			this.hashes.push(sha256([0], found[i]));
			const l = readLeaf(text(found[i]) ?? "");
			this.log.push(l);
			this.tally.add(l ?? {type: "", at: 0, class: "", outcome: "", refs: []});
			if (!l) this.failAt("leaf-form", i);
			if (this.files.has("tile-0.bin") && !same(this.hashes[i], tiles.subarray(i * 32, i * 32 + 32))) this.failAt("leaf-hash", i);
			if (!l) continue;
			const want = (counted.get(l.type) ?? 0) + 1;
			if (l.n !== want) this.failAt("number", i, String(l.n), String(want));
			counted.set(l.type, l.n);
			this.follows(i, l);
		}
		if (found.length < this.head.size) this.failAt("truncated", found.length, String(this.head.size));
	}
	follows(i, l) {
		if (l.at < this.last) this.failAt("time", i);
		this.last = Math.max(this.last, l.at);
		for (const r of l.refs) if (r >= i) this.failAt("reference", i, String(r));
	}

	async records(progress) {
		const lines = (text(await this.read("records.ndjson")) ?? "").split("\n");
		if (lines.at(-1) === "") lines.pop();
		for (const [n, s] of lines.entries()) {
			if (n % 2048 === 0) await progress(n, lines.length);
			const r = this.line(s, n + 1);
			if (r) await this.record(r);
		}
		this.skipped(this.manifest.size);
		this.across();
		const sorted = o => JSON.stringify({...o, withheld: Object.entries(o.withheld ?? {}).sort()});
		if (sorted(this.counts) !== sorted(this.manifest.counts)) this.fail("counts", "manifest.json");
	}
	line(s, n) {
		try {
			const r = JSON.parse(s), again = {};
			for (const k of ["index", "leaf", "salt", "body", "erased", "withheld", "missing"]) if (k in r) again[k] = r[k];
			const ok = Number.isSafeInteger(r.index) && asGo(JSON.stringify(again)) === s && Object.keys(r).length === Object.keys(again).length;
			const salt = r.salt && fromBase64(r.salt), body = r.body && fromBase64(r.body);
			if (!ok || salt === null || body === null) throw 0;
			return {...r, salt, body};
		} catch { this.fail("record-form", "records.ndjson", String(n)); return null; }
	}
	async record(r) {
		const c = this.counts;
		c.records++;
		if (r.erased !== undefined) c.erased++;
		else if (r.withheld) c.withheld[r.withheld] = (c.withheld[r.withheld] ?? 0) + 1;
		else if (r.missing) c.missing++;
		else c.shown++;
		if (r.index < this.next) { this.failAt("record-extra", r.index); return; }
		if (this.all) this.skipped(r.index); else await this.placed(r);
		this.next = r.index + 1;
		const e = this.entry(r.index);
		this.lines.push(r);
		if (!e) {
			if (this.all && r.index >= this.log.length) this.failAt("record-extra", r.index);
			return;
		}
		if (r.erased !== undefined) this.erased.set(r.index, r.erased);
		else if (r.withheld) {
			if (!this.mayWithhold(e.type, r.withheld)) this.failAt("withheld", r.index, this.manifest.profile);
		} else if (r.missing) this.failAt("body-gone", r.index);
		else if (!r.salt || r.salt.length !== 32 || toBase64(hmac(r.salt, r.body ?? new Uint8Array())) !== e.c) this.failAt("commitment", r.index);
		else this.body(r.index, e, r.body);
	}
	mayWithhold(type, why) {
		const profile = this.manifest.profile, always = profile === "court" || openTypes.has(type), asked = askedTypes[profile]?.has(type);
		if (why === "profile") return !always && (!asked || type === "config");
		return why === "scope" && !always && asked && this.manifest.scope.kind !== "whole";
	}
	skipped(until) {
		if (!this.all) return;
		const s = this.manifest.scope;
		for (let i = this.next; i < Math.min(until, this.log.length); i++) {
			const e = this.log[i], asked = e && (s.kind !== "span" || e.at >= (s.since_ms ?? 0) && (!s.until_ms || e.at < s.until_ms));
			if (e && (asked || openTypes.has(e.type))) this.failAt("record-missing", i);
		}
		this.next = Math.max(this.next, until);
	}
	async placed(r) {
		const leaf = utf8.encode(r.leaf ?? ""), l = readLeaf(r.leaf ?? "");
		if (l) this.part.set(r.index, l);
		await this.proof(r.index, leaf);
		if (!l) { this.failAt("leaf-form", r.index); return; }
		this.follows(r.index, l);
		for (const ref of l.refs) if (ref < r.index && !this.part.has(ref)) this.outside++;
	}
	async proof(i, leaf) {
		const name = `proofs/${i}.tlog-proof`;
		if (!this.files.has(name)) { this.failAt("proof-missing", i); return; }
		const lines = (text(await this.read(name)) ?? "").split("\n\n")[0].split("\n"), path = lines.slice(2).map(fromBase64);
		const good = lines[0] === "c2sp.org/tlog-proof@v1" && lines[1] === "index " + i && path.every(h => h && h.length === 32) && i < this.head.size;
		const root = good ? climb(i, this.head.size, sha256([0], leaf), path) : null;
		if (!root || !same(root, this.head.root)) this.failAt("proof", i);
	}

	// body checks what a record says.
	body(i, e, b) {
		if (!["report", "policy", "decision", "appeal_decision", "erasure", "stats", ...Object.keys(outcomeIn)].includes(e.type)) return;
		let r;
		try {
			const s = text(b);
			r = JSON.parse(s);
			if (![bodyAsGo, asGo].some(as => as(JSON.stringify(r)) === s) || typeof r !== "object" || !r) throw 0;
		} catch { this.failAt("body-form", i); return; }
		if (e.type === "report") this.reported(i, e, r);
		if (e.type === "policy") this.ruled(i, r);
		const said = r[outcomeIn[e.type]];
		if (said && said !== e.outcome.replace(/ late$/, "")) this.failAt("outcome", i, e.outcome, said);
		if (e.type === "decision") {
			this.decisions++;
			if (r.rule && !this.known.has(r.rule)) this.unknown.set(i, r.rule);
			this.deciders.set(r.decision ?? "", {index: i, by: r.by ?? ""});
		}
		if (e.type === "appeal_decision") {
			this.appeals++;
			const first = this.deciders.get(r.decision ?? ""), alias = s => (s ?? "").slice((s ?? "").lastIndexOf(" ") + 1), by = alias(r.by);
			if (by === alias(r.first) || first && by === alias(first.by)) this.failAt("appeal-same", i, r.by ?? "");
		}
		if (e.type === "stats") this.days.set(i, r.day ?? {});
		if (e.type === "erasure") this.erasures.set(i, new Set(r.leaves ?? []));
	}
	reported(i, e, r) {
		const at = Date.parse(r.received_at);
		if (Number.isNaN(at)) { this.failAt("body-form", i); return; }
		if (Math.abs(e.at - at) > promise) this.failAt("late", i, moment(at), moment(e.at));
		if (this.hasReceipts) this.reports.set(i, {report: r.report ?? "", at});
	}
	ruled(i, r) {
		const plain = s => [...s].map(c => /[-_0-9A-Za-z]/.test(c) ? c : "_").join("");
		const name = `policies/${plain(r.policy ?? "")}@${r.version ?? 0}${r.language ? "." + plain(r.language) : ""}.md`, id = `${r.policy ?? ""}@${r.version ?? 0}`, before = this.rules.get(name);
		if (before && before.text !== (r.text ?? "")) { this.failAt("rule-twice", i, id, String(before.index)); return; }
		if (!this.known.has(id)) this.known.set(id, i);
		this.rules.set(name, {index: i, text: r.text ?? ""});
		if ((this.texts.get(name) ?? "") !== (r.text ?? "")) this.failAt("rule-text", i, name);
	}
	across() {
		for (const [i, id] of this.unknown) {
			if (this.known.has(id)) this.failAt("rule-later", i, id, String(this.known.get(id))); else this.failAt("rule-unknown", i, id);
		}
		for (const [i, by] of this.erased) if (by <= i || !this.erasures.get(by)?.has(i)) this.failAt("erasure", i, String(by));
	}

	// tree compares the tree with what was signed, now and before.
	async tree() {
		if (!this.all) {
			for (const c of this.earlier) {
				if (c.size === this.head.size && !same(c.root, this.head.root)) this.failAt("fork", c.size - 1, String(c.size), "0");
				if (c.size > this.head.size && c.at < this.head.at) this.failAt("replayed", this.head.size, String(c.size));
			}
			return;
		}
		const t = Tree.of(this.hashes), n = this.hashes.length;
		let good = 0, bad = false;
		for (const c of this.earlier) {
			if (c.size > this.head.size) this.failAt("replayed", this.head.size, String(c.size));
			else if (c.size > n) continue;
			else if (same(t.root(c.size), c.root)) {
				good = Math.max(good, c.size);
				this.compared++;
			}
			else if (bad) continue;
			else {
				bad = true;
				if (c.size === this.head.size) this.failAt("fork", c.size - 1, String(c.size), String(good));
				else this.failAt("rewritten", c.size - 1, String(c.size), String(good), String(c.size - 1), second(c.at));
			}
		}
		if (n < this.head.size || same(t.root(this.head.size), this.head.root)) return;
		if (this.named["leaf-hash"]) {
			const b = await this.read("tile-0.bin"), level = [];
			for (let i = 0; i + 32 <= b.length; i += 32) level.push(b.subarray(i, i + 32));
			if (level.length === this.head.size && same(Tree.of(level).root(level.length), this.head.root)) return;
		}
		this.failAt("root", this.head.size - 1, String(good), String(this.head.size - 1));
	}
	moments() {
		const all = [...this.earlier, this.head], there = this.all ? [...this.log.entries()] : [...this.part].sort((a, b) => a[0] - b[0]);
		let n = 0;
		for (const c of all) {
			const until = [c.at, ...c.seen.map(s => s.at)].filter(x => x !== null).reduce((a, b) => Math.min(a, b), Infinity);
			while (n < there.length && there[n][0] < c.size) n++;
			for (let k = n - 1; until < Infinity && k >= 0 && there[k][1] && there[k][1].at > until * 1000 + promise; k--) {
				this.failAt("ahead", there[k][0], moment(there[k][1].at), second(until));
			}
		}
		let at = -Infinity, next = 0;
		for (const [i, e] of there) {
			for (; next < all.length && all[next].size <= i; next++) if (all[next].at !== null) at = Math.max(at, all[next].at);
			if (e && e.at < at * 1000 - promise) this.failAt("back-dated", i, moment(e.at), second(at));
		}
	}

	async receipts() {
		const all = [...this.options.receipts];
		for (const name of [...this.files.keys()].sort()) if (name.startsWith("receipts/")) all.push({name: name.slice(9), note: text(await this.read(name)) ?? ""});
		if (!all.length) return;
		const where = new Map();
		for (const [i, e] of this.all ? this.log.entries() : this.part) if (e && ["report", "host_notice", "order"].includes(e.type)) where.set(e.c, i);
		for (const r of all) await this.receipt(r, where);
	}
	async receipt(given, where) {
		let r = null;
		for (const l of this.policy.logs) r ??= await openReceipt(l, given.note);
		if (!r) { this.fail("receipt-form", "", given.name); return; }
		const due = r.received + promise, i = where.get(r.commitment), keep = code => { this.kept[code] = (this.kept[code] ?? 0) + 1; };
		if (i === undefined) {
			if (!this.all) keep("receipt-elsewhere");
			else if ((this.head.at === null ? this.last : this.head.at * 1000) < due) keep("receipt-not-yet");
			else this.fail("receipt-missing", "", given.name, r.report, moment(due));
			return;
		}
		const e = this.entry(i), body = this.reports.get(i), other = this.owed.get(i) ?? r.report;
		this.owed.set(i, other);
		if (other !== r.report) this.failAt("receipt-twice", i, given.name, r.report, other);
		else if (e.at > due) this.failAt("receipt-late", i, given.name, moment(due), moment(e.at));
		else if (body && (body.report !== r.report || body.at !== r.received)) this.failAt("receipt-differs", i, given.name, r.report, moment(r.received));
		else keep("receipt-holds");
	}
	async stats() {
		if (!this.all) return;
		const yields = new Set(this.tally.days.map(d => JSON.stringify(d)));
		for (const [i, d] of this.days) {
			const {day = "", inflow = 0, decided = 0, settled = 0, backlog = 0, appeals = 0, overturned = 0} = d;
			if (!yields.has(JSON.stringify({day, inflow, decided, settled, backlog, appeals, overturned}))) this.failAt("stats-day", i, day);
		}
		let first = false;
		try { first = JSON.parse(text(await this.read("stats.json"))).form === firstStats; } catch { /* then it is not what is wanted either */ }
		this.first = first && Object.keys(this.tally.more(() => 0)).length > 0;
		for (const [name, want] of Object.entries(this.tally.files(first))) if (text(await this.read(name)) !== want) this.fail("stats", name);
	}
	async compare() {
		const listed = new Set(["manifest.json", "manifest.note"]);
		for (const f of this.manifest.files) {
			listed.add(f.name);
			if (!this.files.has(f.name)) { this.fail("file-missing", f.name); continue; }
			const b = await this.read(f.name);
			if (hex(await digest(b)) !== f.sha256 || b.length !== f.size) this.fail("file-changed", f.name);
		}
		for (const name of this.files.keys()) if (!listed.has(name)) this.fail("file-extra", name);
	}
	remarks() {
		const c = this.counts, w = c.withheld;
		this.note(this.options.key ? "key-given" : "key-own");
		this.note("shown", String(c.shown), String(c.records));
		if (w.profile) this.note("withheld-profile", String(w.profile), this.manifest.profile);
		if (w.scope) this.note("withheld-scope", String(w.scope));
		if (c.erased) this.note("erased", String(c.erased));
		if (this.outside) this.note("beyond-scope", String(this.outside));
		for (const code of ["receipt-holds", "receipt-not-yet", "receipt-elsewhere"]) if (this.kept[code]) this.note(code, String(this.kept[code]));
		for (const s of this.head.seen) this.note("witnessed", s.witness, second(s.at));
		const stamps = [...this.files.keys()].filter(n => n === "checkpoint.tsr" || n.startsWith("stamps/")).length;
		if (stamps) this.note("stamped-unchecked", String(stamps)); // CMS is more than a page should bring along
		if (this.first) this.note("numbers-first");
		if (!this.all) this.note("part");
		else if (!this.earlier.length) this.note("no-earlier");
		else this.note("earlier", String(this.earlier.length));
		if (this.policy.quorum === "none") this.note("no-witness");
	}
}

async function openReceipt(log, note) {
	const n = await openNote(note, [log.plain]);
	const m = n && /^plaza receipt 1\n([^\n]*)\nreport ([^\n]*)\nreceived (\d{1,16})\nlogged by (\d{1,16})\ncommitment ([^\n]*)\n$/.exec(n.text);
	if (!m || m[1] !== log.name || Number(m[4]) !== Number(m[3]) + promise || !fromBase64(m[5])) return null;
	return {report: m[2], received: Number(m[3]), commitment: m[5]};
}
