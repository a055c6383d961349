package store

import (
	"context"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

const importColumns = `id, owner_id, kind, mode, include, state, reason, total, done, waiting, failed, skipped, removed, swept, created_ms, started_ms, finished_ms`

func scanImport(r row) (i social.Import, err error) {
	var at, started, ended int64
	err = r.Scan(&i.ID, &i.Owner, &i.Kind, &i.Mode, &i.Include, &i.State, &i.Reason, &i.Total, &i.Done, &i.Waiting, &i.Failed, &i.Skipped,
		&i.Removed, &i.Swept, &at, &started, &ended)
	i.At, i.Started, i.Ended = moment(at), moment(started), moment(ended)
	return i, err
}

var noImport = errs.New(errs.NotFound, "Record not found")

// AddImport stores a new import.
func (tx *Tx) AddImport(ctx context.Context, i social.Import) error {
	_, err := tx.exec(ctx, `INSERT INTO imports (`+importColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
		i.ID, i.Owner, i.Kind, i.Mode, i.Include, i.State, i.Reason, i.Total, i.Done, i.Waiting, i.Failed, i.Skipped, i.Removed, i.Swept,
		millis(i.At), millis(i.Started), millis(i.Ended))
	return err
}

// SetImport stores how far an import is.
func (tx *Tx) SetImport(ctx context.Context, i social.Import) error {
	_, err := tx.exec(ctx, `UPDATE imports SET state = $2, reason = $3, total = $4, done = $5, waiting = $6, failed = $7, skipped = $8, removed = $9,
		swept = $10, started_ms = $11, finished_ms = $12 WHERE id = $1`,
		i.ID, i.State, i.Reason, i.Total, i.Done, i.Waiting, i.Failed, i.Skipped, i.Removed, i.Swept, millis(i.Started), millis(i.Ended))
	return err
}

// DeleteImport removes an import and its lines.
func (tx *Tx) DeleteImport(ctx context.Context, id social.ImportID) error {
	_, err := tx.exec(ctx, `DELETE FROM imports WHERE id = $1`, id)
	return err
}

// ImportByID returns an import, whoever's it is, or NotFound.
func (v *View) ImportByID(ctx context.Context, id social.ImportID) (social.Import, error) {
	return one(ctx, v, noImport, scanImport, `SELECT `+importColumns+` FROM imports WHERE id = $1`, id)
}

// HoldImport is ImportByID for somebody who is about to change it.
func (tx *Tx) HoldImport(ctx context.Context, id social.ImportID) (social.Import, error) {
	return one(ctx, &tx.View, noImport, scanImport, `SELECT `+importColumns+` FROM imports WHERE id = $1`+tx.d.forUpdate, id)
}

// Imports returns those of owner's, newest first.
func (v *View) Imports(ctx context.Context, owner social.AccountID) ([]social.Import, error) {
	return rows(ctx, v, scanImport, `SELECT `+importColumns+` FROM imports WHERE owner_id = $1 ORDER BY id DESC LIMIT 100`, owner)
}

// StaleImports returns imports that have been in a state since before a
// moment.
func (v *View) StaleImports(ctx context.Context, state social.ImportState, before time.Time, limit int) ([]social.ImportID, error) {
	return list[social.ImportID](ctx, v, `SELECT id FROM imports WHERE state = $1 AND created_ms < $2 ORDER BY id LIMIT $3`, state, millis(before), limit)
}

// AddImportLine stores a line of an import. One that is there already stays.
func (tx *Tx) AddImportLine(ctx context.Context, of social.ImportID, l social.ImportLine) error {
	data, err := tx.closeLine(l.Data)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, `INSERT INTO import_lines (import_id, line, at_ms, state, target, data, reason) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT DO NOTHING`, of, l.N, millis(l.At), l.State, l.Target, data, l.Reason)
	return err
}

// SetImportLine stores what came of a line that is open, and tells whether it
// was.
func (tx *Tx) SetImportLine(ctx context.Context, of social.ImportID, l social.ImportLine) (bool, error) {
	n, err := tx.exec(ctx, `UPDATE import_lines SET state = $3, reason = $4, data = CASE WHEN $5 THEN data ELSE '' END WHERE import_id = $1 AND line = $2 AND state = 'open'`, of, l.N, l.State, l.Reason, l.State == social.LineWaiting || l.State == social.LineFailed)
	return n > 0, err
}

