package imports_test

import (
	"context"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/core/imports"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
	"github.com/plaza-social/plaza/internal/work"
)

// follows counts what is followed.
type follows struct {
	imports.Relations
	n int
}

func (f *follows) Follow(context.Context, social.Actor, social.Follow) error {
	f.n++
	return nil
}

// An import stops where its owner cannot sign in any more, and goes on from
// there once they can.
func TestImportStopsForWhoIsDisabled(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		u := social.User{Account: 1, Email: "ada@example.com", Role: social.Member, Confirmed: true, Approved: true}
		must(s.Write(ctx, func(tx *store.Tx) error {
			for i, name := range []string{"ada", "ben"} {
				if err := tx.AddAccount(ctx, social.Account{ID: social.AccountID(i + 1), Username: name, Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now}); err != nil {
					return err
				}
			}
			return tx.AddUser(ctx, u)
		}))
		rel := &follows{}
		svc := imports.New(s, imports.Config{BaseURL: "https://plaza.example", HandleHost: "plaza.example", Relations: rel})
		by, file := social.Actor{Account: 1, Standing: social.Good}, "ben@plaza.example\n"
		imp, err := svc.Start(ctx, by, imports.Wish{Kind: social.ImportFollowing, Mode: social.ImportMerge}, strings.NewReader(file), int64(len(file)))
		must(err)
		goes := func(when string, state social.ImportState, n int) {
			t.Helper()
			must(s.Write(ctx, func(tx *store.Tx) error { return tx.SetUser(ctx, u) }))
			_, err := work.Once(ctx, s, svc.Worker())
			must(err)
			now, err := svc.Get(ctx, by, imp.ID)
			if err != nil || now.State != state || rel.n != n {
				t.Errorf("%s: %s with %d followed, %v; want %s with %d", when, now.State, rel.n, err, state, n)
			}
		}
		u.Disabled = true
		goes("disabled", social.ImportFailed, 0)
		_, err = svc.Retry(ctx, by, imp.ID)
		must(err)
		u.Disabled = false
		goes("enabled", social.ImportDone, 1)
	})
}
