package replica

import (
	"cmp"
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
)

const (
	// dailySettle is how long a house that was just started is left alone, if
	// nothing else is said.
	dailySettle = 5 * time.Minute
	// dailyAgain is after how long one is tried again that did not come about,
	// and how often it is looked which are there.
	dailyAgain = time.Hour

	dailyFile    = "daily.json"
	dailyRequest = "daily.request"
)

// DailyState is how the daily copies at a place are.
type DailyState struct {
	At     time.Time `json:"at,omitzero"`      // when the newest was made; zero if there is none
	Age    float64   `json:"age_seconds"`      // how long ago that was, or since when there should be one
	Late   bool      `json:"late,omitempty"`   // that is too long ago
	Bytes  int64     `json:"bytes,omitempty"`  // of its database, if it was made here
	SHA256 string    `json:"sha256,omitempty"` // the same
	Fault  string    `json:"fault,omitempty"`  // why the last attempt came to nothing
	Since  time.Time `json:"since"`            // since when there should be one
	Epoch  string    `json:"epoch,omitempty"`  // of the newest

	tried, looked time.Time
}

// aged reckons how old the newest is.
func (d DailyState) aged(now time.Time) DailyState {
	from := d.At
	if from.IsZero() {
		from = d.Since
	}
	age := max(0, now.Sub(from))
	d.Age, d.Late = age.Seconds(), age > DailyLate
	return d
}

// due reports whether there should be another.
func (d DailyState) due(now time.Time) bool {
	return now.Sub(d.tried) >= dailyAgain && (d.At.IsZero() || now.Sub(d.At) >= DailyEvery)
}

// Dailies is what came of the last attempt at each place.
type Dailies struct {
	At     time.Time             `json:"at"` // when it began
	Places map[string]DailyState `json:"places"`
	Fault  string                `json:"fault,omitempty"` // why there was none at all
}

// OK reports whether it came about everywhere.
func (d Dailies) OK() bool {
	for _, p := range d.Places {
		if p.Fault != "" {
			return false
		}
	}
	return d.Fault == "" && len(d.Places) > 0
}

// ReadDailies is what came of the last attempt of a data folder, or an error of
// kind NotFound.
func ReadDailies(dir string) (Dailies, error) {
	return keptFile[Dailies](dir, dailyFile, "There was no daily copy yet.")
}

// AskForDaily has the house that serves from a data folder make daily copies now.
func AskForDaily(dir string) error {
	return keepFile(dir, dailyRequest, Dailies{}, false)
}

// openDailies recalls what was made before.
func (r *Replica) openDailies() error {
	said, err := ReadDailies(r.Dir)
	if err != nil && errs.KindOf(err) != errs.NotFound {
		r.Log.Warn("what is known of daily copies cannot be read, and is looked up anew", "err", err)
	}
	for _, s := range r.ships {
		state := said.Places[s.Place.String()]
		if state.Since.IsZero() {
			state.Since = r.now().UTC().Truncate(time.Second)
		}
		s.note(func(p *progress) { p.daily = state })
	}
	return r.clearDaily()
}

// keepDailies makes one each day, and when somebody asks for it.
func (r *Replica) keepDailies(ctx context.Context) {
	for ctx.Err() == nil && r.fault() == nil {
		due := r.ships
		if os.Remove(filepath.Join(r.Dir, dailyRequest)) != nil {
			due = r.due(ctx)
		}
		if len(due) > 0 && ctx.Err() == nil {
			r.makeDailies(ctx, due)
		}
		pause(ctx, requestEvery)
	}
}

// due are the places that are to have one now.
func (r *Replica) due(ctx context.Context) (due []*ship) {
	if time.Since(r.began) < cmp.Or(r.Daily.Settle, dailySettle) || r.open() != nil {
		return nil
	}
	now := r.now()
	for _, s := range r.ships {
		if !s.progress().entered {
			continue
		}
		if now.Sub(s.progress().daily.looked) >= dailyAgain {
			s.note(func(p *progress) { p.daily.looked = now })
			if err := r.lookForDaily(ctx, s); err != nil {
				s.log.WarnContext(ctx, "nobody can say which daily copies there are, trying again in an hour", "err", err)
			}
		}
		if s.progress().daily.due(now) {
			due = append(due, s)
		}
	}
	return due
}

