package mirror

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

func TestRead(t *testing.T) {
	for path, want := range map[string]spot{
		"/": {page: "/"}, "": {page: "/"}, "/public": {page: "/public/local"}, "/about": {page: "/about"}, "/manifest": {file: "manifest"},
		"/@ada": {page: "/@ada", name: "ada"}, "/@ada/with_replies": {page: "/@ada/with_replies", name: "ada"}, "/@ada/feed.atom": {page: "/@ada/feed.atom", name: "ada"},
		"/@ada/123": {page: "/@ada/123", name: "ada", post: 123}, "/tags/Café": {page: "/tags/café", tag: true}, "/media/a.webp": {file: "media/a.webp"},
		"/@ada/page/2": {page: "/@ada/page/2", name: "ada"}, "/tags/x/page/3": {page: "/tags/x/page/3", tag: true}, "/public/local/page/1": {page: "/public/local/page/1"},
	} {
		if got, ok := read(path); !ok || got != want {
			t.Errorf("read(%q) = %+v, %v, want %+v", path, got, ok, want)
		}
	}
	for _, path := range []string{"/search", "/@eva@far.example", "/@ada/followers", "/@ada/123/likes", "/@ada/123/page/2", "/@ada/page/x", "/@", "/tags/", "/tags/a/b", "/tags/" + strings.Repeat("x", maxName+1),
		"/media/../plaza.db", "/media/", "/settings", "//far.example", "/auth/sign_in", "/proxy/x"} {
		if got, ok := read(path); ok {
			t.Errorf("read(%q) = %+v, want nothing", path, got)
		}
	}
}

func TestRewrite(t *testing.T) {
	ada := &view.Face{Account: social.Account{ID: 7, Username: "Ada", Standing: social.Good}}
	limited := &view.Face{Account: social.Account{ID: 8, Username: "lim", Standing: social.Good, Limited: true}}
	w := &rewriter{base: "https://plaza.example", faces: map[string]*view.Face{}, named: func(_ context.Context, name string) (*view.Face, error) {
		switch strings.ToLower(name) {
		case "ada":
			return ada, nil
		case "lim":
			return limited, nil
		}
		return nil, store.NoPost
	}}
	for in, want := range map[string]string{
		`<a href="/">x</a>`:                                    `<a href="../../index.html">x</a>`,
		`<a href="/@ada/5#post-5">x</a>`:                       `<a href="../../@Ada/5/index.html#post-5">x</a>`,
		`<a href="https://plaza.example/tags/caf%C3%A9">`:      `<a href="../../tags/caf%C3%A9/index.html">`,
		`<a href="https://plaza.example.evil/@ada">`:           `<a href="https://plaza.example.evil/@ada">`,
		`<a href="//far.example/">`:                            `<a href="//far.example/">`,
		`<a href="/@lim">`:                                     `<a href="https://plaza.example/@lim">`,
		`<a href="/@nobody">`:                                  `<a href="https://plaza.example/@nobody">`,
		`<a href="/@eva@far.example">`:                         `<a href="https://plaza.example/@eva@far.example">`,
		`<a href="/search?q=x&amp;y">`:                         `<a href="https://plaza.example/search?q=x&amp;y">`,
		`<a href="#main">`:                                     `<a href="#main">`,
		`<a href="/about" data-out>`:                           `<a href="/about" data-out>`,
		`<link rel="canonical" href="https://plaza.example">`:  `<link rel="canonical" href="https://plaza.example">`,
		`<img src="/media/a.webp" alt="a &quot; b">`:           `<img src="../../media/a.webp" alt="a &#34; b">`,
		`<p>a<img src="/proxy/s/x">b</p>`:                      `<p>ab</p>`,
		`<svg viewBox="0 0 1 1"><use href="#i-x"></use></svg>`: `<svg viewBox="0 0 1 1"><use href="#i-x"></use></svg>`,
		`<p>href="/@ada" stays words</p>`:                      `<p>href="/@ada" stays words</p>`,
	} {
		got, _, err := w.rewrite(t.Context(), "/@Ada/3", []byte(in))
		if err != nil || string(got) != want {
			t.Errorf("%s became %s, %v, want %s", in, got, err, want)
		}
	}
	_, r, err := w.rewrite(t.Context(), "/", []byte(`<article data-id="9"><a href="/@ada/5">x</a><a href="/tags/a">#a</a><img src="/media/a.webp"></article>`))
	want := []string{"a:7", "p:5", "p:9", "t:a"}
	for _, thing := range want {
		if !r.things[thing] {
			t.Errorf("%s is missing in %v", thing, r.things)
		}
	}
	if err != nil || len(r.things) != len(want) || !r.files["media/a.webp"] || !r.pages["/@Ada/5"] || !r.pages["/tags/a"] {
		t.Errorf("read off the page: %+v, %v", r, err)
	}
}

func TestManifest(t *testing.T) {
	secret, public, err := note.GenerateKey(rand.Reader, "plaza.example")
	if err != nil {
		t.Fatal(err)
	}
	want := Manifest{Address: "https://plaza.example", Number: 3, At: time.Date(2026, 11, 26, 8, 0, 0, 0, time.UTC), Files: 2, Bytes: 10, Index: strings.Repeat("ab", 32), IndexSize: 5}
	b, err := want.Sign(secret)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Open(b, public); err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	for i := range b {
		other := slices.Clone(b)
		other[i] ^= 1
		if got, err := Open(other, public); err == nil && got != want { // the last sign of a signature has bits to spare
			t.Errorf("byte %d changed, and it was believed: %q", i, other)
		}
	}
	for _, text := range []string{"", "plaza mirror 2\n", "plaza mirror 1\n", strings.Replace(want.Text(), "number 3", "number -3", 1), strings.Replace(want.Text(), "abab", "xyxy", 1)} {
		if _, err := parse(text); errs.KindOf(err) != errs.Invalid || err == nil {
			t.Errorf("%q: %v, want Invalid", text, err)
		}
	}
}

