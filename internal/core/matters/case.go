package matters

import (
	"context"
	"fmt"
	"slices"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// What a matter names is decided about in cases. Those of senders whom somebody
// knows are opened at once; those of the tray when somebody has looked at the
// notice, as anybody can fill it.

// report brings the things of ours that m names before those who decide. Several
// addresses of the same are one report.
func (s *Service) report(ctx context.Context, tx *store.Tx, m social.Matter, about []social.MatterObject) error {
	channel := m.Class.Reports()
	if channel == "" || s.config.Report == nil {
		return nil
	}
	made := map[social.Subject]social.ReportID{}
	for i, o := range about {
		if there, err := judged(ctx, tx, o); err != nil {
			return err
		} else if !there {
			continue
		}
		subject := social.Subject{Account: o.Account, Post: o.Post}
		if made[subject] == 0 {
			r := social.Report{Target: o.Account, Harm: m.Category, Channel: channel, Comment: "A notice with a clock names this."}
			if o.Post != 0 {
				r.Posts = []social.PostID{o.Post}
			}
			var err error
			if made[subject], err = s.config.Report(ctx, tx, r, m.Span.Due, m.Evidence); err != nil {
				return err
			}
		}
		about[i].Report = made[subject]
	}
	return nil
}

// judged reports whether something that a matter names is there to be decided
// about.
func judged(ctx context.Context, tx *store.Tx, o social.MatterObject) (bool, error) {
	if o.Account == 0 {
		return false, nil
	}
	a, err := tx.Account(ctx, o.Account)
	if err == nil && o.Post != 0 {
		_, err = tx.Post(ctx, o.Post)
	}
	if err != nil {
		return false, errs.Absent(err)
	}
	return a.Standing != social.Pending, nil
}

// holdAll has whom about names stay until the commit. It comes before all else that
// is held: whoever goes is held before what is known of them.
func holdAll(ctx context.Context, tx *store.Tx, about []social.MatterObject) error {
	var who []social.AccountID
	for _, o := range about {
		if o.Account != 0 {
			who = append(who, o.Account)
		}
	}
	if len(who) == 0 {
		return nil
	}
	return tx.HoldPeople(ctx, who...)
}

// Bring has something that a matter names come before those who decide, unless it
// waits there, and returns the case. It is for moderators.
func (s *Service) Bring(ctx context.Context, by social.Actor, which social.MatterID, address string) (c social.CaseID, err error) {
	if err := by.MustModerate(); err != nil {
		return 0, err
	}
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		about, err := tx.MatterObjects(ctx, which)
		if err != nil {
			return err
		}
		if err := holdAll(ctx, tx, about); err != nil {
			return err
		}
		m, err := tx.HoldMatter(ctx, which)
		if err == nil {
			err = notTheirs(ctx, &tx.View, by, which)
		}
		if err != nil {
			return err
		}
		if about, err = tx.MatterObjects(ctx, which); err != nil { // as nobody changes them now
			return err
		}
		i := slices.IndexFunc(about, func(o social.MatterObject) bool { return o.Address == address })
		if i < 0 {
			return errs.New(errs.NotFound, "Record not found")
		}
		one := about[i : i+1]
		var open bool
		if c, open, err = decided(ctx, &tx.View, one[0]); err != nil || open {
			return err
		}
		was := one[0].Report
		if err := s.report(ctx, tx, m, one); err != nil {
			return err
		}
		if one[0].Report == was {
			return errs.New(errs.Conflict, "There is nothing of it to decide about.")
		}
		if c, _, err = decided(ctx, &tx.View, one[0]); err != nil {
			return err
		}
		return tx.SetMatterReport(ctx, which, address, one[0].Report)
	})
	if err != nil {
		return 0, fmt.Errorf("decide about what a matter names: %w", err)
	}
	return c, nil
}

// decided is the case in which something that a matter names is decided, and whether
// that is open; zero for none.
func decided(ctx context.Context, v *store.View, o social.MatterObject) (which social.CaseID, open bool, err error) {
	if o.Report == 0 {
		return 0, false, nil
	}
	r, err := v.Report(ctx, o.Report)
	if err != nil || r.Case == 0 {
		return 0, false, errs.Absent(err)
	}
	c, err := v.Case(ctx, r.Case)
	return c.ID, err == nil && c.Open(), errs.Absent(err)
}

// maxInCase is how many matters are shown with a case.
const maxInCase = 20

// InCase is the matters by which something came into a case, without what is about
// by. It is for moderators.
func (s *Service) InCase(ctx context.Context, by social.Actor, c social.CaseID) ([]social.Matter, error) {
	return read(ctx, s, by, func(v *store.View) ([]social.Matter, error) { return v.MattersIn(ctx, c, not(by), maxInCase) })
}
