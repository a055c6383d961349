package moderation_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/moderation"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// log is what is in the log, as "type outcome", and the leaves.
func (h *house) log() (kinds []string, all []store.Record) {
	h.Helper()
	h.must(h.store.Read(h.ctx, func(v *store.View) (err error) { all, err = v.Evidence(h.ctx, 0, 10_000); return err }))
	for _, r := range all {
		l, err := evidence.ParseLeaf([]byte(r.Leaf))
		h.must(err)
		kinds = append(kinds, strings.TrimSpace(string(l.Type)+" "+l.Outcome))
	}
	return kinds, all
}

func (h *house) wantLog(want ...string) {
	h.Helper()
	got, _ := h.log()
	if strings.Join(got, ", ") != strings.Join(want, ", ") {
		h.Errorf("the log is\n%s\nwant\n%s", strings.Join(got, ", "), strings.Join(want, ", "))
	}
}

func (h *house) report(by social.AccountID, r social.Report) social.Report {
	h.Helper()
	made, err := h.Report(h.ctx, as(by), r)
	h.must(err)
	return made
}

func (h *house) open() []moderation.File {
	h.Helper()
	all, n, err := h.Cases(h.ctx, as(mona), social.CaseQuery{}, 0)
	h.must(err)
	if n != len(all) {
		h.Errorf("%d cases are counted and %d listed", n, len(all))
	}
	return all
}

// Reports about one subject are one case, and all of it is in the log with the
// case it belongs to.
func TestReportsBecomeCases(t *testing.T) {
	each(t, func(h *house) {
		post := h.say(ben, 1001, social.Public)
		first := h.report(ada, social.Report{Target: ben, Posts: []social.PostID{post}, Category: social.ReportSpam, Comment: "Buy this"})
		h.wantLog("report app", "snapshot", "triage spam")
		second := h.report(mia, social.Report{Target: ben, Posts: []social.PostID{post}, Harm: social.HarmHate})
		h.wantLog("report app", "snapshot", "triage spam", "report app", "triage general")
		whole := h.report(ada, social.Report{Target: ben})
		if first.Case != second.Case || whole.Case == first.Case {
			h.Errorf("the cases are %d, %d and %d", first.Case, second.Case, whole.Case)
		}
		all := h.open()
		if len(all) != 2 || all[0].ID != first.Case || all[0].Case.Reports != 2 || all[0].Harm != social.HarmHate || all[0].Queue != social.QueueGeneral || all[0].Text != "hello" || all[0].Post == nil {
			h.Fatalf("open are %+v", all)
		}
		f, err := h.Case(h.ctx, as(mona), first.Case)
		h.must(err)
		if len(f.Reports) != 2 || f.Others != 1 || f.Reports[0].Comment+f.Reports[1].Comment != "Buy this" {
			h.Errorf("the case has %d reports, %d others", len(f.Reports), f.Others)
		}
		if _, err := h.Case(h.ctx, as(ada), first.Case); errs.KindOf(err) != errs.Forbidden {
			h.Errorf("a member sees the case: %v", err)
		}
		_, records := h.log()
		var body evidence.Reported
		h.must(json.Unmarshal(records[0].Body, &body))
		if body.Statement != "Buy this" || body.Channel != "app" || strings.Contains(string(records[0].Body), "ada") || records[0].By != ada {
			h.Errorf("the report is recorded as %s", records[0].Body)
		}
	})
}

// Who is not known here can report what everybody sees.
func TestStrangersReport(t *testing.T) {
	each(t, func(h *house) {
		open, hidden := h.say(ben, 1001, social.Public), h.say(ben, 1002, social.Followers)
		r, err := h.ReportUnknown(h.ctx, social.Report{Target: ben, Posts: []social.PostID{open}, Channel: social.ChannelStranger, Contact: strings.Repeat("é", social.MaxContact)})
		h.must(err)
		_, err = h.ReportUnknown(h.ctx, social.Report{Target: ben, Posts: []social.PostID{hidden}, Channel: social.ChannelStranger})
		h.kind("of what is not for everybody", err, errs.NotFound)
		_, err = h.ReportUnknown(h.ctx, social.Report{Target: ben, Contact: strings.Repeat("é", social.MaxContact+1)})
		h.kind("with a long address", err, errs.Invalid)
		f, err := h.Case(h.ctx, as(mona), r.Case)
		h.must(err)
		if len(f.Reports) != 1 || f.Reports[0].Reporter.Face != nil || f.Reports[0].Channel != social.ChannelStranger {
			h.Errorf("the report is %+v", f.Reports)
		}
	})
}

