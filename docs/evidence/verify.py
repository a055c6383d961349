#!/usr/bin/env python3
"""Checks a bundle of evidence (.evz) of a Plaza with nothing but Python's own library.

    python3 verify.py FILE.evz [--key VKEY] [--receipt FILE]... [--checkpoint FILE]...

It is the third of three: `plaza evidence verify` and verify.html in the bundle find the same, and say more. Each line is
a finding: its name, the record it is of (-1 for none) and what it is about. It ends with 0 if nothing fails.
Written to be read: docs/handbook/evidence.md explains the formats."""
import base64, binascii, bisect, datetime, hashlib, hmac, json, math, re, sys, zipfile

PROMISE, ALWAYS = 60000, {"policy", "stats", "prevalence", "key", "witness", "erasure", "quality"}
ASKED = {"public": {"config"},
         "party": {"report", "snapshot", "decision", "action", "notice_out", "appeal", "appeal_decision", "override", "hold", "config"},
         "host": {"host_notice", "order", "host_answer", "snapshot", "triage", "decision", "action", "appeal_decision", "override", "config"}}
OUTCOME = {"decision": "action", "appeal_decision": "outcome", "jury_end": "end", "host_answer": "status", "sample": "outcome"}  # as bodies call that of their leaf
CASE = {"report", "snapshot", "triage", "assign", "jury_draw", "jury_vote"}
sha = lambda b: hashlib.sha256(b).digest()
node = lambda a, b: sha(b"\1" + a + b)

# Ed25519 (RFC 8032), checking only.
P, D = 2**255 - 19, -121665 * pow(121666, -1, 2**255 - 19) % (2**255 - 19)
L = 2**252 + 27742317777372353535851937790883648493
def plus(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P
def times(n, p):
    q = (0, 1, 1, 0)
    while n:
        q, p, n = plus(q, p) if n & 1 else q, plus(p, p), n >> 1
    return q
def point(b):
    y = int.from_bytes(b, "little") & (1 << 255) - 1
    x2 = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P: x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - x2) % P: return None
    if x & 1 != b[31] >> 7: x = -x % P
    return x, y, 1, x * y % P
BASE = point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
def signed(key, message, sig):
    a, s = point(key), int.from_bytes(sig[32:], "little")
    if len(sig) != 64 or a is None or s >= L: return False
    k = int.from_bytes(hashlib.sha512(sig[:32] + key + message).digest(), "little") % L
    x, y, z, _ = plus(times(s, BASE), times(k, ((P - a[0]) % P, a[1], 1, (P - a[3]) % P)))
    x, y = x * pow(z, -1, P) % P, y * pow(z, -1, P) % P
    return (y | (x & 1) << 255).to_bytes(32, "little") == sig[:32]

# Keys and notes (C2SP signed-note, tlog-checkpoint, tlog-cosignature, tlog-policy).
def key_id(name, alg, key): return sha(name.encode() + b"\n" + bytes([alg]) + key)[:4]
def read_key(vkey):
    name, number, raw = vkey.split("+", 2)
    raw = base64.b64decode(raw, validate=True)
    if len(raw) != 33 or raw[0] not in (1, 4) or key_id(name, raw[0], raw[1:]).hex() != number: raise ValueError("no key: " + vkey)
    return name, raw[1:]
def read_note(note, name, key, alg):
    """The text if name signed it, and when (of cosignatures)."""
    text, _, sigs = note.rpartition("\n\n")
    text += "\n"
    for line in sigs.splitlines():
        m = re.fullmatch(r"— (\S+) (\S+)", line)
        raw = base64.b64decode(m[2]) if m else b""
        if m and m[1] == name and raw[:4] == key_id(name, alg, key):
            at = int.from_bytes(raw[4:12], "big") if alg == 4 else None
            message = text.encode() if alg == 1 else b"cosignature/v1\ntime %d\n" % at + text.encode()
            return (text, at) if signed(key, message, raw[4:] if alg == 1 else raw[12:]) else (None, None)
    return None, None
def read_head(text):
    m = re.fullmatch(r"([^\n]+)\n(0|[1-9]\d*)\n([A-Za-z0-9+/]{43}=)\n", text or "")
    return m and (m[1], int(m[2]), base64.b64decode(m[3]))
