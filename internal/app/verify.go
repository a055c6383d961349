package app

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/cluster/place"
	"github.com/plaza-social/plaza/internal/cluster/replica"
	"github.com/plaza-social/plaza/internal/core/posts"
	"github.com/plaza-social/plaza/internal/core/strays"
	"github.com/plaza-social/plaza/internal/edge/blob"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// A Verification looks at a house that another took over from, for what it
// wrote and the other never got. It changes nothing there.
type Verification struct {
	replica.Succession
	store *store.Store
	blobs *blob.Store
}

// An Epoch is the time for which one house writes.
type Epoch = replica.Epoch

// A Stray is something that was left behind.
type Stray = strays.Stray

// A Tally is how much that was.
type Tally = strays.Tally

// Verify asks the places of the copies, or the one of a source, who writes
// now. Close what it returns.
func Verify(ctx context.Context, c conf.Config, from *replica.Source) (v *Verification, err error) {
	if !House(c.Data) {
		return nil, errs.Newf(errs.NotFound, "There is no house in %s.", c.Data)
	}
	v = &Verification{}
	if v.Succession, err = succession(ctx, c, from); err != nil {
		return nil, err
	}
	if v.Theirs.N != 0 && v.Journal < 0 {
		if from == nil || len(from.Identities) == 0 {
			return nil, errs.New(errs.NotFound, "Who took over did not say what it had by then. Give --from and --identity: then it is seen in the copy.")
		}
		if v.Journal, err = copied(ctx, *from, v.Ours, ReplicaFolder(c)); err != nil {
			return nil, err
		}
	}
	if v.store, err = store.Open(ctx, store.Options{URL: c.Database(), Clock: clock.System, Follow: true}); err != nil {
		return nil, err
	}
	if err := unlock(c, v.store); err != nil {
		return nil, errors.Join(err, v.store.Close())
	}
	if v.blobs, err = blob.Open(mediaFolder(c), c.Media); err != nil {
		return nil, errors.Join(err, v.store.Close())
	}
	return v, nil
}

func succession(ctx context.Context, c conf.Config, from *replica.Source) (replica.Succession, error) {
	if from != nil {
		return replica.Succeeded(ctx, ReplicaFolder(c), []place.Place{from.Place})
	}
	places, err := placesOf(ctx, c)
	if err != nil {
		return replica.Succession{}, err
	}
	defer closeAll(places)
	return replica.Succeeded(ctx, ReplicaFolder(c), places)
}

// copied is where the journal ends in the copy of an epoch.
func copied(ctx context.Context, from replica.Source, e replica.Epoch, dir string) (n int64, err error) {
	temp, err := os.MkdirTemp(dir, "verify")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(temp)
	file := filepath.Join(temp, "plaza.db")
	if err := from.Of(ctx, e, file); err != nil {
		return 0, err
	}
	s, err := store.Open(ctx, store.Options{URL: file, Clock: clock.System, Follow: true})
	if err != nil {
		return 0, err
	}
	defer s.Close()
	err = s.Read(ctx, func(v *store.View) (err error) { n, err = v.JournalEnds(ctx); return err })
	return n, err
}

// Close ends it.
func (v *Verification) Close() error { return errors.Join(v.store.Close(), v.blobs.Close()) }

// Strays visits what was left behind, in order: nothing, if nobody took over.
func (v *Verification) Strays(ctx context.Context, visit func(Stray) error) (Tally, error) {
	if v.Theirs.N == 0 {
		return Tally{}, nil
	}
	return strays.After(ctx, v.store, v.Journal, visit)
}

// What bringing something over came to.
const (
	Brought = "brought over"
	Here    = "is there already"
	ByHand  = "by hand"
)

// Merge brings s over into another house, if it is a post that can come
// without asking anybody, and notes what came of it.
func (v *Verification) Merge(ctx context.Context, into *App, s *Stray) error {
	if s.Outcome = ByHand; !s.Mergeable {
		return nil
	}
	p, media, err := strays.Post(ctx, v.store, s.Post)
	if err != nil {
		return err
	}
	now := false
	if err = v.carryAll(ctx, into, media); err == nil {
		now, err = into.Posts.Merge(ctx, posts.Left{Post: p, Media: media})
	}
	switch {
	case err == nil && now:
		s.Outcome = Brought
	case err == nil:
		s.Outcome = Here
	case errs.Public(err) != "" && errs.KindOf(err) != errs.Unavailable:
		s.Why = errs.Public(err)
	default:
		return err
	}
	return nil
}

// carryAll brings over the files of attachments. One that is refused later
// leaves files that no row names, which are swept.
func (v *Verification) carryAll(ctx context.Context, into *App, media []social.Media) error {
	for _, m := range media {
		for _, name := range m.Files() {
			if err := v.carry(ctx, into, name); err != nil {
				return err
			}
		}
	}
	return nil
}

// carry brings over a file, unless it is there.
func (v *Verification) carry(ctx context.Context, into *App, name string) error {
	if name == "" {
		return nil
	}
	if there, err := into.blobs.File(ctx, name); err == nil {
		return there.Close()
	} else if errs.KindOf(err) != errs.NotFound {
		return err
	}
	f, err := v.blobs.File(ctx, name)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := into.blobs.Adopt(name, f, f.Size); !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}
