package evidence

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/plaza-social/plaza/internal/evidence"
)

// parcel is a bundle that was opened by somebody who wants to change it.
type parcel struct {
	t     testing.TB
	names []string
	files map[string][]byte
}

func unpack(t testing.TB, b []byte) *parcel {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	p := &parcel{t, nil, map[string][]byte{}}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if p.files[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
		p.names = append(p.names, f.Name)
	}
	return p
}

func (p *parcel) pack() []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, n := range p.names {
		w, err := z.Create(n)
		if err == nil {
			_, err = w.Write(p.files[n])
		}
		if err != nil {
			p.t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		p.t.Fatal(err)
	}
	return b.Bytes()
}

// listed makes the manifest fit the files again, which without the log's key
// leaves its signature wrong.
func (p *parcel) listed() *parcel {
	var m evidence.Manifest
	if err := json.Unmarshal(p.files["manifest.json"], &m); err != nil {
		p.t.Fatal(err)
	}
	for i, f := range m.Files {
		sum := sha256.Sum256(p.files[f.Name])
		m.Files[i].Size, m.Files[i].SHA256 = int64(len(p.files[f.Name])), hex.EncodeToString(sum[:])
	}
	b, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		p.t.Fatal(err)
	}
	p.files["manifest.json"] = append(b, '\n')
	return p
}

// without leaves files out, as who has the key of the log can: they are in no
// manifest, which is signed, and says what is told of the records.
func (p *parcel) without(h *house, counts evidence.Counts, names ...string) *parcel {
	gone := func(name string) bool { return slices.Contains(names, name) }
	var m evidence.Manifest
	if err := json.Unmarshal(p.files["manifest.json"], &m); err != nil {
		p.t.Fatal(err)
	}
	m.Files, m.Counts = slices.DeleteFunc(m.Files, func(f evidence.File) bool { return gone(f.Name) }), counts
	p.names = slices.DeleteFunc(p.names, gone)
	b, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		p.t.Fatal(err)
	}
	b = append(b, '\n')
	signed, err := note.Sign(&note.Note{Text: fmt.Sprintf("plaza evidence bundle 1\n%s\nmanifest %x\n", m.Origin, sha256.Sum256(b))}, h.plain)
	if err != nil {
		p.t.Fatal(err)
	}
	p.files["manifest.json"], p.files["manifest.note"] = b, signed
	return p
}

// record changes the line about a record.
func (p *parcel) record(i int64, change func(*evidence.Record)) {
	lines := strings.SplitAfter(string(p.files["records.ndjson"]), "\n")
	for k, line := range lines {
		var r evidence.Record
		if json.Unmarshal([]byte(line), &r) == nil && r.Index == i {
			change(&r)
			b, err := json.Marshal(r)
			if err != nil {
				p.t.Fatal(err)
			}
			lines[k] = string(b) + "\n"
		}
	}
	p.files["records.ndjson"] = []byte(strings.Join(lines, ""))
}

// leaves are those of the bundle; setLeaves puts others there, with their hashes.
func (p *parcel) leaves() (all [][]byte) {
	b := p.files["leaves.bin"]
	for len(b) > 0 {
		n := int(binary.BigEndian.Uint16(b))
		all, b = append(all, b[2:2+n]), b[2+n:]
	}
	return all
}

func (p *parcel) setLeaves(all [][]byte, hashes bool) {
	var b, h []byte
	for _, l := range all {
		b = append(binary.BigEndian.AppendUint16(b, uint16(len(l))), l...)
		sum := tlog.RecordHash(l)
		h = append(h, sum[:]...)
	}
	p.files["leaves.bin"] = b
	if hashes {
		p.files["tile-0.bin"] = h
	}
}

// A tampering is something that somebody does to a bundle or a log, what finds it
// and the record that is named, -1 if it is named in words.
type tampering struct {
	name  string
	do    func(t testing.TB) ([]byte, evidence.Options)
	code  string
	index int64
	says  string // in the words of the finding
}

