package store

import (
	"context"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
)

const appealColumns = `id, decision_id, account_id, body, state, answer, decider_id, closed_ms, evidence_id, alarmed`

func scanAppeal(r row) (a social.Appeal, err error) {
	var closed int64
	err = r.Scan(&a.ID, &a.Decision, &a.By, &a.Text, &a.State, &a.Answer, &a.Decider, &closed, &a.Evidence, &a.Alarmed)
	a.At, a.Closed = id.Time(int64(a.ID)), moment(closed)
	return a, err
}

// AddAppeal stores a new appeal. A second one of the same decision is Invalid.
func (tx *Tx) AddAppeal(ctx context.Context, a social.Appeal) error {
	n, err := tx.exec(ctx, `INSERT INTO appeals (`+appealColumns+`) VALUES ($1, $2, $3, $4, $5, '', 0, 0, $6, 0) ON CONFLICT (decision_id) DO NOTHING`,
		a.ID, a.Decision, a.By, a.Text, a.State, a.Evidence)
	if err == nil && n == 0 {
		err = errs.New(errs.Invalid, "You have appealed this decision already.")
	}
	return err
}

// HoldAppeal returns one for somebody who is about to answer it, or NotFound.
func (tx *Tx) HoldAppeal(ctx context.Context, which social.AppealID) (social.Appeal, error) {
	return one(ctx, &tx.View, noReport, scanAppeal, `SELECT `+appealColumns+` FROM appeals WHERE id = $1`+tx.d.forUpdate, which)
}

// SetAppeal stores how an appeal ended, or that an alarm was given.
func (tx *Tx) SetAppeal(ctx context.Context, a social.Appeal) error {
	_, err := tx.exec(ctx, `UPDATE appeals SET state = $2, answer = $3, decider_id = $4, closed_ms = $5, alarmed = $6 WHERE id = $1`, a.ID, a.State, a.Answer, a.Decider, millis(a.Closed), a.Alarmed)
	return err
}

// AppealsOf returns the appeals of decisions, in no order.
func (v *View) AppealsOf(ctx context.Context, ids []social.DecisionID) ([]social.Appeal, error) {
	return rows(ctx, v, scanAppeal, `SELECT `+appealColumns+` FROM appeals WHERE decision_id `+v.d.idList(1), asJSON(ids))
}

// OpenAppeals returns up to limit appeals that wait, oldest first.
func (v *View) OpenAppeals(ctx context.Context, limit int) ([]social.Appeal, error) {
	return rows(ctx, v, scanAppeal, `SELECT `+appealColumns+` FROM appeals WHERE state = 'pending' ORDER BY id LIMIT $1`, limit)
}

// AppealsToRing returns up to limit appeals that wait and for which alarms are left,
// oldest first, after one.
func (v *View) AppealsToRing(ctx context.Context, after social.AppealID, limit int) ([]social.Appeal, error) {
	return rows(ctx, v, scanAppeal, `SELECT `+appealColumns+` FROM appeals WHERE state = 'pending' AND alarmed < 100 AND id > $1 ORDER BY id LIMIT $2`, after, limit)
}

// AppealsStill returns those of ids that wait, oldest first.
func (v *View) AppealsStill(ctx context.Context, ids []social.AppealID) ([]social.Appeal, error) {
	return rows(ctx, v, scanAppeal, `SELECT `+appealColumns+` FROM appeals WHERE id `+v.d.idList(1)+` AND state = 'pending' ORDER BY id`, asJSON(ids))
}
