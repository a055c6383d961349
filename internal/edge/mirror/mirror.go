// Package mirror writes what everybody may read here as plain files that any web
// host can serve, signs what it wrote, and checks such a copy, also that of
// another network. What is shown to strangers is core/view's decision, what has
// changed is core/mirrors', and pages are the site's own: app hands them over.
package mirror

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/mirrors"
	"github.com/plaza-social/plaza/internal/core/timelines"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// A Wish is a page to be rendered as a stranger sees it.
type Wish struct {
	Page         string // its path on the site
	Part         *social.Page
	Newer, Older string // pages beside it
	Stamp        string // stands for the moment it is of, for machines
	Moment       string // and for people
	Key          string // what the manifest is signed with
}

// Config is what a Keeper needs.
type Config struct {
	Address string // of the site
	Host    string // what the network is called in signatures
	Build   string // names the program and its look: pages are made anew when it changes
	Place   Place
	// Render renders a page; NotFound if strangers are shown none.
	Render func(ctx context.Context, w Wish) ([]byte, error)
	// File opens what pages share: "media/…" and "assets/…".
	File      func(ctx context.Context, path string) (io.ReadCloser, int64, error)
	Mirrors   *mirrors.Service
	Timelines *timelines.Service
	View      *view.View
	Log       *slog.Logger
}

// A Keeper keeps one mirror.
type Keeper struct {
	Config
	holder  string
	secret  string // the key
	public  string
	checked bool // that the place is as it was left
	sweep   bool // what belongs to no page is taken away after the round
	// Did counts what was done since the Keeper was made. Read it between rounds.
	Did Did
}

// Did is what was done.
type Did struct {
	Pages, Files, Removed int
	Bytes                 int64
	Nodes                 int // of the index, among Files
}

// New returns a Keeper.
func New(c Config) *Keeper {
	var b [8]byte
	rand.Read(b[:]) // it does not fail
	return &Keeper{Config: c, holder: hex.EncodeToString(b[:])}
}

const (
	// batch is how many pages are made between two writes to the tables.
	batch = 100
	// lease is how long a host that died keeps others from going on.
	lease = 5 * time.Minute
	// rest is how long a page waits that was marked: what else happens to it
	// meanwhile is done with it, and what readers remember is forgotten.
	rest = time.Second
	// every is how often Run looks, afterFault how long it rests after an error.
	every      = time.Second
	afterFault = 15 * time.Second
	// restamp is how old a manifest may get though nothing changed: it shows
	// that somebody looks after the mirror.
	restamp = time.Hour
	// removeAtOnce is how many files are taken away together.
	removeAtOnce = 500
)

// Run keeps the mirror until ctx ends.
func (k *Keeper) Run(ctx context.Context) {
	for ctx.Err() == nil {
		wait := every
		if err := k.round(ctx, rest); err != nil && ctx.Err() == nil && !errors.Is(err, errHeld) {
			k.Log.ErrorContext(ctx, "mirror not kept, trying again", "place", k.Place.String(), "err", err)
			wait = afterFault
		}
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-t.C:
		}
		t.Stop()
	}
}

// Once brings the mirror up to date.
func (k *Keeper) Once(ctx context.Context) error { return k.round(ctx, 0) }

// Again has everything in it written anew.
func (k *Keeper) Again(ctx context.Context) error {
	m, err := k.Mirrors.Mirror(ctx, k.Place.String())
	if err != nil {
		return err
	}
	k.sweep = true
	return k.Mirrors.Restart(ctx, m.ID, m.Number)
}

// round makes all pages that are marked, and then the index and the manifest.
func (k *Keeper) round(ctx context.Context, rest time.Duration) error {
	m, err := k.known(ctx)
	if err != nil {
		return err
	}
	if idle, err := k.idle(ctx, m, rest); err != nil || idle {
		return err // without a write, which would cost a commit each time
	}
	if ok, err := k.Mirrors.Hold(ctx, m.ID, k.holder, lease); err != nil || !ok {
		return errors.Join(err, errHeld)
	}
	defer k.Mirrors.Hold(context.WithoutCancel(ctx), m.ID, k.holder, 0) // it runs out by itself, too
	if !k.checked {
		if m, err = k.look(ctx, m); err != nil {
			return err
		}
		k.checked = true
	}
	if m.Build != k.Build && m.Build != "" {
		if err := k.Mirrors.Whole(ctx); err != nil {
			return err
		}
		m.Build = k.Build
		if err := k.Mirrors.Indexed(ctx, m, nil, nil, nil); err != nil {
			return err
		}
	}
	r := &round{Keeper: k, m: m, shared: map[string]bool{}, failed: map[string]bool{},
		links: rewriter{base: k.Address, named: func(ctx context.Context, name string) (*view.Face, error) { return k.View.Named(ctx, name, "") }, faces: map[string]*view.Face{}}}
	if err := r.pages(ctx, rest); err != nil {
		return err
	}
	if err := r.publish(ctx); err != nil || !k.sweep {
		return err
	}
	k.sweep = false
	return r.strangers(ctx)
}

