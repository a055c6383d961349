package sealing

import (
	"context"
	"encoding/binary"
	"strconv"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Public is the key by which everybody can verify what the log signs.
func (s *Service) Public(ctx context.Context) (string, error) {
	signer, err := s.Signer(ctx)
	if err != nil {
		return "", err
	}
	return signer.Public(), nil
}

// Checkpoint is the last that was signed (C2SP tlog-checkpoint), or NotFound.
func (s *Service) Checkpoint(ctx context.Context) (text string, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		last, err := v.LastCheckpoint(ctx)
		text = last.Note
		return err
	})
	return text, err
}

var noTile = errs.New(errs.NotFound, "There is no such tile.")

// Tile is a tile of hashes (C2SP tlog-tiles) of which width are wanted, or
// NotFound: only what a checkpoint holds is handed out.
func (s *Service) Tile(ctx context.Context, level int, n int64, width int) (data []byte, err error) {
	err = s.signed(ctx, level, n, width, func(v *store.View) (err error) {
		data, err = reader{ctx, v}.tile(level, n, width)
		return err
	})
	return data, err
}

// Entries are the leaves of a tile (C2SP tlog-tiles), each with its length before
// it.
func (s *Service) Entries(ctx context.Context, n int64, width int) (data []byte, err error) {
	err = s.signed(ctx, 0, n, width, func(v *store.View) error {
		all, err := v.Evidence(ctx, n*tileWidth, width)
		for _, e := range all {
			data = binary.BigEndian.AppendUint16(data, uint16(len(e.Leaf)))
			data = append(data, e.Leaf...)
		}
		return err
	})
	return data, err
}

func (s *Service) signed(ctx context.Context, level int, n int64, width int, get func(v *store.View) error) error {
	if level < 0 || level > 6 || n < 0 || n > 1<<40 || width < 1 || width > tileWidth {
		return noTile
	}
	return s.store.Read(ctx, func(v *store.View) error {
		last, err := v.LastCheckpoint(ctx)
		if err != nil {
			return err
		}
		if have := last.Size>>(tileHeight*level) - n*tileWidth; have < int64(width) {
			return noTile
		}
		return get(v)
	})
}

// Receipt is what somebody who reported can hold in hand: signed, with what the
// log owes them.
func (s *Service) Receipt(ctx context.Context, r social.Report) ([]byte, error) {
	signer, err := s.Signer(ctx)
	if err != nil {
		return nil, err
	}
	var l evidence.Leaf
	if err := s.store.Read(ctx, func(v *store.View) error {
		e, err := v.EvidenceOf(ctx, r.Evidence)
		if err != nil {
			return err
		}
		l, err = evidence.ParseLeaf([]byte(e.Leaf))
		return err
	}); err != nil {
		return nil, err
	}
	return signer.Receipt(evidence.Receipt{Report: strconv.FormatInt(int64(r.ID), 10), Commitment: l.Commitment, Received: r.At})
}

// Proof is the way from one record to the root of the last checkpoint, with both.
func (s *Service) Proof(ctx context.Context, which social.EvidenceID) (index int64, proof tlog.RecordProof, checkpoint string, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		e, err := v.EvidenceOf(ctx, which)
		if err != nil {
			return err
		}
		last, err := v.LastCheckpoint(ctx)
		if err != nil {
			return err
		}
		if e.Index >= last.Size {
			return errs.New(errs.NotFound, "It is not signed yet. Try again in a moment.")
		}
		index, checkpoint = e.Index, last.Note
		proof, err = tlog.ProveRecord(last.Size, e.Index, reader{ctx, v})
		return err
	})
	return index, proof, checkpoint, err
}
