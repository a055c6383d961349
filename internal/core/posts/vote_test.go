package posts_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/posts"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

const dan social.AccountID = 4 // who is of no circle

// allowDowns has the house vote against replies.
func allowDowns(t *testing.T, s *store.Store) {
	t.Helper()
	allowDownsAfter(t, s, social.DefaultSettings.DownDays)
}

// allowDownsAfter has those do so whom it has known for so many days.
func allowDownsAfter(t *testing.T, s *store.Store, days int) {
	t.Helper()
	must(t, s.Write(t.Context(), func(tx *store.Tx) error {
		house := social.DefaultSettings
		house.Downvotes, house.DownDays = true, days
		return tx.SetHouse(t.Context(), house)
	}))
}

func addDan(t *testing.T, s *store.Store) {
	t.Helper()
	must(t, s.Write(t.Context(), func(tx *store.Tx) error {
		return tx.AddAccount(t.Context(), social.Account{ID: dan, Username: "dan", Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now})
	}))
}

func TestVote(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		first, closed := say(t, svc, ben, "hello", social.Public), say(t, svc, ada, "friends", social.Followers)
		addDan(t, s)
		p := answer(t, svc, dan, first.ID)
		if _, err := svc.Vote(ctx, as(ben), p.ID, -1); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("against, where the house does not: %v, want Forbidden", err)
		}
		allowDowns(t, s)
		for _, step := range []struct {
			value, up, down int
			mark            social.Marks
		}{{1, 1, 0, social.Liked}, {-1, 0, 1, social.VotedDown}, {-1, 0, 1, social.VotedDown}, {1, 1, 0, social.Liked}, {0, 0, 0, 0}, {0, 0, 0, 0}, {-1, 0, 1, social.VotedDown}, {0, 0, 0, 0}} {
			which, err := svc.Vote(ctx, as(ben), p.ID, step.value)
			got, _ := read(t, s, p.ID)
			if err != nil || which != p.ID || got.Likes != step.up || got.Downs != step.down || marks(t, s, ben, p.ID) != step.mark {
				t.Errorf("after %d: %d for, %d against, mark %b, %v; want %+v", step.value, got.Likes, got.Downs, marks(t, s, ben, p.ID), err, step)
			}
		}
		_, err := svc.Vote(ctx, as(cleo), p.ID, -1)
		must(t, err)
		_, err = svc.Mark(ctx, as(cleo), p.ID, social.Liked, true) // as apps like
		must(t, err)
		if got, _ := read(t, s, p.ID); got.Likes != 1 || got.Downs != 0 {
			t.Errorf("a like left %d for and %d against", got.Likes, got.Downs)
		}
		for name, err := range map[string]error{
			"two votes":           second(svc.Vote(ctx, as(ben), p.ID, 2)),
			"what one cannot see": second(svc.Vote(ctx, as(cleo), closed.ID, -1)),
			"none of that":        second(svc.Vote(ctx, as(cleo), closed.ID, 0)),
			"not signed in":       second(svc.Vote(ctx, social.Anyone, p.ID, 0)),
			"against no reply":    second(svc.Vote(ctx, as(cleo), first.ID, -1)),
			"against oneself":     second(svc.Vote(ctx, as(dan), p.ID, -1)),
		} {
			if err == nil {
				t.Errorf("%s: no error", name)
			}
		}
	})
}

func TestDislike(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		p := say(t, svc, ada, "hello", social.Public)
		check := func(what string, err error, up, down int) {
			t.Helper()
			if got, _ := read(t, s, p.ID); err != nil || got.Likes != up || got.Downs != down {
				t.Errorf("%s: %d for, %d against, %v; want %d and %d", what, got.Likes, got.Downs, err, up, down)
			}
		}
		check("against, which is counted whatever the house does", svc.Dislike(ctx, from(zoe), p.ID, doings+"1", true), 0, 1)
		check("again", svc.Dislike(ctx, from(zoe), p.ID, doings+"1", true), 0, 1)
		check("for", svc.Like(ctx, from(zoe), p.ID, doings+"2", true), 1, 0)
		check("the first undone, late", svc.Dislike(ctx, from(zoe), p.ID, doings+"1", false), 1, 0)
		check("and sent late", svc.Dislike(ctx, from(zoe), p.ID, doings+"1", true), 1, 0)
		check("undone before it came", svc.Dislike(ctx, from(yan), p.ID, doings+"3", false), 1, 0)
		check("coming late", svc.Dislike(ctx, from(yan), p.ID, doings+"3", true), 1, 0)
		check("against", svc.Dislike(ctx, from(zoe), p.ID, doings+"4", true), 0, 1)
		check("undone by the post", svc.Dislike(ctx, from(zoe), p.ID, "", false), 0, 0)
		if err := svc.Dislike(ctx, from(mal), p.ID, doings+"5", true); err == nil {
			t.Error("under an address of another server: no error")
		}
	})
}

