package replica

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/benbjohnson/litestream"
	"github.com/superfly/ltx"
	"golang.org/x/sync/errgroup"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/cluster/place"
	"github.com/plaza-social/plaza/internal/cluster/seal"
)

// A Follower keeps a database file the same as a copy, as the copy grows, while
// others read the file. Nobody else writes it.
type Follower struct {
	Source
	file  string
	state followState
}

// followState is how far the file is. It is written after the file: what was
// begun before a crash is done again, and comes out the same.
type followState struct {
	Epoch Epoch    `json:"epoch"`
	At    ltx.TXID `json:"at"`
	// To is how far what was begun goes. As long as it is beyond At, pages of
	// both may be in the file, and nobody can open it.
	To ltx.TXID `json:"to,omitempty"`
}

// ErrNewEpoch says that another house has taken over: the file is not a part of
// what that one writes, and has to be fetched anew.
var ErrNewEpoch = errors.New("another house has taken over")

// Follow begins, or goes on, with the database in a file that nobody has open.
// What was there of an epoch that is over is fetched anew, and so is what was
// begun when it was killed, if the place does not have it any more.
func (s Source) Follow(ctx context.Context, file string) (*Follower, error) {
	f := &Follower{Source: s, file: file}
	err := f.read()
	if err == nil {
		err = f.current(ctx)
	}
	if err == nil {
		err = f.heal(ctx)
	}
	if err == nil {
		return f, nil
	}
	if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, ErrNewEpoch) {
		return nil, err
	}
	// The old file goes last: what is half there is never taken for a whole.
	fresh := file + ".fresh"
	if err := errors.Join(remove(fresh), remove(f.stateFile())); err != nil {
		return nil, err
	}
	back, err := s.Database(ctx, fresh)
	if err != nil {
		return nil, err
	}
	if err := markRead(fresh); err != nil {
		return nil, err
	}
	if err := errors.Join(remove(file+"-wal"), remove(file+"-shm"), os.Rename(fresh, file)); err != nil {
		return nil, err
	}
	f.state = followState{Epoch: back.Epoch, At: back.At}
	return f, f.write()
}

