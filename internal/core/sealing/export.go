package sealing

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// A Wanted is a bundle that somebody asks for.
type Wanted struct {
	Scope   evidence.Scope
	Profile evidence.Profile
	Account social.AccountID // whom a bundle of somebody's own is about
	Size    int64            // how the log stood with so many records; zero for the last time it was signed
	For     string           // who gets it, for the record; a class, no name
	Policy  []byte           // whose signatures are asked for; nil for the log's own
}

// Check reports why w cannot be made, or nil.
func (w Wanted) Check() error {
	switch {
	case !w.Profile.Known():
		return errs.New(errs.Invalid, "There are the profiles public, party, host and court.")
	case w.Profile == evidence.Party && w.Scope.Kind != evidence.ScopeAccount:
		return errs.New(errs.Invalid, "A bundle for a party is about an account: name it.")
	case w.Profile == evidence.Host && w.Scope.Kind != evidence.ScopeHost && w.Scope.Kind != evidence.ScopeMatter:
		return errs.New(errs.Invalid, "A bundle for a host is about its notices, or one of them: name it.")
	case w.Scope.Kind == evidence.ScopeSpan && w.Scope.Until != 0 && w.Scope.Until <= w.Scope.Since:
		return errs.New(errs.Invalid, "A span of time ends after it begins.")
	}
	return nil
}

// batch is how many rows are read at once, maxEarlier how many earlier
// checkpoints go into a bundle: more of them are thinned out evenly.
const (
	batch      = 1000
	maxEarlier = 1000
)

// Export writes a bundle, all of it as the house stood at one moment, and adds a
// record of that.
func (s *Service) Export(ctx context.Context, w io.Writer, want Wanted) (m evidence.Manifest, err error) {
	if err := want.Check(); err != nil {
		return m, err
	}
	signer, err := s.Signer(ctx)
	if err != nil {
		return m, err
	}
	if _, err := s.Checkpoint(ctx); err != nil && errs.KindOf(err) == errs.NotFound {
		if _, err := s.Seal(ctx); err != nil { // nobody did so far
			return m, err
		}
	}
	err = s.store.Read(ctx, func(v *store.View) error {
		x := &export{ctx: ctx, v: v, signer: signer, trusted: s.trustedPEM, Wanted: want}
		m, err = x.write(w)
		return err
	})
	if err != nil {
		return m, fmt.Errorf("export evidence: %w", err)
	}
	return m, s.store.Write(ctx, func(tx *store.Tx) error {
		scope := m.Scope.Kind
		if want.Account == 0 && m.Scope.Of != "" {
			scope += " " + m.Scope.Of
		}
		_, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeExport, Outcome: string(m.Profile),
			Body: evidence.Exported{Bundle: m.Sum(), Scope: scope, Profile: string(m.Profile), For: want.For}})
		return err
	})
}

// export is a bundle that is being made.
type export struct {
	Wanted
	ctx    context.Context
	v      *store.View
	signer *evidence.Signer
	size   int64
	part   []int64  // the records, where each is proven by itself
	about  *concern // of notices

	trusted []byte                    // certificates of who may stamp
	stamped map[int64]bool            // checkpoints whose stamps are in the bundle
	sealed  map[social.AccountID]bool // whose records are only kept because of a hold: for a court
}

func (x *export) write(w io.Writer) (m evidence.Manifest, err error) {
	head, err := x.head()
	if err != nil {
		return m, err
	}
	x.size = head.Size
	if x.sealed, err = x.v.Sealed(x.ctx); err != nil {
		return m, err
	}
	src := evidence.Source{Scope: x.Scope, Profile: x.Profile, Checkpoint: []byte(head.Note), Leaves: x.leaves()}
	if src.Policy, err = x.policy(head.Note); err != nil {
		return m, err
	}
	if src.Stamp, src.Stamps, err = x.stamps(); err != nil {
		return m, err
	}
	src.Trusted = x.trusted
	if x.Scope.All() {
		src.Earlier, src.Records = x.earlier(), x.all()
	} else if err := x.choose(); err != nil {
		return m, err
	} else {
		src.Records = x.chosen()
	}
	return x.signer.WriteBundle(w, src)
}

// policy is whose signatures a bundle asks for: those that somebody gave, or the
// log's own and, if any of its witnesses saw the checkpoint, one of those.
func (x *export) policy(checkpoint string) (evidence.Policy, error) {
	if x.Wanted.Policy != nil {
		return evidence.ParsePolicy(x.Wanted.Policy)
	}
	known, err := x.v.Witnesses(x.ctx)
	if err != nil || len(known) == 0 {
		p, e := evidence.NewPolicy(x.signer.Public(), 0)
		return p, errors.Join(err, e)
	}
	var keys []string
	for _, w := range known {
		keys = append(keys, w.Key)
	}
	p, err := evidence.NewPolicy(x.signer.Public(), 1, keys...)
	if err != nil {
		return p, err
	}
	if _, seen, err := p.Open([]byte(checkpoint)); err != nil || p.Quorum(seen) {
		return p, err
	}
	return evidence.NewPolicy(x.signer.Public(), 0, keys...)
}

var errNothing = errs.New(errs.NotFound, "Nothing of the log was signed yet: start the server, which signs it.")

// head is the checkpoint that the bundle is of.
func (x *export) head() (store.SignedHead, error) {
	if x.Size == 0 {
		h, err := x.v.LastCheckpoint(x.ctx)
		if errs.KindOf(err) == errs.NotFound && err != nil {
			err = errNothing
		}
		return h, err
	}
	hs, err := x.v.Checkpoints(x.ctx, x.Size-1, 1)
	if err == nil && (len(hs) == 0 || hs[0].Size != x.Size) {
		err = errs.Newf(errs.NotFound, "The log was never signed with %d records.", x.Size)
	}
	if err != nil {
		return store.SignedHead{}, err
	}
	return hs[0], nil
}

