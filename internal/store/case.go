package store

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
)

const caseColumns = `id, account_id, post_id, harm, queue, priority, reports, due_ms, claimed_id, claimed_ms, body, proposal, outcome, closed_ms, closed_by, evidence_id, signal, sampled, sealed`

func scanCase(r row) (c social.Case, err error) {
	var due, claimed, closed int64
	var proposal string
	var sealed bool
	if err := r.Scan(&c.ID, &c.Account, &c.Post, &c.Harm, &c.Queue, &c.Priority, &c.Reports, &due, &c.Claimed, &claimed, &c.Text, &proposal, &c.Outcome, &closed, &c.ClosedBy, &c.Evidence, &c.Signal, &c.Sampled, &sealed); err != nil {
		return c, err
	}
	if sealed {
		c.Text = openExcerpt(r, c.ID, c.Text)
	}
	c.At, c.Due, c.ClaimedTo, c.ClosedAt = id.Time(int64(c.ID)), moment(due), moment(claimed), moment(closed)
	if proposal == "" {
		return c, nil
	}
	return c, json.Unmarshal([]byte(proposal), &c.Proposal)
}

// AddCase stores a new case, unless one about its subject is open. It reports
// whether it did.
func (tx *Tx) AddCase(ctx context.Context, c social.Case) (bool, error) {
	text, sealed, err := tx.closeExcerpt(ctx, c)
	if err != nil {
		return false, err
	}
	n, err := tx.exec(ctx, `INSERT INTO cases (id, account_id, post_id, harm, queue, priority, reports, due_ms, body, evidence_id, signal, sampled, sealed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (account_id, post_id) WHERE closed_ms = 0 DO NOTHING`,
		c.ID, c.Account, c.Post, c.Harm, c.Queue, c.Priority, c.Reports, millis(c.Due), text, c.Evidence, c.Signal, c.Sampled, sealed)
	return n > 0, err
}

// SetCase stores what becomes of a case.
func (tx *Tx) SetCase(ctx context.Context, c social.Case) error {
	proposal := ""
	if c.Proposal.Decision.Action != "" {
		proposal = asJSON(c.Proposal)
	}
	_, err := tx.exec(ctx, `UPDATE cases SET harm = $2, queue = $3, priority = $4, reports = $5, due_ms = $6, claimed_id = $7, claimed_ms = $8, proposal = $9, outcome = $10,
		closed_ms = $11, closed_by = $12, evidence_id = $13, proposed_id = $14, sampled = $15 WHERE id = $1`,
		c.ID, c.Harm, c.Queue, c.Priority, c.Reports, millis(c.Due), c.Claimed, millis(c.ClaimedTo), proposal, c.Outcome, millis(c.ClosedAt), c.ClosedBy, c.Evidence, c.Proposal.By, c.Sampled)
	return err
}

// Case returns one, or NotFound.
func (v *View) Case(ctx context.Context, which social.CaseID) (social.Case, error) {
	return one(ctx, v, noReport, scanCase, `SELECT `+caseColumns+` FROM cases WHERE id = $1`, which)
}

// HoldCase is Case for somebody who is about to change it: until the commit
// nobody else does.
func (tx *Tx) HoldCase(ctx context.Context, which social.CaseID) (social.Case, error) {
	return one(ctx, &tx.View, noReport, scanCase, `SELECT `+caseColumns+` FROM cases WHERE id = $1`+tx.d.forUpdate, which)
}

// CasesOfSubject returns up to limit cases about a subject, open or not, the newest first.
func (v *View) CasesOfSubject(ctx context.Context, s social.Subject, limit int) ([]social.Case, error) {
	return rows(ctx, v, scanCase, `SELECT `+caseColumns+` FROM cases WHERE account_id = $1 AND post_id = $2 ORDER BY id DESC LIMIT $3`, s.Account, s.Post, limit)
}

// HoldCaseOf is HoldCase for the open case about a subject, or NotFound.
func (tx *Tx) HoldCaseOf(ctx context.Context, s social.Subject) (social.Case, error) {
	return one(ctx, &tx.View, noReport, scanCase, `SELECT `+caseColumns+` FROM cases WHERE account_id = $1 AND post_id = $2 AND closed_ms = 0`+tx.d.forUpdate, s.Account, s.Post)
}

// HoldCasesOf is HoldCase for up to limit open cases about an account and its
// posts.
func (tx *Tx) HoldCasesOf(ctx context.Context, who social.AccountID, limit int) ([]social.Case, error) {
	return rows(ctx, &tx.View, scanCase, `SELECT `+caseColumns+` FROM cases WHERE account_id = $1 AND closed_ms = 0 ORDER BY id LIMIT $2`+tx.d.forUpdate, who, limit)
}