// memory is a mirror that somebody made to do harm: signed, as anybody can.
type memory map[string]string

func (m memory) Open(_ context.Context, key string) (io.ReadCloser, error) {
	s, ok := m[key]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return io.NopCloser(strings.NewReader(s)), nil
}

func TestHostileIndex(t *testing.T) {
	secret, public, err := note.GenerateKey(rand.Reader, "evil.example")
	if err != nil {
		t.Fatal(err)
	}
	zeros := strings.Repeat("0", 64)
	for name, root := range map[string]string{
		"outside": zeros + " 5 ../../etc/passwd\n", "absolute": zeros + " 5 /etc/passwd\n", "no size": zeros + " x a\n", "negative": zeros + " -1 a\n", "no hash": "zz 5 a\n", "words": "hello\n",
		"itself": zeros + " 5 index/root\n", "too deep": zeros + " 5 index/00\n",
	} {
		m := memory{rootKey: root, keyFile: public}
		note, err := Manifest{Address: "https://evil.example", Number: 1, Index: sum([]byte(root)), IndexSize: int64(len(root))}.Sign(secret)
		if err != nil {
			t.Fatal(err)
		}
		m[manifestFile] = string(note)
		if r, err := Verify(t.Context(), m, Check{}); errs.KindOf(err) != errs.Invalid || err == nil {
			t.Errorf("%s: %+v, %v, want Invalid", name, r, err)
		}
	}
	huge := memory{keyFile: strings.Repeat("x", maxManifest+1), manifestFile: "x"}
	if _, err := Verify(t.Context(), huge, Check{}); err == nil {
		t.Error("a key without end was read")
	}
	if _, err := Verify(t.Context(), memory{}, Check{}); errs.KindOf(err) != errs.NotFound || err == nil {
		t.Errorf("nothing: %v, want NotFound", err)
	}
}

func TestFolder(t *testing.T) {
	f, err := OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	for _, key := range []string{"", ".", "../a", "a/../b", "/a", "a//b", "a/", `a\b`, "a\nb", "x/" + ready + "1"} {
		if err := f.Put(ctx, key, strings.NewReader("x"), 1); errs.KindOf(err) != errs.Invalid || err == nil {
			t.Errorf("Put(%q): %v, want Invalid", key, err)
		}
		if _, err := f.Open(ctx, key); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Open(%q): %v, want ErrNotExist", key, err)
		}
	}
	if err := f.Put(ctx, "a/b/c", strings.NewReader("short"), 9); err == nil {
		t.Error("half a file was kept")
	}
	if err := f.Put(ctx, "a/b/c", strings.NewReader("whole"), 5); err != nil {
		t.Error(err)
	}
	var keys []string
	if err := f.Each(ctx, func(key string, size int64) error { keys = append(keys, key); return nil }); err != nil || !slices.Equal(keys, []string{"a/b/c"}) {
		t.Errorf("there are %v, %v", keys, err)
	}
	if _, err := f.Open(ctx, "a/b"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder: %v, want ErrNotExist", err)
	}
	if err := f.Remove(ctx, "a/b/c", "never/there"); err != nil {
		t.Error(err)
	}
	if _, err := f.Open(ctx, "a/b/c"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what was removed: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(Manifest{Address: "https://plaza.example", Index: strings.Repeat("ab", 32)}.Text())
	f.Fuzz(func(t *testing.T, text string) {
		if m, err := parse(text); err == nil && (m.Number < 0 || !isSum(m.Index)) {
			t.Errorf("%q was read as %+v", text, m)
		}
		if l, ok := parseLine(text); ok && (l.size < 0 || !goodKey(l.path)) {
			t.Errorf("%q was read as %+v", text, l)
		}
	})
}

// What is too large to be checked as it is sent is sent only if browsers run
// nothing in it.
func TestServeLarge(t *testing.T) {
	p, err := OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	r := &Report{known: map[string]line{}}
	for key, size := range map[string]int64{"media/long.mp4": maxChecked + 1, "media/short.mp4": maxChecked, "long.html": maxChecked + 1} {
		body := make([]byte, size)
		if err := p.Put(t.Context(), key, bytes.NewReader(body), size); err != nil {
			t.Fatal(err)
		}
		r.known[key] = line{sum(body), size, key}
	}
	h := Handler(p, r)
	for key, want := range map[string]int{"media/long.mp4": http.StatusPartialContent, "media/short.mp4": http.StatusPartialContent, "long.html": http.StatusServiceUnavailable} {
		q, w := httptest.NewRequest(http.MethodGet, "/"+key, nil), httptest.NewRecorder()
		q.Header.Set("Range", "bytes=10-19")
		if h.ServeHTTP(w, q); w.Code != want || want == http.StatusPartialContent && w.Body.Len() != 10 {
			t.Errorf("%s: %d with %d bytes, want %d", key, w.Code, w.Body.Len(), want)
		}
	}
}
