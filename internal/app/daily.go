package app

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/cluster/replica"
	"github.com/plaza-social/plaza/internal/store"
)

// daily is how the second copy is made, once a day: of what the database says, by
// SQLite itself.
func daily(c conf.Config) replica.DailyConfig {
	return replica.DailyConfig{Keep: c.DailyKeep,
		Copy: func(ctx context.Context, to string) error { return store.CopyInto(ctx, c.Database(), to) },
		Look: func(ctx context.Context, file string) (replica.Contents, error) {
			is, err := store.ContentsOf(ctx, file)
			return replica.Contents(is), err
		}}
}

var errPostgresDaily = errs.New(errs.Invalid, "Daily copies of this kind are of the embedded database. For PostgreSQL, pg_dump makes one: the handbook says how, in backup.md.")

// DailyNow has the house that serves from a data folder make a daily copy, and
// returns what came of it.
func DailyNow(ctx context.Context, c conf.Config) (d replica.Dailies, err error) {
	if strings.HasPrefix(c.Database(), "postgres") {
		return d, errPostgresDaily
	}
	if c.DailyKeep == 0 {
		return d, replica.ErrNoDailies
	}
	said, err := running(c)
	if err != nil {
		return d, err
	}
	if said.Closed != "" {
		return d, errs.New(errs.Unavailable, said.Closed)
	}
	return asked(ctx, c, replica.ReadDailies, func(d replica.Dailies) time.Time { return d.At }, replica.AskForDaily)
}

// Daily brings back the database of a daily copy, of a day or the newest, and the
// settings if there are none.
func (r Restore) Daily(ctx context.Context, day string) (back Daily, settings bool, err error) {
	if back.Daily, err = r.Source.Daily(ctx, day); err != nil {
		return back, false, err
	}
	settings, err = r.into(ctx, func(file string) error {
		back.Note, err = r.DailyDatabase(ctx, back.Daily, file)
		return err
	})
	if err == nil && settings {
		text, err := r.Settings(ctx)
		if err != nil {
			return back, settings, err
		}
		back.OtherSettings = !back.Note.Fits(text)
	}
	return back, settings, err
}

// DailyState is how the daily copies at a place are.
type DailyState = replica.DailyState

// A Daily is a daily copy that came back.
type Daily struct {
	replica.Daily
	Note          replica.DailyNote
	OtherSettings bool // those that came along are not of the same time
}

// Lost counts the files that belonged to it and did not come back.
func (r Restore) Lost(ctx context.Context, d Daily) (int, error) {
	return r.Source.Lost(ctx, d.Daily, filepath.Join(r.Data, "media"))
}

// DailyTime is how the moment of a daily copy is written for people.
const DailyTime = "2 January 2006 at 15:04 UTC"

// dailySays is how the daily copies at a place are, for people.
func dailySays(d replica.DailyState) string {
	says := "There is no daily copy yet; it is made by itself."
	if !d.At.IsZero() {
		says = fmt.Sprintf("The newest daily copy is of %s, %s ago.", d.At.UTC().Format(DailyTime), time.Duration(d.Age*float64(time.Second)).Round(time.Minute))
	}
	if d.Fault != "" {
		says += " The last one did not come about: " + d.Fault
	}
	return says
}

// sayDaily raises its voice about daily copies that are too old.
func (a *App) sayDaily(c replica.Copy) {
	if !c.Daily.Late {
		a.log.Info("there is a daily copy again", "replica", c.Place)
		return
	}
	a.log.Error("THERE IS NO DAILY COPY OF THE LAST DAY AND A HALF: the other copy goes on, and nothing stands behind it", "replica", c.Place,
		"age", time.Duration(c.Daily.Age*float64(time.Second)).Round(time.Minute), "why", c.Daily.Fault)
}

// dailies looks how old the daily copies are.
func dailies(c conf.Config) (out []Finding) {
	if c.DailyKeep == 0 {
		return []Finding{{What: "daily copy", OK: true, Says: "none is made, because daily_keep is 0"}}
	}
	said, err := CopiesSaid(c)
	if errs.KindOf(err) == errs.NotFound {
		return nil // nothing was kept anywhere yet
	}
	for _, x := range said.Copies {
		if x.Daily == nil {
			continue
		}
		f := Finding{What: "daily copy at " + x.Place, OK: !x.Daily.Late, Says: dailySays(*x.Daily)}
		if x.Daily.Late {
			f.Mend = "Run plaza replica daily: it says why there is none."
		}
		out = append(out, f)
	}
	return out
}
