package store

import (
	"context"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
)

const holdColumns = `id, kind, subject_id, account_id, name, reason, by_id, until_ms, silent, asked_id, asked_ms, ended_ms, ended_by, ended_why, evidence_id`

func scanHold(r row) (h social.Hold, err error) {
	var until, asked, ended int64
	err = r.Scan(&h.ID, &h.Kind, &h.Subject, &h.Account, &h.Name, &h.Reason, &h.By, &until, &h.Silent, &h.Asked, &asked, &ended, &h.EndedBy, &h.EndedWhy, &h.Evidence)
	h.Until, h.AskedAt, h.Ended = moment(until), moment(asked), moment(ended)
	return h, err
}

// holdNow is what holds at a moment, which is $1.
const holdNow = `ended_ms = 0 AND (until_ms = 0 OR until_ms > $1)`

// Holds returns those that hold at a moment.
func (v *View) Holds(ctx context.Context, at time.Time) ([]social.Hold, error) {
	return rows(ctx, v, scanHold, `SELECT `+holdColumns+` FROM holds WHERE `+holdNow+` ORDER BY id DESC LIMIT $2`, millis(at), social.MaxHolds)
}

// EndedHolds returns up to limit holds that hold no more, the newest first, before
// one; zero is from the newest.
func (v *View) EndedHolds(ctx context.Context, before social.HoldID, limit int) ([]social.Hold, error) {
	return rows(ctx, v, scanHold, `SELECT `+holdColumns+` FROM holds WHERE ended_ms <> 0 AND (id < $1 OR $1 = 0) ORDER BY id DESC LIMIT $2`, before, limit)
}

// ExpiredHolds returns up to limit holds whose time has come.
func (v *View) ExpiredHolds(ctx context.Context, at time.Time, limit int) ([]social.Hold, error) {
	return rows(ctx, v, scanHold, `SELECT `+holdColumns+` FROM holds WHERE ended_ms = 0 AND until_ms <> 0 AND until_ms <= $1 ORDER BY id LIMIT $2`, millis(at), limit)
}

// HoldsOn returns the holds about somebody that they may be told of. Those that only
// keep what they reported are about others, and not for them.
func (v *View) HoldsOn(ctx context.Context, who social.AccountID, at time.Time) ([]social.Hold, error) {
	return rows(ctx, v, scanHold, `SELECT `+holdColumns+` FROM holds WHERE `+holdNow+` AND NOT silent AND (account_id = $2
		OR kind = 'matter' AND subject_id IN (SELECT matter_id FROM matter_objects WHERE account_id = $2)) ORDER BY id LIMIT $3`, millis(at), who, social.MaxHolds)
}

var noHold = errs.New(errs.NotFound, "Record not found")

// HoldHold returns one, or NotFound: until the commit nobody else changes it.
func (tx *Tx) HoldHold(ctx context.Context, which social.HoldID) (social.Hold, error) {
	return one(ctx, &tx.View, noHold, scanHold, `SELECT `+holdColumns+` FROM holds WHERE id = $1`+tx.d.forUpdate, which)
}

// HoldTurn keeps everybody else from placing a hold and from erasing records until the
// commit: what is erased meanwhile would be missing from the hold.
func (tx *Tx) HoldTurn(ctx context.Context) error {
	_, err := list[int64](ctx, &tx.View, `SELECT id FROM holds_turn`+tx.d.forUpdate)
	return err
}