// paged yields what next returns, page by page, until a page is empty.
func paged[T any](next func() ([]T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for {
			some, err := next()
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, one := range some {
				if !yield(one, nil) {
					return
				}
			}
			if len(some) == 0 {
				return
			}
		}
	}
}

// rest is how many rows of the next page are of the bundle.
func (x *export) rest(from int64) int { return int(min(batch, x.size-from)) }

func (x *export) leaves() iter.Seq2[evidence.LeafAndHash, error] {
	from := int64(0)
	return paged(func() ([]evidence.LeafAndHash, error) {
		if x.rest(from) == 0 {
			return nil, nil
		}
		some, err := x.v.EvidenceLeaves(x.ctx, from, x.rest(from))
		if err == nil {
			err = x.tiled(from, some)
		}
		from += int64(len(some))
		return some, err
	})
}

// tiled takes hashes from the tiles, where those are full: somebody who changed a
// leaf and its hash by hand may have forgotten them.
func (x *export) tiled(from int64, leaves []evidence.LeafAndHash) error {
	var tile []byte
	for i := range leaves {
		at := from + int64(i)
		if i == 0 || at%tileWidth == 0 {
			var err error
			if tile, err = x.v.EvidenceTile(x.ctx, 0, at/tileWidth); err != nil && errs.KindOf(err) != errs.NotFound {
				return err
			}
		}
		if h := at % tileWidth * tlog.HashSize; int(h)+tlog.HashSize <= len(tile) {
			leaves[i].Hash = tlog.Hash(tile[h : h+tlog.HashSize])
		}
	}
	return nil
}

// earlier are checkpoints before, thinned out evenly if they are many.
func (x *export) earlier() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		n, err := x.v.CountCheckpoints(x.ctx, x.size)
		after, i := int64(-1), int64(0)
		for err == nil {
			var some []store.SignedHead
			if some, err = x.v.Checkpoints(x.ctx, after, batch); err != nil || len(some) == 0 {
				break
			}
			for _, h := range some {
				if h.Size >= x.size {
					return
				}
				after = h.Size
				if n <= maxEarlier || i*maxEarlier/n != (i+1)*maxEarlier/n || x.stamped[h.Size] {
					if !yield([]byte(h.Note), nil) {
						return
					}
				}
				i++
			}
		}
		if err != nil {
			yield(nil, err)
		}
	}
}

// records yields the rows of the bundle.
func (x *export) records() iter.Seq2[store.Record, error] {
	from := int64(0)
	return paged(func() ([]store.Record, error) {
		if x.rest(from) == 0 {
			return nil, nil
		}
		some, err := x.v.Evidence(x.ctx, from, x.rest(from))
		from += int64(len(some))
		return some, err
	})
}

// index is records without their bodies, where those need not be read to know what
// belongs to what was asked for.
func (x *export) index() iter.Seq2[store.Record, error] {
	if x.Scope.Kind != evidence.ScopeMatter || x.Profile == evidence.Court {
		return x.records()
	}
	from := int64(0)
	return paged(func() ([]store.Record, error) {
		if x.rest(from) == 0 {
			return nil, nil
		}
		some, err := x.v.EvidenceIndex(x.ctx, from, x.rest(from))
		from += int64(len(some))
		return some, err
	})
}

// all yields what the bundle says of all records that are asked for.
func (x *export) all() iter.Seq2[evidence.Record, error] {
	return func(yield func(evidence.Record, error) bool) {
		for r, err := range x.records() {
			var out evidence.Record
			said := false
			if err == nil {
				out, said, err = x.say(r, true)
			}
			if (said || err != nil) && !yield(out, err) {
				return
			}
		}
	}
}

// say is what the bundle says of a record, and whether it says anything. Own is
// whether it is about what was asked for.
func (x *export) say(r store.Record, own bool) (evidence.Record, bool, error) {
	l, err := evidence.ParseLeaf([]byte(r.Leaf))
	if err != nil {
		l = evidence.Leaf{Type: evidence.TypePolicy} // it was altered: all that is there is shown
	}
	shown := x.Profile.Shows(l.Type)
	out := evidence.Record{Index: r.Index, Type: l.Type}
	switch {
	case x.Scope.Kind == evidence.ScopeSpan && !x.Scope.Has(l) && evidence.Public.Shows(l.Type) != evidence.Always:
		return out, false, nil
	case r.ErasedBy >= x.size:
		return out, false, errs.Newf(errs.Conflict, "Record %d was erased after the log stood so: export it as it stands later.", r.Index)
	case r.ErasedBy >= 0:
		out.Erased = &r.ErasedBy
	case shown == evidence.Never, shown == evidence.Asked && l.Type == evidence.TypeConfig && !showsConfig(r.Body):
		out.Withheld = evidence.WithheldByProfile
	case shown == evidence.Asked && l.Type != evidence.TypeConfig && !own:
		out.Withheld = evidence.WithheldByScope
	case x.Profile != evidence.Court && shown == evidence.Asked && (x.sealed[r.About] || x.sealed[r.By]):
		out.Withheld = evidence.WithheldByScope
	case r.Salt == nil || r.Body == nil:
		out.Missing = true
	default:
		out.Salt, out.Body = r.Salt, r.Body
	}
	return out, true, nil
}
