package deliver_test

import (
	"context"
	"crypto"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/base/netsafe"
	"github.com/plaza-social/plaza/internal/core/federation"
	"github.com/plaza-social/plaza/internal/edge/fedi/deliver"
	"github.com/plaza-social/plaza/internal/edge/fedi/sign"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

const (
	ada   social.AccountID = 7
	keyID                  = "https://plaza.example/ap/users/7#main-key"
	gone  social.AccountID = 404 // has no keys
	// blocked is a host that this house keeps away from.
	blocked = "blocked.example"
)

var key = sync.OnceValue(func() crypto.Signer {
	k, err := sign.GenerateRSA()
	if err != nil {
		panic(err)
	}
	return k
})

type rules struct{}

func (rules) HostRules(context.Context) (*social.HostRules, error) {
	return social.NewHostRules([]social.HostBlock{{Host: blocked, Severity: social.HostSuspends}}, nil, false), nil
}

// A house is what sends: a store, and a Sender that can be started and stopped.
type house struct {
	t     *testing.T
	store *store.Store
	clock *storetest.Clock
	core  *federation.Service
	send  *deliver.Sender
}

func each(t *testing.T, fn func(h *house)) {
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, c *storetest.Clock) {
		h := &house{t: t, store: s, clock: c}
		h.open()
		fn(h)
	})
}

// open puts what sends together, as a new process would.
func (h *house) open() {
	log := slog.New(slog.DiscardHandler)
	h.core = federation.New(h.store, rules{}, nil, log)
	h.send = deliver.New(deliver.Config{Core: h.core, Client: netsafe.Client(netsafe.Options{Private: netsafe.Loopback}), Agent: "Plaza/test", Clock: h.clock.Now, Log: log,
		Key: func(_ context.Context, signer social.AccountID) (string, crypto.Signer, error) {
			if signer == gone {
				return "", nil, errs.New(errs.NotFound, "none")
			}
			return keyID, key(), nil
		}})
}

// run sends until stop is called, or the test ends.
func (h *house) run() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan bool)
	go func() { h.send.Run(ctx); close(done) }()
	stop = sync.OnceFunc(func() { cancel(); <-done })
	h.t.Cleanup(stop)
	return stop
}

func (h *house) write(do func(ctx context.Context, tx *store.Tx) error) {
	h.t.Helper()
	if err := h.store.Write(h.t.Context(), func(tx *store.Tx) error { return do(h.t.Context(), tx) }); err != nil {
		h.t.Fatal(err)
	}
}

// queue has something sent to inboxes by ada, each after what was queued before.
func (h *house) queue(body string, to ...store.Inbox) { h.t.Helper(); h.queueAs(ada, body, to...) }

func (h *house) queueAs(by social.AccountID, body string, to ...store.Inbox) {
	h.t.Helper()
	h.write(func(ctx context.Context, tx *store.Tx) error {
		a := social.Activity{ID: social.ActivityID(id.New(tx.Now)), Signer: by, Body: []byte(body)}
		if err := tx.AddActivity(ctx, a); err != nil {
			return err
		}
		return tx.Send(ctx, a.ID, to)
	})
	h.core.Follower().After() // as a follower rings
}

func (h *house) waiting(host string) (p social.Peer) {
	h.t.Helper()
	if err := h.store.Read(h.t.Context(), func(v *store.View) (err error) { p, err = v.Peer(h.t.Context(), host); return err }); err != nil {
		h.t.Fatal(err)
	}
	return p
}

// eventually waits until ok, which may take some ticks of the Sender.
func (h *house) eventually(what string, ok func() bool) {
	h.t.Helper()
	for deadline := time.Now().Add(time.Minute); !ok(); {
		if time.Now().After(deadline) {
			h.t.Fatalf("not in a minute: %s", what)
		}
		<-time.After(2 * time.Millisecond)
	}
}

// A peer is another server, which checks what it is sent.
type peer struct {
	*httptest.Server
	host string

	mu   sync.Mutex
	got  []string // "path body", of what was accepted
	all  int      // requests
	kind []sign.Kind
}

