package moderation_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/social/dsa"
	"github.com/plaza-social/plaza/internal/store"
)

// What a machine found and a person decided is told so: to the law, to whom it is
// about, and in the log.
func TestMachineFoundPersonDecided(t *testing.T) {
	each(t, func(h *house) {
		found, told := h.say(ben, 1001, social.Public), h.say(ben, 1002, social.Public)
		h.automatic("words: casino\ndo: report\ncategory: scam", ben, found)
		h.report(ada, social.Report{Target: ben, Posts: []social.PostID{found}}) // afterwards
		h.report(ada, social.Report{Target: ben, Posts: []social.PostID{told}})
		for _, f := range h.open() {
			d := social.Decision{Case: f.ID, Action: social.HidePost}
			h.must(h.Decide(h.ctx, as(mona), d, false))
		}
		want := map[social.PostID]struct{ detection, decision, log, words string }{
			found: {dsa.Yes, dsa.PartlyAutomated, "machine", "A rule that acts by itself found it. A person decided."},
			told:  {dsa.No, dsa.NotAutomated, "person", "It was reported to us. A person decided, without a machine."},
		}
		said := map[string]dsa.Statement{}
		h.must(h.Statements(h.ctx, time.Time{}, h.store.Now().Add(time.Second), func(s dsa.Statement) error { said[s.PUID] = s; return nil }))
		ds, err := h.Decisions(h.ctx, as(mona), ben, social.Page{Limit: 10})
		h.must(err)
		if len(ds) != 2 || len(said) != 2 {
			t.Fatalf("%d decisions, %d statements", len(ds), len(said))
		}
		_, all := h.log()
		logged := map[social.EvidenceID]string{}
		for _, r := range all {
			var body evidence.Decided
			if json.Unmarshal(r.Body, &body) == nil {
				logged[r.ID] = body.Detected
			}
		}
		for _, d := range ds {
			w := want[d.Posts[0]]
			s := said[fmt.Sprintf("decision-%d", d.ID)]
			if s.Detection != w.detection || s.Decision != w.decision || logged[d.Evidence] != w.log || d.Statement("").Found != w.words {
				t.Errorf("post %d: %s, %s, %s, %q; want %v", d.Posts[0], s.Detection, s.Decision, logged[d.Evidence], d.Statement("").Found, w)
			}
		}
	})
}

// Who has a case decides about it, while they have it: alone and with others.
func TestClaimKeepsOthersOut(t *testing.T) {
	each(t, func(h *house) {
		c, free := h.report(ada, social.Report{Target: ben}).Case, h.report(ada, social.Report{Target: zoe}).Case
		h.must(h.Claim(h.ctx, as(mona), c, true))
		limit := social.Decision{Action: social.Limit}
		both := []social.CaseID{c, free}
		one := limit
		one.Case = c
		h.kind("what mona has", h.Decide(h.ctx, as(mia), one, false), errs.Conflict)
		h.kind("also for an owner", h.Decide(h.ctx, as(olga), one, false), errs.Conflict)
		if n, waits, err := h.DecideAll(h.ctx, as(mia), both, limit, false); n != 1 || waits != 0 || err != nil {
			t.Errorf("of two, one of which mona has, mia decided %d, and %d wait: %v", n, waits, err)
		}
		if f, err := h.Case(h.ctx, as(mona), c); err != nil || !f.Open() {
			t.Errorf("what mona has is decided: %v", err)
		}
		h.clock.Pass(social.ClaimFor)
		h.must(h.Decide(h.ctx, as(mia), one, false))
	})
}

