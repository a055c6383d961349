package app

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/cluster/replica"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// copiedHouse are the settings of a house with a copy and a lease in folders.
func copiedHouse(t *testing.T) (c conf.Config, copied string) {
	t.Helper()
	data := t.TempDir()
	copied = filepath.Join(t.TempDir(), "copy")
	_, recipient, err := CopyKey()
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("[lease]\nurl = %q\nttl = \"1s\"\n[[replica]]\nurl = %q\nrecipient = %q\n", "file://"+filepath.Join(t.TempDir(), "lease"), "file://"+copied, recipient)
	if err := os.WriteFile(filepath.Join(data, "plaza.toml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err = conf.Load(func(string) string { return "" }, conf.Overrides{Data: data})
	if err != nil {
		t.Fatal(err)
	}
	return c, copied
}

func serving(c conf.Config) Options {
	return Options{Config: c, Clock: clock.System, Log: slog.New(slog.DiscardHandler), Replicate: true}
}

// once opens a house and closes it.
func once(t *testing.T, o Options) {
	t.Helper()
	a, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
}

// taken has another house begin an epoch.
func taken(t *testing.T, c conf.Config) {
	t.Helper()
	places, err := placesOf(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer closeAll(places)
	if err := replica.Enter(t.Context(), t.TempDir(), places); err != nil {
		t.Fatal(err)
	}
}

// tree is what is in a data folder, but for what is kept about copies.
func tree(t *testing.T, dir string) (all []string) {
	t.Helper()
	if err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if rel, err := filepath.Rel(dir, path); err != nil || strings.HasPrefix(rel, "replica/") {
			return err
		}
		b, err := os.ReadFile(path)
		all = append(all, fmt.Sprintf("%s %x", path, sha256.Sum256(b)))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

// A house that another took over from is not touched: not migrated, and no
// keys are made.
func TestFencedIsNotTouched(t *testing.T) {
	t.Parallel()
	c, _ := copiedHouse(t)
	once(t, serving(c))
	storetest.Older(t, c.Database())
	taken(t, c)
	before := tree(t, c.Data)
	_, err := Open(t.Context(), serving(c))
	if f := (*replica.Fenced)(nil); !errors.As(err, &f) {
		t.Fatalf("it opens: %v", err)
	}
	if after := tree(t, c.Data); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("the folder was changed:\n%q\n%q", before, after)
	}
}

// keepers counts who renews a lease in this process.
func keepers() int {
	b := make([]byte, 1<<20)
	return bytes.Count(b[:runtime.Stack(b, true)], []byte("(*tenure).keep("))
}

// What fails half-way gives up what it had begun. It is not parallel: nobody
// else may keep a turn meanwhile.
func TestOpenGivesUpWhole(t *testing.T) {
	for what, spoil := range map[string]func(c conf.Config, copied string) error{
		"the database": func(c conf.Config, _ string) error { return os.MkdirAll(c.Database(), 0o700) },
		"the files":    func(c conf.Config, _ string) error { return os.WriteFile(filepath.Join(c.Data, "media"), nil, 0o600) },
		"the copies":   func(_ conf.Config, copied string) error { return os.WriteFile(copied, nil, 0o600) },
		"the spool":    func(c conf.Config, _ string) error { return spoilSpool(c) },
	} {
		c, copied := copiedHouse(t)
		if err := spoil(c, copied); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(t.Context(), serving(c)); err == nil {
			t.Errorf("%s: it opens", what)
		}
		if n := keepers(); n != 0 {
			t.Errorf("%s: %d still keep a turn", what, n)
		}
	}
}

// spoilSpool puts a file where the database's copies are to be prepared.
func spoilSpool(c conf.Config) error {
	dir := ReplicaFolder(c)
	e := replica.Epoch{N: 1, ID: "x"}
	return errors.Join(os.MkdirAll(dir, 0o700), os.WriteFile(filepath.Join(dir, "epoch.json"), []byte(`{"n":1,"id":"x"}`), 0o600),
		os.WriteFile(filepath.Join(dir, e.String()), nil, 0o600))
}

// Whether a house may write is not known while no place answers; that is not
// the same as that it may not.
func TestUnsure(t *testing.T) {
	t.Parallel()
	c, copied := copiedHouse(t)
	once(t, serving(c))
	aside := copied + ".aside"
	if err := errors.Join(os.Rename(copied, aside), os.WriteFile(copied, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	storetest.Older(t, c.Database())
	before := tree(t, c.Data)
	_, err := Open(t.Context(), serving(c))
	if u := (*Unsure)(nil); !errors.As(err, &u) || errs.KindOf(err) != errs.Unavailable {
		t.Errorf("while no place answers: %v", err)
	}
	if after := tree(t, c.Data); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("the folder was changed:\n%q\n%q", before, after)
	}
	if err := errors.Join(os.Remove(copied), os.Rename(aside, copied)); err != nil {
		t.Fatal(err)
	}
	once(t, serving(c))
}

// The command line does not change what another has taken over, and says who
// has.
func TestBesideFenced(t *testing.T) {
	t.Parallel()
	c, copied := copiedHouse(t)
	beside := Options{Config: c, Clock: clock.System, Log: slog.New(slog.DiscardHandler)}
	decide := func() error {
		a, err := OpenBeside(t.Context(), beside)
		if err != nil {
			return err
		}
		defer a.Close()
		if a.Instance.Settings().Title == "never" {
			t.Error("a title that is none")
		}
		return a.Decide(t.Context(), func(s *social.Settings) { s.SignUps = social.SignUps("closed") })
	}
	if err := decide(); err != nil {
		t.Errorf("before it was ever started: %v", err)
	}
	once(t, serving(c))
	if err := os.Remove(filepath.Join(ReplicaFolder(c), "status.json")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	if err := decide(); err != nil {
		t.Errorf("while it is the one that writes: %v", err)
	}
	taken(t, c)
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	before := tree(t, c.Data)
	if err := decide(); errs.KindOf(err) != errs.Unavailable || !strings.Contains(errs.Public(err), "Another Plaza has taken over") || !strings.Contains(errs.Public(err), host) {
		t.Errorf("after another has taken over: %v", err)
	}
	if err := errors.Join(os.Rename(copied, copied+".aside"), os.WriteFile(copied, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := decide(); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("while nobody can say: %v", err)
	}
	if after := tree(t, c.Data); strings.Join(only(after, "plaza.db "), "") != strings.Join(only(before, "plaza.db "), "") {
		t.Error("the database was changed")
	}
}

func only(all []string, what string) (some []string) {
	for _, s := range all {
		if strings.Contains(s, what) {
			some = append(some, s)
		}
	}
	return some
}
