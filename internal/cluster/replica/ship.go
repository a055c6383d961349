package replica

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"log/slog"
	"maps"
	"os"
	"slices"
	"sync"
	"time"

	"filippo.io/age"
	"github.com/benbjohnson/litestream"
	"github.com/superfly/ltx"
	"golang.org/x/sync/errgroup"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/cluster/place"
	"github.com/plaza-social/plaza/internal/cluster/seal"
)

const (
	// sendAtOnce is how many pieces are on their way to one place.
	sendAtOnce = 4
	// sendWait is how long one piece may take: a whole database over a slow
	// line.
	sendWait = 6 * time.Hour
	// firstRest and longestRest are how long a place that failed is left alone.
	firstRest   = time.Second
	longestRest = 30 * time.Second
	// askEvery is how often a place is asked whether another has taken over.
	askEvery = 5 * time.Second
	// lookEvery is how often it is looked for pieces that were joined.
	lookEvery = 2 * time.Second
	// clearAtOnce is how much of earlier epochs is removed with each such look: what
	// is written waits meanwhile.
	clearAtOnce = 100
)

// A Destination is where a copy is kept, and for whom it is sealed.
type Destination struct {
	Place place.Place
	For   []age.Recipient
}

// A ship carries the spool to one place and keeps it the same there: what has
// come is sent, what is not needed any more is taken away, that last.
type ship struct {
	Destination
	epoch    Epoch
	capture  *capture
	settings []byte
	key      []byte
	begins   []byte // what is said of where this epoch begins; nil is nothing
	log      *slog.Logger
	had      ltx.TXID       // what the spool held when it was opened
	there    map[piece]bool // nil before it was looked at
	in       chan struct{}  // closed when it was, and has no more than this house
	asked    time.Time
	looked   time.Time // at all that the spool holds
	cleared  time.Time // of what was sent in earlier epochs
	unproved bool      // something was sent since it was last sure that nobody had taken over
	shelf    *shelf

	mu    sync.Mutex
	state progress
}

// progress is how far a copy has come.
type progress struct {
	ticket  int64     // of the last commit that is there
	at      ltx.TXID  // of the last piece that is there
	covers  time.Time // everything before that moment is there
	reached time.Time // when the place last answered
	waiting int       // pieces not there yet
	sent    int64     // bytes, since the start
	fault   string
	torn    string // what is to be said of the spool
	entered bool   // the place was looked at, and has no more than this house

	files     int       // that are not there yet
	filesTo   time.Time // every file that was here before that moment is there
	fileFault string
	lost      int // files that are there, and should be here and are not

	daily DailyState
}

func (s *ship) progress() progress {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

func (s *ship) note(change func(p *progress)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.state)
}

// pass makes the copy the same as the spool. What was taken over by then is
// there when it returns nil.
func (s *ship) pass(ctx context.Context) error {
	if err := s.ask(ctx); err != nil {
		return err
	}
	for {
		upTo := s.capture.taken()
		have, all, err := s.look()
		if err != nil {
			return err
		}
		missed, err := s.send(ctx, have)
		if err != nil {
			return err
		}
		if !missed {
			// Somebody who took over meanwhile has looked for the last of ours
			// before it came: it must not be acknowledged.
			if err := s.prove(ctx); err != nil {
				return err
			}
			torn := false
			if all {
				if torn, err = s.check(ctx, have, upTo); err != nil {
					return err
				}
			}
			s.note(func(p *progress) { p.at = max(p.at, newest(slices.Values(have))) })
			if !all {
				return nil
			}
			if s.looked = time.Now(); torn {
				return nil
			}
			return s.clear(ctx, have)
		}
	}
}

// prove makes sure that what was sent came before anybody took over, also if it was
// sent by a pass that failed thereafter.
func (s *ship) prove(ctx context.Context) error {
	if !s.unproved {
		return nil
	}
	if err := unclaimed(ctx, s.Place, s.epoch); err != nil {
		return err
	}
	s.unproved = false
	return nil
}