func (h *house) peer(host string, answer func(w http.ResponseWriter, r *http.Request, p *peer, kind sign.Kind) bool) *peer {
	p := &peer{host: host}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		claim, err := sign.Parse(r, body, []string{p.URL}, h.clock.Now())
		if err == nil {
			err = claim.Verify(sign.Key{ID: keyID, Public: key().Public()})
		}
		if err != nil || r.Header.Get("Content-Type") != "application/activity+json" || r.Method != http.MethodPost {
			h.t.Errorf("%s was sent %s %s: %v", host, r.Method, r.Header.Get("Content-Type"), err)
		}
		p.mu.Lock()
		p.all++
		p.kind = append(p.kind, claim.Kind)
		p.mu.Unlock()
		if answer != nil && !answer(w, r, p, claim.Kind) {
			return
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.got = append(p.got, r.URL.Path+" "+string(body))
		w.WriteHeader(http.StatusAccepted)
	}))
	h.t.Cleanup(p.Close)
	return p
}

func (p *peer) inbox(path string) store.Inbox { return store.Inbox{Host: p.host, URL: p.URL + path} }

func (p *peer) has() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.got)
}

func (p *peer) requests() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.all
}

// hangsUp gives no answer.
func hangsUp(http.ResponseWriter, *http.Request, *peer, sign.Kind) bool {
	panic(http.ErrAbortHandler)
}

// status is an answer that is always the same.
func status(code int, header ...string) func(http.ResponseWriter, *http.Request, *peer, sign.Kind) bool {
	return func(w http.ResponseWriter, _ *http.Request, _ *peer, _ sign.Kind) bool {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
		return false
	}
}

func TestInOrder(t *testing.T) {
	each(t, func(h *house) {
		t := h.t
		p := h.peer("p.example", nil)
		var want, other []string
		for i := range 30 { // more than one batch
			h.queue(fmt.Sprint(i), p.inbox("/shared"))
			want = append(want, fmt.Sprintf("/shared %d", i))
			if i%3 == 0 {
				h.queue(fmt.Sprint("own ", i), p.inbox("/ben"))
				other = append(other, fmt.Sprintf("/ben own %d", i))
			}
		}
		h.run()
		h.eventually("all sent", func() bool { return len(p.has()) == 40 })
		got := p.has()
		shared := slices.DeleteFunc(slices.Clone(got), func(s string) bool { return strings.HasPrefix(s, "/ben") })
		ben := slices.DeleteFunc(got, func(s string) bool { return !strings.HasPrefix(s, "/ben") })
		if !slices.Equal(shared, want) || !slices.Equal(ben, other) {
			t.Errorf("the order was\n%q and\n%q", shared, ben)
		}
		h.eventually("nothing waits", func() bool {
			return h.waiting("p.example").Waiting == 0 && !h.waiting("p.example").ReachedAt.IsZero()
		})
		if n := h.send.Counts()["sent"]; n != 40 {
			t.Errorf("%d are counted as sent, want 40", n)
		}
		h.queue("later", p.inbox("/shared")) // while it runs
		h.eventually("what is new leaves", func() bool { return slices.Contains(p.has(), "/shared later") })
	})
}

// TestDoubleKnock is a host that takes only the newer kind of signature.
func TestDoubleKnock(t *testing.T) {
	each(t, func(h *house) {
		t := h.t
		p := h.peer("new.example", func(w http.ResponseWriter, _ *http.Request, _ *peer, kind sign.Kind) bool {
			if kind == sign.Cavage {
				w.WriteHeader(http.StatusUnauthorized)
			}
			return kind != sign.Cavage
		})
		for i := range 3 {
			h.queue(fmt.Sprint(i), p.inbox("/inbox"))
		}
		stop := h.run()
		h.eventually("sent", func() bool { return len(p.has()) == 3 })
		h.eventually("remembered", func() bool { return h.waiting("new.example").Signature == string(sign.RFC9421) })
		stop()
		h.open()
		h.run()
		h.queue("after a restart", p.inbox("/inbox"))
		h.eventually("sent again", func() bool { return len(p.has()) == 4 })
		if want := []sign.Kind{sign.Cavage, sign.RFC9421, sign.RFC9421, sign.RFC9421, sign.RFC9421}; !slices.Equal(p.kind, want) {
			t.Errorf("the signatures were %v, want %v", p.kind, want)
		}
	})
}

