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

// Shown is a collection before a reader: with the accounts that it shows and
// the reader may see, in the order of its items.
type Shown struct {
	social.Collection
	Curator  *view.Face
	Accounts []*view.Face
}

// Add makes a collection of by's, with accounts in it.
func (s *Service) Add(ctx context.Context, by social.Actor, c Change, accounts []social.AccountID) (Shown, error) {
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
		return Shown{}, err
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
	return x, tx.SetCollectionItem(ctx, c.ID, x)
}

// Change changes what a collection of by's says of itself.
func (s *Service) Change(ctx context.Context, by social.Actor, which social.CollectionID, c Change) (Shown, error) {
	if err := s.own(ctx, by, "change collection", which, func(tx *store.Tx, is social.Collection) error {
		if err := c.apply(&is); err != nil {
			return err
		}
		is.UpdatedAt = tx.Now
		return tx.SetCollection(ctx, is)
	}); err != nil {
		return Shown{}, err
	}
	return s.Get(ctx, by, which)
}

// Remove takes a collection of by's away.
func (s *Service) Remove(ctx context.Context, by social.Actor, which social.CollectionID) error {
	return s.own(ctx, by, "remove collection", which, func(tx *store.Tx, is social.Collection) error { return tx.RemoveCollection(ctx, is.ID) })
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
		return tx.RemoveCollectionItem(ctx, item)
	})
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
func (s *Service) Get(ctx context.Context, by social.Actor, which social.CollectionID) (Shown, error) {
	out, err := s.list(ctx, by, func(v *store.View) ([]social.Collection, error) {
		c, err := v.Collection(ctx, which)
		return []social.Collection{c}, err
	})
	if err == nil && len(out) == 0 {
		err = store.NoPost
	}
	if err != nil {
		return Shown{}, err
	}
	return out[0], nil
}

// Of is the collections that an account shows on its page; all of them if it
// is by's own.
func (s *Service) Of(ctx context.Context, by social.Actor, owner social.AccountID, limit, offset int) ([]Shown, error) {
	if _, err := s.view.Face(ctx, owner); err != nil {
		return nil, err
	}
	return s.list(ctx, by, func(v *store.View) ([]social.Collection, error) {
		return v.CollectionsBy(ctx, owner, owner != by.Account, limit, offset)
	})
}

// With is the collections that by is in. Which others are in is told nobody.
func (s *Service) With(ctx context.Context, by social.Actor, who social.AccountID, limit, offset int) ([]Shown, error) {
	if who != by.Account {
		return nil, store.NoPost
	}
	return s.list(ctx, by, func(v *store.View) ([]social.Collection, error) {
		return v.CollectionsWith(ctx, by.Account, limit, offset)
	})
}

// list puts collections before by. Those of who is kept away from by are left
// out, unless by stands in them and may want to leave; and of the others what
// by may not see, and who agrees no longer.
func (s *Service) list(ctx context.Context, by social.Actor, get func(v *store.View) ([]social.Collection, error)) ([]Shown, error) {
	var all []social.Collection
	if err := s.store.Read(ctx, func(v *store.View) (err error) { all, err = get(v); return err }); err != nil {
		return nil, err
	}
	var ids []social.AccountID
	for _, c := range all {
		ids = append(ids, c.Owner)
		for _, x := range c.Items {
			ids = append(ids, x.Account)
		}
	}
	faces, agree, err := s.visible(ctx, by, ids)
	if err != nil {
		return nil, err
	}
	var out []Shown
	for _, c := range all {
		shown := Shown{Collection: c, Curator: faces[c.Owner]}
		in := c.Item(func(x social.CollectionItem) bool { return x.Account == by.Account && x.State == social.ItemAccepted }) >= 0
		if shown.Curator == nil && in && by.SignedIn() {
			if shown.Curator, err = s.view.Face(ctx, c.Owner); err != nil {
				return nil, err
			}
		}
		if shown.Curator == nil {
			continue
		}
		shown.Items = slices.DeleteFunc(c.Items, func(x social.CollectionItem) bool { return x.State != social.ItemAccepted || !agree[x.Account] })
		for _, x := range shown.Items {
			shown.Accounts = append(shown.Accounts, faces[x.Account])
		}
		out = append(out, shown)
	}
	return out, nil
}

// visible is those of ids that are there and not kept away from by, and which
// of them agree to be shown in collections.
func (s *Service) visible(ctx context.Context, by social.Actor, ids []social.AccountID) (out map[social.AccountID]*view.Face, agree map[social.AccountID]bool, err error) {
	reader, err := s.view.Reader(ctx, by.Account)
	if err != nil {
		return nil, nil, err
	}
	faces, err := s.view.Faces(ctx, ids)
	out, agree = make(map[social.AccountID]*view.Face, len(faces)), map[social.AccountID]bool{}
	for _, f := range faces {
		rel := reader.RelationTo(f, s.store.Now())
		if f.ID == by.Account || f.Standing == social.Good && !rel.Apart() {
			out[f.ID], agree[f.ID] = f, f.ID == by.Account || f.Agrees(rel)
		}
	}
	return out, agree, err
}
