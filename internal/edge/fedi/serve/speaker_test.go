package serve_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/federation"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// TestSpeaker has everything said that there is to say, once, and reads it back
// as other servers do.
func TestSpeaker(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		h := open(t, s)
		ctx := t.Context()
		ada, ben, zoe := s.Join("ada", social.Member), s.Join("ben", social.Member), h.meet("zoe", "far.example")
		theirs, poll := h.received(zoe, social.Post{HTML: "<p>Bread</p>"}), h.asked(zoe)
		p := h.publish(ada, social.Draft{Text: "@zoe@far.example Rye"})
		asks := h.publish(ada, social.Draft{Text: "Look", Quote: theirs.ID})
		quoting := h.received(zoe, social.Post{HTML: "<p>Look</p>", Quote: social.Quote{Of: p.ID, Author: ada.ID, State: social.QuoteAccepted}})
		boost, err := s.Posts.Boost(ctx, ada.Actor(), theirs.ID, social.Public)
		h.must(err)
		_, err = s.Polls.Vote(ctx, ada.Actor(), poll.Poll, []int{1})
		h.must(err)
		report, err := s.Moderation.Report(ctx, ada.Actor(), social.Report{Target: zoe.ID, Posts: []social.PostID{theirs.ID}, Comment: "Stale", Forward: true})
		h.must(err)
		if _, err := h.speaker.ProfileChanged(ctx, ada.ID); errs.KindOf(err) != errs.NotFound {
			t.Errorf("of somebody nobody ever asked for: %v, want NotFound", err)
		}
		h.read(person(ada), nil)
		cleo := social.Account{Username: "cleo", Kind: social.Person, Standing: social.Good, MovedTo: zoe.ID, Aliases: []string{"https://old.example/cleo"}}
		h.write(func(ctx context.Context, tx *store.Tx) error {
			cleo.ID, cleo.CreatedAt, cleo.ChangedAt = social.AccountID(id.New(tx.Now)), tx.Now, tx.Now
			return tx.AddAccount(ctx, cleo)
		})
		if a, err := h.read(fmt.Sprint("/ap/users/", cleo.ID), nil).Actor(); err != nil || a.MovedTo != zoe.URI || !slices.Equal(a.AlsoKnownAs, cleo.Aliases) {
			t.Errorf("somebody who moved: %+v, %v", a, err)
		}
		left := federation.Left{Post: p.ID, Author: ada.ID, Visibility: social.Direct, Mentions: []social.AccountID{zoe.ID}}
		unboost := federation.Left{Post: boost.ID, Author: ada.ID, Visibility: social.Public, BoostOf: theirs.ID, BoostAuthor: zoe.ID}
		names := map[string]int64{"ada": int64(ada.ID), "ben": int64(ben.ID), "post": int64(p.ID), "theirs": int64(theirs.ID), "boost": int64(boost.ID), "asks": int64(asks.ID),
			"quoting": int64(quoting.ID), "poll": int64(poll.ID), "zoe": int64(zoe.ID), "report": int64(report.ID), "cleo": int64(cleo.ID)}
		with := func(name string) social.Reacting {
			return social.Reacting{ID: social.ReactionID(p.ID), Post: theirs.ID, Owner: ada.ID, Name: name}
		}
		h.write(func(ctx context.Context, tx *store.Tx) error {
			return tx.SetForeignEmojis(ctx, []social.ForeignEmoji{{Shortcode: "cat", Host: "far.example", URI: "https://far.example/emoji/cat", Image: "https://far.example/cat.png"}}, 9)
		})
		const nobody, followers, everybody = 0, 1, 3
		for _, c := range []struct {
			name, kind string
			say        func() (federation.Said, error)
			signer     social.AccountID
			to         []social.AccountID
			wide       int
		}{
			{"created", "Create", func() (federation.Said, error) { return h.speaker.Created(ctx, p.ID) }, ada.ID, []social.AccountID{zoe.ID}, everybody},
			{"edited", "Update", func() (federation.Said, error) { return h.speaker.Edited(ctx, p.ID) }, ada.ID, []social.AccountID{zoe.ID}, everybody},
			{"deleted", "Delete", func() (federation.Said, error) { return h.speaker.Deleted(ctx, left) }, ada.ID, []social.AccountID{zoe.ID}, nobody},
			{"boosted", "Announce", func() (federation.Said, error) { return h.speaker.Boosted(ctx, boost.ID) }, ada.ID, []social.AccountID{zoe.ID}, everybody},
			{"unboosted", "Undo", func() (federation.Said, error) { return h.speaker.Unboosted(ctx, unboost) }, ada.ID, []social.AccountID{zoe.ID}, everybody},
			{"liked", "Like", func() (federation.Said, error) { return h.speaker.Liked(ctx, ada.ID, theirs.ID) }, ada.ID, []social.AccountID{zoe.ID}, nobody},
			{"unliked", "Undo", func() (federation.Said, error) { return h.speaker.Unliked(ctx, ada.ID, theirs.ID) }, ada.ID, []social.AccountID{zoe.ID}, nobody},
			{"disliked", "Dislike", func() (federation.Said, error) { return h.speaker.Disliked(ctx, ada.ID, theirs.ID) }, ada.ID, []social.AccountID{zoe.ID}, nobody},
			{"undisliked", "Undo", func() (federation.Said, error) { return h.speaker.Undisliked(ctx, ada.ID, theirs.ID) }, ada.ID, []social.AccountID{zoe.ID}, nobody},
			{"reacted", "EmojiReact", func() (federation.Said, error) { return h.speaker.Reacted(ctx, with("🎉")) }, ada.ID, []social.AccountID{zoe.ID}, nobody},
			{"reacted-picture", "EmojiReact", func() (federation.Said, error) { return h.speaker.Reacted(ctx, with("cat@far.example")) }, ada.ID, []social.AccountID{zoe.ID}, nobody},
			{"unreacted", "Undo", func() (federation.Said, error) { return h.speaker.Unreacted(ctx, with("🎉")) }, ada.ID, []social.AccountID{zoe.ID}, nobody},
			{"pinned", "Add", func() (federation.Said, error) { return h.speaker.Pinned(ctx, ada.ID, p.ID) }, ada.ID, nil, everybody},
			{"unpinned", "Remove", func() (federation.Said, error) { return h.speaker.Unpinned(ctx, ada.ID, p.ID) }, ada.ID, nil, everybody},
			{"voted", "Create", func() (federation.Said, error) { return only(h.speaker.Voted(ctx, ada.ID, poll.ID)) }, ada.ID, []social.AccountID{zoe.ID}, nobody},
			{"quote-asked", "QuoteRequest", func() (federation.Said, error) { return h.speaker.QuoteAsked(ctx, asks.ID) }, ada.ID, []social.AccountID{zoe.ID}, nobody},
			{"quote-accepted", "Accept", func() (federation.Said, error) {
				return h.speaker.QuoteAnswered(ctx, quoting.ID, "https://far.example/ask", true)
			}, ada.ID, []social.AccountID{zoe.ID}, nobody},
			{"quote-rejected", "Reject", func() (federation.Said, error) {
				return h.speaker.QuoteAnswered(ctx, quoting.ID, "https://far.example/ask", false)
			}, ada.ID, []social.AccountID{zoe.ID}, nobody},
			{"quote-revoked", "Delete", func() (federation.Said, error) { return h.speaker.QuoteRevoked(ctx, quoting.ID) }, ada.ID, []social.AccountID{zoe.ID}, everybody},
			{"follow", "Follow", func() (federation.Said, error) { return h.speaker.FollowAsked(ctx, ada.ID, zoe.ID, 7) }, ada.ID, []social.AccountID{zoe.ID}, nobody},
			{"unfollow", "Undo", func() (federation.Said, error) { return h.speaker.FollowUndone(ctx, ada.ID, zoe.ID, 7) }, ada.ID, []social.AccountID{zoe.ID}, nobody},
			{"accept", "Accept", func() (federation.Said, error) {
				return h.speaker.FollowAccepted(ctx, zoe.ID, ada.ID, "https://far.example/follow")
			}, ada.ID, []social.AccountID{zoe.ID}, nobody},
			{"reject", "Reject", func() (federation.Said, error) { return h.speaker.FollowRejected(ctx, zoe.ID, ada.ID, "") }, ada.ID, []social.AccountID{zoe.ID}, nobody},
			{"block", "Block", func() (federation.Said, error) { return h.speaker.Blocked(ctx, ada.ID, zoe.ID) }, ada.ID, []social.AccountID{zoe.ID}, nobody},
			{"unblock", "Undo", func() (federation.Said, error) { return h.speaker.Unblocked(ctx, ada.ID, zoe.ID) }, ada.ID, []social.AccountID{zoe.ID}, nobody},
			{"profile", "Update", func() (federation.Said, error) { return h.speaker.ProfileChanged(ctx, ada.ID) }, ada.ID, nil, everybody},
			{"moved", "Move", func() (federation.Said, error) { return h.speaker.Moved(ctx, cleo.ID) }, cleo.ID, nil, followers},
			{"gone", "Delete", func() (federation.Said, error) { return h.speaker.Gone(ctx, ada.ID) }, ada.ID, nil, everybody},
			{"flagged", "Flag", func() (federation.Said, error) { return h.speaker.Flagged(ctx, report.ID) }, 0, []social.AccountID{zoe.ID}, nobody},
		} {
			said, err := c.say()
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
				continue
			}
			h.golden("said-"+c.name, said.Body, names)
			a, err := h.parse(said.Body).Activity()
			wide := 0
			if said.Followers {
				wide |= followers
			}
			if said.Public {
				wide |= 2
			}
			if actor := h.View.ActorURI(c.signer); err != nil || a.Type != c.kind || a.ID == "" || a.Actor != actor || said.Signer != c.signer || !slices.Equal(said.To, c.to) || wide != c.wide {
				t.Errorf("%s: %v, signed by %d for %v (%d): %+v", c.name, err, said.Signer, said.To, wide, a)
			}
		}
	})
}

