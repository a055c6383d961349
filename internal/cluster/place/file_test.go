package place

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
)

func filesIn(t *testing.T, dir string) int {
	t.Helper()
	all, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return len(all)
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "/srv", "file://srv/copies", "file:srv", "file:///srv?x=y", "ftp://host/x", "https://host/x", "file:///nobody/has/made/this", "s3:\x00"} {
		_, err := Open(t.Context(), Config{URL: bad})
		if s := errs.Public(err); !strings.HasSuffix(s, ".") {
			t.Errorf("%q: %v, want a sentence", bad, err)
		}
	}
	_, err := Open(t.Context(), Config{URL: "sftp://ada:hush@host/x"})
	if err == nil || strings.Contains(err.Error(), "hush") {
		t.Errorf("with a password: %v", err)
	}
}

// What a crash left is no object, and goes when it is old.
func TestStrays(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	mustOpen(t, Config{URL: "file://" + dir})
	for name, age := range map[string]time.Duration{"young": stray - time.Minute, "old": stray + time.Minute} {
		file := filepath.Join(dir, unsaved, name)
		at := time.Now().Add(-age)
		if err := errors.Join(os.WriteFile(file, []byte("half"), 0o600), os.Chtimes(file, at, at)); err != nil {
			t.Fatal(err)
		}
	}
	p := mustOpen(t, Config{URL: "file://" + dir})
	if got := keys(t, p, "", ""); len(got) != 0 {
		t.Errorf("objects: %v", got)
	}
	if _, err := os.Stat(filepath.Join(dir, unsaved, "old")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the old one: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, unsaved, "young")); err != nil {
		t.Errorf("the young one, which may still be written: %v", err)
	}
}

// A link that somebody lays in the folder leads nowhere.
func TestNoLinkLeadsOut(t *testing.T) {
	t.Parallel()
	outside, dir := t.TempDir(), t.TempDir()
	if err := errors.Join(os.WriteFile(filepath.Join(outside, "secret"), []byte("hush"), 0o600),
		os.Symlink(outside, filepath.Join(dir, "out")), os.Symlink(filepath.Join(outside, "secret"), filepath.Join(dir, "file"))); err != nil {
		t.Fatal(err)
	}
	p := mustOpen(t, Config{URL: "file://" + dir})
	for _, key := range []string{"out/secret", "file"} {
		if r, err := p.Open(t.Context(), key); err == nil {
			r.Close()
			t.Errorf("%s can be read", key)
		}
	}
	if err := p.Put(t.Context(), "out/new", strings.NewReader("x"), 1); err == nil || filesIn(t, outside) != 1 {
		t.Errorf("written outside: %v", err)
	}
	if got := keys(t, p, "", ""); len(got) != 0 {
		t.Errorf("objects: %v", got)
	}
}

// Folders that are taken away while the place is open are made again.
func TestFolderTakenAway(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := mustOpen(t, Config{URL: "file://" + dir})
	put(t, p, "e1/ltx/0", "x")
	if err := os.RemoveAll(filepath.Join(dir, "e1")); err != nil {
		t.Fatal(err)
	}
	put(t, p, "e1/ltx/0", "y")
	if got := read(t, p, "e1/ltx/0"); got != "y" {
		t.Errorf("got %q", got)
	}
}
