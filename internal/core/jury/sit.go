package jury

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// A Sheet is what a juror has before them.
type Sheet struct {
	Seat    social.JurySeatID
	Exhibit social.Exhibit
	Harms   []social.Harm // what it was reported for; of gold what it could have been
	Graphic bool
}

// errNoSheet is all that anybody learns of what is not theirs to judge.
var errNoSheet = errs.New(errs.NotFound, "Record not found")

var errOver = errs.New(errs.Conflict, "This case is with others by now, or it is decided. Thank you all the same.")

// Waiting is in how many cases by is asked. It costs one look at an index, and
// none where there are no juries.
func (s *Service) Waiting(ctx context.Context, by social.Actor) (n int, err error) {
	if !s.config.Settings().Juries || by.MustAct() != nil {
		return 0, nil
	}
	err = s.store.Read(ctx, func(v *store.View) (err error) { n, err = v.CountSeatsWaiting(ctx, by.Account); return err })
	return n, err
}

// Sheet is what by was shown and has not answered, nil if there is nothing: what
// no jury may see any more is not shown again, and ends.
func (s *Service) Sheet(ctx context.Context, by social.Actor) (sheet *Sheet, err error) {
	if err := by.MustAct(); err != nil {
		return nil, err
	}
	over := false
	err = s.store.Read(ctx, func(v *store.View) error {
		seats, err := v.SeatsWaiting(ctx, by.Account)
		if err != nil {
			return err
		}
		for _, seat := range seats {
			if seat.Seen.IsZero() {
				continue
			}
			if sheet, err = show(ctx, v, seat); err != nil || sheet != nil {
				return err
			}
			over = true
		}
		return nil
	})
	if err == nil && over {
		err = s.store.WriteFor(ctx, by, "end a case that is over", func(tx *store.Tx) error { _, err := s.asked(ctx, tx, by); return err })
	}
	return sheet, err
}

// show is the sheet of a seat, nil if it is over.
func show(ctx context.Context, v *store.View, seat social.JurySeat) (*Sheet, error) {
	if seat.Gold != 0 {
		g, err := v.Gold(ctx, seat.Gold)
		if err != nil {
			return nil, err
		}
		e := social.Exhibit{Parts: []social.ExhibitPart{{Speaker: "A", Judged: true, Text: g.Text, Warning: g.Warning}}}
		return &Sheet{Seat: seat.ID, Exhibit: e, Harms: []social.Harm{g.Harm}}, nil
	}
	j, err := v.Jury(ctx, seat.Jury)
	if err != nil {
		return nil, err
	}
	if over, err := moot(ctx, v, j); err != nil || over {
		return nil, err
	}
	return &Sheet{Seat: seat.ID, Exhibit: j.Exhibit, Harms: j.Charge.Harms, Graphic: j.Charge.Graphic}, nil
}

// Next shows by the next case: the one they were shown already, one that they
// were drawn for, or now and then one whose verdict is known. It reports
// whether there is one.
func (s *Service) Next(ctx context.Context, by social.Actor) (found bool, err error) {
	random := make([]byte, 16)
	if _, err := rand.Read(random); err != nil {
		return false, err
	}
	err = s.store.WriteFor(ctx, by, "next case", func(tx *store.Tx) error {
		found = false
		seats, err := s.asked(ctx, tx, by)
		if err != nil {
			return err
		}
		who, err := tx.Juror(ctx, by.Account)
		if err != nil {
			return err
		}
		if who.Missed > 0 { // they are back
			who.Missed = 0
			if err := tx.SetJuror(ctx, who); err != nil {
				return err
			}
		}
		for _, seat := range seats {
			if !seat.Seen.IsZero() {
				found = true
				return nil
			}
		}
		if gold, err := s.gold(ctx, tx, who, len(seats) > 0, random); err != nil || gold {
			found = gold
			return err
		}
		if len(seats) == 0 {
			return nil
		}
		found, seats[0].Seen = true, tx.Now
		return tx.SetJurySeat(ctx, seats[0])
	})
	return found, err
}

