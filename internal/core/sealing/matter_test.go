package sealing_test

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/core/sealing"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// judged is a post that was reported, and what was decided about it, as it stands
// in our rows, too.
func (l *log) judged(n int64, about social.AccountID, v social.Visibility, a social.Action) {
	l.t.Helper()
	post := social.PostID(1000 + n)
	l.write(func(tx *store.Tx) error {
		say := func(e store.Evidence) store.Proof {
			p, err := tx.AddEvidence(e)
			if err != nil {
				l.t.Fatal(err)
			}
			return p
		}
		report := say(store.Evidence{Type: evidence.TypeReport, Class: "24h", Outcome: "app", About: about, Body: evidence.Reported{Report: fmt.Sprint(n), Statement: "words of the reporter", ReceivedAt: tx.Now.UTC().Format("2006-01-02T15:04:05.000Z")}})
		snap := say(store.Evidence{Type: evidence.TypeSnapshot, About: about, Body: evidence.Snapshot{Subject: fmt.Sprint(post), Text: fmt.Sprintf("words of post %d", n), Visibility: string(v)}})
		triage := say(store.Evidence{Type: evidence.TypeTriage, Class: "24h", Refs: []social.EvidenceID{report.ID(), snap.ID()}, About: about, Body: evidence.Triage{Case: fmt.Sprint(n), Subject: fmt.Sprint(post)}})
		if _, err := tx.AddCase(l.t.Context(), social.Case{ID: social.CaseID(n), Subject: social.Subject{Account: about, Post: post}, At: tx.Now, Harm: "violence", Evidence: triage.ID(), ClosedAt: tx.Now}); err != nil {
			return err
		}
		d := social.Decision{ID: social.DecisionID(n), Account: about, Case: social.CaseID(n), Action: a, At: tx.Now}
		if a.OfPost() {
			d.Posts = []social.PostID{post}
		}
		p := say(store.Evidence{Type: evidence.TypeDecision, Class: "24h", Outcome: string(a), Refs: []social.EvidenceID{triage.ID()}, About: about, Body: evidence.Decided{Decision: fmt.Sprint(n), Case: fmt.Sprint(n), Action: string(a), Facts: fmt.Sprintf("facts %d", n), Decider: "person", By: "moderator 1"}})
		d.Evidence = p.ID()
		return tx.AddDecision(l.t.Context(), d, p)
	})
}

// notice is one about a post of somebody.
func (l *log) notice(n int64, c social.Class, by social.MatterChannel, host string, about social.AccountID, post social.PostID) {
	l.t.Helper()
	l.write(func(tx *store.Tx) error {
		p, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeHostNotice, Class: string(c), About: about, Body: evidence.Noticed{Matter: fmt.Sprint(n), Class: string(c), Sender: host}})
		if err != nil {
			return err
		}
		m := social.Matter{ID: social.MatterID(n), Class: c, Channel: by, Status: social.MatterOpen, Secret: fmt.Sprint("secret", n), Evidence: p.ID(), From: social.Sender{Email: "abuse@" + host}}
		return tx.AddMatter(l.t.Context(), m, []social.MatterObject{{Address: "https://house.example/x", Account: about, Post: post}})
	})
}

func ofMatter(n int64) sealing.Wanted {
	return sealing.Wanted{Scope: evidence.Scope{Kind: evidence.ScopeMatter, Of: fmt.Sprint(n)}, Profile: evidence.Host}
}