// Nobody is given what another has, what they reported, or what is about them.
func TestCasesAreTakenByOne(t *testing.T) {
	each(t, func(h *house) {
		of := map[social.CaseID]social.AccountID{}
		for _, who := range []social.AccountID{ben, zoe, mia} {
			of[h.report(ada, social.Report{Target: who}).Case] = who
		}
		own := h.report(mia, social.Report{Target: adam}).Case
		h.report(ada, social.Report{Target: ben, Harm: social.HarmViolence})
		first, err := h.Next(h.ctx, as(mona), social.CaseWish{})
		h.must(err)
		if of[first] != ben {
			h.Errorf("the first is about %d, want the gravest", of[first])
		}
		again, err := h.Next(h.ctx, as(mona), social.CaseWish{})
		h.must(err)
		if again != first {
			h.Error("who has a case is given another")
		}
		second, err := h.Next(h.ctx, as(mia), social.CaseWish{})
		h.must(err)
		if second == first || of[second] == mia || second == own {
			h.Errorf("mia is given case %d, about %d", second, of[second])
		}
		h.kind("what mia has", h.Claim(h.ctx, as(mona), second, true), errs.Conflict)
		h.must(h.Claim(h.ctx, as(mia), second, false))
		if _, err := h.Next(h.ctx, as(mona), social.CaseWish{Queue: social.QueueLegal}); errs.KindOf(err) != errs.NotFound {
			h.Errorf("from an empty queue: %v", err)
		}
		h.clock.Pass(social.ClaimFor)
		third, err := h.Next(h.ctx, as(mia), social.CaseWish{})
		h.must(err)
		if third != first {
			h.Errorf("after a quarter of an hour mia is given %d, want what mona left", third)
		}
	})
}

// What is decided about a case is in the log, ends it with its reports, and is
// about the post.
func TestDecideCases(t *testing.T) {
	each(t, func(h *house) {
		post := h.say(ben, 1001, social.Public)
		r := h.report(ada, social.Report{Target: ben, Posts: []social.PostID{post}, Category: social.ReportViolation, Rules: []string{"2"}})
		h.must(h.Decide(h.ctx, as(mona), social.Decision{Case: r.Case, Action: social.HidePost, Rule: "2", Text: "Be brief.", Facts: "It is long."}, false))
		h.wantLog("policy 2@1", "report app", "snapshot", "triage general", "decision hide_post")
		if p := h.post(post); p.Standing != social.PostHidden {
			h.Errorf("the post is %q", p.Standing)
		}
		if len(h.open()) != 0 || len(h.reports(false)) != 0 {
			h.Error("something is open")
		}
		h.kind("again", h.Decide(h.ctx, as(mia), social.Decision{Case: r.Case, Action: social.Suspend}, false), errs.Conflict)
		_, records := h.log()
		var d evidence.Decided
		h.must(json.Unmarshal(records[4].Body, &d))
		l, _ := evidence.ParseLeaf([]byte(records[4].Leaf))
		if d.Rule != "2@1" || d.Facts != "It is long." || !strings.HasPrefix(d.By, "moderator ") || strings.Contains(d.By, "mona") || fmt.Sprint(l.Refs) != "[3 0]" || l.Category != evidence.CategoryRules {
			h.Errorf("recorded is %+v as %s", d, records[4].Leaf)
		}
		h.must(h.Decide(h.ctx, as(mona), social.Decision{Account: ben, Action: social.DeletePost, Posts: []social.PostID{post}}, false))
		if err := h.store.Read(h.ctx, func(v *store.View) error { _, err := v.Post(h.ctx, post); return err }); errs.KindOf(err) != errs.NotFound {
			h.Errorf("the post is there: %v", err)
		}
		h.kind("somebody else's post", h.Decide(h.ctx, as(mona), social.Decision{Account: ben, Action: social.HidePost, Posts: []social.PostID{h.say(ada, 1009, social.Public)}}, false), errs.NotFound)
		h.kind("no post", h.Decide(h.ctx, as(mona), social.Decision{Account: ben, Action: social.HidePost}, false), errs.Invalid)
	})
}

func (h *house) post(which social.PostID) (p social.Post) {
	h.Helper()
	h.must(h.store.Read(h.ctx, func(v *store.View) (err error) { p, err = v.Post(h.ctx, which); return err }))
	return p
}

