// Package names is what the house is called, and how it comes to be called
// otherwise: another name is made ready while all is well, and taken when the one
// of now is lost. Ids go by it, so nothing of what is stored changes: see
// docs/decisions/0036-evacuation.md.
package names

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// tripSetting is how far the people are who move along.
const tripSetting = "house_moving"

// Job takes everybody along; there is one for each time that the house moves.
const Job = "names.move"

// Service does it.
type Service struct {
	store *store.Store
	now   social.HouseNames
}

// Of reads what the house is called, given what its settings say.
func Of(ctx context.Context, s *store.Store, set social.HouseName) (*Service, error) {
	v := &Service{store: s}
	err := s.Read(ctx, func(r *store.View) (err error) { v.now, err = r.HouseNames(ctx); return err })
	v.now = v.now.Under(set)
	return v, err
}

// Names is what the house was called when the service was made.
func (s *Service) Names() social.HouseNames { return s.now }

// Prepare has the house answer under another name, too. The old one is another,
// or none.
func (s *Service) Prepare(ctx context.Context, next social.HouseName) error {
	return s.change(ctx, "prepare a name", func(tx *store.Tx, n *social.HouseNames) error {
		if err := free(*n, next); err != nil || n.Next == next {
			return err
		}
		n.Next = next
		tx.Record(event.HousePrepared{Next: next.URL})
		return nil
	})
}

func free(n social.HouseNames, next social.HouseName) error {
	for _, f := range n.Former {
		if f.URL == next.URL || f.Host == next.Host || sameDoor(f.URL, next.URL) {
			return errs.New(errs.Invalid, "The house had this name before: others take who lives there for gone. Choose a new one.")
		}
	}
	if n.Now.URL == next.URL || n.Now.Host == next.Host || sameDoor(n.Now.URL, next.URL) {
		return errs.New(errs.Invalid, "This is what the house is called now. Name another.")
	}
	return nil
}

// sameDoor reports whether who asks at one address cannot be told from who asks at
// another: all that is seen of it is the host.
func sameDoor(one, other string) bool {
	_, one, _ = strings.Cut(one, "://")
	_, other, _ = strings.Cut(other, "://")
	return strings.EqualFold(one, other)
}

func (s *Service) change(ctx context.Context, what string, do func(tx *store.Tx, n *social.HouseNames) error) error {
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		n, err := tx.HouseNames(ctx)
		if err != nil {
			return err
		}
		n = n.Under(s.now.Now)
		if err := do(tx, &n); err != nil {
			return err
		}
		return tx.SetHouseNames(ctx, n)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// Move has the house be called otherwise from this moment on, has it said to
// everybody here, and everybody be taken along. That is done once: again, it
// changes nothing.
func (s *Service) Move(ctx context.Context, to social.HouseName, say string) error {
	return s.change(ctx, "move the house", func(tx *store.Tx, n *social.HouseNames) error {
		var trip Trip
		if err := tx.Setting(ctx, tripSetting, &trip); err != nil || trip.To == to.URL {
			return err
		}
		if err := free(*n, to); err != nil {
			return err
		}
		if err := allBack(ctx, tx); err != nil {
			return err
		}
		if trip.To != "" && !trip.Over { // who was not told is known elsewhere by the name before
			return errs.Newf(errs.Conflict, "Not everybody was taken along to %s yet. Run plaza evacuate --to %s first, until it says that the house is there.", trip.To, trip.To)
		}
		from := n.Now
		n.Former = append(n.Former, social.FormerName{HouseName: from, Until: tx.Now})
		n.Now, n.Next = to, social.HouseName{}
		tx.Record(event.HouseMoved{From: from.URL, To: to.URL})
		if err := tx.SetSetting(ctx, tripSetting, Trip{From: from.URL, To: to.URL, Host: to.Host, Began: tx.Now}); err != nil {
			return err
		}
		if err := announce(ctx, tx, say); err != nil {
			return err
		}
		// Browsers send their cookies to whoever has the old name next, and links
		// lead there. Tokens of apps end too, in core/auth: they are still told of
		// this by push.
		if err := tx.EndAllSecrets(ctx); err != nil {
			return err
		}
		return tx.AddJob(ctx, Job, Trip{To: to.URL}, tx.Now, "house")
	})
}

// announce puts it where everybody sees it who is here, also if there is no
// room for more.
func announce(ctx context.Context, tx *store.Tx, say string) error {
	a := social.Announcement{ID: social.AnnouncementID(id.New(tx.Now)), Text: say, CreatedAt: tx.Now, ChangedAt: tx.Now}
	if err := a.Check(tx.Now); err != nil {
		return err
	}
	tx.Record(event.Announced{Announcement: a.ID})
	return tx.AddAnnouncement(ctx, a)
}

// A Trip is how far those are who move along with the house.
type Trip struct {
	From  string           `json:"from"`
	To    string           `json:"to"`
	Host  string           `json:"host"`
	Began time.Time        `json:"began"`
	After social.AccountID `json:"after"` // the last one who was told
	Told  int              `json:"told"`

	AllTold bool            `json:"all_told"`
	Asked   social.FollowID `json:"asked"` // the last of the follows that were asked for again
	Over    bool            `json:"over"`
}

// Trip returns it; the zero value if the house never moved.
func (s *Service) Trip(ctx context.Context) (t Trip, err error) {
	err = s.store.Read(ctx, func(v *store.View) error { return v.Setting(ctx, tripSetting, &t) })
	return t, err
}

// atOnce is how many are told in one transaction.
const atOnce = 50

// TakeSome takes the next few along. What they have to be told, and others of
// them, is what followers of the journal do.
func (s *Service) TakeSome(ctx context.Context) error {
	return s.travel(ctx, func(tx *store.Tx, t *Trip) error {
		some, err := tx.LocalAccounts(ctx, t.After, atOnce)
		if err != nil {
			return err
		}
		for _, a := range some {
			if t.After = a.ID; a.Standing == social.Pending {
				continue
			}
			t.Told++
			tx.Record(event.HomeMoved{Account: a.ID, From: t.From, To: t.To, Handle: a.Username + "@" + t.Host})
		}
		t.AllTold = len(some) < atOnce
		return nil
	})
}

// Asked notes which of the follows was asked for again last. Zero ends the trip.
func (s *Service) Asked(ctx context.Context, last social.FollowID) error {
	return s.travel(ctx, func(_ *store.Tx, t *Trip) error {
		t.Asked, t.Over = last, last == 0
		return nil
	})
}

func (s *Service) travel(ctx context.Context, do func(tx *store.Tx, t *Trip) error) error {
	return s.store.Write(ctx, func(tx *store.Tx) error {
		var t Trip
		if err := tx.Setting(ctx, tripSetting, &t); err != nil {
			return err
		}
		if err := do(tx, &t); err != nil {
			return err
		}
		return tx.SetSetting(ctx, tripSetting, t)
	})
}

// Count tells how many live here, how many of them other servers know, and of
// those how many follow them from elsewhere, and from how many servers.
func (s *Service) Count(ctx context.Context) (people, known, followers, servers int, err error) {
	err = s.store.Read(ctx, func(v *store.View) error { people, known, followers, servers, err = v.CountHousehold(ctx); return err })
	return people, known, followers, servers, err
}

// Arrivals is how many have followed one of ours from elsewhere since a moment.
func (s *Service) Arrivals(ctx context.Context, since time.Time) (n int, err error) {
	err = s.store.Read(ctx, func(v *store.View) error { n, err = v.CountActs(ctx, social.ActFollow, since); return err })
	return n, err
}
