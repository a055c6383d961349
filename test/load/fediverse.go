package main

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// accepted is how many activities come at once, from speakers people.
	accepted = 4000
	speakers = 20
	// heardPosts is how many posts are waited for in a follower's feed.
	heardPosts = 100
	// Somebody is followed from many inboxes, and says something.
	manyHosts     = 100
	manyInboxes   = 1000
	manyPosts     = 10
	deadHosts     = 20
	sharedPosts   = 500
	deliveryWait  = 5 * time.Minute
	inboxesAtOnce = 8
)

// fediverse is how fast the server speaks with others.
type fediverse struct {
	Accepted      trial   `json:"activities_accepted"`
	Verified      float64 `json:"rsa_verified_per_second"` // by this machine, doing nothing else
	Applied       float64 `json:"activities_applied_per_second"`
	FeedP50       float64 `json:"accepted_to_feed_p50_ms"`
	FeedP99       float64 `json:"accepted_to_feed_p99_ms"`
	Signed        float64 `json:"rsa_signed_per_second"`
	Many          float64 `json:"deliveries_to_many_hosts_per_second"`
	Shared        float64 `json:"deliveries_to_one_inbox_per_second"`
	Healthy       float64 `json:"seconds_to_healthy_hosts"`
	HealthyDead   float64 `json:"seconds_to_healthy_hosts_beside_dead"`
	Slower        float64 `json:"slowed_by"`
	BurstHosts    int     `json:"burst_hosts"`
	Burst         float64 `json:"burst_per_second"`
	HomeQuiet     float64 `json:"home_p99_ms_quiet"`
	HomeBurst     float64 `json:"home_p99_ms_in_burst"`
	MemoryAtBurst float64 `json:"memory_mb_after_burst"`
}

// fediverse measures it, on a server of its own.
func (b *bench) fediverse() error {
	db, drop, err := freshDatabase(b.db, "_fediverse")
	if err != nil {
		return err
	}
	defer drop()
	if err := b.server.stop(); err != nil {
		return err
	}
	main := b.server
	b.server = &server{plaza: b.plaza, data: filepath.Join(b.dir, "fediverse"), db: db, env: []string{"PLAZA_PRIVATE_NETWORKS=127.0.0.0/8"}}
	defer func() {
		b.server.kill()
		b.server = main
		b.server.start()
	}()
	if err := b.server.start(); err != nil {
		return err
	}
	o, stop, err := newOthers(b.server.addr)
	if err != nil {
		return err
	}
	defer stop()
	b.out.Fediverse.Verified, b.out.Fediverse.Signed = bareRSA(o.key, b.trial()/5)
	// The dead come last: what waits for them waits for long.
	for _, part := range []struct {
		name string
		do   func(*others) error
	}{{"taking in", b.takeIn}, {"sending to one", b.sendToOne}, {"sending to everybody", b.burst}, {"sending to many", b.sendToMany}} {
		begin := time.Now()
		if err := part.do(o); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
		say("  %s: %.1f s", part.name, time.Since(begin).Seconds())
	}
	return nil
}

// bareRSA is how many signatures all processors check and make in a second.
func bareRSA(key crypto.Signer, d time.Duration) (verified, signed float64) {
	private := key.(*rsa.PrivateKey)
	digest := sha256.Sum256([]byte("plaza"))
	signature, _ := rsa.SignPKCS1v15(rand.Reader, private, crypto.SHA256, digest[:])
	rate := func(do func()) float64 {
		var n atomic.Int64
		var wg sync.WaitGroup
		end := time.Now().Add(d)
		for range runtime.NumCPU() {
			wg.Go(func() {
				for time.Now().Before(end) {
					do()
					n.Add(1)
				}
			})
		}
		wg.Wait()
		return float64(n.Load()) / d.Seconds()
	}
	return rate(func() { rsa.VerifyPKCS1v15(&private.PublicKey, crypto.SHA256, digest[:], signature) }),
		rate(func() { rsa.SignPKCS1v15(rand.Reader, private, crypto.SHA256, digest[:]) })
}

// resident makes somebody on the server.
func (b *bench) resident(name string) (p person, err error) {
	if _, err := b.server.command("account", "create", "--username", name, "--email", name+"@load.example"); err != nil {
		return p, err
	}
	token, err := b.server.command("token", "create", "--account", name)
	if err != nil {
		return p, err
	}
	p = person{name: name, token: strings.TrimSpace(string(token))}
	a, err := once(b.server.addr, get("/api/v1/accounts/verify_credentials", p.token))
	if err != nil {
		return p, err
	}
	p.id, err = idOf(a.body)
	return p, err
}

