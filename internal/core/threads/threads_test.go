package threads_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/threads"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

var (
	ada  = social.Actor{Account: 1, Standing: social.Good}
	ben  = social.Actor{Account: 2, Standing: social.Good}
	cleo = social.Actor{Account: 3, Standing: social.Good}
)

const far social.AccountID = 4 // on another server

func house(t *testing.T, s *store.Store) *threads.Service {
	t.Helper()
	if err := s.Write(t.Context(), func(tx *store.Tx) error {
		for i := social.AccountID(1); i <= far; i++ {
			a := social.Account{ID: i, Username: fmt.Sprint("u", i), Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now}
			if i == far {
				a.Host, a.URI = "far.example", "https://far.example/u4"
			}
			if err := tx.AddAccount(t.Context(), a); err != nil {
				return err
			}
		}
		return tx.AddBlock(t.Context(), cleo.Account, ada.Account)
	}); err != nil {
		t.Fatal(err)
	}
	v := view.New(s, view.Config{BaseURL: "https://plaza.example"})
	s.Watch(v.Watch)
	return threads.New(s, v)
}

func TestRules(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		svc, ctx := house(t, s), t.Context()
		if r, err := svc.Rules(ctx, ada); err != nil || !r.Empty() {
			t.Errorf("before: %+v, %v", r, err)
		}
		want := social.ReplyRules{Words: []string{"spoiler"}, Languages: []string{"en", "fr"}, MinDays: 3, Strangers: true, Limited: true}
		if _, err := svc.SetRules(ctx, ada, want); err != nil {
			t.Fatal(err)
		}
		got, err := svc.Rules(ctx, ada)
		if err != nil || got.Owner != ada.Account || !slices.Equal(got.Words, want.Words) || !slices.Equal(got.Languages, want.Languages) || got.MinDays != 3 || !got.Strangers || !got.Limited {
			t.Errorf("kept: %+v, %v", got, err)
		}
		if r, err := svc.Rules(ctx, ben); err != nil || !r.Empty() {
			t.Errorf("another's: %+v, %v", r, err)
		}
		if _, err := svc.SetRules(ctx, ada, social.ReplyRules{}); err != nil {
			t.Fatal(err)
		}
		if r, err := svc.Rules(ctx, ada); err != nil || !r.Empty() {
			t.Errorf("taken back: %+v, %v", r, err)
		}
		if _, err := svc.SetRules(ctx, social.Anyone, want); errs.KindOf(err) != errs.Unauthenticated {
			t.Errorf("by a stranger: %v", err)
		}
	})
}

func TestKeepers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		svc, ctx := house(t, s), t.Context()
		keeps := func() bool {
			t.Helper()
			var yes bool
			if err := s.Read(ctx, func(v *store.View) (err error) { yes, err = v.Keeps(ctx, ada.Account, ben.Account); return err }); err != nil {
				t.Fatal(err)
			}
			return yes
		}
		for what, who := range map[string]social.AccountID{"oneself": ada.Account, "who blocks": cleo.Account, "somebody elsewhere": far, "nobody": 99} {
			if err := svc.AskKeeper(ctx, ada, who); err == nil {
				t.Errorf("%s was asked", what)
			}
		}
		if err := svc.AcceptKeeper(ctx, ben, ada.Account); errs.KindOf(err) != errs.NotFound || err == nil {
			t.Errorf("accepted without being asked: %v", err)
		}
		for range 2 {
			if err := svc.AskKeeper(ctx, ada, ben.Account); err != nil {
				t.Fatal(err)
			}
		}
		if mine, err := svc.Keepers(ctx, ada); err != nil || len(mine) != 1 || mine[0].Accepted || mine[0].Who.ID != ben.Account || keeps() {
			t.Errorf("asked: %+v, %v, keeps %v", mine, err, keeps())
		}
		if err := svc.AcceptKeeper(ctx, ben, ada.Account); err != nil || !keeps() {
			t.Errorf("accepted: %v, keeps %v", err, keeps())
		}
		if kept, err := svc.Kept(ctx, ben); err != nil || len(kept) != 1 || !kept[0].Accepted || kept[0].Who.ID != ada.Account {
			t.Errorf("kept: %+v, %v", kept, err)
		}
		if err := svc.EndKeeper(ctx, cleo, ada.Account, ben.Account); errs.KindOf(err) != errs.NotFound || err == nil || !keeps() {
			t.Errorf("ended by somebody else: %v", err)
		}
		if err := svc.EndKeeper(ctx, ben, ada.Account, ben.Account); err != nil || keeps() {
			t.Errorf("left: %v, keeps %v", err, keeps())
		}
		if err := svc.AcceptKeeper(ctx, ben, ada.Account); errs.KindOf(err) != errs.NotFound || err == nil || keeps() {
			t.Errorf("came back by themselves: %v", err)
		}
	})
}

// However many are asked at once, there are no more than the page shows.
func TestKeepersAreBounded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		svc, ctx := house(t, s), t.Context()
		const wanted = social.MaxKeepers + 4
		if err := s.Write(ctx, func(tx *store.Tx) error {
			for i := social.AccountID(100); i < 100+wanted; i++ {
				if err := tx.AddAccount(ctx, social.Account{ID: i, Username: fmt.Sprint("k", i), Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now}); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for i := range social.AccountID(wanted) {
			all.Go(func() {
				if err := svc.AskKeeper(ctx, ada, 100+i); err != nil && errs.KindOf(err) != errs.Invalid {
					t.Errorf("%d was asked: %v", i, err)
				}
			})
		}
		all.Wait()
		n := 0
		if err := s.Read(ctx, func(v *store.View) error {
			for i := range social.AccountID(wanted) {
				kept, err := v.KeptBy(ctx, 100+i, 9)
				if err != nil {
					return err
				}
				n += len(kept)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if n != social.MaxKeepers {
			t.Errorf("%d were asked, want %d", n, social.MaxKeepers)
		}
	})
}
