package mirror

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"

	"golang.org/x/mod/sumdb/note"
)

// publicOf is the verifier key that belongs to a signer, whose secret part is
// given as it stands in its key: an algorithm byte and a seed.
func publicOf(s note.Signer, secret string) (string, error) {
	b, err := base64.StdEncoding.DecodeString(secret)
	if err != nil || len(b) != 1+ed25519.SeedSize {
		return "", errors.New("the key of the mirror is no Ed25519 key")
	}
	return note.NewEd25519VerifierKey(s.Name(), ed25519.NewKeyFromSeed(b[1:]).Public().(ed25519.PublicKey))
}