const lineColumns = `line, at_ms, state, target, data, reason`

func scanLine(r row) (l social.ImportLine, err error) {
	var at int64
	var data string
	err = r.Scan(&l.N, &at, &l.State, &l.Target, &data, &l.Reason)
	if err != nil {
		return l, err
	}
	l.At = moment(at)
	l.Data, err = openLine(r, data)
	return l, err
}

// OpenLines returns lines that nobody has seen to, the earliest first.
func (v *View) OpenLines(ctx context.Context, of social.ImportID, limit int) ([]social.ImportLine, error) {
	return rows(ctx, v, scanLine, `SELECT `+lineColumns+` FROM import_lines WHERE import_id = $1 AND state = 'open' ORDER BY at_ms, line LIMIT $2`, of, limit)
}

// ToldLines returns lines after a place of which there is something to tell:
// why they were not done, or what is missing.
func (v *View) ToldLines(ctx context.Context, of social.ImportID, after, limit int) ([]social.ImportLine, error) {
	return rows(ctx, v, scanLine, `SELECT `+lineColumns+` FROM import_lines WHERE import_id = $1 AND line > $2 AND reason <> '' ORDER BY line LIMIT $3`, of, after, limit)
}

// ReopenLines has the lines that wait or failed seen to again, and tells how
// many those are.
func (tx *Tx) ReopenLines(ctx context.Context, of social.ImportID) (int, error) {
	n, err := tx.exec(ctx, `UPDATE import_lines SET state = 'open', reason = '' WHERE import_id = $1 AND state IN ('waiting', 'failed') AND data <> ''`, of)
	return int(n), err
}

// CountLines counts an import's lines by what came of them.
func (v *View) CountLines(ctx context.Context, of social.ImportID) (map[social.LineState]int, error) {
	type count struct {
		s social.LineState
		n int
	}
	all, err := rows(ctx, v, func(r row) (c count, err error) { return c, r.Scan(&c.s, &c.n) },
		`SELECT state, COUNT(*) FROM import_lines WHERE import_id = $1 GROUP BY state`, of)
	out := map[social.LineState]int{}
	for _, c := range all {
		out[c.s] = c.n
	}
	return out, err
}

// LineAbout reports whether an import speaks of a target.
func (v *View) LineAbout(ctx context.Context, of social.ImportID, target string) (bool, error) {
	found, err := list[int](ctx, v, `SELECT line FROM import_lines WHERE import_id = $1 AND target = $2 LIMIT 1`, of, target)
	return len(found) > 0, err
}

// PostCameFrom notes that owner's post came of something elsewhere.
func (tx *Tx) PostCameFrom(ctx context.Context, owner social.AccountID, origin string, post social.PostID) error {
	_, err := tx.exec(ctx, `INSERT INTO imported_posts (owner_id, origin, post_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, owner, origin, post)
	return err
}

// PostFrom is the post of owner's that came of something elsewhere, or NoPost.
func (v *View) PostFrom(ctx context.Context, owner social.AccountID, origin string) (social.PostID, error) {
	return one(ctx, v, NoPost, func(r row) (p social.PostID, err error) { return p, r.Scan(&p) },
		`SELECT post_id FROM imported_posts WHERE owner_id = $1 AND origin = $2`, owner, origin)
}

// PostByURI is the post that another server calls uri, or NoPost.
func (v *View) PostByURI(ctx context.Context, uri string) (social.PostID, error) {
	return one(ctx, v, NoPost, func(r row) (p social.PostID, err error) { return p, r.Scan(&p) }, `SELECT id FROM posts WHERE uri = $1`, uri)
}

// OriginOf is what owner's post came of, or nothing.
func (v *View) OriginOf(ctx context.Context, owner social.AccountID, post social.PostID) (string, error) {
	all, err := list[string](ctx, v, `SELECT origin FROM imported_posts WHERE post_id = $1 AND owner_id = $2`, post, owner)
	if err != nil || len(all) == 0 {
		return "", err
	}
	return all[0], nil
}
