// What somebody sees.
const words = JSON.parse(document.getElementById("words").textContent);
const $ = id => document.getElementById(id);
const made = (tag, className, ...inside) => {
	const e = document.createElement(tag);
	if (className) e.className = className;
	e.append(...inside);
	return e;
};
const fill = (s, ...args) => args.reduce((t, a, i) => t.replaceAll(`{${i}}`, a), s);
const template = code => words.notes[code] ?? words.groups.map(g => g.codes[code]).find(x => x) ?? code;

function sentence(f) {
	const s = fill(template(f.code), ...f.args);
	if (f.index >= 0 && f.type) return `record ${f.index} (${f.type} no. ${f.n}, ${moment(f.at)}): ${s}`;
	if (f.index >= 0) return `record ${f.index}: ${s}`;
	return f.file ? `${f.file}: ${s}` : s;
}

function headline(v) {
	return v.level === "failed" ? fill(words.levels.failed, String(v.total)) : fill(words.levels[v.level], v.origin, String(v.size), second(v.signed));
}

function found(f) {
	const li = made("li", "", sentence(f));
	li.dataset.code = f.code;
	li.dataset.index = f.index;
	if (f.index >= 0 && f.type) {
		const show = made("button", "link", "show it");
		show.type = "button";
		show.onclick = () => { $("only").value = String(f.index); records(shown, true); $("records").scrollIntoView(); };
		li.append(" ", show);
	}
	return li;
}

let shown = null;
function tell(v, took) {
	shown = v;
	const [word, ...rest] = headline(v).split(/(?<=[.,]) /);
	$("level").replaceChildren(made("strong", "", word), " ", rest.join(" "));
	$("checks").replaceChildren(...words.groups.map(g => {
		const bad = v.failures.filter(f => f.code in g.codes), [kind, sign] = bad.length ? ["bad", "fails"] : v.unchecked.includes(g.id) ? ["open", "not checked"] : ["good", "holds"];
		const li = made("li", kind, made("span", "sign", sign), made("span", "", g.title));
		if (bad.length) li.append(made("ul", "", ...bad.map(found)));
		return li;
	}));
	if (v.total > v.failures.length) $("checks").append(made("li", "bad", `… and ${v.total - v.failures.length} more`));
	$("notes").replaceChildren(...v.notes.map(n => made("li", "", sentence(n))));
	const s = v.manifest.scope ?? {};
	$("about").textContent = v.manifest.form ? `Profile ${v.manifest.profile}; asked for: ${s.kind}${s.of ? " " + s.of : ""}${s.since_ms ? " from " + moment(s.since_ms) : ""}${s.until_ms ? " until " + moment(s.until_ms) : ""}. Checked in ${(took / 1000).toFixed(1)} s, in this browser, without a network.` : "";
	const types = [...new Set(v.lines.map(r => v.bundle.entry(r.index)?.type).filter(x => x))].sort();
	$("kind").replaceChildren(new Option("all kinds", ""), ...types.map(t => new Option(t, t)));
	$("only").value = "";
	records(v, false);
	$("result").hidden = false;
	$("result").dataset.level = v.level;
	$("result").dataset.ms = Math.round(took);
	$("level").focus();
}

const step = 50;
let upTo = step;
function records(v, fresh) {
	if (fresh) upTo = step;
	const kind = $("kind").value, only = $("only").value.trim().toLowerCase();
	const wanted = v.lines.filter(r => {
		const e = v.bundle.entry(r.index);
		return (!kind || e?.type === kind) && (!only || String(r.index) === only || !/^\d+$/.test(only) && r.body && (text(r.body) ?? "").toLowerCase().includes(only));
	});
	$("list").replaceChildren(...wanted.slice(0, upTo).map(r => record(v, r)));
	$("many").textContent = `${Math.min(upTo, wanted.length)} of ${wanted.length}`;
	$("more").hidden = wanted.length <= upTo;
}

function record(v, r) {
	const e = v.bundle.entry(r.index), d = made("details", ""), bad = v.failures.filter(f => f.index === r.index);
	d.append(made("summary", bad.length ? "bad" : "", made("b", "", String(r.index)), " ", e ? `${e.type}${e.outcome ? " · " + e.outcome : ""}${e.category ? " · " + e.category : ""}` : "?", " ", made("time", "", e ? moment(e.at) : "")));
	const what = r.erased !== undefined ? `Erased; record ${r.erased} says so.` : r.withheld ? `Withheld (${r.withheld}).` : r.missing ? "Gone, and nobody says why." : null;
	let body = what;
	if (!what) try { body = JSON.stringify(JSON.parse(text(r.body)), null, 1); } catch { body = text(r.body) ?? "It cannot be read."; }
	d.append(made("pre", "", body));
	if (bad.length) d.append(made("ul", "bad", ...bad.map(f => made("li", "", sentence(f)))));
	return d;
}

let bundle = null;
const kept = {receipts: [], checkpoints: []};
async function run() {
	if (!bundle) return;
	$("busy").hidden = false;
	$("result").hidden = true;
	delete $("result").dataset.level;
	const start = performance.now();
	try {
		const v = await new Bundle(new Uint8Array(await bundle.arrayBuffer()), {key: $("key").value.trim(), ...kept}).check((n, all) => new Promise(next => {
			$("busy").textContent = `Checking … ${n} of ${all}`;
			setTimeout(next); // so that it can be seen
		}));
		tell(v, performance.now() - start);
	} catch (e) {
		$("level").textContent = "This could not be checked here: " + e.message;
		$("result").hidden = false;
		$("result").dataset.level = "error";
	}
	$("busy").hidden = true;
}

async function keep(files) {
	kept.receipts = [];
	kept.checkpoints = [];
	for (const f of files) {
		const note = await f.text();
		if (note.startsWith("plaza receipt 1\n") || !readHead(note.split("\n\n")[0] + "\n")) kept.receipts.push({name: f.name, note});
		else kept.checkpoints.push(note);
	}
}

$("bundle").onchange = e => { bundle = e.target.files[0]; $("name").textContent = bundle?.name ?? ""; run(); };
$("kept").onchange = async e => { await keep(e.target.files); run(); };
$("key").onchange = run;
$("kind").onchange = () => records(shown, true);
$("only").oninput = () => records(shown, true);
$("more").onclick = () => { upTo += 200; records(shown, false); };
document.ondragover = e => { e.preventDefault(); $("drop").classList.add("over"); };
document.ondragleave = () => $("drop").classList.remove("over");
document.ondrop = e => {
	e.preventDefault();
	$("drop").classList.remove("over");
	bundle = e.dataTransfer.files[0];
	$("name").textContent = bundle?.name ?? "";
	run();
};
(async () => {
	try { await ed25519(new Uint8Array(32).fill(9)); } catch (e) {
		if (e.name === "NotSupportedError" || !crypto.subtle) $("old").hidden = false;
	}
	if (typeof DecompressionStream === "undefined") $("old").hidden = false;
})();
