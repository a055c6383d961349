package app

import (
	"context"
	"errors"
	"time"

	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/cluster/place"
	"github.com/plaza-social/plaza/internal/edge/blob"
)

// openFiles opens where files are kept: in the data folder, or a bucket, or in
// several stores at once.
func openFiles(ctx context.Context, c conf.Config) (*blob.Store, error) {
	var stores []blob.Place
	shut := func(err error) error {
		for _, p := range stores {
			err = errors.Join(err, p.Close())
		}
		return err
	}
	for _, at := range c.MediaStores() {
		p, err := OpenPlace(ctx, at)
		if err != nil {
			return nil, shut(err)
		}
		stores = append(stores, fileStore{p})
	}
	s, err := blob.Open(mediaFolder(c), c.Media, stores...)
	if err != nil {
		return nil, shut(err)
	}
	return s, nil
}

// fileStore is one of several stores for files.
type fileStore struct{ place.Place }

// Each implements blob.Place.
func (f fileStore) Each(ctx context.Context, after string, visit func(key string, size int64, at time.Time) error) error {
	return f.Place.Each(ctx, "", after, func(i place.Info) error { return visit(i.Key, i.Size, i.At) })
}
