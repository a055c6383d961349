package app

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/store"
)

// The key that seals secrets of apps is made once, in a file of its own, and is not
// in the database. A house that has another one says so.
func TestFactorKey(t *testing.T) {
	t.Parallel()
	c := conf.Default()
	c.Data, c.URL, c.HandleHost = t.TempDir(), "https://plaza.example", "plaza.example"
	file := filepath.Join(c.Data, "factors.key")
	var log bytes.Buffer
	key := func() (key []byte, says string) {
		t.Helper()
		log.Reset()
		a, err := Open(t.Context(), Options{Config: c, Clock: clock.System, Log: slog.New(slog.NewTextHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		f, told := factorsFinding(t.Context(), c, a.Store)
		if key = a.factors.first(); !told || f.OK != (key != nil) {
			t.Errorf("the doctor: %+v, %v; with a key: %v", f, told, key != nil)
		}
		if err := a.Store.Read(t.Context(), func(v *store.View) error {
			var mark string
			err := v.Setting(t.Context(), factorMark, &mark)
			if len(mark) != 16 {
				t.Errorf("the mark is %q", mark)
			}
			return err
		}); err != nil {
			t.Error(err)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
		return key, log.String()
	}
	first, _ := key()
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 || len(first) != auth.FactorKeyBytes {
		t.Fatalf("%d bytes, %v, %v", len(first), info, err)
	}
	if again, _ := key(); !bytes.Equal(first, again) {
		t.Error("another one, the second time")
	}
	kept, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for what, spoil := range map[string]func() error{
		"gone":        func() error { return os.Remove(file) },
		"another one": func() error { return os.WriteFile(file, []byte(strings.Repeat("0", 64)+"\n"), 0o600) },
	} {
		if err := spoil(); err != nil {
			t.Fatal(err)
		}
		if got, says := key(); got != nil || !strings.Contains(says, "CODES OF APPS CANNOT BE CHECKED HERE") {
			t.Errorf("%s: %x; the log says %q", what, got, says)
		}
		if err := os.WriteFile(file, kept, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got, _ := key(); !bytes.Equal(first, got) {
		t.Error("it was put back, and is another one")
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	c.FactorKey = conf.Secret(strings.Repeat("k", conf.MinFactorKey))
	if got, says := key(); got != nil || !strings.Contains(says, "CODES OF APPS CANNOT BE CHECKED HERE") {
		t.Errorf("another one in the settings: %x; the log says %q", got, says)
	}
	lose := func() error {
		t.Helper()
		a, err := OpenBeside(t.Context(), Options{Config: c, Clock: clock.System, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		_, err = a.RekeyLost(t.Context())
		return err
	}
	if err := lose(); err != nil {
		t.Fatal(err)
	}
	if err := lose(); errs.KindOf(err) != errs.Conflict {
		t.Errorf("what is here is lost: %v", err)
	}
	given, says := key()
	if len(given) != auth.FactorKeyBytes || bytes.Equal(given, first) || strings.Contains(says, "CANNOT") {
		t.Errorf("of the settings: %x; the log says %q", given, says)
	}
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Errorf("a file all the same: %v", err)
	}
}

func TestDamagedFactorKey(t *testing.T) {
	t.Parallel()
	c := conf.Default()
	c.Data = t.TempDir()
	for _, text := range []string{"", "abc", strings.Repeat("0", 62), strings.Repeat("x", 64)} {
		if err := os.WriteFile(filepath.Join(c.Data, "factors.key"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if key, err := readFactorKeys(c); key != nil || err == nil || !strings.Contains(reason(err), "is damaged") {
			t.Errorf("%q: %x, %v", text, key, err)
		}
	}
}

// The key comes along with a copy: who takes over takes codes at once.
func TestFactorKeyComesAlong(t *testing.T) {
	t.Parallel()
	c, copied := copiedHouse(t)
	a, err := Open(t.Context(), serving(c))
	if err != nil {
		t.Fatal(err)
	}
	r := a.replica.Load()
	for late := time.Now().Add(time.Minute); r.Status().Copies[0].Covers.IsZero(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(late) {
			t.Fatal("the copy does not come about")
		}
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	key, err := os.ReadFile(filepath.Join(c.Data, "factors.key"))
	if err != nil {
		t.Fatal(err)
	}
	source, err := OpenCopy(t.Context(), conf.Place{URL: "file://" + copied}, filepath.Join(ReplicaFolder(c), "drill.key"), c.Data)
	if err != nil {
		t.Fatal(err)
	}
	to := t.TempDir()
	if _, _, err := (Restore{Source: source, Data: to}).Database(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(filepath.Join(to, "factors.key")); err != nil || !bytes.Equal(got, key) {
		t.Errorf("%q, %v; want %q", got, err, key)
	}
	if err := filepath.WalkDir(copied, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, bytes.TrimSpace(key)) {
			t.Errorf("%s has it open", path)
		}
		return err
	}); err != nil {
		t.Error(err)
	}
}
