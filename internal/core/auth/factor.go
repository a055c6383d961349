package auth

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Limits of what people have besides their password.
const (
	MaxPasskeys    = 20
	MaxPasskeyName = 60 // characters
	// RecoveryCodes is how many somebody gets, each for once. One has 100 random
	// bits, so that trying them is of no use, and nobody needs to be kept from it
	// who could keep the owner out by that.
	RecoveryCodes  = 10
	recoveryGroup  = 5
	recoveryGroups = 4
)

// setUpLife is how long there is to end what was begun.
const setUpLife = 15 * time.Minute

// The kinds of ceremonies.
const (
	newAppCeremony = "new app"
	newKeyCeremony = "new passkey"
	stepCeremony   = "second step"
	keyCeremony    = "passkey"
)

// recoveryLetters are those that are not taken for others; there are 32.
const recoveryLetters = "abcdefghjkmnpqrstuvwxyz023456789"

// newRecoveryCodes makes codes, and what is kept of them.
func newRecoveryCodes() (codes, hashes []string) {
	for range RecoveryCodes {
		b := make([]byte, recoveryGroup*recoveryGroups)
		rand.Read(b) // never fails
		var code strings.Builder
		for i, r := range b {
			if i > 0 && i%recoveryGroup == 0 {
				code.WriteByte('-')
			}
			code.WriteByte(recoveryLetters[int(r)%len(recoveryLetters)])
		}
		codes, hashes = append(codes, code.String()), append(hashes, hashOf(bare(code.String())))
	}
	return codes, hashes
}

// bare is a code as it is compared: however it was typed.
func bare(code string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			return r
		}
		return -1
	}, plain(code, 100))
}

// Factors are how by shows who they are besides the password, without what is
// secret of it.
func (s *Service) Factors(ctx context.Context, by social.Actor) (f social.Factors, err error) {
	if !by.SignedIn() {
		return f, by.MustAct()
	}
	err = s.store.Read(ctx, func(v *store.View) error {
		f, err = v.Factors(ctx, by.Account)
		return err
	})
	return f, err
}

// BeginApp begins to set up an app that makes codes, for who gives their password.
func (s *Service) BeginApp(ctx context.Context, by social.Actor, password string) (up AppSetUp, err error) {
	secret := newSecretOfApp()
	kept, err := s.sealed(by.Account, secret)
	if err != nil {
		return up, err
	}
	err = s.really(ctx, "begin to set up an app", by, password, func(tx *store.Tx, _ social.User, a social.Account) error {
		begun, hash := newSecret()
		up = s.appSetUp(begun, a.Username, secret)
		return tx.AddCeremony(ctx, hash, store.Ceremony{Kind: newAppCeremony, Account: by.Account, Data: kept, Until: tx.Now.Add(setUpLife)})
	})
	return up, err
}

// AppBegun is what BeginApp answered.
func (s *Service) AppBegun(ctx context.Context, by social.Actor, begun string) (up AppSetUp, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		c, err := ceremonyOf(ctx, v, by, begun, newAppCeremony, s.store.Now())
		if err != nil {
			return err
		}
		a, err := v.Account(ctx, by.Account)
		if err != nil {
			return err
		}
		secret, err := s.unsealed(by.Account, c.Data)
		up = s.appSetUp(begun, a.Username, secret)
		return err
	})
	return up, err
}

// ceremonyOf is what by has begun.
func ceremonyOf(ctx context.Context, v *store.View, by social.Actor, begun, kind string, now time.Time) (store.Ceremony, error) {
	c, err := v.Ceremony(ctx, hashOf(begun), kind, now)
	if err == nil && (c.Account != by.Account || c.Account == 0) {
		err = errs.New(errs.NotFound, "This was begun by somebody else.")
	}
	return c, err
}

