// Package push has apps, and browsers in which nothing of the house is open, told
// of notices while they do not run, through the services of their makers: it keeps where, and decides who is told of what.
// How that is written and sent is the business of edge/push.
package push

import (
	"context"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/binary"
	"fmt"
	"net/url"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/netsafe"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Service does it.
type Service struct {
	store  *store.Store
	reach  netsafe.Options
	key    *ecdsa.PrivateKey
	public string
}

// keySetting is the setting with the key of the house.
const keySetting = "push_key"

// New returns a Service. Reach is how endpoints are called. The key by which
// push services know the house is made the first time, and stays the same: each
// subscription is bound to it. https://www.rfc-editor.org/rfc/rfc8292
func New(ctx context.Context, s *store.Store, reach netsafe.Options) (*Service, error) {
	var kept []byte
	if err := s.Read(ctx, func(v *store.View) error { return v.Setting(ctx, keySetting, &kept) }); err != nil {
		return nil, err
	}
	if kept == nil {
		fresh, err := newKey()
		if err != nil {
			return nil, err
		}
		err = s.Write(ctx, func(tx *store.Tx) error {
			kept = fresh
			return tx.FirstSetting(ctx, keySetting, &kept)
		})
		if err != nil && s.Gate() != nil {
			kept, err = fresh, nil // nothing can be kept, and nobody can subscribe
		}
		if err != nil {
			return nil, err
		}
	}
	key, err := x509.ParseECPrivateKey(kept)
	if err != nil {
		return nil, fmt.Errorf("the setting %s is not a key: %w", keySetting, err)
	}
	public, err := publicBytes(key)
	return &Service{store: s, reach: reach, key: key, public: social.FormatKey(public)}, err
}

func newKey() ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	return x509.MarshalECPrivateKey(key)
}

func publicBytes(key *ecdsa.PrivateKey) ([]byte, error) {
	var public *ecdh.PublicKey
	public, err := key.PublicKey.ECDH()
	if err != nil {
		return nil, err
	}
	return public.Bytes(), nil
}

// PublicKey is the house's, as apps give it to push services.
func (s *Service) PublicKey() string { return s.public }

// Key is the house's, to sign with.
func (s *Service) Key() *ecdsa.PrivateKey { return s.key }

var errNoToken = errs.New(errs.Invalid, "Only an app can be told by push. Ask with the app's token.")

// Subscribe has the app or the browser that by asks through told of notices from
// now on, in place of what it asked for before.
func (s *Service) Subscribe(ctx context.Context, by social.Actor, p social.PushSubscription) (social.PushSubscription, error) {
	p.Token, p.Session, p.Account = by.Token, by.Session, by.Account
	if err := s.check(by, p); err != nil {
		return p, err
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.HoldAccount(ctx, by.Account); err != nil { // counting and adding is for one at a time
			return err
		}
		if err := lives(ctx, tx, by); err != nil {
			return err // it has just ended
		}
		if err := room(ctx, tx, p); err != nil {
			return err
		}
		for added := false; !added; {
			p.ID = newID()
			var err error
			if added, err = tx.AddPush(ctx, p); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return p, fmt.Errorf("subscribe: %w", err)
	}
	return p, nil
}

// lives reports why what by asks through is no more, or nil.
func lives(ctx context.Context, tx *store.Tx, by social.Actor) (err error) {
	if by.Token != 0 {
		_, err = tx.Token(ctx, by.Token)
	} else {
		_, err = tx.Session(ctx, by.Session)
	}
	return err
}

func (s *Service) check(by social.Actor, p social.PushSubscription) error {
	if err := by.MustAct(); err != nil {
		return err
	}
	if by.Token == 0 && by.Session == 0 {
		return errNoToken
	}
	if err := p.Check(); err != nil {
		return err
	}
	u, err := url.Parse(p.Endpoint)
	if err != nil {
		return err
	}
	port := u.Port()
	if port == "" {
		port = "443"
	}
	if err := netsafe.CheckHost(s.reach, u.Hostname(), port); err != nil {
		return errs.Wrap(errs.Invalid, "Validation failed: Endpoint is not on a public server. Use one on the internet, on port 443.", err)
	}
	return nil
}

// room makes sure that there is room for one more.
func room(ctx context.Context, tx *store.Tx, p social.PushSubscription) error {
	all, err := tx.Pushes(ctx, p.Account, social.MaxPushes+1)
	if err != nil {
		return err
	}
	others := 0
	for _, x := range all {
		if x.Token != p.Token || x.Session != p.Session {
			others++
		}
	}
	if others >= social.MaxPushes {
		return errs.Newf(errs.Invalid, "Validation failed: At most %d apps and browsers are told by push. Sign out of those you no longer use.", social.MaxPushes)
	}
	return nil
}

// newID is 1 to social.MaxPushID.
func newID() social.PushID {
	var b [4]byte
	rand.Read(b[:])
	return social.PushID(max(1, binary.BigEndian.Uint32(b[:])&social.MaxPushID))
}

// Get is the subscription of the app or browser that by asks through, or NotFound.
func (s *Service) Get(ctx context.Context, by social.Actor) (p social.PushSubscription, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		p, err = v.PushOf(ctx, by.Token, by.Session)
		return err
	})
	return p, err
}

// Sessions are those of by's sessions whose browser is told by push.
func (s *Service) Sessions(ctx context.Context, by social.Actor) (map[social.SessionID]bool, error) {
	out := map[social.SessionID]bool{}
	err := s.store.Read(ctx, func(v *store.View) error {
		all, err := v.Pushes(ctx, by.Account, social.MaxPushes)
		for _, p := range all {
			if p.Session != 0 {
				out[p.Session] = true
			}
		}
		return err
	})
	return out, err
}

// A Change is what is to be different; nil leaves things as they are.
type Change struct {
	Alerts *[]social.NoticeKind
	Policy *social.PushPolicy
}

// Change changes of what the app or browser that by asks through is told.
func (s *Service) Change(ctx context.Context, by social.Actor, c Change) (p social.PushSubscription, err error) {
	if err := by.MustAct(); err != nil {
		return p, err
	}
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		if p, err = tx.PushOf(ctx, by.Token, by.Session); err != nil {
			return err
		}
		if c.Alerts != nil {
			p.Alerts = *c.Alerts
		}
		if c.Policy != nil {
			p.Policy = *c.Policy
		}
		if err := p.Check(); err != nil {
			return err
		}
		return tx.SetPush(ctx, p)
	})
	if err != nil {
		return p, fmt.Errorf("change subscription: %w", err)
	}
	return p, nil
}

// End ends the subscription of the app or browser that by asks through. None is fine.
func (s *Service) End(ctx context.Context, by social.Actor) error {
	if err := s.store.Write(ctx, func(tx *store.Tx) error { return tx.EndPushOf(ctx, by.Token, by.Session) }); err != nil {
		return fmt.Errorf("end subscription: %w", err)
	}
	return nil
}
