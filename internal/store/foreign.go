package store

import (
	"context"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

// SetStranger stores what another server says of one of its accounts. How the
// account stands here stays. A name that is taken is a Conflict.
func (tx *Tx) SetStranger(ctx context.Context, a social.Account) error {
	if err := tx.SetProfile(ctx, a); err != nil {
		return err
	}
	n, err := tx.exec(ctx, `UPDATE accounts SET username = $2, username_key = $3, host = $4, page = $5, aliases = $6, moved_to = $7
		WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM accounts o WHERE o.username_key = $3 AND o.host = $4 AND o.id <> $1)`,
		a.ID, a.Username, social.UsernameKey(a.Username), a.Host, a.Page, asJSON(a.Aliases), a.MovedTo)
	if err == nil && n == 0 {
		err = errs.New(errs.Conflict, "This username is taken.")
	}
	return err
}

// LoseName takes an account's name away: its server gave it to another. What
// it is called now nobody can be called, as no name has a tilde.
func (tx *Tx) LoseName(ctx context.Context, a social.Account) error {
	name := a.Username + "~" + asJSON(a.ID)
	_, err := tx.exec(ctx, `UPDATE accounts SET username = $2, username_key = $3 WHERE id = $1`, a.ID, name, social.UsernameKey(name))
	return err
}

// SetAliases stores as which others an account is known.
func (tx *Tx) SetAliases(ctx context.Context, id social.AccountID, uris []string) error {
	_, err := tx.exec(ctx, `UPDATE accounts SET aliases = $2 WHERE id = $1`, id, asJSON(uris))
	return err
}

// SetMoved stores where an account lives now; zero is where it always did.
func (tx *Tx) SetMoved(ctx context.Context, a social.Account) error {
	_, err := tx.exec(ctx, `UPDATE accounts SET moved_to = $2, moved_ms = $3 WHERE id = $1`, a.ID, a.MovedTo, millis(a.MovedAt))
	return err
}

// FollowedHere reports whether one of ours follows an account.
func (v *View) FollowedHere(ctx context.Context, who social.AccountID) (bool, error) {
	found, err := list[social.AccountID](ctx, v, `SELECT f.owner_id FROM follows f JOIN accounts a ON a.id = f.owner_id
		WHERE f.target_id = $1 AND f.accepted AND a.host = '' LIMIT 1`, who)
	return len(found) > 0, err
}

// FollowersHere returns up to limit of ours who follow an account, by the ids
// of their follows.
func (v *View) FollowersHere(ctx context.Context, of social.AccountID, after social.FollowID, limit int) ([]social.Follow, error) {
	return rows(ctx, v, func(r row) (f social.Follow, err error) { return f, r.Scan(&f.ID, &f.Owner, &f.Target) },
		`SELECT f.id, f.owner_id, f.target_id FROM follows f JOIN accounts a ON a.id = f.owner_id
		WHERE f.target_id = $1 AND f.id > $2 AND f.accepted AND a.host = '' ORDER BY f.id LIMIT $3`, of, after, limit)
}

// EndGone forgets that something is gone.
func (tx *Tx) EndGone(ctx context.Context, uri string) (was bool, err error) {
	n, err := tx.exec(ctx, `DELETE FROM gone WHERE uri = $1`, uri)
	return n > 0, err
}

// SetPostURI gives a boost another address.
func (tx *Tx) SetPostURI(ctx context.Context, id social.PostID, uri string) error {
	_, err := tx.exec(ctx, `UPDATE posts SET uri = $2 WHERE id = $1`, id, nullable(uri))
	return err
}

// TrimEdits keeps the last versions of a post.
func (tx *Tx) TrimEdits(ctx context.Context, id social.PostID, keep int) error {
	_, err := tx.exec(ctx, `DELETE FROM post_edits WHERE post_id = $1 AND at_ms < (
		SELECT at_ms FROM post_edits WHERE post_id = $1 ORDER BY at_ms DESC LIMIT 1 OFFSET $2)`, id, keep-1)
	return err
}

// QuoteStamp returns the address of the consent to a post's quote, or empty.
func (v *View) QuoteStamp(ctx context.Context, post social.PostID) (string, error) {
	all, err := list[string](ctx, v, `SELECT uri FROM quote_stamps WHERE post_id = $1`, post)
	if err != nil || len(all) == 0 {
		return "", err
	}
	return all[0], nil
}

// SetQuoteStamp stores it; an empty one removes it.
func (tx *Tx) SetQuoteStamp(ctx context.Context, post social.PostID, uri string) error {
	if uri == "" {
		_, err := tx.exec(ctx, `DELETE FROM quote_stamps WHERE post_id = $1`, post)
		return err
	}
	_, err := tx.exec(ctx, `INSERT INTO quote_stamps (post_id, uri) VALUES ($1, $2) ON CONFLICT (post_id) DO UPDATE SET uri = $2`, post, uri)
	return err
}

// Stamped returns up to limit posts whose quotes have a consent at an address.
func (v *View) Stamped(ctx context.Context, uri string, limit int) ([]social.PostID, error) {
	return list[social.PostID](ctx, v, `SELECT post_id FROM quote_stamps WHERE uri = $1 ORDER BY post_id LIMIT $2`, uri, limit)
}

// FollowAlongJob is the kind of the job that has those of ours who follow an
// account that moved follow it to where it went; its argument is a Moving.
const FollowAlongJob = "follow.along"

// Moving is an account that moves to another.
type Moving struct {
	From social.AccountID `json:"from"`
	To   social.AccountID `json:"to"`
}

// FollowAlong has a FollowAlongJob done.
func (tx *Tx) FollowAlong(ctx context.Context, m Moving) error {
	return tx.AddJob(ctx, FollowAlongJob, m, tx.Now, asJSON(m))
}