// asked is where by is asked, without what was deleted meanwhile: that ends.
func (s *Service) asked(ctx context.Context, tx *store.Tx, by social.Actor) (out []social.JurySeat, err error) {
	seats, juries, err := waiting(ctx, tx, by.Account)
	if err != nil {
		return nil, err
	}
	for _, seat := range seats {
		if seat.Jury == 0 {
			out = append(out, seat)
			continue
		}
		j := juries[seat.Jury]
		gone, err := moot(ctx, &tx.View, j)
		if err != nil {
			return nil, err
		}
		if !gone {
			out = append(out, seat)
			continue
		}
		if err := s.turn(ctx, tx, j, whySilent); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// waiting is where somebody is asked, with the juries, which nobody else changes
// until the commit.
func waiting(ctx context.Context, tx *store.Tx, who social.AccountID) ([]social.JurySeat, map[social.JuryID]social.Jury, error) {
	seats, err := tx.SeatsWaiting(ctx, who)
	if err != nil {
		return nil, nil, err
	}
	var ids []social.JuryID
	for _, seat := range seats {
		if seat.Jury != 0 {
			ids = append(ids, seat.Jury)
		}
	}
	if len(ids) == 0 {
		return seats, nil, nil
	}
	slices.Sort(ids)
	juries := map[social.JuryID]social.Jury{}
	for _, which := range slices.Compact(ids) {
		if juries[which], err = tx.HoldJury(ctx, which); err != nil {
			return nil, nil, err
		}
	}
	seats, err = tx.SeatsWaiting(ctx, who) // as they are now that nobody else changes them
	return slices.DeleteFunc(seats, func(seat social.JurySeat) bool { return seat.Jury != 0 && juries[seat.Jury].ID == 0 }), juries, err
}

// hold is a jury, which nobody else changes until the commit, nor by, nor whom it
// is about: a verdict may follow.
func hold(ctx context.Context, tx *store.Tx, which social.JuryID, by social.AccountID) (social.Jury, error) {
	j, err := tx.Jury(ctx, which)
	if err != nil {
		return j, err
	}
	c, err := tx.Case(ctx, j.Case)
	if err != nil {
		return j, err
	}
	if err := tx.HoldPeople(ctx, by, c.Account); err != nil {
		return j, err
	}
	return tx.HoldJury(ctx, which)
}

// gold shows who a case whose verdict is known, if it is time for one. Whoever
// is out gets nothing else, and is not told.
func (s *Service) gold(ctx context.Context, tx *store.Tx, who social.Juror, asked bool, random []byte) (bool, error) {
	gold, verdict := social.ShowGold(binary.BigEndian.Uint64(random))
	switch {
	case who.Skill.Out() && who.Fit(tx.Now) == nil:
		verdict = social.NoBreach
		if random[0]&1 == 1 {
			verdict = social.Breach
		}
	case !gold || !asked:
		return false, nil
	}
	days, err := tx.JurorDays(ctx, []social.AccountID{who.Account}, day(tx.Now))
	if err != nil || !days[who.Account].Room(false) {
		return false, err
	}
	all, err := tx.GoldFor(ctx, who.Account, verdict, social.MaxGold)
	if err != nil || len(all) == 0 {
		return false, err
	}
	g := all[binary.BigEndian.Uint64(random[8:])%uint64(len(all))]
	if err := tx.UseGold(ctx, g.ID); err != nil {
		return false, err
	}
	return true, tx.AddJurySeat(ctx, social.JurySeat{ID: social.JurySeatID(id.New(tx.Now)), Gold: g.ID, Account: who.Account, Seen: tx.Now})
}

// Vote is what by says about what they were shown. Only who was drawn can, only
// once, and only while it is asked. Who has something to do with it since they were
// drawn, or looks after the house since and so sees who reported what, is replaced as
// if they had skipped it, and is not told which of it that is.
func (s *Service) Vote(ctx context.Context, by social.Actor, which social.JurySeatID, v social.JuryVote) error {
	over := false
	err := s.answer(ctx, by, "vote on a jury", func(tx *store.Tx) error {
		over = false
		seat, err := mine(ctx, tx, by, which)
		if err != nil {
			return err
		}
		house, err := tx.House(ctx)
		if err != nil {
			return err
		}
		if err := v.Check(house.Rules); err != nil {
			return err
		}
		if seat.Jury != 0 {
			if over, err = tied(ctx, tx, seat); err != nil {
				return err
			}
			over = over || by.MustModerate() == nil
		}
		if over {
			return s.skip(ctx, tx, seat)
		}
		v.Spent = min(max(tx.Now.Sub(seat.Seen), 0), social.MaxJurySpent)
		seat.JuryVote, seat.Said = v, tx.Now
		if seat.Gold != 0 {
			return s.learn(ctx, tx, seat)
		}
		return s.count(ctx, tx, seat)
	})
	if err == nil && over {
		err = errOver
	}
	return err
}

// answer is WriteFor for what may lead to a verdict: whoever that is about is held
// before the jury, see hold.
func (s *Service) answer(ctx context.Context, by social.Actor, what string, do func(tx *store.Tx) error) error {
	if err := by.MustAct(); err != nil {
		return err
	}
	if err := s.store.Write(ctx, do); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// mine is a seat of by's on which they are asked, and hold it.
func mine(ctx context.Context, tx *store.Tx, by social.Actor, which social.JurySeatID) (seat social.JurySeat, err error) {
	seat, err = tx.JurySeat(ctx, which)
	if err == nil && (seat.Account != by.Account || seat.Seen.IsZero()) {
		err = errNoSheet
	}
	if err == nil && seat.Jury != 0 {
		_, err = hold(ctx, tx, seat.Jury, by.Account)
	} else if err == nil {
		err = tx.HoldPeople(ctx, by.Account)
	}
	if err == nil {
		seat, err = tx.JurySeat(ctx, which) // as it is now that nobody else changes it
	}
	if err == nil && !seat.Waits() {
		err = errOver
	}
	return seat, err
}

// count stores a vote on a jury, and has it go on.
func (s *Service) count(ctx context.Context, tx *store.Tx, seat social.JurySeat) error {
	j, err := tx.Jury(ctx, seat.Jury)
	if err != nil {
		return err
	}
	if err := tx.SetJurySeat(ctx, seat); err != nil {
		return err
	}
	if err := recordVote(tx, seat, category(j.Charge), name(j.Case)); err != nil {
		return err
	}
	if !seat.Counts {
		return nil
	}
	return s.turn(ctx, tx, j, whySilent)
}

// recordVote puts a vote into the log. Its leaf, which everybody reads at once, is the
// same whether the verdict was known or not: it leads to no case.
func recordVote(tx *store.Tx, seat social.JurySeat, category evidence.Category, of string) error {
	_, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeJuryVote, Category: category, Body: evidence.JuryVoted{Jury: name(seat.Jury), Case: of, Juror: seat.Pseudonym,
		Verdict: string(seat.Verdict), Rule: seat.Rule, Confidence: int(seat.Confidence), Seconds: int(seat.Spent.Seconds()), Gold: seat.Gold != 0, Counts: seat.Counts}})
	return err
}

// learn stores an answer to a gold case. Who is out by it is replaced wherever
// they sit: they may go on, and it does not count.
func (s *Service) learn(ctx context.Context, tx *store.Tx, seat social.JurySeat) error {
	g, err := tx.Gold(ctx, seat.Gold)
	if err != nil {
		return err
	}
	if err := tx.SetJurySeat(ctx, seat); err != nil {
		return err
	}
	if err := recordVote(tx, seat, evidence.Category(g.Harm), "gold "+name(g.ID)); err != nil {
		return err
	}
	seats, juries, err := waiting(ctx, tx, seat.Account)
	if err != nil {
		return err
	}
	who, err := tx.Juror(ctx, seat.Account)
	if err != nil {
		return err
	}
	who.Skill = who.Skill.After(g.Right(seat.JuryVote))
	if err := tx.SetJuror(ctx, who); err != nil || !who.Skill.Out() {
		return err
	}
	for _, other := range seats {
		if other.Jury == 0 || !other.Counts {
			continue
		}
		if err := s.discount(ctx, tx, juries[other.Jury], other); err != nil {
			return fmt.Errorf("replace a juror: %w", err)
		}
	}
	return nil
}

// discount has another be drawn for who sits on a seat, without telling them.
func (s *Service) discount(ctx context.Context, tx *store.Tx, j social.Jury, seat social.JurySeat) error {
	if !j.Open() {
		return nil
	}
	seat.Counts = false
	if err := tx.SetJurySeat(ctx, seat); err != nil {
		return err
	}
	return s.turn(ctx, tx, j, whySilent)
}

// Skip has somebody else be drawn for a case that by does not want to judge.
// Nothing follows from it for by.
func (s *Service) Skip(ctx context.Context, by social.Actor, which social.JurySeatID) error {
	return s.answer(ctx, by, "skip a case", func(tx *store.Tx) error {
		seat, err := mine(ctx, tx, by, which)
		if err != nil {
			return err
		}
		return s.skip(ctx, tx, seat)
	})
}

// skip takes somebody off a seat, and has another be drawn for them.
func (s *Service) skip(ctx context.Context, tx *store.Tx, seat social.JurySeat) error {
	seat.Left = social.LeftSkipped
	if err := tx.SetJurySeat(ctx, seat); err != nil || seat.Jury == 0 || !seat.Counts {
		return err
	}
	j, err := tx.Jury(ctx, seat.Jury)
	if err != nil {
		return err
	}
	return s.turn(ctx, tx, j, "skipped")
}
