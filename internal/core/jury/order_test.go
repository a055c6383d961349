package jury_test

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/plaza-social/plaza/internal/core/jury"
	"github.com/plaza-social/plaza/internal/core/moderation"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

const ann, bob = first, first + 1

// Two who judge each other at the same instant do not wait for each other for
// ever: each verdict is tried once.
func TestVerdictsAboutEachOther(t *testing.T) {
	each(t, func(b *bench) {
		var tried atomic.Int32
		mods := moderation.New(b.s, view.New(b.s, view.Config{BaseURL: "https://x.example"}))
		b.svc = jury.New(b.s, jury.Config{Settings: func() social.Settings { return b.house },
			Verdict: func(ctx context.Context, tx *store.Tx, j social.Jury, tally social.Tally) error {
				tried.Add(1)
				return mods.JurySaid(ctx, tx, j, tally)
			}})
		b.notDrawn(ann, bob)
		one, two := b.lastOf(801, ann, bob), b.lastOf(802, bob, ann)
		b.meanwhile([]social.JuryID{one.Jury, two.Jury}, func() { b.breach(ann, one.ID) }, func() { b.breach(bob, two.ID) }, func() {})
		for _, which := range []social.JuryID{one.Jury, two.Jury} {
			if j, _ := b.jury(which); j.End != social.JuryBreach {
				t.Errorf("a jury ended with %q", j.End)
			}
		}
		if n := tried.Load(); n != 2 {
			t.Errorf("two verdicts took %d tries", n)
		}
	})
}

// Who comes back waits for a jury before anything of theirs is changed: whoever
// takes them off their seat changes that while they hold the jury.
func TestBackAtTheLastMoment(t *testing.T) {
	each(t, func(b *bench) {
		ctx := t.Context()
		which := b.convene(brief())
		_, seats := b.jury(which)
		by := actor(seats[0].Account)
		b.write(func(tx *store.Tx) error {
			j, err := tx.Juror(ctx, by.Account)
			if err != nil {
				return err
			}
			j.Missed = 1
			return tx.SetJuror(ctx, j)
		})
		b.meanwhile([]social.JuryID{which}, func() {
			if found, err := b.svc.Next(ctx, by); err != nil || !found {
				b.t.Error(found, err)
			}
		}, func() {
			if b.s.Engine() == "postgres" {
				storetest.ByHand(b.t, b.s, `SELECT 1 FROM jurors WHERE account_id = $1 FOR UPDATE NOWAIT`, by.Account)
			}
		})
	})
}

// notDrawn has some not come by lot.
func (b *bench) notDrawn(all ...social.AccountID) {
	b.t.Helper()
	b.write(func(tx *store.Tx) error {
		for _, who := range all {
			j, err := tx.Juror(b.t.Context(), who)
			if err != nil {
				return err
			}
			j.Willing = false
			if err := tx.SetJuror(b.t.Context(), j); err != nil {
				return err
			}
		}
		return nil
	})
}

// lastOf is the seat of a juror on a jury about somebody, to which one vote is
// missing.
func (b *bench) lastOf(n social.CaseID, juror, about social.AccountID) social.JurySeat {
	b.t.Helper()
	post := social.PostID(n)
	b.write(func(tx *store.Tx) error {
		if err := tx.AddPost(b.t.Context(), social.Post{ID: post, Thread: post, Author: about, Text: "You fool", Visibility: social.Public, At: tx.Now}); err != nil {
			return err
		}
		_, err := tx.AddCase(b.t.Context(), social.Case{ID: n, Subject: social.Subject{Account: about, Post: post}, Harm: social.HarmHarassment, Queue: social.QueueGeneral, At: tx.Now})
		return err
	})
	br := brief()
	br.Case, br.Posts = n, []social.PostID{post}
	which := b.convene(br)
	_, seats := b.jury(which)
	for range 3 {
		i := slices.IndexFunc(seats, social.JurySeat.Waits)
		// Who waits on both juries may be shown the other one first.
		storetest.ByHand(b.t, b.s, `UPDATE jury_seats SET seen_ms = $1 WHERE id = $2`, b.c.Now().UnixMilli(), seats[i].ID)
		b.breach(seats[i].Account, seats[i].ID)
		_, seats = b.jury(which)
	}
	last := seats[slices.IndexFunc(seats, social.JurySeat.Waits)]
	storetest.ByHand(b.t, b.s, `UPDATE jury_seats SET account_id = $1, seen_ms = $2 WHERE id = $3`, juror, b.c.Now().UnixMilli(), last.ID)
	return last
}

func (b *bench) breach(by social.AccountID, seat social.JurySeatID) {
	if err := b.svc.Vote(b.t.Context(), actor(by), seat, social.JuryVote{Verdict: social.Breach, Rule: "1", Confidence: social.Sure}); err != nil {
		b.t.Error(err)
	}
}

// meanwhile does the first things, all of which have begun before any of them gets
// at one of the juries, and the last before they do.
func (b *bench) meanwhile(which []social.JuryID, do ...func()) {
	b.t.Helper()
	var all sync.WaitGroup
	begin := func() {
		for i, f := range do[:len(do)-1] {
			all.Go(f)
			storetest.Blocked(b.t, b.s, i+1)
		}
		do[len(do)-1]()
	}
	if b.s.Engine() != "postgres" {
		begin() // there is one writer
	} else {
		b.write(func(tx *store.Tx) error {
			for _, j := range which {
				if _, err := tx.HoldJury(b.t.Context(), j); err != nil {
					return err
				}
			}
			begin()
			return nil
		})
	}
	all.Wait()
}
