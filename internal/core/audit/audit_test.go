package audit_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/limit"
	"github.com/plaza-social/plaza/internal/core/audit"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/core/moderation"
	"github.com/plaza-social/plaza/internal/core/record"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

const (
	ada social.AccountID = 3_400_000_000_000_000_001 + iota
	ben
	mona
	olaf
	olga
)

var people = map[social.AccountID]social.User{ada: {Role: social.Member}, ben: {Role: social.Member}, mona: {Role: social.Moderator}, olaf: {Role: social.Admin}, olga: {Role: social.Owner}}

var names = map[social.AccountID]string{ada: "ada", ben: "ben", mona: "mona", olaf: "olaf", olga: "olga"}

func as(who social.AccountID) social.Actor {
	return social.Actor{Account: who, Standing: social.Good, Role: people[who].Role}
}

type house struct {
	*testing.T
	*audit.Service
	ctx   context.Context
	store *store.Store
	clock *storetest.Clock
	desk  *moderation.Service
	door  *auth.Service
}

// each has some of the staff do something each, a minute apart.
func each(t *testing.T, fn func(h *house)) {
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, c *storetest.Clock) {
		v := view.New(s, view.Config{BaseURL: "https://plaza.example"})
		s.Watch(v.Watch)
		h := &house{t, audit.New(s, v), t.Context(), s, c, moderation.New(s, v), auth.New(s, auth.Config{BaseURL: "https://plaza.example", Limiter: limit.New(c.Now), FactorKey: make([]byte, auth.FactorKeyBytes)})}
		h.write(func(tx *store.Tx) error {
			for who, name := range names {
				if err := tx.AddAccount(h.ctx, social.Account{ID: who, Username: name, Standing: social.Good, CreatedAt: tx.Now}); err != nil {
					return err
				}
				if err := tx.AddUser(h.ctx, social.User{Account: who, Email: name + "@example.com", Role: people[who].Role, Confirmed: true, Approved: true, CreatedAt: tx.Now}); err != nil {
					return err
				}
			}
			return nil
		})
		fn(h)
	})
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) write(fn func(tx *store.Tx) error) {
	h.Helper()
	h.clock.Pass(time.Minute)
	h.must(h.store.Write(h.ctx, fn))
}

func (h *house) decide(by social.AccountID, what social.Action) {
	h.Helper()
	h.clock.Pass(time.Minute)
	h.must(h.desk.Decide(h.ctx, as(by), social.Decision{Account: ben, Action: what}, false))
}

func (h *house) role(by, who social.AccountID, is social.Role) {
	h.Helper()
	h.clock.Pass(time.Minute)
	_, err := h.door.Modify(h.ctx, as(by), who, auth.Changes{Role: is})
	h.must(err)
}

func (h *house) keepOut(by social.Actor, host string) {
	h.Helper()
	h.write(func(tx *store.Tx) error {
		return record.Measures(h.ctx, tx, by, record.Hosts, evidence.Changed{Target: host, From: "silence", To: "suspend"})
	})
}

// told is a page in a word or two for each act.
func (h *house) told(w audit.Wish) (out string, next int64) {
	h.Helper()
	p, err := h.Acts(h.ctx, as(olaf), w)
	h.must(err)
	var all []string
	for _, a := range p.Acts {
		who, what := a.Alias, string(a.What)
		if a.By != nil {
			who = a.By.Username
		} else if a.Alias != "console" {
			who = "gone"
		}
		if a.Action != "" {
			what = string(a.Action)
		}
		if a.About != nil {
			what += " " + a.About.Username
		} else if a.Subject != "" {
			what += " " + a.Subject
		}
		if a.To != "" {
			what += " " + a.From + ">" + a.To
		}
		all = append(all, who+" "+what)
	}
	return strings.Join(all, "; "), p.Next
}

