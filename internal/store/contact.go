package store

import (
	"context"
	"encoding/base64"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

// AccountByURI returns the remote account with an ActivityPub id, or NotFound.
func (v *View) AccountByURI(ctx context.Context, uri string) (social.Account, error) {
	return one(ctx, v, noAccount, scanAccount, `SELECT `+accountColumns+` FROM accounts WHERE uri = $1`, uri)
}

// Contact returns how a remote account is reached, or NotFound.
func (v *View) Contact(ctx context.Context, id social.AccountID) (social.Contact, error) {
	return one(ctx, v, noAccount, func(r row) (c social.Contact, err error) {
		var fetched int64
		err = r.Scan(&c.Account, &c.Inbox, &c.SharedInbox, &c.Outbox, &c.Followers, &c.Following, &c.Featured, &c.FeaturedTags, &fetched)
		c.FetchedAt = moment(fetched)
		return c, err
	}, `SELECT account_id, inbox, shared_inbox, outbox, followers, following, featured, featured_tags, fetched_ms FROM contacts WHERE account_id = $1`, id)
}

// AnyContact reports whether an account elsewhere was ever met.
func (v *View) AnyContact(ctx context.Context) (bool, error) {
	ids, err := list[social.AccountID](ctx, v, `SELECT account_id FROM contacts LIMIT 1`)
	return len(ids) > 0, err
}

// SetContact stores how a remote account is reached.
func (tx *Tx) SetContact(ctx context.Context, c social.Contact) error {
	_, err := tx.exec(ctx, `INSERT INTO contacts (account_id, inbox, shared_inbox, outbox, followers, following, featured, featured_tags, fetched_ms)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (account_id) DO UPDATE SET inbox = $2, shared_inbox = $3, outbox = $4, followers = $5,
		following = $6, featured = $7, featured_tags = $8, fetched_ms = $9`,
		c.Account, c.Inbox, c.SharedInbox, c.Outbox, c.Followers, c.Following, c.Featured, c.FeaturedTags, millis(c.FetchedAt))
	return err
}

var noKey = errs.New(errs.NotFound, "There is no such key.")

// PublicKey returns the key of a remote account with a given address, or
// NotFound.
func (v *View) PublicKey(ctx context.Context, id string) (social.PublicKey, error) {
	return one(ctx, v, noKey, func(r row) (k social.PublicKey, err error) {
		var der string
		var fetched int64
		if err := r.Scan(&k.ID, &k.Account, &k.Kind, &der, &fetched); err != nil {
			return k, err
		}
		k.FetchedAt = moment(fetched)
		k.DER, err = base64.StdEncoding.DecodeString(der)
		return k, err
	}, `SELECT id, account_id, kind, der, fetched_ms FROM public_keys WHERE id = $1`, id)
}

// SetPublicKeys stores what a remote account signs with from now on. A key that
// is somebody else's stays theirs.
func (tx *Tx) SetPublicKeys(ctx context.Context, owner social.AccountID, keys []social.PublicKey) error {
	if _, err := tx.exec(ctx, `DELETE FROM public_keys WHERE account_id = $1`, owner); err != nil {
		return err
	}
	for _, k := range keys {
		if _, err := tx.exec(ctx, `INSERT INTO public_keys (id, account_id, kind, der, fetched_ms) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
			k.ID, owner, k.Kind, base64.StdEncoding.EncodeToString(k.DER), millis(k.FetchedAt)); err != nil {
			return err
		}
	}
	return nil
}

// OwnKeys returns what an account of ours signs with; account zero is the
// house.
func (v *View) OwnKeys(ctx context.Context, owner social.AccountID) ([]social.OwnKey, error) {
	return rows(ctx, v, func(r row) (k social.OwnKey, err error) {
		var pkcs8 string
		var made int64
		if err := r.Scan(&k.Account, &k.Kind, &pkcs8, &made); err != nil {
			return k, err
		}
		k.MadeAt = moment(made)
		k.PKCS8, err = base64.StdEncoding.DecodeString(pkcs8)
		return k, err
	}, `SELECT account_id, kind, pkcs8, made_ms FROM own_keys WHERE account_id = $1 ORDER BY kind DESC`, owner)
}

// AddOwnKey stores a key, unless there is one of its kind: who makes one at the
// same time as somebody else uses theirs.
func (tx *Tx) AddOwnKey(ctx context.Context, k social.OwnKey) error {
	_, err := tx.exec(ctx, `INSERT INTO own_keys (account_id, kind, pkcs8, made_ms) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		k.Account, k.Kind, base64.StdEncoding.EncodeToString(k.PKCS8), millis(k.MadeAt))
	return err
}

// DropOwnKeys forgets what an account signed with.
func (tx *Tx) DropOwnKeys(ctx context.Context, owner social.AccountID) error {
	_, err := tx.exec(ctx, `DELETE FROM own_keys WHERE account_id = $1`, owner)
	return err
}

const actColumns = `uri, kind, owner_id, target, at_ms`

func scanAct(r row) (a social.Act, err error) {
	var at int64
	err = r.Scan(&a.URI, &a.Kind, &a.Owner, &a.Target, &at)
	a.At = moment(at)
	return a, err
}

var noAct = errs.New(errs.NotFound, "There is no such activity.")

// AddAct keeps the address of what a remote account did, in place of what it
// had for the same before.
func (tx *Tx) AddAct(ctx context.Context, a social.Act) error {
	if err := tx.EndAct(ctx, a.Owner, a.Kind, a.Target); err != nil {
		return err
	}
	_, err := tx.exec(ctx, `INSERT INTO acts (`+actColumns+`) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`, a.URI, a.Kind, a.Owner, a.Target, millis(tx.Now))
	return err
}

// Act returns what was done under an address, or NotFound.
func (v *View) Act(ctx context.Context, uri string) (social.Act, error) {
	return one(ctx, v, noAct, scanAct, `SELECT `+actColumns+` FROM acts WHERE uri = $1`, uri)
}

// ActOf returns under which address somebody did something, or NotFound.
func (v *View) ActOf(ctx context.Context, owner social.AccountID, kind social.ActKind, target int64) (social.Act, error) {
	return one(ctx, v, noAct, scanAct, `SELECT `+actColumns+` FROM acts WHERE owner_id = $1 AND kind = $2 AND target = $3`, owner, kind, target)
}

// EndAct forgets the address of what was undone.
func (tx *Tx) EndAct(ctx context.Context, owner social.AccountID, kind social.ActKind, target int64) error {
	_, err := tx.exec(ctx, `DELETE FROM acts WHERE owner_id = $1 AND kind = $2 AND target = $3`, owner, kind, target)
	return err
}

// SetGone remembers that what has an ActivityPub id is gone, so that it does
// not come back by a message that was late.
func (tx *Tx) SetGone(ctx context.Context, uri string) error {
	_, err := tx.exec(ctx, `INSERT INTO gone (uri, at_ms) VALUES ($1, $2) ON CONFLICT DO NOTHING`, uri, millis(tx.Now))
	return err
}

// Gone reports whether it is known that what has an id is gone.
func (v *View) Gone(ctx context.Context, uri string) (bool, error) {
	n, err := value[int](ctx, v, `SELECT COUNT(*) FROM gone WHERE uri = $1`, uri)
	return n > 0, err
}

// TrimGone forgets what went before a moment.
func (tx *Tx) TrimGone(ctx context.Context, before time.Time) error {
	_, err := tx.exec(ctx, `DELETE FROM gone WHERE at_ms < $1`, millis(before))
	return err
}

// AddOrphan keeps what a post answers that is not here yet.
func (tx *Tx) AddOrphan(ctx context.Context, post social.PostID, parent string) error {
	_, err := tx.exec(ctx, `INSERT INTO orphans (post_id, parent_uri, at_ms) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, post, parent, millis(tx.Now))
	return err
}

// OrphansOf returns up to limit posts that wait for one to come.
func (v *View) OrphansOf(ctx context.Context, parent string, limit int) ([]social.PostID, error) {
	return list[social.PostID](ctx, v, `SELECT post_id FROM orphans WHERE parent_uri = $1 ORDER BY post_id LIMIT $2`, parent, limit)
}

// EndOrphan forgets that a post waits.
func (tx *Tx) EndOrphan(ctx context.Context, post social.PostID) error {
	_, err := tx.exec(ctx, `DELETE FROM orphans WHERE post_id = $1`, post)
	return err
}

// VanishedJob is the kind of the job that finds out whether who is behind an
// inbox that is gone has left; its argument is the inbox.
const VanishedJob = "inbox.vanished"

// AccountsAtInbox returns up to limit remote accounts that have an inbox as
// their own.
func (v *View) AccountsAtInbox(ctx context.Context, inbox string, limit int) ([]social.Account, error) {
	return rows(ctx, v, scanAccount, `SELECT `+accountColumns+` FROM accounts WHERE id IN (SELECT account_id FROM contacts WHERE inbox = $1 ORDER BY account_id LIMIT $2) ORDER BY id`, inbox, limit)
}