def checkpoint(note, logs, witnesses):
    for name, key in logs:
        head = read_head(read_note(note, name, key, 1)[0])
        if head and head[0] == name:
            seen = {w: read_note(note, n, k, 4)[1] for w, (n, k) in witnesses.items()}
            return dict(size=head[1], root=head[2], at=read_note(note, name, key, 4)[1], seen={w: t for w, t in seen.items() if t})

def root(hashes):  # of RFC 6962
    if not hashes: return sha(b"")
    level = list(hashes)
    while len(level) > 1:
        level = [node(*level[i:i + 2]) if i + 1 < len(level) else level[i] for i in range(0, len(level), 2)]
    return level[0]
def climb(i, size, h, proof):
    s = size - 1
    for p in proof:
        if s == 0: return None
        if i & 1 or i == s:
            h = node(p, h)
            while not i & 1 and i: i, s = i >> 1, s >> 1
        else: h = node(h, p)
        i, s = i >> 1, s >> 1
    return h if s == 0 else None
WORD, N = r'[ !#-%\'-;=?-\[\]-~]+', r'(?:0|[1-9]\d{0,15})'
LEAF = re.compile(r'\{"v":1,"t":"(%s)","ts":(%s),"n":(%s)(?:,"cat":"%s")?(?:,"sla":"(%s)")?(?:,"o":"(%s)")?(?:,"ref":\[(%s(?:,%s)*)\])?,"c":"([A-Za-z0-9+/]{43}=)"\}' % (WORD, N, N, WORD, WORD, WORD, N, N))
def leaf(b):
    m = LEAF.fullmatch(b.decode("utf-8", "replace"))
    refs = [int(r) for r in m[6].split(",")] if m and m[6] else []
    if m and int(m[3]) > 0 and len(refs) <= 16:
        return dict(t=m[1], ts=int(m[2]), n=int(m[3]), sla=m[4] or "", o=m[5] or "", ref=refs, c=base64.b64decode(m[7]))

def wilson(some, n):  # the interval of Wilson's score, in millionths
    if not n: return 0, 1000000
    zz, part = 3.8416, some * (n - some) / n
    spread, middle, ppm = 1.96 * math.sqrt(part + zz / 4), some + zz / 2, lambda x: math.floor(x / (n + zz) * 1e6 + 0.5)
    return max(ppm(middle - spread), 0), min(ppm(middle + spread), 1000000)
