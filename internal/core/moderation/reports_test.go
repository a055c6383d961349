package moderation_test

import (
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
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

// Nobody learns who reported them or has a say in it, and the reports about
// the staff are for those above them.
func TestReportsAboutTheStaff(t *testing.T) {
	each(t, func(h *house) {
		about := func(who social.AccountID) social.ReportID {
			r, err := h.Report(h.ctx, as(ada), social.Report{Target: who})
			h.must(err)
			return r.ID
		}
		aboutMona, aboutAdam := about(mona), about(adam)
		if all := h.reports(false); len(all) != 1 || all[0].ID != aboutAdam {
			t.Errorf("mona sees %d reports, want the one about adam", len(all))
		}
		for by, want := range map[social.AccountID]int{mona: 1, adam: 1, mia: 2} {
			if n, err := h.Open(h.ctx, as(by), 10); err != nil || n != want {
				t.Errorf("%s counts %d, %v; want %d", roles[by], n, err, want)
			}
		}
		_, err := h.Get(h.ctx, as(mona), aboutMona)
		h.kind("her own", err, errs.NotFound)
		_, err = h.Get(h.ctx, as(mia), aboutMona)
		h.must(err)
		category := social.ReportSpam
		for _, tt := range []struct {
			by    social.AccountID
			which social.ReportID
			want  errs.Kind
		}{{mona, aboutMona, errs.NotFound}, {mia, aboutMona, errs.Forbidden}, {mia, aboutAdam, errs.Forbidden}, {adam, aboutAdam, errs.NotFound}} {
			h.kind("close", h.Close(h.ctx, as(tt.by), tt.which, true), tt.want)
			h.kind("assign", h.Assign(h.ctx, as(tt.by), tt.which, true), tt.want)
			h.kind("sort", h.Sort(h.ctx, as(tt.by), tt.which, &category, nil), tt.want)
		}
		h.must(h.Close(h.ctx, as(adam), aboutMona, true))
		h.must(h.Close(h.ctx, as(olga), aboutAdam, true))
	})
}
