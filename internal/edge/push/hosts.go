package push

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/push"
	"github.com/plaza-social/plaza/internal/work"
)

const (
	// maxAtHost is how many calls of one push service are under way at once:
	// a slow one must not keep the others waiting.
	maxAtHost = 8
	// maxHosts is how many push services are remembered.
	maxHosts = 1000
	// restAfterFault is how long one that cannot be reached is left alone, and
	// longestRest how long one may ask to be.
	restAfterFault = 10 * time.Second
	longestRest    = time.Hour
)

// hosts are the push services that are called, or are to be left alone.
type hosts struct {
	mu sync.Mutex
	m  map[string]*host
}

type host struct {
	turns chan struct{}
	users int       // who calls
	until time.Time // it is left alone
}

var (
	errBusy = fmt.Errorf("the push service is busy: %w", work.ErrLater)
	errRest = errs.New(errs.Unavailable, "The push service rests.")
)

// enter gives a turn to call a service, or says why it is not called now; the
// errand comes again then. Nobody waits here, where other errands could go. Leave ends the turn, and has the service left
// alone until a moment.
func (h *hosts) enter(name string, now time.Time) (leave func(until time.Time), err error) {
	x, err := h.find(name, now)
	if err != nil {
		return nil, err
	}
	select {
	case x.turns <- struct{}{}:
	default:
		h.mu.Lock()
		defer h.mu.Unlock()
		x.users--
		return nil, errBusy
	}
	return func(until time.Time) {
		<-x.turns
		h.mu.Lock()
		defer h.mu.Unlock()
		x.users--
		x.until = until
	}, nil
}

func (h *hosts) find(name string, now time.Time) (*host, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.m == nil {
		h.m = map[string]*host{}
	}
	x := h.m[name]
	if x == nil {
		h.forget(now)
		x = &host{turns: make(chan struct{}, maxAtHost)}
		h.m[name] = x
	}
	if now.Before(x.until) {
		return nil, errRest
	}
	x.users++
	return x, nil
}

// forget makes room, where there is none, by forgetting those that nothing is
// known of.
func (h *hosts) forget(now time.Time) {
	if len(h.m) < maxHosts {
		return
	}
	for name, x := range h.m {
		if x.users == 0 && !now.Before(x.until) {
			delete(h.m, name)
		}
	}
}

// restUntil is until when a service wants to be left alone.
func restUntil(o push.Outcome, answer http.Header, now time.Time) time.Time {
	if o != push.Lost {
		return time.Time{}
	}
	rest := restAfterFault
	if n, err := strconv.Atoi(answer.Get("Retry-After")); err == nil && n > 0 {
		rest = min(time.Duration(n)*time.Second, longestRest)
	}
	return now.Add(rest)
}
