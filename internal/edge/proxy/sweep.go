package proxy

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"time"
)

// Sweep removes the files of a Proxy's folder that were not seen since before
// a moment, or only says how many they are and what they take. A Proxy may be
// using the folder: it finds out when it looks for them.
func Sweep(ctx context.Context, dir string, before time.Time, dry bool) (files int, bytes int64, err error) {
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, 0, nil
	}
	if err != nil {
		return 0, 0, err
	}
	defer root.Close()
	err = walk(ctx, root, func(f *file) error {
		if !f.touched.Before(before) {
			return nil
		}
		files, bytes = files+1, bytes+weight(f.size)
		if dry {
			return nil
		}
		if err := root.Remove(f.name()); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	})
	return files, bytes, err
}
