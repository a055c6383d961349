package preview

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/netsafe"
	"github.com/plaza-social/plaza/internal/social"
)

// darkroom keeps no pictures, and remembers what it was given.
type darkroom struct{ got []byte }

func (d *darkroom) MakePreview(_ context.Context, r io.Reader) (m social.Media, err error) {
	d.got, err = io.ReadAll(r)
	m.Preview, m.Blurhash, m.Small = "picture.jpg", "hash", social.Shape{Width: 640, Height: 320}
	return m, err
}

// elsewhere is a site that answers with pages, and a Fetcher that reaches it.
func elsewhere(t *testing.T, pages http.Handler) (*Fetcher, *darkroom, string) {
	t.Helper()
	s := httptest.NewTLSServer(pages)
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	d := &darkroom{}
	return &Fetcher{Client: netsafe.Client(netsafe.Options{Private: netsafe.Loopback, Roots: roots, Timeout: 2 * time.Second}), Pictures: d, Agent: "Plaza"}, d, s.URL
}

// says answers with a page.
func says(kind, page string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", kind)
		io.WriteString(w, page)
	})
}

func fetch(t *testing.T, kind, page string) social.Link {
	t.Helper()
	f, _, url := elsewhere(t, says(kind, page))
	l, err := f.Fetch(t.Context(), url)
	if err != nil {
		t.Fatalf("%.80s: %v", page, err)
	}
	return l
}

func TestFetch(t *testing.T) {
	mux := http.NewServeMux()
	mux.Handle("/", says("text/html; charset=utf-8", `<!DOCTYPE html><HTML lang="de-CH"><head><title>Not this</title>
		<meta property="og:title" content="Bread &amp; Salt"><meta property="og:title" content="A second one">
		<meta name="description" content="On  bread.
			And salt."><meta property="og:site_name" content="The Paper"><meta property="og:image" content="/a.png"><meta property="og:image:alt" content="A loaf">
		<meta name="author" content="Ada"><meta name="fediverse:creator" content="@ada@plaza.example"><meta property="article:published_time" content="2026-11-01T10:00:00+02:00">
		</head><body><meta property="og:site_name" content="No head"></body>`))
	mux.Handle("/a.png", says("image/png", "pixels"))
	f, d, url := elsewhere(t, mux)
	l, err := f.Fetch(t.Context(), url+"/x")
	want := social.Link{Title: "Bread & Salt", Description: "On bread. And salt.", Language: "de-CH", Author: "Ada", Creator: "ada@plaza.example", Site: "The Paper",
		Image: "picture.jpg", ImageAlt: "A loaf", Blurhash: "hash", Width: 640, Height: 320, PublishedAt: time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)}
	if err != nil || l != want || string(d.got) != "pixels" {
		t.Errorf("got %+v, %v\nwant %+v", l, err, want)
	}
}

