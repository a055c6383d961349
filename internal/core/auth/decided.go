package auth

import (
	"context"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/work"
)

// Follower writes to people about whom the staff has decided: who cannot sign
// in any more is reached by nothing else.
func (s *Service) Follower() work.Follower {
	return work.Follower{Name: "letters", Follow: func(ctx context.Context, tx *store.Tx, r event.Record) error {
		f, ok := r.Fact.(event.Decided)
		if !ok || !f.Letter {
			return nil
		}
		return s.tellDecided(ctx, tx, f)
	}}
}

func (s *Service) tellDecided(ctx context.Context, tx *store.Tx, f event.Decided) error {
	u, err := tx.User(ctx, f.Account)
	if errs.KindOf(err) == errs.NotFound && err != nil {
		return nil // lives elsewhere, or is gone meanwhile
	}
	if err != nil {
		return err
	}
	a, err := tx.Account(ctx, f.Account)
	if err != nil {
		return err
	}
	ds, err := tx.DecisionsOf(ctx, []social.DecisionID{f.Decision})
	if err != nil || len(ds) == 0 {
		return err
	}
	house, err := tx.House(ctx)
	if err != nil {
		return err
	}
	return s.decidedLetter(ctx, tx, a, u.Email, ds[0], house.Contact)
}

// decisions is what each means for whom it is about: the subject of the letter
// and what it begins with.
var decisions = map[social.Action][2]string{
	social.Warn: {"A word from the people who run the house", "the people who run this house want to tell you something about your account."},
	social.Veil: {"What your posts show is behind a warning now",
		"the people who run this house have decided that what your posts show stands\nbehind a warning from now on."},
	social.Limit: {"Your account is limited",
		"the people who run this house have limited your account: only those who follow\nyou come across what you post. You can use it as before."},
	social.Disable: {"You cannot sign in at the moment",
		"the people who run this house have closed your account to you: nobody can sign\nin to it, and apps cannot use it. What you posted stays."},
	social.Suspend: {"Your account is suspended",
		"the people who run this house have suspended your account: nobody can see it or\nwhat you posted, and nobody can sign in to it."},
}

func (s *Service) decidedLetter(ctx context.Context, tx *store.Tx, a social.Account, to string, d social.Decision, contact string) error {
	says := decisions[d.Action]
	text := says[1]
	if d.Text != "" {
		text += "\n\nThey say:\n\n" + d.Text
	}
	if contact != "" {
		text += "\n\nDo you think this is wrong? Write to " + contact + "."
	}
	return s.send(ctx, tx, a, to, says[0], text)
}
