package moderation_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// How many browsers and apps a decision shuts out is in the log, with it.
func TestSignedOutIsWrittenDown(t *testing.T) {
	for _, action := range []social.Action{social.Suspend, social.Disable, social.Limit} {
		t.Run(string(action), func(t *testing.T) {
			each(t, func(h *house) {
				h.write(func(tx *store.Tx) error {
					for i, who := range []social.AccountID{ben, ben, mia} {
						if err := tx.AddSession(h.ctx, social.Session{ID: social.SessionID(i + 1), Account: who, CreatedAt: tx.Now, UsedAt: tx.Now}, fmt.Sprint(i)); err != nil {
							return err
						}
					}
					if err := tx.AddApp(h.ctx, social.App{ID: 9, ClientID: "x", CreatedAt: tx.Now}); err != nil {
						return err
					}
					return tx.AddToken(h.ctx, social.Token{ID: 8, App: 9, Account: ben, CreatedAt: tx.Now}, "hash", "")
				})
				h.must(h.Decide(h.ctx, as(mona), social.Decision{Account: ben, Action: action}, false))
				h.must(h.Decide(h.ctx, as(mona), social.Decision{Account: ada, Action: action}, false))
				_, all := h.log()
				var said []string
				for _, r := range all {
					var a evidence.Acted
					if strings.Contains(r.Leaf, `"o":"signed_out"`) {
						h.must(json.Unmarshal(r.Body, &a))
						said = append(said, fmt.Sprint(a.Sessions, " of ", r.About == ben))
					}
				}
				want := "3 of true"
				if action == social.Limit {
					want = ""
				}
				if got := strings.Join(said, ", "); got != want {
					t.Errorf("the log says %q, want %q", got, want)
				}
			})
		})
	}
}

// What follows from a decision about posts names it: those who tell other servers say
// in the log for how many.
func TestFactsNameTheDecision(t *testing.T) {
	each(t, func(h *house) {
		var got []string
		h.store.Watch(func(_ context.Context, rs []event.Record) {
			for _, r := range rs {
				switch f := r.Fact.(type) {
				case event.PostJudged:
					got = append(got, fmt.Sprint("judged ", f.Post, " ", f.Decision))
				case event.PostDeleted:
					got = append(got, fmt.Sprint("deleted ", f.Post, " ", f.Decision))
				}
			}
		})
		h.say(ben, 1001, social.Public)
		h.write(func(tx *store.Tx) error {
			return tx.AddPost(h.ctx, social.Post{ID: 1002, Thread: 1002, Author: ada, BoostOf: 1001, BoostAuthor: ben, Visibility: social.Public, At: tx.Now})
		})
		var want []string
		for _, action := range []social.Action{social.HidePost, social.DeletePost} {
			h.must(h.Decide(h.ctx, as(mona), social.Decision{Account: ben, Posts: []social.PostID{1001}, Action: action}, false))
			ds, err := h.Decisions(h.ctx, as(mona), ben, social.Page{Limit: 1})
			h.must(err)
			if action == social.HidePost {
				want = append(want, fmt.Sprint("judged 1001 ", ds[0].ID))
			} else {
				want = append(want, "deleted 1002 0", fmt.Sprint("deleted 1001 ", ds[0].ID))
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("the facts are %q, want %q", got, want)
		}
	})
}
