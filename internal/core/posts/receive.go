package posts

import (
	"context"
	"fmt"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

var errNotYet = errs.New(errs.Invalid, "This is not there yet.")

// Lookup is which post an ActivityPub id names, ours or a remote one, boosts
// included; or NotFound. It is not asked who may see it.
func (s *Service) Lookup(ctx context.Context, uri string) (which social.PostID, err error) {
	err = s.store.Read(ctx, func(v *store.View) (err error) {
		which, err = s.find(ctx, v, uri)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("look a post up: %w", err)
	}
	return which, nil
}

func (s *Service) find(ctx context.Context, v *store.View, uri string) (social.PostID, error) {
	place, ours := s.config.Base.ParseURI(uri)
	if !ours {
		return v.PostByURI(ctx, uri)
	}
	if place.Post == 0 || place.Part != "" && place.Part != "activity" {
		return 0, store.NoPost
	}
	p, err := v.Post(ctx, place.Post)
	if err == nil && p.URI != "" { // it is at home elsewhere, and ours only show it
		err = store.NoPost
	}
	return p.ID, err
}

// Receive keeps a post of by's, who is from another server. What is here
// already is given back as it is. It is NotFound for what is gone, and for
// what is for nobody here.
func (s *Service) Receive(ctx context.Context, by social.Actor, f social.ForeignPost) (social.Post, error) {
	return social.Post{}, errNotYet
}

// Revise gives a post of by's that is here what it says now. Whom it is for
// stays. What is not here, or not by's, is NotFound.
func (s *Service) Revise(ctx context.Context, by social.Actor, f social.ForeignPost) error {
	return errNotYet
}

// Retract deletes a post or a boost of by's. What is not here does not come
// any more.
func (s *Service) Retract(ctx context.Context, by social.Actor, uri string) error {
	return errNotYet
}
