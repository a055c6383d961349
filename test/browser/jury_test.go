package browser

import (
	"fmt"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// juries has juries sit in the house: one that has spoken, and one that two
// people are asked about, the first of whom has it before them.
func (h house) juries(first, second string) {
	h.t.Helper()
	ctx := h.t.Context()
	wish, owner := h.Instance.Settings(), h.actor("ada")
	wish.Juries, owner.Role = true, social.Owner
	h.must(h.Instance.SetSettings(ctx, owner, wish))
	h.must(h.Store.Write(ctx, func(tx *store.Tx) error {
		for i := range social.AccountID(2 * social.MinJuryPool) {
			a := social.Account{ID: social.AccountID(id.New(tx.Now)), Username: fmt.Sprintf("juror%d", i), Standing: social.Good, CreatedAt: tx.Now.Add(-2 * social.JurorAge)}
			if err := tx.AddAccount(ctx, a); err != nil {
				return err
			}
			if err := tx.AddUser(ctx, social.User{Account: a.ID, Email: a.Username + "@plaza.example", Role: social.Member, Confirmed: true, Approved: true, CreatedAt: a.CreatedAt}); err != nil {
				return err
			}
			if err := tx.SetJuror(ctx, social.Juror{Account: a.ID, Willing: true, Passed: tx.Now, Days: social.JurorDays}); err != nil {
				return err
			}
		}
		return nil
	}))
	h.must(h.Jury.Pool(ctx))
	for i, verdict := range []social.Verdict{social.Breach, social.NoBreach} {
		g := social.Gold{Text: fmt.Sprintf("Gold %d: %s", i, longWord), Verdict: verdict, Harm: social.HarmSpam}
		if verdict == social.Breach {
			g.Rule = h.Instance.Settings().Rules[0].ID
		}
		h.must(h.Jury.AddGold(ctx, owner, g))
	}
	laila := h.actor("laila")
	asked := h.say(laila, social.Draft{Text: "Who of you has seen my lamp? I left it at the fountain."})
	post := h.say(h.actor("rosa"), social.Draft{Text: "@laila you and your lamp, read https://rosa.example/lamps and be quiet.\n\n" + longWord, ReplyTo: asked.ID, Warning: "lamps"})
	var juries []social.JuryID
	for i := range 2 {
		r, err := h.Moderation.Report(ctx, h.actor("omar"), social.Report{Target: post.Author, Posts: []social.PostID{post.ID}, Category: social.ReportOther, Harm: social.HarmHarassment})
		h.must(err)
		which, err := h.Jury.Ask(ctx, owner, r.Case)
		h.must(err)
		if juries = append(juries, which); i == 0 {
			h.speak(which)
		}
	}
	h.must(h.Store.Write(ctx, func(tx *store.Tx) error {
		for _, name := range []string{first, second} {
			s := social.JurySeat{ID: social.JurySeatID(id.New(tx.Now)), Jury: juries[1], Account: h.actor(name).Account, Round: 1, Counts: true}
			if name == first {
				s.Seen = tx.Now
			}
			if err := tx.AddJurySeat(ctx, s); err != nil {
				return err
			}
		}
		return nil
	}))
}

// speak has a jury say that a rule is broken, and the staff decide otherwise.
func (h house) speak(which social.JuryID) {
	h.t.Helper()
	ctx, rule := h.t.Context(), h.Instance.Settings().Rules[0].ID
	var seats []social.JurySeat
	h.must(h.Store.Read(ctx, func(v *store.View) (err error) { seats, err = v.JurySeats(ctx, which); return err }))
	for _, s := range seats[:4] {
		by := social.Actor{Account: s.Account, Standing: social.Good, Role: social.Member}
		s.Seen = h.Store.Now().Add(-time.Minute)
		h.must(h.Store.Write(ctx, func(tx *store.Tx) error { return tx.SetJurySeat(ctx, s) }))
		h.must(h.Jury.Vote(ctx, by, s.ID, social.JuryVote{Verdict: social.Breach, Rule: rule, Confidence: social.Sure}))
	}
	owner := h.actor("ada")
	owner.Role = social.Owner
	h.must(h.Jury.Override(ctx, owner, which, social.NoBreach, "", "They have said such things to each other for years, and both laughed."))
}

// A juror decides without a mouse: the key of a rule, how sure they are, Enter.
func TestJuryByKeys(t *testing.T) {
	t.Parallel()
	needBrowser(t)
	s := apptest.Start(t)
	h := furnish(t, s.App, s.URL)
	laila := h.create("laila", "Laila")
	h.create("pim", "Pim")
	h.juries("pim", "omar")
	b := open(t, h.url)
	b.signIn("pim", app.DemoPassword)
	b.visit("/jury")
	b.until(`document.querySelector(".exhibit.judged")?.innerText.includes("@B you and your lamp, read [link]")`)
	if told, err := eval[bool](b, fmt.Sprintf(`document.querySelector("main").innerHTML.includes("laila") || document.querySelector("main").innerHTML.includes("rosa") || document.querySelector("main").innerHTML.includes("%d")`, laila.Account)); err != nil || told {
		t.Errorf("the page tells who it is about: %v, %v", told, err)
	}
	b.strike("2")
	b.until(`document.querySelector("input[name=answer]:checked")?.value === ` + fmt.Sprintf("%q", h.Instance.Settings().Rules[1].ID))
	b.strike("e")
	b.until(`document.querySelector("input[name=confidence]:checked")?.value === "3"`)
	b.strike("\r")
	b.until(`document.querySelector(".said")?.dataset.said === "judged-all"`)
	var seats []social.JurySeat
	h.must(h.Store.Read(t.Context(), func(v *store.View) error {
		n, err := v.CountSeatsWaiting(t.Context(), h.actor("pim").Account)
		if n != 0 {
			t.Errorf("%d cases still wait", n)
		}
		if err != nil {
			return err
		}
		open, err := v.Juries(t.Context(), true, 0, social.Page{Limit: 1})
		if err != nil || len(open) == 0 {
			return err
		}
		seats, err = v.JurySeats(t.Context(), open[0].ID)
		return err
	}))
	for _, s := range seats {
		if s.Account == h.actor("pim").Account && (s.Verdict != social.Breach || s.Rule != h.Instance.Settings().Rules[1].ID || s.Confidence != social.Sure) {
			t.Errorf("pim said %+v", s.JuryVote)
		}
	}
}
