// Package apptest is a whole server inside a test: real database, real
// sockets, real files. Only mail goes nowhere: letters are kept to be read.
package apptest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/base/netsafe"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// Server is a running Plaza.
type Server struct {
	*app.App
	URL string
	t   testing.TB

	options app.Options
	end     func() // stops it

	mu      sync.Mutex
	letters []auth.Letter
}

// Option changes what a server is started with.
type Option func(*conf.Config)

// WithLimits keeps rate limits on; tests have them off.
func WithLimits(c *conf.Config) { c.RateLimits = true }

// Each runs fn as a subtest against a server on every engine at hand.
func Each(t *testing.T, fn func(t *testing.T, s *Server), options ...Option) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); fn(t, Start(t, options...)) })
	if url := os.Getenv("PLAZA_TEST_POSTGRES"); url != "" {
		t.Run("postgres", func(t *testing.T) {
			t.Parallel()
			fn(t, Start(t, append(options, func(c *conf.Config) { c.DB = storetest.Database(t, url) })...))
		})
	}
}

// Long reports whether what takes long is wanted, see the Makefile.
func Long() bool { return os.Getenv("PLAZA_TEST_LONG") != "" }

// EachLong is Each for what is a walk through all routes that shows nothing new on
// PostgreSQL but in its long form.
func EachLong(t *testing.T, fn func(t *testing.T, s *Server), options ...Option) {
	t.Helper()
	if Long() {
		Each(t, fn, options...)
		return
	}
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); fn(t, Start(t, options...)) })
}

// Start runs a server on SQLite until the test ends.
func Start(t testing.TB, options ...Option) *Server {
	t.Helper()
	return StartReaching(t, Outward(), options...)
}

// StartReaching is Start for a server that reaches others in its own way.
func StartReaching(t testing.TB, outward netsafe.Options, options ...Option) *Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{URL: "http://" + l.Addr().String(), t: t}
	c, err := conf.Load(func(string) string { return "" }, conf.Overrides{Data: t.TempDir(), Listen: l.Addr().String(), URL: s.URL})
	if err != nil {
		t.Fatal(err)
	}
	c.RateLimits = false
	for _, o := range options {
		o(&c)
	}
	if _, err := os.Stat(c.Database()); c.DB == "" && errors.Is(err, fs.ErrNotExist) {
		storetest.Prepare(t, c.Database())
	}
	s.options = app.Options{Config: c, Clock: clock.System, Log: logOf(t), Sender: s, Outward: outward, Reads: s.reads, CheapPasswords: true}
	if s.App, err = app.Open(t.Context(), s.options); err != nil {
		t.Fatal(err)
	}
	s.serve(t, l)
	return s
}

// Anew ends the server and opens it over the same data at the same place, as
// plaza serve does when the house has another name.
func (s *Server) Anew(t testing.TB) *Server {
	t.Helper()
	s.end()
	other := &Server{URL: s.URL, t: t, options: s.options}
	other.options.Sender, other.options.Reads = other, other.reads
	var err error
	if other.App, err = app.Open(t.Context(), other.options); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	other.serve(t, l)
	return other
}

// Stop ends the server before its test does. Anew opens it again.
func (s *Server) Stop() { s.end() }

// As is a person of a server as one of another that has the same data.
func (s *Server) As(p *Person) *Person {
	other := *p
	other.s = s
	return &other
}

// logOf writes the errors of a server to the test's log.
func logOf(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(lines{t}, &slog.HandlerOptions{Level: slog.LevelError}))
}

// lines writes the server's log to the test's.
type lines struct{ t testing.TB }

func (l lines) Write(b []byte) (int, error) {
	l.t.Log(strings.TrimSpace(string(b)))
	return len(b), nil
}

// Send keeps a letter. It implements mail.Sender.
func (s *Server) Send(_ context.Context, l auth.Letter) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.letters = append(s.letters, l)
	return nil
}

// Letter waits for a letter to an address, the last one sent.
func (s *Server) Letter(to string) auth.Letter {
	s.t.Helper()
	var found auth.Letter
	s.Eventually("a letter to "+to, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, l := range s.letters {
			if l.To == to {
				found = l
			}
		}
		return found.To != ""
	})
	return found
}

