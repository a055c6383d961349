package evidence

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"
)

// Stats are the numbers that leaves alone yield, whatever was erased.
type Stats struct {
	Form    string       `json:"form"`
	Leaves  int64        `json:"leaves"`
	Days    []DayStats   `json:"days"`    // on which something was written down
	Classes []ClassStats `json:"classes"` // time from a report to the decision about it
	// Prevalence is there where posts are drawn by lot and judged.
	Prevalence []PrevalenceStats `json:"prevalence,omitempty"`
	// Juries is there once one was drawn, and Notices once one came.
	Juries  *JuryStats    `json:"juries,omitempty"`
	Notices []NoticeStats `json:"notices,omitempty"`
}

// A PrevalenceStats is what came of drawing posts by lot, by the month (by UTC) of
// the records: of those that were judged some were in breach, and with 95 % of
// certainty so many of a million of all are, at least and at most.
type PrevalenceStats struct {
	Month    string `json:"month"`
	Drawn    int    `json:"drawn"`
	Judged   int    `json:"judged"`
	Breaches int    `json:"breaches"`
	Low      int64  `json:"low_ppm"`
	High     int64  `json:"high_ppm"`
}

// Wilson is the interval of Wilson's score (1927) for a share of which a sample of
// n has some, in millionths. Of nothing anything may be so. It rounds in every
// step, so that everybody comes to the same.
func Wilson(some, n int) (low, high int64) {
	if n == 0 {
		return 0, 1e6
	}
	const z, zz = 1.96, 3.8416
	b, all := float64(some), float64(n)
	part := float64(b*(all-b)) / all
	spread := float64(z * math.Sqrt(float64(part)+zz/4))
	ppm := func(x float64) int64 { return int64(math.Floor(float64(float64(x/(all+zz))*1e6) + 0.5)) }
	middle := float64(b + zz/2)
	return max(ppm(middle-spread), 0), min(ppm(middle+spread), 1e6)
}

// A DayStats is a day, by UTC.
type DayStats struct {
	Day        string `json:"day"`
	Inflow     int    `json:"inflow"`     // reports
	Decided    int    `json:"decided"`    // decisions
	Settled    int    `json:"settled"`    // reports that those settled, less those that were opened again
	Backlog    int    `json:"backlog"`    // reports that were open when it ended
	Appeals    int    `json:"appeals"`    // that came
	Overturned int    `json:"overturned"` // decisions that an appeal changed
}

// A ClassStats is how long reports of a class waited.
type ClassStats struct {
	Class string `json:"class"`
	N     int    `json:"n"`
	P50   int64  `json:"p50_ms"`
	P95   int64  `json:"p95_ms"`
}

// The forms of the numbers. The first one has no juries and no notices.
const (
	statsForm  = "plaza stats 2"
	firstStats = "plaza stats 1"
)

// The outcomes of an appeal that leave a decision as it was.
var upheld = map[string]bool{"upheld": true, "rejected": true, "withdrawn": true}

// Upheld reports whether an outcome of an appeal leaves the decision as it was.
func Upheld(outcome string) bool { return upheld[outcome] }

// A Tally counts leaves, given in the order of the log.
//
// Records of a case belong together by their references: reports, what was
// reported, how it was sorted and who took it. A decision settles the reports
// that are open in the cases it refers to, and so does what says that more cases
// ended with it.
type Tally struct {
	// Settled is told of each report that is decided: its place, and when. It may be nil.
	Settled func(report, at int64)
	// Reopened is told of each that is open again. It may be nil.
	Reopened func(report int64)

	stats Stats
	open  int
	group []int32           // of a leaf: another one of its case, or itself
	wait  map[int32][]int32 // the reports that are open, by the first leaf of their case
	at    []int64           // when a leaf was written
	class map[int32]string  // of reports
	took  map[int32]int64   // how long a report waited that is settled
	more
}