// TestAnswers is what becomes of a delivery, by what a host answers.
func TestAnswers(t *testing.T) {
	each(t, func(h *house) {
		t := h.t
		for _, tt := range []struct {
			name     string
			answer   func(http.ResponseWriter, *http.Request, *peer, sign.Kind) bool
			requests int           // until it is settled
			over     bool          // it is not tried again
			pause    time.Duration // until it is, at least
			count    string
		}{
			{"200", status(200), 1, true, 0, "sent"},
			{"204", status(204), 1, true, 0, "sent"},
			{"302", status(302, "Location", "/elsewhere"), 1, true, 0, "refused"},
			{"308", status(308, "Location", "/elsewhere"), 1, true, 0, "refused"},
			{"400", status(400), 2, true, 0, "refused"},
			{"401", status(401), 2, true, 0, "refused"},
			{"403", status(403), 1, true, 0, "refused"},
			{"404", status(404), 1, true, 0, "gone"},
			{"405", status(405), 1, true, 0, "refused"},
			{"408", status(408), 1, false, time.Minute, "busy"},
			{"410", status(410), 1, true, 0, "gone"},
			{"413", status(413), 1, true, 0, "refused"},
			{"425", status(425), 1, false, time.Minute, "busy"},
			{"429", status(429, "Retry-After", "7200"), 1, false, 2 * time.Hour, "busy"},
			{"429 for ever", status(429, "Retry-After", "2000000000"), 1, false, 6 * time.Hour, "busy"},
			{"500", status(500), 1, false, time.Minute, "fault"},
			{"501", status(501), 1, true, 0, "refused"},
			{"502", status(502), 1, false, time.Minute, "fault"},
			{"503", status(503, "Retry-After", storetest.Noon.Add(3*time.Hour).Format(http.TimeFormat)), 1, false, 3 * time.Hour, "busy"},
			{"breaks off", func(http.ResponseWriter, *http.Request, *peer, sign.Kind) bool { panic(http.ErrAbortHandler) }, 1, false, time.Minute, "silent"},
		} {
			h.open()
			p := h.peer(strings.ReplaceAll(tt.name, " ", "-")+".example", tt.answer)
			h.queue("one", p.inbox("/inbox"))
			stop := h.run()
			h.eventually(tt.name+" settled", func() bool { return h.send.Counts()[tt.count] == 1 })
			stop()
			now := h.waiting(p.host)
			if over := now.Waiting == 0; over != tt.over || p.requests() != tt.requests {
				t.Errorf("%s: %d wait after %d requests, want over %v after %d", tt.name, now.Waiting, p.requests(), tt.over, tt.requests)
			}
			if rest := now.NextTry.Sub(h.clock.Now()); !tt.over && (rest < tt.pause || rest > max(tt.pause, time.Minute)*5/4+time.Second || now.Failures != 1 || now.LastError == "") {
				t.Errorf("%s: left alone for %v after %d failures (%q), want some %v after 1", tt.name, rest, now.Failures, now.LastError, tt.pause)
			}
			if tt.over && (now.Failures != 0 || now.ReachedAt.IsZero()) {
				t.Errorf("%s: %d failures, reached at %v", tt.name, now.Failures, now.ReachedAt)
			}
		}
	})
}

// TestFailureKeepsTheRest: what waits behind a failure is not tried, and comes
// in order when the host is back.
func TestFailureKeepsTheRest(t *testing.T) {
	each(t, func(h *house) {
		t := h.t
		var mu sync.Mutex
		down := true
		p := h.peer("p.example", func(w http.ResponseWriter, _ *http.Request, p *peer, _ sign.Kind) bool {
			mu.Lock()
			defer mu.Unlock()
			if down {
				w.WriteHeader(http.StatusBadGateway)
			}
			return !down
		})
		for i := range 5 {
			h.queue(fmt.Sprint(i), p.inbox("/inbox"))
		}
		h.run()
		for n := 1; n <= 4; n++ { // each pause is twice as long as the one before
			h.eventually("failed", func() bool { return h.waiting("p.example").Failures == n })
			rest := h.waiting("p.example").NextTry.Sub(h.clock.Now())
			if least := time.Minute << (n - 1); rest < least || rest > least*5/4+time.Second {
				t.Errorf("after %d failures it is left alone for %v", n, rest)
			}
			if n == 4 {
				mu.Lock()
				down = false
				mu.Unlock()
			}
			h.clock.Pass(rest)
		}
		h.eventually("all sent", func() bool { return len(p.has()) == 5 })
		if want := []string{"/inbox 0", "/inbox 1", "/inbox 2", "/inbox 3", "/inbox 4"}; !slices.Equal(p.has(), want) || p.requests() != 9 {
			t.Errorf("%q after %d requests, want %q after 9", p.has(), p.requests(), want)
		}
		h.eventually("it is well", func() bool { return h.waiting("p.example").Failures == 0 })
	})
}

