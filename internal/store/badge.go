package store

import (
	"context"
	"encoding/json"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

const confirmationColumns = `account_id, name, by_id, role, reason, at_ms`

func scanConfirmation(r row) (c social.Confirmation, err error) {
	var at int64
	err = r.Scan(&c.Account, &c.Name, &c.By, &c.Role, &c.Reason, &at)
	c.At = moment(at)
	return c, err
}

// Confirmations returns those of accounts, in no order.
func (v *View) Confirmations(ctx context.Context, ids []social.AccountID) ([]social.Confirmation, error) {
	return rows(ctx, v, scanConfirmation, `SELECT `+confirmationColumns+` FROM confirmations WHERE account_id `+v.d.idList(1), asJSON(ids))
}

var noConfirmation = errs.New(errs.NotFound, "Nobody here confirmed who this is.")

// Confirmation returns that of an account, or NotFound.
func (v *View) Confirmation(ctx context.Context, who social.AccountID) (social.Confirmation, error) {
	return one(ctx, v, noConfirmation, scanConfirmation, `SELECT `+confirmationColumns+` FROM confirmations WHERE account_id = $1`, who)
}

// Confirm stores that the staff knows who somebody is, in place of what it knew
// before. The proof is of the record that says so.
func (tx *Tx) Confirm(ctx context.Context, c social.Confirmation, p Proof) error {
	if p.id == 0 {
		return errNoProof
	}
	_, err := tx.exec(ctx, `INSERT INTO confirmations (account_id, name, by_id, role, reason, at_ms) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (account_id) DO UPDATE SET name = $2, by_id = $3, role = $4, reason = $5, at_ms = $6`, c.Account, c.Name, c.By, c.Role, c.Reason, millis(c.At))
	return err
}

// Unconfirm forgets it, and tells whether there was anything to forget.
func (tx *Tx) Unconfirm(ctx context.Context, who social.AccountID) (bool, error) {
	n, err := tx.exec(ctx, `DELETE FROM confirmations WHERE account_id = $1`, who)
	return n > 0, err
}

// ShownRoles returns the roles of those of ids who are of the staff and want that to
// be seen.
func (v *View) ShownRoles(ctx context.Context, ids []social.AccountID) (map[social.AccountID]social.Role, error) {
	type shown struct {
		who   social.AccountID
		role  social.Role
		wants bool
	}
	all, err := rows(ctx, v, func(r row) (x shown, err error) {
		var prefs string
		if err := r.Scan(&x.who, &x.role, &prefs); err != nil {
			return x, err
		}
		var p social.Prefs
		err = json.Unmarshal([]byte(prefs), &p)
		x.wants = p.ShowRole
		return x, err
	}, `SELECT account_id, role, prefs FROM users WHERE role <> 'user' AND account_id `+v.d.idList(1), asJSON(ids))
	out := map[social.AccountID]social.Role{}
	for _, x := range all {
		if x.wants {
			out[x.who] = x.role
		}
	}
	return out, err
}

// MaxGuarded is how many names others are held against: those of the staff first,
// then of who has been here longest.
const MaxGuarded = 5000

// GuardedNames returns the names that others may not pass for: of the staff as they
// are, and of who is confirmed as they were confirmed.
func (v *View) GuardedNames(ctx context.Context) ([]social.GuardedName, error) {
	return rows(ctx, v, func(r row) (g social.GuardedName, err error) {
		return g, r.Scan(&g.Account, &g.Username, &g.DisplayName)
	}, `SELECT a.id, a.username, g.name FROM (
			SELECT u.account_id, s.display_name AS name, 0 AS rank FROM users u JOIN accounts s ON s.id = u.account_id WHERE u.role <> 'user'
			UNION ALL SELECT c.account_id, c.name, 1 FROM confirmations c WHERE c.account_id NOT IN (SELECT account_id FROM users WHERE role <> 'user')
		) AS g JOIN accounts a ON a.id = g.account_id ORDER BY g.rank, a.id LIMIT $1`, MaxGuarded)
}

// AddLikeness notes that an account was found to look like another, by its display
// name or by its username alone, and tells whether that is new: after the username the
// display name is, and not the other way round.
func (tx *Tx) AddLikeness(ctx context.Context, who, other social.AccountID, named bool) (bool, error) {
	n, err := tx.exec(ctx, `INSERT INTO likenesses (account_id, other_id, named) VALUES ($1, $2, $3)
		ON CONFLICT (account_id, other_id) DO UPDATE SET named = excluded.named WHERE excluded.named AND NOT likenesses.named`, who, other, named)
	return n > 0, err
}
