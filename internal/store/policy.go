package store

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/plaza-social/plaza/internal/social"
)

// NoticePolicy returns what owner wants to become of notices.
func (v *View) NoticePolicy(ctx context.Context, owner social.AccountID) (p social.NoticePolicy, err error) {
	s, err := value[string](ctx, v, `SELECT policy FROM notice_policies WHERE owner_id = $1`, owner)
	p = social.UsualPolicy
	if errors.Is(err, errNone) {
		return p, nil
	}
	if err != nil {
		return p, err
	}
	return p, json.Unmarshal([]byte(s), &p)
}

// SetNoticePolicy stores it.
func (tx *Tx) SetNoticePolicy(ctx context.Context, owner social.AccountID, p social.NoticePolicy) error {
	_, err := tx.exec(ctx, `INSERT INTO notice_policies (owner_id, policy) VALUES ($1, $2) ON CONFLICT (owner_id) DO UPDATE SET policy = excluded.policy`, owner, asJSON(p))
	return err
}

// Answers reports whether a message in a thread answers one that owner sent
// to from.
func (v *View) Answers(ctx context.Context, thread social.PostID, owner, from social.AccountID) (bool, error) {
	n, err := value[int](ctx, v, `SELECT COUNT(*) FROM (SELECT 1 FROM posts p JOIN post_mentions m ON m.post_id = p.id AND m.account_id = $3
		WHERE p.thread_id = $1 AND p.author_id = $2 AND p.visibility = 'direct' LIMIT 1) AS found`, thread, owner, from)
	return n > 0, err
}

// NoticesAccepted reports whether owner wants to hear of all that from does.
func (v *View) NoticesAccepted(ctx context.Context, owner, from social.AccountID) (bool, error) {
	ok, err := value[bool](ctx, v, `SELECT accepted FROM notice_requests WHERE owner_id = $1 AND from_id = $2`, owner, from)
	if errors.Is(err, errNone) {
		err = nil
	}
	return ok, err
}

// HoldNotice notes that a notice is kept apart, and forgets what is too much:
// of who did it, and of all. A request goes by the id of its first notice.
func (tx *Tx) HoldNotice(ctx context.Context, n social.Notice) error {
	if _, err := tx.exec(ctx, `DELETE FROM notices WHERE id IN (SELECT id FROM notices WHERE owner_id = $1 AND from_id = $2 AND filtered
		ORDER BY id DESC LIMIT 100 OFFSET $3)`, n.Owner, n.From, social.MaxHeld); err != nil {
		return err
	}
	added, err := tx.exec(ctx, `INSERT INTO notice_requests (id, owner_id, from_id, accepted) VALUES ($1, $2, $3, FALSE) ON CONFLICT (owner_id, from_id) DO NOTHING`,
		n.ID, n.Owner, n.From)
	if err != nil || added == 0 {
		return err
	}
	beyond, err := list[social.NoticeRequestID](ctx, &tx.View, `SELECT id FROM notice_requests WHERE owner_id = $1 AND NOT accepted ORDER BY id DESC LIMIT 10 OFFSET $2`,
		n.Owner, social.MaxRequests)
	if err != nil || len(beyond) == 0 {
		return err
	}
	_, err = tx.EndRequests(ctx, n.Owner, beyond)
	return err
}

const requestColumns = `r.id, r.owner_id, r.from_id, r.accepted,
	(SELECT COUNT(*) FROM notices n WHERE n.owner_id = r.owner_id AND n.from_id = r.from_id AND n.filtered),
	COALESCE((SELECT MAX(n.id) FROM notices n WHERE n.owner_id = r.owner_id AND n.from_id = r.from_id AND n.filtered), 0),
	COALESCE((SELECT n.post_id FROM notices n WHERE n.owner_id = r.owner_id AND n.from_id = r.from_id AND n.filtered AND n.post_id IS NOT NULL ORDER BY n.id DESC LIMIT 1), 0)`

