package social

import (
	"strings"
	"testing"
	"time"
)

// Everybody is told what, why, how it was found, who decided, and what they can
// do about it.
func TestStatement(t *testing.T) {
	at := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	for _, a := range append(Judgements, RestorePost, Enable) {
		if s := (Decision{Action: a, At: at}).Statement(""); (meanings[a] != "") != a.Sanction() {
			t.Errorf("%s means %q", a, s.What)
		}
	}
	for name, tt := range map[string]struct {
		d    Decision
		rule string
		want []string
	}{
		"a rule": {Decision{Action: HidePost, Case: 1, At: at, Facts: "It sells watches."}, "No advertising.",
			[]string{"is hidden", "until it is taken back", "“No advertising.”", "It sells watches.", "reported to us", "A person decided", "appeal until 29 May 2027", "Article 21", "a court"}},
		"the law": {Decision{Action: DeletePost, Ground: GroundLaw, Law: "§ 130", Machine: true, Decider: ByMachine, At: at}, "",
			[]string{"was deleted", "the law: § 130.", "acts by itself found it", "A machine decided"}},
		"for a while": {Decision{Action: Limit, Until: at.Add(24 * time.Hour), Decider: ByJury, At: at}, "", []string{"ends by itself on 27 November 2026", "came upon it ourselves", "A jury", "the rules of this house"}},
	} {
		got := tt.d.Statement(tt.rule).Text()
		for _, w := range tt.want {
			if !strings.Contains(got, w) {
				t.Errorf("%s: %q does not say %q", name, got, w)
			}
		}
	}
	if s := (Decision{Action: Warn, At: at}).Statement(""); strings.Contains(s.What, "everywhere") || strings.Contains(s.What, "taken back") {
		t.Errorf("a warning says %q", s.What)
	}
}
