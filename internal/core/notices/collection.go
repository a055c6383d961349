package notices

import (
	"context"
	"slices"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// aboutCollection reports whether k is about a collection.
func aboutCollection(k social.NoticeKind) bool {
	return k == social.NoticeCollected || k == social.NoticeCollectionEdit
}

// collected tells who was put into a collection. Who is not in it any more has
// nothing left to be told of it.
func (t teller) collected(ctx context.Context, f event.Collected) error {
	n := social.Notice{Owner: f.Account, Kind: social.NoticeCollected, From: f.Owner, About: int64(f.Collection)}
	if !f.Off {
		return t.tell(ctx, n)
	}
	for _, n.Kind = range []social.NoticeKind{social.NoticeCollected, social.NoticeCollectionEdit} {
		if err := t.tx.EndNotice(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

// collectionChanged tells those in a collection that it says something else now.
func (t teller) collectionChanged(ctx context.Context, f event.CollectionChanged) error {
	c, err := t.tx.Collection(ctx, f.Collection)
	if err != nil {
		return errs.Absent(err)
	}
	for _, x := range c.Items {
		if x.State != social.ItemAccepted {
			continue
		}
		n := social.Notice{Owner: x.Account, Kind: social.NoticeCollectionEdit, From: c.Owner, About: int64(c.ID)}
		if err := t.tx.EndNotice(ctx, n); err != nil { // the last change counts
			return err
		}
		if err := t.tell(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

// collections fills in the collections that notices are about, and leaves out
// those whose collection is gone, or shows by no longer. Where there are none
// it reads nothing.
func (s *Service) collections(ctx context.Context, by social.Actor, told []Told) ([]Told, error) {
	var ids []social.CollectionID
	for _, t := range told {
		if aboutCollection(t.Kind) {
			ids = append(ids, social.CollectionID(t.About))
		}
	}
	if len(ids) == 0 {
		return told, nil
	}
	var all []social.Collection
	if err := s.store.Read(ctx, func(v *store.View) (err error) { all, err = v.CollectionsOf(ctx, ids); return err }); err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(c social.Collection) bool { return !c.Shows(by.Account) })
	shown, err := s.view.Collections(ctx, by, all, social.Asked)
	if err != nil {
		return nil, err
	}
	for i, t := range told {
		if j := slices.IndexFunc(shown, func(c view.Collection) bool { return aboutCollection(t.Kind) && int64(c.ID) == t.About }); j >= 0 {
			told[i].Collection = &shown[j]
		}
	}
	return slices.DeleteFunc(told, func(t Told) bool { return aboutCollection(t.Kind) && t.Collection == nil }), nil
}
