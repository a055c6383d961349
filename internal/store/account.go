package store

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
)

const accountColumns = `id, username, host, COALESCE(uri, ''), kind, display_name, bio, fields, avatar, avatar_alt, header, header_alt,
	locked, discoverable, indexable, hide_follows, standing, created_ms, changed_ms, posts, followers, following, last_post_ms, wishes, limited, sensitive,
	moved_to, aliases, page, moved_ms`

func scanAccount(r row) (a social.Account, err error) {
	var fields, wishes, aliases string
	var created, changed, last, moved int64
	err = r.Scan(&a.ID, &a.Username, &a.Host, &a.URI, &a.Kind, &a.DisplayName, &a.Bio, &fields, &a.Avatar, &a.AvatarAlt,
		&a.Header, &a.HeaderAlt, &a.Locked, &a.Discoverable, &a.Indexable, &a.HideFollows, &a.Standing, &created, &changed,
		&a.Posts, &a.Followers, &a.Following, &last, &wishes, &a.Limited, &a.Sensitive,
		&a.MovedTo, &aliases, &a.Page, &moved)
	if err != nil {
		return a, err
	}
	a.CreatedAt, a.ChangedAt, a.LastPostAt, a.MovedAt = moment(created), moment(changed), moment(last), moment(moved)
	if aliases != `[]` {
		if err := json.Unmarshal([]byte(aliases), &a.Aliases); err != nil {
			return a, err
		}
	}
	if wishes != `{}` {
		if err := json.Unmarshal([]byte(wishes), &a.Wishes); err != nil {
			return a, err
		}
	}
	return a, json.Unmarshal([]byte(fields), &a.Fields)
}

// moment is the time of ms milliseconds since 1970; zero is no time at all.
func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// millis is what moment reads.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// asJSON is v as a column keeps it. It is for values that always have a form.
// A list that was never made is an empty one.
func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	if string(b) == "null" {
		return "[]"
	}
	return string(b)
}

// nullable keeps an empty text out of a unique index.
func nullable(s string) any {
	if s == "" {
		return nil
	}
	return s
}

var noAccount = errs.New(errs.NotFound, "There is no such account.")

// AddAccount stores a new account. A name that is taken is a Conflict.
func (tx *Tx) AddAccount(ctx context.Context, a social.Account) error {
	n, err := tx.exec(ctx, `INSERT INTO accounts (id, username, username_key, host, uri, kind, display_name, name_key, bio, fields,
		avatar, avatar_alt, header, header_alt, locked, discoverable, indexable, hide_follows, standing, created_ms, changed_ms,
		posts, followers, following, last_post_ms, moved_to, aliases, page)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, 0, 0, 0, 0, $22, $23, $24)
		ON CONFLICT DO NOTHING`,
		a.ID, a.Username, social.UsernameKey(a.Username), a.Host, nullable(a.URI), a.Kind, a.DisplayName,
		social.NameKey(a.DisplayName), a.Bio, asJSON(a.Fields), a.Avatar, a.AvatarAlt, a.Header, a.HeaderAlt, a.Locked, a.Discoverable, a.Indexable, a.HideFollows, a.Standing,
		millis(a.CreatedAt), millis(a.ChangedAt), a.MovedTo, asJSON(a.Aliases), a.Page)
	if err == nil && n == 0 {
		return errs.New(errs.Conflict, "This username is taken.")
	}
	return err
}

// SetProfile stores what an account says about itself.
func (tx *Tx) SetProfile(ctx context.Context, a social.Account) error {
	_, err := tx.exec(ctx, `UPDATE accounts SET kind = $2, display_name = $3, bio = $4, fields = $5, avatar = $6, avatar_alt = $7,
		header = $8, header_alt = $9, locked = $10, discoverable = $11, indexable = $12, hide_follows = $13, changed_ms = $14, name_key = $15, wishes = $16
		WHERE id = $1`, a.ID, a.Kind, a.DisplayName, a.Bio, asJSON(a.Fields), a.Avatar, a.AvatarAlt, a.Header, a.HeaderAlt,
		a.Locked, a.Discoverable, a.Indexable, a.HideFollows, millis(a.ChangedAt), social.NameKey(a.DisplayName), asJSON(a.Wishes))
	return err
}

// Account returns the account with the given id, or NotFound.
func (v *View) Account(ctx context.Context, id social.AccountID) (social.Account, error) {
	return one(ctx, v, noAccount, scanAccount, `SELECT `+accountColumns+` FROM accounts WHERE id = $1`, id)
}

// HoldAccount is Account for somebody who is about to change it: until the
// commit nobody else does.
func (tx *Tx) HoldAccount(ctx context.Context, id social.AccountID) (social.Account, error) {
	return one(ctx, &tx.View, noAccount, scanAccount, `SELECT `+accountColumns+` FROM accounts WHERE id = $1`+tx.d.forUpdate, id)
}

// SetStanding stores what an account is still allowed to do.
func (tx *Tx) SetStanding(ctx context.Context, id social.AccountID, s social.Standing) error {
	_, err := tx.exec(ctx, `UPDATE accounts SET standing = $2 WHERE id = $1`, id, s)
	return err
}

