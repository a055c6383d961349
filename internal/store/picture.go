package store

import (
	"context"

	"github.com/plaza-social/plaza/internal/social"
)

// AddPicture keeps by what a picture of a profile or an emoji is found on a list, and
// who sent it: its owner, zero for nobody. It is forgotten with the file, see DropFile.
func (tx *Tx) AddPicture(ctx context.Context, m social.Media) error {
	_, err := tx.exec(ctx, `INSERT INTO pictures (file, print, look, quality, sender_id) VALUES ($1, $2, $3, $4, (SELECT id FROM accounts WHERE id = $5)) ON CONFLICT (file) DO NOTHING`,
		m.File, m.Print, m.Look, m.Quality, m.Owner)
	return err
}

// Pictures returns up to limit of those that are known, after one, by the names of
// their files.
func (v *View) Pictures(ctx context.Context, after string, limit int) ([]social.Media, error) {
	return rows(ctx, v, func(r row) (m social.Media, err error) {
		return m, r.Scan(&m.File, &m.Print, &m.Look, &m.Quality, &m.Owner)
	},
		`SELECT file, print, look, quality, COALESCE(sender_id, 0) FROM pictures WHERE file > $1 ORDER BY file LIMIT $2`, after, limit)
}

// PicturesUnknown returns up to limit files that stand on a profile here or are an
// emoji, and are not among Pictures: they came before anybody kept that.
func (v *View) PicturesUnknown(ctx context.Context, limit int) ([]string, error) {
	return list[string](ctx, v, `SELECT file FROM (SELECT avatar AS file FROM accounts WHERE avatar <> '' AND host = ''
		UNION SELECT header FROM accounts WHERE header <> '' AND host = '' UNION SELECT file FROM emojis) AS shown
		WHERE NOT EXISTS (SELECT 1 FROM pictures WHERE pictures.file = shown.file) LIMIT $1`, limit)
}

// maxShows is how many show the same picture: names are made for one each.
const maxShows = 10

// ShowsPicture returns who here has a picture on their profile, and which emojis are
// it.
func (v *View) ShowsPicture(ctx context.Context, file string) (people []social.AccountID, emojis []social.EmojiID, err error) {
	if people, err = list[social.AccountID](ctx, v, `SELECT id FROM accounts WHERE avatar = $1 AND avatar <> '' AND host = ''
		UNION SELECT id FROM accounts WHERE header = $1 AND header <> '' AND host = '' LIMIT $2`, file, maxShows); err != nil {
		return nil, nil, err
	}
	emojis, err = list[social.EmojiID](ctx, v, `SELECT id FROM emojis WHERE file = $1 LIMIT $2`, file, maxShows)
	return people, emojis, err
}
