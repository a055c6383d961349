package replica

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"filippo.io/age"
	"github.com/benbjohnson/litestream"
	"github.com/superfly/ltx"
	"golang.org/x/sync/errgroup"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/cluster/place"
	"github.com/plaza-social/plaza/internal/cluster/seal"
)

// fetchAtOnce is how many files are fetched from a place at a time.
const fetchAtOnce = 8

// A Source is a copy that something is brought back from.
type Source struct {
	Place      place.Place
	Identities []age.Identity
	Log        *slog.Logger
	Only       int64 // the epoch that is wanted; zero is the last that has anything
}

// Restored is what came back.
type Restored struct {
	Epoch  Epoch
	At     ltx.TXID
	Nought []Epoch // that came later, and of which nothing is there
}

// Database writes the database of the last epoch that has anything, or of the one
// that is wanted, into a new file. Everything in it was checked against what it was
// when it was written. An epoch that is there in part is an error of kind Conflict:
// an earlier one is not what was asked for.
func (s Source) Database(ctx context.Context, file string) (r Restored, err error) {
	epochs, err := s.epochs(ctx)
	if err != nil {
		return r, err
	}
	if err := markMissing(file); err != nil {
		return r, err
	}
	for i, e := range slices.Backward(epochs) {
		d := &reader{Source: s, epoch: e}
		plan, err := d.plan(ctx)
		if errors.Is(err, litestream.ErrTxNotAvailable) {
			if err := s.nought(ctx, e, epochs[:i]); err != nil {
				return r, err
			}
			r.Nought = append(r.Nought, e) // it took over and was lost before it had sent anything
			continue
		}
		if err != nil {
			return r, fmt.Errorf("restore epoch %d from %s: %w", e.N, s.Place, err)
		}
		r.Epoch, r.At = e, plan[len(plan)-1].MaxTXID
		return r, s.database(ctx, e, r.At, file)
	}
	if s.Only != 0 {
		return r, errs.Newf(errs.NotFound, "Nothing of epoch %d is at %s.", s.Only, s.Place)
	}
	return r, errs.Newf(errs.NotFound, "The copy at %s was begun and has nothing in it yet.", s.Place)
}

// epochs are those of which one is to come back.
func (s Source) epochs(ctx context.Context) ([]Epoch, error) {
	all, err := Epochs(ctx, s.Place)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, errs.Newf(errs.NotFound, "There is no copy of a Plaza at %s. Look at the address; it is the one that [[replica]] has as url.", s.Place)
	}
	if s.Only == 0 {
		return all, nil
	}
	i := slices.IndexFunc(all, func(e Epoch) bool { return e.N == s.Only })
	if i < 0 {
		return nil, errs.Newf(errs.NotFound, "There is no epoch %d at %s. The last one is %d.", s.Only, s.Place, all[len(all)-1].N)
	}
	return all[i : i+1], nil
}

// nought is nil if nothing is there of an epoch that cannot be brought back, and
// else says what to do. before are those that came before it.
func (s Source) nought(ctx context.Context, e Epoch, before []Epoch) error {
	if err := s.Place.Each(ctx, e.prefix(), "", func(place.Info) error { return errEnough }); !errors.Is(err, errEnough) {
		return err
	}
	says := fmt.Sprintf("Epoch %d, which began %s, is at %s only in part: what it begins with is not there, and without that the rest is of no use. "+
		"It was lost there, or is held back. Try another place, or a daily copy: plaza restore --daily.", e.N, e.Began(), s.Place)
	if len(before) > 0 {
		says += fmt.Sprintf(" plaza restore --epoch=%d brings back what there was before; what was written since is not in it.", before[len(before)-1].N)
	}
	return errs.New(errs.Conflict, says)
}

// Of writes the last of what an epoch had into a new file.
func (s Source) Of(ctx context.Context, e Epoch, file string) error {
	at, err := covered(ctx, s.Place, e, 0)
	if err != nil {
		return err
	}
	return s.database(ctx, e, at, file)
}

// database writes what an epoch had at some moment into a new file.
func (s Source) database(ctx context.Context, e Epoch, at ltx.TXID, file string) error {
	r := litestream.NewReplicaWithClient(nil, &reader{Source: s, epoch: e})
	if err := r.Restore(ctx, litestream.RestoreOptions{OutputPath: file, TXID: at, Parallelism: fetchAtOnce}); err != nil {
		return fmt.Errorf("restore epoch %d from %s: %w", e.N, s.Place, err)
	}
	return nil
}

// Settings are those of the house, as they were when it was last started; nil
// if it had none in a file.
func (s Source) Settings(ctx context.Context) ([]byte, error) { return s.along(ctx, settingsKey) }

// Key is the one of the house that is in no database, as it was then; nil if it had
// none.
func (s Source) Key(ctx context.Context) ([]byte, error) { return s.along(ctx, ownKey) }

