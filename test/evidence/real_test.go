package evidence

import (
	"bytes"
	"context"
	"database/sql"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	_ "modernc.org/sqlite" // changes the database behind the program's back

	"github.com/plaza-social/plaza/internal/core/moderation"
	"github.com/plaza-social/plaza/internal/core/sealing"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

const (
	ada social.AccountID = 3_400_000_000_000_000_001 + iota
	ben
	mona // a moderator
	mia  // a moderator
	moe  // a moderator
)

// real is a house in whose database something was done about reports.
type real struct {
	t      *testing.T
	ctx    context.Context
	file   string
	s      *store.Store
	passed atomic.Int64 // ms: each look at the clock is one later
	log    *sealing.Service
}

func (r *real) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *real) open() {
	r.t.Helper()
	var err error
	r.s, err = store.Open(r.ctx, store.Options{URL: r.file, Clock: func() time.Time { return morning.Add(time.Duration(r.passed.Add(1)) * time.Millisecond) }})
	r.must(err)
	r.log = sealing.New(r.s, host, slog.New(slog.DiscardHandler))
}

func (r *real) write(do func(tx *store.Tx) error) { r.t.Helper(); r.must(r.s.Write(r.ctx, do)) }

var morning = time.Date(2026, 11, 26, 8, 0, 0, 0, time.UTC)

// newReal has two reports of the same post decided, appealed, heard and undone,
// one dismissed, and somebody leave.
func newReal(t *testing.T) *real {
	t.Helper()
	r := &real{t: t, ctx: t.Context(), file: t.TempDir() + "/plaza.db"}
	r.open()
	roles := map[social.AccountID]social.Role{ada: social.Member, ben: social.Member, mona: social.Moderator, mia: social.Moderator, moe: social.Moderator}
	as := func(who social.AccountID) social.Actor {
		return social.Actor{Account: who, Standing: social.Good, Role: roles[who]}
	}
	r.write(func(tx *store.Tx) error {
		house := social.DefaultSettings
		house.Rules = []social.Rule{{ID: "1", Text: "Be kind."}, {ID: "2", Text: "Be brief, & <kind>."}}
		r.must(tx.SetHouse(r.ctx, house))
		for id, name := range map[social.AccountID]string{ada: "ada", ben: "ben", mona: "mona", mia: "mia", moe: "moe"} {
			r.must(tx.AddAccount(r.ctx, social.Account{ID: id, Username: name, Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now}))
			r.must(tx.AddUser(r.ctx, social.User{Account: id, Email: name + "@example.com", Role: roles[id], Confirmed: true, Approved: true, CreatedAt: tx.Now}))
		}
		r.must(tx.AddPost(r.ctx, social.Post{ID: 1001, Thread: 1001, Author: ben, Text: "Buy \"it\" now!", Visibility: social.Public, At: tx.Now}))
		return nil
	})
	m := moderation.New(r.s, view.New(r.s, view.Config{BaseURL: "https://" + host}))
	report, err := m.Report(r.ctx, as(ada), social.Report{Target: ben, Posts: []social.PostID{1001}, Comment: "It is <spam>.", Category: social.ReportViolation, Rules: []string{"2"}})
	r.must(err)
	_, err = m.Report(r.ctx, as(mia), social.Report{Target: ben, Posts: []social.PostID{1001}, Comment: "That again."})
	r.must(err)
	r.sign()
	r.must(m.Decide(r.ctx, as(mona), social.Decision{Case: report.Case, Action: social.HidePost, Rule: "2", Facts: "It sells."}, false))
	record, err := m.Record(r.ctx, as(ben), social.Page{Limit: 10})
	r.must(err)
	appeal, err := m.Appeal(r.ctx, as(ben), record[0].Decision.ID, "It is art.")
	r.must(err)
	r.must(m.Hear(r.ctx, as(moe), appeal.ID, true, "So it is."))
	none, err := m.Report(r.ctx, as(ben), social.Report{Target: ada, Comment: "Rude."})
	r.must(err)
	r.must(m.Decide(r.ctx, as(mona), social.Decision{Case: none.Case, Action: social.Dismiss}, false))
	r.sign()
	r.write(func(tx *store.Tx) error { return tx.DeleteAccount(r.ctx, ada) })
	r.sign()
	return r
}

func (r *real) sign() {
	r.t.Helper()
	_, err := r.log.Seal(r.ctx)
	r.must(err)
}

