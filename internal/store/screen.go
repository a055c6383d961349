package store

import (
	"context"
	"net/netip"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

func scanMailBlock(r row) (b social.MailBlock, err error) {
	var created int64
	err = r.Scan(&b.ID, &b.Host, &b.Approval, &created)
	b.CreatedAt = moment(created)
	return b, err
}

const mailColumns = `id, host, approval, created_ms`

// MailBlocks returns a page of the hosts of e-mail that are turned away.
func (v *View) MailBlocks(ctx context.Context, p social.Page) ([]social.MailBlock, error) {
	before, after := bounds(p)
	return rows(ctx, v, scanMailBlock, `SELECT `+mailColumns+` FROM mail_blocks WHERE id < $1 AND id > $2`+order(p, "id"), before, after, p.Limit)
}

// MailBlock returns one, or NotFound.
func (v *View) MailBlock(ctx context.Context, id social.ScreenID) (social.MailBlock, error) {
	return one(ctx, v, noRecord, scanMailBlock, `SELECT `+mailColumns+` FROM mail_blocks WHERE id = $1`, id)
}

// MailBlocksOf returns those of some hosts.
func (v *View) MailBlocksOf(ctx context.Context, hosts []string) ([]social.MailBlock, error) {
	return rows(ctx, v, scanMailBlock, `SELECT `+mailColumns+` FROM mail_blocks WHERE host IN `+v.d.strList(1), asJSON(hosts))
}

// ErrScreened is the error of a second block of the same.
var ErrScreened = errs.New(errs.Conflict, "Validation failed: This is on the list already.")

// AddMailBlock turns a host of e-mail away. One that is turned away already is
// ErrScreened.
func (tx *Tx) AddMailBlock(ctx context.Context, b social.MailBlock) error {
	n, err := tx.exec(ctx, `INSERT INTO mail_blocks (`+mailColumns+`) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, b.ID, b.Host, b.Approval, millis(b.CreatedAt))
	if err == nil && n == 0 {
		return ErrScreened
	}
	return err
}

// EndMailBlock removes one.
func (tx *Tx) EndMailBlock(ctx context.Context, id social.ScreenID) error {
	_, err := tx.exec(ctx, `DELETE FROM mail_blocks WHERE id = $1`, id)
	return err
}

// CountMailTry counts a try to join in spite of a block, on the day of tx. Of
// a day at most some places are told apart.
func (tx *Tx) CountMailTry(ctx context.Context, block social.ScreenID, who string, places int) error {
	day := tx.Now.UTC().Truncate(24 * time.Hour).UnixMilli()
	n, err := tx.exec(ctx, `UPDATE mail_tries SET uses = uses + 1 WHERE block_id = $1 AND day_ms = $2 AND who = $3`, block, day, who)
	if err != nil || n > 0 {
		return err
	}
	_, err = tx.exec(ctx, `INSERT INTO mail_tries (block_id, day_ms, who, uses)
		SELECT $1, $2, CASE WHEN (SELECT COUNT(*) FROM mail_tries WHERE block_id = $1 AND day_ms = $2) < $4 THEN $3 ELSE '' END, 1
		WHERE EXISTS (SELECT 1 FROM mail_blocks WHERE id = $1)
		ON CONFLICT (block_id, day_ms, who) DO UPDATE SET uses = mail_tries.uses + 1`, block, day, who, places)
	return err
}

// A MailTry is how often a block stood in the way on a day.
type MailTry struct {
	Block social.ScreenID
	social.MailTries
}

// MailTries returns how often some blocks stood in the way since a day.
func (v *View) MailTries(ctx context.Context, blocks []social.ScreenID, since time.Time) ([]MailTry, error) {
	return rows(ctx, v, func(r row) (t MailTry, err error) {
		var day int64
		err = r.Scan(&t.Block, &day, &t.Uses, &t.People)
		t.Day = moment(day)
		return t, err
	}, `SELECT block_id, day_ms, SUM(uses), COUNT(*) FROM mail_tries WHERE day_ms >= $1 AND block_id `+v.d.idList(2)+` GROUP BY block_id, day_ms`,
		millis(since), asJSON(blocks))
}

// TrimMailTries forgets the tries before a day.
func (tx *Tx) TrimMailTries(ctx context.Context, before time.Time) error {
	_, err := tx.exec(ctx, `DELETE FROM mail_tries WHERE day_ms < $1`, millis(before))
	return err
}

func scanPrint(r row) (b social.PrintBlock, err error) {
	var created int64
	err = r.Scan(&b.ID, &b.Print, &created)
	b.CreatedAt = moment(created)
	return b, err
}

// PrintBlocks returns a page of the fingerprints that are turned away.
func (v *View) PrintBlocks(ctx context.Context, p social.Page) ([]social.PrintBlock, error) {
	before, after := bounds(p)
	return rows(ctx, v, scanPrint, `SELECT id, print, created_ms FROM print_blocks WHERE id < $1 AND id > $2`+order(p, "id"), before, after, p.Limit)
}

// PrintBlock returns one, or NotFound.
func (v *View) PrintBlock(ctx context.Context, id social.ScreenID) (social.PrintBlock, error) {
	return one(ctx, v, noRecord, scanPrint, `SELECT id, print, created_ms FROM print_blocks WHERE id = $1`, id)
}

// PrintBlockOf returns that of a fingerprint, or NotFound.
func (v *View) PrintBlockOf(ctx context.Context, print string) (social.PrintBlock, error) {
	return one(ctx, v, noRecord, scanPrint, `SELECT id, print, created_ms FROM print_blocks WHERE print = $1`, print)
}

// AddPrintBlock turns a fingerprint away. One that is already is ErrScreened.
func (tx *Tx) AddPrintBlock(ctx context.Context, b social.PrintBlock) error {
	n, err := tx.exec(ctx, `INSERT INTO print_blocks (id, print, created_ms) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, b.ID, b.Print, millis(b.CreatedAt))
	if err == nil && n == 0 {
		return ErrScreened
	}
	return err
}

// EndPrintBlock removes one.
func (tx *Tx) EndPrintBlock(ctx context.Context, id social.ScreenID) error {
	_, err := tx.exec(ctx, `DELETE FROM print_blocks WHERE id = $1`, id)
	return err
}

const ipColumns = `id, net, severity, comment, expires_ms, created_ms`

func scanIPBlock(r row) (b social.IPBlock, err error) {
	var net string
	var expires, created int64
	if err := r.Scan(&b.ID, &net, &b.Severity, &b.Comment, &expires, &created); err != nil {
		return b, err
	}
	b.ExpiresAt, b.CreatedAt = moment(expires), moment(created)
	b.Net, err = netip.ParsePrefix(net)
	return b, err
}

// IPBlocks returns a page of the networks that are turned away.
func (v *View) IPBlocks(ctx context.Context, p social.Page) ([]social.IPBlock, error) {
	before, after := bounds(p)
	return rows(ctx, v, scanIPBlock, `SELECT `+ipColumns+` FROM ip_blocks WHERE id < $1 AND id > $2`+order(p, "id"), before, after, p.Limit)
}

// IPBlock returns one, or NotFound.
func (v *View) IPBlock(ctx context.Context, id social.ScreenID) (social.IPBlock, error) {
	return one(ctx, v, noRecord, scanIPBlock, `SELECT `+ipColumns+` FROM ip_blocks WHERE id = $1`, id)
}

// AddIPBlock turns a network away. One that is already is ErrScreened.
func (tx *Tx) AddIPBlock(ctx context.Context, b social.IPBlock) error {
	n, err := tx.exec(ctx, `INSERT INTO ip_blocks (`+ipColumns+`) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
		b.ID, b.Net.String(), b.Severity, b.Comment, millis(b.ExpiresAt), millis(b.CreatedAt))
	if err == nil && n == 0 {
		return ErrScreened
	}
	return err
}

// SetIPBlock stores what a block says. A network that has another is ErrScreened.
func (tx *Tx) SetIPBlock(ctx context.Context, b social.IPBlock) error {
	_, err := tx.exec(ctx, `UPDATE ip_blocks SET net = $2, severity = $3, comment = $4, expires_ms = $5 WHERE id = $1`,
		b.ID, b.Net.String(), b.Severity, b.Comment, millis(b.ExpiresAt))
	if isUnique(err) {
		return ErrScreened
	}
	return err
}

// EndIPBlock removes one.
func (tx *Tx) EndIPBlock(ctx context.Context, id social.ScreenID) error {
	_, err := tx.exec(ctx, `DELETE FROM ip_blocks WHERE id = $1`, id)
	return err
}

// TrimIPBlocks removes those that have ended.
func (tx *Tx) TrimIPBlocks(ctx context.Context) (int64, error) {
	return tx.exec(ctx, `DELETE FROM ip_blocks WHERE expires_ms <> 0 AND expires_ms <= $1`, millis(tx.Now))
}

// Screened is a list of what is turned away, and CountScreened how long it is.
type Screened string

// The lists.
const (
	ScreenedMails  Screened = "mail_blocks"
	ScreenedPrints Screened = "print_blocks"
	ScreenedNets   Screened = "ip_blocks"
)

// CountScreened counts what stands on a list.
func (v *View) CountScreened(ctx context.Context, list Screened) (int, error) {
	return value[int](ctx, v, `SELECT COUNT(*) FROM `+string(list))
}
