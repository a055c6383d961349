package store

import (
	"context"

	"github.com/plaza-social/plaza/internal/social"
)

// formerMark begins what stands for the name of an account that is gone. No name
// begins so.
const formerMark = "~"

// former is what stands for it: only who has the key of the log can tell whether
// it is that of a name. Until there is a key it is the name.
func (v *View) former(ctx context.Context, username string) (string, error) {
	key := social.UsernameKey(username)
	if secret, err := v.EvidenceKey(ctx); err != nil || secret == "" {
		return key, err
	}
	alias, err := v.Alias(ctx, "former name "+key)
	return formerMark + alias, err
}

// RetireName keeps the name of an account that goes from being taken by
// somebody else: what was said to it would be read as said to them.
func (tx *Tx) RetireName(ctx context.Context, username string) error {
	key, err := tx.former(ctx, username)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, `INSERT INTO former_names (username_key) VALUES ($1) ON CONFLICT DO NOTHING`, key)
	return err
}

// NameRetired reports whether a name was that of an account that is gone.
func (v *View) NameRetired(ctx context.Context, username string) (bool, error) {
	key, err := v.former(ctx, username)
	if err != nil {
		return false, err
	}
	n, err := value[int](ctx, v, `SELECT COUNT(*) FROM former_names WHERE username_key = $1 OR username_key = $2`, key, social.UsernameKey(username))
	return n > 0, err
}

// HideFormerNames has up to limit names that were kept as they were be kept as
// what stands for them. It returns how many they were.
func (tx *Tx) HideFormerNames(ctx context.Context, limit int) (int, error) {
	if secret, err := tx.EvidenceKey(ctx); err != nil || secret == "" {
		return 0, err
	}
	all, err := list[string](ctx, &tx.View, `SELECT username_key FROM former_names WHERE username_key NOT LIKE $1 ORDER BY username_key LIMIT $2`, formerMark+"%", limit)
	if err != nil {
		return 0, err
	}
	for _, name := range all {
		if err := tx.RetireName(ctx, name); err != nil {
			return 0, err
		}
		if _, err := tx.exec(ctx, `DELETE FROM former_names WHERE username_key = $1`, name); err != nil {
			return 0, err
		}
	}
	return len(all), nil
}