// along is what came along with the database.
func (s Source) along(ctx context.Context, at string) ([]byte, error) {
	r, err := seal.Get(ctx, s.Place, s.Identities, at)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// maxFaults is how many files that cannot be brought back are named.
const maxFaults = 5

// Files writes the files into dir, those that are not there yet, each as it is
// known under its key, and tells of each. One that cannot be brought back does not
// hold up the others; it is named in the end.
func (s Source) Files(ctx context.Context, dir string, tell func(done, all int)) error {
	names, err := s.names(ctx)
	if err != nil {
		return err
	}
	var g errgroup.Group
	g.SetLimit(fetchAtOnce)
	var mu sync.Mutex
	var faults []error
	missed := map[string]bool{} // that were not there any more
	done := 0
	for _, name := range names {
		g.Go(func() error {
			err := s.file(ctx, media+name, filepath.Join(dir, filepath.FromSlash(name)))
			mu.Lock()
			defer mu.Unlock()
			if errors.Is(err, fs.ErrNotExist) {
				missed[name] = true
				return nil
			}
			if err != nil {
				faults = append(faults, fmt.Errorf("%s: %w", name, err))
				return ctx.Err()
			}
			done++
			tell(done, len(names))
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	held, err := s.heldBack(ctx, missed)
	if err != nil {
		return err
	}
	if faults = append(faults, held...); len(faults) == 0 {
		return nil
	}
	return fmt.Errorf("%d of %d files cannot be brought back: %w", len(faults), len(names), errors.Join(faults[:min(len(faults), maxFaults)]...))
}

// names are those of the files that a copy lists.
func (s Source) names(ctx context.Context) (names []string, err error) {
	err = s.Place.Each(ctx, media, "", func(i place.Info) error {
		names = append(names, i.Key[len(media):])
		return nil
	})
	return names, err
}

// heldBack are an error for each of the files that were not there and are listed
// all the same. The others were removed meanwhile.
func (s Source) heldBack(ctx context.Context, missed map[string]bool) (faults []error, err error) {
	if len(missed) == 0 {
		return nil, nil
	}
	listed, err := s.names(ctx)
	for _, name := range listed {
		if missed[name] {
			faults = append(faults, fmt.Errorf("%s: the copy lists it and does not give it back", name))
		}
	}
	return faults, err
}

// file fetches one, whole or not at all. It is fs.ErrNotExist for what is not there.
func (s Source) file(ctx context.Context, key, to string) (err error) {
	if _, err := os.Lstat(to); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	r, err := seal.Get(ctx, s.Place, s.Identities, key)
	if err != nil {
		return err
	}
	defer r.Close()
	f, err := os.CreateTemp(filepath.Dir(to), ".restore")
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	if err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), to)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// reader reads the pieces of one epoch for Litestream.
type reader struct {
	Source
	epoch Epoch
}

// Type implements litestream.ReplicaClient.
func (r *reader) Type() string { return "plaza" }

// Init implements litestream.ReplicaClient.
func (r *reader) Init(context.Context) error { return nil }

// SetLogger implements litestream.ReplicaClient.
func (r *reader) SetLogger(*slog.Logger) {}

// LTXFiles implements litestream.ReplicaClient.
func (r *reader) LTXFiles(ctx context.Context, level int, seek ltx.TXID, _ bool) (ltx.FileIterator, error) {
	var infos []*ltx.FileInfo
	prefix := r.epoch.prefix()
	err := r.Place.Each(ctx, prefix+path.Join("ltx", fmt.Sprint(level))+"/", "", func(i place.Info) error {
		if p, ok := parsePiece(strings.TrimPrefix(i.Key, prefix)); ok && p.min >= seek {
			// What is listed is the size of the sealed one. Litestream wants to
			// know how much there is at least, to see what is cut off; we see it
			// by the seal.
			infos = append(infos, &ltx.FileInfo{Level: level, MinTXID: p.min, MaxTXID: p.max, Size: ltx.HeaderSize, CreatedAt: i.At})
		}
		return nil
	})
	return ltx.NewFileInfoSliceIterator(infos), err
}

// OpenLTXFile implements litestream.ReplicaClient.
func (r *reader) OpenLTXFile(ctx context.Context, level int, min, max ltx.TXID, offset, size int64) (io.ReadCloser, error) {
	f, err := seal.Get(ctx, r.Place, r.Identities, r.epoch.prefix()+piece{level, min, max}.name())
	if err != nil {
		return nil, err
	}
	if _, err := io.CopyN(io.Discard, f, offset); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if size > 0 {
		return struct {
			io.Reader
			io.Closer
		}{io.LimitReader(f, size), f}, nil
	}
	return f, nil
}

var errReadOnly = errors.New("a copy is only read here")

// WriteLTXFile implements litestream.ReplicaClient.
func (r *reader) WriteLTXFile(context.Context, int, ltx.TXID, ltx.TXID, io.Reader) (*ltx.FileInfo, error) {
	return nil, errReadOnly
}

// DeleteLTXFiles implements litestream.ReplicaClient.
func (r *reader) DeleteLTXFiles(context.Context, []*ltx.FileInfo) error { return errReadOnly }

// DeleteAll implements litestream.ReplicaClient.
func (r *reader) DeleteAll(context.Context) error { return errReadOnly }
