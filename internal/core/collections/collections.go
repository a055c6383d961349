// Package collections is accounts that people recommend together. Only who
// agreed is in one, and whoever is in one can leave it.
package collections

import (
	"context"
	"slices"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Limits of lists of collections.
const (
	DefaultPage = 40
	MaxPage     = 80
	MaxOffset   = 1000
)

// Service keeps them.
type Service struct {
	store *store.Store
	view  *view.View
}

// New returns a Service.
func New(s *store.Store, v *view.View) *Service { return &Service{store: s, view: v} }

// A Change is what is to be another way in a collection; nil is left.
type Change struct {
	Name, Description, Language, Tag *string
	Sensitive, Discoverable          *bool
}

func (c Change) apply(to *social.Collection) error {
	for _, x := range []struct{ to, from *string }{{&to.Name, c.Name}, {&to.Description, c.Description}, {&to.Language, c.Language}} {
		if x.from != nil {
			*x.to = text.Clean(*x.from)
		}
	}
	if c.Tag != nil {
		if to.Tag = social.TagName(*c.Tag); to.Tag != "" {
			if ps := text.Parse("#" + to.Tag); len(ps) != 1 || ps[0].Kind != text.Tag {
				return errs.New(errs.Invalid, "Validation failed: A tag is made of letters, digits and _, and not of digits only.")
			}
		}
	}
	if c.Sensitive != nil {
		to.Sensitive = *c.Sensitive
	}
	if c.Discoverable != nil {
		to.Discoverable = *c.Discoverable
	}
	return to.Check()
}

// Add makes a collection of by's, with accounts in it.
func (s *Service) Add(ctx context.Context, by social.Actor, c Change, accounts []social.AccountID) (view.Collection, error) {
	var made social.Collection
	err := s.store.WriteFor(ctx, by, "add collection", func(tx *store.Tx) error {
		all, err := tx.CollectionsBy(ctx, by.Account, false, social.MaxCollections, 0)
		if err != nil {
			return err
		}
		if len(all) >= social.MaxCollections {
			return errs.Newf(errs.Invalid, "Validation failed: You can have at most %d collections.", social.MaxCollections)
		}
		made = social.Collection{ID: social.CollectionID(id.New(tx.Now)), Owner: by.Account, Discoverable: true, CreatedAt: tx.Now, UpdatedAt: tx.Now}
		if err := c.apply(&made); err != nil {
			return err
		}
		if err := tx.SetCollection(ctx, made); err != nil {
			return err
		}
		for _, a := range accounts {
			if _, err := put(ctx, tx, by, &made, a); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return view.Collection{}, err
	}
	return s.Get(ctx, by, made.ID)
}

// put adds an account to by's collection c.
func put(ctx context.Context, tx *store.Tx, by social.Actor, c *social.Collection, which social.AccountID) (social.CollectionItem, error) {
	var x social.CollectionItem
	them, err := tx.Account(ctx, which)
	if err != nil {
		return x, err
	}
	rel, err := tx.Relation(ctx, by.Account, which)
	if err != nil {
		return x, err
	}
	if err := them.MayBeCollected(rel); err != nil {
		return x, err
	}
	if i := c.Item(func(x social.CollectionItem) bool { return x.Account == which }); i >= 0 {
		if c.Items[i].State == social.ItemRevoked {
			return x, them.MayBeCollected(social.Relation{BlockedBy: true}) // they left
		}
		return x, errs.New(errs.Invalid, "Validation failed: Account has already been taken")
	}
	if c.Accepted() >= social.MaxCollectionItems {
		return x, errs.Newf(errs.Invalid, "Validation failed: A collection has at most %d accounts.", social.MaxCollectionItems)
	}
	x = social.CollectionItem{ID: social.CollectionItemID(id.New(tx.Now)), Account: which, State: social.ItemAccepted, CreatedAt: tx.Now}
	for _, o := range c.Items { // those put in at once keep their order
		x.ID = max(x.ID, o.ID+1)
	}
	c.Items = append(c.Items, x)
	tx.Record(event.Collected{Collection: c.ID, Owner: c.Owner, Account: which})
	return x, tx.SetCollectionItem(ctx, c.ID, x)
}

// Change changes what a collection of by's says of itself.
func (s *Service) Change(ctx context.Context, by social.Actor, which social.CollectionID, c Change) (view.Collection, error) {
	if err := s.own(ctx, by, "change collection", which, func(tx *store.Tx, is social.Collection) error {
		was := is
		if err := c.apply(&is); err != nil {
			return err
		}
		if is.UpdatedAt = tx.Now; is.Differs(was) {
			tx.Record(event.CollectionChanged{Collection: is.ID})
		}
		return tx.SetCollection(ctx, is)
	}); err != nil {
		return view.Collection{}, err
	}
	return s.Get(ctx, by, which)
}

// Remove takes a collection of by's away.
func (s *Service) Remove(ctx context.Context, by social.Actor, which social.CollectionID) error {
	return s.own(ctx, by, "remove collection", which, func(tx *store.Tx, is social.Collection) error {
		for _, x := range is.Items {
			left(tx, is, x)
		}
		return tx.RemoveCollection(ctx, is.ID)
	})
}

// AddItem puts an account that agrees to it into a collection of by's.
func (s *Service) AddItem(ctx context.Context, by social.Actor, which social.CollectionID, account social.AccountID) (x social.CollectionItem, err error) {
	err = s.own(ctx, by, "add to collection", which, func(tx *store.Tx, is social.Collection) error {
		if x, err = put(ctx, tx, by, &is, account); errs.KindOf(err) == errs.NotFound && err != nil {
			return errs.New(errs.Invalid, "Validation failed: There is no such account.")
		}
		return err
	})
	return x, err
}

// RemoveItem takes an item out of a collection of by's.
func (s *Service) RemoveItem(ctx context.Context, by social.Actor, which social.CollectionID, item social.CollectionItemID) error {
	return s.own(ctx, by, "remove from collection", which, func(tx *store.Tx, is social.Collection) error {
		i := is.Item(func(x social.CollectionItem) bool { return x.ID == item && x.State == social.ItemAccepted })
		if i < 0 {
			return store.NoPost
		}
		left(tx, is, is.Items[i])
		return tx.RemoveCollectionItem(ctx, item)
	})
}

// left records that an account that stood in c no longer does.
func left(tx *store.Tx, c social.Collection, x social.CollectionItem) {
	if x.State == social.ItemAccepted {
		tx.Record(event.Collected{Collection: c.ID, Owner: c.Owner, Account: x.Account, Off: true})
	}
}

// Revoke takes by out of somebody's collection, for good.
func (s *Service) Revoke(ctx context.Context, by social.Actor, which social.CollectionID, item social.CollectionItemID) error {
	return s.store.WriteFor(ctx, by, "leave collection", func(tx *store.Tx) error {
		is, err := tx.Collection(ctx, which)
		if err != nil {
			return err
		}
		i := is.Item(func(x social.CollectionItem) bool { return x.ID == item && x.Account == by.Account })
		if i < 0 {
			return store.NoPost
		}
		left(tx, is, is.Items[i])
		is.Items[i].State = social.ItemRevoked
		return tx.SetCollectionItem(ctx, which, is.Items[i])
	})
}

// own runs do on a collection of by's.
func (s *Service) own(ctx context.Context, by social.Actor, what string, which social.CollectionID, do func(tx *store.Tx, is social.Collection) error) error {
	return s.store.WriteFor(ctx, by, what, func(tx *store.Tx) error {
		is, err := tx.Collection(ctx, which)
		if err == nil && is.Owner != by.Account {
			err = store.NoPost
		}
		if err != nil {
			return err
		}
		return do(tx, is)
	})
}

// Get is a collection before by, or NotFound.
func (s *Service) Get(ctx context.Context, by social.Actor, which social.CollectionID) (view.Collection, error) {
	out, err := s.list(ctx, by, func(v *store.View) ([]social.Collection, error) {
		c, err := v.Collection(ctx, which)
		return []social.Collection{c}, err
	})
	if err == nil && len(out) == 0 {
		err = store.NoPost
	}
	if err != nil {
		return view.Collection{}, err
	}
	return out[0], nil
}

// Of is the collections that an account shows on its page; all of them if it
// is by's own.
func (s *Service) Of(ctx context.Context, by social.Actor, owner social.AccountID, limit, offset int) ([]view.Collection, error) {
	if _, err := s.view.Face(ctx, owner); err != nil {
		return nil, err
	}
	return s.list(ctx, by, func(v *store.View) ([]social.Collection, error) {
		return v.CollectionsBy(ctx, owner, owner != by.Account, limit, offset)
	})
}

// Open is the collections that people here who want to be found show, the
// newest first, without those of whom by mutes, and those that would be empty;
// full says that there may be more.
func (s *Service) Open(ctx context.Context, by social.Actor, offset, limit int) (out []view.Collection, full bool, err error) {
	out, err = s.list(ctx, by, func(v *store.View) ([]social.Collection, error) {
		all, err := v.OpenCollections(ctx, limit, offset)
		full = len(all) == limit
		return all, err
	})
	if err != nil {
		return nil, false, err
	}
	reader, err := s.view.Reader(ctx, by.Account)
	if err != nil {
		return nil, false, err
	}
	return slices.DeleteFunc(out, func(c view.Collection) bool {
		rel := reader.RelationTo(c.Curator, s.store.Now())
		return len(c.Accounts) == 0 || rel.Mutes || rel.Apart()
	}), full, nil
}

// With is the collections that by is in. Which others are in is told nobody.
func (s *Service) With(ctx context.Context, by social.Actor, who social.AccountID, limit, offset int) ([]view.Collection, error) {
	if who != by.Account {
		return nil, store.NoPost
	}
	return s.list(ctx, by, func(v *store.View) ([]social.Collection, error) {
		return v.CollectionsWith(ctx, by.Account, limit, offset)
	})
}

// list puts collections before by.
func (s *Service) list(ctx context.Context, by social.Actor, get func(v *store.View) ([]social.Collection, error)) ([]view.Collection, error) {
	var all []social.Collection
	if err := s.store.Read(ctx, func(v *store.View) (err error) { all, err = get(v); return err }); err != nil {
		return nil, err
	}
	return s.view.Collections(ctx, by, all, social.Asked)
}
