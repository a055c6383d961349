package evidence

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"iter"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/plaza-social/plaza/internal/evidence"
)

// dice are the same each time.
type dice struct{ *rand.ChaCha8 }

func newDice(seed string) *dice { return &dice{rand.NewChaCha8(sha256.Sum256([]byte(seed)))} }

func (d *dice) Read(b []byte) (int, error) { return d.ChaCha8.Read(b) }

// A house keeps a log that is made up.
type house struct {
	signer   *evidence.Signer
	witness  *evidence.Signer
	plain    note.Signer // with the key of the log, for what a house would not sign
	now      time.Time
	dice     *dice
	leaves   [][]byte
	records  []evidence.Record
	hashes   []tlog.Hash
	tree     []tlog.Hash // as tlog stores it
	counts   map[evidence.Type]int64
	heads    [][]byte // checkpoints, with their moments
	sizes    []int64
	receipts []evidence.NamedReceipt
	cases    int
}

const host = "made.example"

func newHouse(t testing.TB, seed string) *house {
	t.Helper()
	d := newDice(seed)
	var plain note.Signer
	key := func(name string) *evidence.Signer {
		seed := make([]byte, ed25519.SeedSize)
		d.Read(seed)
		public, err := note.NewEd25519VerifierKey(name, ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey))
		if err != nil {
			t.Fatal(err)
		}
		secret := "PRIVATE+KEY+" + name + "+" + strings.Split(public, "+")[1] + "+" + base64.StdEncoding.EncodeToString(append([]byte{1}, seed...))
		if plain == nil {
			if plain, err = note.NewSigner(secret); err != nil {
				t.Fatal(err)
			}
		}
		s, err := evidence.NewSigner(secret)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	h := &house{signer: key(evidence.Origin(host)), witness: key("other.example/evidence"), plain: plain, dice: d, counts: map[evidence.Type]int64{},
		now: time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)}
	h.rule("1", 1, "Be kind.")
	h.rule("2", 1, "No spam, and nothing that looks like it.")
	return h
}

func rfc(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// add adds a record, some time after the one before.
func (h *house) add(l evidence.Leaf, body any) int64 {
	h.now = h.now.Add(time.Duration(200+h.dice.Uint64()%3000) * time.Millisecond).Truncate(time.Millisecond)
	return h.write(l, body)
}

func (h *house) write(l evidence.Leaf, body any) int64 {
	b, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	salt := make([]byte, evidence.SaltSize)
	h.dice.Read(salt)
	h.counts[l.Type]++
	l.Version, l.At, l.N, l.Commitment = evidence.Version, h.now.UnixMilli(), h.counts[l.Type], evidence.Commit(salt, b)
	i := int64(len(h.leaves))
	h.leaves = append(h.leaves, l.Encode())
	h.records = append(h.records, evidence.Record{Index: i, Type: l.Type, Salt: salt, Body: b})
	h.plant(i)
	return i
}

// plant puts a leaf into the tree.
func (h *house) plant(i int64) {
	hash := tlog.RecordHash(h.leaves[i])
	h.hashes = append(h.hashes, hash)
	more, err := tlog.StoredHashesForRecordHash(i, hash, h)
	if err != nil {
		panic(err)
	}
	h.tree = append(h.tree, more...)
}

func (h *house) ReadHashes(at []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(at))
	for i, x := range at {
		out[i] = h.tree[x]
	}
	return out, nil
}

func (h *house) rule(id string, version int, text string) int64 {
	return h.add(evidence.Leaf{Type: evidence.TypePolicy}, evidence.Ruled{Policy: id, Version: version, Text: text, Effective: rfc(h.now), By: "owner 1"})
}

// report is one that is received, written down and has its receipt.
func (h *house) report(about string) int64 {
	n := fmt.Sprint(1000 + h.counts[evidence.TypeReport])
	h.now = h.now.Add(time.Second)
	i := h.add(evidence.Leaf{Type: evidence.TypeReport, Category: evidence.CategorySpam, Class: "others"},
		evidence.Reported{Report: n, Channel: "app", Subject: about, Category: "spam", Statement: "This is <spam> & not \"kind\".", Reporter: "r" + n, ReceivedAt: rfc(h.now)})
	l, _ := evidence.ParseLeaf(h.leaves[i])
	signed, err := h.signer.Receipt(evidence.Receipt{Report: n, Commitment: l.Commitment, Received: time.UnixMilli(l.At)})
	if err != nil {
		panic(err)
	}
	h.receipts = append(h.receipts, evidence.NamedReceipt{Report: n, Note: signed})
	// What is received is written down in the same moment here.
	h.fix(i, func(r *evidence.Reported) { r.ReceivedAt = rfc(time.UnixMilli(l.At)) })
	return i
}