// sampled counts a record of a post that was drawn by lot.
func (t *Tally) sampled(l Leaf) {
	month, all := time.UnixMilli(l.At).UTC().Format("2006-01"), &t.stats.Prevalence
	if n := len(*all); n == 0 || (*all)[n-1].Month != month {
		*all = append(*all, PrevalenceStats{Month: month})
	}
	p := &(*all)[len(*all)-1]
	switch l.Outcome {
	case SampleDrawn:
		p.Drawn++
	case SampleBreach:
		p.Breaches++
		p.Judged++
	case SampleFine:
		p.Judged++
	}
}

// NewTally has counted nothing.
func NewTally() *Tally {
	return &Tally{wait: map[int32][]int32{}, class: map[int32]string{}, took: map[int32]int64{}, stats: Stats{Form: statsForm},
		more: more{sitting: map[int32]int64{}, notices: map[int32]*notice{}}}
}

// ofCase are the types that tie a case together.
var ofCase = map[Type]bool{TypeReport: true, TypeSnapshot: true, TypeTriage: true, TypeAssign: true, TypeJuryDraw: true, TypeJuryVote: true}

// Add counts the next leaf.
func (t *Tally) Add(l Leaf) {
	i := int32(len(t.group))
	t.group, t.at = append(t.group, i), append(t.at, l.At)
	day := t.day(l.At)
	switch l.Type {
	case TypeReport:
		day.Inflow++
		t.open++
		t.wait[i], t.class[i] = []int32{i}, l.Class
	case TypeDecision, TypeAction:
		if l.Type == TypeDecision {
			day.Decided++
		}
		for _, ref := range l.Refs {
			switch {
			case l.Type == TypeDecision, l.Outcome == CasesEnded:
				day.Settled += t.settle(ref, l.At)
			case l.Outcome == ReportClosed:
				day.Settled += t.close(ref, l.At)
			case l.Outcome == ReportReopened:
				day.Settled -= t.reopen(ref)
			}
		}
	case TypeHostNotice, TypeOrder, TypeHostAnswer:
		t.noticed(i, l)
	case TypeSample:
		t.sampled(l)
	case TypeAppeal:
		day.Appeals++
	case TypeAppealDecision:
		if !upheld[l.Outcome] {
			day.Overturned++
		}
	}
	if ofCase[l.Type] {
		t.tie(i, l)
	}
	t.jury(i, l)
	day.Backlog = t.open
	t.stats.Leaves++
}

// tie joins a leaf with those of its case that it refers to. A leaf that
// is of no case has no wait list and joins nothing.
func (t *Tally) tie(i int32, l Leaf) {
	if l.Type != TypeReport {
		t.wait[i] = nil
	}
	for _, ref := range l.Refs {
		if ref < 0 || ref >= int64(i) {
			continue
		}
		r := t.root(int32(ref))
		if _, is := t.wait[r]; !is {
			continue
		}
		mine := t.root(i)
		if mine == r {
			continue
		}
		t.group[mine] = r
		t.wait[r] = append(t.wait[r], t.wait[mine]...)
		delete(t.wait, mine)
		t.move(mine, r)
	}
}

func (t *Tally) root(i int32) int32 {
	for t.group[i] != i {
		t.group[i] = t.group[t.group[i]]
		i = t.group[i]
	}
	return i
}

// settle counts the reports that are open in the case of ref as decided.
func (t *Tally) settle(ref, at int64) int {
	if ref < 0 || ref >= int64(len(t.group)) {
		return 0
	}
	r := t.root(int32(ref))
	n := len(t.wait[r])
	for _, report := range t.wait[r] {
		t.took[report] = at - t.at[report]
		if t.Settled != nil {
			t.Settled(int64(report), at)
		}
	}
	if n > 0 {
		t.wait[r] = nil
	}
	t.open -= n
	return n
}

// close counts one report as decided, if it is open; the others of its case wait
// on.
func (t *Tally) close(ref, at int64) int {
	if ref < 0 || ref >= int64(len(t.group)) {
		return 0
	}
	report, r := int32(ref), t.root(int32(ref))
	i := slices.Index(t.wait[r], report)
	if i < 0 {
		return 0
	}
	t.wait[r] = slices.Delete(t.wait[r], i, i+1)
	t.took[report] = at - t.at[report]
	if t.Settled != nil {
		t.Settled(ref, at)
	}
	t.open--
	return 1
}

