package moderation_test

import (
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Who is not shown addresses does not find people by them, and nothing is written down.
func TestPeopleHaveNoAddresses(t *testing.T) {
	each(t, func(h *house) {
		s, err := h.People(h.ctx, as(mona), social.AccountFilter{From: social.Ours, Email: "ben@"}, social.Page{Limit: 20})
		h.must(err)
		if len(s.Items) < 2 {
			t.Errorf("%d are found by an address that is not to be seen, want all", len(s.Items))
		}
		for _, d := range s.Items {
			if d.User.Email != "" || d.User.Password != "" || !d.Ours() {
				t.Errorf("%s: %+v", d.Username, d.User)
			}
		}
		if _, err := h.People(h.ctx, as(ada), social.AccountFilter{}, social.Page{Limit: 1}); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("by a member: %v, want Forbidden", err)
		}
		h.must(h.store.Read(h.ctx, func(v *store.View) error {
			if _, err := v.LastLeaf(h.ctx, evidence.TypeAccess); errs.KindOf(err) != errs.NotFound {
				t.Errorf("an access was written down, or %v", err)
			}
			return nil
		}))
	})
}
