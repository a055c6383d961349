package polls_test

import (
	"context"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/polls"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

const ada, zoe, yan = 1, 11, 12

func from(who social.AccountID) social.Actor {
	return social.Actor{Account: who, Standing: social.Good, Role: social.Member, Remote: true}
}

// Votes from elsewhere come one by one, some of them twice.
func TestVoteTitled(t *testing.T) {
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, c *storetest.Clock) {
		ctx := t.Context()
		ask := func(which social.PostID, author social.AccountID, multiple bool, uri string) {
			t.Helper()
			if err := s.Write(ctx, func(tx *store.Tx) error {
				p := social.Post{ID: which, Thread: which, Author: author, Text: "?", Visibility: social.Public, At: tx.Now, Poll: social.PollID(which), URI: uri}
				if err := tx.AddPost(ctx, p); err != nil {
					return err
				}
				return tx.AddPoll(ctx, social.Poll{ID: p.Poll, Post: p.ID, Author: author, Multiple: multiple, EndsAt: tx.Now.Add(time.Hour), Options: []social.PollOption{{Title: "tea"}, {Title: "coffee"}}})
			}); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Write(ctx, func(tx *store.Tx) error {
			for who, name := range map[social.AccountID]string{ada: "ada", zoe: "zoe", yan: "yan"} {
				a := social.Account{ID: who, Username: name, Standing: social.Good, CreatedAt: tx.Now}
				if who != ada {
					a.Host, a.URI = "far.example", "https://far.example/"+name
				}
				if err := tx.AddAccount(ctx, a); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		const one, many, theirs = 101, 102, 103
		ask(one, ada, false, "")
		ask(many, ada, true, "")
		ask(theirs, yan, false, "https://far.example/p")
		svc := polls.New(s, view.New(s, view.Config{}))
		votes := func(which social.PollID) (p social.Poll) {
			t.Helper()
			if err := s.Read(ctx, func(v *store.View) (err error) { p, err = v.Poll(ctx, which); return err }); err != nil {
				t.Fatal(err)
			}
			return p
		}
		for _, tt := range []struct {
			name  string
			by    social.AccountID
			which social.PostID
			title string
			want  errs.Kind
			tally [3]int // tea, coffee, voters
		}{
			{"one", zoe, one, "tea", errs.Internal, [3]int{1, 0, 1}},
			{"again", zoe, one, "tea", errs.Internal, [3]int{1, 0, 1}},
			{"another where one is", zoe, one, "coffee", errs.Invalid, [3]int{1, 0, 1}},
			{"what cannot be chosen", yan, one, "milk", errs.Invalid, [3]int{1, 0, 1}},
			{"many: one", zoe, many, "tea", errs.Internal, [3]int{1, 0, 1}},
			{"many: another", zoe, many, "coffee", errs.Internal, [3]int{1, 1, 1}},
			{"many: again", zoe, many, "coffee", errs.Internal, [3]int{1, 1, 1}},
			{"many: somebody else", yan, many, "coffee", errs.Internal, [3]int{1, 2, 2}},
			{"of another server", zoe, theirs, "tea", errs.NotFound, [3]int{}},
		} {
			err := svc.VoteTitled(ctx, from(tt.by), tt.which, tt.title)
			p := votes(social.PollID(tt.which))
			if got := [3]int{p.Options[0].Votes, p.Options[1].Votes, p.Voters}; got != tt.tally || errs.KindOf(err) != tt.want || (err == nil) != (tt.want == errs.Internal) {
				t.Errorf("%s: %v, %v; want %v, kind %v", tt.name, got, err, tt.tally, tt.want)
			}
		}
		if err := svc.VoteTitled(ctx, from(zoe), 99, "tea"); errs.KindOf(err) != errs.NotFound {
			t.Errorf("no such post: %v", err)
		}
		c.Pass(time.Hour)
		if err := svc.VoteTitled(ctx, from(yan), one, "tea"); errs.KindOf(err) != errs.Invalid {
			t.Errorf("after its end: %v", err)
		}
	})
}

// One of ours votes in a poll of another server: it counts here until that
// tells how many votes there are.
func TestVoteElsewhere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		if err := s.Write(ctx, func(tx *store.Tx) error {
			for who, host := range map[social.AccountID]string{ada: "", zoe: "far.example"} {
				if err := tx.AddAccount(ctx, social.Account{ID: who, Username: "x", Host: host, Standing: social.Good, CreatedAt: tx.Now}); err != nil {
					return err
				}
			}
			p := social.Post{ID: 101, Thread: 101, Author: zoe, HTML: "?", Visibility: social.Public, At: tx.Now, Poll: 7, URI: "https://far.example/p"}
			if err := tx.AddPost(ctx, p); err != nil {
				return err
			}
			return tx.AddPoll(ctx, social.Poll{ID: 7, Post: p.ID, Author: zoe, Voters: 5, Options: []social.PollOption{{Title: "tea", Votes: 2}, {Title: "coffee", Votes: 3}}})
		}); err != nil {
			t.Fatal(err)
		}
		svc := polls.New(s, view.New(s, view.Config{}))
		seen, err := svc.Vote(context.Background(), social.Actor{Account: ada, Standing: social.Good}, 7, []int{1})
		if err != nil || seen.Poll.Options[1].Votes != 4 || seen.Poll.Voters != 6 || len(seen.Votes) != 1 {
			t.Errorf("%+v, %v", seen, err)
		}
	})
}
