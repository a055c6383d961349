package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
)

const autoRuleColumns = `id, name, body, version, state, by_id, changed_ms, tripped_ms`

// scanAutoRule reads what a rule says, too: it was checked when it was stored,
// so what cannot be read any more is of a later program, and is an error.
func scanAutoRule(r row) (a social.AutoRule, err error) {
	var changed, tripped int64
	if err := r.Scan(&a.ID, &a.Name, &a.Text, &a.Version, &a.State, &a.By, &changed, &tripped); err != nil {
		return a, err
	}
	a.Changed, a.Tripped = moment(changed), moment(tripped)
	a.Terms, err = social.ParseAutoTerms(a.Text)
	return a, err
}

var noAutoRule = errs.New(errs.NotFound, "Record not found")

// AutoRules returns all rules, in the order in which they were made.
func (v *View) AutoRules(ctx context.Context) ([]social.AutoRule, error) {
	return rows(ctx, v, scanAutoRule, `SELECT `+autoRuleColumns+` FROM auto_rules ORDER BY id LIMIT $1`, social.MaxAutoRules)
}

// AutoRule returns one, or NotFound.
func (v *View) AutoRule(ctx context.Context, which social.AutoRuleID) (social.AutoRule, error) {
	return one(ctx, v, noAutoRule, scanAutoRule, `SELECT `+autoRuleColumns+` FROM auto_rules WHERE id = $1`, which)
}

// HoldAutoRule is AutoRule for somebody who is about to change it: until the
// commit nobody else does.
func (tx *Tx) HoldAutoRule(ctx context.Context, which social.AutoRuleID) (social.AutoRule, error) {
	return one(ctx, &tx.View, noAutoRule, scanAutoRule, `SELECT `+autoRuleColumns+` FROM auto_rules WHERE id = $1`+tx.d.forUpdate, which)
}

// CountAutoRules counts them.
func (v *View) CountAutoRules(ctx context.Context) (int, error) {
	return value[int](ctx, v, `SELECT COUNT(*) FROM auto_rules`)
}

// AddAutoRule stores a new rule, with its first version.
func (tx *Tx) AddAutoRule(ctx context.Context, r social.AutoRule) error {
	if _, err := tx.exec(ctx, `INSERT INTO auto_rules (`+autoRuleColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		r.ID, r.Name, r.Text, r.Version, r.State, r.By, millis(r.Changed), millis(r.Tripped)); err != nil {
		return err
	}
	return tx.addAutoVersion(ctx, r)
}

// SetAutoRule stores a rule anew, and keeps it as a version if it is another.
func (tx *Tx) SetAutoRule(ctx context.Context, r social.AutoRule) error {
	if _, err := tx.exec(ctx, `UPDATE auto_rules SET name = $2, body = $3, version = $4, state = $5, by_id = $6, changed_ms = $7, tripped_ms = $8 WHERE id = $1`,
		r.ID, r.Name, r.Text, r.Version, r.State, r.By, millis(r.Changed), millis(r.Tripped)); err != nil {
		return err
	}
	return tx.addAutoVersion(ctx, r)
}