// TestStumblingBlock: an activity over which a host stumbles is given up in the
// end, so that what waits behind it arrives. A host that is down as a whole keeps
// what waits for it.
func TestStumblingBlock(t *testing.T) {
	each(t, func(h *house) {
		t := h.t
		stumbles := func(code int) func(http.ResponseWriter, *http.Request, *peer, sign.Kind) bool {
			return func(w http.ResponseWriter, r *http.Request, _ *peer, _ sign.Kind) bool {
				if r.ContentLength == int64(len("poison")) {
					w.WriteHeader(code)
					return false
				}
				return true
			}
		}
		odd, down := h.peer("odd.example", stumbles(500)), h.peer("down.example", stumbles(502))
		for _, p := range []*peer{odd, down} {
			h.queue("poison", p.inbox("/inbox"))
			h.queue("good", p.inbox("/inbox"))
		}
		h.run()
		for n := 1; n < 10; n++ {
			h.eventually("failed", func() bool { return h.waiting("odd.example").Failures == n && h.waiting("down.example").Failures == n })
			h.clock.Pass(8 * time.Hour)
		}
		h.eventually("what was behind arrived", func() bool { return slices.Equal(odd.has(), []string{"/inbox good"}) })
		h.eventually("tried", func() bool { return h.waiting("down.example").Failures == 10 })
		if n := h.waiting("down.example").Waiting; n != 2 {
			t.Errorf("%d wait for a host that is down, want 2", n)
		}
	})
}

// TestParked: a host that is not reached for a week loses what waits for it, and
// is sent to again when it was heard of.
func TestParked(t *testing.T) {
	each(t, func(h *house) {
		t := h.t
		p := h.peer("p.example", hangsUp) // it keeps its port, which would soon be another's
		h.queue("one", p.inbox("/inbox"))
		h.run()
		h.eventually("failed", func() bool { return h.waiting("p.example").Failures == 1 })
		h.clock.Pass(social.ParkAfter + time.Second)
		h.eventually("parked", func() bool { return h.waiting("p.example").Waiting == 0 })
		if q, err := h.core.Queues(h.t.Context()); err != nil || q.Parked != 1 || q.Failing != 1 || q.Hosts != 0 {
			t.Errorf("%+v, %v: want one parked, nothing waiting", q, err)
		}
		back := h.peer("p.example", nil)
		h.queue("two", back.inbox("/inbox"))
		if n := h.waiting("p.example").Waiting; n != 0 {
			t.Errorf("%d wait for a host that is parked", n)
		}
		h.write(func(ctx context.Context, tx *store.Tx) error { return tx.PeerHeard(ctx, "p.example") })
		h.queue("three", back.inbox("/inbox"))
		h.eventually("sent again", func() bool { return slices.Equal(back.has(), []string{"/inbox three"}) })
	})
}

// TestHealthyDoNotWait: of fifty hosts ten hang. Everybody else has everything
// while these still do.
func TestHealthyDoNotWait(t *testing.T) {
	each(t, func(h *house) {
		t := h.t
		release := make(chan bool)
		var all, well []*peer
		var hanging sync.WaitGroup
		for i := range 50 {
			var answer func(http.ResponseWriter, *http.Request, *peer, sign.Kind) bool
			if i%5 == 0 {
				hanging.Add(1)
				answer = func(http.ResponseWriter, *http.Request, *peer, sign.Kind) bool {
					hanging.Done()
					<-release
					return false
				}
			}
			p := h.peer(fmt.Sprintf("p%d.example", i), answer)
			if all = append(all, p); answer == nil {
				well = append(well, p)
			}
		}
		h.t.Cleanup(sync.OnceFunc(func() { close(release) }))
		h.run()
		const each = 10
		for i := range each {
			var to []store.Inbox
			for _, p := range all {
				to = append(to, p.inbox("/inbox"))
			}
			h.queue(fmt.Sprint(i), to...)
		}
		h.eventually("the healthy have everything", func() bool {
			return !slices.ContainsFunc(well, func(p *peer) bool { return len(p.has()) != each })
		})
		hanging.Wait()
		for i, p := range all {
			if want := map[bool]int{true: 1, false: each}[i%5 == 0]; p.requests() != want {
				t.Errorf("%s was asked %d times, want %d", p.host, p.requests(), want)
			}
		}
		if n := h.send.Counts()["silent"]; n != 0 {
			t.Errorf("%d of those that hang were given up on already: the others may have waited for that", n)
		}
	})
}

