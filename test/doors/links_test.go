package doors

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/edge/preview"
	"github.com/plaza-social/plaza/internal/social"
)

// linking is a post with a preview, as far as tests look.
type linking struct {
	ID   string
	Card *struct {
		URL, Title, Type, HTML string
		Embed                  string `json:"embed_url"`
		Image                  *string
		Authors                []struct {
			Name    string
			Account *struct{ Acct string }
		}
	}
}

// paper is a site elsewhere, with one page; asked counts how often it was
// read.
func paper(t *testing.T) (url string, asked *atomic.Int32) {
	t.Helper()
	asked = &atomic.Int32{}
	mux := http.NewServeMux()
	mux.HandleFunc("/bread", func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<html lang=en><head><title>Bread</title><meta property="og:site_name" content="The Paper">
			<meta property="og:description" content="All about it."><meta property="og:image" content="/bread.png">
			<meta name="author" content="Ada Writes"><meta name="fediverse:creator" content="@ada@%s"></head>`, r.URL.Query().Get("house"))
	})
	mux.HandleFunc("/bread.png", func(w http.ResponseWriter, r *http.Request) { io.Copy(w, bytes.NewReader(pngOf(t, 300, 200))) })
	s := httptest.NewTLSServer(mux)
	t.Cleanup(s.Close)
	return s.URL, asked
}

// withCard waits for the preview of a post.
func withCard(t *testing.T, s *apptest.Server, who *apptest.Person, id string) (l linking) {
	t.Helper()
	s.Eventually("a preview", func() bool {
		who.Must("GET", "/api/v1/statuses/"+id, nil, &l)
		return l.Card != nil
	})
	return l
}

// TestLinks passes a page on, and looks at it everywhere.
func TestLinks(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
		site, asked := paper(t)
		house := strings.TrimPrefix(s.URL, "http://")
		page := site + "/bread?house=" + house
		for _, p := range []*apptest.Person{ada, ben} {
			p.Must("PATCH", "/api/v1/accounts/update_credentials", "discoverable=true", nil)
		}
		first := ada.Post("Read "+page+"&utm_source=plaza#top, and "+site+"/other", "public")
		l := withCard(t, s, ben, first.ID)
		if c := l.Card; c.URL != page || c.Title != "Bread" || c.Type != "link" || c.HTML != "" || c.Embed != "" || c.Image == nil || len(c.Authors) != 1 || c.Authors[0].Name != "Ada Writes" || c.Authors[0].Account != nil {
			t.Errorf("%+v", c)
		}
		wantStatus(t, "its picture", send(t, s, "GET", strings.TrimPrefix(*l.Card.Image, s.URL)), 200)
		ada.Must("PATCH", "/api/v1/accounts/update_credentials", "attribution_domains[]=127.0.0.1", nil)
		if l = withCard(t, s, ben, first.ID); l.Card.Authors[0].Account == nil || l.Card.Authors[0].Account.Acct != "ada" {
			t.Errorf("who lets the site name her is not named: %+v", l.Card.Authors)
		}
		second := ben.Post("Also "+page, "public")
		if withCard(t, s, ada, second.ID); asked.Load() != 1 {
			t.Errorf("the page was asked %d times, want 1", asked.Load())
		}
		var all []linking
		ada.Must("GET", "/api/v1/timelines/link?url="+page+"%26utm_medium=x", nil, &all)
		if len(all) != 2 || all[0].ID != second.ID {
			t.Errorf("posts with the link: %+v", all)
		}
		type day struct{ Uses, Accounts string }
		var bare []struct {
			URL     string
			History []day
		}
		ada.Must("GET", "/api/v1/trends/links", nil, &bare)
		if len(bare) != 1 || bare[0].URL != page || len(bare[0].History) != 7 || !slices.ContainsFunc(bare[0].History, func(d day) bool { return d.Uses != "0" && d.Accounts != "0" }) {
			t.Errorf("trends: %+v", bare)
		}
		if a := ada.Call("GET", "/api/v1/timelines/link?url=https://example.org/", nil); a.Status != 200 || string(a.Body) != "[]" {
			t.Errorf("posts with a link of nobody's: %d %s", a.Status, a.Body)
		}
		for _, none := range []string{"", "ftp://x"} {
			if a := ada.Call("GET", "/api/v1/timelines/link?url="+none, nil); a.Status != 404 {
				t.Errorf("posts with %q: %d %s", none, a.Status, a.Body)
			}
		}
		if a := send(t, s, "GET", "/@ada/"+first.ID); !strings.Contains(string(a.Body), `class="preview"`) || !strings.Contains(string(a.Body), "All about it.") {
			t.Error("the page of the post does not show the preview")
		}
		ada.Must("PUT", "/api/v1/statuses/"+first.ID, "status=No link", nil)
		s.Eventually("the preview to go with the link", func() bool {
			ben.Must("GET", "/api/v1/statuses/"+first.ID, nil, &l)
			return l.Card == nil
		})
	})
}

// TestLinksThatAreNotAsked are those of messages, of posts that show something
// themselves, and our own; and those that lead into the house's own network.
func TestLinksThatAreNotAsked(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada := s.Join("ada", social.Member)
	site, asked := paper(t)
	ada.Post("@ada "+site+"/bread", "direct")
	ada.Post("https://10.0.0.1/bread "+site+"/bread", "public")
	ada.Post("http://169.254.169.254/latest", "public")
	last := ada.Post("At last "+site+"/bread?last", "public")
	withCard(t, s, ada, last.ID)
	if asked.Load() != 1 {
		t.Errorf("asked %d times, want 1", asked.Load())
	}
}

// TestLinksToASlowSite: posts that lead to a site that hangs keep no others
// waiting for their previews, and the site is not called by more at once.
func TestLinksToASlowSite(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		t.Skip("this machine has one address")
	}
	var now, most atomic.Int32
	release := make(chan struct{})
	slow := &httptest.Server{Listener: l, Config: &http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if n := now.Add(1); n > most.Load() {
			most.Store(n)
		}
		defer now.Add(-1)
		select {
		case <-r.Context().Done():
		case <-release:
		}
	})}}
	slow.Start()
	s := apptest.Start(t)
	t.Cleanup(func() { close(release); slow.Close() })
	ada := s.Join("ada", social.Member)
	for i := range 30 {
		ada.Post(fmt.Sprint("Read ", slow.URL, "/", i), "public")
	}
	s.Eventually("the slow site to be asked", func() bool { return most.Load() > 0 })
	site, _ := paper(t)
	withCard(t, s, ada, ada.Post("Read "+site+"/bread", "public").ID)
	if n := most.Load(); n > preview.MaxAtSite {
		t.Errorf("%d asked the slow site at once, want at most %d", n, preview.MaxAtSite)
	}
}

// linked are previews, in posts and among the trends.
func (w *crowd) linked(t *testing.T) {
	t.Helper()
	site, _ := paper(t)
	var post apptest.Status
	for _, p := range []*apptest.Person{w.ada, w.ben} {
		p.Must("PATCH", "/api/v1/accounts/update_credentials", "discoverable=true", nil)
		post = p.Post("Read "+site+"/bread", "public")
	}
	withCard(t, w.server, w.ada, post.ID)
	w.call(t, w.ada, "GET /api/v1/statuses/{id}", []any{post.ID})
	w.call(t, w.ada, "GET /api/v1/statuses/{id}/card", []any{post.ID})
	w.call(t, w.ada, "GET /api/v1/timelines/link?url={url}", []any{site + "/bread"})
	if a := w.call(t, w.ada, "GET /api/v1/trends/links?empty", nil); len(a.Body) < 3 {
		t.Log("trends were looked at before; they stand for five minutes")
	}
}
