package timelines_test

import (
	"cmp"
	"fmt"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/core/timelines"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// drawn is a tree in a line: names of posts, what is missing in angle brackets.
func drawn(t timelines.Tree, names map[social.PostID]string) string {
	var draw func(all []*timelines.Branch) string
	draw = func(all []*timelines.Branch) string {
		var out []string
		for _, b := range all {
			what := "<" + string(b.Why) + ">"
			if b.Post != nil && b.Why == "" {
				what = names[b.Post.ID]
			} else if b.Post != nil {
				what = "<" + string(b.Why) + " " + names[b.Post.ID] + ">"
			}
			if len(b.Replies) > 0 {
				what += fmt.Sprintf("%d(%s)", b.Below, draw(b.Replies))
			}
			out = append(out, what)
		}
		return strings.Join(out, " ")
	}
	var above []string
	if t.Above != "" {
		above = append(above, "<"+string(t.Above)+">")
	}
	for _, p := range t.Ancestors {
		above = append(above, names[p.ID])
	}
	return strings.Join(above, " ") + " | " + draw(t.Branches)
}

// A thread keeps its shape, and says what is missing in it and why, as far as
// the reader may know.
func TestTree(t *testing.T) {
	each(t, func(h *house) {
		root := h.say(ada, social.Draft{Text: "root"})
		one := h.reply(ben, root)
		two := h.reply(cleo, one)
		three := h.reply(ada, two)
		side := h.reply(dora, root)
		leaf := h.reply(cleo, side)
		names := map[social.PostID]string{root: "root", one: "one", two: "two", three: "three", side: "side", leaf: "leaf"}
		check := func(what string, by social.AccountID, which social.PostID, want string) {
			h.Helper()
			got, err := h.lines.Tree(h.ctx, as(by), which)
			if err != nil || drawn(got, names) != want {
				h.Errorf("%s: %q, %v; want %q", what, drawn(got, names), err, want)
			}
		}
		whole := " | one2(two1(three)) side1(leaf)"
		check("all of it", 0, root, whole)
		check("from the middle", eva, two, "root one | three")
		h.must(h.rel.Mute(h.ctx, as(eva), cleo, false, 0))
		check("who is muted may be looked at, and a leaf of theirs is left out", eva, root, " | one1(<muted two>1(three)) side")

		// What is hidden by who wrote it is one thing, whether it is there or gone.
		h.must(h.rel.Block(h.ctx, as(ben), dora))
		const away = " | <away>2(two1(three)) side1(leaf)"
		check("ben blocks dora", dora, root, away)
		check("ben blocks dora, from below", dora, two, "<away> | three")
		h.must(h.rel.Block(h.ctx, as(eva), ben))
		check("eva blocks ben", eva, root, " | <blocked>1(<muted two>1(three)) side")
		_, err := h.posts.Delete(h.ctx, as(ben), one)
		h.must(err)
		check("deleted by who blocks dora", dora, root, away)
		check("deleted by who blocks dora, from below", dora, two, "<away> | three")
		check("deleted", cleo, root, " | <deleted>2(two1(three)) side1(leaf)")
		check("deleted, from below", 0, two, "<deleted> | three")
		check("deleted by whom eva blocks", eva, root, " | <blocked>1(<muted two>1(three)) side")
	})
}

// Of a post for a few nobody else learns that it was deleted.
func TestTreeKeepsSecrets(t *testing.T) {
	each(t, func(h *house) {
		root := h.say(ada, social.Draft{Text: "root"})
		h.follow(ben, cleo)
		quiet := h.say(cleo, social.Draft{Text: "for followers", ReplyTo: root, Visibility: social.Followers})
		loud := h.say(ben, social.Draft{Text: "for all", ReplyTo: quiet, Visibility: social.Public})
		h.say(cleo, social.Draft{Text: "a leaf for followers", ReplyTo: root, Visibility: social.Followers})
		names := map[social.PostID]string{root: "root", quiet: "quiet", loud: "loud"}
		see := func(by social.AccountID) string {
			h.Helper()
			got, err := h.lines.Tree(h.ctx, as(by), root)
			h.must(err)
			return drawn(got, names)
		}
		const want = " | <away>1(loud)"
		if got := see(dora); got != want {
			t.Errorf("while it is there: %q, want %q", got, want)
		}
		_, err := h.posts.Delete(h.ctx, as(cleo), quiet)
		h.must(err)
		if got := see(dora); got != want {
			t.Errorf("when it is deleted: %q, want %q", got, want)
		}
	})
}

// What answers something elsewhere says that it has not come.
func TestTreeUnfetched(t *testing.T) {
	each(t, func(h *house) {
		at := h.store.Now()
		which := h.plant(eva, false, at)[0]
		h.write(func(tx *store.Tx) error {
			p, err := tx.Post(h.ctx, which)
			if err != nil {
				return err
			}
			p.ReplyAuthor = social.Somebody
			return tx.SetParent(h.ctx, p)
		})
		got, err := h.lines.Tree(h.ctx, as(ada), which)
		if err != nil || got.Above != timelines.Unfetched {
			t.Errorf("above it: %q, %v; want %q", got.Above, err, timelines.Unfetched)
		}
	})
}

// What somebody answers in private stands where it is said, for those who talk there, and
// with all above it on its own page.
func TestTreeOfPrivateAnswers(t *testing.T) {
	each(t, func(h *house) {
		root := h.say(ada, social.Draft{Text: "root"})
		one := h.reply(ben, root)
		hush := h.say(cleo, social.Draft{Text: "@ben hush", ReplyTo: one, Visibility: social.Direct})
		why := h.say(ben, social.Draft{Text: "@cleo why?", ReplyTo: hush, Visibility: social.Direct})
		loud := h.reply(cleo, why) // before everybody, and not in ada's thread: she could not hold it
		other := h.say(dora, social.Draft{Text: "@ben me, too", ReplyTo: one, Visibility: social.Direct})
		called := map[social.PostID]string{root: "root", one: "one", hush: "hush", why: "why", loud: "loud", other: "other"}
		for _, tt := range []struct {
			who   social.AccountID
			which social.PostID
			want  string
		}{
			{ben, root, " | one3(hush1(why) other)"},
			{cleo, root, " | one2(hush1(why))"},
			{dora, root, " | one1(other)"},
			{ada, root, " | one"},
			{social.Anyone.Account, root, " | one"},
			{ben, hush, "root one | why1(loud)"},
			{cleo, why, "root one hush | loud"},
			{ben, other, "root one | "},
			{ada, loud, "<away> | "},
		} {
			got, err := h.lines.Tree(h.ctx, as(tt.who), tt.which)
			if err != nil || drawn(got, called) != tt.want {
				h.Errorf("%s at %s: %q, %v; want %q", called[tt.which], cmp.Or(names[tt.who], "nobody"), drawn(got, called), err, tt.want)
			}
		}
		for who, there := range map[social.AccountID]bool{cleo: true, dora: false} {
			if _, err := h.lines.Tree(h.ctx, as(who), hush); (err == nil) != there {
				t.Errorf("%s may see what cleo whispers: %v", names[who], err)
			}
		}
	})
}
