package notices_test

import (
	"slices"
	"testing"

	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// kinds are those of what somebody is told, the last first.
func (h *house) kinds(who social.AccountID) (out []social.NoticeKind) {
	h.Helper()
	_, s := h.list(who, social.NoticeFilter{}, social.Page{Limit: 40})
	for _, n := range s.Items {
		out = append(out, n.Kind)
	}
	return out
}

// What waits is told of as long as it does, and to whom it waits for.
func TestToldOfWhatWaits(t *testing.T) {
	each(t, func(h *house) {
		waits := func(when string, who social.AccountID, want int) {
			h.Helper()
			n := 0
			for _, k := range h.kinds(who) {
				if k == social.NoticeReplyWaits {
					n++
				}
			}
			if n != want || len(h.kinds(who)) != want {
				h.Errorf("%s: %d is told %v, want %d that wait", when, who, h.kinds(who), want)
			}
		}
		root := h.say(ada, social.Draft{Text: "ask me", ReplyPolicy: social.ReplyApproval})
		bens := h.say(ben, social.Draft{Text: "@ada me", ReplyTo: root, ReplyPolicy: social.ReplyApproval})
		waits("it waits", ada, 1)
		_, err := h.posts.Edit(h.ctx, as(ben), bens, social.Draft{Text: "@ada me, please"})
		h.must(err)
		waits("it was changed meanwhile", ada, 1)
		_, err = h.posts.Delete(h.ctx, as(ben), bens)
		h.must(err)
		waits("its author deleted it", ada, 0)

		bens = h.say(ben, social.Draft{Text: "again", ReplyTo: root, ReplyPolicy: social.ReplyApproval})
		_, err = h.posts.Approve(h.ctx, as(ada), []social.PostID{bens})
		h.must(err)
		waits("it was approved", ada, 0)
		cleos := h.say(cleo, social.Draft{Text: "me too", ReplyTo: bens})
		h.catchUp()
		_, err = h.posts.Approve(h.ctx, as(ben), []social.PostID{cleos})
		h.must(err)
		waits("ben agreed, and ada is asked", ada, 1)
		for _, k := range h.kinds(ben) {
			if k == social.NoticeReplyWaits {
				h.Error("ben is told that it waits for him still")
			}
		}
	})
}

// Who is asked to look after somebody's threads hears of it until they have answered.
func TestToldOfBeingAskedToKeep(t *testing.T) {
	each(t, func(h *house) {
		for _, end := range []string{"accepted", "ended"} {
			h.must(h.store.Write(h.ctx, func(tx *store.Tx) error {
				tx.Record(event.KeeperChanged{Owner: ada, Keeper: ben, State: "asked"})
				return nil
			}))
			if got := h.kinds(ben); !slices.Equal(got, []social.NoticeKind{social.NoticeKeeperAsked}) {
				h.Errorf("asked: ben is told %v", got)
			}
			if got := h.kinds(ada); len(got) != 0 {
				h.Errorf("asked: ada is told %v", got)
			}
			h.must(h.store.Write(h.ctx, func(tx *store.Tx) error {
				tx.Record(event.KeeperChanged{Owner: ada, Keeper: ben, State: end})
				return nil
			}))
			if got := h.kinds(ben); len(got) != 0 {
				h.Errorf("%s: ben is told %v", end, got)
			}
		}
	})
}