func TestFetchOfOtherWords(t *testing.T) {
	for name, tt := range map[string]struct{ page, want string }{
		"title": {`<title> A
			title</title>`, "A title"},
		"twitter":           {`<meta name="twitter:title" content="T"><title>x</title>`, "T"},
		"JSON-LD":           {`<script type="application/ld+json">{"headline":"H","author":[{"name":"Ada"}]}</script>`, "H"},
		"JSON-LD in a list": {`<script type="application/ld+json">[{"headline":"H"}]</script><title>x</title>`, "x"},
		"broken JSON-LD":    {`<script type="application/ld+json">{"headline":</script><title>x</title>`, "x"},
		"doubled JSON-LD":   {`<script type="application/ld+json">{"headline":"a","headline":"b"}</script><title>x</title>`, "x"},
		"script":            {`<script>var x = "<title>no</title>"</script><title>x</title>`, "x"},
		"comment":           {`<!-- <title>no</title> --><title>x</title>`, "x"},
		"markup":            {`<meta property="og:title" content="<b onload=alert(1)>x</b>">`, "<b onload=alert(1)>x</b>"}, // words, escaped wherever they are shown
		"controls":          {"<title>a\x01\u202e\x00b</title>", ""},
		"nothing":           {` `, ""},
		"in the body":       {`<body><title>no</title>`, ""},
		"long":              {"<title>" + strings.Repeat("ä", 400) + "</title>", strings.Repeat("ä", (social.MaxLinkTitle-3)/2) + "…"},
	} {
		got := fetch(t, "text/html; charset=utf-8", tt.page).Title
		if name == "controls" {
			if strings.ContainsAny(got, "\x00\x01") {
				t.Errorf("controls came through: %q", got)
			}
			continue
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
	for kind, page := range map[string]string{
		"text/html; charset=iso-8859-1": "<title>Caf\xe9</title>",
		"text/html":                     "<meta charset=windows-1252><title>Caf\xe9</title>",
		"text/html; charset=shift_jis":  "<title>Caf\u00e9</title>", // a lie: nothing breaks
		"text/html; charset=utf-8":      "<title>Caf\xe9</title>",
		"text/html; charset=none-such":  "<title>Caf\xe9</title>",
		"application/xhtml+xml":         `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>Café</title></head></html>`,
	} {
		if got := fetch(t, kind, page).Title; !strings.HasPrefix(got, "Caf") || strings.ToValidUTF8(got, "?") != got {
			t.Errorf("%s: %q", kind, got)
		}
	}
}

func TestFetchAsksForWhatIsElsewhere(t *testing.T) {
	mux := http.NewServeMux()
	mux.Handle("/", says("text/html", `<link rel=alternate type="application/json+oembed" href="/o.json">`))
	mux.Handle("/o.json", says("application/json", `{"title":"A film","author_name":"Ada","author_url":"javascript:alert(1)","provider_name":"Films","html":"<script>alert(1)</script>"}`))
	f, _, url := elsewhere(t, mux)
	if l, err := f.Fetch(t.Context(), url); err != nil || l != (social.Link{Title: "A film", Author: "Ada", Site: "Films"}) {
		t.Errorf("%+v, %v", l, err)
	}
}

// TestFetchOfHostilePages asks what wants to do harm: none takes long, or
// much, or leads anywhere else.
func TestFetchOfHostilePages(t *testing.T) {
	started := make(chan bool, 1)
	mux := http.NewServeMux()
	mux.HandleFunc("/huge", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, "<title>Huge</title>")
		for n := 0; n < 64<<20; n += 1 << 16 {
			if _, err := w.Write(bytes.Repeat([]byte("<p>x</p>"), 1<<13)); err != nil {
				return // the reader has left
			}
		}
	})
	mux.HandleFunc("/bomb", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		for n := 0; n < 256<<20; n += 1 << 20 {
			if _, err := z.Write(make([]byte, 1<<20)); err != nil {
				return
			}
		}
	})
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, "<title>Slow")
		http.NewResponseController(w).Flush()
		started <- true
		<-r.Context().Done()
	})
	mux.Handle("/deep", says("text/html", strings.Repeat("<meta property=a"+strings.Repeat(" b", 2000)+">", 200)))
	mux.Handle("/token", says("text/html", "<title>"+strings.Repeat("x", maxToken+1)+"</title>"))
	mux.Handle("/json", says("application/json", `{"title":"no page"}`))
	mux.Handle("/gone", http.NotFoundHandler())
	mux.Handle("/broken", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(503) }))
	mux.HandleFunc("/brotli", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Content-Encoding", "br")
	})
	for i := range netsafe.MaxRedirects + 2 {
		mux.Handle(fmt.Sprintf("/round%d", i), http.RedirectHandler(fmt.Sprintf("/round%d", i+1), http.StatusFound))
	}
	mux.Handle("/inward", http.RedirectHandler("https://10.0.0.1/", http.StatusFound))
	mux.Handle("/cloud", http.RedirectHandler("http://169.254.169.254/latest/meta-data/", http.StatusFound))
	mux.Handle("/file", http.RedirectHandler("file:///etc/passwd", http.StatusFound))
	f, _, url := elsewhere(t, mux)
	for path, want := range map[string]struct {
		title string
		kind  errs.Kind
		fails bool
	}{
		"/huge": {"Huge", 0, false}, "/bomb": {"", 0, false}, "/deep": {"", 0, false}, "/token": {strings.Repeat("x", social.MaxLinkTitle-3) + "…", 0, false},
		"/json": {kind: errs.Invalid, fails: true}, "/gone": {kind: errs.Invalid, fails: true}, "/broken": {kind: errs.Unavailable, fails: true},
		"/brotli": {kind: errs.Invalid, fails: true}, "/round0": {kind: errs.Invalid, fails: true}, "/inward": {kind: errs.Forbidden, fails: true},
		"/cloud": {kind: errs.Forbidden, fails: true}, "/file": {kind: errs.Forbidden, fails: true},
	} {
		l, err := f.Fetch(t.Context(), url+path)
		if l.Title != want.title || (err != nil) != want.fails || err != nil && errs.KindOf(err) != want.kind {
			t.Errorf("%s: %q, %v; want %q, kind %v", path, l.Title, err, want.title, want.kind)
		}
	}
	ctx, leave := context.WithCancel(t.Context())
	go func() { <-started; leave() }()
	if _, err := f.Fetch(ctx, url+"/slow"); err == nil {
		t.Error("a page that does not end was waited for")
	}
}

// TestFetchOfCorpus reads what is known to break other readers.
func TestFetchOfCorpus(t *testing.T) {
	const corpus = "../../../../shared/corpora/xss/dompurify.json"
	b, err := os.ReadFile(corpus)
	if err != nil {
		t.Skip("there is no corpus of hostile markup at", corpus)
	}
	var all []struct{ Payload string }
	if err := json.Unmarshal(b, &all); err != nil || len(all) == 0 {
		t.Fatal(len(all), err)
	}
	for _, one := range all {
		p := readHead(strings.NewReader("<title>x</title>" + one.Payload + `<meta property="og:title" content="` + one.Payload + `">`))
		if l := p.link(); len(l.Title) > social.MaxLinkTitle || strings.ToValidUTF8(l.Title, "") != l.Title {
			t.Errorf("%q: %q", one.Payload, l.Title)
		}
	}
}

func FuzzReadHead(f *testing.F) {
	f.Add(`<html lang=de><title>x</title><meta property="og:title" content="y"><script type="application/ld+json">{"headline":"z"}</script>`)
	f.Fuzz(func(t *testing.T, page string) {
		l := readHead(strings.NewReader(page)).link()
		for _, s := range []string{l.Title, l.Description, l.Author, l.Site, l.Creator, l.Language} {
			if len(s) > social.MaxLinkText || strings.ToValidUTF8(s, "") != s || strings.ContainsAny(s, "\x00\n") {
				t.Errorf("%q says %q", page, s)
			}
		}
	})
}
