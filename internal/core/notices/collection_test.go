package notices_test

import (
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/core/collections"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// A curated house is one whose people agree to be put into collections.
type curated struct {
	*house
	of *collections.Service
}

func eachCurated(t *testing.T, fn func(h curated)) {
	each(t, func(h *house) {
		v := view.New(h.store, view.Config{BaseURL: "https://plaza.example"})
		h.store.Watch(v.Watch)
		h.must(h.store.Write(h.ctx, func(tx *store.Tx) error {
			for _, who := range []social.AccountID{ada, ben, cleo} {
				a, err := tx.Account(h.ctx, who)
				if err != nil {
					return err
				}
				a.Discoverable = true
				if err := tx.SetProfile(h.ctx, a); err != nil {
					return err
				}
			}
			return nil
		}))
		fn(curated{h, collections.New(h.store, v)})
	})
}

// collect makes a collection of somebody's.
func (h curated) collect(by social.AccountID, name string, whom ...social.AccountID) view.Collection {
	h.Helper()
	h.clock.Pass(time.Second)
	c, err := h.of.Add(h.ctx, as(by), collections.Change{Name: &name}, whom)
	h.must(err)
	return c
}

func (h curated) rename(by social.AccountID, c view.Collection, name string) {
	h.Helper()
	h.clock.Pass(time.Second)
	_, err := h.of.Change(h.ctx, as(by), c.ID, collections.Change{Name: &name})
	h.must(err)
}

func TestCollectionsAreTold(t *testing.T) {
	eachCurated(t, func(h curated) {
		first := h.collect(ben, "Bakers", ada, ben)
		h.told("put in at once", ada, "collected by ben")
		h.told("who put themselves in", ben)
		if _, got := h.list(ada, social.NoticeFilter{}, social.Page{Limit: 9}); got.Items[0].Collection == nil || got.Items[0].Collection.Name != "Bakers" {
			t.Errorf("the notice is about %+v", got.Items[0].Collection)
		}
		h.rename(ben, first, "Bakers")
		h.told("nothing changed", ada, "collected by ben")
		hidden := false
		_, err := h.of.Change(h.ctx, as(ben), first.ID, collections.Change{Discoverable: &hidden})
		h.must(err)
		h.told("only where it is shown changed", ada, "collected by ben")
		h.rename(ben, first, "Great bakers")
		h.rename(ben, first, "Greater bakers")
		h.told("changed twice", ada, "collection_edit by ben", "collected by ben")

		second := h.collect(ben, "Friends")
		h.clock.Pass(time.Second)
		item, err := h.of.AddItem(h.ctx, as(ben), second.ID, ada)
		h.must(err)
		h.told("another", ada, "collected by ben", "collection_edit by ben", "collected by ben")
		h.must(h.of.RemoveItem(h.ctx, as(ben), second.ID, item.ID))
		h.told("taken out of it", ada, "collection_edit by ben", "collected by ben")
		h.must(h.of.Revoke(h.ctx, as(ada), first.ID, first.Items[0].ID))
		h.told("left", ada)
		h.rename(ben, first, "Bakers again")
		h.told("who left", ada)

		third := h.collect(ben, "Gone soon", ada)
		h.told("a third", ada, "collected by ben")
		h.must(h.of.Remove(h.ctx, as(ben), third.ID))
		h.told("it is gone", ada)
	})
}

func TestCollectionsOfThoseKeptAwayAreNotTold(t *testing.T) {
	eachCurated(t, func(h curated) {
		c := h.collect(ben, "Bakers", ada)
		h.told("before", ada, "collected by ben")
		h.must(h.rel.Mute(h.ctx, as(ada), ben, true, time.Hour))
		h.rename(ben, c, "While muted")
		h.told("muted", ada)
		h.must(h.rel.Unmute(h.ctx, as(ada), ben))
		h.rename(ben, c, "Not muted any more")
		h.told("not muted any more", ada, "collection_edit by ben")
		h.must(h.rel.Block(h.ctx, as(ada), ben))
		h.rename(ben, c, "Blocked")
		h.told("blocked", ada)
	})
}

func TestCollectionsAskThePolicy(t *testing.T) {
	eachCurated(t, func(h curated) {
		h.wants(ada, func(p *social.NoticePolicy) { p.NotFollowing = social.NoticeHeld })
		h.wants(cleo, func(p *social.NoticePolicy) { p.NotFollowing = social.NoticeDropped })
		h.collect(ben, "Bakers", ada, cleo)
		h.told("kept apart", ada)
		h.told("never told", cleo)
		rs := h.asking("of the collection", ada, "ben 1")
		h.must(h.notices.Accept(h.ctx, as(ada), []social.NoticeRequestID{rs[0].ID}))
		h.told("let in", ada, "collected by ben")
	})
}
