package moderation_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/moderation"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// decided does something about ben, and returns the decision.
func (h *house) decided(by social.AccountID, d social.Decision) social.Decision {
	h.Helper()
	h.clock.Pass(time.Second)
	d.Account = ben
	h.must(h.Decide(h.ctx, as(by), d, false))
	ds, err := h.Decisions(h.ctx, as(mona), ben, social.Page{Limit: 1})
	h.must(err)
	return ds[0]
}

func (h *house) ends(d social.Decision) {
	h.Helper()
	arg, _ := json.Marshal(d.ID)
	h.must(h.Worker().Do(h.ctx, arg))
}

// What takes a decision back takes back what stands because of it, and not what
// was decided since.
func TestUndoLeavesWhatWasDecidedSince(t *testing.T) {
	each(t, func(h *house) {
		post := []social.PostID{h.say(ben, 1001, social.Public)}
		label := h.decided(mona, social.Decision{Action: social.LabelPost, Posts: post, Until: h.store.Now().Add(time.Hour)})
		hide := h.decided(mona, social.Decision{Action: social.HidePost, Posts: post})
		h.ends(label)
		if p := h.post(post[0]); p.Standing != social.PostHidden {
			h.Errorf("after the end of the label it is %q", p.Standing)
		}
		h.must(h.Undo(h.ctx, as(mia), hide.ID))
		if p := h.post(post[0]); p.Standing != social.PostGood {
			h.Errorf("after hiding was taken back it is %q", p.Standing)
		}
		first := h.decided(mona, social.Decision{Action: social.HidePost, Posts: post, Until: h.store.Now().Add(time.Hour)})
		h.decided(mona, social.Decision{Action: social.HidePost, Posts: post}) // for good
		h.ends(first)
		if p := h.post(post[0]); p.Standing != social.PostHidden {
			h.Errorf("what is hidden for good is %q when the first time is over", p.Standing)
		}
		day := h.decided(mona, social.Decision{Action: social.Suspend, Until: h.store.Now().Add(time.Hour)})
		good := h.decided(mona, social.Decision{Action: social.Suspend})
		if good.ID == day.ID {
			h.Error("suspending for good is not written down")
		}
		h.ends(day)
		if got := h.standing(ben); got != "suspended" {
			h.Errorf("who is suspended for good is %s when the day is over", got)
		}
	})
}

// An appeal can be approved also when what it is about is gone.
func TestAppealAboutWhatIsGone(t *testing.T) {
	each(t, func(h *house) {
		post := h.say(ben, 1001, social.Public)
		d := h.decided(mona, social.Decision{Action: social.HidePost, Posts: []social.PostID{post}})
		h.write(func(tx *store.Tx) error { return tx.RemovePost(h.ctx, social.Post{ID: post, Author: ben}) })
		a, err := h.Appeal(h.ctx, as(ben), d.ID, "It was fine.")
		h.must(err)
		h.must(h.Hear(h.ctx, as(mia), a.ID, true, "It was."))
		all, err := h.Record(h.ctx, as(ben), social.Page{Limit: 5})
		h.must(err)
		if len(all) != 1 || !all[0].Undone || all[0].Counts {
			h.Errorf("the record is %+v", all)
		}
	})
}