// bundle is what is exported, and the key that it is signed with.
func (r *real) bundle(want sealing.Wanted) (b []byte, key string) {
	r.t.Helper()
	var out bytes.Buffer
	_, err := r.log.Export(r.ctx, &out, want)
	r.must(err)
	key, err = r.log.Public(r.ctx)
	r.must(err)
	return out.Bytes(), key
}

func (r *real) export(want sealing.Wanted) evidence.Verdict {
	r.t.Helper()
	b, key := r.bundle(want)
	return verify(r.t, b, evidence.Options{Key: key})
}

var everything = sealing.Wanted{Scope: evidence.Scope{Kind: evidence.ScopeWhole}, Profile: evidence.Court}

// What the program itself writes down holds.
func TestRealHouse(t *testing.T) {
	t.Parallel()
	r := newReal(t)
	defer r.s.Close()
	v := r.export(everything)
	if v.Level != evidence.Incomplete || v.Counts.Erased == 0 || v.Counts.Missing > 0 {
		t.Errorf("everything: %+v\n%s", v.Counts, v.Text())
	}
	v = r.export(sealing.Wanted{Scope: evidence.Scope{Kind: evidence.ScopeAccount, Of: "ben"}, Account: ben, Profile: evidence.Party})
	if v.Total > 0 || v.Counts.Shown < 5 {
		t.Errorf("of ben: %+v\n%s", v.Counts, v.Text())
	}
}

// An edit is something that somebody does to the database by hand, what finds it
// and of what kind the record is that is named.
type edit struct{ name, sql, code, of string }

var edits = []edit{
	{"nothing", "", "", ""},
	{"a leaf", `UPDATE evidence SET leaf = REPLACE(leaf, 'hide_post', 'dismissed') WHERE type = 'decision' AND n = 1`, "leaf-hash", "decision"},
	{"a body", `UPDATE evidence SET body = CAST(REPLACE(CAST(body AS TEXT), 'It sells', 'It lies.') AS BLOB) WHERE type = 'decision' AND n = 1`, "commitment", "decision"},
	{"a salt", `UPDATE evidence SET salt = (SELECT salt FROM evidence WHERE type = 'policy' AND n = 2) WHERE type = 'decision' AND n = 1`, "commitment", "decision"},
	{"a body that goes", `UPDATE evidence SET body = NULL, salt = NULL WHERE type = 'decision' AND n = 1`, "body-gone", "decision"},
	{"a body that is called erased", `UPDATE evidence SET body = NULL, salt = NULL, erased_idx = (SELECT MAX(idx) FROM evidence WHERE type = 'erasure') WHERE type = 'decision' AND n = 1`, "erasure", "decision"},
	{"a rule", `UPDATE evidence SET body = CAST(REPLACE(CAST(body AS TEXT), 'brief', 'quiet') AS BLOB) WHERE type = 'policy' AND n = 1`, "commitment", "policy"},
	{"a leaf with its hash", `UPDATE evidence SET leaf = (SELECT leaf FROM evidence WHERE type = 'decision' AND n = 2), hash = (SELECT hash FROM evidence WHERE type = 'decision' AND n = 2) WHERE type = 'decision' AND n = 1`,
		"number", "decision"},
}

// do is what a house exports after that, and its key.
func (x edit) do(t *testing.T) (bundle []byte, key string) {
	t.Helper()
	r := newReal(t)
	if x.sql != "" {
		r.must(r.s.Close())
		db, err := sql.Open("sqlite", "file:"+r.file)
		r.must(err)
		done, err := db.Exec(x.sql)
		r.must(err)
		if n, err := done.RowsAffected(); err != nil || n != 1 {
			t.Fatalf("%s: %d rows, %v", x.name, n, err)
		}
		r.must(db.Close())
		r.open()
	}
	bundle, key = r.bundle(everything)
	r.must(r.s.Close())
	return bundle, key
}

// Whoever changes the database by hand is found, and the record named. TestPage and
// TestScript have the others look at the same.
func TestEditedByHand(t *testing.T) {
	t.Parallel()
	for _, x := range edits {
		b, key := x.do(t)
		v := verify(t, b, evidence.Options{Key: key})
		if x.code == "" && v.Total > 0 || x.code != "" && (!strings.Contains(v.Text(), "("+x.of+" no. ") || !names(v, x.code, x.of)) {
			t.Errorf("%s: no %s of a %s:\n%s", x.name, x.code, x.of, v.Text())
		}
	}
}

func names(v evidence.Verdict, code, kind string) bool {
	for _, f := range v.Failures {
		if f.Code == code && string(f.Type) == kind {
			return true
		}
	}
	return false
}
