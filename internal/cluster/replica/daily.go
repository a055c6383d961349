package replica

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/cluster/place"
)

// Besides what is captured all the time there is a second copy, once a day,
// that has nothing to do with the first: SQLite writes the whole database anew,
// and that is sealed and sent as one object. Should the first be broken by what
// captures it, the second is not. docs/decisions/0039-daily.md.

const (
	// DailyEvery is how often one is made.
	DailyEvery = 24 * time.Hour
	// DailyLate is how old the newest may be before somebody should look.
	DailyLate = 36 * time.Hour
	// maxDailies is how many there may be at a place.
	maxDailies = 4096
)

const (
	dailyKeys  = "daily/"
	dailyStamp = "2006-01-02/150405"

	// What one has: the note is written last, so that there is none of what
	// is not whole.
	dailyDatabase = "database"
	dailyFiles    = "files"
	dailyNote     = "note"
)

// A Daily is a daily copy at a place. Its keys say when it was made, and in which
// epoch: who was fenced cannot write over what came after.
type Daily struct {
	At    time.Time // in whole seconds
	Epoch string
	n     int64 // of the epoch
}

func newDaily(at time.Time, e Epoch) Daily {
	return Daily{At: at.UTC().Truncate(time.Second), Epoch: e.String(), n: e.N}
}

func (d Daily) prefix() string { return dailyKeys + d.At.Format(dailyStamp) + "-" + d.Epoch + "/" }

func (d Daily) key(part string) string { return d.prefix() + part }

// Day is that on which it was made, as one asks for it.
func (d Daily) Day() string { return d.At.Format(time.DateOnly) }

// compare puts the newest last. What a later epoch made is newer, whatever the
// clocks of the two machines said.
func (d Daily) compare(o Daily) int {
	return cmp.Or(cmp.Compare(d.n, o.n), d.At.Compare(o.At), cmp.Compare(d.Epoch, o.Epoch))
}

// parseDaily reads a key.
func parseDaily(key string) (d Daily, part string, ok bool) {
	rest, ok := strings.CutPrefix(key, dailyKeys)
	if !ok || len(rest) < len(dailyStamp)+1 {
		return d, "", false
	}
	var err error
	if d.At, err = time.Parse(dailyStamp, rest[:len(dailyStamp)]); err != nil {
		return d, "", false
	}
	d.Epoch, part, _ = strings.Cut(rest[len(dailyStamp)+1:], "/")
	number, _, _ := strings.Cut(d.Epoch, "-")
	d.n, err = strconv.ParseInt(number, 10, 64)
	return d, part, err == nil && d.key(part) == key
}

// dailiesAt are those at a place, the newest last, and those that are not
// finished, or were taken away in part.
func dailiesAt(ctx context.Context, p place.Place) (whole, begun []Daily, err error) {
	parts := map[Daily]bool{} // whether its note is there
	if err := p.Each(ctx, dailyKeys, "", func(i place.Info) error {
		if d, part, ok := parseDaily(i.Key); ok {
			parts[d] = parts[d] || part == dailyNote
		}
		if len(parts) > maxDailies {
			return errs.Newf(errs.Limited, "There are more than %d daily copies at %s, and nobody makes so many. Take away what is below %s there.", maxDailies, p, dailyKeys)
		}
		return nil
	}); err != nil {
		return nil, nil, err
	}
	for d, noted := range parts {
		if noted {
			whole = append(whole, d)
		} else {
			begun = append(begun, d)
		}
	}
	slices.SortFunc(whole, Daily.compare)
	return whole, begun, nil
}

// surplus are those that need not be kept once just is there: of each day the
// newest is, of so many days.
func surplus(whole []Daily, just Daily, keep int) (gone []Daily) {
	days := map[string]bool{just.Day(): true}
	for _, d := range slices.Backward(whole) {
		switch {
		case d == just:
		case days[d.Day()] || len(days) >= keep:
			gone = append(gone, d)
		default:
			days[d.Day()] = true
		}
	}
	return gone
}

// removeDaily takes one away, the note first: what is half there is none.
func removeDaily(ctx context.Context, p place.Place, d Daily) error {
	if err := p.Remove(ctx, d.key(dailyNote)); err != nil {
		return err
	}
	return p.Remove(ctx, d.key(dailyDatabase), d.key(dailyFiles))
}

// dailyGone reports whether one was taken away, by who made a newer one.
func dailyGone(ctx context.Context, p place.Place, d Daily) bool {
	r, err := p.Open(ctx, d.key(dailyNote))
	if err == nil {
		r.Close()
	}
	return errors.Is(err, fs.ErrNotExist)
}
