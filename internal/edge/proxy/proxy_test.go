package proxy

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/netsafe"
	"github.com/plaza-social/plaza/internal/social"
)

// ask asks for a path of ours.
func ask(t *testing.T, p *Proxy, path string) (*File, error) {
	t.Helper()
	parts := strings.Split(strings.TrimPrefix(path, Prefix), "/")
	if len(parts) != 3 {
		t.Fatalf("%s is no path of ours", path)
	}
	return p.Get(t.Context(), parts[0], parts[1], parts[2])
}

func TestOnlyWhatWasSignedIsFetched(t *testing.T) {
	t.Parallel()
	p, _ := start(t, 1_000_000, time.Now)
	origin := publish(t)
	path := p.Path(social.AsMedia, origin.URL+"/film/1000/1")
	other := base64.RawURLEncoding.EncodeToString([]byte(origin.URL + "/film/1000/2"))
	parts := strings.Split(path, "/")
	stranger := New(Config{Key: []byte("the key of another house altogether"), Clock: time.Now})
	for what, forged := range map[string]string{
		"another address":    strings.Join([]string{"", "proxy", parts[2], parts[3], other}, "/"),
		"another form":       strings.Join([]string{"", "proxy", parts[2], social.AsAvatar, parts[4]}, "/"),
		"no signature":       strings.Join([]string{"", "proxy", "", parts[3], parts[4]}, "/"),
		"half a signature":   strings.Join([]string{"", "proxy", parts[2][:16], parts[3], parts[4]}, "/"),
		"another house's":    stranger.Path(social.AsMedia, origin.URL+"/film/1000/1"),
		"no encoded address": strings.Join([]string{"", "proxy", parts[2], parts[3], "%%%"}, "/"),
	} {
		if _, err := ask(t, p, forged); errs.KindOf(err) != errs.NotFound {
			t.Errorf("%s: %v, want NotFound", what, err)
		}
	}
	if origin.calls.Load() != 0 {
		t.Errorf("%d calls went out for paths nobody signed", origin.calls.Load())
	}
	f, err := ask(t, p, path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if b, err := io.ReadAll(f); err != nil || len(b) != 1000 || f.Type != "video/mp4" {
		t.Errorf("%d bytes of %s, %v", len(b), f.Type, err)
	}
}

// Many who want one file at once have it fetched once, also if the first of
// them leaves.
func TestManyFetchOnce(t *testing.T) {
	t.Parallel()
	p, _ := start(t, 1_000_000, time.Now)
	var calls atomic.Int64
	arrived, go_ := make(chan struct{}), make(chan struct{})
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) == 1 {
			close(arrived)
		}
		<-go_
		io.Copy(w, contents("/film/5000/1"))
	}))
	defer origin.Close()
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			f, err := p.get(t.Context(), social.AsMedia, origin.URL)
			if err != nil {
				t.Error(err)
				return
			}
			defer f.Close()
			if b, err := io.ReadAll(f); len(b) != 5000 || err != nil {
				t.Errorf("%d bytes, %v", len(b), err)
			}
		})
	}
	<-arrived
	close(go_)
	wg.Wait()
	if calls.Load() != 1 {
		t.Errorf("fetched %d times", calls.Load())
	}
}

// What a file is, is told by its bytes, whatever its server says it is.
func TestWhatIsPassedOn(t *testing.T) {
	t.Parallel()
	pad := strings.Repeat("x", 100)
	for _, x := range []struct{ begins, as, kind string }{
		{"\x89PNG\r\n\x1a\n", social.AsAvatar, "image/png"}, {"\x00\x00\x00\x20ftypisom", social.AsMedia, "video/mp4"}, {"\x00\x00\x00\x20ftypM4A ", social.AsMedia, "audio/mp4"},
		{"\x1aE\xdf\xa3", social.AsMedia, "video/webm"}, {"OggS", social.AsMedia, "audio/ogg"}, {"ID3", social.AsMedia, "audio/mpeg"},
		{"fLaC", social.AsMedia, "audio/flac"}, {"RIFF1234WAVE", social.AsMedia, "audio/wav"},
		{"<!doctype html><script>", social.AsMedia, ""}, {"<svg xmlns", social.AsMedia, ""}, {"%PDF-1.7", social.AsMedia, ""}, {"MZ", social.AsMedia, ""}, {"RIFF1234AVI ", social.AsMedia, ""},
		{"\x00\x00\x00\x20ftypisom", social.AsAvatar, ""}, {"", social.AsMedia, ""},
	} {
		p, _ := start(t, 1_000_000, time.Now)
		origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "image/png")
			if x.begins != "" {
				io.WriteString(w, x.begins+pad)
			}
		}))
		f, err := p.get(t.Context(), x.as, origin.URL)
		switch {
		case x.kind == "" && errs.KindOf(err) != errs.NotFound:
			t.Errorf("%q as %s: %v, want NotFound", x.begins, x.as, err)
		case x.kind != "" && (err != nil || f.Type != x.kind):
			t.Errorf("%q as %s: %v, %v; want %s", x.begins, x.as, f, err, x.kind)
		}
		origin.Close()
	}
}

func TestWhatCannotBeFetched(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	var since atomic.Int64
	p, _ := start(t, 10_000_000, func() time.Time { return at.Add(time.Duration(since.Load())) })
	var calls atomic.Int64
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		switch r.URL.Path {
		case "/gone":
			w.WriteHeader(http.StatusGone)
		case "/away":
			w.WriteHeader(http.StatusBadGateway)
		case "/large":
			io.Copy(w, contents(fmt.Sprintf("/film/%d/1", 5_000_001)))
		case "/large-picture":
			io.Copy(w, contents(fmt.Sprintf("/picture/%d/1", MaxPicture+1)))
		case "/cut":
			w.Header().Set("Content-Length", "9000")
			io.Copy(w, contents("/film/8000/1"))
		}
	}))
	defer origin.Close()
	for path, want := range map[string]errs.Kind{"/gone": errs.NotFound, "/away": errs.Unavailable, "/large": errs.NotFound, "/large-picture": errs.NotFound, "/cut": errs.Unavailable} {
		before := calls.Load()
		for range 3 {
			if _, err := p.get(t.Context(), social.AsMedia, origin.URL+path); errs.KindOf(err) != want || err == nil {
				t.Errorf("%s: %v, want kind %d", path, err, want)
			}
		}
		if n := calls.Load() - before; n != 1 {
			t.Errorf("%s: called %d times within a minute, want once", path, n)
		}
	}
	since.Store(int64(failedFor + time.Second))
	if p.get(t.Context(), social.AsMedia, origin.URL+"/away"); calls.Load() != 6 {
		t.Errorf("%d calls in all, want one more after a minute", calls.Load())
	}
	if n, used := p.Use(); n != 0 || used != own {
		t.Errorf("left: %d files, %d bytes", n, used)
	}
}

// A server that strangers name is not one of our own network.
func TestOwnNetworkIsNotCalled(t *testing.T) {
	t.Parallel()
	p, _ := start(t, 1_000_000, time.Now)
	p.client = netsafe.Client(netsafe.Options{})
	origin := publish(t)
	if _, err := p.get(t.Context(), social.AsMedia, origin.URL+"/film/1000/1"); errs.KindOf(err) != errs.NotFound || origin.calls.Load() != 0 {
		t.Errorf("%v, %d calls; want NotFound and none", err, origin.calls.Load())
	}
}
