package proxy

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

// edition is a server whose files say which edition they are; zero is away,
// below zero they are gone.
type edition struct {
	atomic.Int64
	calls atomic.Int64
}

func (e *edition) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.calls.Add(1)
	switch n := e.Load(); {
	case n == 0:
		w.WriteHeader(http.StatusBadGateway)
	case n < 0:
		w.WriteHeader(http.StatusGone)
	case strings.HasSuffix(r.URL.Path, ".png"):
		fmt.Fprintf(w, "\x89PNG\r\n\x1a\n%d%s", n, strings.Repeat(" ", int(n)*5000))
	default:
		fmt.Fprintf(w, "\x00\x00\x00\x20ftypisom%d%s", n, strings.Repeat(" ", int(n)*5000))
	}
}

// well is no error.
const well = errs.Internal

func TestRefresh(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"/a.png", "/a.mp4"} {
		p, dir := start(t, 1_000_000, time.Now)
		e := &edition{}
		origin := httptest.NewServer(e)
		defer origin.Close()
		address := origin.URL + name
		see := func(what string, want int64) {
			t.Helper()
			f, err := p.get(t.Context(), social.AsMedia, address)
			if err != nil {
				t.Fatalf("%s %s: %v", name, what, err)
			}
			defer f.Close()
			b, err := io.ReadAll(f)
			if got := string(b); err != nil || !strings.Contains(got, fmt.Sprintf("%d ", want)) {
				t.Errorf("%s %s: %.20q, %v; want edition %d", name, what, got, err, want)
			}
			if l := lookAt(dir); len(l.files) != 3 { // the folder, that of what arrives, and the file
				t.Errorf("%s %s: %v", name, what, l.files)
			}
			if files, used := p.Use(); files != 1 || used != own+weight(int64(len(b))) {
				t.Errorf("%s %s: %d files of %d bytes are counted, want one of %d", name, what, files, used, own+weight(int64(len(b))))
			}
		}
		refresh := func(what string, missing bool, want errs.Kind) {
			t.Helper()
			if err := p.Refresh(t.Context(), social.AsMedia, address, missing); (err == nil) != (want == well) || err != nil && errs.KindOf(err) != want {
				t.Errorf("%s %s: %v, want kind %d", name, what, err, want)
			}
		}
		e.Store(1)
		if refresh("not here", false, well); e.calls.Load() != 0 {
			t.Errorf("%s: fetched although nobody has looked", name)
		}
		refresh("wanted all the same", true, well)
		see("first", 1)
		e.Store(2)
		see("looking does not fetch", 1)
		refresh("anew", false, well)
		see("anew", 2)
		e.Store(0)
		refresh("away", false, errs.Unavailable)
		see("away", 2)
		e.Store(-1)
		refresh("gone", false, errs.NotFound)
		see("gone", 2)
		e.Store(3)
		f, err := p.get(t.Context(), social.AsMedia, address)
		if err != nil {
			t.Fatal(err)
		}
		refresh("somebody reads it", false, errs.Unavailable)
		f.Close()
		see("after reading", 2)
		refresh("at last", false, well)
		see("at last", 3)
	}
}

// A server that was away a moment ago is asked again at once by who says so.
func TestRefreshForgives(t *testing.T) {
	t.Parallel()
	p, _ := start(t, 1_000_000, time.Now)
	e := &edition{}
	origin := httptest.NewServer(e)
	defer origin.Close()
	if _, err := p.get(t.Context(), social.AsMedia, origin.URL); errs.KindOf(err) != errs.Unavailable {
		t.Fatal(err)
	}
	e.Store(1)
	if _, err := p.get(t.Context(), social.AsMedia, origin.URL); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("asked again within a minute: %v", err)
	}
	if err := p.Refresh(t.Context(), social.AsMedia, origin.URL, false); err != nil {
		t.Fatal(err)
	}
	f, err := p.get(t.Context(), social.AsMedia, origin.URL)
	if err != nil {
		t.Fatalf("after that: %v", err)
	}
	f.Close()
}
