package names

import (
	"context"
	"fmt"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

const (
	// keptSetting is when a recovery file was made last.
	keptSetting = "house_recovery"
	// returningSetting says that not everybody in such a file is back yet.
	returningSetting = "house_returning"
)

// A Person is one of ours as a recovery file has them: enough to say to all who
// follow them where they are now, and to let them in there.
type Person struct {
	ID          social.AccountID `json:"id"`
	Username    string           `json:"username"`
	DisplayName string           `json:"display_name,omitempty"`
	Locked      bool             `json:"locked,omitempty"`
	Limited     bool             `json:"limited,omitempty"`
	CreatedAt   time.Time        `json:"created_at"`
	User        social.User      `json:"user"`
	Keys        []social.OwnKey  `json:"keys,omitempty"`
	Followers   []store.Keepsake `json:"followers,omitempty"`
}

const keepsakesAtOnce = 1000

// Each visits everybody who lives here and is in good standing.
func (s *Service) Each(ctx context.Context, visit func(Person) error) error {
	for after := social.AccountID(0); ; {
		var some []Person
		err := s.store.Read(ctx, func(v *store.View) error {
			some = some[:0]
			all, err := v.LocalAccounts(ctx, after, atOnce)
			for _, a := range all {
				p, err := person(ctx, v, a)
				if err != nil {
					return err
				}
				if after = a.ID; a.Standing == social.Good {
					some = append(some, p)
				}
			}
			if len(all) == 0 {
				after = 0
			}
			return err
		})
		if err != nil || after == 0 {
			return err
		}
		for _, p := range some {
			if err := visit(p); err != nil {
				return err
			}
		}
	}
}

func person(ctx context.Context, v *store.View, a social.Account) (p Person, err error) {
	p = Person{ID: a.ID, Username: a.Username, DisplayName: a.DisplayName, Locked: a.Locked, Limited: a.Limited, CreatedAt: a.CreatedAt}
	if p.User, err = v.User(ctx, a.ID); err != nil && errs.KindOf(err) != errs.NotFound {
		return p, err
	}
	if p.Keys, err = v.OwnKeys(ctx, a.ID); err != nil {
		return p, err
	}
	for after := social.FollowID(0); ; {
		some, err := v.Keepsakes(ctx, a.ID, after, keepsakesAtOnce)
		if err != nil || len(some) == 0 {
			return p, err
		}
		p.Followers, after = append(p.Followers, some...), some[len(some)-1].Follow
	}
}

// Kept remembers that a recovery file was made.
func (s *Service) Kept(ctx context.Context) error {
	return s.store.Write(ctx, func(tx *store.Tx) error { return tx.SetSetting(ctx, keptSetting, tx.Now) })
}

// Unkept is since when there is a recovery file, and how many have come since, or
// have other keys.
func (s *Service) Unkept(ctx context.Context) (made time.Time, n int, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		if err := v.Setting(ctx, keptSetting, &made); err != nil || made.IsZero() {
			return err
		}
		n, err = v.CountUnkept(ctx, made)
		return err
	})
	return made, n, err
}

// Recover has a house that is empty be called what another was that is lost. Once
// everybody is back it is a house like any other, and not to be recovered: who has
// left since the file was made would be there again.
func (s *Service) Recover(ctx context.Context, was, next social.HouseName) error {
	return s.change(ctx, "recover", func(tx *store.Tx, n *social.HouseNames) error {
		returning := false
		if err := tx.Setting(ctx, returningSetting, &returning); err != nil {
			return err
		}
		if all, err := tx.LocalAccounts(ctx, 0, 1); err != nil {
			return err
		} else if len(all) > 0 && (!returning || n.Now != was) {
			return errs.New(errs.Conflict, "Somebody lives here already. Name an empty folder with --data.")
		}
		n.Now, n.Next = was, next
		return tx.SetSetting(ctx, returningSetting, true)
	})
}

// allBack is nil unless a recovery has begun and not ended: who is not back when the
// house moves cannot come back after.
func allBack(ctx context.Context, tx *store.Tx) error {
	returning := false
	err := tx.Setting(ctx, returningSetting, &returning)
	if err == nil && returning {
		err = errs.New(errs.Conflict, "Not everybody in the recovery file is back yet. Run plaza evacuate recover again, and then this.")
	}
	return err
}

// Recovered notes that everybody is back.
func (s *Service) Recovered(ctx context.Context) error {
	return s.store.Write(ctx, func(tx *store.Tx) error { return tx.SetSetting(ctx, returningSetting, false) })
}

// Return puts somebody back who is in a recovery file, with who followed them. Who
// is there already stays as they are.
func (s *Service) Return(ctx context.Context, p Person) error {
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.Account(ctx, p.ID); err == nil || errs.KindOf(err) != errs.NotFound {
			return err
		}
		a := social.Account{ID: p.ID, Username: p.Username, Kind: social.Person, DisplayName: p.DisplayName, Locked: p.Locked, Limited: p.Limited, Standing: social.Good, CreatedAt: p.CreatedAt, ChangedAt: tx.Now}
		if err := tx.AddAccount(ctx, a); err != nil {
			return err
		}
		tx.Record(event.ProfileChanged{Account: p.ID})
		if p.User.Invite = 0; p.User.Account != 0 {
			if err := tx.AddUser(ctx, p.User); err != nil {
				return err
			}
		}
		for _, k := range p.Keys {
			if err := tx.AddOwnKey(ctx, k); err != nil {
				return err
			}
		}
		for _, f := range p.Followers {
			if err := follower(ctx, tx, f, p.ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("return @%s: %w", p.Username, err)
	}
	return nil
}

func follower(ctx context.Context, tx *store.Tx, k store.Keepsake, of social.AccountID) error {
	a, err := tx.AccountByURI(ctx, k.URI)
	if errs.KindOf(err) == errs.NotFound && err != nil {
		a = social.Account{ID: social.AccountID(id.New(tx.Now)), URI: k.URI, Username: k.Username, Host: k.Host, Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now, ChangedAt: tx.Now}
		if err = tx.AddAccount(ctx, a); err == nil {
			err = tx.SetContact(ctx, social.Contact{Account: a.ID, Inbox: k.Inbox, SharedInbox: k.Shared, FetchedAt: tx.Now})
		}
	}
	if err != nil {
		return err
	}
	if err := tx.AddFollow(ctx, social.Follow{Owner: a.ID, Target: of, Boosts: true}, true); err != nil {
		return err
	}
	return tx.CountFollow(ctx, a.ID, of, 1)
}
