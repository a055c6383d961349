package moderation_test

import (
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/core/moderation"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// stranger is a report of somebody without an account about a post of ben's.
func (h *house) stranger(post social.PostID) social.Report {
	h.Helper()
	r, err := h.ReportUnknown(h.ctx, social.Report{Target: ben, Posts: []social.PostID{h.say(ben, post, social.Public)}, Harm: social.HarmHate, Channel: social.ChannelStranger, Contact: "yan@far.example"})
	h.must(err)
	return r
}

// told is what who made a report reads of it.
func (h *house) told(r social.Report) moderation.Unknown {
	h.Helper()
	u, err := h.Unknown(h.ctx, social.StrangerReport{Report: r.ID, Email: "yan@far.example", Confirmed: h.store.Now()})
	h.must(err)
	return u
}

// Whoever reported something is told what was done, also where no decision of its
// own ended the case, and never that there was no breach where nobody found that.
func TestWhatStrangersAreTold(t *testing.T) {
	each(t, func(h *house) {
		fine, first, second := h.stranger(1), h.stranger(2), h.stranger(3)
		h.must(h.Decide(h.ctx, as(mona), social.Decision{Case: fine.Case, Action: social.Dismiss}, false))
		h.must(h.Decide(h.ctx, as(mona), social.Decision{Account: ben, Posts: []social.PostID{3}, Action: social.HidePost}, false))
		h.must(h.Decide(h.ctx, as(mona), social.Decision{Case: second.Case, Action: social.HidePost}, false)) // it is hidden already
		third := h.stranger(4)
		h.must(h.Decide(h.ctx, as(mona), social.Decision{Case: first.Case, Action: social.Suspend}, false)) // ends the third, too
		for _, tt := range []struct {
			what string
			r    social.Report
			want string
		}{
			{"what is fine", fine, "breaks neither the rules"},
			{"what was hidden already", second, "this was so already. The post was hidden"},
			{"whose account was suspended", first, "The account was suspended"},
			{"whose account was suspended in another case", third, "The account was suspended"},
		} {
			u := h.told(tt.r)
			if !strings.Contains(u.Why.What, tt.want) || tt.r.ID != fine.ID && strings.Contains(u.Why.Text(), "breaks neither") || !u.Again || !strings.Contains(u.Why.Redress, "Article 21") {
				t.Errorf("of %s they read\n%s", tt.what, u.Why.Text())
			}
		}
		if u := h.told(third); !strings.Contains(u.Why.Found, "A person decided") || u.Why.Ground == "" {
			t.Errorf("who reported what ended with a suspension reads\n%s", u.Why.Text())
		}
		h.must(h.Decide(h.ctx, as(mona), social.Decision{Account: ben, Action: social.Unsuspend}, false))
		if u := h.told(third); !strings.Contains(u.Why.What, "The account was suspended") {
			t.Errorf("after it was taken back they read\n%s", u.Why.Text())
		}
	})
}

// When the account goes before anybody decides, its cases end, that is told, and
// there is nothing to look at again.
func TestStrangersAreToldOfTheGone(t *testing.T) {
	each(t, func(h *house) {
		r := h.stranger(1)
		h.leave(ben)
		u := h.told(r)
		if !strings.Contains(u.Why.What, "was deleted before anybody decided") || u.Why.Redress != "" || u.Again || u.Outcome != social.Gone {
			t.Errorf("they read\n%s", u.Why.Text())
		}
		closed := 0
		h.must(h.store.Read(h.ctx, func(v *store.View) error {
			all, err := v.Facts(h.ctx, event.Pos{}, 1000)
			for _, one := range all {
				if f, ok := one.Fact.(event.CaseClosed); ok && f.Case == r.Case && f.Decision == 0 {
					closed++
				}
			}
			return err
		}))
		if closed != 1 {
			t.Errorf("that the case ended is told %d times", closed)
		}
	})
}
