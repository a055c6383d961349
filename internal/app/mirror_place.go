package app

import (
	"context"
	"io/fs"
	"os"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/cluster/place"
	"github.com/plaza-social/plaza/internal/edge/mirror"
)

// openMirror opens where a mirror stands. One that is only read is not made.
func openMirror(at conf.Place, readOnly bool) (mirror.Place, error) {
	scheme, dir, found := strings.Cut(at.URL, "://")
	if !found {
		scheme, dir = "file", at.URL
	}
	switch {
	case scheme == "file":
		if info, err := os.Stat(dir); readOnly && (err != nil || !info.IsDir()) {
			return nil, errs.Wrap(errs.NotFound, "There is no folder "+dir+".", fs.ErrNotExist)
		}
		return mirror.OpenFolder(dir)
	case scheme != "s3" && scheme != "sftp":
		return nil, errs.Newf(errs.Invalid, "A mirror cannot be at %s: name a folder, s3://bucket/folder?endpoint=https://host or sftp://user@host/folder.", at.URL)
	}
	p, err := place.Open(context.Background(), place.Config{URL: at.URL, Key: conf.Secret(at.Key), Secret: at.Secret, HostKey: at.HostKey, KeyFile: at.KeyFile,
		Served: mirror.Served, ReadOnly: readOnly})
	if err != nil {
		return nil, err
	}
	return away{p}, nil
}

// away is a mirror's place in a bucket or on another machine.
type away struct{ place.Place }

// Each implements mirror.Place.
func (e away) Each(ctx context.Context, visit func(key string, size int64) error) error {
	return e.Place.Each(ctx, "", "", func(i place.Info) error { return visit(i.Key, i.Size) })
}

// How many are taken away together, side by side: it may be far.
const (
	removedTogether = 50
	removedAtOnce   = 8
)

// Remove implements mirror.Place.
func (e away) Remove(ctx context.Context, keys ...string) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(removedAtOnce)
	for some := range slices.Chunk(keys, removedTogether) {
		g.Go(func() error { return e.Place.Remove(ctx, some...) })
	}
	return g.Wait()
}
