package search

import (
	"context"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Elsewhere asks other servers for what somebody typed: an account's address
// as people write it, or that of a page. Both results are zero for what names
// nothing elsewhere. Limited is for who asks too much.
type Elsewhere interface {
	Find(ctx context.Context, by social.Actor, typed string) (social.AccountID, social.PostID, error)
}

// elsewhere finds what an address of another server names: what is known here,
// and for somebody signed in who wants it what its server has. What that server
// does not give is not found, for whatever reason.
func (s *Service) elsewhere(ctx context.Context, by social.Actor, q Query, r *Results) (bool, error) {
	if q.Offset > 0 {
		return false, nil
	}
	who, post, err := s.known(ctx, q.Text)
	if err == nil && who == 0 && post == 0 && q.Resolve && by.MustAct() == nil && s.Elsewhere != nil && s.store.Gate() == nil {
		who, post, err = s.Elsewhere.Find(ctx, by, q.Text)
		if k := errs.KindOf(err); err != nil && k != errs.Internal && k != errs.Limited {
			return false, nil
		}
	}
	if err != nil || who == 0 && post == 0 {
		return false, err
	}
	return true, s.show(ctx, by, q, r, who, post)
}

// known is what is here under an ActivityPub id.
func (s *Service) known(ctx context.Context, address string) (who social.AccountID, post social.PostID, err error) {
	if !strings.HasPrefix(address, "https://") && !strings.HasPrefix(address, "http://") || len(address) > MaxQuery {
		return 0, 0, nil
	}
	err = s.store.Read(ctx, func(v *store.View) (err error) {
		a, err := v.AccountByURI(ctx, address)
		if who = a.ID; errs.KindOf(err) == errs.NotFound && err != nil {
			post, err = v.PostByURI(ctx, address)
		}
		return errs.Absent(err)
	})
	return who, post, err
}

func (s *Service) show(ctx context.Context, by social.Actor, q Query, r *Results, who social.AccountID, post social.PostID) error {
	if who != 0 && (q.Kind == "" || q.Kind == Accounts) {
		f, err := s.view.Face(ctx, who)
		if err == nil && f.Standing == social.Good {
			r.Accounts = []*view.Face{f}
		}
		return errs.Absent(err)
	}
	if post != 0 && (q.Kind == "" || q.Kind == Posts) {
		p, err := s.view.Post(ctx, by, post)
		if err == nil {
			r.Posts = []*view.Seen{p}
		}
		return errs.Absent(err)
	}
	return nil
}