// HoldNextCase is HoldCase for the case that somebody wants to look at next: one
// that they have, or else the gravest that nobody has. It passes over cases about
// them, or about somebody of none of the roles that they may judge, those that
// they reported, those that wait for somebody else to agree with them, and what a
// jury is asked about.
func (tx *Tx) HoldNextCase(ctx context.Context, who social.AccountID, roles []social.Role, w social.CaseWish) (social.Case, error) {
	where := `closed_ms = 0 AND account_id <> $1 AND proposed_id <> $1 AND id <> $2
		AND NOT ` + ofOthers(tx.d.strList(3))
	args := []any{who, w.Not, asJSON(roles)}
	with := func(condition string, more ...any) {
		for _, one := range more {
			args = append(args, one)
			condition = strings.Replace(condition, "?", param(len(args)), 1)
		}
		where += ` AND ` + condition
	}
	if w.Queue != "" {
		with(`queue = ?`, w.Queue)
	}
	if w.After != 0 {
		passed, err := tx.Case(ctx, w.After)
		if err != nil {
			return social.Case{}, err
		}
		with(`(priority < ? OR priority = ? AND id > ?)`, passed.Priority, passed.Priority, passed.ID)
	}
	if !w.Graphic {
		args = append(args, asJSON(social.GraphicHarms))
		where += ` AND harm NOT IN ` + tx.d.strList(len(args))
	}
	args = append(args, millis(tx.Now))
	now := param(len(args))
	for _, whose := range []string{
		`claimed_id = $1 AND claimed_ms > ` + now + ` ORDER BY priority DESC, id LIMIT 1` + tx.d.forUpdate,
		`(claimed_id = 0 OR claimed_ms <= ` + now + `) AND NOT EXISTS (SELECT 1 FROM reports r WHERE r.case_id = cases.id AND r.reporter_id = $1)
			AND NOT EXISTS (SELECT 1 FROM juries j WHERE j.case_id = cases.id AND j.ended = '') ORDER BY priority DESC, id LIMIT 1` + tx.d.skip,
	} {
		found, err := rows(ctx, &tx.View, scanCase, `SELECT `+caseColumns+` FROM cases WHERE `+where+` AND `+whose, args...)
		if err != nil {
			return social.Case{}, err
		}
		if len(found) > 0 {
			return found[0], nil
		}
	}
	return social.Case{}, noReport
}

// CasesOf returns those of ids that exist, in no order.
func (v *View) CasesOf(ctx context.Context, ids []social.CaseID) ([]social.Case, error) {
	return rows(ctx, v, scanCase, `SELECT `+caseColumns+` FROM cases WHERE id `+v.d.idList(1), asJSON(ids))
}

// Cases returns a page of those asked for: the gravest first, or of closed ones
// the newest. Offset is how many are passed over.
func (v *View) Cases(ctx context.Context, q social.CaseQuery, limit, offset int) ([]social.Case, error) {
	where, args := v.caseWhere(q)
	order := ` ORDER BY priority DESC, id`
	if q.Closed {
		order = ` ORDER BY id DESC`
	}
	return rows(ctx, v, scanCase, `SELECT `+caseColumns+` FROM cases WHERE `+where+order+` LIMIT `+param(len(args)+1)+` OFFSET `+param(len(args)+2), append(args, limit, offset)...)
}

// CountCases counts those asked for, up to limit.
func (v *View) CountCases(ctx context.Context, q social.CaseQuery, limit int) (int, error) {
	where, args := v.caseWhere(q)
	return value[int](ctx, v, `SELECT COUNT(*) FROM (SELECT 1 FROM cases WHERE `+where+` LIMIT `+param(len(args)+1)+`) AS found`, append(args, limit)...)
}

// blind is the condition that a case is one, see social.Case.Blind.
const blind = `(sampled AND reports = 0 AND closed_ms = 0)`

// ofOthers is the condition that a case is about somebody of none of the roles in a
// list.
func ofOthers(roles string) string {
	return `EXISTS (SELECT 1 FROM users u WHERE u.account_id = cases.account_id AND u.role NOT IN ` + roles + `)`
}

func (v *View) caseWhere(q social.CaseQuery) (where string, args []any) {
	where = `closed_ms = 0`
	if q.Closed {
		where = `closed_ms <> 0`
	}
	with := func(condition string, arg any) {
		args = append(args, arg)
		where += ` AND ` + condition + param(len(args))
	}
	if q.Queue != "" {
		with(`queue = `, q.Queue)
	}
	if q.Harm != "" {
		with(`harm = `, q.Harm)
	}
	if q.About != 0 {
		with(`NOT `+blind+` AND account_id = `, q.About) // whose a post is that was drawn by lot nobody is to find out
	}
	if q.Judges != nil {
		args = append(args, asJSON(q.Judges))
		where += ` AND NOT (` + blind + ` AND ` + ofOthers(v.d.strList(len(args))) + `)`
	}
	if q.Mine != 0 {
		with(`claimed_id = `, q.Mine)
	}
	if q.Not != 0 {
		with(`account_id <> `, q.Not)
	}
	if q.Words != "" {
		args = append(args, "%"+likePrefix(q.Words))
		where += ` AND NOT sealed AND LOWER(body) LIKE ` + param(len(args)) + ` ESCAPE '\'`
	}
	return where, args
}

