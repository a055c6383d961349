package push

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/netsafe"
	"github.com/plaza-social/plaza/internal/core/push"
	"github.com/plaza-social/plaza/internal/work"
)

func TestJudge(t *testing.T) {
	for status, want := range map[int]push.Outcome{200: push.Taken, 201: push.Taken, 204: push.Taken, 404: push.Ended, 410: push.Ended,
		400: push.Refused, 401: push.Refused, 403: push.Refused, 413: push.Refused, 301: push.Refused, 307: push.Refused,
		408: push.Lost, 429: push.Lost, 500: push.Lost, 503: push.Lost} {
		got, err := judge(status)
		if got != want {
			t.Errorf("%d: %v, want %v", status, got, want)
		}
		if again := errs.KindOf(err) == errs.Unavailable && err != nil; again != (want == push.Lost) {
			t.Errorf("%d is tried again: %v", status, again)
		}
	}
}

// TestPrivateAddressIsRefusedWhenDialled is for names that lead into our own
// network, or do so by now.
func TestPrivateAddressIsRefusedWhenDialled(t *testing.T) {
	called := false
	srv := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true }))
	defer srv.Close()
	s := &Sender{Client: netsafe.Client(netsafe.Options{}), Clock: time.Now}
	for _, to := range []string{srv.URL, strings.Replace(srv.URL, "127.0.0.1", "localhost", 1)} {
		r, err := http.NewRequestWithContext(t.Context(), "POST", to, strings.NewReader("x"))
		if err != nil {
			t.Fatal(err)
		}
		if o, _, err := s.send(r); o != push.Refused || errs.KindOf(err) != errs.Forbidden || called {
			t.Errorf("%s: %v, %v; called: %v", to, o, err, called)
		}
	}
}

func TestHosts(t *testing.T) {
	var h hosts
	now := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	var leave []func(time.Time)
	for range maxAtHost {
		l, err := h.enter("a", now)
		if err != nil {
			t.Fatal(err)
		}
		leave = append(leave, l)
	}
	if _, err := h.enter("a", now); !errors.Is(err, work.ErrLater) {
		t.Errorf("one too many at one host: %v", err)
	}
	l, err := h.enter("b", now)
	if err != nil {
		t.Fatalf("another host beside it: %v", err)
	}
	l(time.Time{})
	for _, l := range leave {
		l(now.Add(time.Minute))
	}
	if _, err := h.enter("a", now); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("one that rests: %v", err)
	}
	l, err = h.enter("a", now.Add(time.Minute))
	if err != nil {
		t.Fatalf("one that has rested: %v", err)
	}
	l(time.Time{})
	for i := range 3 * maxHosts {
		l, err := h.enter(fmt.Sprint(i), now.Add(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		l(time.Time{})
	}
	if len(h.m) > maxHosts {
		t.Errorf("%d hosts are remembered, at most %d should be", len(h.m), maxHosts)
	}
}

func TestRestUntil(t *testing.T) {
	now := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		o     push.Outcome
		after string
		want  time.Duration
	}{{push.Lost, "", restAfterFault}, {push.Lost, "60", time.Minute}, {push.Lost, "999999", longestRest}, {push.Lost, "-1", restAfterFault}, {push.Lost, "soon", restAfterFault}} {
		if got := restUntil(tt.o, http.Header{"Retry-After": {tt.after}}, now).Sub(now); got != tt.want {
			t.Errorf("%q: %v, want %v", tt.after, got, tt.want)
		}
	}
	if got := restUntil(push.Taken, http.Header{"Retry-After": {"60"}}, now); !got.IsZero() {
		t.Errorf("one that took it rests until %v", got)
	}
}