// check looks whether the spool has everything from the first transaction to the
// last that was sent. If it is torn, nothing may be removed because it is not
// there; and it is an error if what was taken by then is not all in the copy.
func (s *ship) check(ctx context.Context, have []piece, upTo ltx.TXID) (torn bool, err error) {
	last, says := newest(maps.Keys(s.there)), ""
	if torn = !unbroken(have) || newest(slices.Values(have)) < last; torn {
		if last < upTo || !unbroken(slices.SortedFunc(maps.Keys(s.there), inOrder)) {
			return torn, errs.Newf(errs.Conflict, "Something is gone from %s that the copy at %s does not have. The copy is whole again when the database is next written anew, within a day. "+
				"To have it at once, stop Plaza, remove the folder replica, and start it. Then look what removes files there.", s.capture.dir, s.Place)
		}
		says = fmt.Sprintf("Something is gone from %s that is in the copy still: nothing is removed there until the database is next written anew, within a day. Look what removes files there.", s.capture.dir)
	}
	if says != "" && s.progress().torn == "" {
		s.log.ErrorContext(ctx, "the spool is torn, and the copy is kept as it is", "spool", s.capture.dir)
	}
	s.note(func(p *progress) { p.torn = says })
	return torn, nil
}

// unbroken reports whether pieces, in their order, have everything from the first
// transaction to the last that is in one of them.
func unbroken(ps []piece) bool {
	from := newest(slices.Values(ps)) + 1
	for _, p := range slices.Backward(ps) {
		if p.max+1 >= from {
			from = min(from, p.min)
		}
	}
	return from <= 1
}

// look is what the spool holds: all of it now and then, because there can be
// very much and it takes a while to see; and else what has come.
func (s *ship) look() (have []piece, all bool, err error) {
	if time.Since(s.looked) < lookEvery {
		if have, ok := s.capture.since(s.progress().at); ok {
			return have, false, nil
		}
	}
	have, err = s.capture.pieces()
	return have, true, err
}

// ask looks whether we are still the one who writes, now and then.
func (s *ship) ask(ctx context.Context) error {
	if s.there != nil && time.Since(s.asked) < askEvery {
		return nil
	}
	if err := claim(ctx, s.Place, s.epoch); err != nil {
		return err
	}
	s.asked = time.Now()
	s.note(func(p *progress) { p.reached = s.asked })
	if s.there != nil {
		return nil
	}
	there, err := sent(ctx, s.Place, s.epoch, s.had)
	if err != nil {
		return err
	}
	for at, what := range map[string][]byte{settingsKey: s.settings, ownKey: s.key} {
		if what == nil {
			continue
		}
		if _, err := s.seal(ctx, at, bytes.NewReader(what)); err != nil {
			return err
		}
	}
	if s.begins != nil {
		if err := s.Place.Put(ctx, beginningKey(s.epoch.N), bytes.NewReader(s.begins), int64(len(s.begins))); err != nil {
			return err
		}
	}
	s.there = there
	s.note(func(p *progress) { p.entered = true })
	close(s.in)
	return nil
}

// settingsKey is where the settings of the house are.
const settingsKey = "plaza.toml"

// ownKey is where a key of the house is that is in no database.
const ownKey = "key"

// sent is what is at a place of an epoch that this data folder is of, and had
// so much of when it was opened. It is an error if there is more.
func sent(ctx context.Context, p place.Place, e Epoch, had ltx.TXID) (map[piece]bool, error) {
	there, prefix := map[piece]bool{}, e.prefix()
	if err := p.Each(ctx, prefix, "", func(i place.Info) error {
		if p, ok := parsePiece(i.Key[len(prefix):]); ok {
			there[p] = true
		}
		return nil
	}); err != nil {
		return nil, err
	}
	if newest(maps.Keys(there)) > had {
		return nil, errs.Newf(errs.Conflict, "The copy at %s has more than this data folder, which was put back from an older state. It stays closed, so that what the copy has is not lost. "+
			"Restore from the copy into another folder; or, if what it has more is to be given up, remove the folder replica in this one, and start again.", p)
	}
	return there, nil
}

