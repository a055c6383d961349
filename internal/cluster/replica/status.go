package replica

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// Status is how the copies are doing, as the house that writes them sees it.
type Status struct {
	At     time.Time `json:"at"`
	Epoch  Epoch     `json:"epoch"`
	Copies []Copy    `json:"copies"`
	Closed string    `json:"closed,omitempty"` // why nothing can be written
}

// A Copy is how one is doing.
type Copy struct {
	Place   string    `json:"place"`
	Covers  time.Time `json:"covers"`          // everything that was written before is there
	Age     float64   `json:"age_seconds"`     // how long ago that was
	Reached time.Time `json:"reached"`         // when the place last answered
	Waiting int       `json:"waiting"`         // pieces and files that are not there yet
	Sent    int64     `json:"sent_bytes"`      // since the house was started
	Fault   string    `json:"fault,omitempty"` // why it does not come further

	Daily *DailyState `json:"daily,omitempty"` // the second copy, once a day; nil if none is made
}

// Status tells how the copies are doing now.
func (r *Replica) Status() Status {
	s := Status{At: time.Now().UTC().Truncate(time.Millisecond), Epoch: r.Epoch}
	missing := ""
	if Missing(r.DB) {
		missing = saysMissing
	}
	for _, ship := range r.ships {
		p := ship.progress()
		covers := p.covers
		if r.Files != nil && p.filesTo.Before(covers) { // what is written of a file is of little use without it
			covers = p.filesTo
		}
		age := s.At.Sub(covers)
		if covers.IsZero() { // nothing of this start is there yet
			age = s.At.Sub(r.began)
		}
		c := Copy{Place: ship.Place.String(), Covers: covers.UTC(), Age: age.Seconds(), Reached: p.reached.UTC(),
			Waiting: p.waiting + p.files, Sent: p.sent, Fault: cmp.Or(p.fault, p.fileFault, p.torn, missing, saysLost(p.lost))}
		if r.Daily.Keep > 0 {
			daily := p.daily.aged(r.now())
			c.Daily = &daily
		}
		s.Copies = append(s.Copies, c)
	}
	if r.Closed != nil {
		s.Closed = r.Closed()
	}
	return s
}

const (
	statusFile  = "status.json"
	statusEvery = time.Second
)

// tellStatus writes down how the copies are doing, for who asks from outside
// this process, until ctx ends.
func (r *Replica) tellStatus(ctx context.Context) {
	for ctx.Err() == nil {
		if err := keepFile(r.Dir, statusFile, r.Status(), false); err != nil {
			r.Log.WarnContext(ctx, "how the copies are doing cannot be written down", "err", err)
		}
		pause(ctx, statusEvery)
	}
}

// ReadStatus is what the house that serves from a data folder last said, or an
// error of kind NotFound if it said nothing.
func ReadStatus(dir string) (s Status, err error) {
	b, err := os.ReadFile(filepath.Join(dir, statusFile))
	if errors.Is(err, fs.ErrNotExist) {
		return s, errs.New(errs.NotFound, "Nothing is known of copies in this data folder. Name them in plaza.toml, each as [[replica]] with url and recipient, and start Plaza.")
	}
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal(b, &s); err != nil {
		return s, errs.Wrap(errs.Invalid, filepath.Join(dir, statusFile)+" is damaged; a running Plaza writes it anew.", err)
	}
	return s, nil
}
