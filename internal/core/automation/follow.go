package automation

import (
	"context"
	"slices"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/work"
)

// Follower holds rules against what was posted, here or elsewhere, what was
// edited, and who has joined or asks to.
func (s *Service) Follower() work.Follower {
	return work.Follower{Name: "automation", Urgent: []event.Fact{event.PostPublished{}, event.PostEdited{}, event.Joined{}}, Follow: func(ctx context.Context, tx *store.Tx, r event.Record) error {
		switch f := r.Fact.(type) {
		case event.PostPublished:
			if f.BoostOf == 0 {
				return s.posted(ctx, tx, f.Post)
			}
		case event.PostEdited:
			return s.posted(ctx, tx, f.Post)
		case event.Joined:
			return s.joined(ctx, tx, f.Account)
		}
		return nil
	}}
}

// posted holds a post against the rules. What rules refuse was refused before it
// was posted; here such a rule only watches.
func (s *Service) posted(ctx context.Context, tx *store.Tx, which social.PostID) error {
	rules, err := s.of(ctx, &tx.View, func(r social.AutoRule) bool {
		return r.Terms.Scope != social.AutoSignUps && !(r.State == social.AutoOn && r.Terms.Does(social.AutoReject))
	})
	if err != nil || len(rules) == 0 {
		return err
	}
	p, err := tx.Post(ctx, which)
	if err != nil || p.IsBoost() {
		return errs.Absent(err)
	}
	said, err := of(ctx, &tx.View, p)
	if err != nil {
		return errs.Absent(err)
	}
	table, err := s.table.get(ctx, &tx.View)
	if err != nil {
		return err
	}
	x := said.subject(look{ctx, &tx.View, &said, &s.lately, table})
	for _, r := range rules {
		if p.Visibility == social.Direct && r.Terms.Scope != social.AutoMessages {
			continue
		}
		why, met, err := r.Terms.Meets(x)
		if err != nil {
			return err
		}
		if !met {
			continue
		}
		h := social.AutoHit{ID: social.AutoHitID(id.New(tx.Now)), Post: p.ID, Account: p.Author, Why: why}
		if _, err := s.met(ctx, tx, r, h, int64(p.ID)); err != nil {
			return err
		}
	}
	return nil
}

// joined holds somebody who joined against the rules.
func (s *Service) joined(ctx context.Context, tx *store.Tx, who social.AccountID) error {
	rules, err := s.of(ctx, &tx.View, func(r social.AutoRule) bool { return r.Terms.Scope == social.AutoSignUps })
	if err != nil || len(rules) == 0 {
		return err
	}
	a, err := tx.Account(ctx, who)
	if err != nil {
		return errs.Absent(err)
	}
	u, err := tx.User(ctx, who)
	if err != nil {
		return errs.Absent(err)
	}
	x := social.AutoSubject{Words: social.FilterKey(strings.Join([]string{a.Username, a.DisplayName, u.Reason}, "\n")), Mail: u.Email[strings.LastIndexByte(u.Email, '@')+1:]}
	for _, r := range rules {
		why, met, err := r.Terms.Meets(x)
		if err != nil {
			return err
		}
		if !met {
			continue
		}
		h := social.AutoHit{ID: social.AutoHitID(id.New(tx.Now)), Account: who, Why: why}
		if _, err := s.met(ctx, tx, r, h, int64(who)); err != nil {
			return err
		}
	}
	return nil
}

// of are the rules that are not off and that want takes.
func (s *Service) of(ctx context.Context, v *store.View, want func(social.AutoRule) bool) ([]social.AutoRule, error) {
	all, err := s.rules.get(ctx, v)
	return slices.DeleteFunc(slices.Clone(all), func(r social.AutoRule) bool { return !want(r) }), err
}
