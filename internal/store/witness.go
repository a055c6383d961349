package store

import (
	"context"

	"github.com/plaza-social/plaza/internal/social"
)

func scanWatched(r row) (w social.Watched, err error) {
	var seen int64
	err = r.Scan(&w.Origin, &w.Key, &w.Size, &w.Root, &seen)
	w.Seen = moment(seen)
	return w, err
}

// Watched returns the logs that we witness, by name.
func (v *View) Watched(ctx context.Context) ([]social.Watched, error) {
	return rows(ctx, v, scanWatched, `SELECT origin, key, size, root, seen_ms FROM evidence_watched ORDER BY origin LIMIT $1`, social.MaxWatched)
}

// WatchedLog returns one of them, or NotFound.
func (v *View) WatchedLog(ctx context.Context, origin string) (social.Watched, error) {
	return one(ctx, v, noEvidence, scanWatched, `SELECT origin, key, size, root, seen_ms FROM evidence_watched WHERE origin = $1`, origin)
}

// HoldWatched returns one of them, or NotFound: until the commit nobody else
// changes it.
func (tx *Tx) HoldWatched(ctx context.Context, origin string) (social.Watched, error) {
	return one(ctx, &tx.View, noEvidence, scanWatched, `SELECT origin, key, size, root, seen_ms FROM evidence_watched WHERE origin = $1`+tx.d.forUpdate, origin)
}

// SetWatched stores what was seen of a log, or that it is watched from now on.
func (tx *Tx) SetWatched(ctx context.Context, w social.Watched) error {
	_, err := tx.exec(ctx, `INSERT INTO evidence_watched (origin, key, size, root, seen_ms) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (origin) DO UPDATE SET key = excluded.key, size = excluded.size, root = excluded.root, seen_ms = excluded.seen_ms`,
		w.Origin, w.Key, w.Size, w.Root, millis(w.Seen))
	return err
}

// EndWatched forgets a log, and reports whether it was watched.
func (tx *Tx) EndWatched(ctx context.Context, origin string) (bool, error) {
	n, err := tx.exec(ctx, `DELETE FROM evidence_watched WHERE origin = $1`, origin)
	return n > 0, err
}

func scanWitness(r row) (w social.Witness, err error) {
	var seen int64
	err = r.Scan(&w.Name, &w.Key, &w.URL, &w.Size, &seen, &w.Fault)
	w.Seen = moment(seen)
	return w, err
}

// Witnesses returns those of our log, by name.
func (v *View) Witnesses(ctx context.Context) ([]social.Witness, error) {
	return rows(ctx, v, scanWitness, `SELECT name, key, url, size, seen_ms, fault FROM evidence_witnesses ORDER BY name LIMIT $1`, social.MaxWitnesses)
}

// SetWitness stores a witness of our log, or how it answered.
func (tx *Tx) SetWitness(ctx context.Context, w social.Witness) error {
	_, err := tx.exec(ctx, `INSERT INTO evidence_witnesses (name, key, url, size, seen_ms, fault) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (name) DO UPDATE SET key = excluded.key, url = excluded.url, size = excluded.size, seen_ms = excluded.seen_ms, fault = excluded.fault`,
		w.Name, w.Key, w.URL, w.Size, millis(w.Seen), w.Fault)
	return err
}

// EndWitness forgets a witness, and reports whether there was one.
func (tx *Tx) EndWitness(ctx context.Context, name string) (bool, error) {
	n, err := tx.exec(ctx, `DELETE FROM evidence_witnesses WHERE name = $1`, name)
	return n > 0, err
}
