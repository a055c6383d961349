package store

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
)

const decisionColumns = `id, by_id, account_id, action, report_id, posts, body`

func scanDecision(r row) (d social.Decision, err error) {
	var posts string
	if err := r.Scan(&d.ID, &d.By, &d.Account, &d.Action, &d.Report, &posts, &d.Text); err != nil {
		return d, err
	}
	d.At = id.Time(int64(d.ID))
	return d, json.Unmarshal([]byte(posts), &d.Posts)
}

// AddDecision stores what the staff did. Nothing changes it afterwards.
func (tx *Tx) AddDecision(ctx context.Context, d social.Decision) error {
	_, err := tx.exec(ctx, `INSERT INTO decisions (id, by_id, account_id, action, report_id, posts, body) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		d.ID, d.By, d.Account, d.Action, d.Report, asJSON(d.Posts), d.Text)
	return err
}

// DecisionsOf returns those of ids that exist, in no order.
func (v *View) DecisionsOf(ctx context.Context, ids []social.DecisionID) ([]social.Decision, error) {
	return rows(ctx, v, scanDecision, `SELECT `+decisionColumns+` FROM decisions WHERE id `+v.d.idList(1), asJSON(ids))
}

// Decisions returns a page of what was decided about an account.
func (v *View) Decisions(ctx context.Context, about social.AccountID, p social.Page) ([]social.Decision, error) {
	before, after := bounds(p)
	return rows(ctx, v, scanDecision, `SELECT `+decisionColumns+` FROM decisions WHERE id < $1 AND id > $2 AND account_id = $4`+order(p, "id"),
		before, after, p.Limit, about)
}

// states are the conditions of how an account a, and its user u, stands.
var states = map[social.AccountState]string{
	"":                    ``,
	social.StateActive:    ` AND a.standing <> 'suspended'`,
	social.StatePending:   ` AND a.standing <> 'suspended' AND NOT u.approved`,
	social.StateDisabled:  ` AND a.standing <> 'suspended' AND u.disabled`,
	social.StateLimited:   ` AND a.limited`,
	social.StateSensitive: ` AND a.sensitive`,
	social.StateSuspended: ` AND a.standing = 'suspended'`,
}

// FilterAccounts returns a page of the accounts that the staff looks for.
func (v *View) FilterAccounts(ctx context.Context, f social.AccountFilter, p social.Page) ([]social.AccountID, error) {
	before, after := bounds(p)
	args, where := []any{before, after, p.Limit}, states[f.State]
	with := func(condition string, arg any) {
		args = append(args, arg)
		where += ` AND ` + strings.ReplaceAll(condition, `$?`, param(len(args)))
	}
	switch f.From {
	case social.Ours:
		where += ` AND a.host = ''`
	case social.Elsewhere:
		where += ` AND a.host <> ''`
	}
	if f.Host != "" {
		with(`a.host = $?`, strings.ToLower(f.Host))
	}
	if f.Username != "" {
		with(`a.username_key LIKE $? ESCAPE '\'`, likePrefix(f.Username))
	}
	if f.Name != "" {
		with(`a.name_key LIKE $? ESCAPE '\'`, likePrefix(f.Name))
	}
	if f.Email != "" {
		with(`u.email_key LIKE $? ESCAPE '\'`, `%`+likePrefix(emailKey(f.Email)))
	}
	if len(f.Roles) > 0 {
		args = append(args, asJSON(f.Roles))
		where += ` AND u.role IN ` + v.d.strList(len(args))
	}
	if f.Invited != 0 {
		with(`u.invite_id IN (SELECT id FROM invites WHERE owner_id = $?)`, f.Invited)
	}
	return list[social.AccountID](ctx, v, `SELECT a.id FROM accounts a LEFT JOIN users u ON u.account_id = a.id
		WHERE a.id < $1 AND a.id > $2`+where+order(p, "a.id"), args...)
}
