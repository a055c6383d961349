// Package sign makes and checks the signatures of requests between servers, of
// both kinds that the fediverse has: draft-cavage-http-signatures-12 and RFC
// 9421. It works on requests, bodies that were read already, and keys. It asks
// nobody and keeps nothing: who owns a key, and whether they may do what they
// ask for, is for others to find out.
//
// What comes is refused unless everything holds: Parse checks what needs no
// key, so that no key is fetched for what could not be accepted anyway, and
// Claim.Verify the signature.
package sign

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"net/http"
	"slices"
	"strings"
	"time"
)

// A Kind is one of the two ways to sign.
type Kind string

// The kinds.
const (
	Cavage  Kind = "cavage"  // draft-cavage-http-signatures-12, as Mastodon has it
	RFC9421 Kind = "rfc9421" // HTTP Message Signatures
)

// What a signature may take up, in bytes or pieces. The longest one that makes
// sense, of RSA with 8192 bits, is 1,368 characters long.
const (
	maxHeader     = 8 << 10  // Signature, Signature-Input, Authorization, Digest, Content-Digest
	maxSigned     = 64 << 10 // the text that is signed: headers may be long
	maxKeyID      = 2048
	maxComponents = 32
	maxParams     = 16
	maxLabels     = 4 // signatures of one request
	maxDigests    = 8
)

// A Claim is what a request says of who signed it. Nothing is proved before
// Verify.
type Claim struct {
	KeyID     string
	Kind      Kind
	Algorithm string // as stated: "" leaves it to the key
	Label     string // of RFC 9421
	Created   time.Time
	// Others are further signatures of the request that would do as well, at
	// most three. Only RFC 9421 has them, when something on the way signed too.
	Others []Claim

	covered   []string
	signature []byte
	texts     []string // what may have been signed: one is enough
}

// Parse reads how r, with body, is signed, and refuses what could not be
// accepted with any key: what is unsigned or not signed whole, too old or too
// new, meant for another host, or has a body of another digest. Ours are the
// addresses we are reached by, such as "https://plaza.example", without a path;
// the scheme matters to RFC 9421. An error has a Reason, and a sentence for the
// outside.
func Parse(r *http.Request, body []byte, ours []string, now time.Time) (Claim, error) {
	stated, kind, err := statedIn(r.Header)
	if err != nil {
		return Claim{}, err
	}
	m, err := received(r, body, ours, now)
	if err != nil {
		return Claim{}, err
	}
	if kind == RFC9421 {
		return m.parse9421(stated, r.Header["Signature-Input"][0])
	}
	return m.parseCavage(stated)
}

// Covers reports whether the signature is also over a header of that name, and
// so over whatever it says.
func (c Claim) Covers(header string) bool { return slices.Contains(c.covered, strings.ToLower(header)) }

// statedIn finds the one signature header.
func statedIn(h http.Header) (string, Kind, error) {
	found, inputs := append([]string(nil), h["Signature"]...), h["Signature-Input"]
	for _, a := range h["Authorization"] {
		if scheme, rest, ok := strings.Cut(a, " "); ok && strings.EqualFold(scheme, "Signature") {
			if len(inputs) > 0 {
				return "", "", refuse(Ambiguous, "Signature-Input beside Authorization: Signature")
			}
			found = append(found, rest)
		}
	}
	switch {
	case len(found) == 0 && len(inputs) == 0:
		return "", "", refuse(Unsigned, "no Signature header")
	case len(found) == 0:
		return "", "", refuse(Malformed, "Signature-Input without Signature")
	case len(found) > 1, len(inputs) > 1:
		return "", "", refuse(Ambiguous, "%d signature headers, %d of Signature-Input", len(found), len(inputs))
	}
	for _, s := range append(found, inputs...) {
		if len(s) > maxHeader {
			return "", "", refuse(TooLarge, "a signature header of %d bytes, at most %d", len(s), maxHeader)
		}
		if !printable(s) {
			return "", "", refuse(Malformed, "control characters in a signature header")
		}
	}
	if len(inputs) > 0 {
		return found[0], RFC9421, nil
	}
	return found[0], Cavage, nil
}

// Verify says whether the holder of k signed the request. That k is the key
// that c names is checked; that it belongs to its owner is not.
func (c Claim) Verify(k Key) error {
	if k.ID != c.KeyID || c.KeyID == "" {
		return refuse(WrongKey, "the key is another one than was named")
	}
	if err := checkPublic(k.Public); err != nil {
		return refuse(WrongKey, "%v", err)
	}
	if !fits(c.Algorithm, k.Public) {
		return refuse(Algorithm, "the key is a %T, the algorithm %.40q", k.Public, c.Algorithm)
	}
	for _, text := range c.texts {
		if signed(k.Public, text, c.signature) {
			return nil
		}
	}
	return refuse(False, "the signature is not that of the key")
}

// fits tells whether algorithm may be used with a key. Hs2019 means: what the
// key is for.
func fits(algorithm string, public crypto.PublicKey) bool {
	_, isRSA := public.(*rsa.PublicKey)
	switch algorithm {
	case "", algHS2019:
		return true
	case algRSA, algRSA9421:
		return isRSA
	case algEd25519:
		return !isRSA
	}
	return false
}

func signed(public crypto.PublicKey, text string, signature []byte) bool {
	switch p := public.(type) {
	case *rsa.PublicKey:
		sum := sha256.Sum256([]byte(text))
		return rsa.VerifyPKCS1v15(p, crypto.SHA256, sum[:], signature) == nil
	case ed25519.PublicKey:
		return ed25519.Verify(p, []byte(text), signature)
	}
	return false
}
