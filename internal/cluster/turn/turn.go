// Package turn decides which of several hosts may write. On one place stands a
// list of records, turn/1, 2, 3 …, each put only where nothing is: claims of
// an epoch, renewals of the lease that comes with it, and yields. Whoever gets
// the next number has the turn, and a holder who finds somebody else's claim
// there has lost it for good.
//
// Time is measured, never compared: a holder counts its lease from before the
// record was sent, and who waits for its end counts from after having seen the
// record, and a quarter longer. So they need not agree what time it is, only
// that clocks run alike, within a tenth.
//
// It is not for what is written, and it believes its place: one that lies or
// forgets can give two hosts the turn.
package turn

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/cluster/place"
)

// The bounds of a lease and of what is read.
const (
	DefaultTTL = 6 * time.Second
	MinTTL     = 100 * time.Millisecond
	MaxTTL     = 10 * time.Minute
	MaxHolder  = 100 // bytes of a holder's name

	renewals  = 4  // in a ttl
	keep      = 16 // records at the end of the list; besides them only claims stay
	maxRecord = 4 << 10
	most      = 1 << 60 // numbers and epochs
	maxWait   = 24 * time.Hour
	prefix    = "turn/"
	digits    = 20
)

// patience is how long who waits for the end of a lease does: a quarter longer,
// for clocks that do not run alike.
func patience(ttl time.Duration) time.Duration { return ttl + ttl/4 }

// A Kind is what a record does.
type Kind string

// The kinds.
const (
	Claim Kind = "claim" // somebody begins an epoch
	Renew Kind = "renew" // its holder is still there
	Yield Kind = "yield" // its holder has stopped: the turn is free
)

// A Record is one in the list.
type Record struct {
	N      uint64 `json:"n"`
	Epoch  uint64 `json:"epoch"`
	Holder string `json:"holder"`
	Nonce  string `json:"nonce"` // of this record alone: who wrote it knows it again
	Kind   Kind   `json:"kind"`
	TTL    int64  `json:"ttl_ms"`
	Wait   int64  `json:"wait_ms"` // for how long from when this was sent somebody before may not know that it is over
	At     int64  `json:"at"`      // ms by the holder's clock: for people
}

func (r Record) ttl() time.Duration  { return time.Duration(r.TTL) * time.Millisecond }
func (r Record) wait() time.Duration { return time.Duration(r.Wait) * time.Millisecond }

// holds is for how long the turn is not free after r has been seen.
func (r Record) holds() time.Duration {
	if r.Kind == Yield {
		return patience(r.wait())
	}
	return patience(max(r.ttl(), r.wait()))
}

func (r Record) bytes() []byte {
	b, err := json.Marshal(r)
	if err != nil {
		panic(err) // numbers and strings
	}
	return b
}

func key(n uint64) string { return fmt.Sprintf("%s%0*d", prefix, digits, n) }

// Errors of whoever wants the turn or has it. ErrBroken is for people: the list
// is not as we write it, and nothing is decided until somebody has looked.
var (
	ErrTaken  = errors.New("somebody else has the turn")
	ErrFenced = errors.New("the turn was lost")
	ErrBroken = errors.New("the list of turns is broken")
)

func broken(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrBroken, fmt.Errorf(format, args...))
}

// Monotonic is time that has passed since some moment. It never goes back.
type Monotonic func() time.Duration

// Options are what may be left out.
type Options struct {
	TTL   time.Duration // of a lease; 0 is DefaultTTL
	Known uint64        // the highest epoch that this host has met; claims are of a higher one, whatever the list says
	Clock Monotonic     // nil is the machine's, which also goes on while the machine sleeps
	Now   clock.Clock   // for what people read; nil is clock.System
}

// Turn is a list and who we are.
type Turn struct {
	place  place.Place
	holder string
	o      Options
}

