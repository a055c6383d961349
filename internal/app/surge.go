package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/sealing"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// A Surge is a bad day, played: many people report much at once while others read.
type Surge struct {
	Reports  int           // in all
	Subjects int           // that they are about
	Within   time.Duration // in which they arrive; zero is as fast as can be
	Readers  int
	Quiet    time.Duration // of reading alone, before and after
	Burst    time.Duration // of reporting as fast as can be, after
}

// Surged is what came of it.
type Surged struct {
	Sent, Taken, Failed int
	Cases               int
	Rate                float64       // reports taken each second
	Latest              time.Duration // p99 of a report's answer
	Quiet, Loud, Again  time.Duration // p95 of reading a timeline: before, meanwhile, and when it is quiet again
	Receipts            int           // that were checked
	Missing             int           // of them, in no checkpoint
	Slowest             time.Duration // from a report to the checkpoint that holds it
	BurstRate           float64
	BurstLatest         time.Duration
}

const (
	surgePeople = 2000
	surgeFollow = 20
	// surgeHands is how many report at the same time when they do so as fast as
	// can be.
	surgeHands = 64
)

// crowd is who takes part.
type crowd struct {
	*App
	base    string
	client  *http.Client
	tokens  []string
	posts   []social.PostID
	authors []social.AccountID // of posts, by the same index

	mu       sync.Mutex
	receipts []string
	took     []time.Duration
	failed   atomic.Int64
}

// Play fills an empty house, serves it on this machine, and has s happen.
func (a *App) Play(ctx context.Context, s Surge, say func(format string, args ...any)) (out Surged, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return out, err
	}
	ctx, stop := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() { served <- a.Serve(ctx, l) }()
	defer func() {
		stop()
		err = errors.Join(err, <-served)
	}()
	c := &crowd{App: a, base: "http://" + l.Addr().String(), client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 512}, Timeout: time.Minute}}
	say("making %d people and %d posts", surgePeople, s.Subjects)
	if err := c.fill(ctx, s.Subjects); err != nil {
		return out, err
	}
	say("%d people read for %v", s.Readers, s.Quiet)
	out.Quiet = c.reading(ctx, s.Readers, func() { linger(ctx, s.Quiet) })
	say("%d reports arrive", s.Reports)
	began := time.Now()
	out.Loud = c.reading(ctx, s.Readers, func() { c.report(ctx, s.Reports, s.Within) })
	out.Sent, out.Failed = s.Reports, int(c.failed.Load())
	out.Taken = len(c.took)
	out.Rate = float64(out.Taken) / time.Since(began).Seconds()
	out.Latest = quantile(c.took, 0.99)
	if s.Within > 0 {
		say("%d people read for %v", s.Readers, s.Quiet)
		out.Again = c.reading(ctx, s.Readers, func() { linger(ctx, s.Quiet) })
	}
	if s.Burst > 0 {
		say("and as many as can be for %v", s.Burst)
		c.took = nil
		began = time.Now()
		c.burst(ctx, s)
		out.BurstRate, out.BurstLatest = float64(len(c.took))/time.Since(began).Seconds(), quantile(c.took, 0.99)
		out.Sent, out.Taken, out.Failed = out.Sent+len(c.took), out.Taken+len(c.took), int(c.failed.Load())
	}
	say("looking for %d receipts in the log", len(c.receipts))
	return c.check(ctx, out)
}

