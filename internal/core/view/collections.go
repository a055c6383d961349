package view

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// A Collection is one before a reader: with the accounts that it shows and the
// reader may see, in the order of its items.
type Collection struct {
	social.Collection
	Curator  *Face
	Accounts []*Face
}

// Collections puts collections before by. Those of who is kept away from by
// are left out, unless by stands in them and may want to leave; and of the
// others what by may not see, and who agrees no longer. Who looks through
// reports sees all.
func (v *View) Collections(ctx context.Context, by social.Actor, all []social.Collection, door social.Door) ([]Collection, error) {
	var ids []social.AccountID
	for _, c := range all {
		ids = append(ids, c.Owner)
		for _, x := range c.Items {
			ids = append(ids, x.Account)
		}
	}
	faces, agree, err := v.collected(ctx, by, ids, door)
	if err != nil {
		return nil, err
	}
	var out []Collection
	for _, c := range all {
		shown := Collection{Collection: c, Curator: faces[c.Owner]}
		if shown.Curator == nil && by.SignedIn() && c.Shows(by.Account) {
			if shown.Curator, err = v.Face(ctx, c.Owner); err != nil {
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

// CollectionsOf is Collections of those of ids that are there.
func (v *View) CollectionsOf(ctx context.Context, by social.Actor, ids []social.CollectionID, door social.Door) ([]Collection, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var all []social.Collection
	if err := v.store.Read(ctx, func(s *store.View) (err error) { all, err = s.CollectionsOf(ctx, ids); return err }); err != nil {
		return nil, err
	}
	return v.Collections(ctx, by, all, door)
}

// collectionsPath is what the addresses of collections begin with, after that
// of the house.
const collectionsPath = "/collections/"

// CollectionURL is a collection's page.
func (v *View) CollectionURL(which social.CollectionID) string {
	return v.config.BaseURL + collectionsPath + strconv.FormatInt(int64(which), 10)
}

// CollectionAt is which collection an address of the house names.
func (v *View) CollectionAt(address string) (social.CollectionID, bool) {
	number, ok := strings.CutPrefix(address, v.config.BaseURL+collectionsPath)
	if !ok {
		return 0, false
	}
	n, ok := id.Parse(number)
	return social.CollectionID(n), ok
}

// maxTagged is how many of the collections that a post links to are shown with
// it.
const maxTagged = 5

// collectionsIn are those that a text links to.
func (v *View) collectionsIn(s string) (out []social.CollectionID) {
	if !strings.Contains(s, v.config.BaseURL+collectionsPath) {
		return nil
	}
	for _, piece := range text.Parse(s) {
		if c, ok := v.CollectionAt(piece.Text); piece.Kind == text.Link && ok && !slices.Contains(out, c) && len(out) < maxTagged {
			out = append(out, c)
		}
	}
	return out
}

// passOn fills in the collections that posts link to, as far as by may see
// them. Most posts link to none, and cost nothing.
func (v *View) passOn(ctx context.Context, by social.Actor, out []*Seen) error {
	var with []*Seen
	var ids []social.CollectionID
	for _, s := range out {
		for s = s.Original(); s != nil; s = s.Quoted {
			if len(s.Card.Collections) > 0 {
				with, ids = append(with, s), append(ids, s.Card.Collections...)
			}
		}
	}
	all, err := v.CollectionsOf(ctx, by, ids, social.Asked)
	for _, s := range with {
		for _, c := range all {
			if slices.Contains(s.Card.Collections, c.ID) {
				s.Collections = append(s.Collections, c)
			}
		}
	}
	return err
}

// collected is those of ids that are there and not kept away from by, and
// which of them agree to be shown in collections.
func (v *View) collected(ctx context.Context, by social.Actor, ids []social.AccountID, door social.Door) (out map[social.AccountID]*Face, agree map[social.AccountID]bool, err error) {
	reader, err := v.Reader(ctx, by.Account)
	if err != nil {
		return nil, nil, err
	}
	faces, err := v.Faces(ctx, ids)
	out, agree = make(map[social.AccountID]*Face, len(faces)), map[social.AccountID]bool{}
	for _, f := range faces {
		rel := reader.RelationTo(f, v.store.Now())
		if door == social.Reported {
			out[f.ID], agree[f.ID] = f, true
		} else if f.ID == by.Account || f.Standing == social.Good && !rel.Apart() {
			out[f.ID], agree[f.ID] = f, f.ID == by.Account || f.Agrees(rel)
		}
	}
	return out, agree, err
}
