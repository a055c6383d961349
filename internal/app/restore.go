package app

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"filippo.io/age"

	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/cluster/replica"
	"github.com/plaza-social/plaza/internal/cluster/seal"
)

// CopyKey makes the two halves of a key: the text of a file that opens copies,
// and the recipient for whom they are sealed.
func CopyKey() (identity, recipient string, err error) { return seal.NewIdentity() }

// stale is when a running house must have said last how its copies are.
const stale = 30 * time.Second

// CopiesSaid is how the copies of a data folder are, by the house that serves
// from it. The error is Unavailable, and the answer how they were, if there is
// none that runs.
func CopiesSaid(c conf.Config) (replica.Status, error) {
	s, err := replica.ReadStatus(ReplicaFolder(c))
	if err != nil {
		return s, err
	}
	since := time.Since(s.At)
	for i := range s.Copies {
		s.Copies[i].Age += since.Seconds()
	}
	if since > stale {
		return s, errs.Newf(errs.Unavailable, "No Plaza that keeps these copies is running: this is how they were %s ago.", since.Round(time.Second))
	}
	return s, nil
}

// drillWait is how long a drill may take.
const drillWait = 12 * time.Hour

// DrillNow has the house that serves from a data folder drill, and returns what
// it found.
func DrillNow(ctx context.Context, c conf.Config, all bool) (d replica.Drills, err error) {
	dir := ReplicaFolder(c)
	if _, err := CopiesSaid(c); errs.KindOf(err) == errs.Unavailable {
		return d, errs.New(errs.Unavailable, "No Plaza that keeps copies is running here. Start it, or bring a copy back with plaza restore.")
	} else if err != nil {
		return d, err
	}
	before, err := replica.ReadDrills(dir)
	if err != nil && errs.KindOf(err) != errs.NotFound {
		return d, err
	}
	if err := replica.AskForDrill(dir, all); err != nil {
		return d, err
	}
	ctx, stop := context.WithTimeout(ctx, drillWait)
	defer stop()
	for ctx.Err() == nil {
		if d, err = replica.ReadDrills(dir); err == nil && d.At.After(before.At) {
			return d, nil
		}
		wait(ctx, askedEvery)
	}
	return d, ctx.Err()
}

// A Restore brings a house back from a copy, into a folder that has none.
type Restore struct {
	replica.Source
	Data string
}

// OpenCopy opens a copy to be read: at a place, or, if that is a number, where
// the settings of data say. identity is the file that opens it.
func OpenCopy(ctx context.Context, at conf.Place, identity, data string) (s replica.Source, err error) {
	s.Log = slog.New(slog.DiscardHandler)
	if s.Identities, err = identities(identity); err != nil {
		return s, err
	}
	if n, err := strconv.Atoi(at.URL); err == nil {
		c, err := conf.Load(os.Getenv, conf.Overrides{Data: data})
		if err != nil {
			return s, err
		}
		copies := c.Copies()
		if n < 1 || n > len(copies) {
			return s, errs.Newf(errs.NotFound, "There are %d replicas in the settings. Write the number of one, or a url.", len(copies))
		}
		at = copies[n-1].Place
	}
	s.Place, err = OpenPlace(ctx, at)
	return s, err
}

// identities are those of a file; none of none.
func identities(file string) ([]age.Identity, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return seal.ParseIdentities(string(text))
}

// Database brings back the database, and the settings if there are none. It
// tells of which epoch it is, and whether there are settings now.
func (r Restore) Database(ctx context.Context) (epoch int64, settings bool, err error) {
	unlock, err := Lock(r.Data)
	if err != nil {
		return 0, false, err
	}
	defer unlock()
	file := filepath.Join(r.Data, "plaza.db")
	if _, err := os.Lstat(file); err == nil {
		return 0, false, errs.Newf(errs.Conflict, "There is a house in %s already. Choose an empty folder; what is in that one may be all that is left of something.", r.Data)
	}
	back, err := r.Source.Database(ctx, file)
	if err != nil {
		return 0, false, err
	}
	settings, err = bringSettings(ctx, r.Source, r.Data)
	return back.Epoch.N, settings, err
}

// bringSettings writes the settings that came with a copy, unless there are
// some.
func bringSettings(ctx context.Context, s replica.Source, data string) (there bool, err error) {
	path := filepath.Join(data, "plaza.toml")
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	text, err := s.Settings(ctx)
	if err != nil || text == nil {
		return false, err
	}
	return true, os.WriteFile(path, text, 0o600)
}

// Files brings back what people attached.
func (r Restore) Files(ctx context.Context, tell func(done, all int)) error {
	return r.Source.Files(ctx, filepath.Join(r.Data, "media"), tell)
}

// Follows reports whether what is in a data folder is a standby's.
func Follows(data string) bool { return replica.Follows(filepath.Join(data, "plaza.db")) }

// House reports whether there is a house in a data folder.
func House(data string) bool {
	_, err := os.Lstat(filepath.Join(data, "plaza.db"))
	return err == nil
}
