package evidence

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	strict "github.com/go-json-experiment/json"
)

// bodies is what was read in the bodies, and is compared across them.
type bodies struct {
	part               map[int64]entry // leaves, where not all are there
	refs               map[int64][]int64
	outside            int64             // references to records that are not there
	texts              map[string]string // files of rules
	rules              map[string]rule   // by id@version and language
	known              map[string]int64  // id@version: the first record of it
	unknown            map[int64]string  // decisions whose rule was not there yet
	deciders           map[string]decider
	erased             map[int64]int64 // record: the leaf that erased it
	erasures           map[int64][]int64
	reports            map[int64]Reported // filled only if there are receipts
	owed               map[int64]string   // by whom a record was promised
	days               map[int64]DayStats // what was signed about days
	decisions, appeals int                // that were read
	next               int64              // the record that is to come
}

type rule struct {
	index int64
	text  string
}

type decider struct {
	index int64
	by    string
}

// readRules reads policies/.
func (v *verifier) readRules() error {
	v.bodies = bodies{part: map[int64]entry{}, refs: map[int64][]int64{}, texts: map[string]string{}, rules: map[string]rule{}, known: map[string]int64{},
		unknown: map[int64]string{}, deciders: map[string]decider{}, erased: map[int64]int64{}, erasures: map[int64][]int64{}, reports: map[int64]Reported{}, owed: map[int64]string{}, days: map[int64]DayStats{}}
	for name, f := range v.files {
		if strings.HasPrefix(name, folderRules) && f.UncompressedSize64 <= MaxBody {
			if b, ok := v.whole(name); ok {
				v.bodies.texts[name] = string(b)
			}
		}
	}
	return nil
}

// maxLine is how long a line of records.ndjson is, at most: body, salt and leaf in base64.
const maxLine = 2*MaxBody + 4*MaxLeaf

func (v *verifier) readRecords() error {
	r, err := v.content(fileRecords)
	if err != nil {
		return err
	}
	defer r.Close()
	in := bufio.NewScanner(io.Reader(r))
	in.Buffer(make([]byte, 64<<10), maxLine)
	n := int64(0)
	for in.Scan() {
		n++
		rec, ok := parseRecord(in.Bytes())
		if !ok {
			v.fail("record-form", fileRecords, itoa(n))
			continue
		}
		v.record(rec)
	}
	if in.Err() != nil {
		v.fail("record-form", fileRecords, itoa(n+1))
	}
	v.skipped(v.manifest.Size)
	v.across()
	if !sameCounts(v.verdict.Counts, v.manifest.Counts) {
		v.fail("counts", fileManifest)
	}
	return nil
}

// parseRecord reads a line. There is one way to write it.
func parseRecord(line []byte) (r Record, ok bool) {
	if r, ok = quickRecord(line); ok {
		return r, true
	}
	r = Record{}
	if json.Unmarshal(line, &r) != nil {
		return r, false
	}
	again, err := json.Marshal(r)
	return r, err == nil && bytes.Equal(again, line)
}

func sameCounts(a, b Counts) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return bytes.Equal(x, y)
}

// record checks the next line.
func (v *verifier) record(r Record) {
	v.count(r)
	if r.Index < v.bodies.next {
		v.failAt("record-extra", r.Index)
		return
	}
	if v.manifest.Scope.All() {
		v.skipped(r.Index)
	} else {
		v.placed(r)
	}
	v.bodies.next = r.Index + 1
	e := v.entry(r.Index)
	if !e.known {
		if v.manifest.Scope.All() && r.Index >= int64(len(v.log)) {
			v.failAt("record-extra", r.Index)
		}
		return // what is wrong with its leaf is said already
	}
	switch {
	case r.Erased != nil:
		v.bodies.erased[r.Index] = *r.Erased
	case r.Withheld != "":
		if !v.manifest.Profile.MayWithhold(e.kind, r.Withheld) || r.Withheld == WithheldByScope && v.manifest.Scope.Kind == ScopeWhole {
			v.failAt("withheld", r.Index, string(v.manifest.Profile))
		}
	case r.Missing:
		v.failAt("body-gone", r.Index)
	case len(r.Salt) != SaltSize || hashOf(Commit(r.Salt, r.Body)) != e.commitment:
		v.failAt("commitment", r.Index)
	default:
		v.body(r.Index, e, r.Body)
	}
}

func (v *verifier) count(r Record) {
	c := &v.verdict.Counts
	c.Records++
	switch {
	case r.Erased != nil:
		c.Erased++
	case r.Withheld != "":
		c.Withheld[r.Withheld]++
	case r.Missing:
		c.Missing++
	default:
		c.Shown++
	}
}

// skipped finds records up to until of which there is no line, and ought to be.
func (v *verifier) skipped(until int64) {
	if !v.manifest.Scope.All() {
		return
	}
	for i := v.bodies.next; i < min(until, int64(len(v.log))); i++ {
		if e := v.log[i]; e.known && (v.manifest.Scope.Has(Leaf{At: e.at}) || open[e.kind]) {
			v.failAt("record-missing", i)
		}
	}
	v.bodies.next = max(v.bodies.next, until)
}