var errHeld = errs.New(errs.Unavailable, "Another process writes to this mirror at the moment: a server that runs keeps the one in its settings by itself.")

// idle reports whether there is nothing to do.
func (k *Keeper) idle(ctx context.Context, m social.Mirror, rest time.Duration) (bool, error) {
	if !k.checked || k.sweep || m.Number == 0 || m.Build != k.Build || k.Mirrors.Now().Sub(m.MadeAt) >= restamp {
		return false, nil
	}
	marks, err := k.Mirrors.Marks(ctx, m.ID, rest, 1)
	if err != nil || len(marks) > 0 {
		return false, err
	}
	slots, err := k.Mirrors.Slots(ctx, m.ID)
	return len(slots) == 0, err
}

// known is what is known of the mirror, and the key for it.
func (k *Keeper) known(ctx context.Context) (m social.Mirror, err error) {
	if k.secret == "" {
		if k.secret, k.public, err = Key(ctx, k.Mirrors, k.Host); err != nil {
			return m, err
		}
	}
	return k.Mirrors.Mirror(ctx, k.Place.String())
}

// look compares the place with what is known of it. A copy that was written by
// another, or taken away, is begun anew; what is no mirror of ours is left alone.
func (k *Keeper) look(ctx context.Context, m social.Mirror) (social.Mirror, error) {
	there, err := k.manifest(ctx)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := k.empty(ctx); err != nil {
			return m, err
		}
		if m.Number == 0 { // the key says from the first moment whose it is
			return m, k.write(ctx, keyFile, []byte(k.public+"\n"))
		}
	case err != nil:
		return m, err
	case there.Number == m.Number:
		return m, nil
	}
	k.Log.WarnContext(ctx, "the mirror is not as it was left: it is written anew", "place", k.Place.String())
	m.Number = max(m.Number, there.Number)
	if err := k.Mirrors.Restart(ctx, m.ID, m.Number); err != nil {
		return m, err
	}
	return m, k.clear(ctx)
}

// manifest is the one that lies there, if we signed it.
func (k *Keeper) manifest(ctx context.Context) (Manifest, error) {
	b, err := readAll(ctx, k.Place, manifestFile, maxManifest)
	if err != nil {
		return Manifest{}, err
	}
	m, err := Open(b, k.public)
	if err != nil {
		err = errs.Newf(errs.Conflict, "%s holds a mirror that another network signed. Choose another place for yours.", k.Place)
	}
	return m, err
}

// empty reports an error if there is something at the place that is no part of a
// mirror: nobody's files are to be overwritten. What a first round left that was
// interrupted has our key beside it.
func (k *Keeper) empty(ctx context.Context) error {
	if b, err := readAll(ctx, k.Place, keyFile, maxManifest); err == nil && string(b) == k.public+"\n" {
		return nil
	}
	var found []string
	err := k.Place.Each(ctx, func(key string, _ int64) error {
		found = append(found, key)
		return errEnough
	})
	if errors.Is(err, errEnough) {
		err = errs.Newf(errs.Conflict, "There is something else at %s (%s): choose an empty place for the mirror.", k.Place, found[0])
	}
	return err
}

var errEnough = errors.New("enough")

// clear takes away what a mirror of ours left that nothing is known of.
func (k *Keeper) clear(ctx context.Context) error {
	var old []string
	if err := k.Place.Each(ctx, func(key string, _ int64) error {
		if key != manifestFile { // it stays until there is a new one
			old = append(old, key)
		}
		return nil
	}); err != nil {
		return err
	}
	return k.Place.Remove(ctx, old...)
}
