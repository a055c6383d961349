package doors

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/store"
)

// elsewhere has a server keep its files in a store of its own, which is away
// while off.
func elsewhere(t *testing.T, off *atomic.Bool) apptest.Option {
	t.Helper()
	b := s3mem.New()
	if err := b.CreateBucket("plaza"); err != nil {
		t.Fatal(err)
	}
	speaks := gofakes3.New(b).Server()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if off.Load() {
			panic(http.ErrAbortHandler)
		}
		speaks.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return func(c *conf.Config) {
		c.Media.Endpoint, c.Media.Bucket, c.Media.Region, c.Media.Key, c.Media.Secret = s.URL, "plaza", "us-east-1", "key", "secret"
	}
}

// While the store of files is away, apps are told so in a sentence, nothing
// piles up, and what was kept is there again after.
func TestFilesKeptElsewhere(t *testing.T) {
	t.Parallel()
	var off atomic.Bool
	s := apptest.Start(t, elsewhere(t, &off))
	ada := s.Join("ada", "user")
	var m attached
	a := upload(t, s, ada, "/api/v2/media", pngOf(t, 40, 30))
	wantStatus(t, "upload", a, 200)
	a.JSON(t, &m)
	get := func(options ...option) apptest.Answer {
		r, err := http.NewRequestWithContext(t.Context(), "GET", m.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range options {
			o(r)
		}
		return s.Do(r)
	}
	whole := get()
	wantStatus(t, "the file", whole, 200)
	if h := whole.Header; h.Get("Content-Type") != "image/jpeg" || !strings.Contains(h.Get("Cache-Control"), "immutable") || h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("headers %v", h)
	}
	if part := get(header("Range", "bytes=10-19")); part.Status != 206 || string(part.Body) != string(whole.Body[10:20]) {
		t.Errorf("a part: %d, %d bytes", part.Status, len(part.Body))
	}

	off.Store(true)
	for what, a := range map[string]apptest.Answer{"the file": get(), "upload": upload(t, s, ada, "/api/v2/media", pngOf(t, 40, 30))} {
		if wantStatus(t, what+" during the outage", a, 503); !strings.Contains(string(a.Body), "Try again") {
			t.Errorf("%s: %s, want a sentence that says what to do", what, a.Body)
		}
	}
	if spooled, err := filepath.Glob(filepath.Join(s.Config.Data, "media", "tmp", "*")); err != nil || len(spooled) != 0 {
		t.Errorf("left in the spool: %v, %v", spooled, err)
	}
	if err := s.Store.Read(t.Context(), func(v *store.View) error {
		n, _, err := v.MediaUse(t.Context())
		if n != 1 {
			t.Errorf("%d attachments, want the first one alone", n)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if f := diagnosis(t, s, "files"); f.OK || f.Mend == "" || !strings.Contains(f.Says, "bucket plaza") {
		t.Errorf("the doctor found %+v", f)
	}

	off.Store(false)
	if again := get(); again.Status != 200 || string(again.Body) != string(whole.Body) {
		t.Errorf("after the outage: %d", again.Status)
	}
	if f := diagnosis(t, s, "files"); !f.OK {
		t.Errorf("the doctor found %+v", f)
	}
}

func diagnosis(t *testing.T, s *apptest.Server, what string) app.Finding {
	t.Helper()
	for _, f := range app.Examine(t.Context(), s.Config, time.Now) {
		if f.What == what {
			return f
		}
	}
	t.Fatalf("the doctor said nothing of %s", what)
	return app.Finding{}
}