def statistics(leaves, first):  # as they were counted first, without juries and notices, or as they are now
    days, group, wait, took, samples, opened, sitting, heard, notices = [], [], {}, {}, [], 0, {}, [], {}
    juries = dict(drawn=0, decided=0, undecided=0, overridden=0)
    def top(i):
        while group[i] != i: group[i] = i = group[group[i]]
        return i
    for i, l in enumerate(leaves):
        l = l or dict(t="", ts=0, sla="", o="", ref=[])
        name = datetime.datetime.fromtimestamp(l["ts"] / 1000, datetime.timezone.utc).date().isoformat()
        if not days or days[-1]["day"] != name: days.append(dict(day=name, inflow=0, decided=0, settled=0, backlog=0, appeals=0, overturned=0))
        d, t, refs = days[-1], l["t"], [r for r in l["ref"] if r < i]
        group.append(i)
        if t in CASE: wait[i] = [i] if t == "report" else []
        if t == "report": d["inflow"], opened = d["inflow"] + 1, opened + 1
        if t == "decision" or t == "action" and l["o"] == "cases_ended":
            d["decided"] += t == "decision"
            for r in refs:
                reports, wait[top(r)] = wait.get(top(r), []), []
                for x in reports: took[x] = l["ts"] - leaves[x]["ts"]
                d["settled"], opened = d["settled"] + len(reports), opened - len(reports)
                if not leaves[r] or leaves[r]["t"] not in CASE: del wait[top(r)]
        for r in refs if t == "action" and l["o"] in ("report_closed", "report_reopened") else []:
            if not leaves[r] or leaves[r]["t"] != "report": continue
            reports, closing = wait.setdefault(top(r), []), l["o"] == "report_closed"
            if closing != (r in reports): continue
            if closing:
                reports.remove(r)
                took[r] = l["ts"] - leaves[r]["ts"]
            else:
                reports.append(r)
                del took[r]
            d["settled"] += 1 if closing else -1
            opened += -1 if closing else 1
        if t == "sample":
            if not samples or samples[-1]["month"] != name[:7]: samples.append(dict(month=name[:7], drawn=0, judged=0, breaches=0))
            for k, outcomes in (("drawn", ["drawn"]), ("judged", ["breach", "no_breach"]), ("breaches", ["breach"])): samples[-1][k] += l["o"] in outcomes
        d["appeals"] += t == "appeal"
        d["overturned"] += t == "appeal_decision" and l["o"] not in ("upheld", "rejected", "withdrawn")
        for r in refs if t in CASE else []:
            if top(r) in wait and top(r) != top(i):
                wait[top(r)] += wait.pop(top(i))
                if top(i) in sitting: sitting.setdefault(top(r), sitting.pop(top(i)))
                group[top(i)] = top(r)
        if t == "jury_draw" and top(i) not in sitting: sitting[top(i)], juries["drawn"] = l["ts"], juries["drawn"] + 1
        for r in refs if t == "jury_end" else []:
            if top(r) not in sitting: continue
            began, said = sitting.pop(top(r)), l["o"] in ("breach", "no_breach")
            juries["decided" if said else "undecided"] += 1
            if said: heard.append(l["ts"] - began)
        juries["overridden"] += t == "override"
        told = [notices[r] for r in refs if r in notices]
        if t in ("host_notice", "order"): notices[i] = dict(sla=l["sla"], at=l["ts"], joined=bool(told), ended="")
        for n in told if t == "host_answer" else []:
            n["joined"], outcome = False, l["o"].removesuffix(" late")
            if outcome not in ("answered", "closed"): n["ended"] = ""
            elif not n["ended"]: n |= dict(ended=outcome, took=l["ts"] - n["at"], late=l["o"] != outcome)
        d["backlog"] = opened
    rank = lambda all, p: sorted(all)[max((len(all) * p + 99) // 100 - 1, 0)] if all else 0
    waited = {}
    for x, ms in took.items(): waited.setdefault(leaves[x]["sla"], []).append(ms)
    classes = [{"class": c, "n": len(a), "p50_ms": rank(a, 50), "p95_ms": rank(a, 95)} for c, a in sorted(waited.items())]
    csv = ["measure,of,value"] + [f"{m},{d['day']},{d[m]}" for d in days for m in ("inflow", "decided", "settled", "backlog", "appeals", "overturned")]
    csv += [f"{k},{c['class']},{c[v]}" for c in classes for k, v in (("reports", "n"), ("p50_ms", "p50_ms"), ("p95_ms", "p95_ms"))]
    for s in samples: s["low_ppm"], s["high_ppm"] = wilson(s["breaches"], s["judged"])
    csv += [f"{m},{s['month']},{s[k]}" for s in samples for m, k in (("sampled", "drawn"), *((x, x) for x in ("judged", "breaches", "low_ppm", "high_ppm")))]
    numbers = {"form": "plaza stats 1" if first else "plaza stats 2", "leaves": len(leaves), "days": days, "classes": classes}
    if samples: numbers["prevalence"] = samples
    if any(juries.values()) and not first:
        numbers["juries"] = juries | dict(p50_ms=rank(heard, 50), p95_ms=rank(heard, 95))
        csv += [f"juries,{k},{n}" for k, n in numbers["juries"].items()]
    counted = [n for n in notices.values() if not n["joined"] and not first]
    for c in sorted({n["sla"] for n in counted}):
        some = [n for n in counted if n["sla"] == c]
        ended = {how: [n["took"] for n in some if n["ended"] == how] for how in ("answered", "closed")}
        n = dict(came=len(some), answered=len(ended["answered"]), closed=len(ended["closed"]), late=sum(n["ended"] != "" and n["late"] for n in some),
                 p50_ms=rank(ended["answered"], 50), p95_ms=rank(ended["answered"], 95))
        numbers.setdefault("notices", []).append({"class": c} | n)
        csv += [f"notices{'' if k == 'came' else '_' + k},{c},{x}" for k, x in n.items()]
    return numbers, "\n".join(csv) + "\n"

def once(pairs):  # an object in which no name stands twice: each reader would take another of the two
    if len(dict(pairs)) < len(pairs): raise ValueError("a name stands twice")
    return dict(pairs)

def verify(path, key=None, receipts=(), checkpoints=()):
    found = []
    fail = lambda code, index=-1, about="": found.append((code, index, about))
    z = zipfile.ZipFile(path)
    files = {n: z.read(n) for n in z.namelist()}
    text = lambda n: files.get(n, b"").decode()
    m = json.loads(files["manifest.json"])
    if m["profile"] not in ("public", "party", "host", "court") or m["scope"]["kind"] not in ("whole", "span", "case", "notices-of", "matter", "account"): fail("manifest-form")
    # Whose keys.
    logs, witnesses, groups, quorum = [], {}, [], "none"
    for f in map(str.split, text("policy.tlog").splitlines()):
        if f[:1] == ["log"]: logs.append(read_key(f[1]))
        if f[:1] == ["witness"]: witnesses[f[1]] = read_key(f[2])
        if f[:1] == ["group"]: groups.append((f[1], {"all": len(f) - 3, "any": 1}.get(f[2]) or int(f[2]), f[3:]))
        if f[:1] == ["quorum"]: quorum = f[1]
    if key:
        if read_key(key) not in logs: fail("key-differs")
        logs = [read_key(key)]
    want = f"plaza evidence bundle 1\n{m['origin']}\nmanifest {sha(files['manifest.json']).hex()}\n"
    if not any(read_note(text("manifest.note"), *l, 1)[0] == want for l in logs): fail("manifest-signature")
    # The files.
    for f in m["files"]:
        if f["name"] not in files: fail("file-missing", -1, f["name"])
        elif sha(files[f["name"]]).hex() != f["sha256"]: fail("file-changed", -1, f["name"])
    for n in set(files) - {f["name"] for f in m["files"]} - {"manifest.json", "manifest.note"}: fail("file-extra", -1, n)
    # What was signed.
    head = checkpoint(text("checkpoint"), logs, witnesses)
    if not head:
        fail("checkpoint-signature")
        head = dict(size=m["size"], root=base64.b64decode(m["root"]), at=None, seen={})
    else:
        met = {"none", *head["seen"]}
        for name, need, members in groups:
            if sum(x in met for x in members) >= need: met.add(name)
        if quorum not in met: fail("quorum")
        if head["at"] is None: fail("undated")
    if head["size"] != m["size"] or head["root"] != base64.b64decode(m["root"]): fail("checkpoint-other")
    parts = text("checkpoints").split("\n\n")
    earlier = [checkpoint(c, logs, witnesses) for c in list(checkpoints) + [a + "\n\n" + b.rstrip("\n") + "\n" for a, b in zip(parts[::2], parts[1::2])]]
    if None in earlier: fail("earlier-signature")
    earlier = sorted((c for c in earlier if c), key=lambda c: c["size"])
    # Leaves, and the tree.
    whole, size, last = m["scope"]["kind"] in ("whole", "span"), head["size"], 0
    lines = [json.loads(x) for x in text("records.ndjson").splitlines()]
    raw, b = {}, files.get("leaves.bin", b"")
    while whole and b:
        n = int.from_bytes(b[:2], "big")
        raw[len(raw)], b = b[2:2 + n], b[2 + n:]
    if not whole: raw = {r["index"]: r["leaf"].encode() for r in lines}
    hashes, leaves, counts, tiles = [sha(b"\0" + x) for x in raw.values()], {i: leaf(x) for i, x in raw.items()}, {}, files.get("tile-0.bin", b"")
    for k, (i, l) in enumerate(leaves.items()):
        if whole and i == size: fail("beyond", i)
        if whole and "tile-0.bin" in files and hashes[i] != tiles[32 * i:32 * i + 32]: fail("leaf-hash", i)
        if not whole:
            proof = text(f"proofs/{i}.tlog-proof").split("\n\n")[0].split("\n")
            if proof[:2] != ["c2sp.org/tlog-proof@v1", f"index {i}"] or climb(i, size, hashes[k], [base64.b64decode(x) for x in proof[2:]]) != head["root"]: fail("proof", i)
        if not l:
            fail("leaf-form", i)
            continue
        if whole and l["n"] != counts.get(l["t"], 0) + 1: fail("number", i)
        if l["ts"] < last: fail("time", i)
        for r in l["ref"]:
            if r >= i: fail("reference", i)
        counts[l["t"]], last = l["n"], max(last, l["ts"])
    good, bad = 0, False
    for c in earlier:
        if c["size"] > size:
            if whole or (c["at"] or 0) < (head["at"] or 0): fail("replayed", size)
        elif whole and c["size"] <= len(hashes) and root(hashes[:c["size"]]) == c["root"]: good = c["size"]
        elif whole and c["size"] <= len(hashes) and not bad or not whole and c["size"] == size and c["root"] != head["root"]:
            bad = True
            fail("fork" if c["size"] == size else "rewritten", c["size"] - 1, f"since {good}")
    if whole and len(hashes) < size: fail("truncated", len(hashes))
    elif whole and root(hashes[:size]) != head["root"] and root([tiles[i:i + 32] for i in range(0, len(tiles), 32)]) != head["root"]: fail("root", size - 1, f"since {good}")
    there, late, signed_at = sorted(leaves), set(), 0
    for c in earlier + [head]:
        times, n = [t for t in (c["at"], *c["seen"].values()) if t], bisect.bisect_left(there, c["size"])
        for i in map(there.__getitem__, range(n - 1, -1, -1) if times else ()):
            if not leaves[i] or leaves[i]["ts"] <= min(times) * 1000 + PROMISE: break
            fail("ahead", i)
        for i in there[n:] if (c["at"] or 0) > signed_at else []:
            if leaves[i] and leaves[i]["ts"] < c["at"] * 1000 - PROMISE and i not in late: late.add(i) or fail("back-dated", i)
        signed_at = max(signed_at, c["at"] or 0)
    # What the records say.
    shown, erased, erasures, known, texts, unknown, deciders, reports, days, seen = {}, {}, {}, {}, {}, {}, {}, {}, {}, set()
    ms = lambda s: round(datetime.datetime.fromisoformat(s.replace("Z", "+00:00")).timestamp() * 1000)
    for r in lines:
        i, l = r["index"], leaves.get(r["index"])
        if seen and i <= max(seen, default=-1) or l is None and i not in leaves: fail("record-extra", i)
        seen.add(i)
        profile, why = m["profile"], r.get("withheld")
        if not l: continue
        if "erased" in r: erased[i] = r["erased"]
        elif why:
            always = profile == "court" or l["t"] in ALWAYS
            asked = l["t"] in ASKED.get(profile, ())
            if always or why == "scope" and (m["scope"]["kind"] == "whole" or not asked) or why == "profile" and asked and l["t"] != "config": fail("withheld", i)
        elif r.get("missing"): fail("body-gone", i)
        elif hmac.new(base64.b64decode(r["salt"]), base64.b64decode(r["body"]), "sha256").digest() != l["c"]: fail("commitment", i)
        else: shown[i] = base64.b64decode(r["body"])
    s = m["scope"]
    for i, l in leaves.items() if whole else []:
        asked = l and (s["kind"] == "whole" or l["ts"] >= s.get("since_ms", 0) and l["ts"] < s.get("until_ms", 1 << 60))
        if i not in seen and i < size and l and (asked or l["t"] in ALWAYS): fail("record-missing", i)
    alias = lambda by: by.rpartition(" ")[2]
    for i, b in shown.items():
        t = leaves[i]["t"]
        try: x = json.loads(b, object_pairs_hook=once) if t in ("report", "policy", "decision", "appeal_decision", "erasure", "stats", *OUTCOME) else {}
        except ValueError:
            fail("body-form", i)
            continue
        if x.get(OUTCOME.get(t)) and x[OUTCOME[t]] != leaves[i]["o"].removesuffix(" late"): fail("outcome", i)
        if t == "report":
            reports[i] = x.get("report"), ms(x["received_at"])
            if abs(leaves[i]["ts"] - reports[i][1]) > PROMISE: fail("late", i)
        if t == "policy":
            plain, lang = lambda n: re.sub(r"[^-_0-9A-Za-z]", "_", n), x.get("language", "")
            name, rule = f"policies/{plain(x['policy'])}@{x['version']}{'.' + plain(lang) if lang else ''}.md", f"{x['policy']}@{x['version']}"
            if name in texts and texts[name] != x["text"]: fail("rule-twice", i, rule)
            else:
                known.setdefault(rule, i)
                texts[name] = x["text"]
                if text(name) != x["text"]: fail("rule-text", i, name)
        if t == "decision":
            if x.get("rule") and x["rule"] not in known: unknown[i] = x["rule"]
            deciders[x["decision"]] = x["by"]
        if t == "appeal_decision" and alias(x.get("by", "")) in (alias(x.get("first", "")), alias(deciders.get(x.get("decision"), " ?"))): fail("appeal-same", i)
        if t == "erasure": erasures[i] = x["leaves"]
        if t == "stats": days[i] = x.get("day")
    for i, rule in unknown.items(): fail("rule-later" if rule in known else "rule-unknown", i, rule)
    for i, by in erased.items():
        if by <= i or i not in erasures.get(by, []): fail("erasure", i)
    # What reporters were promised.
    owed, where = {}, {l["c"]: i for i, l in leaves.items() if l and l["t"] in ("report", "host_notice", "order")}
    for name, note in [*receipts, *((n, text(n)) for n in sorted(files) if n.startswith("receipts/"))]:
        said = next((t for t in (read_note(note, *l, 1)[0] for l in logs) if t), "")
        r = re.fullmatch(r"plaza receipt 1\n[^\n]*\nreport ([^\n]*)\nreceived (\d+)\nlogged by (\d+)\ncommitment ([^\n]*)\n", said)
        i = where.get(base64.b64decode(r[4])) if r else None
        if not r: fail("receipt-form", -1, name)
        elif i is None:
            if whole and (head["at"] * 1000 if head["at"] else last) >= int(r[3]): fail("receipt-missing", -1, r[1])
        elif owed.setdefault(i, r[1]) != r[1]: fail("receipt-twice", i, name)
        elif leaves[i]["ts"] > int(r[3]): fail("receipt-late", i, name)
        elif i in reports and reports[i] != (r[1], int(r[2])): fail("receipt-differs", i, name)
    # The numbers.
    if whole:
        said = json.loads(files["stats.json"])
        numbers, csv = statistics(list(leaves.values())[:size], isinstance(said, dict) and said.get("form") == "plaza stats 1")
        for i, d in days.items():
            if d not in numbers["days"]: fail("stats-day", i)
        if said != numbers: fail("stats", -1, "stats.json")
        if text("stats.csv") != csv: fail("stats", -1, "stats.csv")
    count = lambda test: sum(map(test, lines))
    held = {w: count(lambda r: r.get("withheld") == w) for w in {r["withheld"] for r in lines if r.get("withheld")}}
    counts = dict(records=len(lines), shown=count(lambda r: "body" in r), erased=len([r for r in lines if "erased" in r]), withheld=held, missing=count(lambda r: r.get("missing", False)))
    if counts != m["counts"]: fail("counts")
    outside = [] if whole else [r for i, l in leaves.items() if l for r in l["ref"] if r not in leaves]
    level = "failed" if found else "incomplete" if counts["erased"] or counts["withheld"] or outside else "verified"
    stamps = sum(n == "checkpoint.tsr" or n.startswith("stamps/") for n in files)
    unchecked = f"; time stamps of others that are here and were NOT CHECKED (plaza evidence verify does, or openssl ts): {stamps}" if stamps else ""
    part = "" if whole else "; only some records were asked for: that nothing is left out, that the log only grew, and the numbers were NOT CHECKED"
    return level, found, f"{counts['shown']} of {counts['records']} records say what they are about; erased {counts['erased']}, withheld {held or 0}; {m['origin']}, {size} records{unchecked}{part}"

if __name__ == "__main__":
    args, options, paths = iter(sys.argv[1:]), {"--receipt": [], "--checkpoint": [], "--key": []}, []
    for a in args: options[a].append(next(args)) if a in options else paths.append(a)
    if len(paths) != 1: sys.exit(__doc__)
    read = lambda name: open(name, encoding="utf-8").read()
    try: level, found, about = verify(paths[0], next(iter(options["--key"]), None), [(n, read(n)) for n in options["--receipt"]], map(read, options["--checkpoint"]))
    except (ValueError, KeyError, TypeError, IndexError, zipfile.BadZipFile, binascii.Error) as e: level, found, about = "failed", [("unreadable", -1, str(e))], ""
    for code, index, what in found: print("FAILS", code, index, what)
    print(level.upper() + ".", about)
    if not options["--key"]: print("The key is the bundle's own: compare it with one that you got elsewhere.")
    sys.exit(level == "failed")