// takeIn has people elsewhere say things to somebody who follows them.
func (b *bench) takeIn(o *others) error {
	ada, err := b.resident("ada")
	if err != nil {
		return err
	}
	host := o.host(1, 0)
	for n := range speakers {
		if err := b.followThere(ada, o.actor(host, n)); err != nil {
			return err
		}
	}
	requests := make([][]byte, accepted)
	if err := parallel(accepted, runtime.NumCPU(), func(i int) error {
		actor := o.actor(host, i%speakers)
		body, err := o.note(actor, fmt.Sprint("post ", i))
		if err == nil {
			requests[i], err = o.request(actor, body)
		}
		return err
	}); err != nil {
		return err
	}
	f := &b.out.Fediverse
	begin := time.Now()
	if f.Accepted, err = try(b.server.pid(), b.server.addr, homeConns, each(requests), nil); err != nil {
		return err
	}
	if err := b.server.idle(); err != nil {
		return err
	}
	f.Applied = accepted / time.Since(begin).Seconds()
	return b.hear(o, ada, o.actor(host, 0))
}

// followThere has somebody of ours follow an actor, and waits until they do.
func (b *bench) followThere(p person, actor string) error {
	a, err := once(b.server.addr, get("/api/v2/search?type=accounts&resolve=true&q="+url.QueryEscape(actor), p.token))
	if err != nil {
		return err
	}
	var found struct{ Accounts []struct{ ID string } }
	if err := json.Unmarshal(a.body, &found); err != nil || len(found.Accounts) != 1 {
		return fmt.Errorf("search for %s: %d %.200q", actor, a.status, a.body)
	}
	id := found.Accounts[0].ID
	if a, err = once(b.server.addr, send("POST", "/api/v1/accounts/"+id+"/follow", p.token, "", nil)); err != nil || a.status != http.StatusOK {
		return fmt.Errorf("follow %s: %d %.200q %w", actor, a.status, a.body, err)
	}
	for late := time.Now().Add(upWait); time.Now().Before(late); time.Sleep(5 * time.Millisecond) {
		a, err := once(b.server.addr, get("/api/v1/accounts/relationships?id[]="+id, p.token))
		if err != nil {
			return err
		}
		if bytes.Contains(a.body, []byte(`"following":true`)) {
			return nil
		}
	}
	return fmt.Errorf("%s does not say yes", actor)
}

// hear measures how long a post takes from its acceptance to a follower's
// feed.
func (b *bench) hear(o *others, p person, actor string) error {
	c, err := dial(b.server.addr)
	if err != nil {
		return err
	}
	defer c.Close()
	home := get("/api/v1/timelines/home?limit=5", p.token)
	var times []time.Duration
	for n := range heardPosts {
		text := fmt.Sprintf("%s%d.", mark, n)
		body, err := o.note(actor, text)
		if err != nil {
			return err
		}
		request, err := o.request(actor, body)
		if err != nil {
			return err
		}
		a, err := c.call(request)
		if err != nil || a.status != http.StatusAccepted {
			return fmt.Errorf("answered %d: %.200q %w", a.status, a.body, err)
		}
		begin := time.Now()
		for {
			if a, err = c.call(home); err != nil {
				return err
			}
			if bytes.Contains(a.body, []byte(text)) {
				break
			}
			if time.Since(begin) > spreadWait {
				return errors.New("a post does not come to the feed")
			}
		}
		times = append(times, time.Since(begin))
	}
	b.out.Fediverse.FeedP50, b.out.Fediverse.FeedP99 = spreadOf(times)
	return nil
}

// followed has people elsewhere follow one of ours: so many, on these hosts.
func (b *bench) followed(o *others, p person, hosts []string, n int) error {
	if err := parallel(n, inboxesAtOnce, func(i int) error {
		return o.say(o.actor(hosts[i%len(hosts)], i/len(hosts)), "Follow", "http://"+b.server.addr+"/ap/users/"+p.id)
	}); err != nil {
		return err
	}
	if err := b.server.idle(); err != nil {
		return err
	}
	for late := time.Now().Add(upWait); time.Now().Before(late); time.Sleep(50 * time.Millisecond) {
		a, err := once(b.server.addr, get("/api/v1/accounts/verify_credentials", p.token))
		if err != nil {
			return err
		}
		if bytes.Contains(a.body, fmt.Appendf(nil, `"followers_count":%d,`, n)) {
			return nil
		}
	}
	return fmt.Errorf("fewer than %d follow", n)
}

