package sealing_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/core/sealing"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

const ada, bob, eve = social.AccountID(11), social.AccountID(12), social.AccountID(13)

// a log in a store.
type log struct {
	*sealing.Service
	t testing.TB
	s *store.Store
}

func newLog(t testing.TB, s *store.Store) *log {
	t.Helper()
	l := &log{sealing.New(s, "house.example", slog.New(slog.DiscardHandler)), t, s}
	if _, err := l.Signer(t.Context()); err != nil { // the key is the first record
		t.Fatal(err)
	}
	return l
}

func (l *log) write(do func(tx *store.Tx) error) {
	l.t.Helper()
	if err := l.s.Write(l.t.Context(), do); err != nil {
		l.t.Fatal(err)
	}
}

func (l *log) add(e store.Evidence) (id social.EvidenceID) {
	l.t.Helper()
	l.write(func(tx *store.Tx) error {
		p, err := tx.AddEvidence(e)
		id = p.ID()
		return err
	})
	return id
}

// settle is a report by somebody about somebody, and the decision.
func (l *log) settle(n string, by, about social.AccountID) {
	l.t.Helper()
	at := l.s.Now().UTC().Format(time.RFC3339Nano)
	report := l.add(store.Evidence{Type: evidence.TypeReport, Category: evidence.CategorySpam, Class: "others", About: about, By: by,
		Body: evidence.Reported{Report: n, Subject: fmt.Sprint(about), Statement: "words of the reporter", Reporter: "r" + n, ReceivedAt: at}})
	triage := l.add(store.Evidence{Type: evidence.TypeTriage, Class: "others", Refs: []social.EvidenceID{report}, About: about, Body: evidence.Triage{Case: n, Subject: fmt.Sprint(about)}})
	decision := l.add(store.Evidence{Type: evidence.TypeDecision, Class: "others", Outcome: "hide", Refs: []social.EvidenceID{triage}, About: about,
		Body: evidence.Decided{Decision: n, Case: n, Subject: fmt.Sprint(about), Action: "hide", Rule: "1@1", By: "moderator 1"}})
	l.add(store.Evidence{Type: evidence.TypeNoticeOut, Refs: []social.EvidenceID{decision}, About: about, Body: evidence.Told{Decision: n, To: "author"}})
}

func (l *log) sign() {
	l.t.Helper()
	if _, err := l.Seal(l.t.Context()); err != nil {
		l.t.Fatal(err)
	}
}

func (l *log) export(w sealing.Wanted) ([]byte, evidence.Verdict) {
	l.t.Helper()
	var b bytes.Buffer
	if _, err := l.Export(l.t.Context(), &b, w); err != nil {
		l.t.Fatalf("%+v: %v", w, err)
	}
	key, err := l.Public(l.t.Context())
	if err != nil {
		l.t.Fatal(err)
	}
	v, err := evidence.Verify(bytes.NewReader(b.Bytes()), int64(b.Len()), evidence.Options{Key: key})
	if err != nil {
		l.t.Fatal(err)
	}
	return b.Bytes(), v
}

func whole(p evidence.Profile) sealing.Wanted {
	return sealing.Wanted{Scope: evidence.Scope{Kind: evidence.ScopeWhole}, Profile: p}
}

// What a house exports holds, shows what it should, and is itself a record.
func TestExport(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l := newLog(t, s)
		l.add(store.Evidence{Type: evidence.TypePolicy, Body: evidence.Ruled{Policy: "1", Version: 1, Text: "Be kind."}})
		l.settle("71", ada, bob)
		l.sign()
		l.settle("72", eve, bob)
		l.settle("73", bob, eve)
		l.sign()
		size, err := signedSize(t, s)
		if err != nil {
			t.Fatal(err)
		}

		b, v := l.export(whole(evidence.Court))
		if v.Level != evidence.Verified || v.Counts.Shown != 14 {
			t.Errorf("for a court: %+v\n%s", v.Counts, v.Text())
		}
		w := whole(evidence.Court)
		w.Size = size
		l.sign() // the first export is in the log by now
		if again, _ := l.export(w); !bytes.Equal(again, b) {
			t.Error("the same state exported twice differs")
		}
		if _, v := l.export(whole(evidence.Court)); v.Counts.Records != 15 {
			t.Errorf("%d records after an export, want 15", v.Counts.Records)
		}
		if _, v := l.export(whole(evidence.Public)); v.Level != evidence.Incomplete || v.Counts.Shown != 2 {
			t.Errorf("for everybody: %+v\n%s", v.Counts, v.Text())
		}
	})
}