// TestNoAnswerInTime is a host that never answers, and one that drips.
func TestNoAnswerInTime(t *testing.T) {
	each(t, func(h *house) {
		release := make(chan bool)
		h.send.Client = netsafe.Client(netsafe.Options{Private: netsafe.Loopback, Timeout: 100 * time.Millisecond})
		hangs := h.peer("hangs.example", func(http.ResponseWriter, *http.Request, *peer, sign.Kind) bool { <-release; return false })
		drips := h.peer("drips.example", func(w http.ResponseWriter, r *http.Request, _ *peer, _ sign.Kind) bool {
			w.WriteHeader(http.StatusOK)
			for r.Context().Err() == nil {
				io.WriteString(w, ".")
				w.(http.Flusher).Flush()
			}
			return false
		})
		h.t.Cleanup(func() { close(release) }) // before the hosts end
		h.queue("one", hangs.inbox("/inbox"), drips.inbox("/inbox"))
		h.run()
		h.eventually("left alone", func() bool { return h.waiting("hangs.example").LastError == "it did not answer in time" })
		h.eventually("sent", func() bool { return h.waiting("drips.example").Waiting == 0 }) // it said 200, the rest is nothing to us
	})
}

// TestRestart stops in the middle, and dies in the middle: nothing is lost, and
// the order stays.
func TestRestart(t *testing.T) {
	each(t, func(h *house) {
		t := h.t
		const n = 40
		third := make(chan bool)
		reached := sync.OnceFunc(func() { close(third) })
		p := h.peer("p.example", func(_ http.ResponseWriter, _ *http.Request, p *peer, _ sign.Kind) bool {
			if len(p.has()) == n/3 {
				reached()
			}
			return true
		})
		for i := range n {
			h.queue(fmt.Sprint(i), p.inbox("/inbox"))
		}
		stop := h.run()
		<-third
		stop()
		if len(p.has()) == n {
			t.Fatal("all was sent before it stopped: the test shows nothing")
		}
		// Another process claims the host, and dies.
		h.open()
		hosts, err := h.core.Claim(h.t.Context(), false, 10, 2*time.Minute)
		if err != nil || !slices.Equal(hosts, []string{"p.example"}) {
			t.Fatalf("claimed %v, %v: a stopped Sender gives back what it claimed", hosts, err)
		}
		h.open()
		h.run()
		h.clock.Pass(2*time.Minute + time.Second)
		h.eventually("all sent", func() bool { return h.waiting("p.example").Waiting == 0 })
		var first []string // without what was sent twice
		for _, s := range p.has() {
			if !slices.Contains(first, s) {
				first = append(first, s)
			}
		}
		for i, s := range first {
			if s != fmt.Sprintf("/inbox %d", i) {
				t.Fatalf("the order was %q", p.has())
			}
		}
		if len(first) != n || len(p.has()) > n+8 {
			t.Errorf("%d arrived, %d of them twice; want %d", len(p.has()), len(p.has())-len(first), n)
		}
	})
}

// TestNothingForTheBlocked: also what was queued before the block.
func TestNothingForTheBlocked(t *testing.T) {
	each(t, func(h *house) {
		t := h.t
		no, yes := h.peer(blocked, nil), h.peer("p.example", nil)
		below := h.peer("below."+blocked, nil)
		h.queue("one", no.inbox("/inbox"), below.inbox("/inbox"), yes.inbox("/inbox"))
		h.queueAs(gone, "two", yes.inbox("/inbox"))
		h.run()
		h.eventually("sent", func() bool { return len(yes.has()) == 1 && h.waiting("p.example").Waiting == 0 })
		h.eventually("held", func() bool {
			return !h.waiting(blocked).HeldAt.IsZero() && !h.waiting("below."+blocked).HeldAt.IsZero()
		})
		if no.requests()+below.requests() != 0 {
			t.Errorf("%d requests reached hosts that are blocked", no.requests()+below.requests())
		}
	})
}