// fix changes what the last record says before anybody saw it.
func (h *house) fix(i int64, change func(*evidence.Reported)) {
	var r evidence.Reported
	json.Unmarshal(h.records[i].Body, &r)
	change(&r)
	body, _ := json.Marshal(r)
	l, _ := evidence.ParseLeaf(h.leaves[i])
	l.Commitment = evidence.Commit(h.records[i].Salt, body)
	h.records[i].Body, h.leaves[i] = body, l.Encode()
	h.hashes = h.hashes[:i]
	h.tree = h.tree[:tlog.StoredHashCount(i)]
	h.plant(i)
	signed, _ := h.signer.Receipt(evidence.Receipt{Report: r.Report, Commitment: l.Commitment, Received: time.UnixMilli(l.At)})
	h.receipts[len(h.receipts)-1].Note = signed
}

// settle is a case from its report to what people were told: 6 records, the
// fourth of which is the decision.
func (h *house) settle(rule string) int64 {
	h.cases++
	c, about := fmt.Sprint(h.cases), fmt.Sprintf("troll%d", h.cases)
	report := h.report(about)
	triage := h.add(evidence.Leaf{Type: evidence.TypeTriage, Category: evidence.CategorySpam, Class: "others", Refs: []int64{report}},
		evidence.Triage{Case: c, Subject: about, Queue: "all", Priority: 3, By: "sort 1"})
	h.add(evidence.Leaf{Type: evidence.TypeSnapshot, Refs: []int64{report}},
		evidence.Snapshot{Subject: about, Address: "https://made.example/@" + about + "/1", Text: "Buy now! Grüße, 世界"})
	decision := h.add(evidence.Leaf{Type: evidence.TypeDecision, Category: evidence.CategorySpam, Class: "others", Outcome: "hide", Refs: []int64{triage, 1}},
		evidence.Decided{Decision: "d" + c, Case: c, Subject: about, Action: "hide", Rule: rule, Ground: "rules", Facts: "Advertises.", Detected: "person", Decider: "person", By: "moderator 7"})
	h.add(evidence.Leaf{Type: evidence.TypeAction, Refs: []int64{decision}}, evidence.Acted{Decision: "d" + c, Did: "hidden", Servers: 3, Millis: 12})
	h.add(evidence.Leaf{Type: evidence.TypeNoticeOut, Refs: []int64{decision}}, evidence.Told{Decision: "d" + c, To: "author", Template: "hidden 1", Channel: "notice", Delivered: rfc(h.now)})
	return decision
}

// appeal is one against the last decision, that somebody else hears.
func (h *house) appeal(decision int64, by string) int64 {
	c := fmt.Sprint(h.cases)
	a := h.add(evidence.Leaf{Type: evidence.TypeAppeal, Refs: []int64{decision}}, evidence.Appealed{Appeal: "a" + c, Decision: "d" + c, Grounds: "It was a joke.", FiledAt: rfc(h.now)})
	return h.add(evidence.Leaf{Type: evidence.TypeAppealDecision, Outcome: "overturned", Refs: []int64{a, decision}},
		evidence.AppealDecided{Appeal: "a" + c, Decision: "d" + c, Outcome: "overturned", By: by, First: "7"})
}

// erase destroys what a record says.
func (h *house) erase(i int64) int64 {
	by := h.add(evidence.Leaf{Type: evidence.TypeErasure}, evidence.Erased{Leaves: []int64{i}, Ground: "account deleted", Requested: rfc(h.now), Done: rfc(h.now)})
	h.records[i] = evidence.Record{Index: i, Type: h.records[i].Type, Erased: &by}
	return by
}

// sign signs how the log stands, and has the witness see it.
func (h *house) sign() []byte {
	size := int64(len(h.leaves))
	root, err := tlog.TreeHash(size, h)
	if err != nil {
		panic(err)
	}
	head := evidence.Head{Origin: h.signer.Origin(), Size: size, Root: root}
	h.now = h.now.Add(2 * time.Second)
	b, err := h.signer.Checkpoint(head, h.now)
	if err != nil {
		panic(err)
	}
	seen, err := h.witness.Cosign(head, h.now.Add(time.Second))
	if err != nil {
		panic(err)
	}
	b = append(b, seen...)
	h.heads, h.sizes = append(h.heads, b), append(h.sizes, size)
	return b
}

func (h *house) policy(t testing.TB) evidence.Policy {
	t.Helper()
	p, err := evidence.NewPolicy(h.signer.Public(), 1, h.witness.WitnessKey())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func seq[T any](all []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, x := range all {
			if !yield(x, nil) {
				return
			}
		}
	}
}