func (tx *Tx) addAutoVersion(ctx context.Context, r social.AutoRule) error {
	_, err := tx.exec(ctx, `INSERT INTO auto_versions (rule_id, version, name, body, by_id, changed_ms) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
		r.ID, r.Version, r.Name, r.Text, r.By, millis(r.Changed))
	return err
}

// RemoveAutoRule takes a rule away, with its versions and what met it.
func (tx *Tx) RemoveAutoRule(ctx context.Context, which social.AutoRuleID) error {
	_, err := tx.exec(ctx, `DELETE FROM auto_rules WHERE id = $1`, which)
	return err
}

// AutoVersions returns up to limit earlier and present versions of a rule, the
// last one first. Of each only what was written is filled in.
func (v *View) AutoVersions(ctx context.Context, which social.AutoRuleID, limit int) ([]social.AutoRule, error) {
	return rows(ctx, v, func(r row) (a social.AutoRule, err error) {
		var at int64
		err = r.Scan(&a.ID, &a.Version, &a.Name, &a.Text, &a.By, &at)
		a.Changed = moment(at)
		return a, err
	}, `SELECT rule_id, version, name, body, by_id, changed_ms FROM auto_versions WHERE rule_id = $1 ORDER BY version DESC LIMIT $2`, which, limit)
}

const autoRunColumns = `rule_id, version, started_ms, done_ms, looked, hits, people, examples, short, seen_by, seen_ms, failed`

func scanAutoRun(r row) (a social.AutoRun, err error) {
	var started, done, seen int64
	var examples string
	if err := r.Scan(&a.Rule, &a.Version, &started, &done, &a.Looked, &a.Hits, &a.People, &examples, &a.Short, &a.SeenBy, &seen, &a.Failed); err != nil {
		return a, err
	}
	a.Started, a.Done, a.Seen = moment(started), moment(done), moment(seen)
	return a, json.Unmarshal([]byte(examples), &a.Examples)
}

// AutoRun returns the last trial of a rule, or NotFound.
func (v *View) AutoRun(ctx context.Context, which social.AutoRuleID) (social.AutoRun, error) {
	return one(ctx, v, noAutoRule, scanAutoRun, `SELECT `+autoRunColumns+` FROM auto_runs WHERE rule_id = $1`, which)
}

// SetAutoRun stores how a trial of a rule stands.
func (tx *Tx) SetAutoRun(ctx context.Context, a social.AutoRun) error {
	_, err := tx.exec(ctx, `INSERT INTO auto_runs (`+autoRunColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (rule_id) DO UPDATE SET version = excluded.version, started_ms = excluded.started_ms, done_ms = excluded.done_ms,
		looked = excluded.looked, hits = excluded.hits, people = excluded.people, examples = excluded.examples, short = excluded.short,
		seen_by = excluded.seen_by, seen_ms = excluded.seen_ms, failed = excluded.failed`,
		a.Rule, a.Version, millis(a.Started), millis(a.Done), a.Looked, a.Hits, a.People, asJSON(a.Examples), a.Short, a.SeenBy, millis(a.Seen), a.Failed)
	return err
}

const autoHitColumns = `id, rule_id, version, post_id, account_id, acted, why`

func scanAutoHit(r row) (h social.AutoHit, err error) {
	var why string
	if err := r.Scan(&h.ID, &h.Rule, &h.Version, &h.Post, &h.Account, &h.Acted, &why); err != nil {
		return h, err
	}
	return h, json.Unmarshal([]byte(why), &h.Why)
}

// AddAutoHit stores that something met a rule. What met the same version before
// is not added again.
func (tx *Tx) AddAutoHit(ctx context.Context, h social.AutoHit, subject int64) (added bool, err error) {
	n, err := tx.exec(ctx, `INSERT INTO auto_hits (`+autoHitColumns+`, subject) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
		h.ID, h.Rule, h.Version, h.Post, h.Account, h.Acted, asJSON(h.Why), subject)
	return n > 0, err
}

// AutoHits returns a page of what met a rule.
func (v *View) AutoHits(ctx context.Context, which social.AutoRuleID, p social.Page) ([]social.AutoHit, error) {
	before, after := bounds(p)
	return rows(ctx, v, scanAutoHit, `SELECT `+autoHitColumns+` FROM auto_hits WHERE rule_id = $4 AND id < $1 AND id > $2`+order(p, "id"),
		before, after, p.Limit, which)
}

// CountAutoHits counts what met a rule since a moment, acted upon or not, up to
// most.
func (v *View) CountAutoHits(ctx context.Context, which social.AutoRuleID, since time.Time, acted bool, most int) (int, error) {
	return value[int](ctx, v, `SELECT COUNT(*) FROM (SELECT 1 FROM auto_hits WHERE rule_id = $1 AND id >= $2 AND acted = $3 LIMIT $4) AS met`,
		which, id.Floor(since), acted, most)
}

// CountAutoOthers counts who but one account met a rule since a moment, acted
// upon or not, up to most.
func (v *View) CountAutoOthers(ctx context.Context, which social.AutoRuleID, not social.AccountID, since time.Time, acted bool, most int) (int, error) {
	return value[int](ctx, v, `SELECT COUNT(*) FROM (SELECT DISTINCT account_id FROM auto_hits WHERE rule_id = $1 AND id >= $2 AND acted = $3 AND account_id <> $5 LIMIT $4) AS met`,
		which, id.Floor(since), acted, most, not)
}

// WasRefused reports whether a version of a rule has refused something of an
// account since a moment.
func (v *View) WasRefused(ctx context.Context, r social.AutoRule, who social.AccountID, since time.Time) (bool, error) {
	n, err := value[int](ctx, v, `SELECT COUNT(*) FROM (SELECT 1 FROM auto_hits WHERE account_id = $1 AND rule_id = $2 AND version = $3 AND id >= $4 AND post_id = 0 AND acted LIMIT 1) AS met`,
		who, r.ID, r.Version, id.Floor(since))
	return n > 0, err
}

// TrimAutoHits forgets up to limit of those before a moment.
func (tx *Tx) TrimAutoHits(ctx context.Context, before time.Time, limit int) (int64, error) {
	return tx.exec(ctx, `DELETE FROM auto_hits WHERE id IN (SELECT id FROM auto_hits WHERE id < $1 ORDER BY id LIMIT $2)`, id.Floor(before), limit)
}

// PostsOfBetween counts what an account posted from one id up to another, that
// included, but no boosts; up to most.
func (v *View) PostsOfBetween(ctx context.Context, author social.AccountID, from, upto social.PostID, most int) (int, error) {
	return value[int](ctx, v, `SELECT COUNT(*) FROM (SELECT 1 FROM posts WHERE author_id = $1 AND id >= $2 AND id <= $3 AND boost_of = 0 LIMIT $4) AS posted`,
		author, from, upto, most)
}

// PostsFrom returns up to limit posts after an id, boosts left out, the oldest
// first.
func (v *View) PostsFrom(ctx context.Context, after social.PostID, limit int) ([]social.PostID, error) {
	return list[social.PostID](ctx, v, `SELECT id FROM posts WHERE id > $1 AND boost_of = 0 ORDER BY id LIMIT $2`, after, limit)
}

// PostsBefore is the id of the post that so many others are newer than, or zero
// if there are not so many after from.
func (v *View) PostsBefore(ctx context.Context, from social.PostID, many int) (social.PostID, error) {
	all, err := list[social.PostID](ctx, v, `SELECT id FROM posts WHERE id > $1 ORDER BY id DESC LIMIT 1 OFFSET $2`, from, many)
	if err != nil || len(all) == 0 {
		return 0, err
	}
	return all[0], nil
}
