package lists_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/lists"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// ben keeps lists. He follows ada and cleo, has asked dora, who has not
// answered, and has nothing to do with eva.
const (
	ada social.AccountID = 3_400_000_000_000_000_001 + iota
	ben
	cleo
	dora
	eva
)

func as(id social.AccountID) social.Actor { return social.Actor{Account: id, Standing: social.Good} }

func each(t *testing.T, fn func(ctx context.Context, t *testing.T, s *store.Store, svc *lists.Service)) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		if err := s.Write(ctx, func(tx *store.Tx) error {
			for i, name := range []string{"ada", "ben", "cleo", "dora", "eva"} {
				if err := tx.AddAccount(ctx, social.Account{ID: ada + social.AccountID(i), Username: name, Standing: social.Good, CreatedAt: tx.Now}); err != nil {
					return err
				}
			}
			for who, accepted := range map[social.AccountID]bool{ada: true, cleo: true, dora: false} {
				if err := tx.AddFollow(ctx, social.Follow{Owner: ben, Target: who}, accepted); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		v := view.New(s, view.Config{})
		s.Watch(v.Watch)
		fn(ctx, t, s, lists.New(s, v))
	})
}

func add(t *testing.T, svc *lists.Service, title string) social.List {
	t.Helper()
	l, err := svc.Add(t.Context(), as(ben), social.List{Title: title, Replies: social.RepliesList})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func members(t *testing.T, svc *lists.Service, l social.ListID, p social.Page) (out []social.AccountID, ends [2]int64) {
	t.Helper()
	got, err := svc.Members(t.Context(), as(ben), l, p)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range got.Items {
		out = append(out, f.ID)
	}
	return out, [2]int64{got.Newest, got.Oldest}
}

func TestListsAreTheirOwners(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *lists.Service) {
		l := add(t, svc, "friends")
		if got, err := svc.Get(ctx, as(ben), l.ID); err != nil || got != l || l.Owner != ben {
			t.Errorf("got %+v, %v; want %+v", got, err, l)
		}
		l.Title, l.Replies, l.Exclusive = "Freunde", social.RepliesNone, true
		if got, err := svc.Change(ctx, as(ben), l); err != nil || got != l {
			t.Errorf("changed to %+v, %v", got, err)
		}
		if all, err := svc.All(ctx, as(ben)); err != nil || !slices.Equal(all, []social.List{l}) {
			t.Errorf("ben's lists: %+v, %v", all, err)
		}
		if all, err := svc.All(ctx, as(ada)); err != nil || len(all) != 0 {
			t.Errorf("ada's lists: %+v, %v", all, err)
		}
		theirs := l
		theirs.Owner = ada
		for name, do := range map[string]func() error{
			"get":         func() error { _, err := svc.Get(ctx, as(ada), l.ID); return err },
			"change":      func() error { _, err := svc.Change(ctx, as(ada), theirs); return err },
			"delete":      func() error { return svc.Delete(ctx, as(ada), l.ID) },
			"add members": func() error { return svc.AddMembers(ctx, as(ada), l.ID, []social.AccountID{ada}) },
			"end members": func() error { return svc.EndMembers(ctx, as(ada), l.ID, []social.AccountID{ada}) },
			"members":     func() error { _, err := svc.Members(ctx, as(ada), l.ID, social.Page{Limit: 9}); return err },
		} {
			if err := do(); errs.KindOf(err) != errs.NotFound {
				t.Errorf("%s somebody else's: %v, want NotFound", name, err)
			}
		}
		if err := svc.Delete(ctx, as(ben), l.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := svc.Get(ctx, as(ben), l.ID); errs.KindOf(err) != errs.NotFound {
			t.Errorf("after it was deleted: %v, want NotFound", err)
		}
		if err := s.Read(ctx, func(v *store.View) error {
			rs, err := v.Facts(ctx, event.Pos{}, 99)
			for _, r := range rs {
				if r.Fact != (event.ListChanged{Owner: ben, List: l.ID}) {
					t.Errorf("told of %+v", r.Fact)
				}
			}
			if len(rs) != 3 {
				t.Errorf("%d facts, want 3: made, changed and deleted", len(rs))
			}
			return err
		}); err != nil {
			t.Error(err)
		}
	})
}

