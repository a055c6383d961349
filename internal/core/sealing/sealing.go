// Package sealing signs the log of evidence as it grows, and hands it out: its
// checkpoints, its tiles and entries, and the receipts of who reported.
package sealing

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/record"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Every is how long after a record the log is signed, at most: it is looked at so
// often. What was promised is evidence.Promise.
const Every = 2 * time.Second

// Service does it.
type Service struct {
	// Copied waits until another machine has what is committed, or until it is no
	// use to wait on; nil is that there are no copies.
	Copied func(context.Context) error

	store  *store.Store
	origin string
	log    *slog.Logger

	trusted    []*x509.Certificate // who may stamp; nil is anybody
	trustedPEM []byte

	mu     sync.Mutex
	signer *evidence.Signer
	looked atomic.Int64 // which full tile is computed anew next

	counted struct {
		sync.Mutex
		counting
	}
	host   string
	yearly yearlies
}

// New returns a Service for the log of the house called host. A log keeps the name
// that it began with, also when the house is called otherwise later.
func New(s *store.Store, host string, log *slog.Logger) *Service {
	return &Service{store: s, origin: evidence.Origin(host), host: host, log: log}
}

// Signer signs for the log. Its key is made when it is first asked for, and is
// the first thing in the log: who has it can tell what comes later.
func (s *Service) Signer(ctx context.Context) (*evidence.Signer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.signer != nil {
		return s.signer, nil
	}
	secret, err := s.key(ctx)
	if err == nil && secret == "" {
		secret, err = s.makeKey(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("the key of the log: %w", err)
	}
	if s.signer, err = evidence.NewSigner(secret); err != nil {
		return nil, err
	}
	return s.signer, nil
}

func (s *Service) key(ctx context.Context) (secret string, err error) {
	err = s.store.Read(ctx, func(v *store.View) (err error) { secret, err = v.EvidenceKey(ctx); return err })
	return secret, err
}

func (s *Service) makeKey(ctx context.Context) (string, error) {
	secret, public, err := note.GenerateKey(rand.Reader, s.origin)
	if err != nil {
		return "", err
	}
	if err := s.store.Write(ctx, func(tx *store.Tx) error {
		if ok, err := tx.AddEvidenceKey(ctx, secret); err != nil || !ok {
			return err
		}
		if _, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeKey, Outcome: "first", Body: evidence.Configured{What: "key of the log", To: public, By: "console"}}); err != nil {
			return err
		}
		house, err := tx.House(ctx)
		if err != nil {
			return err
		}
		return record.Rules(ctx, tx, social.Console, house.Rules)
	}); err != nil {
		return "", err
	}
	return s.key(ctx) // somebody else may have been first
}

