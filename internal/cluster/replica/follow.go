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
	"time"

	"github.com/benbjohnson/litestream"
	"github.com/superfly/ltx"

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
}

// ErrNewEpoch says that another house has taken over: the file is not a part of
// what that one writes, and has to be fetched anew.
var ErrNewEpoch = errors.New("another house has taken over")

// Follow begins, or goes on, with the database in a file. What was there of an
// epoch that is over is fetched anew.
func (s Source) Follow(ctx context.Context, file string) (*Follower, error) {
	f := &Follower{Source: s, file: file}
	err := f.read()
	if err == nil {
		err = f.current(ctx)
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
	f.state = followState(back)
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
	if _, err := litestream.CalcRestorePlan(ctx, r, 0, time.Time{}, f.Log); errors.Is(err, litestream.ErrTxNotAvailable) {
		return nil // not yet
	} else if err != nil {
		return err
	}
	return fmt.Errorf("%w: epoch %d", ErrNewEpoch, last.N)
}

// CatchUp applies what has come, in turn, each part within renew, which keeps
// readers out meanwhile. It returns how many parts that were; the error is
// ErrNewEpoch if what is followed is over.
func (f *Follower) CatchUp(ctx context.Context, renew func(ctx context.Context, fn func() error) error) (n int, err error) {
	for {
		p, found, err := f.next(ctx)
		if err != nil {
			return n, err
		}
		if !found {
			return n, f.current(ctx)
		}
		if err := f.apply(ctx, p, renew); err != nil {
			return n, fmt.Errorf("follow %s: %w", f.key(p), err)
		}
		n++
	}
}

func (f *Follower) key(p piece) string { return f.state.Epoch.prefix() + p.name() }

// next is the piece that goes on where the file ends: the single one if it is
// there, or else one of those that were joined.
func (f *Follower) next(ctx context.Context) (best piece, found bool, err error) {
	prefix := f.state.Epoch.prefix()
	for level := range litestream.SnapshotLevel {
		dir := fmt.Sprintf("%sltx/%d/", prefix, level)
		after := ""
		if level == 0 {
			after = dir + ltx.FormatFilename(f.state.At, f.state.At)
		}
		gap := false
		err := f.Place.Each(ctx, dir, after, func(i place.Info) error {
			p, ok := parsePiece(strings.TrimPrefix(i.Key, prefix))
			if !ok || p.max <= f.state.At {
				return nil
			}
			gap = true
			if p.min <= f.state.At+1 && p.max > best.max {
				best, found = p, true
			}
			if level == 0 {
				return errEnough // the first is the one, or there is none
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			return best, false, err
		}
		if found || level == 0 && !gap {
			return best, found, nil
		}
	}
	return best, false, errs.Newf(errs.Conflict, "The copy at %s does not go on where this one ends. Remove %s, and it is fetched anew.", f.Place, f.stateFile())
}

var errEnough = errors.New("enough")

// apply fetches a piece, checks it whole, and writes it into the file.
func (f *Follower) apply(ctx context.Context, p piece, renew func(context.Context, func() error) error) (err error) {
	temp, err := os.CreateTemp(filepath.Dir(f.file), ".piece")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, temp.Close(), os.Remove(temp.Name())) }()
	r, err := seal.Get(ctx, f.Place, f.Identities, f.key(p))
	if err != nil {
		return err
	}
	_, err = io.Copy(temp, r)
	if err = errors.Join(err, r.Close()); err != nil {
		return err
	}
	if err := verifyPages(temp); err != nil {
		return err
	}
	if err := renew(ctx, func() error { return writePages(f.file, temp) }); err != nil {
		return err
	}
	f.state.At = p.max
	return f.write()
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

// writePages writes a piece into a database that nobody reads meanwhile.
func writePages(file string, piece io.ReadSeeker) (err error) {
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	count, err := changeCount(f)
	if err != nil {
		return err
	}
	var head ltx.Header
	if err := eachPage(piece, func(h ltx.Header, page uint32, data []byte) error {
		head = h
		_, err := f.WriteAt(data, int64(page-1)*int64(h.PageSize))
		return err
	}); err != nil {
		return err
	}
	if head.Commit > 0 {
		if err := f.Truncate(int64(head.Commit) * int64(head.PageSize)); err != nil {
			return err
		}
	}
	if err := setMode(f, rollback, count+1); err != nil {
		return err
	}
	return f.Sync()
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

// MarkWritten makes a database that was followed one that is written again.
func MarkWritten(file string) error {
	return errors.Join(mark(file, writeLog), remove(file+".follows"))
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
