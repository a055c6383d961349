package store

import (
	"context"
	"encoding/json"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
)

const reportColumns = `id, reporter_id, target_id, posts, collections, comment, category, rules, forward, assigned_id, closed_by, closed_ms, changed_ms,
	case_id, harm, channel, contact, evidence_id`

func scanReport(r row) (p social.Report, err error) {
	var posts, collections, rules string
	var closed, changed int64
	if err := r.Scan(&p.ID, &p.Reporter, &p.Target, &posts, &collections, &p.Comment, &p.Category, &rules, &p.Forward, &p.Assigned, &p.ClosedBy, &closed, &changed,
		&p.Case, &p.Harm, &p.Channel, &p.Contact, &p.Evidence); err != nil {
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
	_, err := tx.exec(ctx, `INSERT INTO reports (`+reportColumns+`, verdict) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, 0, $10, $11, $12, $13, $14, $15, 0)`,
		r.ID, r.Reporter, r.Target, asJSON(r.Posts), asJSON(r.Collections), r.Comment, r.Category, asJSON(r.Rules), r.Forward, millis(tx.Now),
		r.Case, r.Harm, r.Channel, r.Contact, r.Evidence)
	return err
}

// SetReport stores what the staff may change of a report.
func (tx *Tx) SetReport(ctx context.Context, r social.Report) error {
	_, err := tx.exec(ctx, `UPDATE reports SET category = $2, rules = $3, assigned_id = $4, closed_by = $5, closed_ms = $6, changed_ms = $7, case_id = $8 WHERE id = $1`,
		r.ID, r.Category, asJSON(r.Rules), r.Assigned, r.ClosedBy, millis(r.ClosedAt), millis(tx.Now), r.Case)
	return err
}

// CloseReports resolves the open reports of a case. Right tells whether they led
// to something.
func (tx *Tx) CloseReports(ctx context.Context, which social.CaseID, by social.AccountID, right bool) error {
	verdict := -1
	if right {
		verdict = 1
	}
	_, err := tx.exec(ctx, `UPDATE reports SET closed_by = $2, closed_ms = $3, changed_ms = $3, verdict = $4 WHERE case_id = $1 AND closed_ms = 0`,
		which, by, millis(tx.Now), verdict)
	return err
}

// maxWeighed is how many of somebody's last reports tell how right they are.
const maxWeighed = 100

// Weighed counts how many of the last decided reports of somebody led to
// something, and how many did not.
func (v *View) Weighed(ctx context.Context, who social.AccountID) (right, wrong int, err error) {
	verdicts, err := list[int](ctx, v, `SELECT verdict FROM reports WHERE reporter_id = $1 AND verdict <> 0 ORDER BY id DESC LIMIT $2`, who, maxWeighed)
	for _, one := range verdicts {
		if one > 0 {
			right++
		} else {
			wrong++
		}
	}
	return right, wrong, err
}

// ReportsIn returns up to limit reports of a case, oldest first.
func (v *View) ReportsIn(ctx context.Context, which social.CaseID, limit int) ([]social.Report, error) {
	return rows(ctx, v, scanReport, `SELECT `+reportColumns+` FROM reports WHERE case_id = $1 ORDER BY id LIMIT $2`, which, limit)
}

// OpenIn counts the open reports of a case.
func (v *View) OpenIn(ctx context.Context, which social.CaseID) (int, error) {
	return value[int](ctx, v, `SELECT COUNT(*) FROM reports WHERE case_id = $1 AND closed_ms = 0`, which)
}

// ForgetReporter leaves the reports of somebody who goes, without who it was and
// what they wrote.
func (tx *Tx) ForgetReporter(ctx context.Context, who social.AccountID) error {
	_, err := tx.exec(ctx, `UPDATE reports SET reporter_id = 0, comment = '', contact = '' WHERE reporter_id = $1`, who)
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
	if q.Known {
		where += ` AND reporter_id <> 0`
	}
	if q.Not != 0 {
		args = append(args, q.Not)
		where += ` AND target_id <> ` + param(len(args))
	}
	return rows(ctx, v, scanReport, `SELECT `+reportColumns+` FROM reports WHERE id < $1 AND id > $2`+where+order(p, "id"), args...)
}

// ReportsBy returns a page of those that somebody made, open or not.
func (v *View) ReportsBy(ctx context.Context, who social.AccountID, p social.Page) ([]social.Report, error) {
	before, after := bounds(p)
	return rows(ctx, v, scanReport, `SELECT `+reportColumns+` FROM reports WHERE id < $1 AND id > $2 AND reporter_id = $4`+order(p, "id"), before, after, p.Limit, who)
}

// OpenReports counts the open reports that are not about somebody, up to limit.
func (v *View) OpenReports(ctx context.Context, not social.AccountID, limit int) (int, error) {
	return value[int](ctx, v, `SELECT COUNT(*) FROM (SELECT 1 FROM reports WHERE closed_ms = 0 AND target_id <> $1 LIMIT $2) AS open`, not, limit)
}
