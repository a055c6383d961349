package place

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/base/errs"
)

func init() { grounds["plaza"] = plazaGround }

const token = "a token that is long"

func tokens(name string) (Tenant, bool) { return tenant(name, 0) }

func tenant(name string, budget int64) (Tenant, bool) {
	t, ok := map[string]string{"ada": token, "ben": "another long token", "short": "short"}[name]
	sum := sha256.Sum256([]byte(t))
	return Tenant{Name: name, Token: sum[:], Budget: budget}, ok
}

func plazaGround(t *testing.T) ground {
	dir := filepath.Join(t.TempDir(), "places")
	keeps := Serve(dir, tokens)
	var busy sync.RWMutex // held for reading by whoever is answered
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		busy.RLock()
		defer busy.RUnlock()
		keeps.ServeHTTP(w, r)
	}))
	t.Cleanup(func() { s.Close(); keeps.Close() })
	url := "plaza+http://" + strings.TrimPrefix(s.URL, "http://")
	return ground{
		open: func(t *testing.T) Place { return mustOpen(t, Config{URL: url + "/ada", Secret: token}) },
		cut:  s.CloseClientConnections,
		junk: func(t *testing.T) int {
			busy.Lock() // whoever hung up is noticed a moment later
			defer busy.Unlock()
			return filesIn(t, filepath.Join(dir, "ada", unsaved))
		},
	}
}

