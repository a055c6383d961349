package jury_test

import (
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/moderation"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

func reported(b *bench, by social.AccountID, c social.ReportCategory, h social.Harm, posts ...social.PostID) social.CaseID {
	b.t.Helper()
	mods := moderation.New(b.s, view.New(b.s, view.Config{BaseURL: "https://x.example"}))
	r, err := mods.Report(b.t.Context(), actor(by), social.Report{Target: author, Posts: posts, Category: c, Harm: h})
	if err != nil {
		b.t.Fatal(err)
	}
	return r.Case
}

func hide(b *bench, tx *store.Tx, p social.PostID) error {
	proof, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeAction, About: author, Body: evidence.Acted{Did: "hid a post"}})
	if err != nil {
		return err
	}
	return tx.SetPostStanding(b.t.Context(), p, social.PostHidden, proof)
}

// What else is known of the same, before a jury is asked or while it sits.
var graver = map[string]func(b *bench) error{
	"another case about the post": func(b *bench) error {
		return b.s.Write(b.t.Context(), func(tx *store.Tx) error {
			c := social.Case{ID: 70, Subject: social.Subject{Account: author, Post: bad}, Harm: social.HarmMinors, Queue: social.QueueGeneral, At: tx.Now}
			if _, err := tx.AddCase(b.t.Context(), c); err != nil {
				return err
			}
			c.ClosedAt, c.Outcome = tx.Now, social.Dismiss
			return tx.SetCase(b.t.Context(), c)
		})
	},
	"a report of the account with the post": func(b *bench) error {
		b.write(func(tx *store.Tx) error {
			return tx.AddPost(b.t.Context(), social.Post{ID: 510, Thread: 510, Author: author, Text: "more", Visibility: social.Public, At: tx.Now})
		})
		reported(b, friend, social.ReportOther, social.HarmViolence, bad, 510)
		return nil
	},
	"a notice with a clock": func(b *bench) error {
		return b.s.Write(b.t.Context(), func(tx *store.Tx) error {
			m := social.Matter{ID: 71, Class: social.ClassHost, Channel: social.ByStaff, Status: social.MatterOpen, Secret: "x"}
			return tx.AddMatter(b.t.Context(), m, []social.MatterObject{{Address: "a", Account: author, Post: bad}})
		})
	},
	"the post is hidden": func(b *bench) error {
		b.write(func(tx *store.Tx) error { return hide(b, tx, bad) })
		return nil
	},
}

func TestBarredBefore(t *testing.T) {
	for name, happens := range graver {
		t.Run(name, func(t *testing.T) {
			each(t, func(b *bench) {
				var c social.CaseID
				report := func() { c = reported(b, reporter, social.ReportOther, social.HarmHarassment, bad) }
				late := name == "the post is hidden" // what is, nobody can report
				if late {
					report()
				}
				if err := happens(b); err != nil {
					t.Fatal(err)
				}
				if !late {
					report()
				}
				if _, err := b.svc.Ask(t.Context(), actor(mod), c); errs.KindOf(err) != errs.Forbidden {
					t.Errorf("a jury is asked: %v", err)
				}
			})
		})
	}
}

func TestBarredMeanwhile(t *testing.T) {
	more := map[string]func(b *bench) error{"a graver report": func(b *bench) error {
		reported(b, friend, social.ReportOther, social.HarmViolence, bad)
		return nil
	}}
	for name, happens := range graver {
		if name != "another case about the post" { // which is the one that is open
			more[name] = happens
		}
	}
	for name, happens := range more {
		t.Run(name, func(t *testing.T) {
			each(t, func(b *bench) {
				ctx := t.Context()
				which, err := b.svc.Ask(ctx, actor(mod), reported(b, reporter, social.ReportOther, social.HarmHarassment, bad))
				if err != nil {
					t.Fatal(err)
				}
				_, seats := b.jury(which)
				by := actor(seats[0].Account)
				if found, err := b.svc.Next(ctx, by); !found || err != nil {
					t.Fatalf("next: %v, %v", found, err)
				}
				if err := happens(b); err != nil {
					t.Fatal(err)
				}
				sheet, err := b.svc.Sheet(ctx, by)
				if err != nil {
					t.Fatal(err)
				}
				if sheet != nil && sheet.Seat == seats[0].ID {
					t.Error("it is shown again")
				}
				if j, _ := b.jury(which); sheet == nil && j.End != social.JuryMoot {
					t.Errorf("it is %q", j.End)
				}
			})
		})
	}
}

// What a post answers is not shown if nobody can reach it.
func TestParentThatIsNotShown(t *testing.T) {
	each(t, func(b *bench) {
		ctx := t.Context()
		b.write(func(tx *store.Tx) error {
			for i, p := range []social.Post{{Author: reporter}, {Author: named}, {Author: friend}} {
				p.ID, p.Text, p.Visibility, p.At = social.PostID(600+i), "parent", social.Public, tx.Now
				p.Thread = p.ID
				if err := tx.AddPost(ctx, p); err != nil {
					return err
				}
				if err := tx.AddPost(ctx, social.Post{ID: p.ID + 10, Thread: p.ID, ReplyTo: p.ID, ReplyAuthor: p.Author, Author: author, Text: "reply", Visibility: social.Public, At: tx.Now}); err != nil {
					return err
				}
			}
			if err := hide(b, tx, 600); err != nil {
				return err
			}
			return tx.SetStanding(ctx, named, social.Suspended)
		})
		br := brief()
		br.Posts = []social.PostID{610, 611, 612}
		j, _ := b.jury(b.convene(br))
		if n := len(j.Exhibit.Parts); n != 4 {
			t.Errorf("%d posts are shown, want three and one that they answer", n)
		}
	})
}

// Whoever may not decide about somebody does not have a jury do it.
func TestAskAboutTheStaff(t *testing.T) {
	each(t, func(b *bench) {
		ctx := t.Context()
		b.write(func(tx *store.Tx) error {
			u, err := tx.User(ctx, author)
			if err != nil {
				return err
			}
			u.Role = social.Admin
			return tx.SetUser(ctx, u)
		})
		c := reported(b, reporter, social.ReportOther, social.HarmHarassment, bad)
		if _, err := b.svc.Ask(ctx, actor(mod), c); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("asked about an admin: %v", err)
		}
		admin := actor(mod)
		admin.Role = social.Owner
		if _, err := b.svc.Ask(ctx, admin, c); err != nil {
			t.Errorf("by the owner: %v", err)
		}
	})
}
