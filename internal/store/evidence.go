package store

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
)

// Evidence is a record to be added to the log.
type Evidence struct {
	Type     evidence.Type
	Category evidence.Category
	Class    string
	Outcome  string
	Refs     []social.EvidenceID // earlier ones, also of this transaction
	Body     any                 // one of the bodies of package evidence
	// About and By are whose words the body may hold: when one of them leaves
	// for good it is erased.
	About, By social.AccountID
	// Closed says that the body holds what a message said: it is kept sealed.
	Closed bool
}

// A Proof says that something is in the log. Only adding evidence makes one, and
// what changes how somebody or something stands asks for it.
type Proof struct {
	id         social.EvidenceID
	commitment []byte
}

var errNoProof = errors.New("this changes how somebody or something stands: it needs evidence first")

// ID is what the record is called in our own rows.
func (p Proof) ID() social.EvidenceID { return p.id }

// Commitment is what its leaf commits to its body with.
func (p Proof) Commitment() []byte { return p.commitment }

// pending is a record that gets its place when the transaction commits.
type pending struct {
	Evidence
	Proof
	salt, body []byte
}

// AddEvidence adds a record to the log, if and when the write commits.
func (tx *Tx) AddEvidence(e Evidence) (Proof, error) {
	body, err := encodeBody(e.Body)
	if err != nil {
		return Proof{}, err
	}
	if len(body) > evidence.MaxBody || len(e.Refs) > evidence.MaxRefs {
		return Proof{}, fmt.Errorf("a record of %s of %d bytes with %d references is too large for the log", e.Type, len(body), len(e.Refs))
	}
	salt := make([]byte, evidence.SaltSize)
	if _, err := rand.Read(salt); err != nil {
		return Proof{}, err
	}
	p := Proof{social.EvidenceID(id.New(tx.Now)), evidence.Commit(salt, body)}
	tx.evidence = append(tx.evidence, pending{e, p, salt, body})
	return p, nil
}

