package auth

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strconv"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// FactorKeyBytes is how long the key is by which secrets of apps are sealed.
const FactorKeyBytes = 32

var errNoKey = errs.New(errs.Unavailable, "Codes of an app cannot be checked on this machine at the moment. Use a passkey or one of your recovery codes, and tell the people who run this house.")

// factorCipher is what secrets of apps are sealed with; Unavailable where this machine
// has not the key.
func factorCipher(key []byte) (cipher.AEAD, error) {
	if len(key) != FactorKeyBytes {
		return nil, errNoKey
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// sealed is secret as it is kept: whoever reads the database alone cannot open it,
// and for another account it opens nothing.
func (s *Service) sealed(who social.AccountID, secret []byte) (string, error) {
	gcm, err := factorCipher(s.config.FactorKey)
	if err != nil {
		return "", err
	}
	nonce := make([]byte, gcm.NonceSize())
	rand.Read(nonce) // never fails
	return base64.RawStdEncoding.EncodeToString(gcm.Seal(nonce, nonce, secret, forWhom(who))), nil
}

// unsealed is the secret that was kept, sealed by the key or by one from before.
func (s *Service) unsealed(who social.AccountID, kept string) ([]byte, error) {
	secret, err := unsealed(s.config.FactorKey, who, kept)
	for _, key := range s.config.FactorKeysBefore {
		if err == nil {
			break
		}
		secret, err = unsealed(key, who, kept)
	}
	return secret, err
}

func unsealed(key []byte, who social.AccountID, kept string) ([]byte, error) {
	gcm, err := factorCipher(key)
	if err != nil {
		return nil, err
	}
	b, err := base64.RawStdEncoding.DecodeString(kept)
	if err != nil || len(b) < gcm.NonceSize() {
		return nil, fmt.Errorf("what is kept of an app is damaged: %w", err)
	}
	secret, err := gcm.Open(nil, b[:gcm.NonceSize()], b[gcm.NonceSize():], forWhom(who))
	if err != nil { // it was sealed by another key
		return nil, errs.Wrap(errs.Unavailable, errs.Public(errNoKey), err)
	}
	return secret, nil
}

func forWhom(who social.AccountID) []byte { return []byte("app " + strconv.FormatInt(int64(who), 10)) }

// sealAtOnce is how many secrets are sealed anew in one write.
const sealAtOnce = 200

// SealAnew seals by the key what keys from before sealed. It may be ended at any time
// and done again.
func (s *Service) SealAnew(ctx context.Context) error {
	if len(s.config.FactorKeysBefore) == 0 {
		return nil
	}
	for after, more := social.AccountID(0), true; more; {
		if err := s.store.Write(ctx, func(tx *store.Tx) error {
			at := after
			all, err := tx.FactorSecrets(ctx, at, sealAtOnce)
			for _, f := range all {
				if at = f.Account; err == nil {
					err = s.sealAnew(ctx, tx, f)
				}
			}
			if more = len(all) == sealAtOnce; err == nil {
				after = at
			}
			return err
		}); err != nil {
			return fmt.Errorf("seal secrets of apps anew: %w", err)
		}
	}
	return nil
}

// sealAnew seals the secret of one, unless it is, or no key opens it.
func (s *Service) sealAnew(ctx context.Context, tx *store.Tx, f social.Factors) error {
	if _, err := unsealed(s.config.FactorKey, f.Account, f.Secret); err == nil {
		return nil
	}
	secret, err := s.unsealed(f.Account, f.Secret)
	if err != nil {
		return nil
	}
	kept, err := s.sealed(f.Account, secret)
	if err != nil {
		return err
	}
	return tx.SealFactorAnew(ctx, f.Account, f.Secret, kept)
}