// only is the one thing that is said.
func only(all []federation.Said, err error) (federation.Said, error) {
	if err == nil && len(all) != 1 {
		err = fmt.Errorf("%d things are said", len(all))
	}
	if err != nil {
		return federation.Said{}, err
	}
	return all[0], nil
}

// asked stores a poll of another server.
func (h *house) asked(by *stranger) social.Post {
	h.t.Helper()
	poll := social.Poll{ID: social.PollID(id.New(time.Now())), Author: by.ID, Options: []social.PollOption{{Title: "Rye"}, {Title: "Wheat"}}, EndsAt: time.Now().Add(time.Hour)}
	p := h.received(by, social.Post{HTML: "<p>Which?</p>", Poll: poll.ID})
	poll.Post = p.ID
	h.write(func(ctx context.Context, tx *store.Tx) error { return tx.AddPoll(ctx, poll) })
	return p
}

// TestAgain has the same said twice at once: as the signature of the same is the
// same within a second, it would be taken for a replay.
func TestAgain(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	h := open(t, s)
	ada, zoe := s.Join("ada", social.Member), h.meet("zoe", "far.example")
	theirs := h.received(zoe, social.Post{HTML: "<p>Bread</p>"})
	for what, say := range map[string]func(context.Context) (federation.Said, error){
		"like":   func(ctx context.Context) (federation.Said, error) { return h.speaker.Liked(ctx, ada.ID, theirs.ID) },
		"unlike": func(ctx context.Context) (federation.Said, error) { return h.speaker.Unliked(ctx, ada.ID, theirs.ID) },
		"follow": func(ctx context.Context) (federation.Said, error) {
			return h.speaker.FollowAsked(ctx, ada.ID, zoe.ID, 7)
		},
		"unfollow": func(ctx context.Context) (federation.Said, error) {
			return h.speaker.FollowUndone(ctx, ada.ID, zoe.ID, 7)
		},
		"block":   func(ctx context.Context) (federation.Said, error) { return h.speaker.Blocked(ctx, ada.ID, zoe.ID) },
		"unblock": func(ctx context.Context) (federation.Said, error) { return h.speaker.Unblocked(ctx, ada.ID, zoe.ID) },
	} {
		one, err := say(t.Context())
		h.must(err)
		two, err := say(t.Context())
		h.must(err)
		if string(one.Body) == string(two.Body) {
			t.Errorf("%s, and again: both are %s", what, one.Body)
		}
	}
}

