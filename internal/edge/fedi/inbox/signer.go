package inbox

import (
	"context"
	"net/http"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
	"github.com/plaza-social/plaza/internal/edge/fedi/sign"
	"github.com/plaza-social/plaza/internal/social"
)

var (
	errUnproved = errs.New(errs.Unauthenticated, "The key of this signature is not to be had, so it proves nothing.")
	errBusy     = errs.New(errs.Unavailable, "Too many keys are being asked for. Send it later.")
)

// Verify is who signed a request without a body, which asks for something: an
// account of another server. Errors are Unauthenticated if it is nobody,
// Forbidden for those who get no answer here.
func (s *Inbox) Verify(r *http.Request) (social.AccountID, error) {
	claim, err := sign.Parse(r, nil, s.names(), s.Clock())
	if err != nil {
		return 0, err
	}
	who, _, err := s.signer(r.Context(), claim)
	return who.ID, err
}

// signer is who made a signature, or one of those that would do as well, and
// which that was.
func (s *Inbox) signer(ctx context.Context, claim sign.Claim) (who social.Account, by sign.Claim, err error) {
	for _, c := range append([]sign.Claim{claim}, claim.Others...) {
		var first error
		if who, first = s.proved(ctx, c); first == nil {
			return who, c, nil
		}
		if err == nil {
			err = first
		}
	}
	return who, claim, err
}

// proved is whose key made the signature of c.
func (s *Inbox) proved(ctx context.Context, c sign.Claim) (social.Account, error) {
	if err := s.welcome(ctx, c.KeyID); err != nil {
		return social.Account{}, err
	}
	key, owner, err := s.Resolver.KnownKey(ctx, c.KeyID)
	known := err == nil
	if errs.KindOf(err) == errs.NotFound && !known {
		key, owner, err = s.ask(ctx, c.KeyID, s.Resolver.KeyOwner)
	}
	if err != nil {
		return owner, unproved(err)
	}
	err = verified(c, key, owner)
	if err == nil || !known {
		return owner, err
	}
	// It may have another key by now.
	key, owner, again := s.ask(ctx, c.KeyID, s.Resolver.KeyAgain)
	if again != nil {
		return owner, err
	}
	return owner, verified(c, key, owner)
}

// verified checks that the key made the signature and is at home where its
// owner is.
func verified(c sign.Claim, key sign.Key, owner social.Account) error {
	if key.Owner != owner.URI || !as2.SameOrigin(c.KeyID, owner.URI) {
		return errUnproved
	}
	if owner.Standing != social.Good {
		return errNotWelcome
	}
	return c.Verify(key)
}

// ask asks another server for a key, while others do not do so already.
func (s *Inbox) ask(ctx context.Context, keyID string, owner func(context.Context, string) (sign.Key, social.Account, error)) (k sign.Key, a social.Account, err error) {
	if !s.Limiter.Take(perKey, as2.Host(keyID)).OK {
		return k, a, errOften
	}
	select {
	case s.asking <- struct{}{}:
		defer func() { <-s.asking }()
	default:
		return k, a, errBusy
	}
	ctx, cancel := context.WithTimeout(ctx, keyWait)
	defer cancel()
	return owner(ctx, keyID)
}

// unproved turns what went wrong with a key into what it means for the
// signature. What may pass is said as such, so that it is sent again.
func unproved(err error) error {
	switch errs.KindOf(err) {
	case errs.Internal, errs.Unavailable, errs.Limited:
		return err
	case errs.Forbidden:
		return errNotWelcome
	}
	return errs.Wrap(errs.Unauthenticated, errs.Public(errUnproved), err)
}
