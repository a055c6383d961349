package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"filippo.io/age"

	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/cluster/place"
	"github.com/plaza-social/plaza/internal/cluster/replica"
	"github.com/plaza-social/plaza/internal/edge/blob"
	"github.com/plaza-social/plaza/internal/edge/web"
	"github.com/plaza-social/plaza/internal/store"
)

// ReplicaFolder is where the copies are prepared, and where stands how they are.
func ReplicaFolder(c conf.Config) string { return filepath.Join(c.Data, "replica") }

// OpenPlace opens where a copy is kept.
func OpenPlace(ctx context.Context, p conf.Place) (place.Place, error) {
	return place.Open(ctx, place.Config{URL: p.URL, Secret: p.Secret, Key: conf.Secret(p.Key), HostKey: p.HostKey, KeyFile: p.KeyFile})
}

// copies are those that are kept.
type copies struct {
	*replica.Replica
	stop func() // ends what it does by itself, and waits for that
}

// openReplica begins to keep the copies that the settings ask for, once it is
// sure that this is the house that writes.
func (a *App) openReplica(ctx context.Context, o Options) error {
	if !o.Replicate || len(o.Config.Copies()) == 0 {
		return nil
	}
	c := replica.Config{DB: a.Config.Database(), Dir: ReplicaFolder(a.Config), Every: a.Config.ReplicaEvery, Soon: a.Config.Durability == conf.Copied,
		Files: attached{a.blobs, a.Store}, Settings: a.Config.File(), Key: slices.Concat(a.factors...), Daily: daily(a.Config), Log: a.log, Fenced: a.fenced, Closed: func() string { return closedSays(a.Store) },
		Evidence: evidenceIn}
	own, err := drillKey(c.Dir)
	if err != nil {
		return err
	}
	c.Opens = []age.Identity{own}
	if c.Destinations, err = destinations(ctx, a.Config, own.Recipient()); err != nil {
		return err
	}
	if err := a.Store.Read(ctx, func(v *store.View) (err error) { c.Journal, err = v.JournalEnds(ctx); return err }); err != nil {
		return errors.Join(err, c.Close())
	}
	r, err := replica.Open(ctx, c)
	if err != nil {
		return errors.Join(maybe(err), c.Close())
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	ran := make(chan struct{})
	go func() {
		defer close(ran)
		var wg sync.WaitGroup
		wg.Go(func() { r.Run(running) })
		wg.Go(func() { a.watchCopies(running, r) })
		wg.Wait()
	}()
	a.blobs.Watch(r.Kept, r.Gone)
	a.replica.Store(&copies{r, func() { stop(); <-ran }})
	return nil
}

// destinations opens the places of the copies.
func destinations(ctx context.Context, c conf.Config, also age.Recipient) (all []replica.Destination, err error) {
	places, err := placesOf(ctx, c)
	if err != nil {
		return nil, err
	}
	for i, r := range c.Copies() {
		to, err := age.ParseX25519Recipient(r.Recipient)
		if err != nil {
			closeAll(places)
			return nil, errs.Wrap(errs.Invalid, r.Recipient+" is not a recipient. Make one with plaza replica keygen.", err)
		}
		all = append(all, replica.Destination{Place: places[i], For: []age.Recipient{to, also}})
	}
	return all, nil
}

// drillKey is the key by which this house opens its own copies, to see every
// night whether they can be brought back. Whoever reads it reads the database
// beside it anyway; it is in no copy.
func drillKey(dir string) (*age.X25519Identity, error) {
	path := filepath.Join(dir, "drill.key")
	text, err := os.ReadFile(path)
	if err == nil {
		own, err := age.ParseX25519Identity(strings.TrimSpace(string(text)))
		if err != nil {
			return nil, errs.Wrap(errs.Invalid, path+" is damaged: remove it, and another is made.", err)
		}
		return own, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	own, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, err
	}
	return own, errors.Join(os.MkdirAll(dir, 0o700), os.WriteFile(path, []byte(own.String()+"\n"), 0o600))
}

// openStore opens the database: to be copied, if the settings say so, and to be
// written only while we have the turn.
func (a *App) openStore(ctx context.Context, o Options) (err error) {
	s := store.Options{URL: o.Config.Database(), Clock: o.Clock, Log: o.Log, Follow: o.ReadOnly, Captured: len(o.Config.Copies()) > 0}
	s.May = a.tenure.may()
	if o.Replicate && o.Config.Durability == conf.Copied {
		s.Copied = func() (wait func(context.Context) error) {
			if r := a.replica.Load(); r != nil {
				return r.Committed()
			}
			return func(context.Context) error { return nil } // it is still being opened
		}
	}
	if s.Captured {
		s.BeginLog = func(ctx context.Context) error {
			if r := a.replica.Load(); r != nil {
				return r.BeginLog(ctx)
			}
			return errs.New(errs.Unavailable, "The database is not captured yet.")
		}
	}
	if a.Store, err = store.Open(ctx, s); err != nil {
		return err
	}
	if err := a.mustAgree(ctx); err != nil {
		return errors.Join(err, a.Store.Close(), a.tenure.end())
	}
	a.tenure.watch(a.Store)
	return nil
}

// closeWait is how long the last of what was written may take to get to the
// copies.
const closeWait = 30 * time.Second

// closeReplica ends it. The database is closed by then: until then, writes may
// have waited for a copy.
func (a *App) closeReplica() error {
	r := a.replica.Load()
	if r == nil {
		return nil
	}
	r.stop()
	ctx, stop := context.WithTimeout(context.Background(), closeWait)
	defer stop()
	return r.Close(ctx)
}

// fenced closes the house for all who write: another has taken over. It stays
// to be read, and says nothing any more to other servers.
func (a *App) fenced(err error) {
	a.log.Error("THIS HOUSE IS CLOSED: another has taken over, and only that one writes", "err", err)
	a.tenure.lose()
	a.Store.Shut(errs.Wrap(errs.Unavailable, moved, err))
}

const moved = "This house has moved to another machine, and this is what was left. Nothing can be written here any more."

// lateAfter is how old a copy may be before somebody should look.
func (a *App) lateAfter() time.Duration { return max(time.Minute, 10*a.Config.ReplicaEvery) }

// copiesState is what the page of copies says; nil if there are none.
func (a *App) copiesState() *web.CopiesState {
	r := a.replica.Load()
	if r == nil {
		return nil
	}
	status := r.Status()
	drills, err := replica.ReadDrills(ReplicaFolder(a.Config))
	if err != nil && errs.KindOf(err) != errs.NotFound {
		a.log.Warn("what the last drill found cannot be read", "err", err)
	}
	found := map[string]replica.Drilled{}
	for _, d := range drills.Copies {
		found[d.Place] = d
	}
	out := &web.CopiesState{Epoch: status.Epoch.N, Strict: a.Config.Durability == conf.Copied, Drilled: drills.At}
	out.Hook, out.HookOK = hookSays(a.Config)
	for _, c := range status.Copies {
		age := time.Duration(c.Age * float64(time.Second))
		d, drilled := found[c.Place]
		state := web.CopyState{Place: c.Place, Age: age, Late: age > a.lateAfter(), Waiting: c.Waiting, Fault: c.Fault,
			Drill: drillSays(d, drilled), Wrong: d.Wrong}
		if c.Daily != nil {
			state.Daily, state.DailyLate = dailySays(*c.Daily), c.Daily.Late
		}
		out.Copies = append(out.Copies, state)
	}
	return out
}

func drillSays(d replica.Drilled, drilled bool) string {
	switch {
	case !drilled:
		return "It was not brought back and compared yet; that happens by itself once a day, and with plaza drill."
	case d.Restored && len(d.Wrong) == 0:
		says := fmt.Sprintf("When it was last brought back, all was there and the same as here: %d bytes of database, %d files, and %d records of the log of evidence as they were signed.", d.Bytes, d.Files, d.Evidence)
		if !d.Daily.IsZero() {
			says += " So was the daily copy of " + d.Daily.UTC().Format(DailyTime) + "."
		}
		return says
	}
	return "When it was last brought back, something was not as it should be."
}

// watchCopies raises its voice about copies that are too old, once each time,
// until ctx ends.
func (a *App) watchCopies(ctx context.Context, r *replica.Replica) {
	late, dailyLate := map[string]bool{}, map[string]bool{}
	tick := time.NewTicker(copiesEvery)
	defer tick.Stop()
	for {
		for _, c := range r.Status().Copies {
			age := time.Duration(c.Age * float64(time.Second))
			if is := age > a.lateAfter(); is != late[c.Place] {
				if late[c.Place] = is; is {
					a.log.Error("A COPY IS TOO OLD: if this machine is lost now, so is what was written since", "replica", c.Place, "age", age.Round(time.Second), "why", c.Fault)
				} else {
					a.log.Info("a copy has caught up", "replica", c.Place)
				}
			}
			if c.Daily != nil && c.Daily.Late != dailyLate[c.Place] {
				dailyLate[c.Place] = c.Daily.Late
				a.sayDaily(c)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// copiesEvery is how often their age is looked at.
const copiesEvery = 5 * time.Second

// attached is what people attached, for the copies.
type attached struct {
	*blob.Store
	house *store.Store
}

// Each implements replica.Files.
func (f attached) Each(ctx context.Context, visit func(name string) error) error {
	return f.Store.Each(ctx, func(i blob.Info) error { return visit(i.Name) })
}

// Named implements replica.Files.
func (f attached) Named(ctx context.Context, names []string) (named []string, err error) {
	err = f.house.Read(ctx, func(v *store.View) error { named, err = v.NamedFiles(ctx, names); return err })
	return named, err
}

// Open implements replica.Files.
func (f attached) Open(ctx context.Context, name string) (io.ReadSeekCloser, error) {
	file, err := f.File(ctx, name)
	if errs.KindOf(err) == errs.NotFound {
		return nil, errors.Join(fs.ErrNotExist, err)
	}
	return file, err
}
