package store

import (
	"context"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// A Figure is a number that is kept of a day, which is counted from 1970.
type Figure struct {
	Day  int64
	Name string
	N    int64
}

func scanFigure(r row) (f Figure, err error) { return f, r.Scan(&f.Day, &f.Name, &f.N) }

var noFigure = errs.New(errs.NotFound, "Record not found")

// Figures returns up to limit of what is kept of the days from one to another, both
// counted, in their order.
func (v *View) Figures(ctx context.Context, from, to int64, limit int) ([]Figure, error) {
	return rows(ctx, v, scanFigure, `SELECT day, name, n FROM daily_figures WHERE day >= $1 AND day <= $2 ORDER BY day, name LIMIT $3`, from, to, limit)
}

// LastFigure returns the newest of a name, from a day on, or NotFound.
func (v *View) LastFigure(ctx context.Context, name string, from int64) (Figure, error) {
	return one(ctx, v, noFigure, scanFigure, `SELECT day, name, n FROM daily_figures WHERE day >= $2 AND name = $1 ORDER BY day DESC LIMIT 1`, name, from)
}

// SetFigures keeps figures, each in the place of what was kept of its day.
func (tx *Tx) SetFigures(ctx context.Context, all []Figure) error {
	for _, f := range all {
		if _, err := tx.exec(ctx, `INSERT INTO daily_figures (day, name, n) VALUES ($1, $2, $3)
			ON CONFLICT (day, name) DO UPDATE SET n = excluded.n`, f.Day, f.Name, f.N); err != nil {
			return err
		}
	}
	return nil
}

// TrimFigures forgets the days before one.
func (tx *Tx) TrimFigures(ctx context.Context, before int64) error {
	_, err := tx.exec(ctx, `DELETE FROM daily_figures WHERE day < $1`, before)
	return err
}