// Letters are all that were sent to an address.
func (s *Server) Letters(to string) (all []auth.Letter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.letters {
		if l.To == to {
			all = append(all, l)
		}
	}
	return all
}

// patience is how long Eventually waits before it gives up.
const patience = 20 * time.Second

// Eventually waits until ok, looking often.
func (s *Server) Eventually(what string, ok func() bool) {
	s.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if ok() {
			return
		}
	}
	s.t.Fatalf("waited in vain for %s", what)
}

// Person is somebody with an account and a token for everything.
type Person struct {
	ID       social.AccountID
	Name     string
	Password string
	Token    string
	s        *Server
}

// Join makes an account with a token of all scopes.
func (s *Server) Join(name string, role social.Role) *Person {
	s.t.Helper()
	ctx := s.t.Context()
	who, password, err := s.Auth.Create(ctx, auth.SignUp{Username: name, Email: name + "@example.com"}, role)
	if err != nil {
		s.t.Fatal(err)
	}
	p := &Person{ID: who.ID, Name: name, Password: password, s: s}
	p.Token = p.TokenWith(app.AllScopes)
	return p
}

// TokenWith makes another token.
func (p *Person) TokenWith(scopes string) string {
	p.s.t.Helper()
	t, err := p.s.Auth.TokenFor(p.s.t.Context(), p.ID, social.ParseScopes(scopes))
	if err != nil {
		p.s.t.Fatal(err)
	}
	return t
}

// Actor is the person, as the core knows them.
func (p *Person) Actor() social.Actor {
	return social.Actor{Account: p.ID, Standing: social.Good, Role: social.Member}
}

// Answer is what came back.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// JSON reads the body into to.
func (a Answer) JSON(t testing.TB, to any) {
	t.Helper()
	if err := json.Unmarshal(a.Body, to); err != nil {
		t.Fatalf("%v in %s", err, a.Body)
	}
}

// Call sends a request with a token (or none) and a body: nil, a string of
// form fields, or anything that is sent as JSON.
func (s *Server) Call(method, path, token string, body any) Answer {
	s.t.Helper()
	var r io.Reader
	kind := ""
	switch b := body.(type) {
	case nil:
	case string:
		r, kind = strings.NewReader(b), "application/x-www-form-urlencoded"
	default:
		text, err := json.Marshal(b)
		if err != nil {
			s.t.Fatal(err)
		}
		r, kind = bytes.NewReader(text), "application/json"
	}
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.URL+path, r)
	if err != nil {
		s.t.Fatal(err)
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return s.Do(req)
}

// direct does not follow redirects: tests look at them.
var direct = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	Transport: &http.Transport{MaxIdleConnsPerHost: 64}}

// Do sends a request.
func (s *Server) Do(req *http.Request) Answer {
	s.t.Helper()
	resp, err := direct.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	a := Answer{resp.StatusCode, resp.Header, b}
	s.Check(s.t, req.Method, req.URL.Path, a)
	return a
}

// Call sends a request with the person's token.
func (p *Person) Call(method, path string, body any) Answer {
	p.s.t.Helper()
	return p.s.Call(method, path, p.Token, body)
}

// Must is Call, for what has to succeed; the answer is read into to, if it is
// not nil.
func (p *Person) Must(method, path string, body, to any) {
	p.s.t.Helper()
	a := p.Call(method, path, body)
	if a.Status != http.StatusOK {
		p.s.t.Fatalf("%s %s: %d %s", method, path, a.Status, a.Body)
	}
	if to != nil {
		a.JSON(p.s.t, to)
	}
}

// Status is the part of a status that tests look at.
type Status struct {
	ID      string  `json:"id"`
	Content string  `json:"content"`
	Reblog  *Status `json:"reblog"`
	Account struct {
		ID   string `json:"id"`
		Acct string `json:"acct"`
	} `json:"account"`
}

// Post says something, in Mastodon's words for whom it is for.
func (p *Person) Post(text, visibility string) Status {
	p.s.t.Helper()
	var st Status
	p.Must("POST", "/api/v1/statuses", map[string]string{"status": text, "visibility": visibility}, &st)
	return st
}

// Follow makes p follow other.
func (p *Person) Follow(other *Person) {
	p.s.t.Helper()
	p.Must("POST", fmt.Sprintf("/api/v1/accounts/%d/follow", other.ID), nil, nil)
}
