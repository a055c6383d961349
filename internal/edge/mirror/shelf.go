package mirror

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// A shelf is what is served of a mirror: whatever lies there, or, once it was
// verified, what was signed and is still as it was signed. Whoever keeps the
// folder can change it at any moment.
type shelf struct {
	Place
	signed  atomic.Pointer[Report] // nil if nobody has looked at it
	looking sync.Mutex             // held by who reads the index
}

func newShelf(p Place, r *Report) *shelf {
	s := &shelf{Place: p}
	s.signed.Store(r)
	return s
}

// maxChecked is how large a file may be that is checked each time that it is
// sent: it is in memory meanwhile. Larger ones are sent only if browsers run
// nothing in them, as they lie there.
const maxChecked = 4 << 20

// errChanged: a file is not as it was signed.
var errChanged = errors.New("not as it was signed")

// open is what is served under key; fs.ErrNotExist for what belongs to no mirror,
// errChanged for what was changed.
func (s *shelf) open(ctx context.Context, key string) (io.ReadCloser, error) {
	if !goodKey(key) {
		return nil, fs.ErrNotExist
	}
	r := s.signed.Load()
	f, err := s.checked(ctx, r, key)
	if err == nil || r == nil {
		return f, err
	}
	if next := s.renewed(ctx, r); next != nil { // it is kept up to date, and was signed anew
		return s.checked(ctx, next, key)
	}
	return nil, err
}

// checked is open, going by r.
func (s *shelf) checked(ctx context.Context, r *Report, key string) (io.ReadCloser, error) {
	if r == nil {
		return s.Open(ctx, key)
	}
	var b []byte
	var err error
	l, known := r.known[key]
	switch {
	case key == keyFile:
		b = []byte(r.Key + "\n")
	case key == manifestFile:
		if b, err = readAll(ctx, s, key, maxManifest); err != nil {
			return nil, err
		}
		if _, err := Open(b, r.Key); err != nil {
			return nil, errChanged
		}
	case !known:
		return nil, fs.ErrNotExist
	case l.size > maxChecked && strings.HasPrefix(key, "media/"):
		return s.Open(ctx, key)
	case l.size > maxChecked:
		return nil, errChanged
	default:
		b, err = readAll(ctx, s, key, l.size)
		if errs.KindOf(err) == errs.Invalid && err != nil || err == nil && sum(b) != l.sum {
			return nil, errChanged
		}
		if err != nil {
			return nil, err
		}
	}
	return held{bytes.NewReader(b)}, nil
}

// held is a file in memory.
type held struct{ *bytes.Reader }

func (held) Close() error { return nil }

// renewed is what was signed after r, if the whole of its index is there; nil if
// nothing was. An older state is none: whoever puts one there shows the past.
func (s *shelf) renewed(ctx context.Context, r *Report) *Report {
	if !s.looking.TryLock() {
		return nil // it is being found out
	}
	defer s.looking.Unlock()
	if now := s.signed.Load(); now != r {
		return now
	}
	c := Check{Key: r.Key, AtLeast: r.Manifest.Number + 1}
	if now, err := signed(ctx, s, c); err != nil || now.Manifest.Address != r.Manifest.Address {
		return nil
	}
	// Who asked may go away: what is found out is for everybody.
	v, err := index(context.WithoutCancel(ctx), s, c)
	if err != nil || len(v.Changed)+len(v.Missing) > 0 {
		return nil // it is being written, or was broken
	}
	s.signed.Store(&v.Report)
	return &v.Report
}