// FinishApp has codes of by's app count from now on, which has made one. Who has no
// recovery codes gets some, which are shown now and never again.
func (s *Service) FinishApp(ctx context.Context, by social.Actor, begun, code string) (codes []string, err error) {
	err = s.set(ctx, "set up an app", by, begun, newAppCeremony, func(tx *store.Tx, c store.Ceremony, u social.User, a social.Account) error {
		secret, err := s.unsealed(by.Account, c.Data)
		if err != nil {
			return err
		}
		step, ok := stepOf(secret, bare(code), tx.Now)
		if !ok {
			return Problems{{"code", Wrong, "This is not the code that the app shows now. Look whether the clock of the device is right."}}
		}
		if _, err := handleOf(ctx, tx, by.Account); err != nil {
			return err
		}
		if err := tx.SetFactorApp(ctx, by.Account, c.Data, step); err != nil {
			return err
		}
		if codes, err = firstCodes(ctx, tx, by.Account); err != nil {
			return err
		}
		return s.factorLetter(ctx, tx, a, u.Email, "Codes of an app are asked for now", "an app that makes codes was set up for your account. From now on whoever\nsigns in with your password is asked for one of them.")
	})
	return codes, err
}

// set ends a ceremony of by's, by which they get something besides the password.
func (s *Service) set(ctx context.Context, what string, by social.Actor, begun, kind string, do func(tx *store.Tx, c store.Ceremony, u social.User, a social.Account) error) error {
	if !by.SignedIn() {
		return by.MustAct()
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		u, err := tx.HoldUser(ctx, by.Account)
		if err != nil {
			return err
		}
		c, err := ceremonyOf(ctx, &tx.View, by, begun, kind, tx.Now)
		if err != nil {
			return err
		}
		if _, err := tx.EndCeremony(ctx, hashOf(begun)); err != nil {
			return err
		}
		a, err := tx.Account(ctx, by.Account)
		if err != nil {
			return err
		}
		tx.Record(event.FactorsChanged{Account: by.Account})
		return do(tx, c, u, a)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	s.forget(by.Account)
	return nil
}

// handleOf is by what somebody's passkeys know them: random, so that it tells
// nothing to who finds a device.
func handleOf(ctx context.Context, tx *store.Tx, who social.AccountID) (string, error) {
	b := make([]byte, 32)
	rand.Read(b) // never fails
	return tx.FactorHandle(ctx, who, base64.RawURLEncoding.EncodeToString(b))
}

// firstCodes gives who recovery codes if they have none.
func firstCodes(ctx context.Context, tx *store.Tx, who social.AccountID) ([]string, error) {
	f, err := tx.Factors(ctx, who)
	if err != nil || f.Codes > 0 {
		return nil, err
	}
	codes, hashes := newRecoveryCodes()
	return codes, tx.SetRecoveryCodes(ctx, who, hashes)
}

// really runs do for by, who gives their password, in the transaction.
func (s *Service) really(ctx context.Context, what string, by social.Actor, password string, do func(tx *store.Tx, u social.User, a social.Account) error) error {
	was, err := s.again(ctx, by, "password", password)
	if err != nil {
		return err
	}
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		if err := unchanged(ctx, tx, was); err != nil {
			return err
		}
		a, err := tx.Account(ctx, by.Account)
		if err != nil {
			return err
		}
		return do(tx, was, a)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// drop is really for what takes something away that by shows besides the password.
// Who must have something keeps the last of it; who has nothing any more needs no
// recovery codes either.
func (s *Service) drop(ctx context.Context, what string, by social.Actor, password string, do func(tx *store.Tx, f social.Factors, u social.User, a social.Account) error) error {
	err := s.really(ctx, what, by, password, func(tx *store.Tx, u social.User, a social.Account) error {
		was, err := tx.Factors(ctx, by.Account)
		if err != nil {
			return err
		}
		if err := do(tx, was, u, a); err != nil {
			return err
		}
		left, err := tx.HasFactor(ctx, by.Account)
		if err != nil || left {
			return err
		}
		house, err := tx.House(ctx)
		if err != nil {
			return err
		}
		if house.Factors.Asks(u.Role) {
			return errs.New(errs.Forbidden, "This house asks you for a second step, and this is your only one. Set up another one first, then you can remove it.")
		}
		return tx.DropFactors(ctx, by.Account)
	})
	if err == nil {
		s.forget(by.Account)
	}
	return err
}

// DropApp has codes of by's app count no more. None is fine.
func (s *Service) DropApp(ctx context.Context, by social.Actor, password string) error {
	return s.drop(ctx, "remove an app", by, password, func(tx *store.Tx, f social.Factors, u social.User, a social.Account) error {
		if !f.App() {
			return nil
		}
		tx.Record(event.FactorsChanged{Account: by.Account})
		if err := tx.SetFactorApp(ctx, by.Account, "", 0); err != nil {
			return err
		}
		return s.factorLetter(ctx, tx, a, u.Email, "Codes of an app are not asked for any more", "the app that makes codes was removed from your account."+lastOf(f))
	})
}

// lastOf says so if what goes is the last of f.
func lastOf(f social.Factors) string {
	n := len(f.Keys)
	if f.App() {
		n++
	}
	if n > 1 {
		return ""
	}
	return " It was\nthe only second step: from now on your password alone opens the account, and\nthe recovery codes are gone, too."
}

// NewCodes gives by other recovery codes. The earlier ones are good for nothing any
// more, and these are never shown again.
func (s *Service) NewCodes(ctx context.Context, by social.Actor, password string) (codes []string, err error) {
	err = s.really(ctx, "new recovery codes", by, password, func(tx *store.Tx, u social.User, a social.Account) error {
		has, err := tx.HasFactor(ctx, by.Account)
		if err != nil {
			return err
		}
		if !has {
			return errs.New(errs.Conflict, "Recovery codes stand in for an app or a passkey. Set one of these up first.")
		}
		var hashes []string
		codes, hashes = newRecoveryCodes()
		tx.Record(event.FactorsChanged{Account: by.Account})
		if err := tx.SetRecoveryCodes(ctx, by.Account, hashes); err != nil {
			return err
		}
		return s.factorLetter(ctx, tx, a, u.Email, "You have new recovery codes", "new recovery codes were made for your account. The earlier ones are good for\nnothing any more.")
	})
	return codes, err
}

// NamePasskey gives one of by's passkeys another name.
func (s *Service) NamePasskey(ctx context.Context, by social.Actor, which social.PasskeyID, name string) error {
	if !by.SignedIn() {
		return by.MustAct()
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error { return tx.NamePasskey(ctx, by.Account, which, nameOfKey(name, tx.Now)) })
	if err != nil {
		return fmt.Errorf("name a passkey: %w", err)
	}
	return nil
}

// nameOfKey is what a passkey is called.
func nameOfKey(name string, now time.Time) string {
	if name = plain(strings.TrimSpace(name), MaxPasskeyName); name == "" {
		return "Passkey of " + now.UTC().Format("2 January 2006")
	}
	return name
}

// DropPasskey forgets one of by's passkeys. None is fine.
func (s *Service) DropPasskey(ctx context.Context, by social.Actor, which social.PasskeyID, password string) error {
	return s.drop(ctx, "remove a passkey", by, password, func(tx *store.Tx, f social.Factors, u social.User, a social.Account) error {
		for _, k := range f.Keys {
			if k.ID != which {
				continue
			}
			tx.Record(event.FactorsChanged{Account: by.Account})
			if err := tx.DropPasskey(ctx, by.Account, which); err != nil {
				return err
			}
			return s.factorLetter(ctx, tx, a, u.Email, "A passkey was removed", "the passkey “"+k.Name+"” was removed from your account."+lastOf(f))
		}
		return nil
	})
}

// lacks reports whether by has not the second factor that the house asks of them.
// Who may not act yet is asked when they may.
func lacks(ctx context.Context, v *store.View, by social.Actor) (bool, error) {
	house, err := v.House(ctx)
	if err != nil || by.MustAct() != nil || !house.Factors.Asks(by.Role) {
		return false, err
	}
	has, err := v.HasFactor(ctx, by.Account)
	return !has, err
}

// newKeyID names a passkey.
func newKeyID(tx *store.Tx) social.PasskeyID { return social.PasskeyID(id.New(tx.Now)) }
