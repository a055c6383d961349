package store

import (
	"context"
	"encoding/json"

	"github.com/plaza-social/plaza/internal/social"
)

func scanFilter(r row) (f social.Filter, err error) {
	var contexts string
	var until int64
	if err := r.Scan(&f.ID, &f.Owner, &f.Title, &contexts, &f.Action, &until); err != nil {
		return f, err
	}
	f.Until = moment(until)
	return f, json.Unmarshal([]byte(contexts), &f.Contexts)
}

// Filters returns owner's filters with all that is in them, oldest first.
func (v *View) Filters(ctx context.Context, owner social.AccountID) ([]social.Filter, error) {
	all, err := rows(ctx, v, scanFilter, `SELECT id, owner_id, title, contexts, action, expires_ms FROM filters
		WHERE owner_id = $1 ORDER BY id LIMIT $2`, owner, social.MaxFilters)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	byID := make(map[social.FilterID]*social.Filter, len(all))
	for i := range all {
		byID[all[i].ID] = &all[i]
	}
	_, err = rows(ctx, v, func(r row) (k social.FilterKeyword, err error) {
		var in social.FilterID
		if err := r.Scan(&in, &k.ID, &k.Words, &k.Whole); err != nil {
			return k, err
		}
		if f := byID[in]; f != nil {
			f.Keywords = append(f.Keywords, k)
		}
		return k, nil
	}, `SELECT k.filter_id, k.id, k.keyword, k.whole FROM filters f JOIN filter_keywords k ON k.filter_id = f.id
		WHERE f.owner_id = $1 ORDER BY k.id LIMIT $2`, owner, social.MaxFilterKeywords)
	if err != nil {
		return nil, err
	}
	_, err = rows(ctx, v, func(r row) (p social.FilterPost, err error) {
		var in social.FilterID
		if err := r.Scan(&in, &p.ID, &p.Post); err != nil {
			return p, err
		}
		if f := byID[in]; f != nil {
			f.Posts = append(f.Posts, p)
		}
		return p, nil
	}, `SELECT p.filter_id, p.id, p.post_id FROM filters f JOIN filter_posts p ON p.filter_id = f.id
		WHERE f.owner_id = $1 ORDER BY p.id LIMIT $2`, owner, social.MaxFilterPosts)
	return all, err
}

// SetFilter stores f in place of was, which is the zero Filter if f is new.
func (tx *Tx) SetFilter(ctx context.Context, was, f social.Filter) error {
	if _, err := tx.exec(ctx, `INSERT INTO filters (id, owner_id, title, contexts, action, expires_ms) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (id) DO UPDATE SET title = excluded.title, contexts = excluded.contexts, action = excluded.action, expires_ms = excluded.expires_ms`,
		f.ID, f.Owner, f.Title, asJSON(f.Contexts), f.Action, millis(f.Until)); err != nil {
		return err
	}
	for _, k := range without(was.Keywords, f.Keywords) {
		if _, err := tx.exec(ctx, `DELETE FROM filter_keywords WHERE id = $1`, k.ID); err != nil {
			return err
		}
	}
	for _, k := range without(f.Keywords, was.Keywords) {
		if _, err := tx.exec(ctx, `INSERT INTO filter_keywords (id, filter_id, keyword, whole) VALUES ($1, $2, $3, $4)`, k.ID, f.ID, k.Words, k.Whole); err != nil {
			return err
		}
	}
	for _, p := range without(was.Posts, f.Posts) {
		if _, err := tx.exec(ctx, `DELETE FROM filter_posts WHERE id = $1`, p.ID); err != nil {
			return err
		}
	}
	for _, p := range without(f.Posts, was.Posts) {
		if _, err := tx.exec(ctx, `INSERT INTO filter_posts (id, filter_id, post_id) VALUES ($1, $2, $3)`, p.ID, f.ID, p.Post); err != nil {
			if postgresCode(err) == foreignKey {
				return NoPost // somebody has just deleted it
			}
			return err
		}
	}
	return nil
}

// without is what of all is not just so among others.
func without[T comparable](all, others []T) (out []T) {
	there := make(map[T]bool, len(others))
	for _, x := range others {
		there[x] = true
	}
	for _, x := range all {
		if !there[x] {
			out = append(out, x)
		}
	}
	return out
}

// RemoveFilter takes a filter away, with what is in it.
func (tx *Tx) RemoveFilter(ctx context.Context, which social.FilterID) error {
	_, err := tx.exec(ctx, `DELETE FROM filters WHERE id = $1`, which)
	return err
}
