package store

import (
	"context"
	"encoding/json"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
)

const reportColumns = `id, reporter_id, target_id, posts, collections, comment, category, rules, forward, assigned_id, closed_by, closed_ms, changed_ms`

func scanReport(r row) (p social.Report, err error) {
	var posts, collections, rules string
	var closed, changed int64
	if err := r.Scan(&p.ID, &p.Reporter, &p.Target, &posts, &collections, &p.Comment, &p.Category, &rules, &p.Forward, &p.Assigned, &p.ClosedBy, &closed, &changed); err != nil {
		return p, err
	}
	p.At, p.ClosedAt, p.Changed = id.Time(int64(p.ID)), moment(closed), moment(changed)
	if err := json.Unmarshal([]byte(posts), &p.Posts); err != nil {
		return p, err
	}
	if err := json.Unmarshal([]byte(collections), &p.Collections); err != nil {
		return p, err
	}
	return p, json.Unmarshal([]byte(rules), &p.Rules)
}

var noReport = errs.New(errs.NotFound, "Record not found")

// AddReport stores a new report.
func (tx *Tx) AddReport(ctx context.Context, r social.Report) error {
	_, err := tx.exec(ctx, `INSERT INTO reports (`+reportColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, 0, $10)`,
		r.ID, r.Reporter, r.Target, asJSON(r.Posts), asJSON(r.Collections), r.Comment, r.Category, asJSON(r.Rules), r.Forward, millis(tx.Now))
	return err
}

// SetReport stores what the staff may change of a report.
func (tx *Tx) SetReport(ctx context.Context, r social.Report) error {
	_, err := tx.exec(ctx, `UPDATE reports SET category = $2, rules = $3, assigned_id = $4, closed_by = $5, closed_ms = $6, changed_ms = $7 WHERE id = $1`,
		r.ID, r.Category, asJSON(r.Rules), r.Assigned, r.ClosedBy, millis(r.ClosedAt), millis(tx.Now))
	return err
}

// CloseReports resolves the open reports about an account, or of them only
// which, if it is not zero.
func (tx *Tx) CloseReports(ctx context.Context, about, by social.AccountID, which social.ReportID) error {
	_, err := tx.exec(ctx, `UPDATE reports SET closed_by = $2, closed_ms = $4, changed_ms = $4
		WHERE target_id = $1 AND closed_ms = 0 AND (id = $3 OR $3 = 0)`, about, by, which, millis(tx.Now))
	return err
}

// Report returns one, or NotFound.
func (v *View) Report(ctx context.Context, which social.ReportID) (social.Report, error) {
	return one(ctx, v, noReport, scanReport, `SELECT `+reportColumns+` FROM reports WHERE id = $1`, which)
}

// HoldReport is Report for somebody who is about to change it: until the
// commit nobody else does.
func (tx *Tx) HoldReport(ctx context.Context, which social.ReportID) (social.Report, error) {
	return one(ctx, &tx.View, noReport, scanReport, `SELECT `+reportColumns+` FROM reports WHERE id = $1`+tx.d.forUpdate, which)
}

// ReportsOf returns those of ids that exist, in no order.
func (v *View) ReportsOf(ctx context.Context, ids []social.ReportID) ([]social.Report, error) {
	return rows(ctx, v, scanReport, `SELECT `+reportColumns+` FROM reports WHERE id `+v.d.idList(1), asJSON(ids))
}

// Reports returns a page of those asked for.
func (v *View) Reports(ctx context.Context, q social.ReportQuery, p social.Page) ([]social.Report, error) {
	before, after := bounds(p)
	args := []any{before, after, p.Limit}
	where := ` AND closed_ms = 0`
	if q.Closed {
		where = ` AND closed_ms <> 0`
	}
	for _, about := range []struct {
		column string
		who    social.AccountID
	}{{"reporter_id", q.Reporter}, {"target_id", q.Target}} {
		if about.who != 0 {
			args = append(args, about.who)
			where += ` AND ` + about.column + ` = ` + param(len(args))
		}
	}
	if q.Not != 0 {
		args = append(args, q.Not)
		where += ` AND target_id <> ` + param(len(args))
	}
	return rows(ctx, v, scanReport, `SELECT `+reportColumns+` FROM reports WHERE id < $1 AND id > $2`+where+order(p, "id"), args...)
}

// OpenReports counts the open reports that are not about somebody, up to limit.
func (v *View) OpenReports(ctx context.Context, not social.AccountID, limit int) (int, error) {
	return value[int](ctx, v, `SELECT COUNT(*) FROM (SELECT 1 FROM reports WHERE closed_ms = 0 AND target_id <> $1 LIMIT $2) AS open`, not, limit)
}
