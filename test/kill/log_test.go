package kill

import (
	"fmt"
	"sync"
	"time"

	"github.com/plaza-social/plaza/test/hosts/checker"
)

// A reading is what somebody outside knows of a house's log of evidence: each
// head that it signed, and what it owes by receipts.
type reading struct {
	mu   sync.Mutex
	seen []checker.Head
	owed []owing
	last time.Time // when a head was new
}

// An owing is what a receipt promised, and when there was one.
type owing struct {
	checker.Owed
	at time.Time
}

const readingEvery = 20 * time.Millisecond

// readLog has somebody report all the while, and look at the log, until stop is
// called.
func (s *server) readLog(token, about string) (r *reading, stop func()) {
	s.Helper()
	var who struct{ ID string }
	s.must(newClient(s.addr, about).get("/api/v1/accounts/verify_credentials", &who))
	r, ended := &reading{}, make(chan struct{})
	var all sync.WaitGroup
	each := func(do func(n int)) {
		all.Go(func() {
			for n := 0; ; n++ {
				do(n)
				select {
				case <-ended:
					return
				case <-time.After(readingEvery):
				}
			}
		})
	}
	c, api := newClient(s.addr, token), checker.NewAPI(checker.World{Nodes: map[string]string{"old": "http://" + s.addr}})
	each(func(n int) {
		var made struct{ Receipt string }
		if c.call("POST", "/api/v1/reports", "", map[string]any{"account_id": who.ID, "comment": fmt.Sprint("Number ", n)}, &made) != nil {
			return
		}
		if o, err := checker.NewOwed("old", made.Receipt); err == nil {
			r.mu.Lock()
			r.owed = append(r.owed, owing{o, time.Now()})
			r.mu.Unlock()
		}
	})
	each(func(int) {
		h, err := api.Head("old")
		r.mu.Lock()
		defer r.mu.Unlock()
		if err == nil && (len(r.seen) == 0 || r.seen[len(r.seen)-1] != h) {
			r.seen, r.last = append(r.seen, h), time.Now()
		}
	})
	return r, func() { close(ended); all.Wait() }
}

// fresh reports whether a head has just come, after at least one before.
func (r *reading) fresh() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.seen) > 1 && time.Since(r.last) < 100*time.Millisecond
}

// leadsTo has every head that was seen lead to the log of another house, which has
// all that is owed.
func (r *reading) leadsTo(next *server, owed func(time.Time) bool) {
	next.Helper()
	var of []checker.Owed
	for _, o := range r.owed {
		if owed(o.at) {
			of = append(of, o.Owed)
		}
	}
	w := checker.World{Nodes: map[string]string{"new": "http://" + next.addr}}
	var got checker.LogReport
	defer func() { next.Log(got) }()
	eventually(next.T, "the log to go on as it was signed", func() bool { // it is signed every two seconds
		var err error
		got, err = checker.CheckLog(w, r.seen, of, checker.NewAPI(w))
		return err == nil && len(got.Wrongs) == 0
	})
}
