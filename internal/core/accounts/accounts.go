// Package accounts is what people's accounts say about themselves, and what
// happens to what they leave behind. Who may come in is the business of auth.
package accounts

import (
	"context"
	"fmt"
	"strings"

	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Blobs keeps the pictures.
type Blobs interface {
	// Remove takes a picture away. One that is not there is no error.
	Remove(name string) error
}

// Config is what a Service needs to know of the outside.
type Config struct {
	Base       view.Base // where the house stands
	HandleHost string    // what follows the second @ in the addresses of our own people
	Others     view.Bases
	Own        func(host string) bool // whether the house is called so; nil is the HandleHost alone
}

// parse tells what an address names here, under whichever name of the house.
func (c Config) parse(uri string) (view.Place, bool) {
	if p, ok := c.Base.ParseURI(uri); ok {
		return p, true
	}
	return c.Others.ParseURI(uri)
}

func (c Config) own(host string) bool {
	return host == c.HandleHost || c.Own != nil && c.Own(host)
}

// Service does it.
type Service struct {
	store  *store.Store
	config Config
	blobs  Blobs

	Elsewhere Elsewhere // nil asks nobody
	Domain    AskDomain // nil asks none
}

// New returns a Service for accounts in s with pictures in b.
func New(s *store.Store, c Config, b Blobs) *Service { return &Service{store: s, config: c, blobs: b} }

// SetProfile changes what by says about themselves and returns the account.
// The pictures that were replaced are removed soon after.
func (s *Service) SetProfile(ctx context.Context, by social.Actor, p social.Profile) (social.Account, error) {
	if err := by.MustAct(); err != nil {
		return social.Account{}, err
	}
	if err := p.Check(); err != nil {
		return social.Account{}, err
	}
	p = clean(p)
	var a social.Account
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		was, err := tx.HoldAccount(ctx, by.Account)
		if err != nil {
			return err
		}
		a = p.Apply(was, tx.Now)
		if err := tx.SetProfile(ctx, a); err != nil {
			return err
		}
		if p.Fields != nil {
			if err := checkSoon(ctx, tx, a); err != nil {
				return err
			}
		}
		for _, old := range [][2]string{{was.Avatar, a.Avatar}, {was.Header, a.Header}} {
			if old[0] != old[1] {
				if err := tx.DropFile(ctx, old[0]); err != nil {
					return err
				}
			}
		}
		tx.Record(event.ProfileChanged{Account: a.ID})
		return nil
	})
	if err != nil {
		return social.Account{}, fmt.Errorf("set profile: %w", err)
	}
	return a, nil
}

// clean is p without what a database does not keep or what breaks a line
// where there is one.
func clean(p social.Profile) social.Profile {
	line := func(s string) string { return strings.Join(strings.Fields(text.Clean(s)), " ") }
	on := func(s *string, how func(string) string) *string {
		if s == nil {
			return nil
		}
		out := how(*s)
		return &out
	}
	p.DisplayName, p.Bio = on(p.DisplayName, line), on(p.Bio, text.Clean)
	p.AvatarAlt, p.HeaderAlt = on(p.AvatarAlt, text.Clean), on(p.HeaderAlt, text.Clean)
	if p.Fields != nil {
		fields := make([]social.Field, len(*p.Fields))
		for i, f := range *p.Fields {
			f.Name, f.Value = line(f.Name), line(f.Value)
			fields[i] = f
		}
		p.Fields = &fields
	}
	return p
}