// A case in which there was no breach is told from one in which there was, and
// tells how much the reporter's word weighs.
func TestDismiss(t *testing.T) {
	each(t, func(h *house) {
		for range 3 {
			r := h.report(ada, social.Report{Target: ben})
			h.must(h.Decide(h.ctx, as(mona), social.Decision{Case: r.Case, Action: social.Dismiss}, false))
		}
		r := h.report(ada, social.Report{Target: ben})
		h.must(h.Close(h.ctx, as(mona), r.ID, true)) // in an app
		h.must(h.store.Read(h.ctx, func(v *store.View) error {
			right, wrong, err := v.Weighed(h.ctx, ada)
			if right != 0 || wrong != 4 {
				h.Errorf("%d right and %d wrong", right, wrong)
			}
			return err
		}))
		if kinds, _ := h.log(); strings.Count(strings.Join(kinds, " "), "decision dismiss") != 4 {
			h.Errorf("the log is %v", kinds)
		}
		if _, err := h.Record(h.ctx, as(ben), social.Page{Limit: 10}); err != nil {
			h.Error(err)
		}
	})
}

// In a house that wants it, what is grave waits for somebody else to agree.
func TestSecondEyes(t *testing.T) {
	each(t, func(h *house) {
		h.write(func(tx *store.Tx) error {
			s := social.DefaultSettings
			s.SecondEyes = true
			return tx.SetHouse(h.ctx, s)
		})
		c := h.report(ada, social.Report{Target: ben}).Case
		suspend := social.Decision{Case: c, Action: social.Suspend}
		for range 2 { // alone one cannot
			if err := h.Decide(h.ctx, as(mona), suspend, false); err != moderation.Proposed {
				h.Fatalf("proposed: %v", err)
			}
		}
		if got := h.standing(ben); got != "good" {
			h.Errorf("ben is %s", got)
		}
		h.must(h.Decide(h.ctx, as(mia), suspend, false))
		if got := h.standing(ben); got != "suspended" {
			h.Errorf("ben is %s", got)
		}
		ds, err := h.Decisions(h.ctx, as(mona), ben, social.Page{Limit: 1})
		h.must(err)
		if ds[0].By != mona || ds[0].Second != mia {
			h.Errorf("decided by %d and %d", ds[0].By, ds[0].Second)
		}
		_, err = h.Appeal(h.ctx, as(ben), ds[0].ID, "Why?")
		h.must(err)
		for by, may := range map[social.AccountID]bool{mona: false, mia: false, adam: true} {
			hs, err := h.Hearings(h.ctx, as(by))
			h.must(err)
			if len(hs) != 1 || (hs[0].May == nil) != may {
				h.Errorf("%d hears %v", by, hs)
			}
		}
	})
}

func TestAppeals(t *testing.T) {
	each(t, func(h *house) {
		post := h.say(ben, 1001, social.Public)
		c := h.report(ada, social.Report{Target: ben, Posts: []social.PostID{post}}).Case
		h.must(h.Decide(h.ctx, as(mona), social.Decision{Case: c, Action: social.HidePost}, false))
		mine := func() moderation.Entry {
			h.Helper()
			all, err := h.Record(h.ctx, as(ben), social.Page{Limit: 10})
			h.must(err)
			if len(all) != 1 {
				h.Fatalf("the record has %d entries", len(all))
			}
			return all[0]
		}
		e := mine()
		if !e.May || !e.Counts || len(e.Posts) != 1 {
			h.Errorf("the entry is %+v", e)
		}
		for what, tt := range map[string]struct {
			by    social.Actor
			words string
			want  errs.Kind
		}{
			"by nobody": {social.Anyone, "Why?", errs.Unauthenticated}, "by somebody else": {as(ada), "Why?", errs.NotFound}, "with nothing": {as(ben), " ", errs.Invalid},
			"too long": {as(ben), strings.Repeat("é", social.MaxAppeal+1), errs.Invalid},
		} {
			_, err := h.Appeal(h.ctx, tt.by, e.Decision.ID, tt.words)
			h.kind(what, err, tt.want)
		}
		a, err := h.Appeal(h.ctx, as(ben), e.Decision.ID, strings.Repeat("é", social.MaxAppeal))
		h.must(err)
		_, err = h.Appeal(h.ctx, as(ben), e.Decision.ID, "Again")
		h.kind("a second time", err, errs.Invalid)
		h.kind("heard by who decided", h.Hear(h.ctx, as(mona), a.ID, true, "Yes"), errs.Forbidden)
		h.kind("heard by a member", h.Hear(h.ctx, as(ada), a.ID, true, "Yes"), errs.Forbidden)
		h.kind("with no answer", h.Hear(h.ctx, as(mia), a.ID, true, ""), errs.Invalid)
		h.must(h.Hear(h.ctx, as(mia), a.ID, true, "It is fine."))
		h.kind("heard again", h.Hear(h.ctx, as(adam), a.ID, false, "No"), errs.Conflict)
		if p := h.post(post); p.Standing != social.PostGood {
			h.Errorf("the post is %q", p.Standing)
		}
		if e = mine(); e.Counts || !e.Undone || e.Appeal.State != social.AppealApproved || e.Appeal.Answer != "It is fine." {
			h.Errorf("the entry is %+v", e)
		}
		h.wantLog("report app", "snapshot", "triage general", "policy house@1", "decision hide_post", "appeal", "appeal_decision approved", "decision restore_post")
	})
}

