package collections_test

import (
	"slices"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/core/collections"
	"github.com/plaza-social/plaza/internal/core/relations"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// The people. cleo does not want to be found.
const (
	ada social.AccountID = 3_400_000_000_000_000_001 + iota
	ben
	cleo
)

// What is open is by people who want to be found, says something, and is kept
// from whom they block.
func TestOpen(t *testing.T) {
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, c *storetest.Clock) {
		ctx := t.Context()
		v := view.New(s, view.Config{BaseURL: "https://plaza.example"})
		all, rel := collections.New(s, v), relations.New(s, v)
		s.Watch(v.Watch)
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(s.Write(ctx, func(tx *store.Tx) error {
			for who, name := range map[social.AccountID]string{ada: "ada", ben: "ben", cleo: "cleo"} {
				if err := tx.AddAccount(ctx, social.Account{ID: who, Username: name, Kind: social.Person, Standing: social.Good, Discoverable: who != cleo, CreatedAt: tx.Now}); err != nil {
					return err
				}
			}
			return nil
		}))
		as := func(who social.AccountID) social.Actor { return social.Actor{Account: who, Standing: social.Good} }
		yes, no := true, false
		add := func(by social.AccountID, name string, sensitive, open *bool, in ...social.AccountID) {
			t.Helper()
			c.Pass(time.Second)
			_, err := all.Add(ctx, as(by), collections.Change{Name: &name, Sensitive: sensitive, Discoverable: open}, in)
			must(err)
		}
		add(ada, "first", nil, nil, ben)
		add(ada, "empty", nil, nil)
		add(ada, "sensitive", &yes, nil, ben)
		add(ada, "hidden", nil, &no, ben)
		add(cleo, "by somebody hidden", nil, nil, ben)
		add(ben, "second", nil, nil, ada)
		open := func(by social.Actor) (names []string) {
			t.Helper()
			got, _, err := all.Open(ctx, by, 0, 10)
			must(err)
			for _, x := range got {
				names = append(names, x.Name)
			}
			return names
		}
		if got, want := open(social.Anyone), []string{"second", "first"}; !slices.Equal(got, want) {
			t.Errorf("a stranger sees %q, want %q", got, want)
		}
		must(rel.Mute(ctx, as(cleo), ben, false, 0))
		if got, want := open(as(cleo)), []string{"first"}; !slices.Equal(got, want) {
			t.Errorf("who mutes ben sees %q, want %q", got, want)
		}
		must(rel.Block(ctx, as(ada), cleo))
		if got := open(as(cleo)); len(got) > 0 {
			t.Errorf("whom ada blocks sees %q, want none", got)
		}
	})
}
