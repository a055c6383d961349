package web

import (
	"slices"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/social"
)

// Every sentence of which reasons are made is one that is said, and in English they
// are as they are written elsewhere.
func TestReasonsAreSaid(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	var all []social.Statement
	for _, a := range append(social.Judgements, social.Gone) {
		for _, by := range []social.Decider{social.ByMachine, social.ByJury, ""} {
			for _, d := range []social.Decision{
				{Until: at.Add(time.Hour), Machine: true},
				{Case: 1, Ground: social.GroundLaw, Law: "§ 130, no. 1. Whatever"},
				{ID: 1, Facts: "It sells watches."},
			} {
				d.Action, d.Decider, d.At = a, by, at
				all = append(all, social.Case{Outcome: a, ClosedAt: at}.Answer(d, "No %s. None."))
				if a.Sanction() {
					all = append(all, d.Statement(""), d.Statement("No %s. None."))
				}
			}
		}
	}
	for _, s := range all {
		for _, words := range []string{s.What, s.Found, s.Redress} {
			if got := sayReasons(t.Context(), words); got != words {
				t.Errorf("%q is said as %q", words, got)
			}
			for reason, _, rest := reasonIn(words); reason != ""; reason, _, rest = reasonIn(rest) {
				if !slices.Contains(reasonWords, reason) {
					t.Errorf("%q is not among the reasons", reason)
				}
			}
		}
		if got := sayGround(t.Context(), s.Ground); got != s.Ground {
			t.Errorf("%q is said as %q", s.Ground, got)
		}
	}
}
