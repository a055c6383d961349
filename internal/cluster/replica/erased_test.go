package replica_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/superfly/ltx"

	"github.com/plaza-social/plaza/internal/cluster/replica"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// What was deleted is gone from the file and its log when it was swept, and from
// what is kept of them when that is as old as SnapshotEvery twice.
func TestWhatWasDeletedGoes(t *testing.T) {
	t.Parallel()
	const word = "https://pages.example/kestrelwing"
	away := t.TempDir()
	h := must(t, t.TempDir(), replica.Config{Destinations: to(folder(t, away))})
	var link social.Link
	if err := h.store.Write(t.Context(), func(tx *store.Tx) (err error) {
		link, err = tx.ClaimLink(t.Context(), word)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	h.copied()
	if at := h.holds(word); len(at) < 2 {
		t.Fatalf("it stands in %q before it is deleted: the test looks wrongly", at)
	}
	if err := h.store.Write(t.Context(), func(tx *store.Tx) error { return tx.RemoveLink(t.Context(), link) }); err != nil {
		t.Fatal(err)
	}
	before := piecesIn(t, filepath.Join(h.dir, "replica"))
	if _, err := h.store.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.copied()
	h.noneIsWhole(before)
	for _, at := range h.holds(word) {
		if strings.HasPrefix(at, "plaza.db") {
			t.Errorf("after it was swept it stands in %s", at)
		}
	}
	days := 0
	eventually(t, func() error { // two days do, if each ends when all is joined
		days++
		h.mustSay(fmt.Sprint("day ", days))
		h.copied()
		if err := h.r.Age(context.Background()); err != nil {
			return err
		}
		if at := h.holds(word); len(at) > 0 {
			return fmt.Errorf("on day %d it stands in %q", days, at)
		}
		return nil
	})
	t.Logf("gone on day %d", days)
	eventually(t, func() error {
		here, there := piecesIn(t, filepath.Join(h.dir, "replica")), piecesIn(t, away)
		for _, p := range there {
			if !slices.Contains(here, p) {
				return fmt.Errorf("the copy still has %s", p)
			}
		}
		if len(there) == 0 {
			return errors.New("the copy has nothing")
		}
		return nil
	})
}

// noneIsWhole wants no piece that begins after some others to be the whole database:
// who sweeps must not have all of it taken again, while nobody can write.
func (h *house) noneIsWhole(before []string) {
	h.t.Helper()
	last := ltx.TXID(0)
	for _, name := range before {
		if _, upTo, err := ltx.ParseFilename(name); err == nil {
			last = max(last, upTo)
		}
	}
	all, err := os.Stat(h.db())
	if err != nil {
		h.t.Fatal(err)
	}
	more := 0
	filepath.WalkDir(filepath.Join(h.dir, "replica"), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		if from, _, err := ltx.ParseFilename(d.Name()); err != nil || from <= last { // or joined with what was before
			return nil
		}
		more++
		b, err := os.ReadFile(path)
		if n := int64(len(unpacked(b))); err == nil && n > all.Size()/2 {
			h.t.Errorf("%s has %d bytes of pages, of a database of %d", path, n, all.Size())
		}
		return nil
	})
	if more == 0 {
		h.t.Error("sweeping was not captured")
	}
}

// holds are the files of a house that have a word, also those that are packed.
func (h *house) holds(word string) (at []string) {
	h.t.Helper()
	if err := filepath.WalkDir(h.dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) || err == nil && d.IsDir() {
			return nil
		}
		if err != nil {
			return err
		}
		b, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if strings.HasSuffix(path, ".ltx") {
			b = unpacked(b)
		}
		if bytes.Contains(b, []byte(word)) {
			rel, _ := filepath.Rel(h.dir, path)
			at = append(at, rel)
		}
		return err
	}); err != nil {
		h.t.Fatal(err)
	}
	return at
}

// unpacked is the pages of a piece, as far as it is written.
func unpacked(b []byte) (out []byte) {
	dec := ltx.NewDecoder(bytes.NewReader(b))
	if dec.DecodeHeader() != nil {
		return nil
	}
	page := make([]byte, dec.Header().PageSize)
	for {
		var head ltx.PageHeader
		if err := dec.DecodePage(&head, page); err != nil {
			return out // that was the last one
		}
		out = append(out, page...)
	}
}

func piecesIn(t *testing.T, dir string) (names []string) {
	t.Helper()
	if err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".ltx") {
			names = append(names, filepath.Base(path))
		}
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return names
}
