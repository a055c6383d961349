package store

import (
	"context"

	"github.com/plaza-social/plaza/internal/social"
)

// A DecidedText is what a post of a case said of which was decided, and whether it
// was a breach: one that an appeal took back is none.
type DecidedText struct {
	Case    social.CaseID
	Account social.AccountID // whose it is
	Text    string
	Breach  bool
}

// DecidedTexts returns up to limit of those before a case, newest first. What is of
// somebody who is gone says nothing any more, and is not among them, nor are messages.
func (v *View) DecidedTexts(ctx context.Context, before social.CaseID, limit int) ([]DecidedText, error) {
	return rows(ctx, v, func(r row) (d DecidedText, err error) {
		var undone bool
		var outcome social.Action
		err = r.Scan(&d.Case, &d.Account, &d.Text, &outcome, &undone)
		d.Breach = outcome != social.Dismiss && !undone
		return d, err
	}, `SELECT id, account_id, body, outcome, EXISTS (SELECT 1 FROM decisions d JOIN decisions u ON u.undoes_id = d.id AND u.undoes_id <> 0 WHERE d.case_id = c.id AND d.case_id <> 0)
		FROM cases c WHERE closed_ms <> 0 AND id < $1 AND body <> '' AND NOT sealed AND outcome NOT IN ('', 'gone') ORDER BY id DESC LIMIT $2`, before, limit)
}

// A Sample is a post that was drawn by lot and waits to be judged.
type Sample struct {
	ID       int64
	Post     social.PostID
	Case     social.CaseID
	Evidence social.EvidenceID
}

// AddSample stores one.
func (tx *Tx) AddSample(ctx context.Context, s Sample) error {
	_, err := tx.exec(ctx, `INSERT INTO samples (id, post_id, case_id, evidence_id) VALUES ($1, $2, $3, $4)`, s.ID, s.Post, s.Case, s.Evidence)
	return err
}

// TakeSamples returns those that wait in a case, and removes them.
func (tx *Tx) TakeSamples(ctx context.Context, which social.CaseID) ([]Sample, error) {
	all, err := rows(ctx, &tx.View, func(r row) (s Sample, err error) { return s, r.Scan(&s.ID, &s.Post, &s.Case, &s.Evidence) },
		`SELECT id, post_id, case_id, evidence_id FROM samples WHERE case_id = $1 ORDER BY id`, which)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	_, err = tx.exec(ctx, `DELETE FROM samples WHERE case_id = $1`, which)
	return all, err
}

// TrimSamples removes those that nobody can judge any more: their cases are closed.
func (tx *Tx) TrimSamples(ctx context.Context) error {
	_, err := tx.exec(ctx, `DELETE FROM samples WHERE case_id IN (SELECT c.id FROM cases c WHERE c.closed_ms <> 0)`)
	return err
}

// PostsToDraw returns up to limit public posts of people of the house that are
// shown, from one id to before another, in order.
func (v *View) PostsToDraw(ctx context.Context, from, before social.PostID, limit int) ([]social.PostID, error) {
	return list[social.PostID](ctx, v, `SELECT p.id FROM posts p JOIN accounts a ON a.id = p.author_id AND a.host = ''
		WHERE p.visibility = 'public' AND p.boost_of = 0 AND p.standing <> 'hidden' AND p.held = '' AND p.id >= $1 AND p.id < $2 ORDER BY p.id LIMIT $3`, from, before, limit)
}
