package auth

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strconv"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

// FactorKeyBytes is how long the key is by which secrets of apps are sealed.
const FactorKeyBytes = 32

var errNoKey = errs.New(errs.Unavailable, "Codes of an app cannot be checked on this machine at the moment. Use a passkey or one of your recovery codes, and tell the people who run this house.")

// cipher is what secrets of apps are sealed with; Unavailable where this machine has
// not the key.
func (s *Service) cipher() (cipher.AEAD, error) {
	if len(s.config.FactorKey) != FactorKeyBytes {
		return nil, errNoKey
	}
	block, err := aes.NewCipher(s.config.FactorKey)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// sealed is secret as it is kept: whoever reads the database alone cannot open it,
// and for another account it opens nothing.
func (s *Service) sealed(who social.AccountID, secret []byte) (string, error) {
	gcm, err := s.cipher()
	if err != nil {
		return "", err
	}
	nonce := make([]byte, gcm.NonceSize())
	rand.Read(nonce) // never fails
	return base64.RawStdEncoding.EncodeToString(gcm.Seal(nonce, nonce, secret, forWhom(who))), nil
}

// unsealed is the secret that was kept.
func (s *Service) unsealed(who social.AccountID, kept string) ([]byte, error) {
	gcm, err := s.cipher()
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