// send sends what is not there, and reports whether some of it had been joined
// with other pieces meanwhile.
func (s *ship) send(ctx context.Context, have []piece) (missed bool, err error) {
	var todo []piece
	for _, p := range have {
		if !s.there[p] {
			todo = append(todo, p)
		}
	}
	s.note(func(p *progress) { p.waiting = len(todo) })
	s.unproved = s.unproved || len(todo) > 0
	// What an epoch begins with goes first, and alone: who finds others without it
	// knows that it was lost there.
	if first := slices.IndexFunc(todo, piece.begins); len(s.there) == 0 && len(todo) > 1 && first >= 0 {
		if missed, err := s.send(ctx, todo[first:first+1]); missed || err != nil {
			return missed, err
		}
		return s.send(ctx, have)
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(sendAtOnce)
	var mu sync.Mutex
	for _, p := range todo {
		g.Go(func() error {
			f, err := os.Open(s.capture.path(p))
			if errors.Is(err, fs.ErrNotExist) {
				mu.Lock()
				defer mu.Unlock()
				missed = true
				return nil
			}
			if err != nil {
				return err
			}
			defer f.Close()
			n, err := s.sendOne(ctx, p, f)
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			s.there[p] = true
			s.note(func(p *progress) { p.waiting--; p.sent += n; p.reached = time.Now() })
			return nil
		})
	}
	return missed, g.Wait()
}

func (s *ship) sendOne(ctx context.Context, p piece, f *os.File) (n int64, err error) {
	ctx, stop := context.WithTimeout(ctx, sendWait)
	defer stop()
	return s.seal(ctx, s.epoch.prefix()+p.name(), f)
}

// seal puts something there, and tells how many bytes that were.
func (s *ship) seal(ctx context.Context, key string, src io.ReadSeeker) (int64, error) {
	sealed, err := seal.New(s.For, key, src)
	if err != nil {
		return 0, err
	}
	return sealed.SealedSize(), s.Place.Put(ctx, key, sealed, sealed.SealedSize())
}

// clear takes away what the spool does not hold any more.
func (s *ship) clear(ctx context.Context, have []piece) error {
	still := make(map[piece]bool, len(have))
	for _, p := range have {
		still[p] = true
	}
	var gone []string
	for p := range s.there {
		if !still[p] {
			gone = append(gone, s.epoch.prefix()+p.name())
		}
	}
	if err := s.Place.Remove(ctx, gone...); err != nil {
		return err
	}
	maps.DeleteFunc(s.there, func(p piece, _ bool) bool { return !still[p] })
	return s.clearEarlier(ctx, have)
}

// clearEarlier takes away what was sent in earlier epochs, when this one has lasted
// for as long as anything older is kept. Their claims stay.
func (s *ship) clearEarlier(ctx context.Context, have []piece) error {
	if time.Since(s.epoch.Since) < 2*SnapshotEvery || time.Since(s.cleared) < SnapshotEvery ||
		!slices.ContainsFunc(have, func(p piece) bool { return p.level == litestream.SnapshotLevel }) {
		return nil
	}
	var gone []string
	if err := s.Place.Each(ctx, epochs, "", func(i place.Info) error {
		if i.Key >= firstOf(s.epoch.N) || len(gone) == clearAtOnce {
			return errEnough
		}
		gone = append(gone, i.Key)
		return nil
	}); notEnough(err) != nil {
		return err
	}
	if len(gone) == 0 {
		s.cleared = time.Now()
		return nil
	}
	if err := unclaimed(ctx, s.Place, s.epoch); err != nil {
		return err
	}
	return s.Place.Remove(ctx, gone...)
}

// newest is the last transaction that is in one of the pieces.
func newest(ps iter.Seq[piece]) (max ltx.TXID) {
	for p := range ps {
		if p.max > max {
			max = p.max
		}
	}
	return max
}
