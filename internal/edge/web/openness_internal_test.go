package web

import (
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/core/sealing"
	"github.com/plaza-social/plaza/internal/evidence"
)

// Everybody sees how often a jury was overridden, and how late hosts were answered.
func TestOpenness(t *testing.T) {
	var b strings.Builder
	f := sealing.Figures{Stats: evidence.Stats{
		Juries:  &evidence.JuryStats{Drawn: 7, Decided: 5, Undecided: 1, Overridden: 2, P50: 600e3, P95: 1800e3},
		Notices: []evidence.NoticeStats{{Class: "host", Came: 9, Answered: 6, Closed: 1, Late: 3, P50: 3600e3, P95: 7200e3}, {Class: "order_terror", Came: 1}},
	}}
	f.Leaves, f.At, f.Prevalence = 4512, time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC), []sealing.Prevalence{{Month: "2026-02", Drawn: 100, Judged: 90, Breaches: 3}}
	if err := opennessOf(nil, f, nil).Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"7 juries were drawn by lot: 5 came to a verdict, 1 ended without one.", "within 10 min, 95 % within 30 min", " The staff decided otherwise than a jury <b>2</b> times",
		"whose they are. In the last three months in which that was done 3 of 90 were in breach: so of all public posts of people of this house, with 95 % certainty, <b>1.1 % to 9.3 %</b> are.",
		`<a href="/about/moderation/decisions">What was decided</a>, without names. The figures`, "/evidence/tile/</code>. It holds 4,512 records, counted 4 March 2026, 05:06 UTC.",
		`<th scope="row">Notice of the house&#39;s own provider</th><td>9</td><td>6</td><td>1</td><td>2</td><td>1.0 h</td><td>2.0 h</td><td>3</td>`,
		`<th scope="row">Order to remove terrorist content</th><td>1</td><td>0</td><td>0</td><td>1</td><td>–</td><td>–</td><td>0</td>`} {
		if !strings.Contains(strings.Join(strings.Fields(b.String()), " "), want) {
			t.Errorf("the page has no %q:\n%s", want, b.String())
		}
	}
	b.Reset()
	if err := opennessOf(nil, sealing.Figures{}, nil).Render(t.Context(), &b); err != nil || strings.Contains(b.String(), "Juries") {
		t.Errorf("where there was none: %v\n%s", err, b.String())
	}
}
