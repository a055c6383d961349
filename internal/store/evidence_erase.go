package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
)

// maxErased is how many leaves one erasure names: its body is bounded.
const maxErased = 4000

// EraseEvidence destroys the bodies and salts of what the log has about somebody,
// and of what they wrote, and adds records that say so. It returns how many. What a
// hold keeps waits, sealed, until EraseEvidence is called again.
func (tx *Tx) EraseEvidence(ctx context.Context, who social.AccountID, ground string) (n int, err error) {
	idxs, err := list[int64](ctx, &tx.View, `SELECT idx FROM evidence WHERE about_id = $1 AND about_id <> 0 UNION SELECT idx FROM evidence WHERE by_id = $1 AND by_id <> 0 ORDER BY 1`, who)
	if err != nil {
		return 0, err
	}
	held, err := tx.held(ctx, who)
	if err != nil {
		return 0, err
	}
	idxs = slices.DeleteFunc(idxs, func(i int64) bool { return held[i] })
	ground, since, err := tx.wait(ctx, who, ground, slices.Contains(slices.Collect(maps.Values(held)), true))
	if err != nil {
		return 0, err
	}
	for n < len(idxs) {
		some := idxs[n:min(n+maxErased, len(idxs))]
		if err := tx.erase(ctx, some, ground, since); err != nil {
			return n, err
		}
		n += len(some)
	}
	return n, nil
}

// wait notes that something of who waits to be erased, or does no more, and returns
// why and since when it is to be.
func (tx *Tx) wait(ctx context.Context, who social.AccountID, ground string, waits bool) (string, time.Time, error) {
	since := millis(tx.Now)
	was, err := rows(ctx, &tx.View, func(r row) (w erasureWaiting, err error) { return w, r.Scan(&w.ground, &w.since) }, `SELECT ground, since_ms FROM evidence_waiting WHERE account_id = $1`, who)
	if len(was) > 0 {
		ground, since = was[0].ground, was[0].since
	}
	switch {
	case err != nil:
	case waits:
		_, err = tx.exec(ctx, `INSERT INTO evidence_waiting (account_id, ground, since_ms) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, who, ground, since)
	case len(was) > 0:
		_, err = tx.exec(ctx, `DELETE FROM evidence_waiting WHERE account_id = $1`, who)
	}
	return ground, moment(since), err
}

type erasureWaiting struct {
	ground string
	since  int64
}

func (tx *Tx) erase(ctx context.Context, idxs []int64, ground string, since time.Time) error {
	p, err := tx.AddEvidence(Evidence{Type: evidence.TypeErasure, Outcome: "erased", Body: evidence.Erased{Leaves: idxs, Ground: ground, Requested: since.UTC().Format(time.RFC3339), Done: tx.Now.UTC().Format(time.RFC3339)}})
	if err != nil {
		return err
	}
	tx.erased = append(tx.erased, erasing{p.id, idxs})
	_, err = tx.exec(ctx, `UPDATE evidence SET salt = NULL, body = NULL, about_id = 0, by_id = 0 WHERE idx `+tx.d.idList(1), asJSON(idxs))
	return err
}

// An erasing is told in the rows that were erased once its own place is known.
type erasing struct {
	record social.EvidenceID
	idxs   []int64
}

// Pseudonym is what somebody of the staff is called in the log: the same for a
// quarter of a year, and nobody can tell whom it means who has not the key.
func (v *View) Pseudonym(ctx context.Context, who social.AccountID, at time.Time) (string, error) {
	if who == 0 {
		return "console", nil
	}
	return v.Alias(ctx, fmt.Sprintf("staff %d %d-%d", who, at.UTC().Year(), (int(at.UTC().Month())-1)/3+1))
}

// Alias is a name for what, that only the key of the log tells.
func (v *View) Alias(ctx context.Context, what string) (string, error) {
	secret, err := v.EvidenceKey(ctx)
	m := hmac.New(sha256.New, []byte("plaza alias\x00"+secret))
	m.Write([]byte(what))
	return strings.ToLower(base32.StdEncoding.EncodeToString(m.Sum(nil)[:10])), err
}