// Six months and a day are too late, six months are not.
func TestAppealsHaveATerm(t *testing.T) {
	each(t, func(h *house) {
		h.must(h.Decide(h.ctx, as(mona), social.Decision{Account: ben, Action: social.Warn}, false))
		h.clock.Pass(time.Second)
		h.must(h.Decide(h.ctx, as(mona), social.Decision{Account: ben, Action: social.Limit}, false))
		all, err := h.Record(h.ctx, as(ben), social.Page{Limit: 10})
		h.must(err)
		h.clock.Pass(social.AppealWithin)
		_, err = h.Appeal(h.ctx, as(ben), all[0].Decision.ID, "Why?")
		h.must(err)
		_, err = h.Appeal(h.ctx, as(ben), all[1].Decision.ID, "Why?")
		h.kind("after more than six months", err, errs.Invalid)
	})
}

// What was decided for a while ends by itself, and then counts no more.
func TestDecisionsEnd(t *testing.T) {
	each(t, func(h *house) {
		h.kind("before it begins", h.Decide(h.ctx, as(mona), social.Decision{Account: ben, Action: social.Limit, Until: h.store.Now()}, false), errs.Invalid)
		h.kind("what cannot end", h.Decide(h.ctx, as(mona), social.Decision{Account: ben, Action: social.Warn, Until: h.store.Now().Add(time.Hour)}, false), errs.Invalid)
		h.must(h.Decide(h.ctx, as(mona), social.Decision{Account: ben, Action: social.Limit, Until: h.store.Now().Add(time.Hour)}, false))
		strikes := func() (n int) {
			h.must(h.store.Read(h.ctx, func(v *store.View) (err error) { n, err = v.Strikes(h.ctx, ben, h.store.Now().UnixMilli()); return err }))
			return n
		}
		if strikes() != 1 {
			h.Errorf("%d strikes", strikes())
		}
		all, err := h.Record(h.ctx, as(ben), social.Page{Limit: 10})
		h.must(err)
		arg, _ := json.Marshal(all[0].Decision.ID)
		h.clock.Pass(time.Hour)
		for range 2 { // a job may be done twice
			h.must(h.Worker().Do(h.ctx, arg))
		}
		if got := h.standing(ben); got != "good" {
			h.Errorf("ben is %s", got)
		}
		if strikes() != 0 {
			h.Errorf("%d strikes", strikes())
		}
		h.must(h.Decide(h.ctx, as(mona), social.Decision{Account: ben, Action: social.Warn}, false))
		h.clock.Pass(social.StrikeFor - time.Second)
		if strikes() != 1 {
			h.Error("a strike is gone too soon")
		}
		h.clock.Pass(2 * time.Second)
		if strikes() != 0 {
			h.Error("a strike stays for ever")
		}
	})
}

// Many cases are decided in one step; those that somebody else decided are passed
// over.
func TestDecideMany(t *testing.T) {
	each(t, func(h *house) {
		var all []social.CaseID
		for i := range 120 {
			post := h.say(ben, social.PostID(2000+i), social.Public)
			all = append(all, h.report(ada, social.Report{Target: ben, Posts: []social.PostID{post}, Category: social.ReportSpam}).Case)
		}
		found, err := h.Found(h.ctx, as(mona), social.CaseQuery{Harm: social.HarmSpam, Words: "HELL"})
		h.must(err)
		if len(found) != 120 {
			h.Fatalf("found %d", len(found))
		}
		if some, err := h.Found(h.ctx, as(mona), social.CaseQuery{}, all[3], 77); err != nil || len(some) != 1 || some[0].ID != all[3] {
			h.Errorf("of two, one of which there is: %d, %v", len(some), err)
		}
		h.must(h.Decide(h.ctx, as(mia), social.Decision{Case: all[7], Action: social.Dismiss}, false))
		var which []social.CaseID
		for _, c := range found {
			which = append(which, c.ID)
		}
		n, _, err := h.DecideAll(h.ctx, as(mona), which, social.Decision{Action: social.HidePost, Text: "Spam"}, false)
		h.must(err)
		if n != 119 || len(h.open()) != 0 {
			h.Errorf("decided about %d, %d are open", n, len(h.open()))
		}
		if p := h.post(2050); p.Standing != social.PostHidden {
			h.Errorf("a post is %q", p.Standing)
		}
		_, _, err = h.DecideAll(h.ctx, as(mona), make([]social.CaseID, social.MaxBatch+1), social.Decision{Action: social.HidePost}, false)
		h.kind("too many", err, errs.Invalid)
	})
}