// encodeBody is JSON that takes no more room than it has to: what it holds is
// shown as text and never put on a page as it is.
func encodeBody(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// log gives the records of tx their places. It is the last thing a transaction
// does: from here to the commit nobody else can.
func (tx *Tx) log(ctx context.Context) error {
	if len(tx.evidence) == 0 {
		return nil
	}
	size, last, err := tx.holdHead(ctx)
	if err != nil {
		return err
	}
	at := max(millis(tx.Now), last)
	places, counts := map[social.EvidenceID]int64{}, map[evidence.Type]int64{}
	for _, p := range tx.evidence {
		l := evidence.Leaf{Version: evidence.Version, Type: p.Type, At: at, Category: p.Category, Class: p.Class, Outcome: p.Outcome, Commitment: p.commitment}
		if l.Refs, err = tx.places(ctx, p.Refs, places); err != nil {
			return err
		}
		if l.N, err = tx.nextOf(ctx, p.Type, counts); err != nil {
			return err
		}
		if p.Closed {
			body, err := tx.keys.seal(recordWhere(p.id), p.body)
			if err != nil {
				return err
			}
			p.body = []byte(body)
		}
		hash := l.Hash()
		if _, err := tx.exec(ctx, `INSERT INTO evidence (idx, id, type, n, leaf, hash, salt, body, about_id, by_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			size, p.id, p.Type, l.N, string(l.Encode()), hash[:], p.salt, p.body, p.About, p.By); err != nil {
			return err
		}
		places[p.id] = size
		size++
	}
	for _, e := range tx.erased {
		if _, err := tx.exec(ctx, `UPDATE evidence SET erased_idx = $2 WHERE idx `+tx.d.idList(1), asJSON(e.idxs), places[e.record]); err != nil {
			return err
		}
	}
	tx.evidence = nil
	_, err = tx.exec(ctx, `UPDATE evidence_head SET size = $1, at_ms = $2 WHERE id = 1`, size, at)
	return err
}

// HoldEvidence keeps everybody else from adding to the log, and from signing it,
// until the commit.
func (tx *Tx) HoldEvidence(ctx context.Context) (size int64, err error) {
	size, _, err = tx.holdHead(ctx)
	return size, err
}

func (tx *Tx) holdHead(ctx context.Context) (size, last int64, err error) {
	h, err := one(ctx, &tx.View, errNone, func(r row) (h [2]int64, err error) { return h, r.Scan(&h[0], &h[1]) },
		`SELECT size, at_ms FROM evidence_head WHERE id = 1`+tx.d.forUpdate)
	return h[0], h[1], err
}

// places are where records stand in the log, known or looked up.
func (tx *Tx) places(ctx context.Context, ids []social.EvidenceID, known map[social.EvidenceID]int64) (out []int64, err error) {
	for _, which := range ids {
		if which == 0 {
			continue // from before there was a log
		}
		at, ok := known[which]
		if !ok {
			if at, err = value[int64](ctx, &tx.View, `SELECT idx FROM evidence WHERE id = $1`, which); err != nil {
				return nil, fmt.Errorf("find record %d in the log: %w", which, err)
			}
			known[which] = at
		}
		out = append(out, at)
	}
	return out, nil
}

// nextOf is the number of the next record of a type.
func (tx *Tx) nextOf(ctx context.Context, t evidence.Type, known map[evidence.Type]int64) (int64, error) {
	n, ok := known[t]
	if !ok {
		var err error
		if n, err = value[int64](ctx, &tx.View, `SELECT COALESCE(MAX(n), 0) FROM evidence WHERE type = $1`, t); err != nil {
			return 0, err
		}
	}
	known[t] = n + 1
	return n + 1, nil
}

// A Record is a row of the log. Salt and Body are nil if they were erased.
type Record struct {
	Index      int64
	ID         social.EvidenceID
	Leaf       string
	Salt, Body []byte
	ErasedBy   int64 // the leaf of the erasure, or -1
	About, By  social.AccountID
}

const recordColumns = `idx, id, leaf, salt, body, erased_idx, about_id, by_id`

func scanEvidence(r row) (e Record, err error) {
	if err := r.Scan(&e.Index, &e.ID, &e.Leaf, &e.Salt, &e.Body, &e.ErasedBy, &e.About, &e.By); err != nil {
		return e, err
	}
	e.Body, err = openBody(r, e.ID, e.Body)
	return e, err
}

// EvidenceSize is how many leaves the log has.
func (v *View) EvidenceSize(ctx context.Context) (int64, error) {
	return value[int64](ctx, v, `SELECT size FROM evidence_head WHERE id = 1`)
}

// Evidence returns up to limit records from a place on, in order.
func (v *View) Evidence(ctx context.Context, from int64, limit int) ([]Record, error) {
	return rows(ctx, v, scanEvidence, `SELECT `+recordColumns+` FROM evidence WHERE idx >= $1 ORDER BY idx LIMIT $2`, from, limit)
}

// EvidenceAmong returns up to limit records of some types, the newest first, from a
// place up to before another. That is a piece of the log, whatever the types are: so
// no index of types is asked.
func (v *View) EvidenceAmong(ctx context.Context, types []evidence.Type, from, before int64, limit int) ([]Record, error) {
	return rows(ctx, v, scanEvidence, `SELECT `+recordColumns+` FROM evidence WHERE idx >= $1 AND idx < $2 AND (type || '') IN `+v.d.strList(3)+` ORDER BY idx DESC LIMIT $4`,
		from, before, asJSON(types), limit)
}

var noEvidence = errs.New(errs.NotFound, "Record not found")

// EvidenceOf returns one record, or NotFound.
func (v *View) EvidenceOf(ctx context.Context, which social.EvidenceID) (Record, error) {
	return one(ctx, v, noEvidence, scanEvidence, `SELECT `+recordColumns+` FROM evidence WHERE id = $1`, which)
}

// LeafHashes returns the hashes of up to limit leaves from a place on.
func (v *View) LeafHashes(ctx context.Context, from int64, limit int) ([]tlog.Hash, error) {
	return rows(ctx, v, scanHash, `SELECT hash FROM evidence WHERE idx >= $1 ORDER BY idx LIMIT $2`, from, limit)
}

func scanHash(r row) (h tlog.Hash, err error) {
	var b []byte
	if err := r.Scan(&b); err != nil {
		return h, err
	}
	if len(b) != len(h) {
		return h, errors.New("a hash in the log is damaged")
	}
	return tlog.Hash(b), nil
}

// EvidenceTile returns a tile as far as it is stored, or NotFound.
func (v *View) EvidenceTile(ctx context.Context, level int, number int64) ([]byte, error) {
	return one(ctx, v, noEvidence, func(r row) (b []byte, err error) { return b, r.Scan(&b) },
		`SELECT hashes FROM evidence_tiles WHERE level = $1 AND number = $2`, level, number)
}

// SetEvidenceTile stores what there is of a tile. It only grows.
func (tx *Tx) SetEvidenceTile(ctx context.Context, level int, number int64, hashes []byte) error {
	_, err := tx.exec(ctx, `INSERT INTO evidence_tiles (level, number, hashes) VALUES ($1, $2, $3)
		ON CONFLICT (level, number) DO UPDATE SET hashes = EXCLUDED.hashes WHERE length(EXCLUDED.hashes) > length(evidence_tiles.hashes)`, level, number, hashes)
	return err
}

// A SignedHead is a checkpoint as it is kept.
type SignedHead struct {
	Size int64
	AtMs int64
	Note string
}

func scanSigned(r row) (s SignedHead, err error) { return s, r.Scan(&s.Size, &s.AtMs, &s.Note) }

// LastCheckpoint returns the newest checkpoint, or NotFound.
func (v *View) LastCheckpoint(ctx context.Context) (SignedHead, error) {
	return one(ctx, v, noEvidence, scanSigned, `SELECT size, at_ms, note FROM evidence_checkpoints ORDER BY size DESC LIMIT 1`)
}

// Checkpoints returns up to limit checkpoints of more than a size, in order.
func (v *View) Checkpoints(ctx context.Context, after int64, limit int) ([]SignedHead, error) {
	return rows(ctx, v, scanSigned, `SELECT size, at_ms, note FROM evidence_checkpoints WHERE size > $1 ORDER BY size LIMIT $2`, after, limit)
}

// SetCheckpoint stores a checkpoint, or one with more signatures in its place.
func (tx *Tx) SetCheckpoint(ctx context.Context, s SignedHead) error {
	_, err := tx.exec(ctx, `INSERT INTO evidence_checkpoints (size, at_ms, note) VALUES ($1, $2, $3)
		ON CONFLICT (size) DO UPDATE SET note = excluded.note`, s.Size, s.AtMs, s.Note)
	return err
}

// EvidenceKey returns the key that the log is signed with; empty if there is none
// yet.
func (v *View) EvidenceKey(ctx context.Context) (string, error) {
	return value[string](ctx, v, `SELECT secret FROM evidence_head WHERE id = 1`)
}

// AddEvidenceKey stores the key, unless there is one. It reports whether it did.
func (tx *Tx) AddEvidenceKey(ctx context.Context, secret string) (bool, error) {
	n, err := tx.exec(ctx, `UPDATE evidence_head SET secret = $1 WHERE id = 1 AND secret = ''`, secret)
	return n > 0, err
}

// LeavesOf returns up to limit leaves of a type, newest first, of those with a
// number below before; zero is all.
func (v *View) LeavesOf(ctx context.Context, t evidence.Type, before int64, limit int) ([]string, error) {
	return list[string](ctx, v, `SELECT leaf FROM evidence WHERE type = $1 AND (n < $2 OR $2 = 0) ORDER BY n DESC LIMIT $3`, t, before, limit)
}

// LastBody reads the body of the newest record of a type into to, or is NotFound.
func (v *View) LastBody(ctx context.Context, t evidence.Type, to any) error {
	body, err := one(ctx, v, noEvidence, func(r row) (b []byte, err error) { return b, r.Scan(&b) }, `SELECT body FROM evidence WHERE type = $1 ORDER BY n DESC LIMIT 1`, t)
	if err != nil || body == nil {
		return err
	}
	return json.Unmarshal(body, to)
}

// LastLeaf returns the newest leaf of a type, or NotFound.
func (v *View) LastLeaf(ctx context.Context, t evidence.Type) (string, error) {
	all, err := v.LeavesOf(ctx, t, 0, 1)
	if err == nil && len(all) == 0 {
		err = noEvidence
	}
	if err != nil {
		return "", err
	}
	return all[0], nil
}
