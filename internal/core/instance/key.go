package instance

import (
	"context"
	"crypto/rand"

	"github.com/plaza-social/plaza/internal/store"
)

// keySize is how long a key of the house is, in bytes.
const keySize = 32

// Key is a secret of the house by a name, made the first time and the same on
// all its hosts from then on, unless nothing can be kept.
func (s *Service) Key(ctx context.Context, name string) (key []byte, err error) {
	if err := s.store.Read(ctx, func(v *store.View) error { return v.Setting(ctx, name, &key) }); err != nil || key != nil {
		return key, err
	}
	fresh := make([]byte, keySize)
	rand.Read(fresh) // never fails
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		key = fresh
		return tx.FirstSetting(ctx, name, &key)
	})
	if err != nil && s.store.Gate() != nil {
		return fresh, nil // where nothing can be kept, it does until we start anew
	}
	return key, err
}
