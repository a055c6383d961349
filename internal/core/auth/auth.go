// Package auth is who may come in, and as whom: joining, signing in, the
// secrets of browsers and apps, and the letters that go with it. What an
// account says about itself is the business of accounts; pages, cookies and
// OAuth's own words are the edges'.
//
// Secrets are 256 random bits. Only their SHA-256 is kept.
package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"time"
	"unicode/utf8"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/limit"
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/core/screen"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// How often something may be done to one account or one address, whoever does
// it. How much one visitor may ask for is limited at the edges.
var (
	signInRule   = limit.Rule{Name: "sign-in", Burst: 10, Per: time.Hour}
	passwordRule = limit.Rule{Name: "password asked again", Burst: 10, Per: time.Hour}
	forgotRule   = limit.Rule{Name: "forgot password", Burst: 3, Per: time.Hour}
	confirmRule  = limit.Rule{Name: "confirm address", Burst: 3, Per: time.Hour}
)

// Config is what a Service needs to know of the house.
type Config struct {
	BaseURL string          // https://plaza.example, without a slash at the end
	Title   func() string   // the house's name now
	Limiter *limit.Limiter  // nil is one of its own
	Screen  *screen.Service // nil is one of its own
	// Since is when the house got its name. Apps have shown tokens from before to
	// whoever has the one before that, so they are not taken any more.
	Since time.Time
	// FactorKey seals secrets of apps that make codes. It is not in the database.
	// Without it they can neither be set up nor be checked.
	FactorKey []byte
	// FactorKeysBefore open what they sealed before.
	FactorKeysBefore [][]byte
	// CheapPasswords has passwords be hashed at next to no cost. It is for tests.
	CheapPasswords bool
}

// Service does it.
type Service struct {
	store    *store.Store
	config   Config
	hasher   hasher
	sessions *actors
	tokens   *actors
}

// New returns a Service. Its Watch must be told of every fact.
func New(s *store.Store, c Config) *Service {
	if c.Limiter == nil {
		c.Limiter = limit.New(s.Now)
	}
	if c.Screen == nil {
		c.Screen = screen.New(s)
	}
	h := newHasher()
	if c.CheapPasswords {
		h.memory, h.time = 8, 1
	}
	return &Service{store: s, config: c, hasher: h, sessions: newActors(), tokens: newActors()}
}

// Watch forgets who somebody was when that has changed. It is a store.Watcher.
func (s *Service) Watch(_ context.Context, rs []event.Record) {
	for _, r := range rs {
		switch f := r.Fact.(type) {
		case event.AccessChanged:
			s.accessChanged(f)
		case event.FactorsChanged:
			s.forget(f.Account)
		case event.AccountDeleted:
			s.forget(f.Account)
		case event.Joined:
			s.forget(f.Account)
		}
	}
}

// accessChanged forgets whom f is about. The end of an app's own token is about
// nobody: else any app could have everybody looked up again, over and over.
func (s *Service) accessChanged(f event.AccessChanged) {
	if f.Account == 0 && f.Token != 0 {
		s.tokens.dropToken(f.Token)
		return
	}
	s.forget(f.Account)
}

// forget has who they are looked up again. Commands call it too: the watcher
// may come late, where other transactions hold up the journal.
func (s *Service) forget(who social.AccountID) {
	s.sessions.drop(who)
	s.tokens.drop(who)
}

const secretBytes = 32

// newSecret makes a secret and what is kept of it.
func newSecret() (secret, hash string) {
	b := make([]byte, secretBytes)
	rand.Read(b) // never fails: crypto/rand ends the program instead
	secret = base64.RawURLEncoding.EncodeToString(b)
	return secret, hashOf(secret)
}

func hashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// same compares what must not be guessed piece by piece.
func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// take counts one more for key under rule, or says how long to wait.
func (s *Service) take(rule limit.Rule, key, what string) error {
	if st := s.config.Limiter.Take(rule, key); !st.OK {
		return errs.Newf(errs.Limited, "%s Try again in %s.", what, minutes(st.RetryAfter))
	}
	return nil
}

// guess reports whether password is u's. What is wrong counts under rule;
// past that, what says what to do, and is Limited.
func (s *Service) guess(ctx context.Context, rule limit.Rule, key string, u social.User, password, what string) (bool, error) {
	if err := s.take(rule, key, what); err != nil { // before the answer, so that many at once are counted
		return false, err
	}
	ok, err := s.hasher.matches(ctx, u.Password, password)
	if ok {
		s.config.Limiter.Undo(rule, key)
	}
	return ok, err
}

// plain is s as it is kept, and not longer than limit characters.
func plain(s string, limit int) string {
	s = text.Clean(s)
	if utf8.RuneCountInString(s) > limit {
		s = string([]rune(s)[:limit])
	}
	return s
}
