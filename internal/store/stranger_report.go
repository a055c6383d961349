package store

import (
	"context"
	"time"

	"github.com/plaza-social/plaza/internal/social"
)

const strangerColumns = `report_id, email, asked_ms, sent_ms, crowd, confirmed_ms, told_ms, again_ms`

func scanStranger(r row) (s social.StrangerReport, err error) {
	var asked, sent, confirmed, told, again int64
	err = r.Scan(&s.Report, &s.Email, &asked, &sent, &s.Crowd, &confirmed, &told, &again)
	s.Asked, s.Sent, s.Confirmed, s.Told, s.Again = moment(asked), moment(sent), moment(confirmed), moment(told), moment(again)
	return s, err
}

// AddStrangerReport stores one, that is found by a secret of a hash.
func (tx *Tx) AddStrangerReport(ctx context.Context, s social.StrangerReport, hash string) error {
	_, err := tx.exec(ctx, `INSERT INTO stranger_reports (`+strangerColumns+`, secret_hash) VALUES ($1, $2, $3, $4, $5, 0, 0, 0, $6)`, s.Report, s.Email, millis(s.Asked), millis(s.Sent), s.Crowd, hash)
	return err
}

// SetStrangerReport stores what happened since one was held.
func (tx *Tx) SetStrangerReport(ctx context.Context, s social.StrangerReport) error {
	_, err := tx.exec(ctx, `UPDATE stranger_reports SET confirmed_ms = $2, told_ms = $3, again_ms = $4 WHERE report_id = $1`, s.Report, millis(s.Confirmed), millis(s.Told), millis(s.Again))
	return err
}

// SendStrangerReport stores that the letter of one that waited went at a moment, with
// another secret.
func (tx *Tx) SendStrangerReport(ctx context.Context, which social.ReportID, at time.Time, hash string) error {
	_, err := tx.exec(ctx, `UPDATE stranger_reports SET sent_ms = $2, secret_hash = $3 WHERE report_id = $1`, which, millis(at), hash)
	return err
}

// HoldStrangersWaiting is up to limit of those whose letters wait, and whose address
// got fewer than most since a moment: who came first is first, and after all others
// who came in a crowd.
func (tx *Tx) HoldStrangersWaiting(ctx context.Context, most int, since time.Time, limit int) ([]social.StrangerReport, error) {
	return rows(ctx, &tx.View, scanStranger, `SELECT `+strangerColumns+` FROM stranger_reports WHERE sent_ms = 0
		AND (SELECT COUNT(*) FROM stranger_reports s WHERE s.email = stranger_reports.email AND s.sent_ms > $1) < $2
		ORDER BY crowd, asked_ms, report_id LIMIT $3`+tx.d.forUpdate, millis(since), most, limit)
}

// StrangerReport is the one that a secret of a hash finds, or NotFound.
func (v *View) StrangerReport(ctx context.Context, hash string) (social.StrangerReport, error) {
	return one(ctx, v, noReport, scanStranger, `SELECT `+strangerColumns+` FROM stranger_reports WHERE secret_hash = $1`, hash)
}

// HoldStrangerReport is the one about a report, for somebody who is about to change
// it, or NotFound.
func (tx *Tx) HoldStrangerReport(ctx context.Context, which social.ReportID) (social.StrangerReport, error) {
	return one(ctx, &tx.View, noReport, scanStranger, `SELECT `+strangerColumns+` FROM stranger_reports WHERE report_id = $1`+tx.d.forUpdate, which)
}

// HoldStrangersToTell returns up to limit of those who reported something of a case,
// want to be told what came of it, and were not, for somebody who is about to.
func (tx *Tx) HoldStrangersToTell(ctx context.Context, which social.CaseID, limit int) ([]social.StrangerReport, error) {
	return rows(ctx, &tx.View, scanStranger, `SELECT `+strangerColumns+` FROM stranger_reports WHERE confirmed_ms <> 0 AND told_ms = 0
		AND report_id IN (SELECT id FROM reports WHERE case_id = $1) ORDER BY report_id LIMIT $2`+tx.d.forUpdate, which, limit)
}

// CountStrangerReports counts the letters that said that a report came, since a
// moment: to one address, or, if that is empty, to all.
func (v *View) CountStrangerReports(ctx context.Context, email string, since time.Time) (int, error) {
	if email != "" {
		return value[int](ctx, v, `SELECT COUNT(*) FROM stranger_reports WHERE email = $1 AND sent_ms > $2`, email, millis(since))
	}
	return value[int](ctx, v, `SELECT COUNT(*) FROM stranger_reports WHERE sent_ms > $1`, millis(since))
}

// ForgetStrangerReports forgets up to limit addresses from before a moment.
func (tx *Tx) ForgetStrangerReports(ctx context.Context, before time.Time, limit int) error {
	_, err := tx.exec(ctx, `DELETE FROM stranger_reports WHERE report_id IN (SELECT report_id FROM stranger_reports WHERE asked_ms < $1 ORDER BY asked_ms LIMIT $2)`, millis(before), limit)
	return err
}
