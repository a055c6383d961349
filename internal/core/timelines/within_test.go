package timelines_test

import (
	"testing"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// TestTracesWithin hides a reply in a thread that stays here, and one in a thread for a
// list: whoever sees the thread sees that something was there.
func TestTracesWithin(t *testing.T) {
	each(t, func(h *house) {
		h.write(func(tx *store.Tx) error {
			if err := tx.AddList(h.ctx, social.List{ID: 1, Owner: ada, Title: "Kin", Replies: social.RepliesList}); err != nil {
				return err
			}
			for _, who := range []social.AccountID{ben, cleo} {
				if _, err := tx.AddMember(h.ctx, 1, who); err != nil {
					return err
				}
			}
			return nil
		})
		for what, d := range map[string]social.Draft{"for everybody": {Text: "a"}, "for this house": {Text: "b", LocalOnly: true}, "for a list": {Text: "c", Visibility: social.Circle, Circle: 1}} {
			root := h.say(ada, d)
			reply := h.reply(ben, root)
			h.must(h.posts.Do(h.ctx, as(ada), reply, social.HideReply, social.HideUnkind))
			th, err := h.lines.Thread(h.ctx, as(cleo), root)
			if err != nil || len(th.Descendants) != 0 || len(th.Traces) != 1 || th.Traces[0].N != 1 || th.Traces[0].Owner.ID != ada {
				t.Errorf("%s: cleo is shown %d replies and %+v, %v", what, len(th.Descendants), th.Traces, err)
			}
			for _, outside := range []social.AccountID{0, dora, eva} {
				th, err := h.lines.Thread(h.ctx, as(outside), root)
				if seen := err == nil; seen != (what == "for everybody" || what == "for this house" && outside == dora) || seen && len(th.Traces) != 1 {
					t.Errorf("%s: %d is shown %+v, %v", what, outside, th.Traces, err)
				}
			}
		}
	})
}
