package evidence

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// counted is a log of few words: the kind, minutes since the morning, and what it
// refers to.
func counted(leaves ...Leaf) Stats {
	t := NewTally()
	for _, l := range leaves {
		l.At = time.Date(2026, 11, 26, 8, int(l.At), 0, 0, time.UTC).UnixMilli()
		t.Add(l)
	}
	return t.Stats()
}

// What is open, and how long it was, follows from what refers to what.
func TestStats(t *testing.T) {
	const day = 24 * 60
	s := counted(
		Leaf{Type: TypeReport, At: 0, Class: "harm"},
		Leaf{Type: TypeTriage, At: 0, Refs: []int64{0}},
		Leaf{Type: TypeReport, At: 10, Class: "harm", Refs: []int64{1}}, // joins the case
		Leaf{Type: TypeReport, At: 10, Class: "others"},                 // another case
		Leaf{Type: TypeAssign, At: 15, Refs: []int64{1}},
		Leaf{Type: TypeDecision, At: 20, Refs: []int64{4}}, // of the case, by one of its records
		Leaf{Type: TypeDecision, At: 21, Refs: []int64{1}}, // settles nothing more
		Leaf{Type: TypeReport, At: day, Class: "harm", Refs: []int64{1}},
		Leaf{Type: TypePolicy, At: day},
		Leaf{Type: TypeAppeal, At: day, Refs: []int64{5}},
		Leaf{Type: TypeAppealDecision, Outcome: "rejected", At: day},
		Leaf{Type: TypeAppealDecision, Outcome: "approved", At: day},
		Leaf{Type: TypeDecision, At: day + 1, Refs: []int64{3, 8, 99}},
	)
	want := `measure,of,value
inflow,2026-11-26,3
decided,2026-11-26,2
settled,2026-11-26,2
backlog,2026-11-26,1
appeals,2026-11-26,0
overturned,2026-11-26,0
inflow,2026-11-27,1
decided,2026-11-27,1
settled,2026-11-27,1
backlog,2026-11-27,1
appeals,2026-11-27,1
overturned,2026-11-27,1
reports,harm,2
p50_ms,harm,600000
p95_ms,harm,1200000
reports,others,1
p50_ms,others,85860000
p95_ms,others,85860000
`
	if got := string(s.CSV()); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestPercentile(t *testing.T) {
	for _, x := range []struct {
		all  []int64
		p    int
		want int64
	}{{nil, 50, 0}, {[]int64{7}, 50, 7}, {[]int64{7}, 95, 7}, {[]int64{1, 2}, 50, 1}, {[]int64{1, 2}, 95, 2}, {[]int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 95, 10},
		{[]int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20}, 95, 19}} {
		if got := Percentile(x.all, x.p); got != x.want {
			t.Errorf("%d %% of %v: %d, want %d", x.p, x.all, got, x.want)
		}
	}
}

// A policy is read as it is written, and what is no policy is refused.
func TestPolicy(t *testing.T) {
	const log = "house.example/evidence+de2f95ed+AX4dq0bYkkcTSEFTImDnYg5Tt3QSULkkIA+iKXy6j5gA"
	for _, bad := range []string{"", "quorum x\n", "quorum none\nquorum none\n", "log x\nquorum none\n", "witness a b\nquorum none\n", "group g 1 none\nquorum none\n", "say hello\nquorum none\n", "group g 2 a\nquorum g\n", log} {
		if _, err := ParsePolicy([]byte(bad)); err == nil {
			t.Errorf("%q was read as a policy", bad)
		}
	}
	p, err := ParsePolicy([]byte("# nobody\n\n \t quorum   none\n"))
	if err != nil || string(p.Text()) != "quorum none\n" || !p.Quorum(nil) {
		t.Errorf("%q, %v", p.Text(), err)
	}
}