// Each act has the name of who did it, the newest first, and is found by who and what.
func TestActs(t *testing.T) {
	each(t, func(h *house) {
		h.decide(mona, social.Limit)
		h.keepOut(as(olga), "bad.example")
		h.role(olga, ada, social.Moderator)
		h.keepOut(social.Console, "worse.example")
		h.write(func(tx *store.Tx) error { // a rule that acts by itself is not of the staff
			return h.desk.DecideFor(h.ctx, tx, social.Decision{Account: ben, Action: social.Veil, Decider: social.ByMachine, Machine: true}, false)
		})
		h.clock.Pass(time.Minute)
		_, err := h.desk.Accounts(h.ctx, as(olaf), social.AccountFilter{}, social.Page{Limit: 10})
		h.must(err)
		for _, tt := range []struct {
			wish audit.Wish
			want string
		}{
			{audit.Wish{}, "olaf address >addresses of accounts; console measure worse.example silence>suspend; olga role ada >moderator; olga measure bad.example silence>suspend; mona limit ben; console policy The rules of this house"},
			{audit.Wish{By: olga}, "olga role ada >moderator; olga measure bad.example silence>suspend"},
			{audit.Wish{Kind: audit.People}, "olga role ada >moderator"},
			{audit.Wish{Kind: audit.House}, "console policy The rules of this house"},
			{audit.Wish{Kind: audit.Looks}, "olaf address >addresses of accounts"},
			{audit.Wish{Kind: audit.Hosts, By: mona}, ""},
			{audit.Wish{Kind: audit.Decisions}, "mona limit ben"},
			{audit.Wish{By: ada}, ""},
			{audit.Wish{Before: 2}, "mona limit ben; console policy The rules of this house"},
			{audit.Wish{Before: 1 << 40, By: mona}, "mona limit ben"},
		} {
			if got, next := h.told(tt.wish); got != tt.want || next != 0 {
				t.Errorf("%+v: %s, and %d; want %s, and no more", tt.wish, got, next, tt.want)
			}
		}
		if _, err := h.Acts(h.ctx, as(olaf), audit.Wish{Kind: "nonsense"}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("of no kind: %v, want Invalid", err)
		}
		staff, err := h.Staff(h.ctx, as(olaf))
		if err != nil || len(staff) != 4 {
			t.Errorf("%d of the staff, %v; want 4 with ada", len(staff), err)
		}
	})
}

// It is for admins.
func TestActsAreForAdmins(t *testing.T) {
	each(t, func(h *house) {
		for _, by := range []social.Actor{as(mona), as(ada), social.Anyone} {
			if _, err := h.Acts(h.ctx, by, audit.Wish{}); err == nil {
				t.Errorf("%+v is told", by)
			}
			if _, err := h.Staff(h.ctx, by); err == nil {
				t.Errorf("%+v is told who the staff is", by)
			}
		}
	})
}

// Pseudonyms change with the quarter; names stay. Who is not of the staff any more
// has the name that is in our rows, or none.
func TestActsOfOtherQuarters(t *testing.T) {
	each(t, func(h *house) {
		h.keepOut(as(olga), "bad.example")
		h.keepOut(as(mona), "worse.example")
		h.decide(mona, social.Limit)
		h.clock.Pass(200 * 24 * time.Hour)
		h.keepOut(as(olga), "good.example")
		h.role(olga, mona, social.Member)
		want := "olga role mona >user; olga measure good.example silence>suspend; mona limit ben; console policy The rules of this house; gone measure worse.example silence>suspend; olga measure bad.example silence>suspend"
		if got, _ := h.told(audit.Wish{}); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	})
}

// A page ends where it is full; what others wrote between is passed over.
func TestActsInPages(t *testing.T) {
	each(t, func(h *house) {
		h.keepOut(as(mona), "first.example")
		h.write(func(tx *store.Tx) error {
			for i := range 1200 {
				if _, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeReport, Body: i}); err != nil {
					return err
				}
			}
			for i := range audit.PageActs + 3 {
				if err := record.Measures(h.ctx, tx, as(olga), record.Hosts, evidence.Changed{Target: fmt.Sprintf("host%d.example", i)}); err != nil {
					return err
				}
			}
			return nil
		})
		if got, next := h.told(audit.Wish{By: mona}); got != "mona measure first.example silence>suspend" || next != 0 {
			t.Errorf("far back: %s, and %d", got, next)
		}
		first, next := h.told(audit.Wish{})
		if n := strings.Count(first, ";") + 1; n != audit.PageActs || next == 0 || strings.Contains(first, "host2.example") {
			t.Errorf("the first page has %d, then %d: %s", n, next, first)
		}
		want := "olga measure host2.example; olga measure host1.example; olga measure host0.example; mona measure first.example silence>suspend"
		if got, next := h.told(audit.Wish{Before: next}); got != want || next != 0 {
			t.Errorf("the second page: %s, and %d; want %s", got, next, want)
		}
	})
}