// The secret of a feed leads to its list until there is another, or none, or its owner
// may do nothing here.
func TestFeedOfAList(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *lists.Service) {
		if err := s.Write(ctx, func(tx *store.Tx) error {
			return tx.AddUser(ctx, social.User{Account: ben, Email: "ben@example.com", Role: social.Member, Confirmed: true, Approved: true})
		}); err != nil {
			t.Fatal(err)
		}
		l, other := add(t, svc, "friends"), add(t, svc, "others")
		leads := func(secret string) social.ListID {
			t.Helper()
			got, owner, err := svc.ByFeed(ctx, secret)
			if errs.KindOf(err) == errs.NotFound && err != nil {
				return 0
			}
			if err != nil || owner.Account != ben {
				t.Errorf("%q leads to %+v of %+v, %v", secret, got, owner, err)
			}
			return got.ID
		}
		if leads("") != 0 || leads("x") != 0 {
			t.Error("a list without a feed is found")
		}
		make := func(which social.ListID) string {
			t.Helper()
			secret, err := svc.MakeFeed(ctx, as(ben), which)
			if err != nil || len(secret) < 22 {
				t.Fatalf("the secret is %q, %v", secret, err)
			}
			return secret
		}
		first, second := make(l.ID), make(other.ID)
		if leads(first) != l.ID || leads(second) != other.ID {
			t.Error("a secret does not lead to its list")
		}
		if got, err := svc.Get(ctx, as(ben), l.ID); err != nil || got.Feed != first {
			t.Errorf("the owner is shown %q, %v", got.Feed, err)
		}
		for name, do := range map[string]func() error{
			"make": func() error { _, err := svc.MakeFeed(ctx, as(ada), l.ID); return err },
			"end":  func() error { return svc.EndFeed(ctx, as(ada), l.ID) },
		} {
			if err := do(); errs.KindOf(err) != errs.NotFound {
				t.Errorf("%s that of somebody else's: %v, want NotFound", name, err)
			}
		}
		l.Title = "Freunde"
		if _, err := svc.Change(ctx, as(ben), l); err != nil || leads(first) != l.ID {
			t.Errorf("a new title ends the feed: %v", err)
		}
		renewed := make(l.ID)
		if leads(first) != 0 || leads(renewed) != l.ID {
			t.Error("the old secret leads on, or the new one does not")
		}
		if err := svc.EndFeed(ctx, as(ben), l.ID); err != nil || leads(renewed) != 0 || leads(second) != other.ID {
			t.Errorf("ended: %v", err)
		}
		if err := s.Write(ctx, func(tx *store.Tx) error { return tx.SetStanding(ctx, ben, social.Suspended) }); err != nil || leads(second) != 0 {
			t.Errorf("the feed of somebody suspended is there: %v", err)
		}
	})
}

func TestListsRefuse(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *lists.Service) {
		good := social.List{Title: strings.Repeat("ä", social.MaxListTitle), Replies: social.RepliesFollowed}
		kept, err := svc.Add(ctx, as(ben), good)
		if err != nil {
			t.Errorf("at the limit: %v", err)
		}
		for name, l := range map[string]social.List{
			"no title":       {Title: " ", Replies: social.RepliesList},
			"too long":       {Title: good.Title + "ä", Replies: social.RepliesList},
			"unknown policy": {Title: "x", Replies: "all"},
		} {
			if _, err := svc.Add(ctx, as(ben), l); errs.KindOf(err) != errs.Invalid {
				t.Errorf("add with %s: %v, want Invalid", name, err)
			}
			l.ID = kept.ID
			if _, err := svc.Change(ctx, as(ben), l); errs.KindOf(err) != errs.Invalid {
				t.Errorf("change to %s: %v, want Invalid", name, err)
			}
		}
		if _, err := svc.Add(ctx, social.Anyone, good); errs.KindOf(err) != errs.Unauthenticated {
			t.Errorf("not signed in: %v", err)
		}
		for range social.MaxLists - 1 {
			add(t, svc, "more")
		}
		if _, err := svc.Add(ctx, as(ben), good); errs.KindOf(err) != errs.Invalid {
			t.Errorf("one too many: %v, want Invalid", err)
		}
	})
}