// CloseCasesOf closes what is left open about an account that is going, and what
// was reported of it.
func (tx *Tx) CloseCasesOf(ctx context.Context, who social.AccountID) error {
	cases, err := rows(ctx, &tx.View, scanCase, `SELECT `+caseColumns+` FROM cases WHERE account_id = $1 AND closed_ms = 0 ORDER BY id`+tx.d.forUpdate, who)
	if err != nil {
		return err
	}
	var open []social.EvidenceID
	for _, c := range cases {
		open = append(open, c.Evidence)
		tx.Record(event.CaseClosed{Case: c.ID})
	}
	for some := range slices.Chunk(open, evidence.MaxRefs) {
		if _, err := tx.AddEvidence(Evidence{Type: evidence.TypeAction, Outcome: evidence.CasesEnded, Refs: some, Body: evidence.Acted{Did: "cases ended", Result: "gone"}}); err != nil {
			return err
		}
	}
	for _, statement := range []string{
		`UPDATE reports SET closed_ms = $2, changed_ms = $2 WHERE target_id = $1 AND closed_ms = 0`,
		`UPDATE cases SET closed_ms = $2, outcome = '` + string(social.Gone) + `' WHERE account_id = $1 AND closed_ms = 0`,
	} {
		if _, err := tx.exec(ctx, statement, who, millis(tx.Now)); err != nil {
			return err
		}
	}
	for _, statement := range []string{
		`UPDATE reports SET comment = '', contact = '', posts = '[]', collections = '[]' WHERE target_id = $1`,
		`UPDATE cases SET body = '', proposal = '' WHERE account_id = $1`,
		`UPDATE decisions SET body = '', facts = '', law = '', posts = '[]' WHERE account_id = $1`,
		`DELETE FROM appeals WHERE account_id = $1`,
		`DELETE FROM case_notes WHERE case_id IN (SELECT id FROM cases WHERE account_id = $1)`,
		`UPDATE juries SET exhibit = '{}', ties = '{}', posts = '[]', instead_why = '' WHERE case_id IN (SELECT id FROM cases WHERE account_id = $1)`,
	} {
		if _, err := tx.exec(ctx, statement, who); err != nil {
			return err
		}
	}
	return nil
}

// ReportedIn reports whether somebody made one of the reports of a case.
func (v *View) ReportedIn(ctx context.Context, which social.CaseID, who social.AccountID) (bool, error) {
	n, err := value[int](ctx, v, `SELECT COUNT(*) FROM reports WHERE case_id = $1 AND reporter_id = $2`, which, who)
	return n > 0, err
}

// HadPart reports whether somebody made one of the reports of a case, or asked a
// jury about it.
func (v *View) HadPart(ctx context.Context, which social.CaseID, who social.AccountID) (bool, error) {
	if in, err := v.ReportedIn(ctx, which, who); err != nil || in {
		return in, err
	}
	n, err := value[int](ctx, v, `SELECT COUNT(*) FROM juries WHERE case_id = $1 AND asked_by = $2`, which, who)
	return n > 0, err
}

// CameBy reports whether one of the reports of a case came by a channel.
func (v *View) CameBy(ctx context.Context, which social.CaseID, by social.Channel) (bool, error) {
	n, err := value[int](ctx, v, `SELECT COUNT(*) FROM (SELECT 1 FROM reports WHERE case_id = $1 AND channel = $2 LIMIT 1) AS found`, which, by)
	return n > 0, err
}

// AddCaseNote stores what somebody of the staff wrote to the others.
func (tx *Tx) AddCaseNote(ctx context.Context, n social.CaseNote) error {
	_, err := tx.exec(ctx, `INSERT INTO case_notes (id, case_id, by_id, body) VALUES ($1, $2, $3, $4)`, n.ID, n.Case, n.By, n.Text)
	return err
}

// CaseNotes returns up to limit notes of a case, oldest first.
func (v *View) CaseNotes(ctx context.Context, which social.CaseID, limit int) ([]social.CaseNote, error) {
	return rows(ctx, v, func(r row) (n social.CaseNote, err error) {
		err = r.Scan(&n.ID, &n.Case, &n.By, &n.Text)
		n.At = id.Time(n.ID)
		return n, err
	}, `SELECT id, case_id, by_id, body FROM case_notes WHERE case_id = $1 ORDER BY id LIMIT $2`, which, limit)
}

// LateCases counts those asked for that should have been decided by a moment, up to
// limit.
func (v *View) LateCases(ctx context.Context, q social.CaseQuery, nowMillis int64, limit int) (int, error) {
	where, args := v.caseWhere(q)
	return value[int](ctx, v, `SELECT COUNT(*) FROM (SELECT 1 FROM cases WHERE `+where+` AND due_ms < `+param(len(args)+1)+` LIMIT `+param(len(args)+2)+`) AS found`, append(args, nowMillis, limit)...)
}

// CasesDecidedSince counts the cases that were decided since a moment.
func (v *View) CasesDecidedSince(ctx context.Context, sinceMillis int64) (int, error) {
	return value[int](ctx, v, `SELECT COUNT(*) FROM cases WHERE closed_ms > $1`, sinceMillis)
}
