package turn

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/cluster/place"
)

// hand is a clock that a test moves.
type hand struct{ at time.Duration }

func (h *hand) now() time.Duration   { return h.at }
func (h *hand) pass(d time.Duration) { h.at += d }
func calendar() time.Time            { return time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC) }
func options(h *hand) Options        { return Options{Clock: h.now, Now: calendar} }

func folder(t *testing.T) place.Place {
	t.Helper()
	p, err := place.Open(t.Context(), place.Config{URL: "file://" + t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

func mustOpen(t *testing.T, p place.Place, holder string, o Options) *Turn {
	t.Helper()
	turn, err := Open(p, holder, o)
	if err != nil {
		t.Fatal(err)
	}
	return turn
}

func look(t *testing.T, w *Watcher) *Watcher {
	t.Helper()
	if err := w.Look(t.Context()); err != nil {
		t.Fatal(err)
	}
	return w
}

func claim(t *testing.T, turn *Turn) *Lease {
	t.Helper()
	l, err := turn.Claim(t.Context(), look(t, turn.Watch()))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestClaimAndRenew(t *testing.T) {
	t.Parallel()
	h, p := &hand{}, folder(t)
	ada := mustOpen(t, p, "ada", options(h))
	l := claim(t, ada)
	if !l.Valid() || l.Epoch() != 1 || l.Left() != DefaultTTL {
		t.Fatalf("valid %t, epoch %d, %s left", l.Valid(), l.Epoch(), l.Left())
	}
	h.pass(DefaultTTL - 1)
	if !l.Valid() {
		t.Error("not valid a moment before its end")
	}
	h.pass(1)
	if l.Valid() || l.Left() != 0 {
		t.Error("valid at its end")
	}
	if err := l.Renew(t.Context()); err != nil || l.Left() != DefaultTTL {
		t.Errorf("nobody else came: %v, %s left", err, l.Left())
	}
	last, _ := look(t, ada.Watch()).Last()
	want := Record{N: 2, Epoch: 1, Holder: "ada", Nonce: last.Nonce, Kind: Renew, TTL: 6000, At: calendar().UnixMilli()}
	if last != want || last.Nonce == "" {
		t.Errorf("the record is %+v, want %+v", last, want)
	}
}

// The standby waits a quarter longer than the lease, by its own watch and from
// when it saw the record itself.
func TestExpired(t *testing.T) {
	t.Parallel()
	h, far, p := &hand{}, &hand{at: 1000 * time.Hour}, folder(t)
	ada, ben := mustOpen(t, p, "ada", options(h)), mustOpen(t, p, "ben", options(far))
	l := claim(t, ada)
	w := look(t, ben.Watch())
	pass := func(d time.Duration) { h.pass(d); far.pass(d) }
	pass(7500*time.Millisecond - 1)
	if look(t, w); w.Expired() || w.Free() {
		t.Error("free a moment too early")
	}
	if _, err := ben.Claim(t.Context(), w); !errors.Is(err, ErrTaken) {
		t.Errorf("claimed too early: %v", err)
	}
	pass(1)
	if w.Expired() {
		t.Error("free without a look")
	}
	if look(t, w); !w.Expired() || !w.Free() {
		t.Error("not free when it is time")
	}
	if err := l.Renew(t.Context()); err != nil { // late, but in time
		t.Fatal(err)
	}
	if _, err := ben.Claim(t.Context(), w); !errors.Is(err, ErrTaken) {
		t.Errorf("claimed after it was renewed: %v", err)
	}
	if look(t, w); w.Free() {
		t.Error("free although it was renewed")
	}
	pass(patience(DefaultTTL))
	other, err := ben.Claim(t.Context(), look(t, w))
	if err != nil || other.Epoch() != 2 || !other.Valid() {
		t.Fatalf("%v, epoch %d", err, other.Epoch())
	}
	for range 2 {
		if err := l.Renew(t.Context()); !errors.Is(err, ErrFenced) || l.Valid() {
			t.Errorf("after the claim of another: %v, valid %t", err, l.Valid())
		}
	}
	if err := l.Yield(t.Context()); err != nil {
		t.Errorf("yielding what is gone: %v", err)
	}
	if !other.Valid() || other.Renew(t.Context()) != nil {
		t.Error("the new holder lost it, too")
	}
}

func TestYield(t *testing.T) {
	t.Parallel()
	h, p := &hand{}, folder(t)
	l := claim(t, mustOpen(t, p, "ada", options(h)))
	if err := l.Yield(t.Context()); err != nil || l.Valid() {
		t.Fatalf("%v, valid %t", err, l.Valid())
	}
	if err := l.Renew(t.Context()); !errors.Is(err, ErrFenced) {
		t.Errorf("renewed after yielding: %v", err)
	}
	ben := claim(t, mustOpen(t, p, "ben", options(h))) // without waiting
	if ben.Epoch() != 2 || !ben.Valid() {
		t.Errorf("epoch %d, valid %t", ben.Epoch(), ben.Valid())
	}
}

// An admin who seizes the turn fences the holder at once, and waits until it
// must know.
func TestSeize(t *testing.T) {
	t.Parallel()
	h, p := &hand{}, folder(t)
	l := claim(t, mustOpen(t, p, "ada", options(h)))
	ben := mustOpen(t, p, "ben", options(h))
	if _, err := ben.Seize(t.Context(), ben.Watch()); !errors.Is(err, ErrTaken) {
		t.Errorf("without a look: %v", err)
	}
	h.pass(time.Second)
	other, err := ben.Seize(t.Context(), look(t, ben.Watch()))
	if err != nil || other.Epoch() != 2 {
		t.Fatal(err)
	}
	if !l.Valid() {
		t.Error("it cannot know yet")
	}
	if err := l.Renew(t.Context()); !errors.Is(err, ErrFenced) || l.Valid() {
		t.Errorf("the old one, who knows now: %v, valid %t", err, l.Valid())
	}
	for range 10 {
		h.pass(time.Second)
		if l.Valid() && other.Valid() {
			t.Errorf("both valid at %s", h.at)
		}
		if err := other.Renew(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if !other.Valid() {
		t.Error("not valid after all that")
	}
}

// Whoever comes after one who seized the turn waits, too, until the one before
// must know: however the seizer ended, and whatever their leases are.
func TestAfterSeize(t *testing.T) {
	t.Parallel()
	for name, then := range map[string]func(ben *Turn, seized *Lease) error{
		"yielded": func(_ *Turn, l *Lease) error { return l.Yield(t.Context()) },
		"renewed": func(_ *Turn, l *Lease) error { return l.Renew(t.Context()) },
		"renewed and yielded": func(_ *Turn, l *Lease) error {
			return errors.Join(l.Renew(t.Context()), l.Renew(t.Context()), l.Yield(t.Context()))
		},
		"resumed": func(ben *Turn, _ *Lease) error {
			w := ben.Watch()
			if err := w.Look(t.Context()); err != nil {
				return err
			}
			_, err := ben.Resume(t.Context(), w)
			return err
		},
		"died": func(*Turn, *Lease) error { return nil },
	} {
		h, p := &hand{}, newMemory()
		long, short := options(h), options(h)
		long.TTL, short.TTL = time.Minute, time.Second
		old := claim(t, mustOpen(t, p, "ada", long))
		ben := mustOpen(t, p, "ben", short)
		seized, err := ben.Seize(t.Context(), look(t, ben.Watch()))
		if err != nil {
			t.Fatal(err)
		}
		h.pass(100 * time.Millisecond)
		if err := then(ben, seized); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		cyd := mustOpen(t, p, "cyd", short)
		w := look(t, cyd.Watch())
		for !look(t, w).Free() {
			h.pass(100 * time.Millisecond)
		}
		next, err := cyd.Claim(t.Context(), w)
		if err != nil || !next.Valid() {
			t.Errorf("%s: %v, valid %t", name, err, next.Valid())
		}
		if old.Valid() || h.at < patience(time.Minute) || h.at > 2*time.Minute {
			t.Errorf("%s: the third has the turn after %s; the first has it, too: %t", name, h.at, old.Valid())
		}
	}
	h, p := &hand{}, newMemory()
	long, short := options(h), options(h)
	long.TTL, short.TTL = time.Minute, time.Second
	old := claim(t, mustOpen(t, p, "ada", long))
	ben := mustOpen(t, p, "ben", short)
	if _, err := ben.Seize(t.Context(), look(t, ben.Watch())); err != nil {
		t.Fatal(err)
	}
	again, err := ben.Resume(t.Context(), look(t, ben.Watch()))
	if err != nil {
		t.Fatal(err)
	}
	for range 1000 {
		if old.Valid() && again.Valid() {
			t.Fatalf("both have the turn at %s", h.at)
		}
		h.pass(100 * time.Millisecond)
		if err := again.Renew(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if !again.Valid() {
		t.Error("who resumed never got it")
	}
}

// A host that comes back goes on at once, if nobody else came.
func TestResume(t *testing.T) {
	t.Parallel()
	h, p := &hand{}, folder(t)
	ada, ben := mustOpen(t, p, "ada", options(h)), mustOpen(t, p, "ben", options(h))
	if _, err := ada.Resume(t.Context(), look(t, ada.Watch())); !errors.Is(err, ErrTaken) {
		t.Errorf("what it never had: %v", err)
	}
	old := claim(t, ada)
	again, err := ada.Resume(t.Context(), look(t, ada.Watch()))
	if err != nil || again.Epoch() != 2 || !again.Valid() {
		t.Fatal(err)
	}
	if err := old.Renew(t.Context()); !errors.Is(err, ErrFenced) {
		t.Errorf("the lease of the process that died: %v", err)
	}
	if _, err := ben.Resume(t.Context(), look(t, ben.Watch())); !errors.Is(err, ErrTaken) {
		t.Errorf("somebody else's: %v", err)
	}
}

func TestKnownEpoch(t *testing.T) {
	t.Parallel()
	h := &hand{}
	o := options(h)
	o.Known = 7
	if l := claim(t, mustOpen(t, folder(t), "ada", o)); l.Epoch() != 8 {
		t.Errorf("epoch %d on a new list, want one that was not used yet", l.Epoch())
	}
}

// strange is a place with a fault for each call.
type strange struct {
	place.Place
	putNew func(ctx context.Context, key string, data []byte) error // before, nil to go on
	open   func() error
	after  func() error // after PutNew did its work
}

func (s *strange) PutNew(ctx context.Context, key string, data []byte) error {
	if s.putNew != nil {
		if err := s.putNew(ctx, key, data); err != nil {
			return err
		}
	}
	err := s.Place.PutNew(ctx, key, data)
	if s.after != nil {
		if lost := s.after(); lost != nil {
			return lost
		}
	}
	return err
}

func (s *strange) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	if s.open != nil {
		if err := s.open(); err != nil {
			return nil, err
		}
	}
	return s.Place.Open(ctx, key)
}

var errLost = errors.New("the answer was lost")

// An answer that is lost says nothing; what stands there does.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	h, p := &hand{}, folder(t)
	away := &strange{Place: p, after: func() error { return errLost }}
	ada, ben := mustOpen(t, away, "ada", options(h)), mustOpen(t, p, "ben", options(h))
	l := claim(t, ada)
	if err := l.Renew(t.Context()); err != nil || !l.Valid() {
		t.Errorf("renewed and not told: %v", err)
	}
	// It arrives, and that it did is found out later.
	away.open = func() error { return errLost }
	h.pass(time.Second)
	if err := l.Renew(t.Context()); !errors.Is(err, errLost) {
		t.Errorf("nothing can be known: %v", err)
	}
	if left := l.Left(); left != DefaultTTL-time.Second {
		t.Errorf("%s left, want no more than before", left)
	}
	h.pass(2 * time.Second)
	away.open = nil
	if err := l.Renew(t.Context()); err != nil || l.Left() != DefaultTTL-2*time.Second {
		t.Errorf("%v, %s left, want to count from when it was sent first", err, l.Left())
	}
	// It does not arrive.
	away.putNew, away.after = func(context.Context, string, []byte) error { return errLost }, nil
	if err := l.Renew(t.Context()); !errors.Is(err, errLost) {
		t.Errorf("not sent: %v", err)
	}
	w := look(t, ben.Watch())
	h.pass(patience(DefaultTTL))
	other, err := ben.Claim(t.Context(), look(t, w))
	if err != nil {
		t.Fatal(err)
	}
	away.putNew = nil
	if err := l.Renew(t.Context()); !errors.Is(err, ErrFenced) {
		t.Errorf("it was claimed meanwhile: %v", err)
	}
	// The other's answer is lost when it yields.
	lost := &strange{Place: p, after: func() error { return errLost }}
	other.turn.place = lost
	if err := other.Yield(t.Context()); err != nil {
		t.Errorf("yield: %v", err)
	}
	if last, _ := look(t, ben.Watch()).Last(); last.Kind != Yield || last.Epoch != 2 {
		t.Errorf("the end is %+v", last)
	}
}

// A host that sleeps over the end of its patience, and longer, finds the number
// that it wants free: it was a renewal of the holder's, and taken away. It
// notices.
func TestClaimThatComesTooLate(t *testing.T) {
	t.Parallel()
	h, p := &hand{}, newMemory()
	ada := claim(t, mustOpen(t, p, "ada", options(h)))
	asleep := &strange{Place: p}
	ben := mustOpen(t, asleep, "ben", options(h))
	w := look(t, ben.Watch())
	h.pass(patience(DefaultTTL))
	if look(t, w); !w.Free() {
		t.Fatal("not free")
	}
	renew := func(times int) {
		for range times {
			if err := errors.Join(ada.Renew(t.Context()), ada.prune(t.Context())); err != nil {
				t.Fatal(err)
			}
		}
	}
	asleep.putNew = func(context.Context, string, []byte) error { renew(3 * keep); asleep.putNew = nil; return nil }
	l, err := ben.Claim(t.Context(), w)
	if !errors.Is(err, ErrTaken) {
		t.Fatalf("%v, %v; want ErrTaken", l, err)
	}
	if !ada.Valid() {
		t.Error("the holder lost it")
	}
	past, err := ada.turn.History(t.Context())
	if err != nil || len(past) != 1 || past[0].Holder != "ada" {
		t.Errorf("history %v, %v; want ada's claim alone", past, err)
	}
	renew(1)
	if _, err := ben.read(t.Context(), 2); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what came too late is still there: %v", err)
	}
}

func numbers(t *testing.T, p place.Place) (all []string) {
	t.Helper()
	err := p.Each(t.Context(), prefix, "", func(i place.Info) error {
		all = append(all, strings.TrimLeft(strings.TrimPrefix(i.Key, prefix), "0"))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestHistoryAndPrune(t *testing.T) {
	t.Parallel()
	h, p := &hand{}, newMemory()
	var want []string
	var l *Lease
	for i, name := range []string{"ada", "ben", "ada"} {
		l = claim(t, mustOpen(t, p, name, options(h)))
		want = append(want, fmt.Sprint(l.claim))
		for range 20 + i {
			if err := l.Renew(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if i < 2 {
			if err := l.Yield(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	for range 2 {
		if err := l.prune(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	end := l.is.N
	for n := end - keep + 1; n <= end; n++ {
		want = append(want, fmt.Sprint(n))
	}
	if got := numbers(t, p); !slices.Equal(got, want) {
		t.Errorf("left %v, want all claims and the last %d: %v", got, keep, want)
	}
	past, err := l.turn.History(t.Context())
	if err != nil || len(past) != 3 {
		t.Fatalf("%v, %v", past, err)
	}
	for i, name := range []string{"ada", "ben", "ada"} {
		if p := past[i]; p.Epoch != uint64(i)+1 || p.Holder != name || !p.At.Equal(calendar()) {
			t.Errorf("%d: %+v", i, p)
		}
	}
	if w := look(t, l.turn.Watch()); w.last.N != end {
		t.Errorf("the end is %d, want %d", w.last.N, end)
	}
}

// A claim that came too late is known by what stands behind it, and whoever has
// the turn next takes it away.
func TestClaimsThatAreNone(t *testing.T) {
	t.Parallel()
	rec := func(n, epoch uint64, kind Kind) Record {
		return Record{N: n, Epoch: epoch, Holder: fmt.Sprintf("host %d", n), Nonce: "x", Kind: kind, TTL: 6000}
	}
	for name, c := range map[string]struct {
		list []Record
		want []uint64 // the numbers of claims
	}{
		"none":                      {[]Record{rec(1, 1, Claim), rec(40, 2, Claim), rec(60, 3, Claim)}, []uint64{1, 40, 60}},
		"before another of its own": {[]Record{rec(1, 1, Claim), rec(5, 2, Claim), rec(40, 2, Claim)}, []uint64{1, 40}},
		"before a lower one":        {[]Record{rec(1, 1, Claim), rec(5, 9, Claim), rec(7, 8, Claim), rec(40, 2, Claim)}, []uint64{1, 40}},
		"before a renewal":          {[]Record{rec(1, 1, Claim), rec(5, 2, Claim), rec(40, 1, Renew)}, []uint64{1}},
		"before a yield":            {[]Record{rec(1, 1, Claim), rec(5, 2, Claim), rec(40, 1, Yield)}, []uint64{1}},
		"its own renewals":          {[]Record{rec(1, 1, Claim), rec(5, 2, Claim), rec(6, 2, Renew), rec(40, 2, Yield)}, []uint64{1, 5}},
	} {
		h, p := &hand{}, newMemory()
		ada := mustOpen(t, p, "ada", options(h))
		for _, r := range c.list {
			if err := p.PutNew(t.Context(), key(r.N), r.bytes()); err != nil {
				t.Fatal(err)
			}
		}
		check := func(when string, want []uint64) {
			t.Helper()
			past, err := ada.History(t.Context())
			var got []uint64
			for _, p := range past {
				got = append(got, p.N)
			}
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%s, %s: claims %v, %v; want %v", name, when, got, err, want)
			}
		}
		check("before", c.want)
		w := look(t, ada.Watch())
		h.pass(time.Minute)
		l, err := ada.Claim(t.Context(), look(t, w))
		if err != nil {
			t.Fatal(err)
		}
		want := append(slices.Clone(c.want), l.claim)
		check("after the next", want)
		for range 2 * keep {
			if err := errors.Join(l.Renew(t.Context()), l.prune(t.Context())); err != nil {
				t.Fatal(err)
			}
		}
		check("after a while", want)
		left := make([]string, 0, len(want)+keep)
		for _, n := range want {
			left = append(left, fmt.Sprint(n))
		}
		for n := l.is.N - keep + 1; n <= l.is.N; n++ {
			left = append(left, fmt.Sprint(n))
		}
		if got := numbers(t, p); !slices.Equal(got, left) {
			t.Errorf("%s: left %v, want %v", name, got, left)
		}
	}
}

// What is not one of our records decides nothing: somebody has to look.
func TestBrokenLists(t *testing.T) {
	t.Parallel()
	good := Record{N: 2, Epoch: 1, Holder: "ada", Nonce: "x", Kind: Renew, TTL: 6000}
	change := func(f func(*Record)) string { r := good; f(&r); return string(r.bytes()) }
	for name, text := range map[string]string{
		"nothing":         "",
		"no JSON":         "{",
		"two":             string(good.bytes()) + string(good.bytes()),
		"space":           string(good.bytes()) + "\n",
		"more":            strings.Replace(string(good.bytes()), "{", `{"more":1,`, 1),
		"less":            strings.Replace(string(good.bytes()), `"n":2,`, "", 1),
		"too much":        change(func(r *Record) { r.Nonce = strings.Repeat("x", maxRecord) }),
		"another number":  change(func(r *Record) { r.N = 3 }),
		"no epoch":        change(func(r *Record) { r.Epoch = 0 }),
		"too high":        change(func(r *Record) { r.Epoch = most + 1 }),
		"nobody":          change(func(r *Record) { r.Holder = "" }),
		"a long name":     change(func(r *Record) { r.Holder = strings.Repeat("x", MaxHolder+1) }),
		"no nonce":        change(func(r *Record) { r.Nonce = "" }),
		"another kind":    change(func(r *Record) { r.Kind = "won" }),
		"no time":         change(func(r *Record) { r.TTL = 0 }),
		"too much time":   change(func(r *Record) { r.TTL = MaxTTL.Milliseconds() + 1 }),
		"waiting turned":  change(func(r *Record) { r.Wait = -1 }),
		"waits too long":  change(func(r *Record) { r.Wait = maxWait.Milliseconds() + 1 }),
		"time turned":     change(func(r *Record) { r.TTL = -6000 }),
		"time overflowed": change(func(r *Record) { r.TTL = 1 << 62 }),
	} {
		p, h := folder(t), &hand{}
		ada, ben := mustOpen(t, p, "ada", options(h)), mustOpen(t, p, "ben", options(h))
		l := claim(t, ada)
		w := look(t, ben.Watch())
		if err := p.Put(t.Context(), key(2), strings.NewReader(text), int64(len(text))); err != nil {
			t.Fatal(err)
		}
		if err := w.Look(t.Context()); !errors.Is(err, ErrBroken) {
			t.Errorf("%s: the standby says %v", name, err)
		}
		h.pass(time.Hour)
		if err := w.Look(t.Context()); !errors.Is(err, ErrBroken) || w.Free() {
			t.Errorf("%s: an hour later: %v, free %t", name, err, w.Free())
		}
		if _, err := ada.History(t.Context()); !errors.Is(err, ErrBroken) {
			t.Errorf("%s: the history says %v", name, err)
		}
		if err := l.Renew(t.Context()); !errors.Is(err, ErrBroken) || l.Valid() {
			t.Errorf("%s: the holder says %v", name, err)
		}
	}
}

func TestListsThatChange(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]func(p place.Place) error{
		"no number": func(p place.Place) error { return p.PutNew(t.Context(), "turn/x", nil) },
		"in words":  func(p place.Place) error { return p.PutNew(t.Context(), "turn/2", nil) },
		"forgotten": func(p place.Place) error { return p.Remove(t.Context(), key(1), key(2), key(3)) },
		"going back": func(p place.Place) error {
			r := Record{N: 4, Epoch: 1, Holder: "eve", Nonce: "x", Kind: Claim, TTL: 6000}
			return errors.Join(p.PutNew(t.Context(), key(4), r.bytes()), p.Remove(t.Context(), key(3)))
		},
	} {
		p, h := folder(t), &hand{}
		ada := mustOpen(t, p, "ada", options(h))
		if err := claim(t, ada).Yield(t.Context()); err != nil {
			t.Fatal(err)
		}
		claim(t, ada)
		w := look(t, ada.Watch())
		if err := c(p); err != nil {
			t.Fatal(err)
		}
		h.pass(time.Hour)
		if err := w.Look(t.Context()); !errors.Is(err, ErrBroken) || w.Free() {
			t.Errorf("%s: %v, free %t", name, err, w.Free())
		}
	}
}

func TestNumberNought(t *testing.T) {
	t.Parallel()
	p := folder(t)
	ada := mustOpen(t, p, "ada", options(&hand{}))
	if err := p.PutNew(t.Context(), key(0), nil); err != nil {
		t.Fatal(err)
	}
	if err := ada.Watch().Look(t.Context()); !errors.Is(err, ErrBroken) {
		t.Errorf("err = %v, want ErrBroken", err)
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	p := folder(t)
	for _, o := range []Options{{TTL: MinTTL - 1}, {TTL: MaxTTL + time.Millisecond}, {TTL: -1}} {
		if _, err := Open(p, "ada", o); errs.KindOf(err) != errs.Invalid || !strings.HasSuffix(errs.Public(err), ".") {
			t.Errorf("%s: %v", o.TTL, err)
		}
	}
	for _, holder := range []string{"", strings.Repeat("x", MaxHolder+1), "a\nb", "\xff"} {
		if _, err := Open(p, holder, Options{}); errs.KindOf(err) != errs.Invalid || !strings.HasSuffix(errs.Public(err), ".") {
			t.Errorf("%q: %v", holder, err)
		}
	}
	for _, ttl := range []time.Duration{0, MinTTL, MaxTTL} {
		mustOpen(t, p, strings.Repeat("x", MaxHolder), Options{TTL: ttl})
	}
	before := machine()
	if after := machine(); after < before || before < 0 {
		t.Errorf("the clock went from %s to %s", before, after)
	}
}

// Keep holds the turn for as long as it runs; the standby that waits gets it
// afterwards, in less than two leases.
func TestKeepAndWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		o := Options{Clock: func() time.Duration { return time.Since(start) }, Now: calendar}
		p := newMemory()
		ada, ben := mustOpen(t, p, "ada", o), mustOpen(t, p, "ben", o)
		l := claim(t, ada)
		ctx, die := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- l.Keep(ctx, func(err error) { t.Error(err) }) }()

		wait, stop := context.WithTimeout(t.Context(), time.Hour)
		defer stop()
		w := ben.Watch()
		if err := w.Wait(wait, func(err error) { t.Error(err) }); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("waited: %v", err)
		}
		if !l.Valid() {
			t.Error("not valid after an hour")
		}
		if n := len(numbers(t, p)); n > 2*keep+2 {
			t.Errorf("%d records after an hour", n)
		}
		die()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("keep: %v", err)
		}
		from := time.Now()
		if err := w.Wait(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(from); took > 2*DefaultTTL || l.Valid() {
			t.Errorf("it took %s, valid %t", took, l.Valid())
		}
		other, err := ben.Claim(t.Context(), w)
		if err != nil || !other.Valid() {
			t.Fatal(err)
		}
		if err := l.Keep(t.Context(), nil); !errors.Is(err, ErrFenced) {
			t.Errorf("the old one keeps: %v", err)
		}
	})
}

// A place that is away for a while costs the turn for as long, and no longer.
func TestKeepWhileThePlaceIsAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		o := Options{Clock: func() time.Duration { return time.Since(start) }, Now: calendar}
		var away atomic.Bool
		p := &strange{Place: newMemory(), putNew: func(ctx context.Context, _ string, _ []byte) error {
			if away.Load() { // it hangs
				<-ctx.Done()
			}
			return ctx.Err()
		}}
		l := claim(t, mustOpen(t, p, "ada", o))
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- l.Keep(ctx, nil) }()
		time.Sleep(time.Minute)
		away.Store(true)
		time.Sleep(DefaultTTL)
		if l.Valid() {
			t.Error("still valid")
		}
		time.Sleep(time.Hour)
		away.Store(false)
		time.Sleep(DefaultTTL)
		if !l.Valid() {
			t.Error("not valid again")
		}
		stop()
		<-done
	})
}

// newMemory is a place in memory.
func newMemory() *memory { return &memory{objects: map[string][]byte{}} }

type memory struct {
	place.Place
	mu      sync.Mutex
	objects map[string][]byte
}

func (m *memory) PutNew(_ context.Context, key string, data []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.objects[key]; ok {
		return fs.ErrExist
	}
	m.objects[key] = bytes.Clone(data)
	return nil
}

func (m *memory) Open(_ context.Context, key string) (io.ReadCloser, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	data, ok := m.objects[key]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}

func (m *memory) Remove(_ context.Context, keys ...string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, k := range keys {
		delete(m.objects, k)
	}
	return nil
}

func (m *memory) Each(_ context.Context, prefix, after string, visit func(place.Info) error) error {
	var all []string
	m.mu.Lock()
	for k := range m.objects {
		if strings.HasPrefix(k, prefix) && k > after {
			all = append(all, k)
		}
	}
	m.mu.Unlock()
	slices.Sort(all)
	for _, k := range all {
		if err := visit(place.Info{Key: k}); err != nil {
			return err
		}
	}
	return nil
}
