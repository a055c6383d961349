package badges_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/accounts"
	"github.com/plaza-social/plaza/internal/core/badges"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
	"github.com/plaza-social/plaza/internal/work"
)

const (
	mona social.AccountID = 10 + iota // a moderator
	ada
	ben
	far // lives elsewhere
)

var moderator = social.Actor{Account: mona, Standing: social.Good, Role: social.Moderator}

func as(who social.AccountID) social.Actor {
	return social.Actor{Account: who, Standing: social.Good, Role: social.Member}
}

type house struct {
	*testing.T
	ctx      context.Context
	store    *store.Store
	svc      *badges.Service
	view     *view.View
	accounts *accounts.Service
	told     []string // whom the staff looks at, and why
}

func each(t *testing.T, fn func(h *house)) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := &house{T: t, ctx: t.Context(), store: s, view: view.New(s, view.Config{BaseURL: "https://plaza.example", HandleHost: "plaza.example"})}
		h.svc = badges.New(s, func(_ context.Context, _ *store.Tx, who social.AccountID, why string) error {
			h.told = append(h.told, fmt.Sprintf("%d: %s", who, why))
			return nil
		})
		h.accounts = accounts.New(s, accounts.Config{Base: "https://plaza.example", HandleHost: "plaza.example"}, nil)
		s.Watch(h.view.Watch)
		h.join(mona, "mona", "Mona", social.Moderator)
		h.join(ada, "ada", "Ada Lovelace", social.Member)
		h.join(ben, "ben", "Ben", social.Member)
		h.write(func(tx *store.Tx) error {
			return tx.AddAccount(h.ctx, social.Account{ID: far, Username: "ada", Host: "far.example", URI: "https://far.example/ada", DisplayName: "Ada Lovelace", Kind: social.Bot, Standing: social.Good, CreatedAt: tx.Now, ChangedAt: tx.Now,
				Fields: []social.Field{{Name: "x", Value: "https://ada.example/", VerifiedAt: &tx.Now, DomainAt: &tx.Now}}})
		})
		h.settle()
		h.told = nil
		fn(h)
	})
}

func (h *house) write(fn func(tx *store.Tx) error) {
	h.Helper()
	if err := h.store.Write(h.ctx, fn); err != nil {
		h.Fatal(err)
	}
}

func (h *house) join(who social.AccountID, username, name string, role social.Role) {
	h.Helper()
	h.write(func(tx *store.Tx) error {
		if err := tx.AddAccount(h.ctx, social.Account{ID: who, Username: username, DisplayName: name, Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now, ChangedAt: tx.Now}); err != nil {
			return err
		}
		tx.Record(event.Joined{Account: who})
		return tx.AddUser(h.ctx, social.User{Account: who, Email: username + "@mail.example", Role: role, Confirmed: true, Approved: true, CreatedAt: tx.Now})
	})
}