func startServer(t *testing.T, keeps *Server) (*httptest.Server, string) {
	t.Helper()
	s := httptest.NewServer(keeps)
	t.Cleanup(func() {
		s.Close()
		if err := keeps.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, "plaza+http://" + strings.TrimPrefix(s.URL, "http://")
}

func TestNeighbourAddresses(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"plaza://host", "plaza:///name", "plaza://host/a/b", "plaza://host/Name", "plaza://host/-", "plaza://host/a?b=c", "plaza://ada@host/name"} {
		if _, err := Open(t.Context(), Config{URL: bad, Secret: token}); errs.KindOf(err) != errs.Invalid || !strings.HasSuffix(errs.Public(err), ".") {
			t.Errorf("%q: %v, want a sentence", bad, err)
		}
	}
	if _, err := Open(t.Context(), Config{URL: "plaza://host/name", Secret: conf.Secret(token[:MinToken-1])}); errs.KindOf(err) != errs.Invalid {
		t.Errorf("a short token: %v", err)
	}
	mustOpen(t, Config{URL: "plaza://host/name", Secret: conf.Secret(token[:MinToken])})
}

// A token opens its own space only, and one that is not there looks the same.
func TestTokens(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, _ := startServer(t, Serve(dir, tokens))
	for _, c := range []struct {
		path, authorization string
		want                int
	}{
		{"ada/key", "Bearer " + token, 404},
		{"ada", "Bearer " + token, 200},
		{"ada/", "Bearer " + token, 200},
		{"ada/key", "", 401},
		{"ada/key", token, 401},
		{"ada/key", "Basic " + token, 401},
		{"ada/key", "Bearer ", 401},
		{"ada/key", "Bearer " + token + "x", 401},
		{"ada/key", "Bearer another long token", 401},
		{"ben/key", "Bearer " + token, 401},
		{"nobody/key", "Bearer " + token, 401},
		{"nobody/key", "Bearer ", 401},
		{"short/key", "Bearer short", 401},
		{"", "Bearer ", 401},
		{"../ada/key", "Bearer " + token, 401},
		{"..%2fada/key", "Bearer " + token, 401},
		{"ada/..%2fben%2fkey", "Bearer " + token, 400},
		{"ada/%7eunsaved/x", "Bearer " + token, 400},
		{"ada/a//b", "Bearer " + token, 400},
		{"ada?prefix=..%2f", "Bearer " + token, 400},
	} {
		r, err := http.NewRequest("GET", s.URL+Root+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", c.authorization)
		a, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		a.Body.Close()
		if a.StatusCode != c.want || a.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s with %q: %d, want %d; %v", c.path, c.authorization, a.StatusCode, c.want, a.Header)
		}
	}
	if all := filesIn(t, dir); all != 2 { // ada and what is unsaved
		t.Errorf("%d folders", all)
	}
	p := mustOpen(t, Config{URL: "plaza+http://" + strings.TrimPrefix(s.URL, "http://") + "/ben", Secret: token})
	if err := Check(t.Context(), p); !strings.Contains(err.Error(), "token") {
		t.Errorf("the check says %v", err)
	}
}

// What is kept is nothing to a browser, whatever it was said to be.
func TestKeptIsNotShown(t *testing.T) {
	t.Parallel()
	_, url := startServer(t, Serve(t.TempDir(), tokens))
	put(t, mustOpen(t, Config{URL: url + "/ada", Secret: token}), "index.html", "<script>")
	r, err := http.NewRequest("GET", "http"+strings.TrimPrefix(url, "plaza+http")+Root+"ada/index.html", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	a.Body.Close()
	for name, want := range map[string]string{"Content-Type": "application/octet-stream", "X-Content-Type-Options": "nosniff",
		"Content-Disposition": "attachment", "Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "no-store"} {
		if got := a.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestBudget(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const budget = 100_000
	_, url := startServer(t, Serve(dir, func(name string) (Tenant, bool) { return tenant(name, budget) }))
	ada := mustOpen(t, Config{URL: url + "/ada", Secret: token})
	try := func(p Place, key string, size int) error {
		return p.Put(t.Context(), key, bytes.NewReader(make([]byte, size)), int64(size))
	}
	full := func(what string, err error) {
		t.Helper()
		if errs.KindOf(err) != errs.Limited || !strings.Contains(err.Error(), "full") {
			t.Errorf("%s: %v, want that it is full", what, err)
		}
	}
	full("too large", try(ada, "a", budget-perObject+1))
	if err := try(ada, "a", budget-perObject); err != nil {
		t.Errorf("all of it: %v", err)
	}
	full("nothing is not free", try(ada, "b", 0))
	full("a claim", ada.PutNew(t.Context(), "c", []byte("x")))
	if err := try(mustOpen(t, Config{URL: url + "/ben", Secret: "another long token"}), "a", 1000); err != nil {
		t.Errorf("another space: %v", err)
	}
	for range 3 { // only the first gives room
		if err := ada.Remove(t.Context(), "a"); err != nil {
			t.Error(err)
		}
	}
	full("too large again", try(ada, "a", budget-perObject+1))
	for range 10 { // each replaces the one before
		if err := try(ada, "a", budget/3); err != nil {
			t.Fatalf("again: %v", err)
		}
	}
	for range 10 { // what fails gives its room back, or never took any
		if err := ada.Put(t.Context(), "broken", io.LimitReader(neverEnding{}, 10), budget/3); err == nil {
			t.Error("too short")
		}
		if err := ada.PutNew(t.Context(), "a", make([]byte, 1000)); !errors.Is(err, fs.ErrExist) {
			t.Errorf("a claim of what is there: %v", err)
		}
	}
	if err := try(ada, "b", budget/2); err != nil {
		t.Errorf("what is left: %v", err)
	}
	_, again := startServer(t, Serve(dir, func(name string) (Tenant, bool) { return tenant(name, budget) })) // counts what it finds
	full("opened again", try(mustOpen(t, Config{URL: again + "/ada", Secret: token}), "c", budget/3))
}

type neverEnding struct{}

func (neverEnding) Read(p []byte) (int, error) { return len(p), nil }

// Lists come in pages.
func TestPages(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, url := startServer(t, Serve(dir, tokens))
	p := mustOpen(t, Config{URL: url + "/ada", Secret: token})
	put(t, p, "e/0", "")
	for _, n := range []int{page, page + 1} {
		var want []string
		for i := range n {
			key := fmt.Sprintf("n%d/%06d", n, i)
			want = append(want, key)
			if err := errors.Join(os.MkdirAll(filepath.Join(dir, "ada", filepath.Dir(key)), 0o700), os.WriteFile(filepath.Join(dir, "ada", key), nil, 0o600)); err != nil {
				t.Fatal(err)
			}
		}
		if got := keys(t, p, fmt.Sprintf("n%d/", n), ""); !slices.Equal(got, want) {
			t.Errorf("%d keys of %d", len(got), n)
		}
	}
}

// What is at the address may be anything.
func TestStrangeNeighbours(t *testing.T) {
	t.Parallel()
	answer := func(code int, headers string, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if headers != "" {
				w.Header().Set(mark, headers)
			}
			w.Header().Set("Location", "http://"+r.Host+"/elsewhere")
			w.WriteHeader(code)
			_, _ = io.WriteString(w, body)
		}
	}
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		nothing bool // opening says that nothing is there
	}{
		"another site":          {answer(404, "", "not here"), false},
		"a site that says yes":  {answer(200, "", "welcome"), false},
		"one that sends on":     {answer(302, "1", ""), false},
		"a list without end":    {answer(200, "1", `{"key":"a"}`), true},
		"a list of lies":        {answer(200, "1", `{"key":"../a"}{"end":true}`), true},
		"a list in no order":    {answer(200, "1", `{"key":"b"}{"key":"a"}{"end":true}`), true},
		"a list that goes on":   {answer(200, "1", `{"end":true,"more":true}`), true},
		"one key, many times":   {answer(200, "1", strings.Repeat(`{"key":"a"}`, 3)+`{"end":true}`), true},
		"a list of another":     {answer(200, "1", `{"key":"zz"}{"end":true}`), true},
		"less than nothing":     {answer(200, "1", `{"key":"a","size":-1}{"end":true}`), true},
		"one that is broken":    {answer(500, "1", "oh"), false},
		"one that never stops":  {answer(200, "1", strings.Repeat(`{"key":"a"`, 100_000)), true},
		"one that is too large": {answer(200, "1", `{"key":"`+strings.Repeat("a", 2<<20)), true},
	} {
		s := httptest.NewServer(c.handler)
		p := mustOpen(t, Config{URL: "plaza+http://" + strings.TrimPrefix(s.URL, "http://") + "/ada", Secret: token})
		if err := p.Each(t.Context(), "a", "", func(Info) error { return nil }); err == nil {
			t.Errorf("%s: it was listed", name)
		}
		if !c.nothing {
			r, err := p.Open(context.Background(), "a")
			if err == nil {
				r.Close()
			}
			if err == nil || errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s: open: %v", name, err)
			}
			if err := p.PutNew(t.Context(), "a", nil); err == nil {
				t.Errorf("%s: the claim was won", name)
			}
		}
		s.Close()
	}
}