// reopen counts a report as open again, and no more as decided: who closes and opens
// one over and over has no better figures. What it waits from then on counts from
// when it came.
func (t *Tally) reopen(ref int64) int {
	if ref < 0 || ref >= int64(len(t.group)) {
		return 0
	}
	report := int32(ref)
	if _, is := t.took[report]; !is {
		return 0
	}
	delete(t.took, report)
	r := t.root(report)
	t.wait[r] = append(t.wait[r], report)
	if t.Reopened != nil {
		t.Reopened(ref)
	}
	t.open++
	return 1
}

func (t *Tally) day(at int64) *DayStats {
	name := time.UnixMilli(at).UTC().Format(time.DateOnly)
	days := &t.stats.Days
	if n := len(*days); n == 0 || (*days)[n-1].Day != name {
		*days = append(*days, DayStats{Day: name})
	}
	return &(*days)[len(*days)-1]
}

// Stats is what was counted.
func (t *Tally) Stats() Stats {
	s := t.stats
	s.Days = append([]DayStats{}, s.Days...)
	s.Classes, s.Prevalence = []ClassStats{}, slices.Clone(s.Prevalence)
	t.count(&s)
	for i := range s.Prevalence {
		p := &s.Prevalence[i]
		p.Low, p.High = Wilson(p.Breaches, p.Judged)
	}
	all := map[string][]int64{}
	for report, took := range t.took {
		all[t.class[report]] = append(all[t.class[report]], took)
	}
	for _, class := range slices.Sorted(maps.Keys(all)) {
		took := slices.Sorted(slices.Values(all[class]))
		s.Classes = append(s.Classes, ClassStats{class, len(took), Percentile(took, 50), Percentile(took, 95)})
	}
	return s
}

// Percentile is the smallest of sorted values that p % of them do not exceed.
func Percentile(sorted []int64, p int) int64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[max((len(sorted)*p+99)/100-1, 0)]
}

// JSON is s as stats.json.
func (s Stats) JSON() []byte { return indented(s) }

// CSV is s as stats.csv: what was measured, of which day or class, and the value.
func (s Stats) CSV() []byte {
	var b bytes.Buffer
	b.WriteString("measure,of,value\n")
	line := func(measure, of string, value int64) { fmt.Fprintf(&b, "%s,%s,%d\n", measure, of, value) }
	for _, d := range s.Days {
		line("inflow", d.Day, int64(d.Inflow))
		line("decided", d.Day, int64(d.Decided))
		line("settled", d.Day, int64(d.Settled))
		line("backlog", d.Day, int64(d.Backlog))
		line("appeals", d.Day, int64(d.Appeals))
		line("overturned", d.Day, int64(d.Overturned))
	}
	for _, c := range s.Classes {
		line("reports", c.Class, int64(c.N))
		line("p50_ms", c.Class, c.P50)
		line("p95_ms", c.Class, c.P95)
	}
	for _, p := range s.Prevalence {
		line("sampled", p.Month, int64(p.Drawn))
		line("judged", p.Month, int64(p.Judged))
		line("breaches", p.Month, int64(p.Breaches))
		line("low_ppm", p.Month, p.Low)
		line("high_ppm", p.Month, p.High)
	}
	if j := s.Juries; j != nil {
		line("juries", "drawn", int64(j.Drawn))
		line("juries", "decided", int64(j.Decided))
		line("juries", "undecided", int64(j.Undecided))
		line("juries", "overridden", int64(j.Overridden))
		line("juries", "p50_ms", j.P50)
		line("juries", "p95_ms", j.P95)
	}
	for _, n := range s.Notices {
		line("notices", n.Class, int64(n.Came))
		line("notices_answered", n.Class, int64(n.Answered))
		line("notices_closed", n.Class, int64(n.Closed))
		line("notices_late", n.Class, int64(n.Late))
		line("notices_p50_ms", n.Class, n.P50)
		line("notices_p95_ms", n.Class, n.P95)
	}
	return b.Bytes()
}

// indented is how the files of a bundle that are JSON are written.
func indented(v any) []byte {
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		panic(err) // a struct of texts and numbers
	}
	return append(b, '\n')
}