// TestNothingToSay asks for words about what stays here or is not there.
func TestNothingToSay(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		h := open(t, s)
		ctx := t.Context()
		ada, ben, zoe := s.Join("ada", social.Member), s.Join("ben", social.Member), h.meet("zoe", "far.example")
		theirs, here := h.received(zoe, social.Post{HTML: "<p>Bread</p>"}), h.publish(ada, social.Draft{Text: "@zoe@far.example hush", LocalOnly: true})
		boost, err := s.Posts.Boost(ctx, ben.Actor(), here.ID, social.Public)
		h.must(err)
		for _, post := range []social.PostID{theirs.ID, here.ID, boost.ID, 12345} {
			for what, say := range map[string]func(context.Context, social.PostID) (federation.Said, error){"created": h.speaker.Created, "edited": h.speaker.Edited, "boosted": h.speaker.Boosted,
				"pinned": func(ctx context.Context, p social.PostID) (federation.Said, error) {
					return h.speaker.Pinned(ctx, ada.ID, p)
				},
				"asked": h.speaker.QuoteAsked} {
				if said, err := say(ctx, post); errs.KindOf(err) != errs.NotFound || err == nil {
					t.Errorf("%s, of post %d: %s, %v; want NotFound", what, post, said.Body, err)
				}
			}
		}
		for what, say := range map[string]func(context.Context, social.AccountID, social.PostID) (federation.Said, error){"liked": h.speaker.Liked, "unliked": h.speaker.Unliked} {
			if said, err := say(ctx, ben.ID, here.ID); errs.KindOf(err) != errs.NotFound || err == nil {
				t.Errorf("%s what stays here: %s, %v; want NotFound", what, said.Body, err)
			}
		}
		for what, say := range map[string]func(context.Context, social.AccountID) (federation.Said, error){"profile": h.speaker.ProfileChanged, "moved": h.speaker.Moved, "gone": h.speaker.Gone} {
			for _, who := range []social.AccountID{ada.ID, zoe.ID, 12345, 0} {
				if said, err := say(ctx, who); errs.KindOf(err) != errs.NotFound || err == nil {
					t.Errorf("%s, of account %d: %s, %v; want NotFound", what, who, said.Body, err)
				}
			}
		}
	})
}
