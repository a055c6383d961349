package automation

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/work"
)

const (
	tryJob     = "automation.try"
	tryTimeout = 30 * time.Minute
	tryTries   = 3
	// tryAtOnce is how many posts are read in one piece, so that nobody who
	// writes waits long.
	tryAtOnce = 200
)

// Try begins to hold a rule against what was posted in the last days. It goes on
// in the background. It is for admins.
func (s *Service) Try(ctx context.Context, by social.Actor, which social.AutoRuleID) error {
	return s.write(ctx, "try automatic rule", by, func(tx *store.Tx) error {
		r, err := tx.HoldAutoRule(ctx, which)
		if err != nil {
			return err
		}
		if r.Terms.Scope == social.AutoSignUps {
			return errs.New(errs.Invalid, "A rule for sign-ups is not tried: what people wrote who joined before is not looked at again. Let it watch first.")
		}
		if err := tx.SetAutoRun(ctx, social.AutoRun{Rule: which, Version: r.Version, Started: tx.Now}); err != nil {
			return err
		}
		return tx.AddJob(ctx, tryJob, which, tx.Now, strconv.FormatInt(int64(which), 10))
	})
}

// Look notes that by has looked at what a trial found that began at a moment.
// It is for admins.
func (s *Service) Look(ctx context.Context, by social.Actor, which social.AutoRuleID, began int64) error {
	return s.write(ctx, "look at trial", by, func(tx *store.Tx) error {
		run, err := tx.AutoRun(ctx, which)
		if err != nil {
			return err
		}
		if run.Started.UnixMilli() != began || run.Done.IsZero() {
			return errs.New(errs.Invalid, "The rule was tried again meanwhile. Look at what that found.")
		}
		run.Seen, run.SeenBy = tx.Now, by.Account
		return tx.SetAutoRun(ctx, run)
	})
}

// Worker holds rules against what was posted before.
func (s *Service) Worker() work.Worker {
	return work.Worker{Kind: tryJob, AtOnce: 1, Timeout: tryTimeout, Tries: tryTries, Do: func(ctx context.Context, args []byte) error {
		var which social.AutoRuleID
		if err := json.Unmarshal(args, &which); err != nil {
			return errs.Wrap(errs.Invalid, "This job does not name a rule.", err)
		}
		return s.try(ctx, which)
	}}
}

// A trial is a rule that is being held against what was posted before. It is
// begun anew when its host dies.
type trial struct {
	rule   social.AutoRule
	run    social.AutoRun
	table  *social.HashTable
	lately lately
	people map[social.AccountID]bool
}

func (s *Service) try(ctx context.Context, which social.AutoRuleID) error {
	t := trial{people: map[social.AccountID]bool{}}
	t.lately.fixed = true
	var next social.PostID
	err := s.store.Read(ctx, func(v *store.View) (err error) {
		if t.rule, err = v.AutoRule(ctx, which); err != nil {
			return err
		}
		if t.run, err = v.AutoRun(ctx, which); err != nil {
			return err
		}
		if t.table, err = s.table.get(ctx, v); err != nil {
			return err
		}
		next = social.PostID(id.Floor(t.run.Started.AddDate(0, 0, -social.AutoRunDays)))
		later, err := v.PostsBefore(ctx, next, social.AutoRunMost)
		if later > next {
			next, t.run.Short = later, true
		}
		return err
	})
	if err != nil || t.rule.Version != t.run.Version || !t.run.Done.IsZero() {
		return errs.Absent(err) // it was removed, changed, or is done
	}
	for over := false; !over; {
		if err := s.store.Read(ctx, func(v *store.View) (err error) {
			next, over, err = t.step(ctx, v, next)
			return err
		}); err != nil {
			return err
		}
		if over {
			t.run.Done = s.store.Now()
		}
		if gone, err := s.keep(ctx, t.run); err != nil || gone {
			return err
		}
	}
	return nil
}

// step looks at some posts more.
func (t *trial) step(ctx context.Context, v *store.View, after social.PostID) (next social.PostID, over bool, err error) {
	ids, err := v.PostsFrom(ctx, after, tryAtOnce)
	if err != nil || len(ids) == 0 {
		return after, true, err
	}
	all, err := v.Posts(ctx, ids)
	if err != nil {
		return after, false, err
	}
	slices.SortFunc(all, func(a, b social.Post) int { return int(min(max(a.ID-b.ID, -1), 1)) })
	for _, p := range all {
		if id.Time(int64(p.ID)).After(t.run.Started) {
			return p.ID, true, nil
		}
		if err := t.hold(ctx, v, p); err != nil {
			return after, false, err
		}
	}
	return ids[len(ids)-1], len(ids) < tryAtOnce, nil
}

func (t *trial) hold(ctx context.Context, v *store.View, p social.Post) error {
	if p.Visibility == social.Direct && t.rule.Terms.Scope != social.AutoMessages {
		return nil
	}
	s, err := of(ctx, v, p)
	if err != nil {
		return errs.Absent(err)
	}
	t.run.Looked++
	if t.rule.Terms.Does(social.AutoReject) && s.author.Host != "" {
		return nil // what comes from elsewhere cannot be refused
	}
	_, met, err := t.rule.Terms.Meets(s.subject(look{ctx, v, &s, &t.lately, t.table}))
	if err != nil {
		return err
	}
	if t.rule.Terms.Asks(social.AutoAlike) && p.Visibility != social.Direct {
		t.lately.add(&s)
	}
	if !met {
		return nil
	}
	t.run.Hits++
	if len(t.people) < social.AutoRunPeople {
		t.people[p.Author] = true
		t.run.People = len(t.people)
	}
	if p.Visibility == social.Public || p.Visibility == social.Unlisted { // what is for fewer is not shown around for a trial
		t.run.Examples = append([]social.PostID{p.ID}, t.run.Examples[:min(len(t.run.Examples), social.AutoRunExamples-1)]...)
	}
	return nil
}

// keep stores how far a trial is, unless it was begun anew meanwhile.
func (s *Service) keep(ctx context.Context, run social.AutoRun) (gone bool, err error) {
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		now, err := tx.AutoRun(ctx, run.Rule)
		if gone = err != nil && errs.KindOf(err) == errs.NotFound || !now.Started.Equal(run.Started); gone {
			return nil
		}
		if err != nil {
			return err
		}
		return tx.SetAutoRun(ctx, run)
	})
	return gone, err
}