// waiting is the condition that a request has something to show.
const waiting = `NOT r.accepted AND EXISTS (SELECT 1 FROM notices n WHERE n.owner_id = r.owner_id AND n.from_id = r.from_id AND n.filtered)`

func scanRequest(r row) (q social.NoticeRequest, err error) {
	return q, r.Scan(&q.ID, &q.Owner, &q.From, &q.Accepted, &q.Count, &q.Newest, &q.Post)
}

// NoticeRequests returns a page of who has notices kept apart from owner.
func (v *View) NoticeRequests(ctx context.Context, owner social.AccountID, p social.Page) ([]social.NoticeRequest, error) {
	before, after := bounds(p)
	return rows(ctx, v, scanRequest, `SELECT `+requestColumns+` FROM notice_requests r WHERE r.id < $1 AND r.id > $2 AND r.owner_id = $4 AND `+waiting+order(p, "r.id"),
		before, after, p.Limit, owner)
}

// NoticeRequest returns one of owner's requests, or NotFound.
func (v *View) NoticeRequest(ctx context.Context, owner social.AccountID, which social.NoticeRequestID) (social.NoticeRequest, error) {
	return one(ctx, v, noNotice, scanRequest, `SELECT `+requestColumns+` FROM notice_requests r WHERE r.id = $1 AND r.owner_id = $2`, which, owner)
}

// CountHeld is how many accounts have notices kept apart from owner, up to
// MaxRequestsShown, and how many notices theirs are.
func (v *View) CountHeld(ctx context.Context, owner social.AccountID) (accounts, notices int, err error) {
	counts, err := list[int](ctx, v, `SELECT (SELECT COUNT(*) FROM notices n WHERE n.owner_id = r.owner_id AND n.from_id = r.from_id AND n.filtered)
		FROM notice_requests r WHERE r.owner_id = $1 AND `+waiting+` ORDER BY r.id DESC LIMIT $2`, owner, social.MaxRequestsShown)
	for _, n := range counts {
		notices += n
	}
	return len(counts), notices, err
}

// callers are those whom some of owner's requests are of.
func (v *View) callers(ctx context.Context, owner social.AccountID, which []social.NoticeRequestID) ([]social.AccountID, error) {
	return list[social.AccountID](ctx, v, `SELECT from_id FROM notice_requests WHERE owner_id = $1 AND id `+v.d.idList(2), owner, asJSON(which))
}

// AcceptRequests has owner told of what was kept apart, and of all that those
// accounts do from now on. It tells how many accounts they are.
func (tx *Tx) AcceptRequests(ctx context.Context, owner social.AccountID, which []social.NoticeRequestID) (int, error) {
	from, err := tx.callers(ctx, owner, which)
	if err != nil || len(from) == 0 {
		return 0, err
	}
	if err := tx.holdNotices(ctx, owner); err != nil {
		return 0, err
	}
	if _, err := tx.exec(ctx, `UPDATE notices SET filtered = FALSE WHERE owner_id = $1 AND filtered AND from_id `+tx.d.idList(2), owner, asJSON(from)); err != nil {
		return 0, err
	}
	_, err = tx.exec(ctx, `UPDATE notice_requests SET accepted = TRUE WHERE owner_id = $1 AND from_id `+tx.d.idList(2), owner, asJSON(from))
	return len(from), err
}

// EndRequests forgets requests of owner's with what was kept apart. It tells
// how many there were.
func (tx *Tx) EndRequests(ctx context.Context, owner social.AccountID, which []social.NoticeRequestID) (int, error) {
	from, err := tx.callers(ctx, owner, which)
	if err != nil || len(from) == 0 {
		return 0, err
	}
	if _, err := tx.exec(ctx, `DELETE FROM notices WHERE owner_id = $1 AND filtered AND from_id `+tx.d.idList(2), owner, asJSON(from)); err != nil {
		return 0, err
	}
	_, err = tx.exec(ctx, `DELETE FROM notice_requests WHERE owner_id = $1 AND NOT accepted AND from_id `+tx.d.idList(2), owner, asJSON(from))
	return len(from), err
}