// A second pair of eyes cannot be walked around, and agrees to what was proposed.
func TestSecondEyesAgree(t *testing.T) {
	each(t, func(h *house) {
		h.write(func(tx *store.Tx) error {
			s := social.DefaultSettings
			s.SecondEyes = true
			return tx.SetHouse(h.ctx, s)
		})
		h.kind("about no case", h.Decide(h.ctx, as(mona), social.Decision{Account: ben, Action: social.Suspend}, false), errs.Invalid)
		old := h.report(ada, social.Report{Target: ben})
		h.must(h.Decide(h.ctx, as(mona), social.Decision{Case: old.Case, Action: social.Dismiss}, false))
		h.kind("about a case that is closed", h.Decide(h.ctx, as(mona), social.Decision{Report: old.ID, Action: social.Suspend}, false), errs.Invalid)
		h.clock.Pass(time.Second)
		c := h.report(ada, social.Report{Target: ben, Comment: "again"}).Case
		until := h.store.Now().Add(time.Hour)
		if err := h.Decide(h.ctx, as(mona), social.Decision{Case: c, Action: social.Suspend, Text: "For an hour.", Until: until}, false); !errors.Is(err, moderation.Proposed) {
			h.Fatal(err)
		}
		h.must(h.Decide(h.ctx, as(mia), social.Decision{Case: c, Action: social.Suspend, Text: "For ever."}, false))
		ds, err := h.Decisions(h.ctx, as(mona), ben, social.Page{Limit: 1})
		h.must(err)
		if ds[0].Text != "For an hour." || !ds[0].Until.Equal(until) || ds[0].By != mona || ds[0].Second != mia {
			h.Errorf("decided was %+v", ds[0])
		}
	})
}

// Who reported something does not decide about it.
func TestReportersDoNotDecide(t *testing.T) {
	each(t, func(h *house) {
		r := h.report(mia, social.Report{Target: ben})
		c := r.Case
		h.kind("closing one's own", h.Close(h.ctx, as(mia), r.ID, true), errs.Forbidden)
		h.kind("one's own report", h.Decide(h.ctx, as(mia), social.Decision{Case: c, Action: social.Limit}, false), errs.Forbidden)
		if n, _, err := h.DecideAll(h.ctx, as(mona), []social.CaseID{c}, social.Decision{Action: social.Limit}, false); n != 1 || err != nil {
			h.Errorf("somebody else decided about %d: %v", n, err)
		}
		d, err := h.Decisions(h.ctx, as(mona), ben, social.Page{Limit: 1})
		h.must(err)
		a, err := h.Appeal(h.ctx, as(ben), d[0].ID, "It was fine.")
		h.must(err)
		h.kind("an appeal against what one reported", h.Hear(h.ctx, as(mia), a.ID, false, "No."), errs.Forbidden)
		h.must(h.Hear(h.ctx, as(adam), a.ID, false, "No."))
		own := h.report(olga, social.Report{Target: ben})
		h.must(h.Close(h.ctx, as(olga), own.ID, true)) // an owner may be alone
	})
}

// What is too long for a record is cut, in whole characters, and can be reported.
func TestLongPostsCanBeReported(t *testing.T) {
	each(t, func(h *house) {
		h.write(func(tx *store.Tx) error {
			return tx.AddPost(h.ctx, social.Post{ID: 1001, Thread: 1001, Author: ben, Text: strings.Repeat("<é\"", 20_000), Warning: strings.Repeat("&", 8000), Visibility: social.Public, At: tx.Now})
		})
		h.report(ada, social.Report{Target: ben, Posts: []social.PostID{1001}})
		_, all := h.log()
		var s evidence.Snapshot
		h.must(json.Unmarshal(all[1].Body, &s))
		if len(s.Text) < 16_000 || strings.Contains(s.Text, "�") {
			h.Errorf("kept are %d bytes of it", len(s.Text))
		}
	})
}

// Many reports of something light do not come before one of something grave.
func TestPriorityIsBounded(t *testing.T) {
	var c social.Case
	for range 100 {
		c.Add(social.HarmSpam, 1, time.Now())
	}
	if want := social.HarmSpam.Routing().Priority + social.MaxWeight; c.Priority != want {
		t.Errorf("a hundred reports of spam have priority %d, want %d", c.Priority, want)
	}
	c.Add(social.HarmMinors, 0.5, time.Now())
	if want := min(100, social.HarmMinors.Routing().Priority+social.MaxWeight); c.Priority != want {
		t.Errorf("and one of harm to children %d, want %d", c.Priority, want)
	}
}
