package jury

import (
	"context"
	"slices"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// A Wish is what a member wants as a juror.
type Wish struct {
	Willing bool
	Refuses []social.Harm
	Graphic bool
}

// Juror is by as a juror, and why they are not drawn now: nil if they are, as
// far as they are told.
func (s *Service) Juror(ctx context.Context, by social.Actor) (j social.Juror, why error, err error) {
	if err := by.MustAct(); err != nil {
		return j, nil, err
	}
	err = s.store.Read(ctx, func(v *store.View) error {
		if j, err = v.Juror(ctx, by.Account); err != nil {
			return err
		}
		if j.Days < social.JurorDays {
			j.Days, err = v.ActiveDays(ctx, by.Account)
		}
		return err
	})
	return j, j.Fit(s.store.Now()), err
}

// SetWish stores what by wants. Whoever does not want to be drawn any more keeps
// the seats they have: they can skip them.
func (s *Service) SetWish(ctx context.Context, by social.Actor, w Wish) error {
	if err := social.CheckRefused(w.Refuses); err != nil {
		return err
	}
	return s.store.WriteFor(ctx, by, "set wishes as a juror", func(tx *store.Tx) error {
		j, err := tx.Juror(ctx, by.Account)
		if err != nil {
			return err
		}
		slices.Sort(w.Refuses)
		j.Willing, j.Refuses, j.Graphic, j.Missed = w.Willing, slices.Compact(w.Refuses), w.Graphic, 0
		return tx.SetJuror(ctx, j)
	})
}

// Quiz is the questions that by answers next.
func (s *Service) Quiz(ctx context.Context, by social.Actor) (q []social.QuizQuestion, err error) {
	if err := by.MustAct(); err != nil {
		return nil, err
	}
	err = s.store.Read(ctx, func(v *store.View) error {
		house, err := v.House(ctx)
		if err != nil {
			return err
		}
		tries, _, err := v.QuizTries(ctx, by.Account)
		q = social.Quiz(house.Rules, social.QuizSeed(by.Account, int64(tries)))
		return err
	})
	return q, err
}

var errTries = errs.Newf(errs.Limited, "You have tried %d times today. Read the rules of the house, and try again tomorrow.", social.QuizTries)

// AnswerQuiz takes by's answers, by their places among those of each question,
// and reports whether they passed. Whoever has not can try again, with others.
func (s *Service) AnswerQuiz(ctx context.Context, by social.Actor, answers []int) (passed bool, err error) {
	err = s.store.WriteFor(ctx, by, "answer the quiz", func(tx *store.Tx) error {
		house, err := tx.House(ctx)
		if err != nil {
			return err
		}
		tries, last, err := tx.QuizTries(ctx, by.Account)
		if err != nil {
			return err
		}
		// Tries are counted in blocks of as many as a day has.
		if tries%social.QuizTries == 0 && tries > 0 && tx.Now.Sub(last) < social.JurorDayLength {
			return errTries
		}
		j, err := tx.Juror(ctx, by.Account)
		if err != nil {
			return err
		}
		if passed = social.PassesQuiz(social.Quiz(house.Rules, social.QuizSeed(by.Account, int64(tries))), answers); passed {
			j.Passed = tx.Now
		}
		if err := tx.SetJuror(ctx, j); err != nil {
			return err
		}
		return tx.TryQuiz(ctx, by.Account, tries+1)
	})
	return passed, err
}
