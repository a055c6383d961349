package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// follows is how many others each follows, besides the first of all.
	follows = 29
	// builders is how many connections fill the server.
	builders = 64
)

// person is somebody with an account.
type person struct{ name, token, id string }

// crowd is everybody; the first is followed by all others.
type crowd struct {
	all []person

	mu     sync.Mutex
	recent []string // posts that may be replied to
}

// random is a source for one goroutine that gives the same in each run.
func random(stream int) *rand.Rand { return rand.New(rand.NewPCG(1, uint64(stream))) }

// popular picks somebody as people pick whom to follow: few of them mostly.
func (c *crowd) popular(r *rand.Rand) int {
	z := rand.NewZipf(r, 1.1, 3, uint64(len(c.all)-1))
	return int(z.Uint64())
}

// talkative picks somebody as posts come: some say more, all say something.
func (c *crowd) talkative(r *rand.Rand) int {
	f := r.Float64()
	return int(f * f * float64(len(c.all)))
}

// people makes the accounts, their profiles and who follows whom.
func (b *bench) people() error {
	if err := b.accountsFromFile(); err != nil {
		return err
	}
	if err := b.server.start(); err != nil {
		return err
	}
	if err := b.profiles(); err != nil {
		return fmt.Errorf("profiles: %w", err)
	}
	if err := b.graph(); err != nil {
		return fmt.Errorf("follows: %w", err)
	}
	_, err := b.server.settle()
	return err
}

func (b *bench) accountsFromFile() error {
	var csv strings.Builder
	for i := range b.accounts {
		fmt.Fprintf(&csv, "person%d,person%d@load.example,not a secret %d\n", i, i, i)
	}
	path := filepath.Join(b.dir, "people.csv")
	if err := os.WriteFile(path, []byte(csv.String()), 0o600); err != nil {
		return err
	}
	out, err := b.server.command("account", "create", "--from", path, "--tokens")
	if err != nil {
		return err
	}
	b.crowd = &crowd{}
	for line := range strings.Lines(string(out)) {
		name, token, _ := strings.Cut(strings.TrimSpace(line), " ")
		b.crowd.all = append(b.crowd.all, person{name: name, token: token})
	}
	if len(b.crowd.all) != b.accounts {
		return fmt.Errorf("%d accounts were made, want %d", len(b.crowd.all), b.accounts)
	}
	return nil
}

// profiles gives everybody a name and a few words, and learns their ids.
func (b *bench) profiles() error {
	r := random(0)
	c := b.crowd
	requests := make([][]byte, len(c.all))
	for i, p := range c.all {
		body, err := json.Marshal(map[string]any{"display_name": strings.ToUpper(words[r.IntN(len(words))]) + " " + p.name, "note": bio(r),
			"discoverable": true, "indexable": true})
		if err != nil {
			return err
		}
		requests[i] = send("PATCH", "/api/v1/accounts/update_credentials", p.token, "", body)
	}
	ids := map[string]string{}
	_, err := drive(b.server.addr, builders, each(requests), func(_ int, a answer) error {
		var who struct{ ID, Username string }
		if err := json.Unmarshal(a.body, &who); err != nil {
			return err
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		ids[who.Username] = who.ID
		return nil
	})
	for i, p := range c.all {
		c.all[i].id = ids[p.name]
	}
	return err
}

// graph has everybody follow the first, and some others.
func (b *bench) graph() error {
	r, c := random(1), b.crowd
	var requests [][]byte
	for i, p := range c.all {
		chosen := map[int]bool{i: true}
		if i != 0 {
			chosen[0] = true
			requests = append(requests, follow(p, c.all[0]))
		}
		for tries := 0; len(chosen) < follows+2 && tries < 10*follows; tries++ {
			if j := c.popular(r); !chosen[j] {
				chosen[j] = true
				requests = append(requests, follow(p, c.all[j]))
			}
		}
	}
	b.out.Follows = len(requests)
	t, err := try(b.server.pid(), b.server.addr, builders, each(requests), nil)
	b.out.Follow = t
	return err
}

func follow(p, other person) []byte {
	return send("POST", "/api/v1/accounts/"+other.id+"/follow", p.token, "", []byte("{}"))
}

// saying makes requests that post, each connection for itself, with keys as
// apps send them. They end after n in all, or after d; zero is no end.
func (c *crowd) saying(name string, conns, n int, d time.Duration) (next func(conn int) []byte, got func(conn int, a answer) error) {
	var done atomic.Int64
	end := time.Now().Add(d)
	rs := make([]*rand.Rand, conns)
	for i := range rs {
		rs[i] = random(1000 + i)
	}
	next = func(conn int) []byte {
		if n > 0 && done.Add(1) > int64(n) || d > 0 && time.Now().After(end) {
			return nil
		}
		r := rs[conn]
		body := map[string]string{"status": c.post(r), "visibility": "public", "language": "en"}
		if r.IntN(100) < 20 {
			body["in_reply_to_id"] = c.parent(r)
		}
		b, err := json.Marshal(body)
		if err != nil {
			panic(err) // texts
		}
		return send("POST", "/api/v1/statuses", c.all[c.talkative(r)].token, fmt.Sprintf("%s-%d-%x", name, conn, r.Uint64()), b)
	}
	return next, func(_ int, a answer) error { return c.heard(a.body) }
}

func (c *crowd) parent(r *rand.Rand) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.recent) == 0 {
		return ""
	}
	return c.recent[r.IntN(len(c.recent))]
}

// heard remembers a post, to be replied to.
func (c *crowd) heard(status []byte) error {
	id, err := idOf(status)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.recent = append(c.recent, id); len(c.recent) > 500 {
		c.recent = c.recent[100:]
	}
	return nil
}

// idOf is the id of an entity, which stands first in it.
func idOf(entity []byte) (string, error) {
	const before = `{"id":"`
	rest, ok := strings.CutPrefix(string(entity[:min(len(entity), 60)]), before)
	id, _, whole := strings.Cut(rest, `"`)
	if !ok || !whole {
		return "", fmt.Errorf("no id in %.100q", entity)
	}
	return id, nil
}