func TestMembers(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *lists.Service) {
		l, other := add(t, svc, "friends"), add(t, svc, "others")
		for _, tt := range []struct {
			name string
			who  []social.AccountID
			want errs.Kind
		}{
			{"not followed", []social.AccountID{eva}, errs.NotFound},
			{"nobody", []social.AccountID{99, 0}, errs.NotFound},
			{"one good, one not", []social.AccountID{ada, eva}, errs.NotFound},
			{"the same one twice", []social.AccountID{ada, ada}, errs.Invalid},
			{"nobody at all", nil, errs.Internal}, // no error
			{"followed, and oneself", []social.AccountID{ada, ben}, errs.Internal},
			{"asked to follow", []social.AccountID{dora}, errs.Internal},
		} {
			err := svc.AddMembers(ctx, as(ben), l.ID, tt.who)
			if errs.KindOf(err) != tt.want || (err == nil) != (tt.want == errs.Internal) {
				t.Errorf("%s: %v, want kind %v", tt.name, err, tt.want)
			}
		}
		if err := svc.AddMembers(ctx, as(ben), l.ID, []social.AccountID{cleo, ada}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("one who is there already: %v, want Invalid", err)
		}
		if got, _ := members(t, svc, l.ID, social.Page{Limit: 9}); !slices.Equal(got, []social.AccountID{dora, ben, ada}) {
			t.Errorf("members %v; of a call that fails nothing may stay", got)
		}
		for who, want := range map[social.AccountID][]social.ListID{ada: {l.ID}, cleo: nil} {
			ls, err := svc.With(ctx, as(ben), who)
			var got []social.ListID
			for _, l := range ls {
				got = append(got, l.ID)
			}
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("lists with %d: %v, %v; want %v", who, got, err, want)
			}
		}
		if err := svc.EndMembers(ctx, as(ben), l.ID, []social.AccountID{ada, cleo, dora}); err != nil {
			t.Error(err)
		}
		if got, _ := members(t, svc, l.ID, social.Page{Limit: 9}); !slices.Equal(got, []social.AccountID{ben}) {
			t.Errorf("members %v, want ben", got)
		}
		if got, _ := members(t, svc, other.ID, social.Page{Limit: 9}); len(got) != 0 {
			t.Errorf("members of the other list: %v", got)
		}
	})
}

func TestMembersPages(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *lists.Service) {
		l := add(t, svc, "friends")
		if err := svc.AddMembers(ctx, as(ben), l.ID, []social.AccountID{ada, ben, cleo, dora}); err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			p    social.Page
			want []social.AccountID
		}{
			{social.Page{Limit: 2}, []social.AccountID{dora, cleo}},
			{social.Page{Limit: 2, Before: int64(cleo)}, []social.AccountID{ben, ada}},
			{social.Page{Limit: 2, After: int64(ada)}, []social.AccountID{dora, cleo}},
			{social.Page{Limit: 2, After: int64(ada), Oldest: true}, []social.AccountID{cleo, ben}},
			{social.Page{Limit: 2, Before: int64(ada)}, nil},
		} {
			got, ends := members(t, svc, l.ID, tt.p)
			want := [2]int64{}
			if n := len(tt.want); n > 0 {
				want = [2]int64{int64(tt.want[0]), int64(tt.want[n-1])}
			}
			if !slices.Equal(got, tt.want) || ends != want {
				t.Errorf("%+v: %v, ends %v; want %v, %v", tt.p, got, ends, tt.want, want)
			}
		}
	})
}

// A list has a last place, and only one gets it.
func TestListIsFull(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *lists.Service) {
		l := add(t, svc, "friends")
		if err := s.Write(ctx, func(tx *store.Tx) error {
			for i := range social.AccountID(social.MaxMembers - 1) {
				if err := tx.AddAccount(ctx, social.Account{ID: 1 + i, Username: fmt.Sprint("member", i), Standing: social.Good}); err != nil {
					return err
				}
				if _, err := tx.AddMember(ctx, l.ID, 1+i); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if err := svc.AddMembers(ctx, as(ben), l.ID, []social.AccountID{ada, cleo}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("two for one place: %v, want Invalid", err)
		}
		if err := svc.AddMembers(ctx, as(ben), l.ID, []social.AccountID{ada}); err != nil {
			t.Errorf("the last place: %v", err)
		}
		if err := svc.AddMembers(ctx, as(ben), l.ID, []social.AccountID{cleo}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("one too many: %v, want Invalid", err)
		}
	})
}
