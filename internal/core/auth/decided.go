package auth

import (
	"context"
	"strconv"
	"strings"

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
		switch f := r.Fact.(type) {
		case event.Decided:
			if f.Letter {
				return s.tellDecided(ctx, tx, f)
			}
		case event.HomeMoved:
			return s.tellMoved(ctx, tx, f)
		case event.MatterChanged:
			return s.matterChanged(ctx, tx, f)
		case event.Reported:
			return s.strangerReported(ctx, tx, f)
		case event.CaseClosed:
			return s.strangersTold(ctx, tx, f)
		case event.MatterAlarmed:
			return s.matterAlarmed(ctx, tx, f)
		case event.AppealsAlarmed:
			return s.appealsAlarmed(ctx, tx, f)
		}
		return nil
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

// subjects is what the letter about a decision is about.
var subjects = map[social.Action]string{
	social.Warn: "A word from the people who run the house", social.Veil: "What your posts show is behind a warning now", social.Limit: "Your account is limited",
	social.Disable: "You cannot sign in at the moment", social.Suspend: "Your account is suspended",
	social.LabelPost: "Your post is behind a warning now", social.LimitPost: "Your post is limited", social.HidePost: "Your post is hidden", social.DeletePost: "Your post was deleted",
}

// decidedLetter tells somebody what was decided about them and why, and leads to
// where they can read and appeal it, also when they cannot sign in.
func (s *Service) decidedLetter(ctx context.Context, tx *store.Tx, a social.Account, to string, d social.Decision, contact string) error {
	rule, err := cited(ctx, tx, d.Rule)
	if err != nil {
		return err
	}
	secret, hash := newSecret()
	if err := tx.AddMailToken(ctx, hash, store.MailToken{Account: a.ID, Purpose: recordPurpose + strconv.FormatInt(int64(d.ID), 10), Email: to, Expires: d.AppealUntil()}); err != nil {
		return err
	}
	why := d.Statement(rule)
	text := why.What
	if d.Text != "" {
		text += "\n\nThey say:\n\n" + d.Text
	}
	why.What = ""
	text += "\n\n" + why.Text() + "\n\nHere you can read it, and appeal, also without signing in:\n\n" + s.config.BaseURL + "/record/" + secret
	if len(d.Posts) > 0 {
		text += "\n\nIt is about:\n"
	}
	for _, p := range d.Posts {
		text += "\n" + s.config.BaseURL + "/@" + a.Username + "/" + strconv.FormatInt(int64(p), 10)
	}
	if contact != "" {
		text += "\n\nDo you have questions? Write to " + contact + "."
	}
	return s.send(ctx, tx, a, to, subjects[d.Action], text)
}

// recordPurpose is what the link to somebody's record is for, with the decision
// that it came with: a later one does not end it.
const recordPurpose = "record "

// cited is what a rule of the house said, which a decision names.
func cited(ctx context.Context, tx *store.Tx, name string) (string, error) {
	rule, at, _ := strings.Cut(name, "@")
	version, err := strconv.Atoi(at)
	if err != nil {
		return "", nil
	}
	r, err := tx.RuleVersion(ctx, rule, version)
	if errs.KindOf(err) == errs.NotFound && err != nil {
		return "", nil
	}
	return r.Text, err
}

// ByRecord is whose record the link in a letter leads to, or NotFound. It is good
// for reading that and for appealing, and for nothing else.
func (s *Service) ByRecord(ctx context.Context, secret string) (who social.AccountID, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		t, err := v.MailTokenFor(ctx, hashOf(secret), recordPurpose, s.store.Now())
		who = t.Account
		return err
	})
	return who, err
}
