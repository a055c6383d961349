package timelines_test

import (
	"math"
	"testing"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

func TestBoostedByTellsOfNoPrivateBoost(t *testing.T) {
	each(t, func(h *house) {
		p := h.say(ada, social.Draft{Text: "hello"})
		if _, err := h.posts.Boost(h.ctx, as(cleo), p, social.Followers); err != nil {
			t.Fatal(err)
		}
		h.boost(ben, p)
		got, err := h.lines.BoostedBy(h.ctx, social.Anyone, p, long)
		h.faces("boosted by", got, err, ben)
	})
}

func TestWhoIsGoneLikesNothing(t *testing.T) {
	each(t, func(h *house) {
		p := h.say(ada, social.Draft{Text: "hello"})
		h.mark(ben, p, social.Liked)
		h.mark(cleo, p, social.Liked)
		h.write(func(tx *store.Tx) error { return tx.SetStanding(h.ctx, cleo, social.Suspended) })
		got, err := h.lines.LikedBy(h.ctx, as(ada), p, long)
		h.faces("liked by", got, err, ben)
	})
}

func TestPagesBeyondTime(t *testing.T) {
	each(t, func(h *house) {
		h.say(ada, social.Draft{Text: "hello"})
		for _, p := range []social.Page{{After: math.MaxInt64, Oldest: true, Limit: 5}, {After: math.MaxInt64, Limit: 5}, {Before: 1, After: 2, Limit: 5}} {
			got, err := h.lines.Home(h.ctx, as(ada), p)
			h.shows("home", got, err)
		}
	})
}
