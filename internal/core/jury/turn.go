package jury

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/work"
)

// Worker draws others for those who said nothing, and ends what takes too long.
func (s *Service) Worker() work.Worker {
	return work.Worker{Kind: store.JuryJob, AtOnce: 2, Timeout: time.Minute, Tries: 20, Do: func(ctx context.Context, args []byte) error {
		var which social.JuryID
		if err := json.Unmarshal(args, &which); err != nil {
			return errs.Wrap(errs.Invalid, "This names no jury.", err)
		}
		return s.store.Write(ctx, func(tx *store.Tx) error {
			j, err := hold(ctx, tx, which, 0)
			if err != nil || !j.Open() {
				return err
			}
			return s.turn(ctx, tx, j, whySilent)
		})
	}}
}

// turn has j go on from how it stands, whoever it waits for: it ends, another
// panel is drawn, or others for those who are gone.
func (s *Service) turn(ctx context.Context, tx *store.Tx, j social.Jury, why string) error {
	seats, err := tx.JurySeats(ctx, j.ID)
	if err != nil {
		return err
	}
	if gone, err := moot(ctx, &tx.View, j); err != nil || gone {
		return orEnd(err, func() error { return s.end(ctx, tx, j, seats, social.JuryMoot) })
	}
	if seats, err = s.leave(ctx, tx, seats); err != nil {
		return err
	}
	tally, waiting := social.Count(seats, j.Round)
	end := j.Panel().Outcome(tally)
	switch {
	case end.Verdict() != "", end == social.JuryHung && j.Last():
		return s.end(ctx, tx, j, seats, end)
	case j.Late(tx.Now):
		return s.end(ctx, tx, j, seats, social.JuryLate)
	case end == social.JuryHung:
		if err := s.clear(ctx, tx, seats); err != nil {
			return err
		}
		j.Round, why, tally, waiting = j.Round+1, whyHung, social.Tally{}, 0
	}
	missing := j.Panel().Seats - tally.Votes() - waiting
	if missing > 0 {
		pool, err := tx.JuryPool(ctx, j.Pool)
		if err != nil {
			return err
		}
		if err := retie(ctx, tx, &j); err != nil {
			return err
		}
		n, err := s.draw(ctx, tx, &j, pool, seats, missing, why)
		if err != nil {
			return err
		}
		if tally.Votes()+waiting+n < j.Panel().Quorum {
			return s.end(ctx, tx, j, seats, social.JuryShort)
		}
	}
	return tx.SetJury(ctx, j)
}

func orEnd(err error, end func() error) error {
	if err != nil {
		return err
	}
	return end()
}

// moot reports whether somebody has decided already, a part of what j is about
// is gone, as what was deleted is not shown to anybody, or something is known of
// it meanwhile that no jury sees.
func moot(ctx context.Context, v *store.View, j social.Jury) (bool, error) {
	c, err := v.Case(ctx, j.Case)
	if err != nil || !c.Open() {
		return err == nil, err
	}
	posts, err := v.Posts(ctx, j.Posts)
	if err != nil || len(posts) < len(j.Posts) || slices.ContainsFunc(posts, private) {
		return err == nil, err
	}
	b, err := briefOf(ctx, v, c)
	if err == nil {
		err = barred(ctx, v, c, j.Posts) // also if the reports name others by now
	}
	if err == nil {
		is := j.Charge
		is.Harms, is.Channels, is.Law = slices.Concat(is.Harms, b.Charge.Harms), slices.Concat(is.Channels, b.Charge.Channels), is.Law || b.Charge.Law
		err = is.MayJury()
	}
	if errs.KindOf(err) == errs.Forbidden {
		return true, nil
	}
	return false, err
}

// leave takes those off their seats who said nothing for too long, and counts
// it against them: who is away again and again is not drawn.
func (s *Service) leave(ctx context.Context, tx *store.Tx, seats []social.JurySeat) ([]social.JurySeat, error) {
	for i, seat := range seats {
		if !seat.Counts || !seat.Silent(tx.Now) {
			continue
		}
		seats[i].Left = social.LeftSilent
		if err := tx.SetJurySeat(ctx, seats[i]); err != nil {
			return nil, err
		}
		if seat.Account == 0 {
			continue
		}
		who, err := tx.Juror(ctx, seat.Account)
		if err != nil {
			return nil, err
		}
		who.Missed++
		if err := tx.SetJuror(ctx, who); err != nil {
			return nil, err
		}
	}
	return seats, nil
}

// clear takes everybody who waits off their seats: there is nothing to say any
// more.
func (s *Service) clear(ctx context.Context, tx *store.Tx, seats []social.JurySeat) error {
	for i, seat := range seats {
		if !seat.Waits() {
			continue
		}
		seats[i].Left = social.LeftEnded
		if err := tx.SetJurySeat(ctx, seats[i]); err != nil {
			return err
		}
	}
	return nil
}

// end ends j, says so in the log with the seed that it committed to, and tells
// whoever asked for the jury.
func (s *Service) end(ctx context.Context, tx *store.Tx, j social.Jury, seats []social.JurySeat, end social.JuryEnd) error {
	tally, _ := social.Count(seats, j.Round)
	if err := s.clear(ctx, tx, seats); err != nil {
		return err
	}
	j.End, j.Ended = end, tx.Now
	if end == social.JuryBreach {
		var votes []social.JuryVote
		for _, seat := range seats {
			if seat.Counts && seat.Round == j.Round && !seat.Said.IsZero() {
				votes = append(votes, seat.JuryVote)
			}
		}
		house, err := tx.House(ctx)
		if err != nil {
			return err
		}
		j.Rule = social.Broken(votes, house.Rules)
	}
	if err := tx.SetJury(ctx, j); err != nil {
		return err
	}
	c, err := tx.Case(ctx, j.Case)
	if err != nil {
		return err
	}
	if _, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeJuryEnd, Category: category(j.Charge), Outcome: string(end), Refs: []social.EvidenceID{c.Evidence}, Body: evidence.JuryEnded{
		Jury: name(j.ID), Case: name(j.Case), End: string(end), Rule: j.Rule, Round: j.Round, Breach: tally.Breach, NoBreach: tally.NoBreach,
		Seed: hex.EncodeToString(j.Seed[:]), Seconds: int64(tx.Now.Sub(j.Opened).Seconds())}}); err != nil {
		return err
	}
	tx.Record(event.JuryEnded{Jury: j.ID, End: end})
	if s.config.Verdict == nil {
		return nil
	}
	return s.config.Verdict(ctx, tx, j, tally)
}

// Withdraw ends a jury that is not wanted any more, within the transaction of
// whoever asked for it. One that has ended stays as it is.
func (s *Service) Withdraw(ctx context.Context, tx *store.Tx, which social.JuryID) error {
	j, err := tx.HoldJury(ctx, which)
	if err != nil || !j.Open() {
		return err
	}
	seats, err := tx.JurySeats(ctx, which)
	if err != nil {
		return fmt.Errorf("withdraw jury: %w", err)
	}
	return s.end(ctx, tx, j, seats, social.JuryMoot)
}