func linger(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// fill makes the people, and what they posted.
func (c *crowd) fill(ctx context.Context, subjects int) error {
	var people []social.AccountID
	for n := 0; n < surgePeople; n += 500 {
		if err := c.Store.Write(ctx, func(tx *store.Tx) error {
			for i := range 500 {
				who, name := social.AccountID(id.New(tx.Now)), fmt.Sprintf("person%d", n+i)
				if err := tx.AddAccount(ctx, social.Account{ID: who, Username: name, Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now}); err != nil {
					return err
				}
				if err := tx.AddUser(ctx, social.User{Account: who, Email: name + "@plaza.example", Role: social.Member, Confirmed: true, Approved: true, CreatedAt: tx.Now}); err != nil {
					return err
				}
				for k := 1; k <= surgeFollow && len(people) > surgeFollow; k++ {
					if err := tx.AddFollow(ctx, social.Follow{Owner: who, Target: people[len(people)-k], Boosts: true}, true); err != nil {
						return err
					}
				}
				people = append(people, who)
			}
			return nil
		}); err != nil {
			return err
		}
	}
	for i := range subjects {
		by := people[i%len(people)]
		p, err := c.Posts.Publish(ctx, social.Actor{Account: by, Standing: social.Good}, social.Draft{Text: fmt.Sprintf("What somebody said, number %d", i), Visibility: social.Public, Language: "en"})
		if err != nil {
			return err
		}
		c.posts, c.authors = append(c.posts, p.ID), append(c.authors, by)
	}
	for _, who := range people {
		t, err := c.Auth.TokenFor(ctx, who, social.ParseScopes(AllScopes))
		if err != nil {
			return err
		}
		c.tokens = append(c.tokens, t)
	}
	return nil
}

// reading has people read timelines, one a second each, while do runs, and
// returns the p95 of how long that took.
func (c *crowd) reading(ctx context.Context, readers int, do func()) time.Duration {
	ctx, stop := context.WithCancel(ctx)
	var wg sync.WaitGroup
	var mu sync.Mutex
	var took []time.Duration
	for i := range readers {
		wg.Go(func() {
			linger(ctx, time.Duration(rand.IntN(1000))*time.Millisecond)
			for n := i; ctx.Err() == nil; n++ {
				path := [2]string{"/api/v1/timelines/home", "/api/v1/timelines/public?local=true"}[n%2]
				began := time.Now()
				if _, err := c.ask(ctx, http.MethodGet, path, c.tokens[i], nil); err == nil {
					mu.Lock()
					took = append(took, time.Since(began))
					mu.Unlock()
				}
				linger(ctx, time.Second)
			}
		})
	}
	do()
	stop()
	wg.Wait()
	return quantile(took, 0.95)
}

// report has n reports arrive within a time, evenly.
func (c *crowd) report(ctx context.Context, n int, within time.Duration) {
	var wg sync.WaitGroup
	hands := make(chan struct{}, surgeHands)
	began := time.Now()
	for i := range n {
		linger(ctx, time.Until(began.Add(within*time.Duration(i)/time.Duration(n))))
		if ctx.Err() != nil {
			break
		}
		hands <- struct{}{}
		wg.Go(func() {
			defer func() { <-hands }()
			c.one(ctx, i)
		})
	}
	wg.Wait()
}

// burst reports as fast as can be.
func (c *crowd) burst(ctx context.Context, s Surge) {
	ctx, stop := context.WithTimeout(ctx, s.Burst)
	defer stop()
	var wg sync.WaitGroup
	var next atomic.Int64
	next.Store(int64(s.Reports))
	for range surgeHands {
		wg.Go(func() {
			for ctx.Err() == nil {
				c.one(context.WithoutCancel(ctx), int(next.Add(1)))
			}
		})
	}
	wg.Wait()
}

// one is report number i: about the posts in turn, each time around by others.
func (c *crowd) one(ctx context.Context, i int) {
	post := i % len(c.posts)
	by := (post + 1 + 7*(i/len(c.posts))) % len(c.tokens)
	began := time.Now()
	b, err := c.ask(ctx, http.MethodPost, "/api/v1/reports", c.tokens[by], url.Values{"account_id": {fmt.Sprint(c.authors[post])}, "status_ids[]": {fmt.Sprint(c.posts[post])},
		"category": {[]string{"spam", "other", "legal"}[i%3]}, "comment": {fmt.Sprintf("This breaks the rules, says number %d", i)}})
	took := time.Since(began)
	var a struct{ Receipt string }
	if err == nil {
		err = json.Unmarshal(b, &a)
	}
	if err != nil || a.Receipt == "" {
		c.failed.Add(1)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.took, c.receipts = append(c.took, took), append(c.receipts, a.Receipt)
}

func (c *crowd) ask(ctx context.Context, method, path, token string, form url.Values) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, c.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	a, err := c.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	if err == nil && a.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %.200s", a.Status, b)
	}
	return b, err
}

