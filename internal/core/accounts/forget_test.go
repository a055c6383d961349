package accounts_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/accounts"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
	"github.com/plaza-social/plaza/internal/work"
)

// known stores an account of another server that was heard of some time ago.
func known(t *testing.T, s *store.Store, ago time.Duration, change func(*social.Account)) (a social.Account) {
	t.Helper()
	write(t, s, func(ctx context.Context, tx *store.Tx) error {
		at := tx.Now.Add(-ago)
		a = social.Account{ID: social.AccountID(id.New(at)), Host: "far.example", Kind: social.Person, Standing: social.Good, Avatar: "https://far.example/a.png", CreatedAt: at, ChangedAt: at}
		a.Username = fmt.Sprint("far", a.ID)
		a.URI = "https://far.example/" + a.Username
		change(&a)
		if err := tx.AddAccount(ctx, a); err != nil {
			return err
		}
		return tx.SetModerated(ctx, a, storetest.Proof(t, tx))
	})
	return a
}

const month = 30 * 24 * time.Hour

// Each of these is enough for an account to stay, and nothing else is.
func TestForgetOnlyStrangers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		people(t, s)
		asIs := func(*social.Account) {}
		stay := map[string]social.Account{
			"heard of just now":                     known(t, s, accounts.ForgetAfter-time.Minute, asIs),
			"known for long, and heard of just now": known(t, s, month, func(a *social.Account) { a.ChangedAt = s.Now() }),
			"limited":                               known(t, s, month, func(a *social.Account) { a.Limited = true }),
			"veiled":                                known(t, s, month, func(a *social.Account) { a.Sensitive = true }),
			"suspended":                             known(t, s, month, func(a *social.Account) { a.Standing = social.Suspended }),
			"one of ours":                           known(t, s, month, func(a *social.Account) { a.Host, a.URI = "", "" }),
		}
		var post social.Post
		write(t, s, func(ctx context.Context, tx *store.Tx) error {
			post = social.Post{ID: social.PostID(id.New(tx.Now)), Author: ada, Visibility: social.Public, At: tx.Now}
			post.Thread = post.ID
			return tx.AddPost(ctx, post)
		})
		for what, tie := range map[string]func(ctx context.Context, tx *store.Tx, who social.AccountID) error{
			"follows": func(ctx context.Context, tx *store.Tx, who social.AccountID) error {
				return tx.AddFollow(ctx, social.Follow{Owner: who, Target: ada}, true)
			},
			"is asked to be followed": func(ctx context.Context, tx *store.Tx, who social.AccountID) error {
				return tx.AddFollow(ctx, social.Follow{Owner: ada, Target: who}, false)
			},
			"is blocked": func(ctx context.Context, tx *store.Tx, who social.AccountID) error { return tx.AddBlock(ctx, ada, who) },
			"blocks":     func(ctx context.Context, tx *store.Tx, who social.AccountID) error { return tx.AddBlock(ctx, who, ada) },
			"is muted": func(ctx context.Context, tx *store.Tx, who social.AccountID) error {
				return tx.SetMute(ctx, ada, who, true, 0)
			},
			"has a note": func(ctx context.Context, tx *store.Tx, who social.AccountID) error {
				return tx.SetNote(ctx, ada, who, "!")
			},
			"likes": func(ctx context.Context, tx *store.Tx, who social.AccountID) error {
				_, err := tx.AddMark(ctx, social.Liked, who, post.ID)
				return err
			},
			"voted against": func(ctx context.Context, tx *store.Tx, who social.AccountID) error {
				_, err := tx.AddMark(ctx, social.VotedDown, who, post.ID)
				return err
			},
			"reacts": func(ctx context.Context, tx *store.Tx, who social.AccountID) error {
				_, _, err := tx.React(ctx, who, post.ID, "🎉")
				return err
			},
			"posted": func(ctx context.Context, tx *store.Tx, who social.AccountID) error {
				return tx.AddPost(ctx, social.Post{ID: social.PostID(id.New(tx.Now)), Author: who, Visibility: social.Public, At: tx.Now})
			},
			"boosted": func(ctx context.Context, tx *store.Tx, who social.AccountID) error {
				return tx.AddPost(ctx, social.Post{ID: social.PostID(id.New(tx.Now)), Author: who, BoostOf: post.ID, BoostAuthor: ada, Visibility: social.Public, At: tx.Now})
			},
			"is mentioned": func(ctx context.Context, tx *store.Tx, who social.AccountID) error {
				return tx.AddPost(ctx, social.Post{ID: social.PostID(id.New(tx.Now)), Author: ada, Visibility: social.Public, At: tx.Now, Mentions: []social.Mention{{Account: who}}})
			},
			"is told of": func(ctx context.Context, tx *store.Tx, who social.AccountID) error {
				_, err := tx.AddNotice(ctx, social.Notice{ID: social.NoticeID(id.New(tx.Now)), Owner: ada, Kind: social.NoticeFollow, From: who})
				return err
			},
			"is reported": func(ctx context.Context, tx *store.Tx, who social.AccountID) error {
				return tx.AddReport(ctx, social.Report{ID: 1, Reporter: ada, Target: who, Category: social.ReportSpam, At: tx.Now})
			},
			"reports": func(ctx context.Context, tx *store.Tx, who social.AccountID) error {
				return tx.AddReport(ctx, social.Report{ID: 2, Reporter: who, Target: ada, Category: social.ReportSpam, At: tx.Now})
			},
			"was judged": func(ctx context.Context, tx *store.Tx, who social.AccountID) error {
				return tx.AddDecision(ctx, social.Decision{ID: 3, Account: who, Action: social.Unlimit, At: tx.Now}, storetest.Proof(t, tx))
			},
			"is on a list": func(ctx context.Context, tx *store.Tx, who social.AccountID) error {
				if err := tx.AddList(ctx, social.List{ID: 4, Owner: ada, Title: "x"}); err != nil {
					return err
				}
				_, err := tx.AddMember(ctx, 4, who)
				return err
			},
			"is in a collection": func(ctx context.Context, tx *store.Tx, who social.AccountID) error {
				if err := tx.SetCollection(ctx, social.Collection{ID: 5, Owner: ada, Name: "x"}); err != nil {
					return err
				}
				return tx.SetCollectionItem(ctx, 5, social.CollectionItem{ID: 6, Account: who})
			},
			"is recommended": func(ctx context.Context, tx *store.Tx, who social.AccountID) error {
				_, err := tx.Endorse(ctx, ada, who)
				return err
			},
			"is not to be suggested": func(ctx context.Context, tx *store.Tx, who social.AccountID) error {
				return tx.Unsuggest(ctx, ada, who)
			},
			"has files": func(ctx context.Context, tx *store.Tx, who social.AccountID) error {
				return tx.AddMedia(ctx, social.Media{ID: 7, Owner: who, Kind: social.Image, State: social.MediaReady}, "")
			},
			"voted": func(ctx context.Context, tx *store.Tx, who social.AccountID) error {
				p := social.Poll{ID: 8, Post: post.ID, Author: ada, Options: []social.PollOption{{Title: "a"}, {Title: "b"}}}
				if err := tx.AddPoll(ctx, p); err != nil {
					return err
				}
				return tx.AddVote(ctx, p.ID, who, 1)
			},
		} {
			a := known(t, s, month, asIs)
			stay[what] = a
			write(t, s, func(ctx context.Context, tx *store.Tx) error { return tie(ctx, tx, a.ID) })
		}
		heir := known(t, s, month, asIs)
		stay["is where somebody moved to"] = heir
		stay["moved there"] = known(t, s, month, func(a *social.Account) { a.MovedTo, a.Limited = heir.ID, true })
		stranger := known(t, s, month, asIs)
		shelf := &shelf{}
		svc := accounts.New(s, accounts.Config{Base: base, HandleHost: "plaza.example"}, shelf)
		there := func(who social.AccountID) bool {
			return len(read(t, s, func(ctx context.Context, v *store.View) ([]social.Account, error) {
				return v.Accounts(ctx, []social.AccountID{who})
			})) == 1
		}
		for _, dry := range []bool{true, false} {
			seen := 0
			n, err := svc.Forget(t.Context(), s.Now(), dry, func(done, total int) {
				if seen = done; done > total {
					t.Errorf("%d of %d", done, total)
				}
			})
			if err != nil || n != 1 || there(stranger.ID) != dry || seen != len(stay) {
				t.Errorf("dry %v: forgot %d, %v; the stranger is there: %v; looked at %d, want %d", dry, n, err, there(stranger.ID), seen, len(stay))
			}
		}
		for what, a := range stay {
			if !there(a.ID) {
				t.Errorf("who %s is gone", what)
			}
		}
		told := 0
		for _, f := range facts(t, s) {
			if f, is := f.(event.AccountDeleted); is && f.Account == stranger.ID {
				told++
			}
		}
		if told != 1 || len(shelf.removed) != 0 {
			t.Errorf("told %d times, removed %v; want once, and an address is no file", told, shelf.removed)
		}
	})
}

