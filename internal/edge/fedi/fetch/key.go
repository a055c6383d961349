package fetch

import (
	"context"
	"crypto/x509"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/limit"
	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
	"github.com/plaza-social/plaza/internal/edge/fedi/sign"
	"github.com/plaza-social/plaza/internal/social"
)

// keyAgain is how often a key that is known is asked for again, because it did
// not make a signature: it may be another one by now, or somebody lies.
var keyAgain = limit.Rule{Name: "key again", Burst: 3, Per: 15 * time.Minute}

var (
	errKey      = errs.New(errs.Invalid, "There is no such key, or it is not of whom it says.")
	errKeyAgain = errs.New(errs.Limited, "The key of this signature was asked for again just now.")
)

// KnownKey is the key at an address, with whose it is, if it is known here, or
// NotFound.
func (r *Resolver) KnownKey(ctx context.Context, address string) (k sign.Key, owner social.Account, err error) {
	clean, err := r.Rules.Clean(address)
	if err != nil {
		return k, owner, err
	}
	known, owner, err := r.Accounts.KeyNamed(ctx, clean)
	if err != nil {
		return k, owner, err
	}
	if k, err = signing(known, address, owner.URI); err != nil {
		return k, owner, err
	}
	return k, owner, r.welcome(ctx, owner)
}

// KeyOwner asks for the key at an address, and for whose it is: the actor
// must be at the same server and name that very key.
func (r *Resolver) KeyOwner(ctx context.Context, address string) (k sign.Key, owner social.Account, err error) {
	ctx = budgeted(ctx)
	clean, err := r.Rules.Clean(address)
	if err != nil {
		return k, owner, err
	}
	d, err := r.Document(ctx, clean)
	if err != nil {
		return k, owner, err
	}
	if d.Kind() == as2.AKey {
		alone, err := d.Key()
		if err != nil {
			return k, owner, err
		}
		if alone.ID != clean || !as2.SameOrigin(alone.Owner, clean) {
			return k, owner, errKey
		}
		if d, err = r.Document(ctx, alone.Owner); err != nil {
			return k, owner, err
		}
		if d.ID() != alone.Owner {
			return k, owner, errKey
		}
	}
	p, keys, err := r.meet(ctx, d)
	if err != nil {
		return k, owner, err
	}
	for _, one := range keys {
		if one.ID == clean {
			k, err = signing(one, address, p.URI)
			return k, p.Account, err
		}
	}
	return k, owner, errKey
}

// KeyAgain is KeyOwner for a key that is known and did not fit.
func (r *Resolver) KeyAgain(ctx context.Context, address string) (k sign.Key, owner social.Account, err error) {
	clean, err := r.Rules.Clean(address)
	if err != nil {
		return k, owner, err
	}
	if !r.rates.Take(keyAgain, clean).OK {
		return k, owner, errKeyAgain
	}
	return r.KeyOwner(ctx, address)
}

// signing is a key as a signature names it.
func signing(k social.PublicKey, address, owner string) (sign.Key, error) {
	public, err := x509.ParsePKIXPublicKey(k.DER)
	if err != nil {
		return sign.Key{}, errKey
	}
	return sign.Key{ID: address, Owner: owner, Public: public}, nil
}