// Who leaves takes their words out of the log: what is left says that it was
// erased, and still adds up.
func TestLeavingErasesEvidence(t *testing.T) {
	each(t, func(h *house) {
		post := h.say(ben, 1001, social.Public)
		h.report(ada, social.Report{Target: ben, Posts: []social.PostID{post}, Comment: "of ada"})
		h.report(ben, social.Report{Target: zoe, Comment: "of ben"})
		h.write(func(tx *store.Tx) error {
			p, err := tx.Post(h.ctx, post)
			if err != nil {
				return err
			}
			if err := tx.RemovePost(h.ctx, p); err != nil {
				return err
			}
			return tx.DeleteAccount(h.ctx, ben)
		})
		kinds, all := h.log()
		last := all[len(all)-1]
		if kinds[len(kinds)-2] != "action cases_ended" {
			h.Errorf("the log is %v", kinds)
		}
		if kinds[len(kinds)-1] != "erasure erased" {
			h.Fatalf("the log is %v", kinds)
		}
		for _, r := range all[:len(all)-1] {
			if erased := strings.Contains(kinds[r.Index], "report") || kinds[r.Index] == "snapshot"; erased != (r.Body == nil) || erased && (r.ErasedBy != last.Index || r.Salt != nil) {
				if kinds[r.Index] != "triage general" { // one is about ben, one is not
					h.Errorf("record %d, %s: %s, erased by %d", r.Index, kinds[r.Index], r.Body, r.ErasedBy)
				}
			}
		}
		if left := h.reports(false); len(left) != 1 || left[0].Target.ID != zoe || left[0].Comment != "" {
			h.Errorf("open are %v", left)
		}
	})
}

// Whoever has only the leaves of the log counts as many open reports as there are,
// however cases ended.
func TestLogCountsWhatIsOpen(t *testing.T) {
	each(t, func(h *house) {
		count := func(want int) {
			h.Helper()
			tally := evidence.NewTally()
			_, all := h.log()
			for _, r := range all {
				l, err := evidence.ParseLeaf([]byte(r.Leaf))
				h.must(err)
				tally.Add(l)
			}
			days := tally.Stats().Days
			if got := days[len(days)-1].Backlog; got != want || len(h.reports(false)) != want {
				h.Errorf("the log counts %d open reports, the tables %d, want %d", got, len(h.reports(false)), want)
			}
		}
		a, b := h.say(ben, 1001, social.Public), h.say(ben, 1002, social.Public)
		for _, posts := range [][]social.PostID{{a}, {b}, nil} {
			h.report(ada, social.Report{Target: ben, Posts: posts})
			h.report(mia, social.Report{Target: ben, Posts: posts})
		}
		far := h.report(ada, social.Report{Target: zoe})
		count(7)
		h.must(h.Decide(h.ctx, as(mona), social.Decision{Account: ben, Posts: []social.PostID{a}, Action: social.HidePost}, false))
		count(7) // about no case
		h.must(h.Decide(h.ctx, as(mona), social.Decision{Account: ben, Action: social.Limit}, false))
		count(1)
		h.must(h.Close(h.ctx, as(mona), far.ID, true))
		count(0)
		h.report(ada, social.Report{Target: ben})
		count(1)
		h.must(h.Decide(h.ctx, as(mona), social.Decision{Account: ben, Action: social.Limit}, false)) // it is so already
		count(0)
		h.report(ada, social.Report{Target: ben})
		h.write(func(tx *store.Tx) error {
			for _, which := range []social.PostID{a, b} {
				if err := tx.RemovePost(h.ctx, social.Post{ID: which, Author: ben}); err != nil {
					return err
				}
			}
			return tx.DeleteAccount(h.ctx, ben)
		})
		count(0)
	})
}
