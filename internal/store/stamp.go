package store

import "context"

// A KeptStamp is what an authority answered about a checkpoint of so many records.
type KeptStamp struct {
	Size   int64
	AtMs   int64 // what it says
	URL    string
	Answer []byte
}

func scanStamp(r row) (s KeptStamp, err error) { return s, r.Scan(&s.Size, &s.AtMs, &s.URL, &s.Answer) }

const stampColumns = `size, at_ms, url, answer`

// LastStamp returns the newest, or NotFound.
func (v *View) LastStamp(ctx context.Context) (KeptStamp, error) {
	return one(ctx, v, noEvidence, scanStamp, `SELECT `+stampColumns+` FROM evidence_stamps ORDER BY size DESC LIMIT 1`)
}

// StampOf returns that of the checkpoint of a size, or NotFound.
func (v *View) StampOf(ctx context.Context, size int64) (KeptStamp, error) {
	return one(ctx, v, noEvidence, scanStamp, `SELECT `+stampColumns+` FROM evidence_stamps WHERE size = $1`, size)
}

// StampedSizes returns up to limit sizes that were stamped, below one, the largest
// first.
func (v *View) StampedSizes(ctx context.Context, below int64, limit int) ([]int64, error) {
	return list[int64](ctx, v, `SELECT size FROM evidence_stamps WHERE size < $1 ORDER BY size DESC LIMIT $2`, below, limit)
}

// AddStamp stores one, unless somebody did.
func (tx *Tx) AddStamp(ctx context.Context, s KeptStamp) error {
	_, err := tx.exec(ctx, `INSERT INTO evidence_stamps (size, at_ms, url, answer) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, s.Size, s.AtMs, s.URL, s.Answer)
	return err
}