// settle lets everything happen that follows from what was done.
func (h *house) settle() {
	h.Helper()
	if err := work.CatchUp(h.ctx, h.store, h.svc.Follower()); err != nil {
		h.Fatal(err)
	}
	for {
		n, err := work.Once(h.ctx, h.store, h.svc.Worker())
		if err != nil {
			h.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

func (h *house) called(who social.AccountID, name string) {
	h.Helper()
	if _, err := h.accounts.SetProfile(h.ctx, as(who), social.Profile{DisplayName: &name}); err != nil {
		h.Fatal(err)
	}
}

func (h *house) badges(who social.AccountID) (out []string) {
	h.Helper()
	f, err := h.view.Face(h.ctx, who)
	if err != nil {
		h.Fatal(err)
	}
	for _, b := range f.Badges {
		out = append(out, strings.TrimSpace(fmt.Sprint(b.Kind, " ", b.Role, " ", b.Reason, b.Host)))
	}
	return out
}

func (h *house) shows(who social.AccountID, want ...string) {
	h.Helper()
	if got := h.badges(who); !slices.Equal(got, want) {
		h.Errorf("%d has the badges %q, want %q", who, got, want)
	}
}

func TestConfirm(t *testing.T) {
	each(t, func(h *house) {
		if err := h.svc.Confirm(h.ctx, moderator, ada, "Ada Lovelace", " met at the\nharbour "); err != nil {
			h.Fatal(err)
		}
		h.shows(ada, "confirmed moderator met at the harbour")
		h.shows(ben)

		h.called(ada, "ADA  Lovelace") // the same name
		h.shows(ada, "confirmed moderator met at the harbour")
		h.called(ada, "Ben Bernanke") // nobody confirmed that
		h.shows(ada)
		if c, err := h.svc.Confirmation(h.ctx, as(ada), ada); err != nil || c.Name != "Ada Lovelace" {
			h.Errorf("she is told %+v, %v", c, err)
		}
		h.called(ada, "Ada Lovelace")
		h.shows(ada, "confirmed moderator met at the harbour")

		if err := h.svc.Withdraw(h.ctx, moderator, ada); err != nil {
			h.Fatal(err)
		}
		h.shows(ada)
		if err := h.svc.Withdraw(h.ctx, moderator, ada); errs.KindOf(err) != errs.NotFound {
			h.Errorf("a second time: %v", err)
		}
		var said []social.Action
		if err := h.store.Read(h.ctx, func(v *store.View) error {
			ds, err := v.Decisions(h.ctx, ada, social.Page{Limit: 10})
			for _, d := range ds {
				if said = append(said, d.Action); d.By != mona || d.Evidence == 0 {
					h.Errorf("the log has %+v", d)
				}
			}
			return err
		}); err != nil || !slices.Equal(said, []social.Action{social.Unconfirm, social.Confirm}) {
			h.Errorf("decided was %v, %v", said, err)
		}
	})
}

// TestWhoMayConfirm is what people try who may not.
func TestWhoMayConfirm(t *testing.T) {
	each(t, func(h *house) {
		suspended := moderator
		suspended.Standing = social.Suspended
		for _, x := range []struct {
			what string
			by   social.Actor
			who  social.AccountID
			name string
			why  string
			want errs.Kind
		}{
			{"a stranger", social.Anyone, ada, "Ada Lovelace", "x", errs.Unauthenticated},
			{"a member", as(ben), ada, "Ada Lovelace", "x", errs.Forbidden},
			{"a member, themselves", as(ada), ada, "Ada Lovelace", "x", errs.Forbidden},
			{"a moderator, themselves", moderator, mona, "Mona", "x", errs.Invalid},
			{"a suspended moderator", suspended, ada, "Ada Lovelace", "x", errs.Forbidden},
			{"without a reason", moderator, ada, "Ada Lovelace", " \n", errs.Invalid},
			{"with a long one", moderator, ada, "Ada Lovelace", strings.Repeat("x", social.MaxConfirmReason+1), errs.Invalid},
			{"somebody elsewhere", moderator, far, "Ada Lovelace", "x", errs.Invalid},
			{"who has taken another name meanwhile", moderator, ada, "Ada", "x", errs.Conflict},
			{"without having looked", moderator, ada, "", "x", errs.Conflict},
			{"nobody", moderator, 999, "x", "x", errs.NotFound},
		} {
			if err := h.svc.Confirm(h.ctx, x.by, x.who, x.name, x.why); errs.KindOf(err) != x.want || err == nil {
				h.Errorf("%s confirms: %v, want %v", x.what, err, x.want)
			}
		}
		for _, by := range []social.Actor{social.Anyone, as(ben), as(ada)} {
			if err := h.svc.Withdraw(h.ctx, by, ada); err == nil || errs.KindOf(err) == errs.NotFound {
				h.Errorf("%+v withdraws: %v", by, err)
			}
			if err := h.svc.ShowRole(h.ctx, by, true); err == nil {
				h.Errorf("%+v shows a role", by)
			}
		}
		if _, err := h.svc.Confirmation(h.ctx, as(ben), ada); errs.KindOf(err) != errs.Forbidden {
			h.Errorf("another member reads what was confirmed: %v", err)
		}
		if _, err := h.svc.Confirmation(h.ctx, social.Anyone, 0); err == nil {
			h.Error("a stranger reads what was confirmed")
		}
		if _, err := h.svc.Like(h.ctx, as(ben), social.Account{Username: "ada"}); errs.KindOf(err) != errs.Forbidden {
			h.Errorf("a member reads who is like whom: %v", err)
		}
		h.shows(ada)
		h.shows(mona)
	})
}

func TestShowRole(t *testing.T) {
	each(t, func(h *house) {
		h.shows(mona) // nobody has to be known for it
		for _, show := range []bool{true, true, false} {
			if err := h.svc.ShowRole(h.ctx, moderator, show); err != nil {
				h.Fatal(err)
			}
			if show {
				h.shows(mona, "staff moderator")
			} else {
				h.shows(mona)
			}
		}
	})
}

// TestElsewhere has what another server says of its people be no badge of ours.
func TestElsewhere(t *testing.T) {
	each(t, func(h *house) {
		h.write(func(tx *store.Tx) error { // as if a row said so
			p, err := tx.AddEvidence(store.Evidence{Type: "config", Outcome: "confirm", Body: struct{}{}})
			if err != nil {
				return err
			}
			return tx.Confirm(h.ctx, social.Confirmation{Account: far, Name: "Ada Lovelace", Role: social.Moderator, Reason: "x", At: tx.Now}, p)
		})
		h.shows(far, "bot")
	})
}

func TestLookAlikes(t *testing.T) {
	each(t, func(h *house) {
		told := func(what string, want ...string) {
			h.Helper()
			h.settle()
			if len(h.told) != len(want) {
				h.Fatalf("%s: the staff is told %q, want %q", what, h.told, want)
			}
			for i, w := range want {
				if !strings.HasPrefix(h.told[i], w) {
					h.Errorf("%s: the staff is told %q, want %q", what, h.told[i], w)
				}
			}
			h.told = nil
		}
		h.called(ben, "Ada Lovelace")
		told("like somebody who is not confirmed")
		h.called(ben, "Моna")
		told("like a moderator", "12: The name of @ben (\"Моna\") can be mistaken for that of @mona")
		h.called(ben, "Mona")
		told("once more")
		h.called(ben, "Аda Lovеlace")
		told("like somebody who is not confirmed yet")
		if err := h.svc.Confirm(h.ctx, moderator, ada, "Ada Lovelace", "met"); err != nil {
			h.Fatal(err)
		}
		told("who was confirmed after", "12: The name of @ben (\"Аda Lovеlace\") can be mistaken for that of @ada")
		h.join(20, "rnona", "", social.Member)
		told("who joins", "20: The name of @rnona")
		h.join(21, "carl", "Carl", social.Member)
		told("somebody like nobody")
		h.called(mona, "Carl") // who is trusted is
		told("somebody of the staff")
		h.called(ada, "Mona") // and who is confirmed is as what they are confirmed
		told("who is confirmed under another name", "11: ")
		h.called(21, "Carl C.")
		h.called(21, "Carl")
		told("who calls themselves so later", "21: ")
		// One by the username, one by the name.
		if like, err := h.svc.Like(h.ctx, moderator, social.Account{ID: 22, Username: "m0na", DisplayName: "Ada Love-lace"}); err != nil || len(like) != 2 || like[0].Account != mona || like[1].Account != ada {
			h.Errorf("m0na is like %+v, %v", like, err)
		}
	})
}

// TestLookAlikeRole has somebody be looked for who has the name of a new moderator.
func TestLookAlikeRole(t *testing.T) {
	each(t, func(h *house) {
		h.called(ben, "Ada Lovelace")
		h.write(func(tx *store.Tx) error {
			u, err := tx.HoldUser(h.ctx, ada)
			if err != nil {
				return err
			}
			u.Role = social.Moderator
			tx.Record(event.AccessChanged{Account: ada})
			return tx.SetUser(h.ctx, u)
		})
		h.settle()
		if len(h.told) != 1 || !strings.HasPrefix(h.told[0], "12: ") {
			h.Errorf("the staff is told %q", h.told)
		}
	})
}

// TestGone has badges go with the account.
func TestGone(t *testing.T) {
	each(t, func(h *house) {
		if err := errors.Join(h.svc.Confirm(h.ctx, moderator, ada, "Ada Lovelace", "met"), h.svc.Confirm(h.ctx, moderator, ben, "Ben", "met")); err != nil {
			h.Fatal(err)
		}
		h.write(func(tx *store.Tx) error {
			_, err := tx.AddLikeness(h.ctx, ben, ada, false)
			return err
		})
		h.write(func(tx *store.Tx) error { return tx.DeleteAccount(h.ctx, ada) })
		if err := h.store.Read(h.ctx, func(v *store.View) error {
			cs, err := v.Confirmations(h.ctx, []social.AccountID{ada, ben})
			if len(cs) != 1 || cs[0].Account != ben {
				h.Errorf("left are %+v", cs)
			}
			return err
		}); err != nil {
			h.Fatal(err)
		}
	})
}
