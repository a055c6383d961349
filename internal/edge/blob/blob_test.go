package blob

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
)

func open(t *testing.T) (*Store, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data", "media")
	s, err := Dir(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, dir
}

func put(t *testing.T, s *Store, kind string, data []byte) string {
	t.Helper()
	name, err := s.Put(context.Background(), 1, kind, bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return name
}

func read(t *testing.T, s *Store, name string) (data []byte, contentType string) {
	t.Helper()
	f, err := s.File(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if data, err = io.ReadAll(f); err != nil {
		t.Fatal(err)
	}
	return data, f.Type
}

// files lists all there is below dir, but for folders.
func files(t *testing.T, dir string) (paths []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			p, err = filepath.Rel(dir, p)
			paths = append(paths, filepath.ToSlash(p))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	s, dir := open(t)
	name := put(t, s, "avatar", asJPEG(t, corners(640, 480)))
	if !form.MatchString(name) || URL(name) != "/media/"+name || URL("") != "" {
		t.Errorf("name %q, URL %q", name, URL(name))
	}
	if got := files(t, dir); len(got) != 1 || got[0] != name[:2]+"/"+name {
		t.Errorf("files %v, want only %s in its folder", got, name)
	}
	data, contentType := read(t, s, name)
	if contentType != "image/jpeg" || !bytes.HasPrefix(data, []byte("\xff\xd8\xff")) {
		t.Errorf("content type %s, data %.4x", contentType, data)
	}
	again, err := Dir(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if same, _ := read(t, again, name); !bytes.Equal(same, data) {
		t.Error("opened anew, the picture is another one")
	}
	for range 2 { // the second time it is gone already
		if err := s.Remove(name); err != nil {
			t.Errorf("remove: %v", err)
		}
	}
	if _, err := s.File(t.Context(), name); errs.KindOf(err) != errs.NotFound {
		t.Errorf("open after remove: %v, want NotFound", err)
	}
}

func TestNamesLeadNowhereElse(t *testing.T) {
	t.Parallel()
	s, dir := open(t)
	if err := os.WriteFile(filepath.Join(dir, "..", "plaza.db"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	good := put(t, s, "avatar", asJPEG(t, corners(10, 10)))
	for _, name := range []string{
		"", ".", "..", "../plaza.db", "../../etc/passwd", "/etc/passwd", "ab/../../plaza.db", `..\plaza.db`,
		good[:2] + "/" + good, "./" + good, good + "/", good + "\x00", good + "\n", " " + good, strings.ToUpper(good),
		good[:31] + ".jpg", "0" + good, good[:32], good[:32] + ".svg", good[:32] + ".jpg.png", "%2e%2e/plaza.db", "tmp",
		"..................." + good[:13] + ".jpg",
	} {
		f, err := s.File(t.Context(), name)
		if errs.KindOf(err) != errs.NotFound {
			t.Errorf("open %q: %v, %v; want NotFound", name, f, err)
		}
		if err := s.Remove(name); errs.KindOf(err) != errs.NotFound {
			t.Errorf("remove %q: %v, want NotFound", name, err)
		}
	}
	if _, err := s.File(t.Context(), good); err != nil {
		t.Errorf("the good name: %v", err)
	}
}

func TestLinksOutOfTheFolderAreNotFollowed(t *testing.T) {
	t.Parallel()
	s, dir := open(t)
	secret := filepath.Join(dir, "..", "plaza.db")
	name := strings.Repeat("ab", 16) + ".jpg"
	if err := errors.Join(os.WriteFile(secret, []byte("secret"), 0o600), os.Mkdir(filepath.Join(dir, "ab"), 0o755),
		os.Symlink(secret, filepath.Join(dir, "ab", name))); err != nil {
		t.Skip("this machine makes no links:", err)
	}
	if _, err := s.File(t.Context(), name); err == nil {
		t.Error("a link out of the folder was followed")
	}
}

func TestNothingIsOverwritten(t *testing.T) {
	t.Parallel()
	s, dir := open(t)
	s.name = func() string { return strings.Repeat("0", 32) }
	first := put(t, s, "avatar", asJPEG(t, corners(10, 10)))
	before, _ := read(t, s, first)
	if _, err := s.Put(context.Background(), 1, "avatar", bytes.NewReader(asJPEG(t, corners(20, 10)))); !errors.Is(err, fs.ErrExist) {
		t.Errorf("the same name again: %v, want that it exists", err)
	}
	if after, _ := read(t, s, first); !bytes.Equal(before, after) {
		t.Error("the first picture was overwritten")
	}
	if got := files(t, dir); len(got) != 1 {
		t.Errorf("left behind: %v", got)
	}
}

func TestWhatACrashLeftIsClearedAway(t *testing.T) {
	t.Parallel()
	_, dir := open(t)
	old, young := filepath.Join(dir, unsaved, "old"), filepath.Join(dir, unsaved, "young")
	hourAgo := time.Now().Add(-staleFrom - time.Minute)
	if err := errors.Join(os.WriteFile(old, nil, 0o600), os.WriteFile(young, nil, 0o600), os.Chtimes(old, hourAgo, hourAgo)); err != nil {
		t.Fatal(err)
	}
	s, err := Dir(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got := files(t, dir); len(got) != 1 || got[0] != unsaved+"/young" {
		t.Errorf("files %v, want only the young one, which another process may be writing", got)
	}
}

func TestFolderThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	file := filepath.Join(base, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	closed := filepath.Join(base, "closed")
	if err := os.Mkdir(closed, 0o500); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, filepath.Join(file, "media"), closed} {
		if path == closed && os.Geteuid() == 0 {
			continue // root writes anywhere
		}
		_, err := Dir(path)
		if errs.KindOf(err) != errs.Unavailable || !strings.Contains(errs.Public(err), path) || !strings.Contains(errs.Public(err), "may write") {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestDiskThatFailsLater(t *testing.T) {
	t.Parallel()
	s, dir := open(t)
	if err := os.RemoveAll(filepath.Join(dir, unsaved)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Put(context.Background(), 1, "avatar", bytes.NewReader(asJPEG(t, corners(10, 10)))); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("err = %v, want Unavailable", err)
	}
}

func TestReaderThatFails(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	broken := errors.New("the line is dead")
	if _, err := s.Put(context.Background(), 1, "avatar", iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("err = %v, want the reader's", err)
	}
	if _, err := s.Put(context.Background(), 1, "poster", strings.NewReader("")); err == nil {
		t.Error("a kind that is none was taken")
	}
}

// Two small pictures or one large one at a time.
func TestDecodersAreBounded(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	small := asJPEG(t, corners(10, 10))
	if err := s.decoding.Acquire(context.Background(), 1); err != nil {
		t.Fatal(err)
	}
	put(t, s, "avatar", small)
	soon, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	large := func(ctx context.Context) error { return s.inTurn(ctx, largeFrom+1, func() error { return nil }) }
	if err := large(soon); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("a large picture beside another: %v, want Unavailable", err)
	}
	if err := s.decoding.Acquire(context.Background(), 1); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Put(soon, 1, "avatar", bytes.NewReader(small)); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("a third picture: %v, want Unavailable", err)
	}
	s.decoding.Release(2)
	if err := large(context.Background()); err != nil {
		t.Errorf("a large picture alone: %v", err)
	}
}