// deliver has somebody say n things, and measures until they are where they
// are to be.
func (b *bench) deliver(p person, n int, t *tally) (time.Duration, error) {
	requests := make([][]byte, n)
	for i := range requests {
		requests[i] = send("POST", "/api/v1/statuses", p.token, "", fmt.Appendf(nil, `{"status":"something for all of you, number %d"}`, i))
	}
	begin := time.Now()
	if _, err := drive(b.server.addr, 1, each(requests), func(int, answer) error { return nil }); err != nil {
		return 0, err
	}
	select {
	case <-t.done:
		return time.Since(begin), nil
	case <-time.After(deliveryWait):
		return 0, fmt.Errorf("%d deliveries do not come", t.left.Load())
	}
}

// sendToMany measures deliveries to many inboxes on many hosts, first all well,
// then some of them dead.
func (b *bench) sendToMany(o *others) error {
	eva, err := b.resident("eva")
	if err != nil {
		return err
	}
	var hosts []string
	for n := range manyHosts {
		hosts = append(hosts, o.host(2, n))
	}
	if err := b.followed(o, eva, hosts, manyInboxes); err != nil {
		return err
	}
	f, each := &b.out.Fediverse, manyInboxes/manyHosts
	took, err := b.deliver(eva, manyPosts, o.expect(hosts, manyPosts*manyInboxes))
	if err != nil {
		return err
	}
	f.Many = manyPosts * manyInboxes / took.Seconds()
	healthy := hosts[deadHosts:]
	if took, err = b.deliver(eva, manyPosts, o.expect(healthy, manyPosts*each*len(healthy))); err != nil {
		return err
	}
	f.Healthy = took.Seconds()
	if err := b.server.idle(); err != nil {
		return err
	}
	o.feel(hosts[:deadHosts/2], hangs)
	o.feel(hosts[deadHosts/2:deadHosts], closes)
	if took, err = b.deliver(eva, manyPosts, o.expect(healthy, manyPosts*each*len(healthy))); err != nil {
		return err
	}
	f.HealthyDead = took.Seconds()
	f.Slower = f.HealthyDead/f.Healthy - 1
	return nil
}

// sendToOne measures deliveries to an inbox that a whole host shares.
func (b *bench) sendToOne(o *others) error {
	fay, err := b.resident("fay")
	if err != nil {
		return err
	}
	host := []string{o.host(3, 0)}
	if err := b.followed(o, fay, host, 10); err != nil {
		return err
	}
	took, err := b.deliver(fay, sharedPosts, o.expect(host, sharedPosts))
	b.out.Fediverse.Shared = sharedPosts / took.Seconds()
	return err
}

// burst has one post go to very many hosts at once, while somebody reads.
func (b *bench) burst(o *others) error {
	gil, err := b.resident("gil")
	if err != nil {
		return err
	}
	f := &b.out.Fediverse
	f.BurstHosts = b.hosts
	var hosts []string
	for n := range b.hosts {
		hosts = append(hosts, o.host(4, n))
	}
	if err := b.followed(o, gil, hosts, len(hosts)); err != nil {
		return err
	}
	reading := func(until <-chan struct{}) (float64, error) {
		times, err := drive(b.server.addr, 1, func(int) []byte {
			select {
			case <-until:
				return nil
			default:
				return get("/api/v1/timelines/home", gil.token)
			}
		}, func(int, answer) error { return nil })
		return ms(part(times, .99)), err
	}
	quiet := make(chan struct{})
	time.AfterFunc(b.trial()/5, func() { close(quiet) })
	if f.HomeQuiet, err = reading(quiet); err != nil {
		return err
	}
	t := o.expect(hosts, len(hosts))
	read := make(chan error, 1)
	go func() {
		var err error
		f.HomeBurst, err = reading(t.done)
		read <- err
	}()
	took, err := b.deliver(gil, 1, t)
	if err != nil {
		return err
	}
	f.Burst = float64(len(hosts)) / took.Seconds()
	if err := <-read; err != nil {
		return err
	}
	m, err := memoryOf(b.server.pid())
	f.MemoryAtBurst = m.Peak
	return err
}

// parallel does something n times, so many at once.
func parallel(n, atOnce int, do func(i int) error) error {
	var next atomic.Int64
	faults := make([]error, atOnce)
	var wg sync.WaitGroup
	for w := range atOnce {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && faults[w] == nil; i = int(next.Add(1)) - 1 {
				faults[w] = do(i)
			}
		})
	}
	wg.Wait()
	return errors.Join(faults...)
}