// The evidence for an answer has what was decided about what the notice names, and
// nothing that is not for who sent it.
func TestExportMatter(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l := newLog(t, s)
		l.judged(1, bob, social.Public, social.HidePost)    // what the notice names
		l.judged(2, bob, social.Public, social.HidePost)    // another post of the same account
		l.judged(3, bob, social.Public, social.Suspend)     // the whole account
		l.judged(4, eve, social.Public, social.HidePost)    // somebody else
		l.judged(5, bob, social.Followers, social.HidePost) // not for everybody
		l.notice(71, social.ClassHost, social.ByStaff, "host.example", bob, 1001)
		l.notice(72, social.ClassNotice, social.ByForm, "mail.example", bob, 1001)
		l.notice(73, social.ClassHost, social.ByStaff, "host.example", bob, 1005)
		l.sign()
		for name, tt := range map[string]struct {
			want         sealing.Wanted
			has, without []string
		}{
			"of the provider":                     {ofMatter(71), []string{"facts 1", "words of post 1", "facts 3", `"matter":"71"`}, []string{"facts 2", "words of post 2", "words of post 3", "facts 4", "facts 5", "words of the reporter", `"matter":"72"`, `"matter":"73"`}},
			"of a stranger":                       {ofMatter(72), []string{`"matter":"72"`}, []string{"facts", "words of", "case", `"matter":"71"`}},
			"of a post that is not for everybody": {ofMatter(73), []string{"facts 5", "facts 3"}, []string{"words of post 5", "facts 1", "words of post 1", "facts 4"}},
			"all of the provider's": {sealing.Wanted{Scope: evidence.Scope{Kind: evidence.ScopeHost, Of: "host.example"}, Profile: evidence.Host},
				[]string{"facts 1", "facts 5", "facts 3", `"matter":"71"`, `"matter":"73"`}, []string{"facts 2", "facts 4", "words of post 5", `"matter":"72"`}},
		} {
			b, v := l.export(tt.want)
			if v.Total > 0 {
				t.Errorf("%s does not hold:\n%s", name, v.Text())
			}
			said := bodies(t, b)
			for _, words := range tt.has {
				if !strings.Contains(said, words) {
					t.Errorf("%s: there is no %q", name, words)
				}
			}
			for _, words := range tt.without {
				if strings.Contains(said, words) {
					t.Errorf("%s: there is %q", name, words)
				}
			}
		}
		for _, w := range []sealing.Wanted{ofMatter(99), {Scope: evidence.Scope{Kind: evidence.ScopeMatter, Of: "x"}, Profile: evidence.Host}} {
			if _, err := l.Export(t.Context(), &bytes.Buffer{}, w); err == nil {
				t.Errorf("%+v could be exported", w)
			}
		}
	})
}

// Whoever is not known to be who they say sees that something was decided about what
// they named since, and not what, nor what was before, nor about whom else.
func TestExportMatterOfAStranger(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l := newLog(t, s)
		l.judged(1, bob, social.Public, social.HidePost)
		l.judged(2, bob, social.Public, social.Suspend)
		l.notice(71, social.ClassNotice, social.ByForm, "mail.example", bob, 0)
		l.notice(72, social.ClassNotice, social.ByForm, "mail.example", bob, 1003)
		l.notice(73, social.ClassHost, social.ByForm, "host.example", bob, 1001)
		l.notice(74, social.ClassOrder, social.ByAPI, "police.example", bob, 0)
		l.judged(3, bob, social.Public, social.HidePost)
		l.judged(4, bob, social.Public, social.Suspend)
		l.sign()
		for of, decisions := range map[int64]int{71: 1, 72: 1, 73: 0, 74: 1} {
			b, v := l.export(ofMatter(of))
			if v.Total > 0 {
				t.Errorf("of notice %d: it does not hold:\n%s", of, v.Text())
			}
			said := bodies(t, b)
			if !strings.Contains(said, fmt.Sprintf(`"matter":"%d"`, of)) {
				t.Errorf("of notice %d: it is not there itself", of)
			}
			for _, words := range []string{"facts", "words of", `"case"`, `"decision"`} {
				if strings.Contains(said, words) {
					t.Errorf("of notice %d: there is %q", of, words)
				}
			}
			if got := strings.Count(leavesOf(t, b), `"t":"decision"`); got != decisions {
				t.Errorf("of notice %d: it leads to %d decisions, want %d", of, got, decisions)
			}
		}
		court := ofMatter(71)
		court.Profile = evidence.Court
		if b, _ := l.export(court); !strings.Contains(bodies(t, b), "facts 2") {
			t.Error("a court does not see what was before")
		}
	})
}

// leavesOf are the leaves of the records of a bundle.
func leavesOf(t *testing.T, bundle []byte) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(bundle), int64(len(bundle)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open("records.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var r evidence.Record
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		out.WriteString(r.Leaf + "\n")
	}
	return out.String()
}
