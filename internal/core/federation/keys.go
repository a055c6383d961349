package federation

import (
	"context"
	"crypto"
	"crypto/x509"
	"fmt"
	"log/slog"
	"sync"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Keys are what our accounts sign with, and as account zero the house itself.
// They are made when they are first asked for. Nothing here shows a private
// key: there is no road from it to an answer, an export or the log.
type Keys struct {
	store    *store.Store
	generate func(social.KeyKind) (crypto.Signer, error)
	making   chan struct{} // making one takes a while, and whoever asks may be anybody

	mu    sync.Mutex
	drops uint64
	pairs map[social.AccountID]Pair
}

// maxPairs is how many accounts' keys are in memory; each takes some 3 KB.
const maxPairs = 2048

// NewKeys returns the keys that are in s. Generate makes what is missing. Its
// Watch must be told of every fact.
func NewKeys(s *store.Store, generate func(social.KeyKind) (crypto.Signer, error)) *Keys {
	return &Keys{store: s, generate: generate, making: make(chan struct{}, 1), pairs: map[social.AccountID]Pair{}}
}

// A Pair is what one account signs with: RSA, which every server reads, and
// Ed25519, which the newer ones do. However it is printed, it shows nothing.
type Pair struct{ RSA, Ed25519 crypto.Signer }

const hidden = "[hidden]"

// Format implements fmt.Formatter.
func (Pair) Format(f fmt.State, _ rune) { f.Write([]byte(hidden)) }

// LogValue implements slog.LogValuer.
func (Pair) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText keeps it out of JSON.
func (Pair) MarshalText() ([]byte, error) { return []byte(hidden), nil }

var noKeys = errs.New(errs.NotFound, "There are no keys of such an account.")

// Of returns what an account of ours signs with; account zero is the house.
// It is NotFound for others, and for who has not been let in or is suspended and
// has none: nobody elsewhere is to hear of them first now.
func (k *Keys) Of(ctx context.Context, owner social.AccountID) (Pair, error) {
	p, err := k.Known(ctx, owner)
	if errs.KindOf(err) != errs.NotFound || err == nil {
		return p, err
	}
	select {
	case k.making <- struct{}{}:
		defer func() { <-k.making }()
	case <-ctx.Done():
		return Pair{}, ctx.Err()
	}
	if p, err = k.Known(ctx, owner); err == nil { // somebody else just made them
		return p, nil
	}
	if err := k.make(ctx, owner, false); err != nil {
		return Pair{}, fmt.Errorf("make keys: %w", err)
	}
	return k.Known(ctx, owner)
}

// Shown is Of for a document: while nothing can be written, who has no keys yet
// is shown without.
func (k *Keys) Shown(ctx context.Context, owner social.AccountID) (Pair, error) {
	if k.store.Gate() == nil {
		return k.Of(ctx, owner)
	}
	p, err := k.Known(ctx, owner)
	if errs.KindOf(err) != errs.NotFound || err == nil {
		return p, err
	}
	return Pair{}, k.store.Read(ctx, func(v *store.View) error {
		return mayHave(owner, func() (social.Account, error) { return v.Account(ctx, owner) })
	})
}

// Known is Of without making any: NotFound also if nobody ever asked. The keys
// of a deleted account are still known: its farewell is signed, too.
func (k *Keys) Known(ctx context.Context, owner social.AccountID) (Pair, error) {
	k.mu.Lock()
	p, ok := k.pairs[owner]
	drops := k.drops
	k.mu.Unlock()
	if ok {
		return p, nil
	}
	var all []social.OwnKey
	if err := k.store.Read(ctx, func(v *store.View) (err error) {
		all, err = v.OwnKeys(ctx, owner)
		return err
	}); err != nil {
		return Pair{}, err
	}
	p, err := pairOf(all)
	if err == nil {
		k.keep(owner, p, drops)
	}
	return p, err
}

func pairOf(all []social.OwnKey) (p Pair, err error) {
	for _, key := range all {
		private, err := x509.ParsePKCS8PrivateKey(key.PKCS8)
		signer, ok := private.(crypto.Signer)
		if err != nil || !ok {
			return Pair{}, fmt.Errorf("the %s key of account %d cannot be read", key.Kind, key.Account)
		}
		switch key.Kind {
		case social.RSA:
			p.RSA = signer
		case social.Ed25519:
			p.Ed25519 = signer
		}
	}
	if p.RSA == nil || p.Ed25519 == nil {
		return Pair{}, noKeys
	}
	return p, nil
}

// keep puts p into memory unless some were forgotten since it was read.
func (k *Keys) keep(owner social.AccountID, p Pair, drops uint64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.drops != drops {
		return
	}
	for other := range k.pairs { // whichever comes first makes room
		if len(k.pairs) < maxPairs {
			break
		}
		delete(k.pairs, other)
	}
	k.pairs[owner] = p
}

// Rotate has an account in good standing sign with new keys from now on, and
// tells of it, so that other servers come to know them.
func (k *Keys) Rotate(ctx context.Context, owner social.AccountID) error {
	if err := k.make(ctx, owner, true); err != nil {
		return fmt.Errorf("rotate keys: %w", err)
	}
	k.Forget(owner)
	return nil
}

// make makes both keys, which takes too long to be done in a transaction.
// Unless they are to be others, those that are there already stay.
func (k *Keys) make(ctx context.Context, owner social.AccountID, others bool) error {
	var keys []social.OwnKey
	for _, kind := range []social.KeyKind{social.RSA, social.Ed25519} {
		signer, err := k.generate(kind)
		if err != nil {
			return err
		}
		der, err := x509.MarshalPKCS8PrivateKey(signer)
		if err != nil {
			return err
		}
		keys = append(keys, social.OwnKey{Account: owner, Kind: kind, PKCS8: der})
	}
	return k.store.Write(ctx, func(tx *store.Tx) error {
		if err := mayHave(owner, func() (social.Account, error) { return tx.HoldAccount(ctx, owner) }); err != nil {
			return err
		}
		if others {
			if err := tx.DropOwnKeys(ctx, owner); err != nil {
				return err
			}
			tx.Record(event.ProfileChanged{Account: owner})
		}
		for _, key := range keys {
			key.MadeAt = tx.Now
			if err := tx.AddOwnKey(ctx, key); err != nil {
				return err
			}
		}
		return nil
	})
}

// mayHave reports whether an account signs at all, or NotFound.
func mayHave(owner social.AccountID, load func() (social.Account, error)) error {
	if owner == 0 {
		return nil
	}
	a, err := load()
	if err == nil && (!a.Local() || a.Standing != social.Good) {
		err = noKeys
	}
	return err
}

// Forget has the keys of an account read again.
func (k *Keys) Forget(owner social.AccountID) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.drops++
	delete(k.pairs, owner)
}

// Watch forgets keys that may be others now. It is a store.Watcher.
func (k *Keys) Watch(_ context.Context, rs []event.Record) {
	for _, r := range rs {
		if f, ok := r.Fact.(event.ProfileChanged); ok {
			k.Forget(f.Account)
		}
	}
}