// SetHold stores a hold, or what became of it.
func (tx *Tx) SetHold(ctx context.Context, h social.Hold) error {
	_, err := tx.exec(ctx, `INSERT INTO holds (`+holdColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
		ON CONFLICT (id) DO UPDATE SET asked_id = excluded.asked_id, asked_ms = excluded.asked_ms, ended_ms = excluded.ended_ms, ended_by = excluded.ended_by, ended_why = excluded.ended_why`,
		h.ID, h.Kind, h.Subject, h.Account, h.Name, h.Reason, h.By, millis(h.Until), h.Silent, h.Asked, millis(h.AskedAt), millis(h.Ended), h.EndedBy, h.EndedWhy, h.Evidence)
	return err
}

// WaitingToErase returns up to limit accounts that are gone and whose records holds
// kept, after one.
func (v *View) WaitingToErase(ctx context.Context, after social.AccountID, limit int) ([]social.AccountID, error) {
	return list[social.AccountID](ctx, v, `SELECT account_id FROM evidence_waiting WHERE account_id > $1 ORDER BY account_id LIMIT $2`, after, limit)
}

// Sealed are the accounts that WaitingToErase lists.
func (v *View) Sealed(ctx context.Context) (map[social.AccountID]bool, error) {
	all, err := list[social.AccountID](ctx, v, `SELECT account_id FROM evidence_waiting`)
	out := map[social.AccountID]bool{}
	for _, who := range all {
		out[who] = true
	}
	return out, err
}

// A trace is what of a record is needed to see whether it is held.
type trace struct {
	idx       int64
	id        social.EvidenceID
	leaf      string
	about, by social.AccountID
}

func scanTrace(r row) (t trace, err error) { return t, r.Scan(&t.idx, &t.id, &t.leaf, &t.about, &t.by) }

// noHolds keeps holds from being placed until the commit. Many may erase at once.
func (tx *Tx) noHolds(ctx context.Context) error {
	_, err := list[int64](ctx, &tx.View, `SELECT id FROM holds_turn`+tx.d.forShare)
	return err
}

// held finds which of the records of somebody are kept by holds.
func (tx *Tx) held(ctx context.Context, who social.AccountID) (map[int64]bool, error) {
	if err := tx.noHolds(ctx); err != nil {
		return nil, err
	}
	holds, err := tx.Holds(ctx, tx.Now)
	if err != nil || len(holds) == 0 {
		return nil, err
	}
	all, err := rows(ctx, &tx.View, scanTrace, `SELECT idx, id, leaf, about_id, by_id FROM evidence WHERE (about_id = $1 OR by_id = $1) AND salt IS NOT NULL ORDER BY idx`, who)
	if err != nil {
		return nil, err
	}
	people, roots := map[social.AccountID]bool{}, map[social.EvidenceID]bool{}
	for _, h := range holds {
		roots[h.Evidence] = true // what says that it was placed
		if h.Kind == social.HoldAccount {
			people[h.Account] = true
			continue
		}
		ids, err := tx.rootsOf(ctx, h)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			roots[id] = true
		}
	}
	places, err := tx.indexes(ctx, roots)
	if err != nil {
		return nil, err
	}
	return keep(all, people, places), nil
}

// rootsOf are the records that a case begins with, or the cases that a matter
// brought and that matter itself, with their reports and decisions.
func (v *View) rootsOf(ctx context.Context, h social.Hold) ([]social.EvidenceID, error) {
	cases, also := `($1)`, ``
	if h.Kind == social.HoldMatter {
		cases = `(SELECT r.case_id FROM reports r JOIN matter_objects o ON o.report_id = r.id AND o.report_id <> 0 WHERE o.matter_id = $1 AND r.case_id <> 0)`
		also = ` UNION SELECT evidence_id FROM matters WHERE id = $1`
	}
	return list[social.EvidenceID](ctx, v, `SELECT evidence_id FROM cases WHERE id IN `+cases+` UNION SELECT evidence_id FROM reports WHERE case_id IN `+cases+`
		UNION SELECT evidence_id FROM decisions WHERE case_id IN `+cases+also, h.Subject)
}

// indexes are the places of records.
func (v *View) indexes(ctx context.Context, ids map[social.EvidenceID]bool) (map[int64]bool, error) {
	var which []social.EvidenceID
	for id := range ids {
		which = append(which, id)
	}
	all, err := list[int64](ctx, v, `SELECT idx FROM evidence WHERE id `+v.d.idList(1), asJSON(which))
	out := map[int64]bool{}
	for _, i := range all {
		out[i] = true
	}
	return out, err
}

// keep are those of all that are about somebody whose records are held, that are
// one of roots, that refer to what is kept, or are what this refers to: a snapshot,
// or that somebody outside was told.
func keep(all []trace, people map[social.AccountID]bool, roots map[int64]bool) map[int64]bool {
	kept, led := map[int64]bool{}, map[int64]bool{}
	for _, t := range all {
		l, err := evidence.ParseLeaf([]byte(t.leaf))
		if err != nil {
			kept[t.idx] = true // what cannot be read is not destroyed while anything is held
			continue
		}
		here := roots[t.idx] || people[t.about] || people[t.by]
		for _, r := range l.Refs {
			here = here || roots[r] || kept[r] && l.Type != evidence.TypeReport
		}
		if kept[t.idx] = here; l.Type == evidence.TypeSnapshot || l.Type == evidence.TypeExternalReport {
			led[t.idx] = true
		}
		for _, r := range l.Refs {
			if here && led[r] {
				kept[r] = true
			}
		}
	}
	return kept
}
