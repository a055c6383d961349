package preview

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/work"
)

// at is a site at an address of this machine, where each has many.
func at(t *testing.T, address string, h http.Handler) string {
	t.Helper()
	l, err := net.Listen("tcp", address+":0")
	if err != nil {
		t.Skip("this machine has no", address)
	}
	s := &httptest.Server{Listener: l, Config: &http.Server{Handler: h}}
	s.Start()
	t.Cleanup(s.Close)
	return s.URL
}

// TestSlowSite: a site that does not answer takes its own turns and no more,
// however it is reached, and gives them back.
func TestSlowSite(t *testing.T) {
	f, d, _ := elsewhere(t, http.NotFoundHandler())
	f.Client.Timeout = 0
	began := make(chan struct{})
	slow := at(t, "127.0.0.2", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/hang" {
			says("text/html", "<title>Awake</title>").ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(200)
		w.(http.Flusher).Flush()
		began <- struct{}{}
		<-r.Context().Done()
	}))
	quick := http.NewServeMux()
	quick.Handle("/", says("text/html", "<title>Quick</title>"))
	quick.Handle("/there", http.RedirectHandler(slow+"/", http.StatusFound))
	quick.Handle("/its-picture", says("text/html", `<title>Quick</title><meta property="og:image" content="`+slow+`/a.png">`))
	fast := at(t, "127.0.0.3", quick)

	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	for range MaxAtSite {
		go func() { _, err := f.Fetch(ctx, slow+"/hang"); ended <- err }()
	}
	for range MaxAtSite {
		<-began
	}
	for what, address := range map[string]string{"its page": slow + "/", "a way there": fast + "/there", "a picture of its": fast + "/its-picture"} {
		if _, err := f.Fetch(t.Context(), address); !errors.Is(err, work.ErrLater) || errs.KindOf(err) != errs.Unavailable {
			t.Errorf("%s, while it hangs: %v, want %v", what, err, work.ErrLater)
		}
	}
	if l, err := f.Fetch(t.Context(), fast+"/"); err != nil || l != (social.Link{Title: "Quick"}) {
		t.Errorf("another site, while it hangs: %+v, %v", l, err)
	}
	stop()
	for range MaxAtSite {
		if err := <-ended; err == nil {
			t.Error("a page that does not end was read")
		}
	}
	for _, address := range []string{slow + "/", fast + "/there"} {
		if l, err := f.Fetch(t.Context(), address); err != nil || l.Title != "Awake" {
			t.Errorf("after it hung: %+v, %v", l, err)
		}
	}
	if l, err := f.Fetch(t.Context(), fast+"/its-picture"); err != nil || l.Image == "" {
		t.Errorf("after it hung, with a picture: %+v, %v, of %d bytes", l, err, len(d.got))
	}
	if len(f.sites.at) != 0 {
		t.Errorf("turns are left: %v", f.sites.at)
	}
}

func TestSiteOf(t *testing.T) {
	for host, want := range map[string]string{"News.Paper.example": "paper.example", "a.b.co.uk.": "b.co.uk", "ada.github.io": "ada.github.io", "127.0.0.1:80": "127.0.0.1",
		"[::1]": "::1", "localhost": "localhost", "co.uk": "co.uk"} {
		if got := siteOf(&url.URL{Host: host}); got != want {
			t.Errorf("%s is of %s, want %s", host, got, want)
		}
	}
}
