package matters_test

import (
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/moderation"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/social/dsa"
	"github.com/plaza-social/plaza/internal/store"
)

// judge is who decides in a house, where nobody but one admin does.
func (h *house) judge() *moderation.Service {
	h.Helper()
	h.must(h.store.Write(h.ctx, func(tx *store.Tx) error {
		return tx.AddUser(h.ctx, social.User{Account: ada, Role: social.Member, Approved: true, Confirmed: true, Email: "ada@plaza.example", CreatedAt: tx.Now})
	}))
	h.judges = moderation.New(h.store, view.New(h.store, view.Config{BaseURL: "https://plaza.example"}))
	return h.judges
}

// first is the first thing that a matter names, as its page shows it.
func (h *house) first(m social.Matter) (out struct {
	Case        social.CaseID
	Open, There bool
}) {
	h.Helper()
	f, err := h.Get(h.ctx, admin, m.ID)
	h.must(err)
	out.Case, out.Open, out.There = f.Objects[0].Case, f.Objects[0].Open, f.Objects[0].There
	return out
}

func (h *house) openCases() (all []social.Case) {
	h.Helper()
	h.must(h.store.Read(h.ctx, func(v *store.View) (err error) { all, err = v.Cases(h.ctx, social.CaseQuery{}, 10, 0); return err }))
	return all
}

func TestNoticeIsDecided(t *testing.T) {
	each(t, func(h *house) {
		judge := h.judge()
		for _, x := range []struct {
			class  social.Class
			source string
		}{{social.ClassThreat, dsa.SourceOther}, {social.ClassNotice, dsa.SourceArticle16}} {
			d := draft()
			d.Class, d.Ref, d.Lasts, d.Addresses = x.class, string(x.class), time.Hour, []string{adas, adas + "/history", "https://plaza.example/@ada", "https://elsewhere.example/@ada"}
			m := h.take(d)
			o := h.first(m)
			all := h.openCases()
			if len(all) != 2 || !o.Open || !o.There {
				h.Fatalf("%s opened %d cases, want one about the post and one about the account: %+v", x.class, len(all), o)
			}
			for _, c := range all {
				if c.Reports != 1 || !c.Due.Equal(m.Span.Due) || c.Harm != social.HarmViolence {
					h.Errorf("%s: a case of %d reports about %s is due at %v, want at %v", x.class, c.Reports, c.Harm, c.Due, m.Span.Due)
				}
			}
			in, err := h.InCase(h.ctx, admin, o.Case)
			h.must(err)
			if len(in) != 1 || in[0].ID != m.ID {
				h.Errorf("%s: with the case are shown %d notices", x.class, len(in))
			}
			h.clock.Pass(time.Minute)
			h.must(judge.Decide(h.ctx, admin, social.Decision{Case: o.Case, Action: social.HidePost, Ground: social.GroundLaw, Law: "§ 241"}, false)) // alone, and not an owner
			f, err := h.Get(h.ctx, admin, m.ID)
			h.must(err)
			if f.Objects[0].Stands != "It is hidden: nobody can reach it." || f.Objects[0].Open || f.Objects[0].Case != o.Case {
				h.Errorf("%s: afterwards it stands as %+v", x.class, f.Objects[0])
			}
			var said []dsa.Statement
			h.must(judge.Statements(h.ctx, time.Time{}, h.store.Now().Add(time.Second), func(s dsa.Statement) error { said = append(said, s); return nil }))
			if len(said) == 0 || said[len(said)-1].Source != x.source {
				h.Errorf("%s: the statements say %+v, want the last to come by %s", x.class, said, x.source)
			}
			h.must(judge.Decide(h.ctx, admin, social.Decision{Account: ada, Posts: []social.PostID{1001}, Action: social.RestorePost}, false))
			h.must(judge.Decide(h.ctx, admin, social.Decision{Case: h.openCases()[0].ID, Action: social.Dismiss}, false))
			h.must(h.Move(h.ctx, admin, m.ID, social.MatterClosed))
		}
	})
}

