package evidence

import (
	"maps"
	"slices"
	"strings"
)

// A JuryStats is what came of juries since the log began. How long one took counts
// from its first lots to its verdict.
type JuryStats struct {
	Drawn      int   `json:"drawn"`
	Decided    int   `json:"decided"`    // that it is in breach, or is not
	Undecided  int   `json:"undecided"`  // that ended without a verdict
	Overridden int   `json:"overridden"` // verdicts that the staff decided otherwise
	P50        int64 `json:"p50_ms"`
	P95        int64 `json:"p95_ms"`
}

// A NoticeStats is how notices and orders of a class were answered since the log
// began. What says again what waits already counts with that.
type NoticeStats struct {
	Class    string `json:"class"`
	Came     int    `json:"came"`
	Answered int    `json:"answered"`
	Closed   int    `json:"closed"` // without an answer
	Late     int    `json:"late"`   // answered or closed after the time was up
	P50      int64  `json:"p50_ms"` // until the answer
	P95      int64  `json:"p95_ms"`
}

// Open is how many wait.
func (n NoticeStats) Open() int { return n.Came - n.Answered - n.Closed }

// The outcomes of a host_answer that end a notice. All others have it wait, again or
// still.
const (
	NoticeAnswered = "answered"
	NoticeClosed   = "closed"
)

// Late ends the outcome of a host_answer that came after its time was up.
const Late = " late"

// more is what a Tally counts besides reports.
type more struct {
	juries  JuryStats
	sitting map[int32]int64 // when the first lots were drawn, by the first leaf of the case
	heard   []int64         // how long juries took that came to a verdict
	notices map[int32]*notice
}

// notice is one, and how it ended, which is empty while it waits.
type notice struct {
	class, ended string
	at, took     int64
	late, joined bool // joined to one that waits
}

// jury counts a record of one. A case has one jury at a time: more lots that are
// drawn while it sits are for seats in it.
func (t *Tally) jury(i int32, l Leaf) {
	switch l.Type {
	case TypeJuryDraw:
		if of := t.root(i); !t.sits(of) {
			t.sitting[of] = l.At
			t.juries.Drawn++
		}
	case TypeJuryEnd:
		for _, ref := range l.Refs {
			if ref < 0 || ref >= int64(i) || !t.sits(t.root(int32(ref))) {
				continue
			}
			of := t.root(int32(ref))
			if l.Outcome == SampleBreach || l.Outcome == SampleFine {
				t.juries.Decided++
				t.heard = append(t.heard, l.At-t.sitting[of])
			} else {
				t.juries.Undecided++
			}
			delete(t.sitting, of)
		}
	case TypeOverride:
		t.juries.Overridden++
	}
}

func (t *Tally) sits(of int32) bool {
	_, is := t.sitting[of]
	return is
}

// move has a jury sit in the case that its own was joined with.
func (t *Tally) move(from, to int32) {
	if t.sits(from) && !t.sits(to) {
		t.sitting[to] = t.sitting[from]
	}
	delete(t.sitting, from)
}

// noticed counts a notice, an order or what became of one.
func (t *Tally) noticed(i int32, l Leaf) {
	var of []*notice
	for _, ref := range l.Refs {
		if ref >= 0 && ref < int64(i) && t.notices[int32(ref)] != nil {
			of = append(of, t.notices[int32(ref)])
		}
	}
	if l.Type != TypeHostAnswer {
		t.notices[i] = &notice{class: l.Class, at: l.At, joined: len(of) > 0}
		return
	}
	outcome, late := strings.CutSuffix(l.Outcome, Late)
	for _, n := range of {
		n.joined = false
		switch {
		case outcome != NoticeAnswered && outcome != NoticeClosed:
			n.ended = ""
		case n.ended == "":
			n.ended, n.took, n.late = outcome, l.At-n.at, late
		}
	}
}

// count fills in what s says besides reports.
func (m *more) count(s *Stats) {
	if j := m.juries; j != (JuryStats{}) {
		took := slices.Sorted(slices.Values(m.heard))
		j.P50, j.P95 = Percentile(took, 50), Percentile(took, 95)
		s.Juries = &j
	}
	all, took := map[string]*NoticeStats{}, map[string][]int64{}
	for _, n := range m.notices {
		if n.joined {
			continue
		}
		c := all[n.class]
		if c == nil {
			c = &NoticeStats{Class: n.class}
			all[n.class] = c
		}
		c.Came++
		switch n.ended {
		case NoticeAnswered:
			c.Answered++
			took[n.class] = append(took[n.class], n.took)
		case NoticeClosed:
			c.Closed++
		}
		if n.ended != "" && n.late {
			c.Late++
		}
	}
	for _, class := range slices.Sorted(maps.Keys(all)) {
		c, sorted := all[class], slices.Sorted(slices.Values(took[class]))
		c.P50, c.P95 = Percentile(sorted, 50), Percentile(sorted, 95)
		s.Notices = append(s.Notices, *c)
	}
}

// first is s as logs were counted before there was more than reports: bundles that
// were made then say so, and hold.
func (s Stats) first() Stats {
	s.Form, s.Juries, s.Notices = firstStats, nil, nil
	return s
}
