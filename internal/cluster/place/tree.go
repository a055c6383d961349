package place

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// Where objects are files in folders, what is being written stands apart, under
// a name that no key has.
const unsaved = "~unsaved"

// above are the folders that keys are in, the deepest first.
func above(keys []string) (dirs []string) {
	seen := map[string]bool{}
	for _, key := range keys {
		for dir := path.Dir(key); dir != "." && !seen[dir]; dir = path.Dir(dir) {
			seen[dir] = true
			dirs = append(dirs, dir)
		}
	}
	slices.SortFunc(dirs, func(a, b string) int { return strings.Count(b, "/") - strings.Count(a, "/") })
	return dirs
}

// An entry is a file or a folder in a folder.
type entry struct {
	name string // of a folder with a slash at the end
	info func() (size int64, at time.Time, err error)
}

// A lister tells what is in a folder, in no order; its name is empty or ends in
// a slash. One that is not there is fs.ErrNotExist.
type lister func(ctx context.Context, folder string) ([]entry, error)

// eachFile is Place.Each for files in folders.
func eachFile(ctx context.Context, keys rule, list lister, prefix, after string, visit func(Info) error) error {
	if err := keys.prefix(prefix); err != nil {
		return err
	}
	folder, _ := cutFolder(prefix)
	return walk{keys, list, prefix, after, visit}.folder(ctx, folder)
}

type walk struct {
	keys          rule
	list          lister
	prefix, after string
	visit         func(Info) error
}

// folder visits what is in a folder. Names of folders are compared with
// their slash: "a-b" comes before "a/b", although "a" comes before "a-b".
func (w walk) folder(ctx context.Context, folder string) error {
	entries, err := w.list(ctx, folder)
	if errors.Is(err, fs.ErrNotExist) {
		return ctx.Err()
	}
	if err != nil {
		return err
	}
	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := w.entry(ctx, folder+e.name, e); err != nil {
			return err
		}
	}
	return nil
}

func (w walk) entry(ctx context.Context, key string, e entry) error {
	within := strings.HasPrefix(key, w.prefix)
	if inner, isFolder := strings.CutSuffix(key, "/"); isFolder {
		passed := w.after >= key && !strings.HasPrefix(w.after, key)
		if passed || w.keys.check(inner) != nil || !within && !strings.HasPrefix(w.prefix, key) {
			return nil
		}
		return w.folder(ctx, key)
	}
	if !within || key <= w.after || w.keys.check(key) != nil {
		return nil
	}
	size, at, err := e.info()
	if errors.Is(err, fs.ErrNotExist) { // removed meanwhile
		return nil
	}
	if err != nil {
		return err
	}
	return w.visit(Info{key, size, at})
}
