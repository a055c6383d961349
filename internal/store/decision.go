package store

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
)

const decisionColumns = `id, by_id, account_id, action, report_id, posts, body, case_id, second_id, harm, rule, ground, law, facts, machine, decider, until_ms, expires_ms, undoes_id, evidence_id`

func scanDecision(r row) (d social.Decision, err error) {
	var posts string
	var until, expires int64
	if err := r.Scan(&d.ID, &d.By, &d.Account, &d.Action, &d.Report, &posts, &d.Text, &d.Case, &d.Second, &d.Harm, &d.Rule, &d.Ground, &d.Law, &d.Facts,
		&d.Machine, &d.Decider, &until, &expires, &d.Undoes, &d.Evidence); err != nil {
		return d, err
	}
	d.At, d.Until, d.Expires = id.Time(int64(d.ID)), moment(until), moment(expires)
	return d, json.Unmarshal([]byte(posts), &d.Posts)
}

// AddDecision stores what the staff did. Nothing changes it afterwards.
func (tx *Tx) AddDecision(ctx context.Context, d social.Decision, p Proof) error {
	if p.id == 0 {
		return errNoProof
	}
	_, err := tx.exec(ctx, `INSERT INTO decisions (`+decisionColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)`,
		d.ID, d.By, d.Account, d.Action, d.Report, asJSON(d.Posts), d.Text, d.Case, d.Second, d.Harm, d.Rule, d.Ground, d.Law, d.Facts,
		d.Machine, d.Decider, millis(d.Until), millis(d.Expires), d.Undoes, p.id)
	return err
}

// notUndone is the condition that nothing has taken decision d back.
const notUndone = ` AND NOT EXISTS (SELECT 1 FROM decisions u WHERE u.undoes_id = d.id)`

// Undone reports which decision took one back, or zero.
func (v *View) Undone(ctx context.Context, which social.DecisionID) (social.DecisionID, error) {
	return value[social.DecisionID](ctx, v, `SELECT COALESCE(MAX(id), 0) FROM decisions WHERE undoes_id = $1`, which)
}

// InForce returns the last decision of a kind about an account that nothing has
// taken back, or NotFound.
func (v *View) InForce(ctx context.Context, about social.AccountID, what social.Action) (social.Decision, error) {
	return one(ctx, v, noReport, scanDecision, `SELECT `+decisionColumns+` FROM decisions d WHERE account_id = $1 AND action = $2`+notUndone+` ORDER BY id DESC LIMIT 1`, about, what)
}

// LastAbout returns the last decision about a case of somebody's, or NotFound.
func (v *View) LastAbout(ctx context.Context, about social.AccountID, c social.CaseID) (social.Decision, error) {
	return one(ctx, v, noReport, scanDecision, `SELECT `+decisionColumns+` FROM decisions WHERE account_id = $1 AND case_id = $2 ORDER BY id DESC LIMIT 1`, about, c)
}

// maxLater is how many decisions about the posts of one account are looked
// through.
const maxLater = 500

// PostDecisions returns the last decisions about posts of an account that came
// after one, newest first, without those that were taken back.
func (v *View) PostDecisions(ctx context.Context, about social.AccountID, after social.DecisionID) ([]social.Decision, error) {
	return rows(ctx, v, scanDecision, `SELECT `+decisionColumns+` FROM decisions d WHERE account_id = $1 AND id > $2
		AND action IN ('label_post', 'limit_post', 'hide_post', 'restore_post')`+notUndone+` ORDER BY id DESC LIMIT $3`, about, after, maxLater)
}

// Strikes counts what counts against somebody now.
func (v *View) Strikes(ctx context.Context, who social.AccountID, nowMillis int64) (int, error) {
	return value[int](ctx, v, `SELECT COUNT(*) FROM decisions d WHERE account_id = $1 AND expires_ms > $2`+notUndone, who, nowMillis)
}

// Decision returns one, or NotFound.
func (v *View) Decision(ctx context.Context, which social.DecisionID) (social.Decision, error) {
	return one(ctx, v, noReport, scanDecision, `SELECT `+decisionColumns+` FROM decisions WHERE id = $1`, which)
}

// CaseDecision returns the last decision about a case, but for those that take one
// back, or else the one about the whole account that ended it at the same moment,
// or NotFound.
func (v *View) CaseDecision(ctx context.Context, c social.Case) (social.Decision, error) {
	d, err := one(ctx, v, noReport, scanDecision, `SELECT `+decisionColumns+` FROM decisions WHERE case_id = $1 AND case_id <> 0 AND undoes_id = 0 ORDER BY id DESC LIMIT 1`, c.ID)
	if errs.KindOf(err) != errs.NotFound || c.Open() || !c.Outcome.Sanction() || c.Outcome.OfPost() {
		return d, err
	}
	return one(ctx, v, noReport, scanDecision, `SELECT `+decisionColumns+` FROM decisions WHERE account_id = $1 AND action = $2 AND id >= $3 AND id < $4 ORDER BY id DESC LIMIT 1`,
		c.Account, c.Outcome, id.Floor(c.ClosedAt), id.Floor(c.ClosedAt.Add(time.Millisecond)))
}

// DecisionsAfter returns up to limit decisions after one, the oldest first.
func (v *View) DecisionsAfter(ctx context.Context, after social.DecisionID, limit int) ([]social.Decision, error) {
	return rows(ctx, v, scanDecision, `SELECT `+decisionColumns+` FROM decisions WHERE id > $1 ORDER BY id LIMIT $2`, after, limit)
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
	if f.Called != "" {
		with(`(a.username_key LIKE $? ESCAPE '\' OR a.name_key LIKE $? ESCAPE '\')`, likePrefix(f.Called))
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
	if f.From == social.Ours && ofUser(f) { // they are few among all accounts that are known
		return list[social.AccountID](ctx, v, `SELECT u.account_id FROM users u JOIN accounts a ON a.id = u.account_id
			WHERE u.account_id < $1 AND u.account_id > $2`+where+order(p, "u.account_id"), args...)
	}
	return list[social.AccountID](ctx, v, `SELECT a.id FROM accounts a LEFT JOIN users u ON u.account_id = a.id
		WHERE a.id < $1 AND a.id > $2`+where+order(p, "a.id"), args...)
}

// ofUser reports whether only accounts fit f that somebody can sign in to.
func ofUser(f social.AccountFilter) bool {
	return len(f.Roles) > 0 || f.Email != "" || f.Invited != 0 || f.State == social.StatePending || f.State == social.StateDisabled
}
