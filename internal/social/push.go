package social

import (
	"crypto/ecdh"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// PushID names a push subscription. It stays below MaxPushID: apps read it
// into 32 bits.
type PushID int64

// MaxPushID is the largest.
const MaxPushID = 1<<31 - 1

// PushPolicy says whose doings are pushed.
type PushPolicy string

// The policies, as Mastodon names them.
const (
	PushAll      PushPolicy = "all"
	PushFollowed PushPolicy = "followed" // by the subscription's owner
	PushFollower PushPolicy = "follower" // of the subscription's owner
	PushNone     PushPolicy = "none"
)

// Limits of push subscriptions.
const (
	MaxPushes       = 100  // of one account
	MaxPushEndpoint = 2048 // bytes
	MaxPushAlerts   = 50
	// MaxPushRefusals is how often in a row an endpoint may refuse what it is
	// sent before it is forgotten.
	MaxPushRefusals = 5
	// MaxPushSilence is how long an endpoint may be out of reach before it is
	// forgotten.
	MaxPushSilence = 7 * 24 * time.Hour
	// PushLife is how long a notice is worth being pushed.
	PushLife = 48 * time.Hour
)

// A PushSubscription is where an app wants to be told of notices while it does
// not run, or a browser while nothing of the house is open in it. There is one for
// each token and for each session of the web, and it goes with that.
// https://docs.joinmastodon.org/entities/WebPushSubscription/
type PushSubscription struct {
	ID       PushID
	Token    TokenID   // of an app; zero for a browser
	Session  SessionID // of a browser; zero for an app
	Account  AccountID
	Endpoint string
	Key      []byte // the app's public key: a point of P-256, uncompressed
	Secret   []byte // shared with the app
	Standard bool   // RFC 8291 and 8292; otherwise the drafts before them
	Alerts   []NoticeKind
	Policy   PushPolicy
	Refusals int       // in a row
	LostAt   time.Time // since when it is out of reach, zero if it is not
}

// secretSize is that of a shared secret.
// https://www.rfc-editor.org/rfc/rfc8291#section-3.2
const secretSize = 16

// Check reports why s cannot be used, or nil. Whether the endpoint's address is
// one that may be called is another question.
func (s PushSubscription) Check() error {
	if err := s.checkEndpoint(); err != nil {
		return err
	}
	if _, err := ecdh.P256().NewPublicKey(s.Key); err != nil {
		return errs.New(errs.Invalid, "Validation failed: Key p256dh is not a public key of the curve P-256")
	}
	if len(s.Secret) != secretSize {
		return errs.Newf(errs.Invalid, "Validation failed: Key auth is not a secret of %d bytes", secretSize)
	}
	if len(s.Alerts) > MaxPushAlerts {
		return errs.Newf(errs.Invalid, "Validation failed: There are more than %d alerts", MaxPushAlerts)
	}
	return s.Policy.Check()
}

func (s PushSubscription) checkEndpoint() error {
	u, err := url.Parse(s.Endpoint)
	switch {
	case s.Endpoint == "":
		return errs.New(errs.Invalid, "Validation failed: Endpoint can't be blank")
	case len(s.Endpoint) > MaxPushEndpoint:
		return errs.Newf(errs.Invalid, "Validation failed: Endpoint is too long (maximum is %d bytes)", MaxPushEndpoint)
	case err != nil, u.Scheme != "https", u.Hostname() == "", u.User != nil:
		return errs.New(errs.Invalid, "Validation failed: Endpoint is not a valid URL that begins with https://")
	}
	return nil
}

// Check reports why p is no policy, or nil.
func (p PushPolicy) Check() error {
	if slices.Contains([]PushPolicy{PushAll, PushFollowed, PushFollower, PushNone}, p) {
		return nil
	}
	return errs.New(errs.Invalid, "Validation failed: Policy is one of all, followed, follower, none")
}

// Wants reports whether s is to be told of a notice. follows tells whether one
// account follows another.
func (s PushSubscription) Wants(n Notice, follows func(who, whom AccountID) (bool, error)) (bool, error) {
	if !slices.Contains(s.Alerts, n.Kind) {
		return false, nil
	}
	switch s.Policy {
	case PushFollowed:
		return follows(n.Owner, n.From)
	case PushFollower:
		return follows(n.From, n.Owner)
	}
	return s.Policy == PushAll, nil
}

// ParseKey reads bytes as apps write them: base64 of either alphabet, with or
// without its padding. What is none is nil.
func ParseKey(s string) []byte {
	b, err := base64.RawURLEncoding.DecodeString(strings.NewReplacer("+", "-", "/", "_").Replace(strings.TrimRight(s, "=")))
	if err != nil {
		return nil
	}
	return b
}

// FormatKey is b as it is kept and shown: base64url without padding.
func FormatKey(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