// source is all that h has, as it stood when it signed last.
func (h *house) source(t testing.TB, p evidence.Profile) evidence.Source {
	t.Helper()
	last := len(h.heads) - 1
	n := h.sizes[last]
	return evidence.Source{Scope: evidence.Scope{Kind: evidence.ScopeWhole}, Profile: p, Policy: h.policy(t), Checkpoint: h.heads[last], Earlier: seq(h.heads[:last]),
		Receipts: seq(h.receipts),
		Leaves: func(yield func(evidence.LeafAndHash, error) bool) {
			for i, l := range h.leaves[:n] {
				if !yield(evidence.LeafAndHash{Leaf: l, Hash: h.hashes[i]}, nil) {
					return
				}
			}
		},
		Records: func(yield func(evidence.Record, error) bool) {
			for _, r := range h.records[:n] {
				if r.Body != nil && p.MayWithhold(r.Type, evidence.WithheldByProfile) {
					r = evidence.Record{Index: r.Index, Type: r.Type, Withheld: evidence.WithheldByProfile}
				}
				if !yield(r, nil) {
					return
				}
			}
		}}
}

// part is what h has about some records.
func (h *house) part(t testing.TB, which ...int64) evidence.Source {
	t.Helper()
	s := h.source(t, evidence.Court)
	n := h.sizes[len(h.sizes)-1]
	s.Scope, s.Leaves, s.Earlier = evidence.Scope{Kind: evidence.ScopeCase, Of: "1"}, nil, nil
	s.Receipts = seq(h.receipts[:1])
	s.Records = func(yield func(evidence.Record, error) bool) {
		for _, i := range which {
			r := h.records[i]
			r.Leaf = string(h.leaves[i])
			var err error
			if r.Proof, err = tlog.ProveRecord(n, i, h); !yield(r, err) {
				return
			}
		}
	}
	return s
}

// notice is what goes to a host with the answer to its notice.
func (h *house) notice(t testing.TB) evidence.Source {
	s := h.part(t, 1, 2, 5)
	s.Scope, s.Profile = evidence.Scope{Kind: evidence.ScopeMatter, Of: "1"}, evidence.Host
	return s
}

func (h *house) bundle(t testing.TB, s evidence.Source) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := h.signer.WriteBundle(&b, s); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// lived is a house with n cases, some appeals and an erasure, that signed all
// along.
func lived(t testing.TB, n int) *house { return livedAs(t, "one", n) }

func livedAs(t testing.TB, seed string, n int) *house {
	t.Helper()
	h := newHouse(t, seed)
	for i := range n {
		d := h.settle("2@1")
		if i%5 == 1 {
			h.appeal(d, "moderator 9")
		}
		if i == 2 {
			h.erase(d - 1)
		}
		if i%4 == 3 {
			h.sign()
		}
	}
	if n%4 != 0 {
		h.sign()
	}
	return h
}

// decide is a decision alone, as one of very many.
func (h *house) decide(i int) {
	n := fmt.Sprint(i)
	h.add(evidence.Leaf{Type: evidence.TypeDecision, Category: evidence.CategorySpam, Class: "others", Outcome: "hide", Refs: []int64{1}},
		evidence.Decided{Decision: "d" + n, Case: n, Subject: "troll" + n, Posts: []string{"https://made.example/@troll" + n + "/11" + n}, Action: "hide", Rule: "2@1", Ground: "rules",
			Facts: "Advertises the same shop in " + n + " posts.", Detected: "person", Decider: "person", By: "moderator 7"})
}

// leaf is a record of which only the leaf matters.
func (h *house) leaf(kind evidence.Type, outcome string, refs ...int64) int64 {
	return h.add(evidence.Leaf{Type: kind, Outcome: outcome, Refs: refs}, map[string]string{"outcome": outcome})
}

// judged are juries: one that is overridden, one that hangs, one whose case is
// joined with another's while it sits, two of which one is lost by that, and one that
// still sits. What ends none counts for nothing.
func (h *house) judged() {
	begin := func() int64 {
		of := h.leaf(evidence.TypeTriage, "", h.report("somebody"))
		h.leaf(evidence.TypeJuryDraw, "", of)
		return of
	}
	one := begin()
	h.leaf(evidence.TypeJuryDraw, "", one) // for a seat in it
	h.leaf(evidence.TypeJuryVote, "", one)
	h.leaf(evidence.TypeJuryEnd, "breach", one)
	h.leaf(evidence.TypeJuryEnd, "breach", one)
	h.leaf(evidence.TypeOverride, "no_breach", one)
	h.leaf(evidence.TypeJuryEnd, "hung", begin())
	joined, with := begin(), h.leaf(evidence.TypeTriage, "", h.report("somebody"))
	h.leaf(evidence.TypeTriage, "", joined, with)
	h.leaf(evidence.TypeJuryEnd, "no_breach", with)
	first, second := begin(), begin()
	h.leaf(evidence.TypeTriage, "", first, second)
	h.leaf(evidence.TypeJuryEnd, "breach", first)
	h.leaf(evidence.TypeJuryEnd, "breach", 0)
	begin()
}