// Who votes both ways at once has one vote in the end.
func TestOneVoteAtOnce(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		allowDowns(t, s)
		p := answer(t, svc, ada, say(t, svc, ben, "hello", social.Public).ID)
		var turn atomic.Int32
		for _, err := range atOnce(func() error {
			_, err := svc.Vote(ctx, as(ben), p.ID, 1-2*int(turn.Add(1)%2))
			return err
		}) {
			must(t, err)
		}
		got, _ := read(t, s, p.ID)
		if m := marks(t, s, ben, p.ID); got.Likes+got.Downs != 1 || m.Has(social.Liked) != (got.Likes == 1) || m.Has(social.VotedDown) != (got.Downs == 1) {
			t.Errorf("%d for, %d against, mark %b; want one", got.Likes, got.Downs, m)
		}
	})
}

// answer has somebody say something about a post.
func answer(t *testing.T, svc *posts.Service, by social.AccountID, to social.PostID) social.Post {
	t.Helper()
	p, err := svc.Publish(t.Context(), as(by), social.Draft{Text: "well", Visibility: social.Public, ReplyTo: to})
	must(t, err)
	return p
}

// Who cannot vote back is not voted against, nor by who has just come, nor without
// end.
func TestWhoVotesDown(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		allowDowns(t, s)
		addDan(t, s)
		root := say(t, svc, ada, "hello", social.Public)
		young := social.AccountID(id.New(s.Now()))
		must(t, s.Write(ctx, func(tx *store.Tx) error {
			for host, software := range map[string]string{"far.example": "Lemmy", "evil.example": "mastodon"} {
				if err := tx.MeetPeer(ctx, host); err != nil {
					return err
				}
				if err := tx.SetPeerSoftware(ctx, host, software, "1"); err != nil {
					return err
				}
			}
			return tx.AddAccount(ctx, social.Account{ID: young, Username: "nora", Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now})
		}))
		reply := func(by social.AccountID) social.PostID {
			p := social.Post{ID: social.PostID(id.New(s.Now())), Author: by, Text: "well", Visibility: social.Public, ReplyTo: root.ID, ReplyAuthor: ada, Thread: root.ID, At: s.Now()}
			must(t, s.Write(ctx, func(tx *store.Tx) error { return tx.AddPost(ctx, p) }))
			return p.ID
		}
		down := func(what string, by social.AccountID, which social.PostID, want errs.Kind) {
			t.Helper()
			_, err := svc.Vote(ctx, as(by), which, -1)
			if (err == nil) != (want == errs.Internal) || err != nil && errs.KindOf(err) != want {
				t.Errorf("%s: %v, want kind %d", what, err, want)
			}
		}
		of := map[social.AccountID]social.PostID{young: reply(young), ada: reply(ada), zoe: reply(zoe), mal: reply(mal), cleo: reply(cleo)}
		down("of who is new", ben, of[young], errs.Forbidden)
		down("by who is new", young, of[ada], errs.Forbidden)
		down("of somebody where it is understood", ben, of[zoe], errs.Internal)
		down("of somebody where it is not", ben, of[mal], errs.Forbidden)
		down("of whom one blocks", ada, of[cleo], errs.NotFound)
		down("of who blocks one", cleo, of[ada], errs.NotFound)
		if _, err := svc.Vote(ctx, as(young), of[ada], 1); err != nil {
			t.Errorf("for, by who is new: %v", err)
		}
		const day = 24 * time.Hour
		c.Pass(8 * day)
		allowDownsAfter(t, s, 30)
		down("of who is new still, where that takes longer", ben, of[young], errs.Forbidden)
		down("by who is new still", young, of[ada], errs.Forbidden)
		allowDowns(t, s)
		down("of who is not new any more", ben, of[young], errs.Internal)
		down("by who is not new any more", young, of[ada], errs.Internal)
		for range social.MaxDowns - 1 {
			down("again and again", ben, reply(dan), errs.Internal)
		}
		down("once too often", ben, reply(dan), errs.Limited)
		c.Pass(day + time.Hour)
		down("the next day", ben, reply(dan), errs.Internal)
		newest := social.AccountID(id.New(s.Now()))
		must(t, s.Write(ctx, func(tx *store.Tx) error {
			return tx.AddAccount(ctx, social.Account{ID: newest, Username: "nils", Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now.AddDate(-9, 0, 0)})
		}))
		allowDownsAfter(t, s, 0)
		down("where nobody has to wait", newest, of[ada], errs.Internal)
	})
}
