package store

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/plaza-social/plaza/internal/social"
)

// SetForeignEmojis stores pictures of another host. What is older than what is
// here is left out, and so is what exceeds the limit of how many a host has.
func (tx *Tx) SetForeignEmojis(ctx context.Context, all []social.ForeignEmoji, limit int) error {
	all = slices.SortedFunc(slices.Values(all), func(a, b social.ForeignEmoji) int { // who stores the same waits, and does not cross
		return cmp.Or(strings.Compare(a.Host, b.Host), strings.Compare(a.Shortcode, b.Shortcode))
	})
	for _, e := range all {
		if _, err := tx.exec(ctx, `INSERT INTO foreign_emojis (host, shortcode, uri, image, changed_ms)
			SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS BIGINT)
			WHERE EXISTS (SELECT 1 FROM foreign_emojis WHERE host = $1 AND shortcode = $2) OR (SELECT COUNT(*) FROM foreign_emojis WHERE host = $1) < $6
			ON CONFLICT (host, shortcode) DO UPDATE SET uri = excluded.uri, image = excluded.image, changed_ms = excluded.changed_ms
			WHERE foreign_emojis.changed_ms <= excluded.changed_ms AND (foreign_emojis.image <> excluded.image OR foreign_emojis.changed_ms < excluded.changed_ms)`,
			e.Host, e.Shortcode, e.URI, e.Image, millis(e.ChangedAt), limit); err != nil {
			return err
		}
	}
	return nil
}

// ForeignEmojis returns the pictures with any of some names of the hosts of
// accounts.
func (v *View) ForeignEmojis(ctx context.Context, of []social.AccountID, names []string) ([]AuthorEmoji, error) {
	return rows(ctx, v, func(r row) (e AuthorEmoji, err error) {
		var changed int64
		err = r.Scan(&e.Author, &e.Host, &e.Shortcode, &e.URI, &e.Image, &changed)
		e.ChangedAt = moment(changed)
		return e, err
	}, `SELECT a.id, e.host, e.shortcode, e.uri, e.image, e.changed_ms FROM accounts a JOIN foreign_emojis e ON e.host = a.host
		WHERE a.id `+v.d.idList(1)+` AND a.host <> '' AND e.shortcode IN `+v.d.strList(2), asJSON(of), asJSON(names))
}

// An AuthorEmoji is a picture that somebody elsewhere may have used.
type AuthorEmoji struct {
	Author social.AccountID
	social.ForeignEmoji
}
