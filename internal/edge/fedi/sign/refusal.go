package sign

import (
	"errors"
	"fmt"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// A Reason is why a signature was not accepted, in a word for logs and counts.
type Reason string

// The reasons.
const (
	Unsigned    Reason = "unsigned" // not even badly
	Malformed   Reason = "malformed"
	TooLarge    Reason = "too large"
	Ambiguous   Reason = "ambiguous" // something is there twice
	Uncovered   Reason = "uncovered" // something that has to be signed is not
	Missing     Reason = "missing"   // something is signed that is not there
	TooOld      Reason = "too old"
	TooNew      Reason = "too new"
	WrongHost   Reason = "wrong host"
	WrongDigest Reason = "wrong digest"
	Algorithm   Reason = "algorithm"
	WrongKey    Reason = "wrong key"
	False       Reason = "false" // the key did not make it
)

// sentences are what the outside is told.
var sentences = map[Reason]string{
	Unsigned:    "This request has to be signed.",
	Malformed:   "The signature of this request cannot be read.",
	TooLarge:    "The signature of this request is too long.",
	Ambiguous:   "The signature of this request, or something it covers, is there more than once.",
	Uncovered:   "The signature does not cover enough: sign method and target, host, time, and the digest of the body.",
	Missing:     "The signature covers something that the request does not have.",
	TooOld:      "The signature has expired. Check the clock, and sign each request anew.",
	TooNew:      "The signature is of the future. Check the clock.",
	WrongHost:   "The request is for another host.",
	WrongDigest: "The digest is not that of the body; SHA-256 and SHA-512 are known here.",
	Algorithm:   "Sign with rsa-sha256 (rsa-v1_5-sha256) or ed25519, as the key is made for.",
	WrongKey:    "The key cannot be used for this signature.",
	False:       "The signature was not made with the key that it names.",
}

// A Refusal says for the log why a signature was not accepted.
type Refusal struct {
	Reason Reason
	Detail string // bounded; no body, key or signature
}

func (r *Refusal) Error() string { return string(r.Reason) + ": " + r.Detail }

// ReasonOf is why err refuses, "" if it does not.
func ReasonOf(err error) Reason {
	if r := (*Refusal)(nil); errors.As(err, &r) {
		return r.Reason
	}
	return ""
}

func refuse(why Reason, format string, args ...any) error {
	return errs.Wrap(errs.Unauthenticated, sentences[why], &Refusal{why, fmt.Sprintf(format, args...)})
}
