package relations

import (
	"context"
	"slices"

	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Limits of a page of accounts.
const (
	DefaultPage = 40
	MaxPage     = 80
	maxFamiliar = 10
)

// People is a page of one of an account's lists, the last first. Whom
// somebody follows, and who follows them, is for everybody unless they hide
// it; the other lists are for themselves. The slice's ends are those of the
// relations.
func (s *Service) People(ctx context.Context, by social.Actor, k social.EdgeKind, of social.AccountID, p social.Page) (out view.Slice[*view.Face], err error) {
	owner, err := s.view.Face(ctx, of)
	if err != nil {
		return out, err
	}
	reader, err := s.view.Reader(ctx, by.Account)
	if err != nil {
		return out, err
	}
	if by.Account != of && (!shows(owner, k) || reader.Relation(of, s.store.Now()).BlockedBy) {
		return out, nil
	}
	var ids []social.AccountID
	if err := s.store.Read(ctx, func(v *store.View) error {
		es, err := v.Edges(ctx, k, of, p)
		if p.Oldest { // pages are shown newest first
			slices.Reverse(es)
		}
		for _, e := range es {
			if by.Account == of || !reader.Relation(e.Other, s.store.Now()).BlockedBy {
				ids = append(ids, e.Other)
			}
			out.Newest, out.Oldest = max(out.Newest, e.ID), e.ID
		}
		return err
	}); err != nil {
		return out, err
	}
	out.Items, err = s.view.Faces(ctx, ids)
	if k != social.EdgesBlocking && k != social.EdgesMuting { // those can be ended at any time
		out.Items = slices.DeleteFunc(out.Items, func(f *view.Face) bool { return f.Standing != social.Good })
	}
	return out, err
}

// shows reports whether one of owner's lists is for others too.
func shows(owner *view.Face, k social.EdgeKind) bool {
	switch k {
	case social.EdgesEndorsed:
		return owner.Standing == social.Good
	case social.EdgesFollowing, social.EdgesFollowers:
		return !owner.HideFollows
	}
	return false
}

// Familiar is whom of those that by follows follow another account too. Who
// hides their follows is left out; who is blocked is told nothing.
func (s *Service) Familiar(ctx context.Context, by social.Actor, other social.AccountID) ([]*view.Face, error) {
	owner, err := s.view.Face(ctx, other)
	if err != nil || owner.HideFollows {
		return nil, err
	}
	reader, err := s.view.Reader(ctx, by.Account)
	if err != nil || reader.Relation(other, s.store.Now()).BlockedBy {
		return nil, err
	}
	var ids []social.AccountID
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		ids, err = v.FamiliarFollowers(ctx, by.Account, other, maxFamiliar)
		return err
	}); err != nil {
		return nil, err
	}
	return s.view.Faces(ctx, ids)
}
