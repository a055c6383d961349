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
	"github.com/plaza-social/plaza/internal/cluster/place"
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
		if d := s.Copies[i].Daily; d != nil {
			d.Age += since.Seconds()
			d.Late = d.Age > replica.DailyLate.Seconds()
		}
	}
	if since > stale {
		return s, errs.Newf(errs.Unavailable, "No Plaza that keeps these copies is running: this is how they were %s ago.", since.Round(time.Second))
	}
	return s, nil
}

// answerWait is how long what a house is asked for may take.
const answerWait = 12 * time.Hour

// DrillNow has the house that serves from a data folder drill, and returns what
// it found.
func DrillNow(ctx context.Context, c conf.Config, all bool) (d replica.Drills, err error) {
	if _, err := running(c); err != nil {
		return d, err
	}
	return asked(ctx, c, replica.ReadDrills, func(d replica.Drills) time.Time { return d.At }, func(dir string) error { return replica.AskForDrill(dir, all) })
}

// asked asks the house that keeps the copies for something, and returns what it
// wrote down of that: what was read before was begun at an earlier moment.
func asked[T any](ctx context.Context, c conf.Config, read func(dir string) (T, error), at func(T) time.Time, ask func(dir string) error) (d T, err error) {
	dir := ReplicaFolder(c)
	before, err := read(dir)
	if err != nil && errs.KindOf(err) != errs.NotFound {
		return d, err
	}
	if err := ask(dir); err != nil {
		return d, err
	}
	ctx, stop := context.WithTimeout(ctx, answerWait)
	defer stop()
	for ctx.Err() == nil {
		if d, err = read(dir); err == nil && at(d).After(at(before)) {
			return d, nil
		}
		if _, err := CopiesSaid(c); errs.KindOf(err) == errs.Unavailable {
			return d, errEnded
		}
		wait(ctx, askedEvery)
	}
	return d, ctx.Err()
}

var (
	errNotRunning = errs.New(errs.Unavailable, "No Plaza that keeps copies is running here. Start it, or bring a copy back with plaza restore.")
	errEnded      = errs.New(errs.Unavailable, "The Plaza that keeps the copies does not run any more. Start it, and ask again.")
)

// running is what the house says that keeps copies from a data folder; the error
// is Unavailable if none does.
func running(c conf.Config) (replica.Status, error) {
	said, err := CopiesSaid(c)
	if errs.KindOf(err) == errs.Unavailable {
		return said, errNotRunning
	}
	if err != nil {
		return said, err
	}
	if unlock, err := Lock(c.Data); err == nil { // it has just ended
		unlock()
		return said, errNotRunning
	}
	return said, nil
}

// A Restore brings a house back from a copy, into a folder that has none.
type Restore struct {
	replica.Source
	Data string
	// Passed is told of places that do not say what they have; nil is nobody.
	Passed func(why error)
}

// others are the places that the settings name besides that of the source; whoever
// calls it closes them.
func (r Restore) others(ctx context.Context) (all []place.Place) {
	c, err := conf.Load(os.Getenv, conf.Overrides{Data: r.Data})
	if err != nil {
		r.pass(err)
		return nil
	}
	for _, other := range c.Copies() {
		p, err := OpenPlace(ctx, other.Place)
		switch {
		case err != nil:
			r.pass(err)
		case p.String() == r.Place.String():
			p.Close()
		default:
			all = append(all, p)
		}
	}
	return all
}

func (r Restore) pass(why ...error) {
	for _, err := range why {
		if r.Passed != nil {
			r.Passed(err)
		}
	}
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

// Database brings back the database, and the settings if there are none; and then,
// from the other places that the settings name, what the first does not have. It
// tells of which epoch it is, and whether there are settings now.
func (r Restore) Database(ctx context.Context) (back replica.Restored, settings bool, err error) {
	settings, err = r.into(ctx, func(file string) error {
		back, err = r.Source.Database(ctx, file)
		return err
	})
	if err == nil && r.Source.Only == 0 {
		back, err = r.further(ctx, back)
	}
	return back, settings, err
}

func (r Restore) further(ctx context.Context, back replica.Restored) (replica.Restored, error) {
	unlock, err := Lock(r.Data)
	if err != nil {
		return back, err
	}
	defer unlock()
	others := r.others(ctx)
	defer closeAll(others)
	back, passed, err := r.Further(ctx, filepath.Join(r.Data, "plaza.db"), back, others)
	r.pass(passed...)
	return back, err
}

// into has the database be fetched into a folder that has none.
func (r Restore) into(ctx context.Context, fetch func(file string) error) (settings bool, err error) {
	unlock, err := Lock(r.Data)
	if err != nil {
		return false, err
	}
	defer unlock()
	file := filepath.Join(r.Data, "plaza.db")
	if _, err := os.Lstat(file); err == nil {
		return false, errs.Newf(errs.Conflict, "There is a house in %s already. Choose an empty folder; what is in that one may be all that is left of something.", r.Data)
	}
	if err := fetch(file); err != nil {
		return false, err
	}
	if settings, _, err = bringSettings(ctx, r.Source, r.Data); err != nil {
		return settings, err
	}
	_, err = bringFactorKey(ctx, r.Source, r.Data)
	return settings, err
}

// bringSettings writes the settings that came with a copy, unless there are
// some, but for a program that they name; left says that there was one.
func bringSettings(ctx context.Context, s replica.Source, data string) (there, left bool, err error) {
	path := filepath.Join(data, "plaza.toml")
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return false, false, err
	}
	text, err := s.Settings(ctx)
	if err != nil || text == nil {
		return false, false, err
	}
	if text, left, err = conf.Carried(text); err != nil {
		return false, left, err
	}
	return true, left, os.WriteFile(path, text, 0o600)
}

// Files brings back what people attached, as far as it is not here yet; and from
// the other places what the first does not have: a file may be at one, and its post
// at another. A house may serve meanwhile.
func (r Restore) Files(ctx context.Context, tell func(done, all int)) error {
	others := r.others(ctx)
	defer closeAll(others)
	places := []place.Place{r.Source.Place}
	for _, p := range others {
		if err := replica.Reached(ctx, p); err != nil {
			r.pass(err)
			continue
		}
		places = append(places, p)
	}
	var faults error
	for range len(places) { // what one gives back damaged, one after it may have
		faults = nil
		for _, p := range places {
			s := r.Source
			s.Place = p
			faults = errors.Join(faults, s.Files(ctx, filepath.Join(r.Data, "media"), tell))
		}
		if faults == nil || ctx.Err() != nil {
			break
		}
	}
	if faults != nil {
		return faults
	}
	return replica.Whole(filepath.Join(r.Data, "plaza.db"))
}

// Follows reports whether what is in a data folder is a standby's.
func Follows(data string) bool { return replica.Follows(filepath.Join(data, "plaza.db")) }

// House reports whether there is a house in a data folder.
func House(data string) bool {
	_, err := os.Lstat(filepath.Join(data, "plaza.db"))
	return err == nil
}
