package sealing

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/store"
)

const (
	// StampEvery is how long after a stamp there is no other: authorities give
	// them away, and do not like to be asked each second.
	StampEvery = 15 * time.Minute
	// MaxStampSkew is how far what a stamp says may be from our own clock.
	MaxStampSkew = 2 * time.Minute
	// MaxStamp is how long an answer of an authority is, in bytes.
	MaxStamp = evidence.MaxStamp
)

// Trust has stamps only be taken from authorities whose certificates lead to those
// in a file (PEM). These go into bundles, and nothing else that is in the file.
func (s *Service) Trust(file []byte) (err error) {
	if bytes.Contains(file, []byte("PRIVATE KEY-----")) {
		return errs.New(errs.Invalid, "There is a private key among the certificates of who stamps (evidence.timestamp_certificates), which everybody gets: take it out.")
	}
	if s.trusted, err = evidence.ParseAuthorities(file); err != nil {
		return errs.Wrap(errs.Invalid, "The certificates of who stamps (evidence.timestamp_certificates) cannot be read: they are a file of PEM.", err)
	}
	s.trustedPEM = nil
	for _, c := range s.trusted {
		s.trustedPEM = append(s.trustedPEM, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	return nil
}

// A Stamping is what an authority is to be asked.
type Stamping struct {
	Question []byte
	head     evidence.Head
	nonce    *big.Int
}

// Stampable is the newest checkpoint, if it is to be stamped: the log has grown
// since the last that was, and that is long enough ago. Else it is nil.
func (s *Service) Stampable(ctx context.Context) (*Stamping, error) {
	var last store.SignedHead
	var was store.KeptStamp
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		if last, err = v.LastCheckpoint(ctx); err != nil {
			return errs.Absent(err)
		}
		was, err = v.LastStamp(ctx)
		return errs.Absent(err)
	}); err != nil || last.Size <= was.Size {
		return nil, err
	}
	if passed := s.store.Now().Sub(time.UnixMilli(was.AtMs)); passed < StampEvery && passed > -StampEvery { // or a clock that was far ahead
		return nil, nil
	}
	nonce, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 63))
	if err != nil {
		return nil, err
	}
	w := &Stamping{head: headOf(last.Note), nonce: nonce}
	w.Question, err = evidence.StampRequest(w.head, w.nonce)
	return w, err
}

// Stamped keeps what the authority at an address answered, if it holds: it is of
// what was asked, signed, and of now.
func (s *Service) Stamped(ctx context.Context, w *Stamping, url string, answer []byte) error {
	stamp, kept, err := evidence.AnswerStamp(answer, w.head, w.nonce, s.trusted)
	if err != nil {
		return fmt.Errorf("the stamp: %w", err)
	}
	return s.store.Write(ctx, func(tx *store.Tx) error {
		if off := stamp.At.Sub(tx.Now); off.Abs() > MaxStampSkew {
			return errs.Newf(errs.Invalid, "It says that it is %s, which is %s off.", stamp.At.Format(time.RFC3339), off.Round(time.Second))
		}
		return tx.AddStamp(ctx, store.KeptStamp{Size: w.head.Size, AtMs: stamp.At.UnixMilli(), URL: url, Answer: kept})
	})
}

// LastStamped is the newest checkpoint that was stamped, and the stamp (RFC 3161)
// of its text; or NotFound.
func (s *Service) LastStamped(ctx context.Context) (checkpoint string, stamp []byte, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		k, err := v.LastStamp(ctx)
		if err != nil {
			return err
		}
		head, err := v.Checkpoints(ctx, k.Size-1, 1)
		if err == nil && len(head) == 1 {
			checkpoint, stamp = head[0].Note, k.Answer
		}
		return err
	})
	return checkpoint, stamp, err
}

// maxStamps is how many stamps of earlier checkpoints go into a bundle.
const maxStamps = 100

// stamps are those that go into a bundle: of what it is of and, where the others
// are there, of the newest before it and some more, evenly.
func (x *export) stamps() (own []byte, others []evidence.SizedStamp, err error) {
	k, err := x.v.StampOf(x.ctx, x.size)
	if own = k.Answer; errs.Absent(err) != nil || !x.Scope.All() {
		return own, nil, errs.Absent(err)
	}
	sizes, err := x.v.StampedSizes(x.ctx, x.size, maxStampsRead)
	if err != nil {
		return nil, nil, err
	}
	x.stamped = map[int64]bool{}
	for i := range min(len(sizes), maxStamps) {
		k, err := x.v.StampOf(x.ctx, sizes[i*len(sizes)/min(len(sizes), maxStamps)])
		if err != nil {
			return nil, nil, err
		}
		x.stamped[k.Size] = true
		others = append(others, evidence.SizedStamp{Size: k.Size, Answer: k.Answer})
	}
	return own, others, nil
}

// maxStampsRead is how many sizes are chosen from: some years of them.
const maxStampsRead = 200_000