// There may be more than one write takes.
func TestForgetManyStrangers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const many = 250
		write(t, s, func(ctx context.Context, tx *store.Tx) error {
			for i := range many {
				at := tx.Now.Add(-month)
				if err := tx.AddAccount(ctx, social.Account{ID: social.AccountID(id.New(at)), Username: fmt.Sprint("far", i), Host: "far.example", Kind: social.Person, Standing: social.Good, CreatedAt: at, ChangedAt: at}); err != nil {
					return err
				}
			}
			return nil
		})
		n, err := accounts.New(s, accounts.Config{Base: base, HandleHost: "plaza.example"}, &shelf{}).Forget(t.Context(), s.Now().AddDate(0, 0, -7), false, func(int, int) {})
		left := read(t, s, func(ctx context.Context, v *store.View) (int, error) { return v.CountAccountsElsewhere(ctx) })
		if err != nil || n != many || left != 0 {
			t.Errorf("forgot %d, %v, left %d; want %d", n, err, left, many)
		}
	})
}

// The pictures of an account of another server are addresses: when it is
// deleted, there is no file to remove.
func TestAddressesAreNoFiles(t *testing.T) {
	s, shelf := storetest.SQLite(t), &shelf{}
	svc := accounts.New(s, accounts.Config{Base: base, HandleHost: "plaza.example"}, shelf)
	for want, host := range map[int]string{0: "far.example", 1: ""} {
		a := known(t, s, month, func(a *social.Account) { a.Host, a.Avatar = host, "picture "+host })
		write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.LeaveAccount(ctx, a.ID) })
		for _, w := range []work.Worker{svc.Worker(), svc.PictureWorker()} {
			if _, err := work.Once(t.Context(), s, w); err != nil {
				t.Fatal(err)
			}
		}
		if len(shelf.removed) != want {
			t.Errorf("host %q: removed %v, want %d", host, shelf.removed, want)
		}
		shelf.removed = nil
	}
}
