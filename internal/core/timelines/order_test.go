package timelines_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/core/votes"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/work"
)

// Replies stand in the order that is asked for, each below what it answers, in the
// tree and in a row alike.
func TestReplyOrder(t *testing.T) {
	each(t, func(h *house) {
		house := social.DefaultSettings
		house.Downvotes = true
		h.write(func(tx *store.Tx) error { return tx.SetHouse(h.ctx, house) })
		root := h.say(ada, social.Draft{Text: "root"})
		one := h.reply(ada, root)
		below, loud := h.reply(ada, one), h.reply(dora, one)
		two, three, quiet := h.reply(ben, root), h.reply(cleo, root), h.reply(ada, root)
		vote := func(which social.PostID, way int, by ...social.AccountID) {
			h.Helper()
			for _, who := range by {
				h.clock.Pass(31 * 24 * time.Hour) // so that each counts one
				_, err := h.posts.Vote(h.ctx, as(who), which, way)
				h.must(err)
			}
		}
		vote(two, 1, ada, cleo, dora)
		vote(two, -1, eva)
		vote(three, 1, ada)
		vote(one, 1, ben)
		vote(one, -1, cleo)
		vote(loud, 1, ada)
		h.must(work.CatchUp(h.ctx, h.store, votes.Follower()))
		names := map[social.PostID]string{root: "root", one: "one", below: "below", loud: "loud", two: "two", three: "three", quiet: "quiet"}
		for order, want := range map[social.ReplyOrder]string{
			"":                   " | one2(below loud) two three quiet",
			social.OldFirst:      " | one2(below loud) two three quiet",
			social.NewFirst:      " | quiet three two one2(loud below)",
			social.Top:           " | two three one2(loud below) quiet",
			social.Best:          " | two three one2(loud below) quiet",
			social.Controversial: " | one2(below loud) two three quiet",
		} {
			tree, err := h.lines.TreeBy(h.ctx, as(ada), root, order)
			if got := drawn(tree, names); err != nil || got != want {
				t.Errorf("%q: %s, %v; want %s", order, got, err, want)
			}
			row, err := h.lines.ThreadBy(h.ctx, as(ada), root, order)
			h.must(err)
			var a, b []string
			for _, p := range row.Descendants {
				a = append(a, names[p.ID])
			}
			for _, p := range tree.Descendants {
				b = append(b, names[p.ID])
			}
			if fmt.Sprint(a) != fmt.Sprint(b) || len(a) != 6 {
				t.Errorf("%q: in a row %v and %v", order, a, b)
			}
		}
		house.Downvotes = false
		h.write(func(tx *store.Tx) error { return tx.SetHouse(h.ctx, house) })
		tree, err := h.lines.TreeBy(h.ctx, as(ada), root, social.Top)
		if got, want := drawn(tree, names), " | two one2(loud below) three quiet"; err != nil || got != want {
			t.Errorf("where nobody votes against replies: %s, %v; want %s", got, err, want)
		}
	})
}
