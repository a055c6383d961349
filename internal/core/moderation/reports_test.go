package moderation_test

import (
	"testing"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// However many reports name a post, and however often, each shows it once.
func TestReportsShowAPostOnce(t *testing.T) {
	each(t, func(h *house) {
		one, two := h.say(ben, 1001, social.Public), h.say(ben, 1002, social.Public)
		for _, by := range []social.AccountID{ada, mia, adam} {
			_, err := h.Report(h.ctx, as(by), social.Report{Target: ben, Posts: []social.PostID{one, two}})
			h.must(err)
		}
		h.write(func(tx *store.Tx) error {
			return tx.AddReport(h.ctx, social.Report{ID: 7, Reporter: ada, Target: ben, Posts: []social.PostID{two, two}, Category: social.ReportOther})
		})
		all := h.reports(false)
		if len(all) != 4 {
			t.Fatalf("%d reports, want 4", len(all))
		}
		for _, c := range all {
			want := 2
			if c.ID == 7 {
				want = 1
			}
			if len(c.Posts) != want {
				t.Errorf("report %d shows %d posts, want %d", c.ID, len(c.Posts), want)
			}
		}
	})
}
