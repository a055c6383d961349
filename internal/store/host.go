package store

import (
	"context"
	"net"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

const hostColumns = `id, host, severity, reject_media, reject_reports, private_comment, public_comment, obfuscate, listed, created_ms`

func scanHostBlock(r row) (b social.HostBlock, err error) {
	var created int64
	err = r.Scan(&b.ID, &b.Host, &b.Severity, &b.RejectMedia, &b.RejectReports, &b.Private, &b.Public, &b.Obfuscate, &b.Listed, &created)
	b.CreatedAt = moment(created)
	return b, err
}

func scanHostAllow(r row) (a social.HostAllow, err error) {
	var created int64
	err = r.Scan(&a.ID, &a.Host, &created)
	a.CreatedAt = moment(created)
	return a, err
}

// noRecord is what is not there, in the words of what else is not.
var noRecord = errs.New(errs.NotFound, "Record not found")

// HostBlocks returns a page of the blocks of hosts.
func (v *View) HostBlocks(ctx context.Context, p social.Page) ([]social.HostBlock, error) {
	before, after := bounds(p)
	return rows(ctx, v, scanHostBlock, `SELECT `+hostColumns+` FROM host_blocks WHERE id < $1 AND id > $2`+order(p, "id"), before, after, p.Limit)
}

// HostBlock returns one by its id, or NotFound.
func (v *View) HostBlock(ctx context.Context, id social.HostID) (social.HostBlock, error) {
	return one(ctx, v, noRecord, scanHostBlock, `SELECT `+hostColumns+` FROM host_blocks WHERE id = $1`, id)
}

// HostBlockOf returns that of a host, or NotFound.
func (v *View) HostBlockOf(ctx context.Context, host string) (social.HostBlock, error) {
	return one(ctx, v, noRecord, scanHostBlock, `SELECT `+hostColumns+` FROM host_blocks WHERE host = $1`, host)
}

// HostBlockOn returns what holds for a host, that of the nearest name above it
// or its own, or NotFound. It reads less than HostRules, for those who do not
// keep them.
func (v *View) HostBlockOn(ctx context.Context, host string) (social.HostBlock, error) {
	var names []string
	for name := host; name != ""; {
		names = append(names, name)
		_, name, _ = strings.Cut(name, ".")
	}
	return one(ctx, v, noRecord, scanHostBlock, `SELECT `+hostColumns+` FROM host_blocks WHERE host IN `+v.d.strList(1)+` ORDER BY LENGTH(host) DESC LIMIT 1`, asJSON(names))
}

// HostSuspended reports whether nobody of a host is shown here. It is what
// social.HostRules say.
func (v *View) HostSuspended(ctx context.Context, host string) (bool, error) {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	house, err := v.House(ctx)
	if err != nil {
		return false, err
	}
	if house.LimitedFederation {
		if _, err := v.HostAllowOf(ctx, host); err != nil {
			return errs.KindOf(err) == errs.NotFound, errs.Absent(err)
		}
	}
	b, err := v.HostBlockOn(ctx, host)
	return b.Severity == social.HostSuspends, errs.Absent(err)
}

// AllHostBlocks returns all of them, by name.
func (v *View) AllHostBlocks(ctx context.Context) ([]social.HostBlock, error) {
	return rows(ctx, v, scanHostBlock, `SELECT `+hostColumns+` FROM host_blocks ORDER BY host LIMIT $1`, social.MaxHosts)
}

// CountHostBlocks counts the blocks.
func (v *View) CountHostBlocks(ctx context.Context) (int, error) {
	return value[int](ctx, v, `SELECT COUNT(*) FROM host_blocks`)
}

// AddHostBlock stores a new block of a host that has none.
func (tx *Tx) AddHostBlock(ctx context.Context, b social.HostBlock) error {
	n, err := tx.exec(ctx, `INSERT INTO host_blocks (`+hostColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`,
		b.ID, b.Host, b.Severity, b.RejectMedia, b.RejectReports, b.Private, b.Public, b.Obfuscate, b.Listed, millis(b.CreatedAt))
	if err == nil && n == 0 {
		return HostBlocked
	}
	return err
}

// HostBlocked is the error of a second block of a host.
var HostBlocked = errs.New(errs.Conflict, "Validation failed: This host has a block already: change that one.")

// SetHostBlock stores what a block says.
func (tx *Tx) SetHostBlock(ctx context.Context, b social.HostBlock) error {
	_, err := tx.exec(ctx, `UPDATE host_blocks SET severity = $2, reject_media = $3, reject_reports = $4, private_comment = $5, public_comment = $6, obfuscate = $7, listed = $8
		WHERE id = $1`, b.ID, b.Severity, b.RejectMedia, b.RejectReports, b.Private, b.Public, b.Obfuscate, b.Listed)
	return err
}

// EndHostBlock removes a block.
func (tx *Tx) EndHostBlock(ctx context.Context, id social.HostID) error {
	_, err := tx.exec(ctx, `DELETE FROM host_blocks WHERE id = $1`, id)
	return err
}

// HostAllows returns a page of the hosts that were let in.
func (v *View) HostAllows(ctx context.Context, p social.Page) ([]social.HostAllow, error) {
	before, after := bounds(p)
	return rows(ctx, v, scanHostAllow, `SELECT id, host, created_ms FROM host_allows WHERE id < $1 AND id > $2`+order(p, "id"), before, after, p.Limit)
}

// HostAllow returns one by its id, or NotFound.
func (v *View) HostAllow(ctx context.Context, id social.HostID) (social.HostAllow, error) {
	return one(ctx, v, noRecord, scanHostAllow, `SELECT id, host, created_ms FROM host_allows WHERE id = $1`, id)
}

// HostAllowOf returns that of a host, or NotFound.
func (v *View) HostAllowOf(ctx context.Context, host string) (social.HostAllow, error) {
	return one(ctx, v, noRecord, scanHostAllow, `SELECT id, host, created_ms FROM host_allows WHERE host = $1`, host)
}

// CountHostAllows counts the hosts that were let in.
func (v *View) CountHostAllows(ctx context.Context) (int, error) {
	return value[int](ctx, v, `SELECT COUNT(*) FROM host_allows`)
}

// AddHostAllow lets a host in; that it was let in before is fine.
func (tx *Tx) AddHostAllow(ctx context.Context, a social.HostAllow) error {
	_, err := tx.exec(ctx, `INSERT INTO host_allows (id, host, created_ms) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, a.ID, a.Host, millis(a.CreatedAt))
	return err
}

// EndHostAllow has a host not be let in any more.
func (tx *Tx) EndHostAllow(ctx context.Context, id social.HostID) error {
	_, err := tx.exec(ctx, `DELETE FROM host_allows WHERE id = $1`, id)
	return err
}

// HostRules returns all that was decided about hosts.
func (v *View) HostRules(ctx context.Context) (*social.HostRules, error) {
	house, err := v.House(ctx)
	if err != nil {
		return nil, err
	}
	blocks, err := v.AllHostBlocks(ctx)
	if err != nil {
		return nil, err
	}
	allows, err := rows(ctx, v, scanHostAllow, `SELECT id, host, created_ms FROM host_allows LIMIT $1`, social.MaxHosts)
	return social.NewHostRules(blocks, allows, house.LimitedFederation), err
}