func remove(file string) error {
	if err := os.Remove(file); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Follows reports whether a database is one that follows.
func Follows(file string) bool {
	_, err := os.Stat(file + ".follows")
	return err == nil
}

// Epoch is whose writing is followed.
func (f *Follower) Epoch() Epoch { return f.state.Epoch }

func (f *Follower) stateFile() string { return f.file + ".follows" }

func (f *Follower) read() error {
	if _, err := os.Stat(f.file); err != nil {
		return err
	}
	b, err := os.ReadFile(f.stateFile())
	if err != nil {
		return err
	}
	if json.Unmarshal(b, &f.state) != nil || f.state.Epoch.N < 1 {
		return fs.ErrNotExist // it is fetched anew
	}
	return nil
}

func (f *Follower) write() error {
	return keepFile(filepath.Dir(f.file), filepath.Base(f.stateFile()), f.state, true)
}

// current fails if another epoch has begun that has something to follow.
func (f *Follower) current(ctx context.Context) error {
	last, err := latest(ctx, f.Place, f.state.Epoch.N)
	if err != nil || last.N == 0 {
		return err
	}
	r := &reader{f.Source, last}
	if _, err := r.plan(ctx); errors.Is(err, litestream.ErrTxNotAvailable) {
		return nil // not yet
	} else if err != nil {
		return err
	}
	return fmt.Errorf("%w: epoch %d", ErrNewEpoch, last.N)
}

// heal does again what was begun and not noted; fs.ErrNotExist if it is not at the
// place any more.
func (f *Follower) heal(ctx context.Context) error {
	for f.state.At < f.state.To {
		n, err := f.Step(ctx, func(_ context.Context, fn func() error) error { return fn() })
		if errs.KindOf(err) == errs.Conflict || n == 0 && err == nil {
			return fs.ErrNotExist
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// CatchUp applies what has come, in turn, each part within renew, which keeps
// readers out meanwhile. It returns how many parts that were; the error is
// ErrNewEpoch if what is followed is over.
func (f *Follower) CatchUp(ctx context.Context, renew func(ctx context.Context, fn func() error) error) (n int, err error) {
	for {
		m, err := f.Step(ctx, renew)
		if n += m; err != nil || m == 0 {
			return n, err
		}
	}
}

// atOnce is how many parts are applied at a time.
const atOnce = 64

// Step is CatchUp for some of it: a house that writes all the time is never
// caught up with. It returns 0 if nothing had come.
func (f *Follower) Step(ctx context.Context, renew func(ctx context.Context, fn func() error) error) (n int, err error) {
	some, err := f.next(ctx)
	if err != nil {
		return 0, err
	}
	if len(some) == 0 {
		return 0, f.current(ctx)
	}
	if err := f.apply(ctx, some, renew); err != nil {
		return 0, fmt.Errorf("follow %s: %w", f.key(some[0]), err)
	}
	return len(some), nil
}

func (f *Follower) key(p piece) string { return f.state.Epoch.prefix() + p.name() }

// next are the pieces that go on where the file ends: single ones if they are
// there, or else, or if there are many, one of those that were joined.
func (f *Follower) next(ctx context.Context) (some []piece, err error) {
	dir, at, gap := f.state.Epoch.prefix()+"ltx/0/", f.state.At, false
	err = f.Place.Each(ctx, dir, dir+ltx.FormatFilename(at, at), func(i place.Info) error {
		p, ok := f.parse(i.Key)
		switch {
		case !ok || p.max <= at:
			return nil
		case p.min > at+1:
			gap = true
			return errEnough
		}
		some, at = append(some, p), p.max
		if len(some) == atOnce {
			return errEnough
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) || len(some) < atOnce && (len(some) > 0 || !gap) {
		return some, notEnough(err)
	}
	best, err := f.joined(ctx)
	switch {
	case err != nil:
		return nil, err
	case best.max > at:
		return []piece{best}, nil
	case len(some) == 0:
		return nil, errs.Newf(errs.Conflict, "The copy at %s does not go on where this one ends. Remove %s, and it is fetched anew.", f.Place, f.stateFile())
	}
	return some, nil
}

// joined is the piece that goes on where the file ends, and furthest; the zero
// value if there is none.
func (f *Follower) joined(ctx context.Context) (best piece, err error) {
	for level := 1; level < litestream.SnapshotLevel; level++ {
		if err := f.Place.Each(ctx, fmt.Sprintf("%sltx/%d/", f.state.Epoch.prefix(), level), "", func(i place.Info) error {
			if p, ok := f.parse(i.Key); ok && p.min <= f.state.At+1 && p.max > max(best.max, f.state.At) {
				best = p
			}
			return nil
		}); err != nil {
			return best, err
		}
	}
	return best, nil
}

func (f *Follower) parse(key string) (piece, bool) {
	return parsePiece(strings.TrimPrefix(key, f.state.Epoch.prefix()))
}

var errEnough = errors.New("enough")

func notEnough(err error) error {
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// apply fetches pieces, checks them whole, and writes them into the file.
func (f *Follower) apply(ctx context.Context, some []piece, renew func(context.Context, func() error) error) (err error) {
	temps := make([]*os.File, len(some))
	defer func() {
		for _, t := range temps {
			if t != nil {
				err = errors.Join(err, t.Close(), os.Remove(t.Name()))
			}
		}
	}()
	g, fetching := errgroup.WithContext(ctx)
	g.SetLimit(fetchAtOnce)
	for i, p := range some {
		g.Go(func() (err error) {
			temps[i], err = f.fetch(fetching, p)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	to := some[len(some)-1].max
	f.state.To = max(f.state.To, to) // what was begun before goes as far as it went
	if err := f.write(); err != nil {
		return err
	}
	if err := renew(ctx, func() error { return writePages(f.file, temps) }); err != nil {
		return err
	}
	f.state.At = to
	return f.write()
}

// fetch brings a piece here, whole.
func (f *Follower) fetch(ctx context.Context, p piece) (temp *os.File, err error) {
	r, err := seal.Get(ctx, f.Place, f.Identities, f.key(p))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if temp, err = os.CreateTemp(filepath.Dir(f.file), ".piece"); err != nil {
		return nil, err
	}
	if _, err := io.Copy(temp, r); err != nil {
		return temp, err
	}
	return temp, verifyPages(temp)
}

// verifyPages reads a piece to its end, where its checksum is.
func verifyPages(r io.ReadSeeker) error {
	return eachPage(r, func(ltx.Header, uint32, []byte) error { return nil })
}

func eachPage(r io.ReadSeeker, visit func(h ltx.Header, page uint32, data []byte) error) error {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return err
	}
	d := ltx.NewDecoder(r)
	if err := d.DecodeHeader(); err != nil {
		return err
	}
	h, data := d.Header(), make([]byte, d.Header().PageSize)
	for {
		var p ltx.PageHeader
		err := d.DecodePage(&p, data)
		if errors.Is(err, io.EOF) {
			return d.Close()
		}
		if err != nil {
			return err
		}
		if err := visit(h, p.Pgno, data); err != nil {
			return err
		}
	}
}

// writePages writes pieces, one after the other, into a database that nobody
// reads meanwhile.
func writePages(file string, pieces []*os.File) (err error) {
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	count, err := changeCount(f)
	if err != nil {
		return err
	}
	for _, p := range pieces {
		if err := writePiece(f, p); err != nil {
			return err
		}
	}
	if err := setMode(f, rollback, count+1); err != nil {
		return err
	}
	return f.Sync()
}

func writePiece(f *os.File, piece io.ReadSeeker) error {
	var head ltx.Header
	if err := eachPage(piece, func(h ltx.Header, page uint32, data []byte) error {
		head = h
		_, err := f.WriteAt(data, int64(page-1)*int64(h.PageSize))
		return err
	}); err != nil || head.Commit == 0 {
		return err
	}
	return f.Truncate(int64(head.Commit) * int64(head.PageSize))
}

// Where things stand in a database's first page, see
// https://www.sqlite.org/fileformat.html#the_database_header
const (
	atPageSize = 16 // in bytes; 1 is 65536
	atMode     = 18 // and 19: how one writes, and how one reads
	atCount    = 24 // of changes: readers forget what they know when it is another
	atValid    = 92 // for which count the size of the file is valid
	rollback   = 1
	writeLog   = 2 // ahead
	headBytes  = 100
)

func changeCount(f *os.File) (uint32, error) {
	var b [4]byte
	_, err := f.ReadAt(b[:], atCount)
	return binary.BigEndian.Uint32(b[:]), err
}

// setMode says how the database is written, and that it has changed.
func setMode(f *os.File, mode byte, count uint32) error {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], count)
	_, err := f.WriteAt([]byte{mode, mode}, atMode)
	if err == nil {
		_, err = f.WriteAt(b[:], atCount)
	}
	if err == nil {
		_, err = f.WriteAt(b[:], atValid)
	}
	return err
}

// markRead makes a database that was written with a log one that is read
// without: a log is for who writes.
func markRead(file string) error { return mark(file, rollback) }

// MarkWritten makes a database that was followed one that is written again, also
// after the power was cut.
func MarkWritten(file string) error {
	return errors.Join(mark(file, writeLog), remove(file+".follows"), syncFolder(filepath.Dir(file)))
}

func mark(file string, mode byte) (err error) {
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	count, err := changeCount(f)
	if err != nil {
		return err
	}
	return errors.Join(setMode(f, mode, count+1), f.Sync())
}