func TestBring(t *testing.T) {
	each(t, func(h *house) {
		h.judge()
		d := draft()
		d.Class, d.Channel, d.Addresses = social.ClassNotice, social.ByAPI, []string{adas, "https://plaza.example/@nobody/7"}
		m := h.take(d)
		if o := h.first(m); o.Case != 0 || !o.There || len(h.openCases()) != 0 {
			h.Fatalf("what is in the tray opened cases before anybody looked: %+v", o)
		}
		_, err := h.Bring(h.ctx, member, m.ID, adas)
		h.kind("a member", err, errs.Forbidden)
		_, err = h.Bring(h.ctx, admin, m.ID, "https://plaza.example/@ada")
		h.kind("what it does not name", err, errs.NotFound)
		_, err = h.Bring(h.ctx, admin, m.ID, "https://plaza.example/@nobody/7")
		h.kind("what is not there", err, errs.Conflict)
		about := social.Actor{Account: ada, Standing: social.Good, Role: social.Moderator}
		_, err = h.Bring(h.ctx, about, m.ID, adas)
		h.kind("one's own", err, errs.NotFound)
		which, err := h.Bring(h.ctx, admin, m.ID, adas)
		h.must(err)
		again, err := h.Bring(h.ctx, admin, m.ID, adas)
		h.must(err)
		if all := h.openCases(); len(all) != 1 || all[0].ID != which || again != which || all[0].Reports != 1 {
			h.Errorf("brought twice: %d and %d, %+v", which, again, all)
		}

		d = draft()
		d.Class, d.Addresses = social.ClassCounter, []string{"https://plaza.example/@ada"}
		counter := h.take(d)
		_, err = h.Bring(h.ctx, admin, counter.ID, "https://plaza.example/@ada")
		h.kind("what is to be put back", err, errs.Conflict)
		if len(h.openCases()) != 1 {
			h.Error("a counter-notice opened a case")
		}
	})
}

// Who sorts a case anew wins no time by it: not against the clock of a notice, and
// not by doing it over and over.
func TestSortingWinsNoTime(t *testing.T) {
	each(t, func(h *house) {
		judge := h.judge()
		d := draft()
		d.Class, d.Lasts, d.Addresses = social.ClassThreat, time.Hour, []string{adas}
		m := h.take(d)
		c := h.first(m).Case
		due := func() time.Duration {
			h.Helper()
			for _, one := range h.openCases() {
				if one.ID == c {
					return one.Due.Sub(m.Span.From)
				}
			}
			h.Fatal("it is not open")
			return 0
		}
		sort := func(as social.Harm, want time.Duration) {
			h.Helper()
			h.clock.Pass(10 * time.Minute)
			h.must(judge.Route(h.ctx, admin, c, as, "I looked"))
			if got := due(); got != want {
				h.Errorf("sorted as %s it is due after %v, want %v", as, got, want)
			}
		}
		sort(social.HarmSpam, time.Hour)
		sort(social.HarmRules, time.Hour)
		h.must(h.Move(h.ctx, admin, m.ID, social.MatterClosed))
		sort(social.HarmSpam, 24*time.Hour)
		sort(social.HarmSpam, 24*time.Hour)
		sort(social.HarmViolence, 110*time.Minute) // an hour from now
		sort(social.HarmSpam, 24*time.Hour)
		h.must(judge.Claim(h.ctx, admin, c, true))
		other := social.Actor{Account: 77, Standing: social.Good, Role: social.Owner}
		h.kind("what somebody else has", judge.Route(h.ctx, other, c, social.HarmOther, "I looked"), errs.Conflict)
		h.must(judge.Decide(h.ctx, admin, social.Decision{Case: c, Action: social.Dismiss}, false))
		h.kind("what is decided", judge.Route(h.ctx, admin, c, social.HarmOther, "I looked"), errs.Conflict)
	})
}