// SetModerated stores how the staff wants an account to stand, which takes a
// decision.
func (tx *Tx) SetModerated(ctx context.Context, a social.Account, p Proof) error {
	if p.id == 0 {
		return errNoProof
	}
	_, err := tx.exec(ctx, `UPDATE accounts SET standing = $2, limited = $3, sensitive = $4 WHERE id = $1`, a.ID, a.Standing, a.Limited, a.Sensitive)
	return err
}

// Accounts returns those of ids that exist, in no order.
func (v *View) Accounts(ctx context.Context, ids []social.AccountID) ([]social.Account, error) {
	return rows(ctx, v, scanAccount, `SELECT `+accountColumns+` FROM accounts WHERE id `+v.d.idList(1), asJSON(ids))
}

// AccountNamed returns the account with the given name, in any case, on host
// (empty for ours), or NotFound.
func (v *View) AccountNamed(ctx context.Context, username, host string) (social.Account, error) {
	return one(ctx, v, noAccount, scanAccount, `SELECT `+accountColumns+` FROM accounts WHERE username_key = $1 AND host = $2`,
		social.UsernameKey(username), host)
}

// CountPost adds n to an account's posts; a later at becomes its last post's.
func (tx *Tx) CountPost(ctx context.Context, id social.AccountID, n int, at time.Time) error {
	_, err := tx.exec(ctx, `UPDATE accounts SET posts = posts + $2,
		last_post_ms = CASE WHEN last_post_ms < $3 THEN $3 ELSE last_post_ms END WHERE id = $1`, id, n, millis(at))
	return err
}

// DeleteAccountJob is the kind of the job that deletes what an account leaves
// behind, and then the account. Its argument is the account's id.
const DeleteAccountJob = "account.delete"

// LeaveAccount has an account deleted by a DeleteAccountJob, and tells of it
// while there is still a row.
func (tx *Tx) LeaveAccount(ctx context.Context, id social.AccountID) error {
	tx.Record(event.AccountLeft{Account: id})
	return tx.AddJob(ctx, DeleteAccountJob, id, tx.Now, strconv.FormatInt(int64(id), 10))
}

// DeleteAccount removes an account and all that hangs on it. Its posts must
// be gone already.
func (tx *Tx) DeleteAccount(ctx context.Context, id social.AccountID) error {
	if err := tx.forgetModeration(ctx, id); err != nil {
		return err
	}
	if err := tx.dropKeyOf(ctx, id); err != nil {
		return err
	}
	ours, err := value[int](ctx, &tx.View, `SELECT COUNT(*) FROM accounts WHERE id = $1 AND host = ''`, id)
	if err != nil {
		return err
	}
	if _, err := tx.exec(ctx, `DELETE FROM accounts WHERE id = $1`, id); err != nil || ours == 0 {
		return err // other servers do not make us sweep: what is theirs goes with the day
	}
	return tx.SweepSoon(ctx)
}

// forgetModeration takes somebody who goes out of what the staff knows.
func (tx *Tx) forgetModeration(ctx context.Context, who social.AccountID) error {
	if err := tx.ForgetReporter(ctx, who); err != nil {
		return err
	}
	if err := tx.CloseCasesOf(ctx, who); err != nil {
		return err
	}
	for _, statement := range []string{
		`DELETE FROM case_notes WHERE by_id = $1`,
		`DELETE FROM exposures WHERE account_id = $1`,
		`DELETE FROM accesses WHERE account_id = $1`,
	} {
		if _, err := tx.exec(ctx, statement, who); err != nil {
			return err
		}
	}
	if err := tx.forgetMattersOf(ctx, who); err != nil {
		return err
	}
	_, err := tx.EraseEvidence(ctx, who, "the account was deleted")
	return err
}

// RecountFollows sets the follower and following counts of everybody that an
// account is about to leave behind.
func (tx *Tx) RecountFollows(ctx context.Context, leaving social.AccountID) error {
	if _, err := tx.exec(ctx, `UPDATE accounts SET followers = followers - 1 WHERE id IN
		(SELECT target_id FROM follows WHERE owner_id = $1 AND accepted)`, leaving); err != nil {
		return err
	}
	_, err := tx.exec(ctx, `UPDATE accounts SET following = following - 1 WHERE id IN
		(SELECT owner_id FROM follows WHERE target_id = $1 AND accepted)`, leaving)
	return err
}

// HoldAccounts keeps other writes from changing two accounts, and what is
// between them, until the commit.
func (tx *Tx) HoldAccounts(ctx context.Context, a, b social.AccountID) error {
	_, err := list[social.AccountID](ctx, &tx.View, `SELECT id FROM accounts WHERE id = $1 OR id = $2 ORDER BY id`+tx.d.forUpdate, a, b)
	return err
}

// HoldPeople keeps other writes from changing accounts, and who lives here with
// them, until the commit. Who is not there is passed over.
func (tx *Tx) HoldPeople(ctx context.Context, who ...social.AccountID) error {
	ids := asJSON(who)
	if _, err := list[social.AccountID](ctx, &tx.View, `SELECT account_id FROM users WHERE account_id `+tx.d.idList(1)+` ORDER BY account_id`+tx.d.forUpdate, ids); err != nil {
		return err
	}
	_, err := list[social.AccountID](ctx, &tx.View, `SELECT id FROM accounts WHERE id `+tx.d.idList(1)+` ORDER BY id`+tx.d.forUpdate, ids)
	return err
}