// check looks for every receipt in the log, and for the checkpoint that holds it.
func (c *crowd) check(ctx context.Context, out Surged) (Surged, error) {
	linger(ctx, 3*sealing.Every) // the last records are signed
	public, err := c.Sealing.Public(ctx)
	if err != nil {
		return out, err
	}
	v, err := evidence.NewVerifier(public)
	if err != nil {
		return out, err
	}
	owed := map[string]evidence.Receipt{}
	for _, text := range c.receipts {
		r, err := v.OpenReceipt([]byte(text))
		if err != nil {
			return out, err
		}
		owed[string(r.Commitment)] = r
	}
	out.Receipts = len(owed)
	if err := c.settle(ctx, owed, &out); err != nil {
		return out, err
	}
	out.Missing = len(owed)
	return out, c.Store.Read(ctx, func(v *store.View) (err error) {
		out.Cases, err = v.CountCases(ctx, social.CaseQuery{}, 1<<30)
		return err
	})
}

// settle strikes out what the log has, by the first checkpoint that holds it.
func (c *crowd) settle(ctx context.Context, owed map[string]evidence.Receipt, out *Surged) error {
	from := int64(0)
	for {
		var heads []store.SignedHead
		if err := c.Store.Read(ctx, func(v *store.View) (err error) { heads, err = v.Checkpoints(ctx, from, 1); return err }); err != nil || len(heads) == 0 {
			return err
		}
		h := heads[0]
		for from < h.Size {
			var some []store.Record
			if err := c.Store.Read(ctx, func(v *store.View) (err error) {
				some, err = v.Evidence(ctx, from, int(min(h.Size-from, 1000)))
				return err
			}); err != nil {
				return err
			}
			for _, e := range some {
				l, err := evidence.ParseLeaf([]byte(e.Leaf))
				if err != nil {
					return err
				}
				if r, ok := owed[string(l.Commitment)]; ok {
					out.Slowest = max(out.Slowest, time.UnixMilli(h.AtMs).Sub(r.Received))
					delete(owed, string(l.Commitment))
				}
			}
			from += int64(len(some))
		}
	}
}

func quantile(all []time.Duration, q float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(all))
	return s[min(int(float64(len(s))*q), len(s)-1)]
}

const (
	// maxSlower is how much slower than before timelines may be while reports arrive.
	maxSlower = 1.2
	// minReports is how many reports each second are taken as fast as can be.
	minReports = 500
)

// AsPromised says what a surge showed that is not as promised, or nil. Where all
// arrive at once timelines are not looked at.
func (out Surged) AsPromised(looked bool) error {
	switch {
	case out.Failed > 0 || out.Missing > 0:
		return fmt.Errorf("%d reports failed and %d receipts are not in the log", out.Failed, out.Missing)
	case out.Slowest > evidence.Promise:
		return fmt.Errorf("a receipt was in the log only after %v", out.Slowest)
	case looked && out.Loud.Seconds() > maxSlower*out.Quiet.Seconds():
		return fmt.Errorf("timelines were slower by %.0f%% meanwhile", 100*(out.Loud.Seconds()/out.Quiet.Seconds()-1))
	case out.BurstRate > 0 && out.BurstRate < minReports:
		return fmt.Errorf("%.0f reports each second are what this machine takes, of %d", out.BurstRate, minReports)
	}
	return nil
}
