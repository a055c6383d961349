package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

const hostListColumns = `l.id, l.url, l.auto, l.stage, l.created_ms, l.checked_ms, l.next_ms, l.applied_ms, l.proposed_ms, l.failure,
	(SELECT COUNT(*) FROM host_list_lines n WHERE n.list_id = l.id)`

func scanHostList(r row) (l social.HostList, err error) {
	var created, checked, next, applied, proposed int64
	err = r.Scan(&l.ID, &l.URL, &l.Auto, &l.Stage, &created, &checked, &next, &applied, &proposed, &l.Failure, &l.Hosts)
	l.CreatedAt, l.CheckedAt, l.NextCheck, l.AppliedAt, l.ProposedAt = moment(created), moment(checked), moment(next), moment(applied), moment(proposed)
	return l, err
}

// HostLists returns all lists that are heeded, the oldest first.
func (v *View) HostLists(ctx context.Context) ([]social.HostList, error) {
	return rows(ctx, v, scanHostList, `SELECT `+hostListColumns+` FROM host_lists l ORDER BY l.id LIMIT $1`, social.MaxHostLists)
}

// HostList returns one, or NotFound.
func (v *View) HostList(ctx context.Context, id social.HostListID) (social.HostList, error) {
	return one(ctx, v, noRecord, scanHostList, `SELECT `+hostListColumns+` FROM host_lists l WHERE l.id = $1`, id)
}

// AddHostList stores a new list; one of the same address is a Conflict.
func (tx *Tx) AddHostList(ctx context.Context, l social.HostList) error {
	n, err := tx.exec(ctx, `INSERT INTO host_lists (id, url, auto, created_ms, checked_ms, next_ms, applied_ms, failure, stage, proposal, proposed_ms)
		VALUES ($1, $2, $3, $4, 0, $5, 0, '', '', '', 0) ON CONFLICT DO NOTHING`, l.ID, l.URL, l.Auto, millis(l.CreatedAt), millis(l.NextCheck))
	if err == nil && n == 0 {
		return errs.New(errs.Conflict, "Validation failed: This list is heeded already.")
	}
	return err
}

// SetHostList stores how a list is doing.
func (tx *Tx) SetHostList(ctx context.Context, l social.HostList) error {
	_, err := tx.exec(ctx, `UPDATE host_lists SET auto = $2, stage = $3, checked_ms = $4, next_ms = $5, applied_ms = $6, failure = $7 WHERE id = $1`,
		l.ID, l.Auto, l.Stage, millis(l.CheckedAt), millis(l.NextCheck), millis(l.AppliedAt), l.Failure)
	return err
}

// EndHostList forgets a list, with its lines.
func (tx *Tx) EndHostList(ctx context.Context, id social.HostListID) error {
	_, err := tx.exec(ctx, `DELETE FROM host_lists WHERE id = $1`, id)
	return err
}

// HostProposal returns what a list said when it was last asked for, if that is
// not applied yet.
func (v *View) HostProposal(ctx context.Context, id social.HostListID) (all []social.HostBlock, err error) {
	text, err := value[string](ctx, v, `SELECT proposal FROM host_lists WHERE id = $1`, id)
	if err != nil || text == "" {
		return nil, err
	}
	return all, json.Unmarshal([]byte(text), &all)
}

// SetHostProposal keeps what a list says; with nil nothing waits any more.
func (tx *Tx) SetHostProposal(ctx context.Context, id social.HostListID, all []social.HostBlock) error {
	text, at := "", time.Time{}
	if all != nil {
		text, at = asJSON(all), tx.Now
	}
	_, err := tx.exec(ctx, `UPDATE host_lists SET proposal = $2, proposed_ms = $3 WHERE id = $1`, id, text, millis(at))
	return err
}

const hostLineColumns = `list_id, host, severity, reject_media, reject_reports, public_comment, obfuscate, since_ms`

