package jury_test

import (
	"encoding/json"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/jury"
	"github.com/plaza-social/plaza/internal/core/moderation"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// From a report to a verdict, to what follows, to the staff deciding otherwise.
func TestWhole(t *testing.T) {
	each(t, func(b *bench) {
		ctx := t.Context()
		mods := moderation.New(b.s, view.New(b.s, view.Config{BaseURL: "https://x.example"}))
		b.svc = jury.New(b.s, jury.Config{Settings: func() social.Settings { return b.house }, Verdict: mods.JurySaid, Overridden: mods.JuryOverridden})
		report := func(h social.Harm) social.Case {
			t.Helper()
			r, err := mods.Report(ctx, actor(reporter), social.Report{Target: author, Posts: []social.PostID{bad}, Category: social.ReportOther, Harm: h})
			if err != nil {
				t.Fatal(err)
			}
			var c social.Case
			b.read(func(v *store.View) (err error) { c, err = v.Case(ctx, r.Case); return err })
			return c
		}
		standing := func() (p social.PostStanding) {
			t.Helper()
			b.read(func(v *store.View) error { post, err := v.Post(ctx, bad); p = post.Standing; return err })
			return p
		}
		c := report(social.HarmHarassment)
		if _, err := b.svc.Ask(ctx, actor(reporter), c.ID); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("asked by a member: %v", err)
		}
		which, err := b.svc.Ask(ctx, actor(mod), c.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.svc.Ask(ctx, actor(mod), c.ID); errs.KindOf(err) != errs.Conflict {
			t.Errorf("asked twice: %v", err)
		}
		if err := b.svc.Override(ctx, actor(mod), which, social.NoBreach, "", "It is a line of a song."); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("overridden by who asked: %v", err)
		}
		if _, err := mods.Next(ctx, actor(mod), social.CaseWish{}); errs.KindOf(err) != errs.NotFound {
			t.Errorf("what a jury is asked about is given to the staff: %v", err)
		}
		b.say(which, repeat(social.Breach, 4)...)
		if got := standing(); got != social.PostHidden {
			t.Errorf("after a breach the post is %q", got)
		}
		var d evidence.Decided
		if err := json.Unmarshal(b.records(evidence.TypeDecision)[0], &d); err != nil || d.Decider != "jury" || d.By != "jury" || d.Rule != "1@1" || d.Action != "hide_post" {
			t.Errorf("the log has %+v, %v", d, err)
		}
		if _, why, err := b.svc.Juror(ctx, actor(author)); why == nil || err != nil {
			t.Errorf("who broke a rule is drawn: %v, %v", why, err)
		}
		if err := b.svc.Override(ctx, staff(named), which, social.NoBreach, "", "It is a line of a song."); err != nil {
			t.Fatal(err)
		}
		if got := standing(); got != social.PostGood {
			t.Errorf("after it was overridden the post is %q", got)
		}
		if _, why, err := b.svc.Juror(ctx, actor(author)); why != nil || err != nil {
			t.Errorf("who broke none is not drawn: %v, %v", why, err)
		}

		again := report(social.HarmRules)
		if again.ID == c.ID {
			t.Fatal("the case is still open")
		}
		if which, err = b.svc.Ask(ctx, actor(mod), again.ID); err != nil {
			t.Fatal(err)
		}
		b.say(which, repeat(social.NoBreach, 4)...)
		b.read(func(v *store.View) error {
			c, err := v.Case(ctx, again.ID)
			if c.Open() || c.Outcome != social.Dismiss {
				t.Errorf("after no breach: open %v, %q", c.Open(), c.Outcome)
			}
			return err
		})
		if err := b.svc.Override(ctx, staff(named), which, social.Breach, "9", "It is advertising after all."); errs.KindOf(err) != errs.Invalid {
			t.Errorf("by a rule that is not: %v", err)
		}
		if err := b.svc.Override(ctx, staff(named), which, social.Breach, "2", "It is advertising after all."); err != nil {
			t.Fatal(err)
		}
		if got := standing(); got != social.PostHidden {
			t.Errorf("after it was overridden the post is %q", got)
		}
	})
}

