package doors

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
)

// An option is a part of a request.
type option func(*http.Request)

func bearer(token string) option {
	return func(r *http.Request) {
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
	}
}

// session is the cookie of somebody signed in on the pages.
func session(secret string) option {
	return func(r *http.Request) {
		if secret != "" {
			r.AddCookie(&http.Cookie{Name: "plaza_session", Value: secret})
		}
	}
}

func header(name, value string) option {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

// body is one of exactly these bytes.
func body(kind string, b []byte) option {
	return func(r *http.Request) {
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(b)), int64(len(b))
		r.Header.Set("Content-Type", kind)
	}
}

func text(kind, b string) option { return body(kind, []byte(b)) }

// form is a body of names and values, in turns.
func form(pairs ...string) option {
	return text("application/x-www-form-urlencoded", values(pairs).Encode())
}

// query adds names and values to the address.
func query(pairs ...string) option {
	return func(r *http.Request) { r.URL.RawQuery = values(pairs).Encode() }
}

func values(pairs []string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

// parts is the same as a multipart form.
func parts(t *testing.T, pairs ...string) option {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i+1 < len(pairs); i += 2 {
		if err := w.WriteField(pairs[i], pairs[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return body(w.FormDataContentType(), b.Bytes())
}

func object(t *testing.T, v any) option {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return body("application/json", b)
}

// plain follows no redirect and keeps no cookies.
var plain = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	Transport: &http.Transport{MaxIdleConnsPerHost: 64}}

// send calls the server. Of a stream only the head is read.
func send(t *testing.T, s *apptest.Server, method, path string, options ...option) apptest.Answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range options {
		o(r)
	}
	resp, err := plain.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var b []byte
	if !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
		if b, err = io.ReadAll(resp.Body); err != nil {
			t.Fatal(err)
		}
	}
	if resp.StatusCode >= 500 {
		t.Errorf("%s %s: %d %s", method, path, resp.StatusCode, b)
	}
	a := apptest.Answer{Status: resp.StatusCode, Header: resp.Header, Body: b}
	s.Check(t, method, r.URL.Path, a)
	return a
}

// signIn goes through the form and returns the session's secret.
func signIn(t *testing.T, s *apptest.Server, p *apptest.Person) string {
	t.Helper()
	a := send(t, s, "POST", "/auth/sign_in", form("user[email]", p.Name+"@example.com", "user[password]", p.Password))
	for _, line := range a.Header.Values("Set-Cookie") {
		if c, err := http.ParseSetCookie(line); err == nil && c.Name == "plaza_session" {
			return c.Value
		}
	}
	t.Fatalf("%s is not signed in: %d %s", p.Name, a.Status, a.Body)
	return ""
}

// wantStatus checks how a call ended.
func wantStatus(t *testing.T, what string, a apptest.Answer, want int) {
	t.Helper()
	if a.Status != want {
		t.Errorf("%s: %d, want %d: %.300s", what, a.Status, want, a.Body)
	}
}

// crowded does n things, a few at a time.
func crowded(n int, do func(i int)) {
	var wg sync.WaitGroup
	turns := make(chan struct{}, 8)
	for i := range n {
		wg.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			do(i)
		})
	}
	wg.Wait()
}

func num[ID ~int64](id ID) string { return strconv.FormatInt(int64(id), 10) }
