package app

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/cluster/place"
	"github.com/plaza-social/plaza/internal/cluster/replica"
	"github.com/plaza-social/plaza/internal/cluster/turn"
	"github.com/plaza-social/plaza/internal/store"
)

// A tenure is the turn to write, where several hosts may take it: it is kept
// while we live, and when it cannot be kept, nothing is written. Without a lease
// in the settings there is none, and all methods of a nil one do nothing.
type tenure struct {
	lease *turn.Lease
	place place.Place
	lost  atomic.Bool // for good
	log   *slog.Logger
	stop  context.CancelFunc
	ran   []chan struct{}
}

// lookEvery is how often the gate is turned to what the lease says. The lease
// itself is asked before each commit.
const lookEvery = 50 * time.Millisecond

var errNoTurn = errs.New(errs.Unavailable, "Nothing can be written just now: this Plaza cannot say that it is the one that writes. It goes on by itself as soon as it can, or another one does.")

// openTenure takes the turn, or the one that o brings along.
func openTenure(ctx context.Context, o Options) (*tenure, error) {
	if o.Config.Lease.URL == "" {
		return nil, nil
	}
	p, err := OpenPlace(ctx, o.Config.Lease.Place)
	if err != nil {
		return nil, err
	}
	lease := o.Lease
	if lease == nil {
		if lease, err = takeTurn(ctx, p, o); err != nil {
			return nil, errors.Join(err, p.Close())
		}
	}
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	t := &tenure{lease: lease, place: p, log: o.Log, stop: stop}
	t.run(func() { t.keep(background) })
	return t, nil
}

// Turn is the list of who writes, for the host of this data folder.
func Turn(p place.Place, c conf.Config) (*turn.Turn, error) {
	holder, err := holder(ReplicaFolder(c))
	if err != nil {
		return nil, err
	}
	known, err := replica.OwnEpoch(ReplicaFolder(c))
	if err != nil {
		return nil, err
	}
	return turn.Open(p, holder, turn.Options{TTL: c.Lease.TTL, Known: uint64(known.N)})
}

// takeTurn takes the turn that is free, or was ours, or is not kept by who has it.
func takeTurn(ctx context.Context, p place.Place, o Options) (*turn.Lease, error) {
	t, err := Turn(p, o.Config)
	if err != nil {
		return nil, err
	}
	w := t.Watch()
	if err := w.Look(ctx); errors.Is(err, turn.ErrBroken) {
		return nil, err
	} else if err != nil {
		return nil, errs.Wrap(errs.Unavailable, "Nobody can say who writes, because "+p.String()+" does not answer. This one opens when it does.", err)
	}
	lease, err := t.Resume(ctx, w)
	if errors.Is(err, turn.ErrTaken) {
		return outlast(ctx, t, w, o)
	}
	return lease, err
}

// outlast takes the turn when whoever has it lets it pass; it fails as soon as
// they renew it. Of a house that comes back from a copy the one that had the turn
// is gone: it did not yield.
func outlast(ctx context.Context, t *turn.Turn, w *turn.Watcher, o Options) (*turn.Lease, error) {
	had, _ := w.Last()
	for told := false; ; {
		lease, err := t.Claim(ctx, w)
		if !errors.Is(err, turn.ErrTaken) {
			return lease, err
		}
		if !told {
			o.Log.WarnContext(ctx, "another host has the turn to write: this one opens if that one does not keep it", "host", had.Holder, "wait", 2*o.Config.Lease.TTL)
			told = true
		}
		if wait(ctx, turnEvery); ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err := w.Look(ctx); err != nil {
			return nil, err
		}
		if last, _ := w.Last(); last.N != had.N && !w.Free() {
			return nil, errs.Newf(errs.Conflict, "Another Plaza (%s) has the turn to write, since epoch %d. This one stays closed. Make it a standby in a new data folder, "+
				"or end the other, and start this one again.", last.Holder, last.Epoch)
		}
	}
}

// holder is the name of this host in the list, made once.
func holder(dir string) (string, error) {
	path := filepath.Join(dir, "holder")
	b, err := os.ReadFile(path)
	if err == nil && len(b) > 0 {
		return strings.TrimSpace(string(b)), nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	name := strings.ToLower(rand.Text()[:8])
	if host, err := os.Hostname(); err == nil {
		name = host + "-" + name
	}
	return name, errors.Join(os.MkdirAll(dir, 0o700), os.WriteFile(path, []byte(name+"\n"), 0o600))
}

// may is asked before each commit.
func (t *tenure) may() func() error {
	if t == nil {
		return nil
	}
	return func() error {
		if t.lost.Load() || !t.lease.Valid() {
			return errNoTurn
		}
		return nil
	}
}

// keep renews the lease until it is lost.
func (t *tenure) keep(ctx context.Context) {
	err := t.lease.Keep(ctx, func(err error) {
		t.log.Warn("the turn to write is not renewed, trying again", "left", t.lease.Left(), "err", err)
	})
	if ctx.Err() == nil {
		t.log.Error("THIS HOUSE IS CLOSED: the turn to write is another's", "err", err)
		t.lose()
	}
}

// watch turns the gate of s to what the lease says.
func (t *tenure) watch(s *store.Store) {
	if t == nil {
		return
	}
	t.run(func() {
		tick := time.NewTicker(lookEvery)
		defer tick.Stop()
		open := true
		for !t.lost.Load() {
			switch valid := t.lease.Valid(); {
			case valid && !open:
				s.OpenGate()
				open = true
			case !valid && open:
				s.Shut(errNoTurn)
				open = false
			}
			<-tick.C
		}
		s.Shut(errs.Wrap(errs.Unavailable, moved, turn.ErrFenced))
	})
}

func (t *tenure) run(do func()) {
	ran := make(chan struct{})
	t.ran = append(t.ran, ran)
	go func() { defer close(ran); do() }()
}

// lose gives up writing for good.
func (t *tenure) lose() {
	if t != nil {
		t.lost.Store(true)
	}
}

// end lets go of the turn without giving it up: whoever starts again soon goes on
// with it, and whoever waits need not wait longer than for one that died.
func (t *tenure) end() error {
	if t == nil {
		return nil
	}
	t.stop()
	t.lose()
	for _, ran := range t.ran {
		<-ran
	}
	return t.place.Close()
}
