package view

import (
	"context"
	"slices"

	"github.com/plaza-social/plaza/internal/social"
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
// others what by may not see, and who agrees no longer.
func (v *View) Collections(ctx context.Context, by social.Actor, all []social.Collection) ([]Collection, error) {
	var ids []social.AccountID
	for _, c := range all {
		ids = append(ids, c.Owner)
		for _, x := range c.Items {
			ids = append(ids, x.Account)
		}
	}
	faces, agree, err := v.collected(ctx, by, ids)
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

// collected is those of ids that are there and not kept away from by, and
// which of them agree to be shown in collections.
func (v *View) collected(ctx context.Context, by social.Actor, ids []social.AccountID) (out map[social.AccountID]*Face, agree map[social.AccountID]bool, err error) {
	reader, err := v.Reader(ctx, by.Account)
	if err != nil {
		return nil, nil, err
	}
	faces, err := v.Faces(ctx, ids)
	out, agree = make(map[social.AccountID]*Face, len(faces)), map[social.AccountID]bool{}
	for _, f := range faces {
		rel := reader.RelationTo(f, v.store.Now())
		if f.ID == by.Account || f.Standing == social.Good && !rel.Apart() {
			out[f.ID], agree[f.ID] = f, f.ID == by.Account || f.Agrees(rel)
		}
	}
	return out, agree, err
}