// noticed are notices and orders: answered, late, answered again after a dispute,
// closed, said again, and one that waits.
func (h *house) noticed() {
	came := func(kind evidence.Type, class string, refs ...int64) int64 {
		h.now = h.now.Add(time.Minute)
		return h.add(evidence.Leaf{Type: kind, Class: class, Refs: refs}, evidence.Noticed{Class: class})
	}
	became := func(outcome string, of int64) {
		h.now = h.now.Add(time.Hour)
		h.leaf(evidence.TypeHostAnswer, outcome, of)
	}
	one := came(evidence.TypeHostNotice, "host")
	came(evidence.TypeHostNotice, "host", one) // the same again
	became("extended", one)
	became("answered", one)
	became("closed", one) // is answered all the same
	became("answered late", came(evidence.TypeHostNotice, "host"))
	again := came(evidence.TypeHostNotice, "host")
	became("answered", again)
	became("disputed", again)
	became("answered late", again)
	junk := came(evidence.TypeHostNotice, "host", 0)
	after := came(evidence.TypeHostNotice, "host", junk)
	became("open", after)
	became("closed late", junk)
	became("answered", came(evidence.TypeOrder, "order_terror"))
	became("disputed", came(evidence.TypeOrder, "order_terror"))
	became("answered", 0) // is no notice
}

// first is the bundle of a house from before there were figures of juries and
// notices.
func (h *house) first(t testing.TB) []byte {
	t.Helper()
	p := unpack(t, h.bundle(t, h.source(t, evidence.Court)))
	var s evidence.Stats
	if err := json.Unmarshal(p.files["stats.json"], &s); err != nil || s.Juries == nil || s.Notices == nil {
		t.Fatalf("%+v, %v", s, err)
	}
	s.Form, s.Juries, s.Notices = "plaza stats 1", nil, nil
	p.files["stats.json"], p.files["stats.csv"] = s.JSON(), s.CSV()
	return p.listed().without(h, verify(t, p.pack(), evidence.Options{}).Counts).pack()
}

// later is a house with what came to the log later: reports that are closed alone
// and opened again, juries, notices, posts that are drawn by lot, and how right guesses are.
func later(t testing.TB) *house {
	t.Helper()
	h := newHouse(t, "later")
	h.settle("2@1")
	first, second := h.report("somebody"), h.report("somebody")
	closing := func(outcome string, i int64) {
		h.add(evidence.Leaf{Type: evidence.TypeAction, Outcome: outcome, Refs: []int64{i}}, evidence.Acted{Did: outcome})
	}
	closing(evidence.ReportClosed, first)
	closing(evidence.ReportClosed, first)
	closing(evidence.ReportReopened, first)
	closing(evidence.ReportReopened, second)
	closing(evidence.ReportClosed, second)
	closing(evidence.ReportReopened, 0)
	closing(evidence.ReportClosed, 0)
	h.judged()
	h.noticed()
	lots := h.add(evidence.Leaf{Type: evidence.TypePrevalence, Outcome: "draw"}, evidence.Lots{Posts: 700, Drawn: 12})
	for i := range int64(12) {
		drawn := h.add(evidence.Leaf{Type: evidence.TypeSample, Outcome: evidence.SampleDrawn, Refs: []int64{lots}}, evidence.Sampled{Post: fmt.Sprint(i)})
		switch {
		case i == 0:
			h.now = h.now.AddDate(0, 1, 0)
		case i%5 == 0:
			h.add(evidence.Leaf{Type: evidence.TypeSample, Outcome: evidence.SampleBreach, Refs: []int64{drawn}}, evidence.Sampled{Post: fmt.Sprint(i)})
		default:
			h.add(evidence.Leaf{Type: evidence.TypeSample, Outcome: evidence.SampleFine, Refs: []int64{drawn}}, evidence.Sampled{Post: fmt.Sprint(i)})
		}
	}
	h.add(evidence.Leaf{Type: evidence.TypeQuality, Outcome: "2026-12"}, evidence.Quality{Month: "2026-12"})
	h.add(evidence.Leaf{Type: evidence.TypeMeasure, Outcome: "hosts"}, evidence.Measured{What: "hosts", Changes: []evidence.Changed{{Target: "bad.example", To: "suspend"}}})
	h.add(evidence.Leaf{Type: evidence.TypeProposal, Outcome: "made"}, evidence.Proposed{Action: "suspend"})
	h.sign()
	return h
}
