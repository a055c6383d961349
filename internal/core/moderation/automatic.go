package moderation

import (
	"context"
	"fmt"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Automatic does one thing that a rule that acts by itself says about something
// that met it, within its transaction. What it hides or limits comes before a
// person as well: a rule has no last word. It never judges those who look after
// the house, and ends no case.
func (s *Service) Automatic(ctx context.Context, tx *store.Tx, r social.AutoRule, h social.AutoHit, does social.AutoAction) error {
	d, decides := automatic(does, h)
	if !decides {
		return s.reportAutomatic(ctx, tx, r, h)
	}
	staff, err := isStaff(ctx, tx, h.Account)
	if err != nil || staff || h.Post == 0 && d.Action.OfPost() {
		return err
	}
	d.Harm, d.Facts = r.Terms.Category, met(r, h)
	d.Text = "An automatic rule of this house did this. If it is wrong, appeal: then somebody looks at it."
	return s.DecideFor(ctx, tx, d, false)
}

// automatic is the decision that an action of a rule is, if it is one.
func automatic(does social.AutoAction, h social.AutoHit) (d social.Decision, decides bool) {
	d = social.Decision{Account: h.Account, Machine: true, Decider: social.ByMachine}
	switch does {
	case social.AutoWarn:
		d.Action, d.Posts = social.LabelPost, postsOf(h.Post)
	case social.AutoHide:
		d.Action, d.Posts = social.HidePost, postsOf(h.Post)
	case social.AutoLimit:
		d.Action = social.Limit
	default:
		return d, false
	}
	return d, true
}

func isStaff(ctx context.Context, tx *store.Tx, who social.AccountID) (bool, error) {
	u, err := tx.User(ctx, who)
	return err == nil && u.Role.AtLeast(social.Moderator), errs.Absent(err)
}

// met is what a rule found, for the record.
func met(r social.AutoRule, h social.AutoHit) string {
	said := []rune(fmt.Sprintf("Met the automatic rule %q, version %d: %s", r.Name, h.Version, strings.Join(h.Why, "; ")))
	return string(said[:min(len(said), social.MaxReportComment)])
}

// reportAutomatic brings what met a rule before the staff, as urgently as the
// rule says. Nobody has to be able to see it for that.
func (s *Service) reportAutomatic(ctx context.Context, tx *store.Tx, r social.AutoRule, h social.AutoHit) error {
	made := social.Report{Target: h.Account, Posts: postsOf(h.Post), Comment: met(r, h), Category: r.Terms.Category.Category(), Harm: r.Terms.Category, Channel: social.ChannelRule}
	if err := s.take(ctx, tx, &made); err != nil {
		return err
	}
	c, err := tx.HoldCase(ctx, made.Case)
	if err != nil || c.Priority >= r.Terms.Priority.Weight() {
		return err
	}
	c.Priority = r.Terms.Priority.Weight()
	return tx.SetCase(ctx, c)
}