// Who decides while a jury sits, ends it.
func TestStaffIsFaster(t *testing.T) {
	each(t, func(b *bench) {
		ctx := t.Context()
		mods := moderation.New(b.s, view.New(b.s, view.Config{BaseURL: "https://x.example"}))
		r, err := mods.Report(ctx, actor(reporter), social.Report{Target: author, Posts: []social.PostID{bad}, Category: social.ReportOther, Harm: social.HarmSpam})
		if err != nil {
			t.Fatal(err)
		}
		which, err := b.svc.Ask(ctx, actor(mod), r.Case)
		if err != nil {
			t.Fatal(err)
		}
		if err := mods.Decide(ctx, actor(mod), social.Decision{Case: r.Case, Action: social.Dismiss}, false); err != nil {
			t.Fatal(err)
		}
		_, seats := b.jury(which)
		if found, err := b.svc.Next(ctx, actor(seats[0].Account)); found || err != nil {
			t.Errorf("a juror is asked all the same: %v, %v", found, err)
		}
		if j, _ := b.jury(which); j.End != social.JuryMoot {
			t.Errorf("it is %q", j.End)
		}
		illegal, err := mods.Report(ctx, actor(friend), social.Report{Target: author, Posts: []social.PostID{bad}, Category: social.ReportLegal, Harm: social.HarmIllegal})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.svc.Ask(ctx, actor(mod), illegal.Case); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("about what breaks a law: %v", err)
		}
	})
}

// staff is somebody with the role of a moderator.
func staff(who social.AccountID) social.Actor {
	return social.Actor{Account: who, Standing: social.Good, Role: social.Moderator}
}

// What a jury decided is not taken back without a reason, and who reported it or
// asked the jury neither overrides it nor hears the appeal.
func TestWhoHadAPart(t *testing.T) {
	each(t, func(b *bench) {
		ctx := t.Context()
		mods := moderation.New(b.s, view.New(b.s, view.Config{BaseURL: "https://x.example"}))
		b.svc = jury.New(b.s, jury.Config{Settings: func() social.Settings { return b.house }, Verdict: mods.JurySaid, Overridden: mods.JuryOverridden})
		r, err := mods.Report(ctx, staff(reporter), social.Report{Target: author, Posts: []social.PostID{bad}, Category: social.ReportOther, Harm: social.HarmHarassment})
		if err != nil {
			t.Fatal(err)
		}
		which, err := b.svc.Ask(ctx, actor(mod), r.Case)
		if err != nil {
			t.Fatal(err)
		}
		b.say(which, repeat(social.Breach, 4)...)
		all, err := mods.Decisions(ctx, actor(mod), author, social.Page{Limit: 1})
		if err != nil || len(all) != 1 || all[0].Decider != social.ByJury {
			t.Fatalf("decided: %+v, %v", all, err)
		}
		if err := mods.Undo(ctx, staff(named), all[0].ID); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("taken back without a reason: %v", err)
		}
		a, err := mods.Appeal(ctx, actor(author), all[0].ID, "It is a line of a song.")
		if err != nil {
			t.Fatal(err)
		}
		for what, tt := range map[string]struct {
			by  social.AccountID
			may bool
		}{"who reported it": {reporter, false}, "who asked the jury": {mod, false}, "somebody else": {named, true}} {
			waiting, err := mods.Hearings(ctx, staff(tt.by))
			if err != nil || len(waiting) != 1 || (waiting[0].May == nil) != tt.may {
				t.Errorf("%s is told of %+v, %v", what, waiting, err)
			}
			if tt.may {
				continue
			}
			if err := mods.Hear(ctx, staff(tt.by), a.ID, false, "No."); errs.KindOf(err) != errs.Forbidden {
				t.Errorf("%s hears it: %v", what, err)
			}
			if err := b.svc.Override(ctx, staff(tt.by), which, social.NoBreach, "", "It is a line of a song."); errs.KindOf(err) != errs.Forbidden {
				t.Errorf("%s overrides it: %v", what, err)
			}
		}
		if err := mods.Hear(ctx, staff(named), a.ID, true, "It is."); err != nil {
			t.Errorf("somebody else hears it: %v", err)
		}
		b.read(func(v *store.View) error {
			if p, err := v.Post(ctx, bad); err != nil || p.Standing != social.PostGood {
				t.Errorf("after the appeal the post is %q, %v", p.Standing, err)
			}
			return nil
		})
	})
}