// placed checks a record that brings its own leaf.
func (v *verifier) placed(r Record) {
	l, err := ParseLeaf([]byte(r.Leaf))
	v.bodies.part[r.Index] = v.entryOf(l, err == nil)
	v.proof(r.Index, []byte(r.Leaf))
	if err != nil {
		v.failAt("leaf-form", r.Index)
		return
	}
	if l.At < v.last {
		v.failAt("time", r.Index)
	}
	v.last = max(v.last, l.At)
	v.refs(r.Index, l)
	for _, ref := range l.Refs {
		if _, here := v.bodies.part[ref]; !here && ref < r.Index {
			v.bodies.outside++
		}
	}
}

// body checks what a record says.
func (v *verifier) body(i int64, e entry, b []byte) {
	switch e.kind {
	case TypeReport:
		var r Reported
		if v.parse(i, b, &r) {
			v.reported(i, e, r)
		}
	case TypePolicy:
		var r Ruled
		if v.parse(i, b, &r) {
			v.ruled(i, r)
		}
	case TypeDecision:
		var d Decided
		if v.parse(i, b, &d) {
			v.decided(i, d)
			v.says(i, e, d.Action)
		}
	case TypeAppealDecision:
		var d AppealDecided
		if v.parse(i, b, &d) {
			v.appealed(i, d)
			v.says(i, e, d.Outcome)
		}
	case TypeJuryEnd:
		var j JuryEnded
		if v.parse(i, b, &j) {
			v.says(i, e, j.End)
		}
	case TypeHostAnswer:
		var r Replied
		if v.parse(i, b, &r) {
			v.says(i, e, r.Status)
		}
	case TypeSample:
		var s Sampled
		if v.parse(i, b, &s) {
			v.says(i, e, s.Outcome)
		}
	case TypeStats:
		var s struct {
			Day DayStats `json:"day"`
		}
		if v.parse(i, b, &s) {
			v.bodies.days[i] = s.Day
		}
	case TypeErasure:
		var x Erased
		if v.parse(i, b, &x) {
			v.bodies.erasures[i] = x.Leaves
		}
	}
}

// says checks that a body gives the outcome that its leaf has in the open: figures
// go by the leaf, and whoever reads the record by the body.
func (v *verifier) says(i int64, e entry, body string) {
	if body != "" && body != strings.TrimSuffix(e.outcome, Late) {
		v.failAt("outcome", i, e.outcome, body)
	}
}

func (v *verifier) parse(i int64, b []byte, into any) bool {
	if err := strict.Unmarshal(b, into); err != nil {
		v.failAt("body-form", i)
		return false
	}
	return true
}

func (v *verifier) reported(i int64, e entry, r Reported) {
	at, err := time.Parse(time.RFC3339Nano, r.ReceivedAt)
	if err != nil {
		v.failAt("body-form", i)
		return
	}
	if wrote := time.UnixMilli(e.at); wrote.Sub(at).Abs() > Promise {
		v.failAt("late", i, moment(at.UnixMilli()), moment(e.at))
	}
	if len(v.options.Receipts) > 0 || v.hasReceipts() {
		v.bodies.reports[i] = r
	}
}

func (v *verifier) ruled(i int64, r Ruled) {
	name := ruleFile(r)
	id := r.Policy + "@" + strconv.Itoa(r.Version)
	if before, ok := v.bodies.rules[name]; ok && before.text != r.Text {
		v.failAt("rule-twice", i, id, itoa(before.index))
		return
	}
	if _, ok := v.bodies.known[id]; !ok {
		v.bodies.known[id] = i
	}
	v.bodies.rules[name] = rule{i, r.Text}
	if v.bodies.texts[name] != r.Text {
		v.failAt("rule-text", i, name)
	}
}

func (v *verifier) decided(i int64, d Decided) {
	v.bodies.decisions++
	if _, ok := v.bodies.known[d.Rule]; d.Rule != "" && !ok {
		v.bodies.unknown[i] = d.Rule
	}
	v.bodies.deciders[d.Decision] = decider{i, d.By}
}

// appealed compares who heard an appeal with who decided first, as far as that is
// known: aliases change with every quarter, and an appeal names the first one by
// that of its own.
func (v *verifier) appealed(i int64, d AppealDecided) {
	v.bodies.appeals++
	by := alias(d.By)
	if first, ok := v.bodies.deciders[d.Decision]; by == alias(d.First) || ok && by == alias(first.by) {
		v.failAt("appeal-same", i, d.By)
	}
}

// alias is who somebody of the staff is, without their role.
func alias(by string) string { return by[strings.LastIndexByte(by, ' ')+1:] }

// across checks what needs all records.
func (v *verifier) across() {
	for _, i := range sortedKeys(v.bodies.unknown) {
		id := v.bodies.unknown[i]
		if later, ok := v.bodies.known[id]; ok {
			v.failAt("rule-later", i, id, itoa(later))
		} else {
			v.failAt("rule-unknown", i, id)
		}
	}
	for _, list := range v.bodies.erasures {
		slices.Sort(list)
	}
	for _, i := range sortedKeys(v.bodies.erased) {
		by := v.bodies.erased[i]
		if _, ok := slices.BinarySearch(v.bodies.erasures[by], i); !ok || by <= i {
			v.failAt("erasure", i, itoa(by))
		}
	}
}

func sortedKeys[V any](m map[int64]V) []int64 {
	keys := make([]int64, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
