package votes_test

import (
	"fmt"
	"testing"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// What it costs to show a thread of 20 replies in an order by votes, with 10 votes
// on them and with 10,000.
func BenchmarkOrder(b *testing.B) {
	for _, n := range []int{10, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			h := open(b, storetest.SQLite(b), nil)
			root, all := voted(h, n)
			for b.Loop() {
				t, err := h.lines.ThreadBy(h.ctx, social.Anyone, root, social.Best)
				if err != nil || len(t.Descendants) != len(all) {
					b.Fatal(len(t.Descendants), err)
				}
			}
		})
	}
}

// voted is a thread of 20 replies, with n votes by as many people.
func voted(h *house, n int) (root social.PostID, all []social.PostID) {
	h.Helper()
	post := func(by social.AccountID) (p social.PostID) {
		h.write(func(tx *store.Tx) error {
			p = social.PostID(id.New(tx.Now))
			x := social.Post{ID: p, Thread: p, Author: by, Text: "words", Visibility: social.Public, At: tx.Now}
			if root != 0 {
				x.Thread, x.ReplyTo, x.ReplyAuthor = root, root, by
			}
			return tx.AddPost(h.ctx, x)
		})
		return p
	}
	root = post(h.one().ID)
	for range 20 {
		all = append(all, post(h.one().ID))
	}
	for i, p := range h.join(n, 90*day, "") {
		h.vote(p, all[i%len(all)], 1)
	}
	h.follow()
	return root, all
}

// A reply has one row of what its votes count, however many there are: that is what
// is read.
func TestOneRowForEachReply(t *testing.T) {
	each(t, func(h *house) {
		for _, n := range []int{40, 400} {
			root, all := voted(h, n)
			h.must(h.store.Read(h.ctx, func(v *store.View) error {
				sums, err := v.ThreadVotes(h.ctx, root, 1000)
				if len(sums) != len(all) || sums[all[0]] != (social.Standings{Ups: n / len(all) * social.OneVote}) {
					t.Errorf("of %d votes on %d replies %d rows are read, with %+v for the first", n, len(all), len(sums), sums[all[0]])
				}
				return err
			}))
		}
	})
}
