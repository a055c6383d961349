package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
)

// JuryJob is the kind of the job that looks whether a jury has to go on without
// somebody; its argument is the jury.
const JuryJob = "jury.turn"

const juryColumns = `id, case_id, pool_id, seed, tree_size, root, matter, ties, exhibit, posts, appeal, round, lots, ended, ended_ms, rule,
	instead, instead_by, instead_why, instead_rule, instead_ms, asked_by`

func scanJury(r row) (j social.Jury, err error) {
	var seed, root []byte
	var matter, ties, exhibit, posts string
	var ended, instead int64
	if err := r.Scan(&j.ID, &j.Case, &j.Pool, &seed, &j.Tree, &root, &matter, &ties, &exhibit, &posts, &j.Appeal, &j.Round, &j.Lots, &j.End, &ended, &j.Rule,
		&j.Override.Verdict, &j.Override.By, &j.Reason, &j.Override.Rule, &instead, &j.AskedBy); err != nil {
		return j, err
	}
	if len(seed) != len(j.Seed) || len(root) != len(j.Root) {
		return j, fmt.Errorf("jury %d is damaged", j.ID)
	}
	j.Seed, j.Root, j.Opened, j.Ended, j.At = social.JurySeed(seed), [32]byte(root), id.Time(int64(j.ID)), moment(ended), moment(instead)
	shown, err := openExhibit(r, j.ID, exhibit)
	if err != nil {
		return j, err
	}
	exhibit = shown
	for _, x := range []struct {
		text string
		to   any
	}{{matter, &j.Charge}, {ties, &j.Ties}, {exhibit, &j.Exhibit}, {posts, &j.Posts}} {
		if err := json.Unmarshal([]byte(x.text), x.to); err != nil {
			return j, err
		}
	}
	return j, nil
}

var noJury = errs.New(errs.NotFound, "Record not found")

// Jury returns one, or NotFound.
func (v *View) Jury(ctx context.Context, which social.JuryID) (social.Jury, error) {
	return one(ctx, v, noJury, scanJury, `SELECT `+juryColumns+` FROM juries WHERE id = $1`, which)
}

// HoldJury is Jury for somebody who is about to change it: until the commit
// nobody else does.
func (tx *Tx) HoldJury(ctx context.Context, which social.JuryID) (social.Jury, error) {
	return one(ctx, &tx.View, noJury, scanJury, `SELECT `+juryColumns+` FROM juries WHERE id = $1`+tx.d.forUpdate, which)
}

// JuriesOf returns the juries that a case was before, the first first.
func (v *View) JuriesOf(ctx context.Context, of social.CaseID) ([]social.Jury, error) {
	return rows(ctx, v, scanJury, `SELECT `+juryColumns+` FROM juries WHERE case_id = $1 ORDER BY id LIMIT 100`, of)
}

// Juries returns a page of all that have ended, or that go on, but for those about
// somebody.
func (v *View) Juries(ctx context.Context, open bool, not social.AccountID, p social.Page) ([]social.Jury, error) {
	before, after := bounds(p)
	return rows(ctx, v, scanJury, `SELECT `+juryColumns+` FROM juries j WHERE id < $1 AND id > $2 AND (ended = '') = $4
		AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.id = j.case_id AND c.account_id = $5)`+order(p, "id"), before, after, p.Limit, open, not)
}

// OpenJuries is how many go on, up to limit.
func (v *View) OpenJuries(ctx context.Context, limit int) (int, error) {
	return value[int](ctx, v, `SELECT COUNT(*) FROM (SELECT 1 FROM juries WHERE ended = '' LIMIT $1) AS open`, limit)
}

