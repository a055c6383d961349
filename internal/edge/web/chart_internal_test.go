package web

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/core/measures"
	"github.com/plaza-social/plaza/internal/core/sealing"
	"github.com/plaza-social/plaza/internal/evidence"
)

// points are days with these numbers, -1 for unknown.
func points(all ...int) (out []measures.Point) {
	for i, n := range all {
		out = append(out, measures.Point{At: time.Date(2026, 1, 1+i, 0, 0, 0, 0, time.UTC), N: max(n, 0), Known: n >= 0})
	}
	return out
}

func drawn(t *testing.T, c chart) string {
	t.Helper()
	c.Name, c.Title = "x", "Things"
	var b bytes.Buffer
	if err := chartCard(&frame{Now: time.Date(2026, 1, 3, 12, 0, 0, 0, time.UTC)}, c).Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestCharts(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		chart chart
		want  []string
	}{
		"bars": {chart{Days: points(5, 0, 20)}, []string{`>20</p>`, `x="15" y="75" width="70" height="25"`, `x="215" y="0" width="70" height="100"`, "3 January: 20",
			"From 1 January to 3 January: at most 20 on one day, which was 3 January; today, so far, 20.", `<th scope="row">2 January 2026</th><td>0</td>`, "!x=&#34;115"}},
		"a small one beside a large one": {chart{Days: points(1, 100_000)}, []string{`height="1.5"`, ">100,000</p>"}},
		"a line with a gap":              {chart{Line: true, Days: points(2, 4, -1, 3)}, []string{`d="M37.5 50h0L112.5 0M262.5 25h0"`, `last" d="M262.5 25h0"`, "at least 2, at most 4, at last 3.", `!3 January 2026`}},
		"nothing on any day":             {chart{Days: points(0, 0)}, []string{"From 1 January to 2 January: nothing.", "!<rect", ">1</p>"}},
		"nothing known":                  {chart{Days: points(-1, -1)}, []string{"Nothing is known yet.", "!<svg"}},
		"bytes":                          {chart{Bytes: true, Line: true, Days: points(3_200_000_000)}, []string{">4.0 GB</p>", "<td>3.2 GB</td>"}},
	} {
		page := drawn(t, tt.chart)
		for _, w := range tt.want {
			if no, found := strings.CutPrefix(w, "!"); found == strings.Contains(page, strings.TrimPrefix(w, "!")) {
				t.Errorf("%s: %q is there: %v\n%s", name, no, !found, page)
			}
		}
		if regexp.MustCompile(`\sstyle=|\son[a-z]+=`).MatchString(page) {
			t.Errorf("%s: the policy of pages forbids this: %s", name, page)
		}
	}
}

// A day on which nothing was written down has no reports, and as many open ones as
// the day before.
func TestEachDay(t *testing.T) {
	t.Parallel()
	f := &frame{Now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	x := sealing.Figures{Stats: evidence.Stats{Days: []evidence.DayStats{{Day: "2025-12-24", Inflow: 9, Backlog: 4}, {Day: "2026-02-27", Inflow: 2, Backlog: 6}, {Day: "2026-03-01", Inflow: 1, Backlog: 7}}}}
	came, open := f.eachDay(x, func(d sealing.Day) int { return d.Inflow }, false), f.eachDay(x, func(d sealing.Day) int { return d.Backlog }, true)
	if len(came) != measures.LatelyDays || came[0].N != 0 || came[27].N != 2 || came[28].N != 0 || came[29].N != 1 {
		t.Errorf("reports: %v", came)
	}
	if open[0].N != 4 || open[26].N != 4 || open[28].N != 6 || open[29].N != 7 {
		t.Errorf("open ones: %v", open)
	}
}
