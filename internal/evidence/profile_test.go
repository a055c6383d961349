package evidence

import (
	"os"
	"strings"
	"testing"
)

// The table of the handbook is the one that holds.
func TestProfilesAsWritten(t *testing.T) {
	b, err := os.ReadFile("../../docs/handbook/evidence.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(b), "| kind of record | public | party | host | court |\n|---|---|---|---|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	named := map[Type]bool{}
	check := func(kind Type, cells []string) {
		named[kind] = true
		for i, p := range []Profile{Public, Party, Host, Court} {
			want := Asked
			switch strings.TrimSpace(cells[i]) {
			case "shown":
				want = Always
			case "–":
				want = Never
			}
			if got := p.Shows(kind); got != want {
				t.Errorf("%s for %s: %d, the handbook says %q", kind, p, got, cells[i])
			}
		}
	}
	var rest []string
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if strings.Contains(cells[0], "everything else") {
			rest = cells[1:]
			continue
		}
		for kind := range strings.SplitSeq(cells[0], ",") {
			check(Type(strings.TrimSpace(kind)), cells[1:])
		}
	}
	for _, kind := range []Type{TypePolicy, TypeReport, TypeSnapshot, TypeTriage, TypeAssign, TypeJuryDraw, TypeJuryVote, TypeDecision, TypeAction, TypeNoticeOut, TypeAppeal,
		TypeAppealDecision, TypeOverride, TypeOrder, TypeHostNotice, TypeHostAnswer, TypeExternalReport, TypeAccess, TypeErasure, TypeHold, TypeStats, TypePrevalence, TypeKey,
		TypeWitness, TypeConfig, TypeExport} {
		if !named[kind] {
			check(kind, rest)
		}
	}
	if len(named) != 26 {
		t.Errorf("the handbook names %d kinds, want 26 with those that are everything else", len(named))
	}
}

// Whom a change names, and what automatic rules look for, is for a court alone.
func TestShowsConfig(t *testing.T) {
	for what, want := range map[string]bool{"who may join": true, "role": false, "roles": false, "automatic rule 7": false, "list of hashes": false} {
		if got := ShowsConfig(Configured{What: what}); got != want {
			t.Errorf("%s: %v", what, got)
		}
	}
}