// AddJury stores a new one, and has it looked at when its time is over.
func (tx *Tx) AddJury(ctx context.Context, j social.Jury) error {
	exhibit, err := tx.keys.seal(exhibitWhere(j.ID), []byte(asJSON(j.Exhibit)))
	if err != nil {
		return err
	}
	if _, err := tx.exec(ctx, `INSERT INTO juries (`+juryColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, '', 0, '', '', 0, $17)`,
		j.ID, j.Case, j.Pool, j.Seed[:], j.Tree, j.Root[:], asJSON(j.Charge), asJSON(j.Ties), exhibit, asJSON(j.Posts), j.Appeal, j.Round, j.Lots, j.End, millis(j.Ended), j.Rule, j.AskedBy); err != nil {
		return err
	}
	return tx.AddJob(ctx, JuryJob, j.ID, tx.Now.Add(social.JuryLast), "")
}

// SetJury stores how far j has come. What has ended shows nothing any more.
func (tx *Tx) SetJury(ctx context.Context, j social.Jury) error {
	if !j.Open() {
		j.Exhibit, j.Ties = social.Exhibit{}, social.Ties{}
	}
	exhibit, err := tx.keys.seal(exhibitWhere(j.ID), []byte(asJSON(j.Exhibit)))
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, `UPDATE juries SET ties = $2, exhibit = $3, round = $4, lots = $5, ended = $6, ended_ms = $7, rule = $8,
		instead = $9, instead_by = $10, instead_why = $11, instead_rule = $12, instead_ms = $13 WHERE id = $1`,
		j.ID, asJSON(j.Ties), exhibit, j.Round, j.Lots, j.End, millis(j.Ended), j.Rule,
		j.Override.Verdict, j.Override.By, j.Reason, j.Override.Rule, millis(j.At))
	return err
}

// JuryEnds counts how the last juries ended, up to limit, and how many were
// overridden ever.
func (v *View) JuryEnds(ctx context.Context, limit int) (ends map[social.JuryEnd]int, overrides int, err error) {
	type end struct {
		end social.JuryEnd
		n   int
	}
	all, err := rows(ctx, v, func(r row) (e end, err error) { return e, r.Scan(&e.end, &e.n) },
		`SELECT ended, COUNT(*) FROM (SELECT ended FROM juries WHERE ended <> '' ORDER BY id DESC LIMIT $1) AS last GROUP BY ended`, limit)
	if err != nil {
		return nil, 0, err
	}
	ends = map[social.JuryEnd]int{}
	for _, e := range all {
		ends[e.end] = e.n
	}
	overrides, err = v.JuryOverrides(ctx)
	return ends, overrides, err
}

// JuryOverrides is how often the staff decided otherwise than a jury.
func (v *View) JuryOverrides(ctx context.Context) (int, error) {
	return value[int](ctx, v, `SELECT COUNT(*) FROM juries WHERE instead <> ''`)
}

const seatColumns = `id, COALESCE(jury_id, 0), COALESCE(gold_id, 0), COALESCE(account_id, 0), pseudonym, cluster, round, graphic, seen_ms, said_ms, left_why,
	verdict, rule, confidence, spent_ms, counts`

func scanSeat(r row) (s social.JurySeat, err error) {
	var seen, said, spent int64
	err = r.Scan(&s.ID, &s.Jury, &s.Gold, &s.Account, &s.Pseudonym, &s.Cluster, &s.Round, &s.Graphic, &seen, &said, &s.Left,
		&s.Verdict, &s.Rule, &s.Confidence, &spent, &s.Counts)
	s.Drawn, s.Seen, s.Said, s.Spent = id.Time(int64(s.ID)), moment(seen), moment(said), time.Duration(spent)*time.Millisecond
	return s, err
}

// JurySeats returns who sits or sat on a jury.
func (v *View) JurySeats(ctx context.Context, of social.JuryID) ([]social.JurySeat, error) {
	return rows(ctx, v, scanSeat, `SELECT `+seatColumns+` FROM jury_seats WHERE jury_id = $1 ORDER BY id LIMIT 200`, of)
}

// JurySeat returns one, or NotFound.
func (v *View) JurySeat(ctx context.Context, which social.JurySeatID) (social.JurySeat, error) {
	return one(ctx, v, noJury, scanSeat, `SELECT `+seatColumns+` FROM jury_seats WHERE id = $1`, which)
}

// SeatsWaiting returns where somebody is asked, the oldest first.
func (v *View) SeatsWaiting(ctx context.Context, who social.AccountID) ([]social.JurySeat, error) {
	return rows(ctx, v, scanSeat, `SELECT `+seatColumns+` FROM jury_seats WHERE account_id = $1 AND said_ms = 0 AND left_why = '' ORDER BY id LIMIT 100`, who)
}

// CountSeatsWaiting is how many those are.
func (v *View) CountSeatsWaiting(ctx context.Context, who social.AccountID) (int, error) {
	return value[int](ctx, v, `SELECT COUNT(*) FROM jury_seats WHERE account_id = $1 AND said_ms = 0 AND left_why = ''`, who)
}

// JurorDays counts the seats that some were given since a moment.
func (v *View) JurorDays(ctx context.Context, who []social.AccountID, since time.Time) (map[social.AccountID]social.JurorDay, error) {
	type day struct {
		who social.AccountID
		social.JurorDay
	}
	all, err := rows(ctx, v, func(r row) (d day, err error) { return d, r.Scan(&d.who, &d.Cases, &d.Graphic) },
		`SELECT account_id, COUNT(*), COUNT(*) FILTER (WHERE graphic) FROM jury_seats WHERE account_id `+v.d.idList(1)+` AND id >= $2 GROUP BY account_id`,
		asJSON(who), id.Floor(since))
	out := map[social.AccountID]social.JurorDay{}
	for _, d := range all {
		out[d.who] = d.JurorDay
	}
	return out, err
}

// AddJurySeat stores that somebody sits; on a jury they have until JurySoon.
func (tx *Tx) AddJurySeat(ctx context.Context, s social.JurySeat) error {
	none := func(n int64) any {
		if n == 0 {
			return nil
		}
		return n
	}
	if _, err := tx.exec(ctx, `INSERT INTO jury_seats (id, jury_id, gold_id, account_id, pseudonym, cluster, round, graphic, seen_ms, said_ms, left_why, verdict, rule, confidence, spent_ms, counts)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, '', '', '', 0, 0, $10)`,
		s.ID, none(int64(s.Jury)), none(int64(s.Gold)), s.Account, s.Pseudonym, s.Cluster, s.Round, s.Graphic, millis(s.Seen), s.Counts); err != nil || s.Jury == 0 {
		return err
	}
	return tx.AddJob(ctx, JuryJob, s.Jury, tx.Now.Add(social.JurySoon), "")
}

// SetJurySeat stores what s said, or that s left.
func (tx *Tx) SetJurySeat(ctx context.Context, s social.JurySeat) error {
	_, err := tx.exec(ctx, `UPDATE jury_seats SET seen_ms = $2, said_ms = $3, left_why = $4, verdict = $5, rule = $6, confidence = $7, spent_ms = $8, counts = $9 WHERE id = $1`,
		s.ID, millis(s.Seen), millis(s.Said), s.Left, s.Verdict, s.Rule, s.Confidence, s.Spent.Milliseconds(), s.Counts)
	return err
}

const goldColumns = `id, body, warning, verdict, rule, harm, uses, retired`

func scanGold(r row) (g social.Gold, err error) {
	return g, r.Scan(&g.ID, &g.Text, &g.Warning, &g.Verdict, &g.Rule, &g.Harm, &g.Uses, &g.Retired)
}

// Golds returns a page of gold cases.
func (v *View) Golds(ctx context.Context, p social.Page) ([]social.Gold, error) {
	before, after := bounds(p)
	return rows(ctx, v, scanGold, `SELECT `+goldColumns+` FROM jury_gold WHERE id < $1 AND id > $2`+order(p, "id"), before, after, p.Limit)
}

// Gold returns one, or NotFound.
func (v *View) Gold(ctx context.Context, which social.GoldID) (social.Gold, error) {
	return one(ctx, v, noJury, scanGold, `SELECT `+goldColumns+` FROM jury_gold WHERE id = $1`, which)
}

// CountGold is how many can be shown.
func (v *View) CountGold(ctx context.Context) (int, error) {
	return value[int](ctx, v, `SELECT COUNT(*) FROM jury_gold WHERE NOT retired AND uses < $1`, social.GoldUses)
}

// GoldFor returns those of a verdict that somebody was not shown yet and that
// can be shown, up to limit.
func (v *View) GoldFor(ctx context.Context, who social.AccountID, verdict social.Verdict, limit int) ([]social.Gold, error) {
	return rows(ctx, v, scanGold, `SELECT `+goldColumns+` FROM jury_gold g WHERE NOT retired AND uses < $3 AND verdict = $2
		AND NOT EXISTS (SELECT 1 FROM jury_seats s WHERE s.gold_id = g.id AND s.account_id = $1) ORDER BY id LIMIT $4`, who, verdict, social.GoldUses, limit)
}

// AddGold stores a gold case.
func (tx *Tx) AddGold(ctx context.Context, g social.Gold) error {
	_, err := tx.exec(ctx, `INSERT INTO jury_gold (id, body, warning, verdict, rule, harm, uses, retired) VALUES ($1, $2, $3, $4, $5, $6, 0, FALSE)`,
		g.ID, g.Text, g.Warning, g.Verdict, g.Rule, g.Harm)
	return err
}

// UseGold counts that a gold case is shown once more.
func (tx *Tx) UseGold(ctx context.Context, which social.GoldID) error {
	_, err := tx.exec(ctx, `UPDATE jury_gold SET uses = uses + 1 WHERE id = $1`, which)
	return err
}

// RetireGold has a gold case not be shown any more.
func (tx *Tx) RetireGold(ctx context.Context, which social.GoldID) error {
	n, err := tx.exec(ctx, `UPDATE jury_gold SET retired = TRUE WHERE id = $1`, which)
	if err == nil && n == 0 {
		err = noJury
	}
	return err
}

// CasesAbout returns up to limit cases, open and closed, about some of an
// account's posts or about the account as a whole, the newest first.
func (v *View) CasesAbout(ctx context.Context, who social.AccountID, posts []social.PostID, limit int) ([]social.Case, error) {
	return rows(ctx, v, scanCase, `SELECT `+caseColumns+` FROM cases WHERE account_id = $1 AND (post_id = 0 OR post_id `+v.d.idList(2)+`) ORDER BY id DESC LIMIT $3`,
		who, asJSON(posts), limit)
}

// InMatters reports whether a matter names one of an account's posts, or, of the
// whole account, anything of it.
func (v *View) InMatters(ctx context.Context, who social.AccountID, posts []social.PostID, whole bool) (bool, error) {
	n, err := value[int](ctx, v, `SELECT COUNT(*) FROM (SELECT 1 FROM matter_objects WHERE account_id = $1 AND account_id <> 0 AND ($3 = 1 OR post_id `+v.d.idList(2)+`) LIMIT 1) AS named`,
		who, asJSON(posts), asNumber(whole))
	return n > 0, err
}

func asNumber(b bool) int {
	if b {
		return 1
	}
	return 0
}
