package sealing_test

import (
	"bytes"
	"encoding/pem"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/sealing"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/evidence/stamptest"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// Nobody but a court learns of a silent hold from a part of the log, not even that
// there is a record of one, nor once it has ended; and not of what was told outside.
func TestSilentHolds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l := newLog(t, s)
		l.add(store.Evidence{Type: evidence.TypePolicy, Body: evidence.Ruled{Policy: "1", Version: 1, Text: "Be kind."}})
		l.settle("71", ada, bob)
		for id, silent := range []bool{false, true} {
			held := l.add(store.Evidence{Type: evidence.TypeHold, Outcome: "placed", About: bob, Body: evidence.Held{Did: "placed", Silent: silent}})
			l.write(func(tx *store.Tx) error {
				return tx.SetHold(t.Context(), social.Hold{ID: social.HoldID(id + 1), Kind: social.HoldAccount, Subject: int64(bob), Account: bob, Reason: "x", Silent: silent, Evidence: held})
			})
		}
		l.add(store.Evidence{Type: evidence.TypeHold, Outcome: "placed", About: bob, Body: evidence.Held{Did: "placed", Silent: true}}) // and has ended
		l.add(store.Evidence{Type: evidence.TypeExternalReport, About: bob, Body: evidence.ToldOutside{Case: "71", To: "police"}})
		l.sign()
		for p, want := range map[evidence.Profile]int{evidence.Party: 1, evidence.Public: 1, evidence.Court: 4} {
			b, v := l.export(sealing.Wanted{Scope: evidence.Scope{Kind: evidence.ScopeAccount, Of: "bob"}, Account: bob, Profile: p})
			all := records(t, b)
			if got := bytes.Count(all, []byte(`"t\":\"hold`)) + bytes.Count(all, []byte(`"t\":\"external_report`)); got != want || v.Total > 0 {
				t.Errorf("for %s there are %d, want %d\n%s", p, got, want, v.Text())
			}
		}
	})
}

// What belongs to a case and does not say so in its leaf is in what a court gets of it.
func TestPartOfLeavesAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l := newLog(t, s)
		l.add(store.Evidence{Type: evidence.TypePolicy, Body: evidence.Ruled{Policy: "1", Version: 1, Text: "Be kind."}})
		l.settle("71", ada, bob)
		l.settle("72", ada, eve)
		for _, of := range []string{"71", "72", "gold 1"} {
			l.add(store.Evidence{Type: evidence.TypeJuryVote, Body: evidence.JuryVoted{Case: of}})
		}
		l.add(store.Evidence{Type: evidence.TypeExternalReport, About: bob, Body: evidence.ToldOutside{Case: "71", To: "police"}})
		l.sign()
		for _, w := range []sealing.Wanted{{Scope: evidence.Scope{Kind: evidence.ScopeCase, Of: "71"}}, {Scope: evidence.Scope{Kind: evidence.ScopeAccount, Of: "bob"}, Account: bob}} {
			w.Profile = evidence.Court
			b, v := l.export(w)
			all := records(t, b)
			if votes, told := bytes.Count(all, []byte(`"t\":\"jury_vote`)), bytes.Count(all, []byte(`"t\":\"external_report`)); votes != 1 || told != 1 || v.Total > 0 {
				t.Errorf("of a %s there are %d votes and %d told outside, want one each\n%s", w.Scope.Kind, votes, told, v.Text())
			}
		}
	})
}

// Of the file of certificates nothing but those goes into bundles.
func TestTrust(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l := newLog(t, s)
		l.sign()
		file := stamptest.New(t, s.Now).PEM()
		secret := pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: []byte("secret")})
		if err := l.Trust(append(bytes.Clone(file), secret...)); errs.KindOf(err) != errs.Invalid {
			t.Errorf("with a private key: %v", err)
		}
		other := pem.EncodeToMemory(&pem.Block{Type: "SOMETHING", Bytes: []byte("else")})
		if err := l.Trust(append(append([]byte("a note\n"), file...), other...)); err != nil {
			t.Fatal(err)
		}
		size, err := signedSize(t, s)
		if err != nil {
			t.Fatal(err)
		}
		l.write(func(tx *store.Tx) error { // certificates go with stamps
			return tx.AddStamp(t.Context(), store.KeptStamp{Size: size, AtMs: 1, URL: "https://stamps.example", Answer: []byte("stamp")})
		})
		b, _ := l.export(whole(evidence.Public))
		if got := member(t, b, "tsa.pem"); !bytes.Equal(got, file) {
			t.Errorf("the bundle has %s, want %s", got, file)
		}
	})
}