// Open does not ask the place.
func Open(p place.Place, holder string, o Options) (*Turn, error) {
	if o.TTL == 0 {
		o.TTL = DefaultTTL
	}
	if o.Clock == nil {
		o.Clock = machine
	}
	if o.Now == nil {
		o.Now = clock.System
	}
	if o.TTL = o.TTL.Truncate(time.Millisecond); o.TTL < MinTTL || o.TTL > MaxTTL {
		return nil, errs.Newf(errs.Invalid, "A turn of %s cannot be. Use one from %s to %s, such as %s.", o.TTL, MinTTL, MaxTTL, DefaultTTL)
	}
	if !checkHolder(holder) {
		return nil, errs.Newf(errs.Invalid, "%q cannot be the name of a host. Use 1 to %d letters, without control characters.", holder, MaxHolder)
	}
	return &Turn{p, holder, o}, nil
}

func checkHolder(s string) bool {
	return s != "" && len(s) <= MaxHolder && strings.ToValidUTF8(s, "") == s && !strings.ContainsFunc(s, unicode.IsControl)
}

// read reads a record. The error is fs.ErrNotExist if there is none, and
// ErrBroken if it is not one of ours.
func (t *Turn) read(ctx context.Context, n uint64) (Record, error) {
	r, err := t.place.Open(ctx, key(n))
	if err != nil {
		return Record{}, err
	}
	text, err := io.ReadAll(io.LimitReader(r, maxRecord+1))
	if err = errors.Join(err, r.Close()); err != nil {
		return Record{}, fmt.Errorf("read %s: %w", key(n), err)
	}
	return parse(n, text)
}

func parse(n uint64, text []byte) (Record, error) {
	var r Record
	if len(text) > maxRecord {
		return Record{}, broken("%s has more than %d bytes", key(n), maxRecord)
	}
	if err := json.Unmarshal(text, &r); err != nil || !bytes.Equal(text, r.bytes()) {
		return Record{}, broken("%s is not one of our records", key(n))
	}
	known := r.Kind == Claim || r.Kind == Renew || r.Kind == Yield
	if r.N != n || n > most || r.Epoch == 0 || r.Epoch > most || !checkHolder(r.Holder) || r.Nonce == "" || !known ||
		r.ttl() < MinTTL || r.TTL > MaxTTL.Milliseconds() || r.Wait < 0 || r.Wait > maxWait.Milliseconds() {
		return Record{}, broken("%s says what no host would write", key(n))
	}
	return r, nil
}

// list visits the numbers from n on, in order.
func (t *Turn) list(ctx context.Context, n uint64, visit func(n uint64) error) error {
	after := ""
	if n > 0 {
		after = key(n - 1)
	}
	return t.place.Each(ctx, prefix, after, func(i place.Info) error {
		text := strings.TrimPrefix(i.Key, prefix)
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil || key(n) != i.Key || n == 0 {
			return broken("%s is no number of a record", i.Key)
		}
		return visit(n)
	})
}

// newest is the highest number from n on, or 0 if there is none.
func (t *Turn) newest(ctx context.Context, n uint64) (newest uint64, err error) {
	err = t.list(ctx, n, func(n uint64) error { newest = n; return nil })
	return newest, err
}

// put puts r at its number and reports whether it is there, also if the answer
// was lost. Otherwise other is what is there instead; if both are nothing, it
// is not known: r may still arrive.
func (t *Turn) put(ctx context.Context, r Record) (won bool, other *Record, err error) {
	err = t.place.PutNew(ctx, key(r.N), r.bytes())
	if err == nil {
		return true, nil, nil
	}
	there, looked := t.read(ctx, r.N)
	switch {
	case looked == nil && there == r:
		return true, nil, nil
	case looked == nil:
		return false, &there, nil
	case errors.Is(looked, fs.ErrNotExist):
		return false, nil, err
	}
	return false, nil, errors.Join(looked, err)
}

// nonce is a name that no other record has.
func nonce() string { return strings.ToLower(rand.Text()) }