func signedSize(t *testing.T, s *store.Store) (n int64, err error) {
	return n, s.Read(t.Context(), func(v *store.View) error {
		h, err := v.LastCheckpoint(t.Context())
		n = h.Size
		return err
	})
}

// A part has what was asked for, with proofs, and nothing of anybody else.
func TestExportPart(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l := newLog(t, s)
		l.add(store.Evidence{Type: evidence.TypePolicy, Body: evidence.Ruled{Policy: "1", Version: 1, Text: "Be kind."}})
		l.settle("71", ada, bob)
		l.settle("72", eve, bob)
		l.settle("73", bob, eve)
		l.sign()

		_, v := l.export(sealing.Wanted{Scope: evidence.Scope{Kind: evidence.ScopeCase, Of: "72"}, Profile: evidence.Court})
		if v.Level != evidence.Verified || v.Counts.Records != 5 {
			t.Errorf("of a case: %+v\n%s", v.Counts, v.Text())
		}
		// Bob sees what was decided about him and his own report, not what others said
		// of him nor what was decided about eve.
		_, v = l.export(sealing.Wanted{Scope: evidence.Scope{Kind: evidence.ScopeAccount, Of: "bob"}, Account: bob, Profile: evidence.Party})
		if v.Level != evidence.Incomplete || v.Counts.Shown != 1+2+2+1 || v.Total > 0 {
			t.Errorf("of an account: %+v\n%s", v.Counts, v.Text())
		}
		notice := l.add(store.Evidence{Type: evidence.TypeHostNotice, About: bob, Body: map[string]string{"matter": "9", "sender": "host.example"}})
		l.add(store.Evidence{Type: evidence.TypeHostNotice, About: bob, Body: map[string]string{"matter": "10", "sender": "other.example"}})
		l.add(store.Evidence{Type: evidence.TypeHostAnswer, Refs: []social.EvidenceID{notice}, Body: map[string]string{"matter": "9"}})
		l.sign()
		_, v = l.export(sealing.Wanted{Scope: evidence.Scope{Kind: evidence.ScopeHost, Of: "host.example"}, Profile: evidence.Host})
		if v.Level != evidence.Verified || v.Counts.Shown != 1+2 {
			t.Errorf("of a host: %+v\n%s", v.Counts, v.Text())
		}
		for _, w := range []sealing.Wanted{
			{Scope: evidence.Scope{Kind: evidence.ScopeWhole}, Profile: evidence.Party},
			{Scope: evidence.Scope{Kind: evidence.ScopeWhole}, Profile: evidence.Host},
			{Scope: evidence.Scope{Kind: evidence.ScopeWhole}, Profile: "all"},
			{Scope: evidence.Scope{Kind: evidence.ScopeWhole}, Profile: evidence.Court, Size: 3},
		} {
			if _, err := l.Export(t.Context(), &bytes.Buffer{}, w); err == nil {
				t.Errorf("%+v could be exported", w)
			}
		}
	})
}

// A span has all leaves, and the bodies of its time.
func TestExportSpan(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l := newLog(t, s)
		l.add(store.Evidence{Type: evidence.TypePolicy, Body: evidence.Ruled{Policy: "1", Version: 1, Text: "Be kind."}})
		l.settle("71", ada, bob)
		l.sign()
		_, v := l.export(sealing.Wanted{Scope: evidence.Scope{Kind: evidence.ScopeSpan, Since: s.Now().Add(time.Hour).UnixMilli()}, Profile: evidence.Court})
		if v.Total > 0 || v.Counts.Records != 2 {
			t.Errorf("of an hour from now on: %+v\n%s", v.Counts, v.Text())
		}
		_, v = l.export(sealing.Wanted{Scope: evidence.Scope{Kind: evidence.ScopeSpan, Until: s.Now().Add(time.Hour).UnixMilli()}, Profile: evidence.Court})
		if v.Total > 0 || v.Counts.Records != 6 {
			t.Errorf("until an hour from now: %+v\n%s", v.Counts, v.Text())
		}
	})
}