func scanHostLine(r row) (l social.HostLine, err error) {
	var since int64
	err = r.Scan(&l.List, &l.Block.Host, &l.Block.Severity, &l.Block.RejectMedia, &l.Block.RejectReports, &l.Block.Public, &l.Block.Obfuscate, &since)
	l.Since = moment(since)
	return l, err
}

// HostLines returns what is heeded of a list, by host.
func (v *View) HostLines(ctx context.Context, id social.HostListID) ([]social.HostLine, error) {
	return rows(ctx, v, scanHostLine, `SELECT `+hostLineColumns+` FROM host_list_lines WHERE list_id = $1 ORDER BY host LIMIT $2`, id, social.MaxHostListLines)
}

// HostLinesOf returns what is heeded of any list about hosts, by host and then
// the oldest list first.
func (v *View) HostLinesOf(ctx context.Context, hosts []string) ([]social.HostLine, error) {
	return rows(ctx, v, scanHostLine, `SELECT `+hostLineColumns+` FROM host_list_lines WHERE host IN `+v.d.strList(1)+` ORDER BY host, list_id`, asJSON(hosts))
}

// SetHostLine has something be heeded of a list. Since when stays.
func (tx *Tx) SetHostLine(ctx context.Context, id social.HostListID, b social.HostBlock) error {
	_, err := tx.exec(ctx, `INSERT INTO host_list_lines (`+hostLineColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (list_id, host) DO UPDATE SET severity = $3, reject_media = $4, reject_reports = $5, public_comment = $6, obfuscate = $7`,
		id, b.Host, b.Severity, b.RejectMedia, b.RejectReports, b.Public, b.Obfuscate, millis(tx.Now))
	return err
}

// EndHostLine has nothing be heeded of a list about a host.
func (tx *Tx) EndHostLine(ctx context.Context, id social.HostListID, host string) error {
	_, err := tx.exec(ctx, `DELETE FROM host_list_lines WHERE list_id = $1 AND host = $2`, id, host)
	return err
}

// HostsOf returns what holds for hosts by themselves, and which of them were
// taken off by hand although a list has them.
func (v *View) HostsOf(ctx context.Context, hosts []string) (blocks map[string]social.HostBlock, waived map[string]bool, err error) {
	names := asJSON(hosts)
	all, err := rows(ctx, v, scanHostBlock, `SELECT `+hostColumns+` FROM host_blocks WHERE host IN `+v.d.strList(1), names)
	if err != nil {
		return nil, nil, err
	}
	off, err := list[string](ctx, v, `SELECT host FROM host_waivers WHERE host IN `+v.d.strList(1), names)
	blocks, waived = map[string]social.HostBlock{}, map[string]bool{}
	for _, b := range all {
		blocks[b.Host] = b
	}
	for _, host := range off {
		waived[host] = true
	}
	return blocks, waived, err
}

// WaiveHost has lists not bring a host back that they have now.
func (tx *Tx) WaiveHost(ctx context.Context, host string) error {
	_, err := tx.exec(ctx, `INSERT INTO host_waivers (host, at_ms) SELECT CAST($1 AS TEXT), CAST($2 AS BIGINT)
		WHERE EXISTS (SELECT 1 FROM host_list_lines WHERE host = $1) ON CONFLICT DO NOTHING`, host, millis(tx.Now))
	return err
}

// EndHostWaiver has lists count for a host again.
func (tx *Tx) EndHostWaiver(ctx context.Context, host string) error {
	_, err := tx.exec(ctx, `DELETE FROM host_waivers WHERE host = $1`, host)
	return err
}

// HostListsDue returns the lists that have to be asked for, or with which
// something is under way.
func (v *View) HostListsDue(ctx context.Context, now time.Time) ([]social.HostListID, error) {
	return list[social.HostListID](ctx, v, `SELECT id FROM host_lists WHERE next_ms <= $1 OR stage = $2 OR stage = $3 ORDER BY id LIMIT $4`,
		millis(now), social.HostListApplying, social.HostListEnding, social.MaxHostLists)
}
