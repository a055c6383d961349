package store

import (
	"context"

	"github.com/plaza-social/plaza/internal/social"
)

const collectionColumns = `id, owner_id, name, description, language, tag, sensitive, discoverable, created_ms, updated_ms`

func scanCollection(r row) (c social.Collection, err error) {
	var created, updated int64
	err = r.Scan(&c.ID, &c.Owner, &c.Name, &c.Description, &c.Language, &c.Tag, &c.Sensitive, &c.Discoverable, &created, &updated)
	c.CreatedAt, c.UpdatedAt = moment(created), moment(updated)
	return c, err
}

// Collection returns one with its items, or NoPost.
func (v *View) Collection(ctx context.Context, id social.CollectionID) (social.Collection, error) {
	c, err := one(ctx, v, NoPost, scanCollection, `SELECT `+collectionColumns+` FROM collections WHERE id = $1`, id)
	if err != nil {
		return c, err
	}
	all := []social.Collection{c}
	err = v.fillCollections(ctx, all)
	return all[0], err
}

// CollectionsOf returns those of ids that are there, with their items.
func (v *View) CollectionsOf(ctx context.Context, ids []social.CollectionID) ([]social.Collection, error) {
	all, err := rows(ctx, v, scanCollection, `SELECT `+collectionColumns+` FROM collections WHERE id `+v.d.idList(1), asJSON(ids))
	if err != nil {
		return nil, err
	}
	return all, v.fillCollections(ctx, all)
}

// CollectionsBy returns owner's collections with their items, the newest
// first; only those that are for everybody if open is set.
func (v *View) CollectionsBy(ctx context.Context, owner social.AccountID, open bool, limit, offset int) ([]social.Collection, error) {
	all, err := rows(ctx, v, scanCollection, `SELECT `+collectionColumns+` FROM collections
		WHERE owner_id = $1 AND (discoverable OR NOT $2) ORDER BY id DESC LIMIT $3 OFFSET $4`, owner, open, limit, offset)
	if err != nil {
		return nil, err
	}
	return all, v.fillCollections(ctx, all)
}

// OpenCollections returns the collections of ours that are for everybody, by
// people who want to be found, with their items, the newest first.
func (v *View) OpenCollections(ctx context.Context, limit, offset int) ([]social.Collection, error) {
	all, err := rows(ctx, v, scanCollection, `SELECT `+collectionColumns+` FROM collections
		WHERE discoverable AND NOT sensitive AND owner_id IN (SELECT id FROM accounts WHERE host = '' AND discoverable AND standing = 'good' AND NOT limited)
		ORDER BY id DESC LIMIT $1 OFFSET $2`, limit, offset)
	if err != nil {
		return nil, err
	}
	return all, v.fillCollections(ctx, all)
}

// CollectionsWith returns the collections that show an account, the newest
// first.
func (v *View) CollectionsWith(ctx context.Context, account social.AccountID, limit, offset int) ([]social.Collection, error) {
	all, err := rows(ctx, v, scanCollection, `SELECT `+collectionColumns+` FROM collections
		WHERE id IN (SELECT collection_id FROM collection_items WHERE account_id = $1 AND state = 'accepted')
		ORDER BY id DESC LIMIT $2 OFFSET $3`, account, limit, offset)
	if err != nil {
		return nil, err
	}
	return all, v.fillCollections(ctx, all)
}

func (v *View) fillCollections(ctx context.Context, all []social.Collection) error {
	if len(all) == 0 {
		return nil
	}
	byID, ids := map[social.CollectionID]*social.Collection{}, make([]social.CollectionID, len(all))
	for i := range all {
		byID[all[i].ID], ids[i] = &all[i], all[i].ID
	}
	_, err := rows(ctx, v, func(r row) (x social.CollectionItem, err error) {
		var in social.CollectionID
		var created int64
		if err := r.Scan(&in, &x.ID, &x.Account, &x.State, &created); err != nil {
			return x, err
		}
		x.CreatedAt = moment(created)
		byID[in].Items = append(byID[in].Items, x)
		return x, nil
	}, `SELECT collection_id, id, account_id, state, created_ms FROM collection_items WHERE collection_id `+v.d.idList(1)+` ORDER BY id`, asJSON(ids))
	return err
}

// SetCollection stores what a collection says of itself; it may be new.
func (tx *Tx) SetCollection(ctx context.Context, c social.Collection) error {
	_, err := tx.exec(ctx, `INSERT INTO collections (`+collectionColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, description = excluded.description, language = excluded.language, tag = excluded.tag,
			sensitive = excluded.sensitive, discoverable = excluded.discoverable, updated_ms = excluded.updated_ms`,
		c.ID, c.Owner, c.Name, c.Description, c.Language, c.Tag, c.Sensitive, c.Discoverable, millis(c.CreatedAt), millis(c.UpdatedAt))
	return err
}

// RemoveCollection takes a collection away.
func (tx *Tx) RemoveCollection(ctx context.Context, id social.CollectionID) error {
	_, err := tx.exec(ctx, `DELETE FROM collections WHERE id = $1`, id)
	return err
}

// SetCollectionItem stores an item of a collection; it may be new.
func (tx *Tx) SetCollectionItem(ctx context.Context, in social.CollectionID, x social.CollectionItem) error {
	_, err := tx.exec(ctx, `INSERT INTO collection_items (id, collection_id, account_id, state, created_ms) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state`, x.ID, in, x.Account, x.State, millis(x.CreatedAt))
	return err
}

// RemoveCollectionItem takes an item out of its collection.
func (tx *Tx) RemoveCollectionItem(ctx context.Context, id social.CollectionItemID) error {
	_, err := tx.exec(ctx, `DELETE FROM collection_items WHERE id = $1`, id)
	return err
}