// What is grave is proposed, in many cases as in one, and counted as that.
func TestManyAreProposed(t *testing.T) {
	each(t, func(h *house) {
		house := social.DefaultSettings
		house.SecondEyes = true
		h.write(func(tx *store.Tx) error { return tx.SetHouse(h.ctx, house) })
		which := []social.CaseID{h.report(ada, social.Report{Target: ben}).Case, h.report(ada, social.Report{Target: zoe}).Case}
		suspend := social.Decision{Action: social.Suspend}
		if n, waits, err := h.DecideAll(h.ctx, as(mona), which, suspend, false); n != 0 || waits != 2 || err != nil {
			t.Errorf("alone: %d decided, %d proposed, %v", n, waits, err)
		}
		if h.standing(ben) != "good" || len(h.open()) != 2 {
			t.Errorf("ben is %s, %d cases are open", h.standing(ben), len(h.open()))
		}
		if n, waits, err := h.DecideAll(h.ctx, as(mia), which, suspend, false); n != 2 || waits != 0 || err != nil {
			t.Errorf("the second: %d decided, %d proposed, %v", n, waits, err)
		}
		if h.standing(ben) != "suspended" {
			t.Errorf("ben is %s", h.standing(ben))
		}
	})
}

// What somebody else has, and what may be grave and nobody has looked at, does not end
// with a decision about the account.
func TestGraveIsLookedAt(t *testing.T) {
	each(t, func(h *house) {
		about := func(harm social.Harm, id social.PostID) social.CaseID {
			return h.report(ada, social.Report{Target: ben, Harm: harm, Posts: []social.PostID{h.say(ben, id, social.Public)}}).Case
		}
		spam, rude, mias, children, law := about(social.HarmSpam, 1001), about(social.HarmRules, 1002), about(social.HarmSpam, 1003), about(social.HarmMinors, 1004), about(social.HarmIllegal, 1005)
		h.must(h.Claim(h.ctx, as(mia), mias, true))
		open := func(want ...social.CaseID) {
			h.Helper()
			var got []social.CaseID
			h.must(h.store.Read(h.ctx, func(v *store.View) error {
				all, err := v.Cases(h.ctx, social.CaseQuery{About: ben}, 10, 0)
				for _, c := range all {
					got = append(got, c.ID)
				}
				return err
			}))
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				h.Errorf("open are %v, want %v (%v has been claimed)", got, want, mias)
			}
		}
		open(spam, rude, mias, children, law)
		n, _, err := h.DecideAll(h.ctx, as(mona), []social.CaseID{spam}, social.Decision{Action: social.Limit}, false)
		h.must(err)
		if n != 1 {
			h.Errorf("%d are decided", n)
		}
		open(mias, children, law)
		h.must(h.Decide(h.ctx, as(mona), social.Decision{Account: ben, Action: social.Suspend}, false))
		open(mias)
		h.must(h.Decide(h.ctx, as(mia), social.Decision{Case: mias, Action: social.HidePost}, false))
		open()
	})
}

// Who agrees has seen what was proposed: what changed since they were shown the case
// does not happen.
func TestAgreeingToWhatWasSeen(t *testing.T) {
	each(t, func(h *house) {
		house := social.DefaultSettings
		house.SecondEyes = true
		h.write(func(tx *store.Tx) error { return tx.SetHouse(h.ctx, house) })
		c := h.report(ada, social.Report{Target: ben}).Case
		propose := func(until time.Time) {
			h.Helper()
			h.clock.Pass(time.Minute)
			h.kind("a proposal", h.Decide(h.ctx, as(mona), social.Decision{Case: c, Action: social.Suspend, Until: until}, false), errs.Conflict)
		}
		propose(h.store.Now().Add(time.Hour))
		seen := h.store.Now()
		propose(time.Time{})
		suspend := social.Decision{Case: c, Action: social.Suspend, Seen: seen}
		h.kind("one that changed", h.Decide(h.ctx, as(mia), suspend, false), errs.Conflict)
		if n, waits, err := h.DecideAll(h.ctx, as(mia), []social.CaseID{c}, suspend, false); n+waits != 0 || err != nil || h.standing(ben) != "good" {
			t.Errorf("many at once: %d decided, %d proposed, %v, and ben is %s", n, waits, err, h.standing(ben))
		}
		suspend.Seen = h.store.Now()
		h.must(h.Decide(h.ctx, as(mia), suspend, false))
		if h.standing(ben) != "suspended" {
			t.Errorf("ben is %s", h.standing(ben))
		}
	})
}