// Every failure has words, and every word is of a failure.
func TestWords(t *testing.T) {
	w := said()
	for _, l := range []Level{Verified, Incomplete, Failed} {
		if w.Levels[string(l)] == "" {
			t.Errorf("there are no words for %s", l)
		}
	}
	known := map[string]bool{}
	for code := range w.Notes {
		known[code] = true
	}
	for _, g := range w.Groups {
		for code := range g.Codes {
			known[code] = true
		}
	}
	files, err := filepath.Glob("verify*.go")
	if err != nil || len(files) < 4 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`\b(?:fail|failAt|note)\("([a-z-]+)"`).FindAllSubmatch(b, -1) {
			if !known[string(m[1])] {
				t.Errorf("%s has no words for %s", f, m[1])
			}
		}
	}
	for _, g := range w.Groups {
		for code, text := range g.Codes {
			if strings.HasPrefix(code, "stamp") {
				continue // the page says that it does not check those
			}
			if !strings.Contains(asset("bundle.js"), `"`+code+`"`) {
				t.Errorf("the page never says %s: %s", code, text)
			}
		}
	}
}

// Who closes and opens a report again and again does not settle more of them.
func TestStatsReopened(t *testing.T) {
	all := []Leaf{{Type: TypeReport, At: 0, Class: "harm"}}
	for i := range int64(5) {
		all = append(all, Leaf{Type: TypeAction, Outcome: ReportClosed, At: 10 + i, Refs: []int64{0}}, Leaf{Type: TypeAction, Outcome: ReportReopened, At: 10 + i, Refs: []int64{0}})
	}
	if s := counted(all...); s.Days[0].Settled != 0 || s.Days[0].Backlog != 1 || len(s.Classes) != 0 {
		t.Errorf("open again: %+v", s)
	}
	s := counted(append(all, Leaf{Type: TypeAction, Outcome: ReportClosed, At: 60, Refs: []int64{0}})...)
	if want := (ClassStats{"harm", 1, 3600e3, 3600e3}); s.Days[0].Settled != 1 || s.Days[0].Backlog != 0 || len(s.Classes) != 1 || s.Classes[0] != want {
		t.Errorf("closed for good: %+v, want %+v", s, want)
	}
}

// How long juries and notices took counts from their first record, and what was
// disputed until it was answered again.
func TestStatsMore(t *testing.T) {
	s := counted(
		Leaf{Type: TypeTriage, At: 0},
		Leaf{Type: TypeJuryDraw, At: 1, Refs: []int64{0}},
		Leaf{Type: TypeJuryDraw, At: 5, Refs: []int64{0}}, // more lots
		Leaf{Type: TypeJuryEnd, At: 11, Outcome: "no_breach", Refs: []int64{0}},
		Leaf{Type: TypeOverride, At: 12, Refs: []int64{0}},
		Leaf{Type: TypeJuryDraw, At: 20, Refs: []int64{0}}, // of an appeal
		Leaf{Type: TypeJuryEnd, At: 50, Outcome: "short", Refs: []int64{0, 0, 99}},
		Leaf{Type: TypeHostNotice, At: 60, Class: "host"},
		Leaf{Type: TypeHostNotice, At: 61, Class: "host"},
		Leaf{Type: TypeHostAnswer, At: 62, Outcome: "answered", Refs: []int64{7}},
		Leaf{Type: TypeHostAnswer, At: 63, Outcome: "disputed", Refs: []int64{7}},
		Leaf{Type: TypeHostAnswer, At: 70, Outcome: "answered late", Refs: []int64{7}},
	)
	if want := (JuryStats{2, 1, 1, 1, 600e3, 600e3}); s.Juries == nil || *s.Juries != want {
		t.Errorf("juries: %+v, want %+v", s.Juries, want)
	}
	if want := (NoticeStats{"host", 2, 1, 0, 1, 600e3, 600e3}); len(s.Notices) != 1 || s.Notices[0] != want || s.Notices[0].Open() != 1 {
		t.Errorf("notices: %+v, want %+v", s.Notices, want)
	}
}