// Where things stand in the log of lived(t, 12): two rules, and then cases of 6
// records, each 6th and 11th of which ... are found by type instead.
func (h *house) nth(kind evidence.Type, n int64) int64 {
	for _, r := range h.records {
		l, _ := evidence.ParseLeaf(h.leaves[r.Index])
		if l.Type == kind && l.N == n {
			return r.Index
		}
	}
	panic("no such record")
}

// rewrite changes what a record says and everything that follows from it but what
// was signed and given away.
func (h *house) rewrite(i int64, body []byte) {
	l, _ := evidence.ParseLeaf(h.leaves[i])
	h.records[i].Body = body
	l.Commitment = evidence.Commit(h.records[i].Salt, body)
	h.leaves[i] = l.Encode()
	h.regrow()
}

// regrow makes the tree anew.
func (h *house) regrow() {
	h.tree, h.hashes = nil, nil
	for i := range h.leaves {
		h.plant(int64(i))
	}
}

// resign replaces what was signed last by how the log stands now: the house has
// the key, and its witness sees only the last head.
func (h *house) resign() {
	h.heads, h.sizes = h.heads[:len(h.heads)-1], h.sizes[:len(h.sizes)-1]
	h.sign()
}

func tamperings() []tampering {
	stranger := func(change func(h *house, p *parcel)) func(testing.TB) ([]byte, evidence.Options) {
		return func(t testing.TB) ([]byte, evidence.Options) {
			h := lived(t, 12)
			p := unpack(t, h.bundle(t, h.source(t, evidence.Court)))
			change(h, p)
			return p.listed().pack(), evidence.Options{Key: h.signer.Public()}
		}
	}
	owner := func(change func(h *house, o *evidence.Options)) func(testing.TB) ([]byte, evidence.Options) {
		return func(t testing.TB) ([]byte, evidence.Options) {
			h := lived(t, 12)
			o := evidence.Options{Key: h.signer.Public()}
			change(h, &o)
			return h.bundle(t, h.source(t, evidence.Court)), o
		}
	}
	// The house leaves files out and signs the rest.
	lacking := func(honest bool, names ...string) func(testing.TB) ([]byte, evidence.Options) {
		return func(t testing.TB) ([]byte, evidence.Options) {
			h := lived(t, 12)
			p := unpack(t, h.bundle(t, h.source(t, evidence.Court)))
			counts := evidence.Counts{Withheld: map[string]int64{}}
			if honest {
				counts = verify(t, p.pack(), evidence.Options{}).Counts
			}
			return p.without(h, counts, names...).pack(), evidence.Options{Key: h.signer.Public()}
		}
	}
	h := lived(discard{}, 12)
	decision, report := h.nth(evidence.TypeDecision, 5), h.nth(evidence.TypeReport, 6)
	size := int64(len(h.leaves))
	return []tampering{
		{"rewrite what a decision says", stranger(func(_ *house, p *parcel) {
			p.record(decision, func(r *evidence.Record) { r.Body = bytes.Replace(r.Body, []byte(`"hide"`), []byte(`"none"`), 1) })
		}), "commitment", decision, ""},
		{"rewrite it with its leaf", stranger(func(_ *house, p *parcel) {
			l := p.leaves()
			p.record(decision, func(r *evidence.Record) {
				r.Body = bytes.Replace(r.Body, []byte(`"hide"`), []byte(`"none"`), 1)
				leaf, _ := evidence.ParseLeaf(l[decision])
				leaf.Commitment = evidence.Commit(r.Salt, r.Body)
				l[decision] = leaf.Encode()
			})
			p.setLeaves(l, false)
		}), "leaf-hash", decision, ""},
		{"rewrite it with the key of the log", owner(func(h *house, _ *evidence.Options) {
			h.rewrite(decision, bytes.Replace(h.records[decision].Body, []byte(`"hide"`), []byte(`"none"`), 1))
			h.resign()
		}), "rewritten", 54, "between record 29 and record 54"},
		{"truncate", stranger(func(_ *house, p *parcel) { p.setLeaves(p.leaves()[:size-3], true) }), "truncated", size - 3, ""},
		{"truncate with the key of the log", owner(func(h *house, o *evidence.Options) {
			h.leaves, h.records = h.leaves[:size-10], h.records[:size-10]
			h.regrow()
			o.Checkpoints = [][]byte{h.heads[len(h.heads)-1]} // that somebody kept
			h.resign()
		}), "replayed", size - 10, ""},
		{"fork", owner(func(h *house, o *evidence.Options) {
			o.Checkpoints = [][]byte{h.heads[len(h.heads)-1]} // what others were shown
			h.rewrite(size-1, []byte(`{"decision":"d12","to":"author","template":"nothing","channel":"notice","delivered":"never"}`))
			h.resign()
		}), "fork", size - 1, ""},
		{"reorder", stranger(func(_ *house, p *parcel) {
			l := p.leaves()
			l[decision], l[decision+1] = l[decision+1], l[decision]
			p.setLeaves(l, false)
		}), "leaf-hash", decision, ""},
		{"reorder, with the key of the log, two of a kind", owner(func(h *house, _ *evidence.Options) {
			a, b := h.nth(evidence.TypeDecision, 11), h.nth(evidence.TypeDecision, 12)
			h.leaves[a], h.leaves[b] = h.leaves[b], h.leaves[a]
			h.regrow()
			h.heads, h.sizes = nil, nil // and nobody kept anything
			h.sign()
		}), "number", h.nth(evidence.TypeDecision, 11), ""},
		{"replay an old checkpoint", func(t testing.TB) ([]byte, evidence.Options) {
			h := lived(t, 12)
			last := h.heads[2]
			h.heads, h.sizes = h.heads[:2], h.sizes[:2]
			s := h.source(t, evidence.Court)
			s.Earlier = seq([][]byte{h.heads[0], last})
			return h.bundle(t, s), evidence.Options{Key: h.signer.Public()}
		}, "replayed", h.sizes[1], ""},
		{"replay an old checkpoint, and hide the later ones", func(t testing.TB) ([]byte, evidence.Options) {
			h := lived(t, 12)
			late, last := h.receipts[11], h.heads[2]
			h.heads, h.sizes = h.heads[:2], h.sizes[:2]
			s := h.source(t, evidence.Court)
			s.Receipts = nil
			o := evidence.Options{Key: h.signer.Public(), Checkpoints: [][]byte{last}, Receipts: []evidence.NamedReceipt{late}}
			return h.bundle(t, s), o
		}, "replayed", h.sizes[1], ""},
		{"swap two salts", stranger(func(_ *house, p *parcel) {
			var other []byte
			p.record(decision+1, func(r *evidence.Record) { other = r.Salt })
			p.record(decision, func(r *evidence.Record) { r.Salt = other })
		}), "commitment", decision, ""},
		{"delete a body", stranger(func(_ *house, p *parcel) {
			p.record(decision, func(r *evidence.Record) { r.Salt, r.Body, r.Missing = nil, nil, true })
		}), "body-gone", decision, ""},
		{"delete a body, and say that it was erased", stranger(func(h *house, p *parcel) {
			by := h.nth(evidence.TypeErasure, 1)
			p.record(decision, func(r *evidence.Record) { r.Salt, r.Body, r.Erased = nil, nil, &by })
		}), "erasure", decision, ""},
		{"delete a body, and say that it is withheld", stranger(func(_ *house, p *parcel) {
			p.record(decision, func(r *evidence.Record) { r.Salt, r.Body, r.Withheld = nil, nil, "profile" })
		}), "withheld", decision, ""},
		{"delete a line", stranger(func(_ *house, p *parcel) {
			lines := strings.SplitAfter(string(p.files["records.ndjson"]), "\n")
			p.files["records.ndjson"] = []byte(strings.Join(append(lines[:decision:decision], lines[decision+1:]...), ""))
		}), "record-missing", decision, ""},
		{"edit a leaf in the database by hand", owner(func(h *house, _ *evidence.Options) {
			h.leaves[decision] = bytes.Replace(h.leaves[decision], []byte(`"o":"hide"`), []byte(`"o":"none"`), 1)
		}), "leaf-hash", decision, ""},
		{"edit a body in the database by hand", owner(func(h *house, _ *evidence.Options) {
			h.records[decision].Body = bytes.Replace(h.records[decision].Body, []byte(`Advertises`), []byte(`Threatens`), 1)
		}), "commitment", decision, ""},
		{"forge a receipt", func(t testing.TB) ([]byte, evidence.Options) {
			h, forger := lived(t, 12), livedAs(t, "two", 1)
			return h.bundle(t, h.source(t, evidence.Court)), evidence.Options{Key: h.signer.Public(), Receipts: []evidence.NamedReceipt{{Report: "forged.txt", Note: forger.receipts[0].Note}}}
		}, "receipt-form", -1, "forged.txt"},
		{"alter a receipt", func(t testing.TB) ([]byte, evidence.Options) {
			h := lived(t, 12)
			return h.bundle(t, h.source(t, evidence.Court)), evidence.Options{Key: h.signer.Public(),
				Receipts: []evidence.NamedReceipt{{Report: "altered.txt", Note: bytes.Replace(h.receipts[0].Note, []byte("report 1000"), []byte("report 9999"), 1)}}}
		}, "receipt-form", -1, "altered.txt"},
		{"drop a report after its receipt", owner(func(h *house, o *evidence.Options) {
			// It never came into the log: the house left it out from the start.
			n := fmt.Sprint(5000)
			lost, err := h.signer.Receipt(evidence.Receipt{Report: n, Commitment: evidence.Commit(make([]byte, 32), []byte("what was reported")), Received: h.now.Add(-time.Hour)})
			if err != nil {
				panic(err)
			}
			o.Receipts = []evidence.NamedReceipt{{Report: "mine.txt", Note: lost}}
		}), "receipt-missing", -1, "report 5000"},
		{"write a report down too late", owner(func(h *house, o *evidence.Options) {
			l, _ := evidence.ParseLeaf(h.leaves[report])
			early, err := h.signer.Receipt(evidence.Receipt{Report: "1005", Commitment: l.Commitment, Received: time.UnixMilli(l.At).Add(-2 * evidence.Promise)})
			if err != nil {
				panic(err)
			}
			o.Receipts = []evidence.NamedReceipt{{Report: "mine.txt", Note: early}}
		}), "receipt-late", report, ""},
		{"back-date", owner(func(h *house, _ *evidence.Options) {
			// A decision is added, and dated as the last record that there was; the
			// house signed in between, five minutes later.
			h.now = h.now.Add(5 * time.Minute)
			h.sign()
			was, _ := evidence.ParseLeaf(h.leaves[size-1])
			now := h.now
			h.now = time.UnixMilli(was.At)
			h.write(evidence.Leaf{Type: evidence.TypeDecision, Category: evidence.CategorySpam, Class: "others", Outcome: "hide"},
				evidence.Decided{Decision: "d99", Case: "99", Subject: "troll99", Action: "hide", Rule: "2@1", Ground: "rules", Detected: "person", Decider: "person", By: "moderator 7"})
			h.now = now
			h.sign()
		}), "back-dated", size, ""},
		{"change a rule's text", stranger(func(_ *house, p *parcel) { p.files["policies/2@1.md"] = []byte("No spam on Sundays.") }), "rule-text", 1, "policies/2@1.md"},
		{"change a rule's text by a second record", owner(func(h *house, _ *evidence.Options) {
			h.rule("2", 1, "No spam on Sundays.")
			h.sign()
		}), "rule-twice", size, ""},
		{"decide by a rule that came later", owner(func(h *house, _ *evidence.Options) {
			h.settle("3@1")
			h.rule("3", 1, "No advertising.")
			h.sign()
		}), "rule-later", size + 3, ""},
		{"decide by a rule that never was", owner(func(h *house, _ *evidence.Options) {
			h.settle("9@9")
			h.sign()
		}), "rule-unknown", size + 3, ""},
		{"hear an appeal against one's own decision", owner(func(h *house, _ *evidence.Options) {
			h.appeal(h.settle("1@1"), "moderator 7")
			h.sign()
		}), "appeal-same", size + 7, ""},
		{"leave out what the records say, with the key of the log", lacking(false, "records.ndjson"), "record-missing", 0, ""},
		{"leave it out, and count it", lacking(true, "records.ndjson"), "counts", -1, "manifest.json"},
		{"leave out the records, with the key of the log", lacking(false, "records.ndjson", "leaves.bin", "tile-0.bin"), "truncated", 0, ""},
		{"leave out the leaves alone", lacking(true, "leaves.bin"), "truncated", 0, ""},
		{"write a body that can be read in two ways", owner(func(h *house, _ *evidence.Options) {
			h.add(evidence.Leaf{Type: evidence.TypeDecision, Outcome: "hide"},
				json.RawMessage(`{"decision":"d99","subject":"troll99","action":"hide","action":"none","ground":"rules","detected":"person","decider":"person","by":"moderator 7"}`))
			h.sign()
		}), "body-form", size, ""},
		{"change the numbers", stranger(func(_ *house, p *parcel) {
			p.files["stats.json"] = bytes.Replace(p.files["stats.json"], []byte(`"inflow": 12`), []byte(`"inflow": 11`), 1)
		}), "stats", -1, "stats.json"},
		{"sign figures of a day that its records do not yield", owner(func(h *house, _ *evidence.Options) {
			h.add(evidence.Leaf{Type: evidence.TypeStats, Outcome: "2026-11-01"},
				json.RawMessage(`{"algorithm":"plaza stats 2","day":{"day":"2026-11-01","inflow":1,"decided":1,"settled":1,"backlog":0,"appeals":0,"overturned":0},"classes":[]}`))
			h.sign()
		}), "stats-day", size, "2026-11-01"},
		{"withhold from somebody what they may see", func(t testing.TB) ([]byte, evidence.Options) {
			h := lived(t, 12)
			s := h.part(t, 0, 1, 2, 3, 4, 5, 6, 7)
			s.Profile = evidence.Party
			all, first := s.Records, h.nth(evidence.TypeDecision, 1)
			s.Records = func(yield func(evidence.Record, error) bool) {
				for r, err := range all {
					if r.Index == first {
						r.Salt, r.Body, r.Withheld = nil, nil, evidence.WithheldByProfile
					}
					if !yield(r, err) {
						return
					}
				}
			}
			return h.bundle(t, s), evidence.Options{Key: h.signer.Public()}
		}, "withheld", h.nth(evidence.TypeDecision, 1), ""},
		{"change a file", func(t testing.TB) ([]byte, evidence.Options) {
			h := lived(t, 12)
			p := unpack(t, h.bundle(t, h.source(t, evidence.Court)))
			p.files["certification-902.txt"] = []byte("I certify everything.")
			return p.pack(), evidence.Options{Key: h.signer.Public()}
		}, "file-changed", -1, "certification-902.txt"},
		{"change a proof", func(t testing.TB) ([]byte, evidence.Options) {
			h := lived(t, 12)
			p := unpack(t, h.bundle(t, h.part(t, 0, 1, 2, 3, 4, 5)))
			name := "proofs/5.tlog-proof"
			lines := strings.Split(string(p.files[name]), "\n")
			lines[2] = base64.StdEncoding.EncodeToString(make([]byte, 32))
			p.files[name] = []byte(strings.Join(lines, "\n"))
			return p.listed().pack(), evidence.Options{Key: h.signer.Public()}
		}, "proof", 5, ""},
		{"have no witness", func(t testing.TB) ([]byte, evidence.Options) {
			h := lived(t, 12)
			s := h.source(t, evidence.Court)
			lines := strings.SplitAfter(string(s.Checkpoint), "\n")
			s.Checkpoint = []byte(strings.Join(lines[:len(lines)-2], ""))
			return h.bundle(t, s), evidence.Options{Key: h.signer.Public()}
		}, "quorum", -1, "checkpoint"},
		{"sign without saying when", func(t testing.TB) ([]byte, evidence.Options) {
			h := lived(t, 12)
			s := h.source(t, evidence.Court)
			lines := strings.SplitAfter(string(s.Checkpoint), "\n")
			s.Checkpoint = []byte(strings.Join(append(lines[:5:5], lines[6:]...), ""))
			return h.bundle(t, s), evidence.Options{Key: h.signer.Public()}
		}, "undated", -1, "dated back"},
		{"say that it was later", owner(func(h *house, _ *evidence.Options) {
			h.now = h.now.Add(10 * time.Minute)
			h.settle("1@1")
			h.now = h.now.Add(-9 * time.Minute)
			h.sign()
		}), "ahead", size + 5, ""},
		{"say that it was later, in a part", func(t testing.TB) ([]byte, evidence.Options) {
			h := lived(t, 12)
			h.now = h.now.Add(10 * time.Minute)
			h.settle("1@1")
			h.now = h.now.Add(-9 * time.Minute)
			h.sign()
			return h.bundle(t, h.part(t, 0, size, size+3, size+5)), evidence.Options{Key: h.signer.Public()}
		}, "ahead", size + 5, ""},
		{"back-date, in a part", func(t testing.TB) ([]byte, evidence.Options) {
			// Somebody kept what was signed before the decision was.
			h := lived(t, 12)
			h.now = h.now.Add(5 * time.Minute)
			before := h.sign()
			was, _ := evidence.ParseLeaf(h.leaves[size-1])
			now := h.now
			h.now = time.UnixMilli(was.At)
			h.write(evidence.Leaf{Type: evidence.TypeDecision, Outcome: "hide"}, evidence.Decided{Decision: "d99", Subject: "troll99", Action: "hide", Rule: "2@1", By: "moderator 7"})
			h.now = now
			h.sign()
			return h.bundle(t, h.part(t, 1, size)), evidence.Options{Key: h.signer.Public(), Checkpoints: [][]byte{before}}
		}, "back-dated", size, ""},
		{"say something else in the open than in the record", owner(func(h *house, _ *evidence.Options) {
			a := h.add(evidence.Leaf{Type: evidence.TypeAppeal}, evidence.Appealed{Appeal: "a99", Decision: "d99", Grounds: "It was a joke.", FiledAt: rfc(h.now)})
			h.add(evidence.Leaf{Type: evidence.TypeAppealDecision, Outcome: "rejected", Refs: []int64{a}}, evidence.AppealDecided{Appeal: "a99", Decision: "d99", Outcome: "approved", By: "moderator 9", First: "7"})
			h.sign()
		}), "outcome", size + 1, "approved"},
		{"call the end of a jury otherwise in the open", owner(func(h *house, _ *evidence.Options) {
			h.add(evidence.Leaf{Type: evidence.TypeJuryEnd, Outcome: "no_breach"}, evidence.JuryEnded{Jury: "1", Case: "1", End: "breach"})
			h.sign()
		}), "outcome", size, "breach"},
		{"promise one record to two", func(t testing.TB) ([]byte, evidence.Options) {
			h := lived(t, 12)
			l, _ := evidence.ParseLeaf(h.leaves[report])
			again, err := h.signer.Receipt(evidence.Receipt{Report: "7777", Commitment: l.Commitment, Received: time.UnixMilli(l.At)})
			if err != nil {
				t.Fatal(err)
			}
			return h.bundle(t, h.source(t, evidence.Public)), evidence.Options{Key: h.signer.Public(), Receipts: []evidence.NamedReceipt{{Report: "mine.txt", Note: again}}}
		}, "receipt-twice", report, "report 7777"},
	}
}

// discard is a test that cannot fail: what it makes is made again by one that can.
type discard struct{ testing.TB }

func (discard) Helper()        {}
func (discard) Fatal(x ...any) { panic(fmt.Sprint(x...)) }

// finds reports whether a verdict names what was done.
func (x tampering) finds(v evidence.Verdict) string {
	if v.Level != evidence.Failed {
		return fmt.Sprintf("it is %s", v.Level)
	}
	for _, f := range v.Failures {
		if f.Code == x.code && f.Index == x.index && strings.Contains(f.String(), x.says) {
			return ""
		}
	}
	return fmt.Sprintf("no %s at %d that says %q:\n%s", x.code, x.index, x.says, v.Text())
}

// Whatever is done to a bundle or a log is found, and the record named.
func TestTamperings(t *testing.T) {
	for _, x := range tamperings() {
		t.Run(x.name, func(t *testing.T) {
			b, o := x.do(t)
			if wrong := x.finds(verify(t, b, o)); wrong != "" {
				t.Error(wrong)
			}
		})
	}
}
