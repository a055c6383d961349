package blob

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/base/errs"
)

// away is a store elsewhere that can be switched off.
type away struct {
	*s3mem.Backend
	conf conf.Media
	off  atomic.Bool
}

func startStore(t *testing.T) *away {
	t.Helper()
	a := &away{Backend: s3mem.New()}
	if err := a.CreateBucket("plaza"); err != nil {
		t.Fatal(err)
	}
	speaks := gofakes3.New(a.Backend).Server()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a.off.Load() {
			panic(http.ErrAbortHandler)
		}
		speaks.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	a.conf = conf.Media{Endpoint: s.URL, Bucket: "plaza", Region: "us-east-1", Key: "key", Secret: "secret", Prefix: "/media/"}
	return a
}

func openAway(t *testing.T, a *away) (*Store, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "media")
	s, err := Open(dir, a.conf)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, dir
}

// keys are all there is in the bucket.
func (a *away) keys(t *testing.T) (keys []string) {
	t.Helper()
	all, err := a.ListBucket("plaza", nil, gofakes3.ListBucketPage{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all.Contents {
		keys = append(keys, c.Key)
	}
	return keys
}

func TestFilesElsewhere(t *testing.T) {
	t.Parallel()
	a := startStore(t)
	s, dir := openAway(t, a)
	if err := s.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left := a.keys(t); len(left) != 0 {
		t.Errorf("the check left %v", left)
	}
	name := put(t, s, "avatar", asJPEG(t, corners(640, 480)))
	if got := a.keys(t); len(got) != 1 || got[0] != "media/"+name[:2]+"/"+name {
		t.Errorf("keys %v, want only %s below media/ in its folder", got, name)
	}
	if here := files(t, dir); len(here) != 0 {
		t.Errorf("kept here too: %v", here)
	}
	data, kind := read(t, s, name)
	if kind != "image/jpeg" || !bytes.HasPrefix(data, []byte("\xff\xd8\xff")) {
		t.Errorf("content type %s, data %.4x", kind, data)
	}
	again, err := s.Copy(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	if same, _ := read(t, s, again); !bytes.Equal(same, data) || again == name {
		t.Error("the copy is not one")
	}
	for range 2 { // the second time it is gone already
		if err := s.Remove(name); err != nil {
			t.Errorf("remove: %v", err)
		}
	}
	if _, err := s.File(t.Context(), name); errs.KindOf(err) != errs.NotFound {
		t.Errorf("after remove: %v, want NotFound", err)
	}
	var all []Info
	if err := s.Each(t.Context(), func(i Info) error { all = append(all, i); return nil }); err != nil || len(all) != 1 || all[0].Name != again || all[0].Size != int64(len(data)) || all[0].At.IsZero() {
		t.Errorf("each: %v, %v; want %s of %d bytes", all, err, again, len(data))
	}
}

// Browsers ask for parts of videos.
func TestPartsOfFilesElsewhere(t *testing.T) {
	t.Parallel()
	s, _ := openAway(t, startStore(t))
	name := put(t, s, "avatar", asJPEG(t, corners(640, 480)))
	whole, _ := read(t, s, name)
	f, err := s.File(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Range", "bytes=100-199")
	http.ServeContent(w, r, "", f.At, f)
	if w.Code != 206 || !bytes.Equal(w.Body.Bytes(), whole[100:200]) {
		t.Errorf("status %d, %d bytes; want bytes 100 to 199", w.Code, w.Body.Len())
	}
}

// While the store is away, people are told so, what was kept stays, and nothing
// piles up.
func TestStoreThatIsAway(t *testing.T) {
	t.Parallel()
	a := startStore(t)
	s, dir := openAway(t, a)
	name := put(t, s, "avatar", asJPEG(t, corners(64, 48)))
	a.off.Store(true)
	told := func(what string, err error) {
		t.Helper()
		if errs.KindOf(err) != errs.Unavailable || !strings.HasSuffix(errs.Public(err), ".") {
			t.Errorf("%s: %v, want Unavailable with a sentence", what, err)
		}
	}
	_, err := s.File(t.Context(), name)
	told("reading", err)
	_, err = s.Put(context.Background(), 1, "avatar", bytes.NewReader(asJPEG(t, corners(64, 48))))
	told("a new avatar", err)
	spool, _, _, err := s.Receive(t.Context(), bytes.NewReader(asJPEG(t, corners(64, 48))))
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Make(t.Context(), spool)
	told("an attachment", err)
	if left := files(t, dir); len(left) != 1 {
		t.Errorf("here: %v, want what was received, to be made later", left)
	}
	if err := s.Remove(name); err == nil {
		t.Error("removed although the store is away; it must be tried again")
	}
	if err := s.Check(t.Context()); err == nil {
		t.Error("all is well, says the check")
	}
	a.off.Store(false)
	m, err := s.Make(t.Context(), spool)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []string{name, m.File, m.Preview} {
		if f, err := s.File(t.Context(), n); err != nil {
			t.Errorf("%s: %v", n, err)
		} else if _, err := io.Copy(io.Discard, f); err != nil || f.Close() != nil {
			t.Errorf("%s: %v", n, err)
		}
	}
	if left := files(t, dir); len(left) != 0 {
		t.Errorf("left here: %v", left)
	}
}

func TestBucketThatIsNotThere(t *testing.T) {
	t.Parallel()
	a := startStore(t)
	a.conf.Bucket = "elsewhere"
	s, _ := openAway(t, a)
	if err := s.Check(t.Context()); !strings.Contains(errs.Public(err), "elsewhere") {
		t.Errorf("err = %v, want the bucket named", err)
	}
}

func TestEachInAFolder(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	name := put(t, s, "avatar", asJPEG(t, corners(64, 48)))
	if _, _, _, err := s.Receive(t.Context(), bytes.NewReader(asJPEG(t, corners(64, 48)))); err != nil {
		t.Fatal(err)
	}
	var all []string
	if err := s.Each(t.Context(), func(i Info) error { all = append(all, i.Name); return nil }); err != nil || len(all) != 1 || all[0] != name {
		t.Errorf("each: %v, %v; want %s alone", all, err, name)
	}
}
