package jury

import (
	"context"
	"fmt"
	"slices"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// maxReports is how many reports of a case are looked at: of what is reported
// more often nobody knows whether a jury may see it, and the staff decides.
const maxReports = 1000

// Ask draws a jury for an open case. It is for moderators. While the jury sits
// the case is not given to anybody to decide, but whoever does so all the same
// ends it.
func (s *Service) Ask(ctx context.Context, by social.Actor, which social.CaseID) (j social.JuryID, err error) {
	if err := by.MustModerate(); err != nil {
		return 0, err
	}
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		c, err := tx.Case(ctx, which)
		if err == nil {
			err = tx.HoldPeople(ctx, c.Account)
		}
		if err == nil {
			c, err = tx.HoldCase(ctx, which)
		}
		if err == nil && c.Account == by.Account {
			err = store.NoPost // nobody learns that they were reported
		}
		if err != nil {
			return err
		}
		if c.Blind() { // nobody has reported it, and who asks is not to learn whose it is
			return social.Charge{}.MayJury()
		}
		if err := askable(ctx, tx, by, c); err != nil {
			return err
		}
		b, err := briefOf(ctx, &tx.View, c)
		if err != nil {
			return err
		}
		b.By = by.Account
		if j, err = s.Convene(ctx, tx, b); err != nil {
			return err
		}
		c.Claimed = 0
		return tx.SetCase(ctx, c)
	})
	if err != nil {
		return 0, fmt.Errorf("ask a jury: %w", err)
	}
	return j, nil
}

// askable reports why by cannot have a jury asked about c now, or nil.
func askable(ctx context.Context, tx *store.Tx, by social.Actor, c social.Case) error {
	u, err := tx.User(ctx, c.Account)
	if err != nil && errs.KindOf(err) != errs.NotFound {
		return err
	}
	if u.Account != 0 { // lives here
		if err := by.MayJudge(u.Role); err != nil {
			return err
		}
	}
	if !c.Open() {
		return errs.New(errs.Conflict, "Somebody has decided about this case already.")
	}
	if has := c.ClaimedBy(tx.Now); has != 0 && has != by.Account {
		return errs.New(errs.Conflict, "Somebody else has this case. They keep it for a quarter of an hour at most.")
	}
	before, err := tx.JuriesOf(ctx, c.ID)
	if err != nil {
		return err
	}
	if len(before) > 0 {
		return errs.New(errs.Conflict, "A jury is asked about a case once. If it said nothing, it is for you to decide.")
	}
	return nil
}

// briefOf is c as far as a jury is told of it.
func briefOf(ctx context.Context, v *store.View, c social.Case) (Brief, error) {
	reports, err := v.ReportsIn(ctx, c.ID, maxReports)
	if err != nil {
		return Brief{}, err
	}
	if len(reports) == maxReports {
		return Brief{}, errs.New(errs.Forbidden, "This was reported so often that nobody has read it all: it is not for a jury.")
	}
	b := Brief{Case: c.ID, Charge: social.Charge{Harms: []social.Harm{c.Harm}}}
	if c.Post != 0 {
		b.Posts = []social.PostID{c.Post}
	}
	for _, r := range reports {
		b.Charge.Harms, b.Charge.Channels = append(b.Charge.Harms, r.Harm), append(b.Charge.Channels, r.Channel)
		b.Charge.Law = b.Charge.Law || r.Category == social.ReportLegal
		if r.Reporter != 0 {
			b.Reporters = append(b.Reporters, r.Reporter)
		}
		if c.Post == 0 {
			b.Posts = append(b.Posts, r.Posts...)
		}
	}
	b.Posts, b.Reporters = distinct(b.Posts), distinct(b.Reporters)
	b.Charge.Harms, b.Charge.Channels = distinct(b.Charge.Harms), distinct(b.Charge.Channels)
	return b, barred(ctx, v, c, b.Posts)
}

// maxCases is how many other cases are looked at.
const maxCases = 200

// errElsewhere is Forbidden because of what else is known about the same.
var errElsewhere = errs.New(errs.Forbidden, "There is something else about this that no jury may see: the staff decides.")

// barred reports why no jury may see some of the posts of an account, or nil:
// another case than c, whether of posts or of the account, is about what no jury
// sees, or somebody gave notice of them for which a clock runs. If c is about the
// account as a whole, so is what is looked at.
func barred(ctx context.Context, v *store.View, c social.Case, posts []social.PostID) error {
	whole := c.ID != 0 && c.Post == 0
	if in, err := v.InMatters(ctx, c.Account, posts, whole); err != nil || in {
		return orElse(err, errElsewhere)
	}
	all, err := v.CasesAbout(ctx, c.Account, posts, maxCases)
	if err != nil {
		return err
	}
	if len(all) == maxCases {
		return errElsewhere
	}
	for _, other := range all {
		if other.ID == c.ID {
			continue
		}
		reports, err := v.ReportsIn(ctx, other.ID, maxReports)
		if err != nil {
			return err
		}
		about := whole || other.Post != 0
		for _, r := range reports {
			named := about || slices.ContainsFunc(r.Posts, func(p social.PostID) bool { return slices.Contains(posts, p) })
			if named && (r.Category == social.ReportLegal || !slices.Contains(social.JuryHarms, r.Harm)) {
				return errElsewhere
			}
		}
		if about && !slices.Contains(social.JuryHarms, other.Harm) || len(reports) == maxReports {
			return errElsewhere
		}
	}
	return nil
}

func distinct[T ~int64 | ~string](all []T) []T {
	return slices.Compact(slices.Sorted(slices.Values(all)))
}

// shownCases and lookedAt are how many cases are offered, and of how many.
const shownCases, lookedAt = 10, 100

// could are open cases that look as if a jury could be asked about them.
func could(ctx context.Context, v *store.View, by social.Actor) (out []social.Case, err error) {
	all, err := v.Cases(ctx, social.CaseQuery{Not: by.Account}, lookedAt, 0)
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		before, err := v.JuriesOf(ctx, c.ID)
		if err != nil {
			return nil, err
		}
		if len(out) < shownCases && len(before) == 0 && slices.Contains(social.JuryHarms, c.Harm) && c.Post != 0 && !c.Blind() {
			out = append(out, c)
		}
	}
	return out, nil
}
