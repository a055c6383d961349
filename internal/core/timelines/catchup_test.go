package timelines_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/timelines"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Who catches up gets each post once, with all the reasons why it came.
func TestCatchUp(t *testing.T) {
	each(t, func(h *house) {
		h.follow(ben, ada)
		h.follow(ben, cleo)
		h.write(func(tx *store.Tx) error {
			_, err := tx.FollowTag(h.ctx, ben, "bread", "bread")
			return err
		})
		before := h.say(ada, social.Draft{Text: "before"})
		mine := h.say(ben, social.Draft{Text: "mine"})
		said := h.say(ada, social.Draft{Text: "said #bread"})
		h.say(cleo, social.Draft{Text: "@ben yes", ReplyTo: mine})
		far := h.say(dora, social.Draft{Text: "by a stranger"})
		h.say(dora, social.Draft{Text: "more #Bread"})
		h.boost(ada, far)
		h.boost(cleo, far)
		h.boost(cleo, said)
		after := h.say(ada, social.Draft{Text: "after"})
		ask := func(by social.AccountID, from, to social.PostID, boosts bool) string {
			h.Helper()
			c, err := h.lines.CatchUp(h.ctx, as(by), int64(from), int64(to), boosts)
			h.must(err)
			var out []string
			for _, m := range c.Posts {
				var who []string
				for _, f := range m.Boosters {
					who = append(who, f.Username)
				}
				out = append(out, fmt.Sprint(m.Text, " followed:", m.Followed, " to me:", m.ToReader, " boosts:", m.BoostedBy, who, m.FollowsTags))
			}
			slices.Sort(out)
			return strings.Join(out, "\n")
		}
		want := `@ben yes followed:true to me:true boosts:0 [] []
by a stranger followed:false to me:false boosts:2 [cleo ada] []
more #Bread followed:false to me:false boosts:0 [] [Bread]
said #bread followed:true to me:false boosts:1 [cleo] [bread]`
		if got := ask(ben, before, after, true); got != want {
			t.Errorf("between two:\n%s\nwant\n%s", got, want)
		}
		if got := ask(ben, before, after, false); strings.Contains(got, "stranger") || !strings.Contains(got, "said #bread") {
			t.Errorf("without boosts:\n%s", got)
		}
		if got := ask(ben, after, 0, true); got != "" {
			t.Errorf("since the last: %q, want nothing", got)
		}
		h.must(h.rel.Block(h.ctx, as(dora), ben))
		if got := ask(ben, before, after, true); strings.Contains(got, "stranger") || strings.Contains(got, "more #Bread") {
			t.Errorf("who blocks is shown:\n%s", got)
		}
		if _, err := h.lines.CatchUp(h.ctx, social.Anyone, 0, 0, true); errs.KindOf(err) != errs.Unauthenticated {
			t.Errorf("a stranger: %v, want Unauthenticated", err)
		}
	})
}

// There is an end to it, and a way on.
func TestCatchUpEnds(t *testing.T) {
	each(t, func(h *house) {
		h.follow(ben, ada)
		var at []time.Time
		for i := range timelines.MaxCatchUp + 30 {
			at = append(at, h.store.Now().Add(-time.Duration(i)*time.Second))
		}
		all := h.plant(ada, true, at...)
		first, err := h.lines.CatchUp(h.ctx, as(ben), 0, 0, true)
		h.must(err)
		if len(first.Posts) != timelines.MaxCatchUp || first.Oldest != int64(all[30]) {
			t.Errorf("%d posts down to %d, want %d down to %d", len(first.Posts), first.Oldest, timelines.MaxCatchUp, all[30])
		}
		rest, err := h.lines.CatchUp(h.ctx, as(ben), 0, first.Oldest, true)
		h.must(err)
		if len(rest.Posts) != 30 || rest.Oldest != 0 {
			t.Errorf("then %d, down to %d; want 30, and that is all", len(rest.Posts), rest.Oldest)
		}
	})
}
