package store

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/social"
)

const matterColumns = `id, class, channel, category, sender, ref, subject, body, law, work, signed, good_faith, raw_hash, status,
	from_ms, due_ms, not_till_ms, alarmed, answer_by, answered_ms, answer, bundle, note, secret, receipt, evidence_id, version, first_id, tray, network`

func scanMatter(r row) (m social.Matter, err error) {
	var sender string
	var from, due, notTill, answered int64
	if err := r.Scan(&m.ID, &m.Class, &m.Channel, &m.Category, &sender, &m.Ref, &m.Subject, &m.Text, &m.Law, &m.Work, &m.Signed, &m.GoodFaith, &m.RawHash, &m.Status,
		&from, &due, &notTill, &m.Alarmed, &m.AnswerBy, &answered, &m.Answer, &m.Bundle, &m.Note, &m.Secret, &m.Receipt, &m.Evidence, &m.Version, &m.First, &m.Tray, &m.Network); err != nil {
		return m, err
	}
	m.Span = social.Span{From: moment(from), Due: moment(due), NotTill: moment(notTill)}
	m.Answered = moment(answered)
	return m, json.Unmarshal([]byte(sender), &m.From)
}

// senderKey is by what a sender is found again.
func senderKey(s social.Sender) string { return strings.ToLower(s.Email) }

