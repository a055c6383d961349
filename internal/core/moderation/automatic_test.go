package moderation_test

import (
	"testing"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

func (h *house) automatic(text string, who social.AccountID, post social.PostID) {
	h.Helper()
	r, err := social.NewAutoRule("casinos", text)
	h.must(err)
	r.ID, r.Version = 7, 2
	h.write(func(tx *store.Tx) error {
		for _, does := range r.Terms.Steps() {
			if err := h.Automatic(h.ctx, tx, r, social.AutoHit{Rule: 7, Version: 2, Post: post, Account: who, Why: []string{"words: casino"}}, does); err != nil {
				return err
			}
		}
		return nil
	})
}

func (h *house) stands(which social.PostID) (s social.PostStanding) {
	h.Helper()
	h.must(h.store.Read(h.ctx, func(v *store.View) error {
		p, err := v.Post(h.ctx, which)
		s = p.Standing
		return err
	}))
	return s
}

// What a rule does is a decision of a machine, and comes before a person.
func TestAutomatic(t *testing.T) {
	each(t, func(h *house) {
		post := h.say(ben, 1001, social.Followers)
		h.automatic("words: casino\ndo: hide\npriority: urgent\ncategory: scam", ben, post)
		if got := h.stands(post); got != social.PostHidden {
			t.Errorf("the post is %q, want hidden", got)
		}
		h.wantLog("policy house@1", "decision hide_post", "report rule", "snapshot", "triage spam")
		all := h.open()
		if len(all) != 1 || all[0].Case.Post != post || all[0].Priority != social.AutoUrgent.Weight() || all[0].Harm != social.HarmScam {
			t.Fatalf("open are %+v", all)
		}
		f, err := h.Case(h.ctx, as(mona), all[0].ID)
		h.must(err)
		if want := `Met the automatic rule "casinos", version 2: words: casino`; len(f.Reports) != 1 || f.Reports[0].Comment != want || f.Reports[0].Channel != social.ChannelRule {
			t.Errorf("the report is %+v", f.Reports)
		}
	})
}

// A warning is no case; a limited account is one, and ends no other.
func TestAutomaticEndsNothing(t *testing.T) {
	each(t, func(h *house) {
		post := h.say(ben, 1001, social.Public)
		h.report(ada, social.Report{Target: ben, Harm: social.HarmMinors})
		h.automatic("words: casino\ndo: warn", ben, post)
		if n := len(h.open()); n != 1 || h.stands(post) != social.PostLabelled {
			t.Errorf("after a warning %d cases are open, and the post is %q", n, h.stands(post))
		}
		h.automatic("words: casino\ndo: limit", ben, post)
		if n := len(h.open()); n != 2 || h.standing(ben) != "limited good" {
			t.Errorf("after it was limited %d cases are open, and the account is %q", n, h.standing(ben))
		}
		h.automatic("words: casino\ndo: limit", ben, post) // again
		if n := len(h.open()); n != 2 {
			t.Errorf("after it was limited again %d cases are open", n)
		}
	})
}

// Rules do not judge those who look after the house.
func TestAutomaticSparesStaff(t *testing.T) {
	each(t, func(h *house) {
		post := h.say(mona, 1001, social.Public)
		h.automatic("words: casino\ndo: hide, limit", mona, post)
		if got := h.stands(post); got != social.PostGood {
			t.Errorf("the moderator's post is %q", got)
		}
		h.wantLog("report rule", "snapshot", "triage general")
	})
}