// Run signs the log whenever it has grown, until ctx ends.
func (s *Service) Run(ctx context.Context) {
	tick := time.NewTicker(Every)
	defer tick.Stop()
	for {
		if _, err := s.Seal(ctx); err != nil && ctx.Err() == nil && s.store.Gate() == nil {
			s.log.ErrorContext(ctx, "the log of evidence cannot be signed, trying again", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// ErrChanged is why a log is not signed any more: what it holds is not what was
// signed before.
var ErrChanged = errs.New(errs.Conflict, "The log of evidence was changed by hand: what it holds is not what was signed. Bring the database back from a copy, see docs/handbook/evidence.md.")

// Seal signs the log if it has grown since, and reports whether it did.
func (s *Service) Seal(ctx context.Context) (bool, error) {
	signer, err := s.Signer(ctx)
	if err != nil {
		return false, err
	}
	var last store.SignedHead
	var size int64
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		if size, err = v.EvidenceSize(ctx); err != nil {
			return err
		}
		last, err = v.LastCheckpoint(ctx)
		return errs.Absent(err)
	}); err != nil || size == last.Size {
		return false, err
	}
	if size < last.Size {
		return false, ErrChanged
	}
	// Signed is only what was there before a copy was waited for: a head that went
	// out and was lost with this machine would be one that no log leads to.
	if s.Copied != nil {
		if err := s.Copied(ctx); err != nil {
			return false, err
		}
	}
	return true, s.store.Write(ctx, func(tx *store.Tx) error {
		if held, err := tx.HoldEvidence(ctx); err != nil || held < size {
			return cmp.Or(err, error(ErrChanged))
		}
		now, err := tx.LastCheckpoint(ctx)
		if errs.Absent(err) != nil || now.Size != last.Size {
			return errs.Absent(err) // another host was first
		}
		if err := extend(ctx, tx, last.Size, size); err != nil {
			return err
		}
		hashes := reader{ctx, &tx.View}
		if err := unchanged(hashes, last); err != nil {
			return err
		}
		if err := hashes.asMade(s.looked.Add(1), size); err != nil {
			return err
		}
		root, err := tlog.TreeHash(size, hashes)
		if err != nil {
			return err
		}
		at := tx.Now
		if at.UnixMilli() < last.AtMs { // a clock that was put back
			at = time.UnixMilli(last.AtMs)
		}
		text, err := signer.Checkpoint(evidence.Head{Origin: signer.Origin(), Size: size, Root: root}, at)
		if err != nil {
			return err
		}
		return tx.SetCheckpoint(ctx, store.SignedHead{Size: size, AtMs: at.UnixMilli(), Note: string(text)})
	})
}

// unchanged reports why the log does not begin with what was signed last, or nil.
func unchanged(hashes tlog.HashReader, last store.SignedHead) error {
	if last.Size == 0 {
		return nil
	}
	root, err := tlog.TreeHash(last.Size, hashes)
	if err != nil {
		return err
	}
	if h := headOf(last.Note); h.Root != root {
		return ErrChanged
	}
	return nil
}

// headOf is what a checkpoint that we signed ourselves says.
func headOf(text string) evidence.Head {
	end := 0
	for range 3 {
		for end < len(text) && text[end] != '\n' {
			end++
		}
		end++
	}
	h, _ := evidence.ParseHead(text[:min(end, len(text))])
	return h
}

// tileHeight is C2SP's: 256 hashes in a tile.
const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
)

// extend stores the tiles that are full now, level by level, and of those that are
// not what is below them: else each reading of the last would make it anew out of
// up to 255.
func extend(ctx context.Context, tx *store.Tx, from, to int64) error {
	for level := 0; to>>(tileHeight*level) > 0; level++ {
		had, has := from>>(tileHeight*level), to>>(tileHeight*level) // hashes of this level
		for n := had / tileWidth; n*tileWidth < has && had < has; n++ {
			width := int(min(has-n*tileWidth, tileWidth))
			if level == 0 && width < tileWidth {
				break // they are the leaves
			}
			data, err := reader{ctx, &tx.View}.tile(level, n, width)
			if err != nil {
				return err
			}
			if err := tx.SetEvidenceTile(ctx, level, n, data); err != nil {
				return err
			}
		}
	}
	return nil
}

// A reader reads hashes of the log out of its tiles.
type reader struct {
	ctx context.Context
	v   *store.View
}

// ReadHashes implements tlog.HashReader.
func (r reader) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	type place struct {
		level  int
		number int64
	}
	read := map[place][]byte{}
	for i, x := range indexes {
		t := tlog.TileForIndex(tileHeight, x)
		at := place{t.L, t.N}
		if len(read[at]) < t.W*tlog.HashSize {
			data, err := r.tile(t.L, t.N, t.W)
			if err != nil {
				return nil, err
			}
			read[at] = data
		}
		var err error
		if out[i], err = tlog.HashFromTile(t, read[at][:t.W*tlog.HashSize], x); err != nil {
			return nil, err
		}
	}
	return out, nil
}

var errShort = errors.New("the log of evidence has fewer records than it should")

// tile is the first width hashes of a tile: what is stored of it, and the rest made
// of what is below.
func (r reader) tile(level int, n int64, width int) ([]byte, error) {
	data, err := r.v.EvidenceTile(r.ctx, level, n)
	if errs.Absent(err) != nil {
		return nil, err
	}
	has := len(data) / tlog.HashSize
	if has >= width {
		return data[:width*tlog.HashSize], nil
	}
	if level == 0 {
		return r.leaves(n, width)
	}
	for i := int64(has); i < int64(width); i++ {
		below, err := r.tile(level-1, n*tileWidth+i, tileWidth)
		if err != nil {
			return nil, err
		}
		h := rootOf(below)
		data = append(data, h[:]...)
	}
	return data, nil
}

func (r reader) leaves(n int64, width int) (data []byte, err error) {
	hs, err := r.v.LeafHashes(r.ctx, n*tileWidth, width)
	if err == nil && len(hs) < width {
		err = errShort
	}
	for _, h := range hs {
		data = append(data, h[:]...)
	}
	return data, err
}

// asMade reports whether one of the full tiles is what its leaves make, another each
// turn: what was changed by hand long after it was signed is found too.
func (r reader) asMade(turn, size int64) error {
	full := size / tileWidth
	if full == 0 {
		return nil
	}
	n := turn % full
	made, err := r.leaves(n, tileWidth)
	if err != nil {
		return err
	}
	kept, err := r.tile(0, n, tileWidth)
	if err != nil {
		return err
	}
	above, err := r.tile(1, n/tileWidth, int(n%tileWidth)+1)
	if err != nil {
		return err
	}
	if root := rootOf(made); !bytes.Equal(made, kept) || !bytes.HasSuffix(above, root[:]) {
		return ErrChanged
	}
	return nil
}

// rootOf is the hash of a full tile.
func rootOf(data []byte) tlog.Hash {
	hs := make([]tlog.Hash, len(data)/tlog.HashSize)
	for i := range hs {
		hs[i] = tlog.Hash(data[i*tlog.HashSize:])
	}
	for len(hs) > 1 {
		for i := range len(hs) / 2 {
			hs[i] = tlog.NodeHash(hs[2*i], hs[2*i+1])
		}
		hs = hs[:len(hs)/2]
	}
	return hs[0]
}