// AddMatter stores a new one, with what it names.
func (tx *Tx) AddMatter(ctx context.Context, m social.Matter, about []social.MatterObject) error {
	if _, err := tx.exec(ctx, `INSERT INTO matters (`+matterColumns+`, sender_key, waits, changed_ms)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33)`,
		m.ID, m.Class, m.Channel, m.Category, asJSON(m.From), m.Ref, m.Subject, m.Text, m.Law, m.Work, m.Signed, m.GoodFaith, m.RawHash, m.Status,
		millis(m.Span.From), millis(m.Span.Due), millis(m.Span.NotTill), m.Alarmed, m.AnswerBy, millis(m.Answered), m.Answer, m.Bundle, m.Note, m.Secret, m.Receipt, m.Evidence, m.Version, m.First, m.Tray, networkOf(m),
		senderKey(m.From), waits(m), millis(tx.Now)); err != nil {
		return err
	}
	for i, o := range about {
		if _, err := tx.exec(ctx, `INSERT INTO matter_objects (matter_id, place, address, account_id, post_id, done, report_id) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			m.ID, i, o.Address, o.Account, o.Post, o.Done, o.Report); err != nil {
			return err
		}
	}
	return nil
}

// networkOf is what is kept of where m came from: nothing, once nobody waits for it.
func networkOf(m social.Matter) string {
	if m.Status.Waits() {
		return m.Network
	}
	return ""
}

func waits(m social.Matter) int {
	if m.Status.Waits() {
		return 1
	}
	return 0
}

// SetMatter stores what may change of a matter.
func (tx *Tx) SetMatter(ctx context.Context, m social.Matter) error {
	_, err := tx.exec(ctx, `UPDATE matters SET status = $2, waits = $3, due_ms = $4, alarmed = $5, answer_by = $6, answered_ms = $7, answer = $8, bundle = $9, note = $10,
		changed_ms = $11, network = $12, version = version + 1 WHERE id = $1`,
		m.ID, m.Status, waits(m), millis(m.Span.Due), m.Alarmed, m.AnswerBy, millis(m.Answered), m.Answer, m.Bundle, m.Note, millis(tx.Now), networkOf(m))
	return err
}

// SetMatterObject stores what was done about one of the things a matter names.
func (tx *Tx) SetMatterObject(ctx context.Context, which social.MatterID, address, done string) error {
	_, err := tx.exec(ctx, `UPDATE matter_objects SET done = $3 WHERE matter_id = $1 AND address = $2`, which, address, done)
	return err
}

// SetMatterReport stores by which report one of the things a matter names came
// before those who decide.
func (tx *Tx) SetMatterReport(ctx context.Context, which social.MatterID, address string, report social.ReportID) error {
	_, err := tx.exec(ctx, `UPDATE matter_objects SET report_id = $3 WHERE matter_id = $1 AND address = $2`, which, address, report)
	return err
}

// MattersIn returns up to limit matters by which something came into a case, the one
// that is due first first, without what is about an account; zero is none.
func (v *View) MattersIn(ctx context.Context, c social.CaseID, not social.AccountID, limit int) ([]social.Matter, error) {
	return rows(ctx, v, scanMatter, `SELECT `+matterColumns+` FROM matters WHERE id IN (SELECT o.matter_id FROM reports r JOIN matter_objects o ON o.report_id = r.id AND o.report_id <> 0 WHERE r.case_id = $1)`+
		notOf(`$2`)+` ORDER BY due_ms, id LIMIT $3`, c, not, limit)
}

// Matter returns one, or NotFound.
func (v *View) Matter(ctx context.Context, which social.MatterID) (social.Matter, error) {
	return one(ctx, v, noRecord, scanMatter, `SELECT `+matterColumns+` FROM matters WHERE id = $1`, which)
}

// HoldMatter is Matter for somebody who is about to change it: until the commit
// nobody else does.
func (tx *Tx) HoldMatter(ctx context.Context, which social.MatterID) (social.Matter, error) {
	return one(ctx, &tx.View, noRecord, scanMatter, `SELECT `+matterColumns+` FROM matters WHERE id = $1`+tx.d.forUpdate, which)
}

// MatterBySecret returns the one that whoever sent it can look at, or NotFound.
func (v *View) MatterBySecret(ctx context.Context, secret string) (social.Matter, error) {
	return one(ctx, v, noRecord, scanMatter, `SELECT `+matterColumns+` FROM matters WHERE secret = $1`, secret)
}

// maxSame is how many waiting matters of the same name are looked at.
const maxSame = 100

// WaitingMattersCalled returns those that wait and that their sender calls ref.
// Of senders without an e-mail address nobody knows that they are the same.
func (v *View) WaitingMattersCalled(ctx context.Context, ref string, from social.Sender) ([]social.Matter, error) {
	return rows(ctx, v, scanMatter, `SELECT `+matterColumns+` FROM matters WHERE ref = $1 AND ref <> '' AND sender_key = $2 AND sender_key <> '' AND waits = 1 ORDER BY id LIMIT $3`,
		ref, senderKey(from), maxSame)
}

// notOf is the condition that a matter names nothing of the account that a
// parameter is, or that this is zero.
func notOf(k string) string {
	return ` AND NOT EXISTS (SELECT 1 FROM matter_objects o WHERE o.account_id = ` + k + ` AND o.account_id <> 0 AND o.matter_id = matters.id)`
}

// WaitingMatters returns those that wait, in the tray or not, the one that is due
// first first, without what is about an account; zero is none.
func (v *View) WaitingMatters(ctx context.Context, not social.AccountID, tray bool, limit int) ([]social.Matter, error) {
	return rows(ctx, v, scanMatter, `SELECT `+matterColumns+` FROM matters WHERE waits = 1 AND tray = $3`+notOf(`$2`)+` ORDER BY due_ms, id LIMIT $1`, limit, not, tray)
}

// CountWaitingMatters counts them up to limit, and how many of them are overdue.
func (v *View) CountWaitingMatters(ctx context.Context, not social.AccountID, now time.Time, limit int) (n, overdue int, err error) {
	c, err := one(ctx, v, noRecord, func(r row) (c [2]int, err error) { return c, r.Scan(&c[0], &c[1]) },
		`SELECT COUNT(*), COUNT(*) FILTER (WHERE due_ms <= $1) FROM (SELECT due_ms FROM matters WHERE waits = 1`+notOf(`$3`)+` ORDER BY due_ms, id LIMIT $2) AS waiting`, millis(now), limit, not)
	return c[0], c[1], err
}

// Matters returns a page of all matters, without what is about an account; zero
// is none.
func (v *View) Matters(ctx context.Context, not social.AccountID, p social.Page) ([]social.Matter, error) {
	before, after := bounds(p)
	return rows(ctx, v, scanMatter, `SELECT `+matterColumns+` FROM matters WHERE id < $1 AND id > $2 AND first_id = 0`+notOf(`$4`)+order(p, "id"), before, after, p.Limit, not)
}

// MatterObjects returns what a matter names.
func (v *View) MatterObjects(ctx context.Context, which social.MatterID) ([]social.MatterObject, error) {
	return rows(ctx, v, func(r row) (o social.MatterObject, err error) {
		return o, r.Scan(&o.Address, &o.Account, &o.Post, &o.Done, &o.Report)
	}, `SELECT address, account_id, post_id, done, report_id FROM matter_objects WHERE matter_id = $1 ORDER BY place LIMIT $2`, which, social.MaxMatterAddresses)
}

// What files a matter has.
const (
	MatterRaw    = "raw"
	MatterBundle = "bundle"
)

// AddMatterFile keeps a file of a matter.
func (tx *Tx) AddMatterFile(ctx context.Context, which social.MatterID, kind string, b []byte) error {
	_, err := tx.exec(ctx, `INSERT INTO matter_files (matter_id, kind, bytes) VALUES ($1, $2, $3)
		ON CONFLICT (matter_id, kind) DO UPDATE SET bytes = excluded.bytes`, which, kind, b)
	return err
}

// MatterFile returns one, or NotFound.
func (v *View) MatterFile(ctx context.Context, which social.MatterID, kind string) ([]byte, error) {
	return one(ctx, v, noRecord, func(r row) (b []byte, err error) { return b, r.Scan(&b) },
		`SELECT bytes FROM matter_files WHERE matter_id = $1 AND kind = $2`, which, kind)
}

// wordsStay is the condition that the words of matter m have to stay at the moment that
// is $1: somebody waits for it, or for the one that it is counted with; or a hold is
// on it, on that one, or on an account that it names.
func wordsStay(m string) string {
	return `(` + m + `.waits = 1 OR EXISTS (SELECT 1 FROM matters f WHERE f.id = ` + m + `.first_id AND f.waits = 1)
		OR EXISTS (SELECT 1 FROM holds WHERE ` + holdNow + ` AND (kind = 'matter' AND subject_id IN (` + m + `.id, ` + m + `.first_id)
			OR kind = 'account' AND account_id IN (SELECT k.account_id FROM matter_objects k WHERE k.matter_id = ` + m + `.id AND k.account_id <> 0))))`
}

// ForgetMatters forgets the words of up to limit matters that nobody waits for
// and that were last touched before a moment. That they were, and what was
// answered when, stays. So does what a hold keeps.
func (tx *Tx) ForgetMatters(ctx context.Context, before time.Time, limit int) (n int, err error) {
	ids, err := list[social.MatterID](ctx, &tx.View, `SELECT id FROM matters m WHERE waits = 0 AND changed_ms < $2 AND sender <> '{}'
		AND NOT `+wordsStay(`m`)+` ORDER BY id LIMIT $3`, millis(tx.Now), millis(before), limit)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	if _, err := tx.exec(ctx, `DELETE FROM matter_files WHERE matter_id `+tx.d.idList(1), asJSON(ids)); err != nil {
		return 0, err
	}
	_, err = tx.exec(ctx, `UPDATE matters SET sender = '{}', sender_key = '', subject = '', body = '', signed = '', note = '', answer = '' WHERE id `+tx.d.idList(1), asJSON(ids))
	return len(ids), err
}

// forgetMattersOf takes somebody who goes out of what the house was told of them.
// Of a matter that names only them, and that nothing keeps, the words go at once;
// of one that waits or is held when that ends, see ForgetMattersOfNobody.
func (tx *Tx) forgetMattersOf(ctx context.Context, who social.AccountID) error {
	if _, err := tx.exec(ctx, `UPDATE matter_objects SET address = '' WHERE account_id = $2 AND account_id <> 0
		AND NOT EXISTS (SELECT 1 FROM matters m WHERE m.id = matter_id AND `+wordsStay(`m`)+`)`, millis(tx.Now), who); err != nil {
		return err
	}
	ids, err := list[social.MatterID](ctx, &tx.View, `SELECT DISTINCT matter_id FROM matter_objects WHERE account_id = $1 AND account_id <> 0 ORDER BY matter_id`, who)
	if err != nil || len(ids) == 0 {
		return err
	}
	return tx.forgetWords(ctx, ids, who)
}

// forgetWords empties those of ids that nothing keeps and that name nobody but
// who, or nobody who is still here.
func (tx *Tx) forgetWords(ctx context.Context, ids []social.MatterID, who social.AccountID) error {
	mine := tx.d.idList(2) + ` AND NOT ` + wordsStay(`matters`) + `
		AND NOT EXISTS (SELECT 1 FROM matter_objects o JOIN accounts a ON a.id = o.account_id WHERE o.matter_id = matters.id AND o.account_id <> $3)`
	if _, err := tx.exec(ctx, `DELETE FROM matter_files WHERE matter_id IN (SELECT id FROM matters WHERE id `+mine+`)`, millis(tx.Now), asJSON(ids), who); err != nil {
		return err
	}
	_, err := tx.exec(ctx, `UPDATE matters SET subject = '', body = '', law = '', work = '', note = '', answer = '' WHERE id `+mine, millis(tx.Now), asJSON(ids), who)
	return err
}

// ForgetMattersOfNobody forgets the words of up to limit matters that nothing
// keeps any more and that name only people who are gone. It returns how many.
func (tx *Tx) ForgetMattersOfNobody(ctx context.Context, limit int) (int, error) {
	const none = ` AND NOT EXISTS (SELECT 1 FROM accounts a WHERE a.id = o.account_id)`
	ids, err := list[social.MatterID](ctx, &tx.View, `SELECT DISTINCT o.matter_id FROM matter_objects o JOIN matters m ON m.id = o.matter_id
		WHERE o.account_id <> 0 AND o.address <> '' AND NOT `+wordsStay(`m`)+none+` ORDER BY o.matter_id LIMIT $2`, millis(tx.Now), limit)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	if err := tx.forgetWords(ctx, ids, 0); err != nil {
		return 0, err
	}
	_, err = tx.exec(ctx, `UPDATE matter_objects AS o SET address = '' WHERE account_id <> 0 AND matter_id `+tx.d.idList(1)+none, asJSON(ids))
	return len(ids), err
}

// MatterCalendar returns the time zone and the holidays of clocks that count
// working days.
func (v *View) MatterCalendar(ctx context.Context) (zone string, holidays []string, err error) {
	c, err := one(ctx, v, noRecord, func(r row) (c [2]string, err error) { return c, r.Scan(&c[0], &c[1]) }, `SELECT zone, holidays FROM matter_calendar WHERE id = 1`)
	if err == nil {
		err = json.Unmarshal([]byte(c[1]), &holidays)
	}
	return c[0], holidays, err
}

// SetMatterCalendar stores them.
func (tx *Tx) SetMatterCalendar(ctx context.Context, zone string, holidays []string) error {
	_, err := tx.exec(ctx, `UPDATE matter_calendar SET zone = $1, holidays = $2 WHERE id = 1`, zone, asJSON(holidays))
	return err
}