// lookForDaily finds the newest that there is: a place may have been emptied, or
// another host have made one before us.
func (r *Replica) lookForDaily(ctx context.Context, s *ship) error {
	ctx, stop := context.WithTimeout(ctx, openWait)
	defer stop()
	whole, _, err := dailiesAt(ctx, s.Place)
	if err != nil {
		return err
	}
	var newest Daily
	for _, d := range whole { // what is of tomorrow is by a clock that was wrong
		if !d.At.After(r.now()) && r.credible(d) {
			newest = d
		}
	}
	s.note(func(p *progress) {
		if d := &p.daily; !d.At.Equal(newest.At) || d.Epoch != newest.Epoch {
			d.At, d.Epoch, d.Bytes, d.SHA256 = newest.At, newest.Epoch, 0, ""
		}
	})
	return nil
}

// credible reports whether a daily copy can be one: of this epoch, in which drills
// open the newest, or of one before and from that time. Whoever keeps the copies
// could else show us a name each day, and there would be no copy, and no alarm.
func (r *Replica) credible(d Daily) bool {
	return d.Epoch == r.Epoch.String() || d.n < r.Epoch.N && !d.At.After(r.Epoch.Since)
}

// MakeDaily makes a daily copy and brings it to all places, now.
func (r *Replica) MakeDaily(ctx context.Context) (Dailies, error) {
	if r.Daily.Keep == 0 {
		return Dailies{}, ErrNoDailies
	}
	r.makeDailies(ctx, r.ships)
	if err := ctx.Err(); err != nil {
		return Dailies{}, err
	}
	return ReadDailies(r.Dir)
}

// ErrNoDailies is that there are to be none.
var ErrNoDailies = errs.New(errs.Invalid, "No daily copies are made here: daily_keep is 0 in the settings.")

func (r *Replica) makeDailies(ctx context.Context, ships []*ship) {
	r.making.Lock()
	defer r.making.Unlock()
	d := Dailies{At: r.now().UTC(), Places: map[string]DailyState{}}
	var m made
	err := r.open()
	if err == nil {
		m, err = r.make(ctx)
	}
	if err == nil {
		r.sendAll(ctx, ships, m)
	}
	if err = errors.Join(err, r.clearDaily()); ctx.Err() != nil {
		return
	}
	if err != nil {
		d.Fault = err.Error()
		r.Log.WarnContext(ctx, "the daily copy did not come about, trying again in an hour", "err", err)
		for _, s := range ships {
			s.note(func(p *progress) { p.daily.tried, p.daily.Fault = d.At, d.Fault })
		}
	}
	for _, s := range r.ships {
		d.Places[s.Place.String()] = s.progress().daily.aged(d.At)
	}
	err = errors.Join(keepFile(r.Dir, statusFile, r.Status(), false), keepFile(r.Dir, dailyFile, d, true)) // whoever waits for the second reads the first next
	if err != nil {
		r.Log.WarnContext(ctx, "what came of the daily copy cannot be written down", "err", err)
	}
}

// sendAll brings one to several places at a time. What fails at one is no matter
// to the others.
func (r *Replica) sendAll(ctx context.Context, ships []*ship, m made) {
	var wg sync.WaitGroup
	for _, s := range ships {
		wg.Go(func() {
			err := r.send(ctx, s, m)
			if err != nil && ctx.Err() != nil {
				return
			}
			s.note(func(p *progress) { p.daily = p.daily.after(m, err) })
			if err == nil {
				s.log.InfoContext(ctx, "the daily copy is there", "bytes", m.note.Size)
				return
			}
			s.log.WarnContext(ctx, "the daily copy did not come about, trying again in an hour", "err", err)
			if f := (*Fenced)(nil); errors.As(err, &f) {
				r.failed(ctx, s, err)
			}
		})
	}
	wg.Wait()
}

// after is what is known when one was sent, or not.
func (d DailyState) after(m made, err error) DailyState {
	if d.tried = m.At; err != nil {
		d.Fault = err.Error()
		return d
	}
	d.At, d.Epoch, d.Bytes, d.SHA256, d.Since, d.Fault = m.At, m.Epoch, m.note.Size, m.note.SHA256, m.At, ""
	return d
}
