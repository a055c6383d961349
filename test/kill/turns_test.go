package kill

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/cluster/place"
	"github.com/plaza-social/plaza/internal/cluster/turn"
)

// TestTurns passes the turn to write to and fro: the house that writes is
// killed, stopped for longer than its turn lasts and let go on, or promoted
// away from, while people post to every host there is. From the list of turns
// alone it is then checked that each answer was given by a host that had the
// turn, and that no two had it at once; and, where writes wait for a copy, that
// nothing that was answered is lost.
func TestTurns(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes some seconds and a binary")
	}
	for _, durability := range []string{"local", "replica"} {
		t.Run(durability, func(t *testing.T) { playTurns(t, durability) })
	}
}

func playTurns(t *testing.T, durability string) {
	ways := []string{"stop", "promote", "kill"}
	if os.Getenv("PLAZA_TEST_LONG") != "" {
		for range 27 {
			ways = append(ways, ways[rand.IntN(3)])
		}
	}
	g := newGame(t, durability)
	now := g.first()
	for _, way := range ways {
		now = g.pass(now, way)
	}
	g.settle(now)
	g.check(now)
}

// A game is hosts that have the turn one after another.
type game struct {
	*testing.T
	plaza, copied, identity, lease string
	durability                     string
	tokens                         []string
	plays                          []*play
	posting                        sync.WaitGroup

	mu    sync.Mutex
	acked []ack
	n     int
}

// A play is a host, from its start to its end, and those who post to it.
type play struct {
	*server
	over chan struct{}
}

// An ack is a post that a host said it has.
type ack struct {
	by          *play
	id, text    string
	sent, heard time.Time
}

func newGame(t *testing.T, durability string) *game {
	return &game{T: t, plaza: build(t), durability: durability, lease: filepath.Join(t.TempDir(), "lease")}
}

func (g *game) first() *play {
	s := newServer(g.T, g.plaza, "")
	g.copied, g.identity = s.replicate(g.durability, fmt.Sprintf("[lease]\nurl = %q\nttl = %q\n", "file://"+g.lease, ttl))
	g.tokens = s.people("ada", "ben", "cleo", "dan")
	s.must(s.start())
	return g.join(s)
}

// join has people post to a host.
func (g *game) join(s *server) *play {
	p := &play{s, make(chan struct{})}
	g.plays = append(g.plays, p)
	for _, token := range g.tokens {
		g.posting.Go(func() { g.post(p, newClient(s.addr, token)) })
	}
	return p
}

// post posts until the play is over, and remembers what was answered.
func (g *game) post(p *play, c *client) {
	for {
		select {
		case <-p.over:
			return
		case <-time.After(5 * time.Millisecond):
		}
		g.mu.Lock()
		g.n++
		a := ack{by: p, text: fmt.Sprintf("Turn %d.", g.n), sent: time.Now()}
		g.mu.Unlock()
		said, err := c.post(a.text, a.text)
		if err != nil {
			continue
		}
		a.id, a.heard = said.ID, time.Now()
		g.mu.Lock()
		g.acked = append(g.acked, a)
		g.mu.Unlock()
	}
}

// pass has a new standby take over, in some way.
func (g *game) pass(now *play, way string) *play {
	g.Helper()
	s := newServer(g.T, g.plaza, "")
	s.must(s.stand(g.copied, g.identity))
	next := g.join(s)
	process := now.cmd.Process
	switch way {
	case "kill":
		now.kill()
	case "stop":
		now.must(process.Signal(syscall.SIGSTOP))
	case "promote":
		if out, err := exec.Command(g.plaza, "promote", "--data", s.data).CombinedOutput(); err != nil {
			g.Fatalf("promote: %v %s", err, out)
		}
	}
	g.answers(next)
	if way == "stop" {
		now.must(process.Signal(syscall.SIGCONT))
	}
	if way != "kill" {
		time.Sleep(ttl) // people go on posting to both
	}
	close(now.over)
	now.kill()
	return next
}

// answers waits until a host says that it has a post.
func (g *game) answers(p *play) {
	g.Helper()
	for late := time.Now().Add(2 * time.Minute); time.Now().Before(late); time.Sleep(20 * time.Millisecond) {
		g.mu.Lock()
		ok := slices.ContainsFunc(g.acked, func(a ack) bool { return a.by == p })
		g.mu.Unlock()
		if ok {
			return
		}
	}
	g.Fatal("nobody can write")
}

func (g *game) settle(now *play) {
	close(now.over)
	g.posting.Wait()
}

// A reign is when a host had the turn, by the list: from when the one before
// must know that it has not, until the same of the next.
type reign struct {
	epoch      uint64
	holder     string
	from, till time.Time
}

// reigns reads the list.
func (g *game) reigns() (all []reign) {
	g.Helper()
	p, err := place.Open(g.Context(), place.Config{URL: "file://" + g.lease})
	if err != nil {
		g.Fatal(err)
	}
	defer p.Close()
	l, err := turn.Open(p, "checker", turn.Options{})
	if err != nil {
		g.Fatal(err)
	}
	past, err := l.History(g.Context())
	if err != nil {
		g.Fatal(err)
	}
	for _, c := range past {
		from := c.At.Add(g.waits(c.N))
		if n := len(all); n > 0 {
			if all[n-1].till = from; c.Epoch <= all[n-1].epoch || from.Before(all[n-1].from) {
				g.Errorf("epoch %d begins at %s, and %d before it at %s", c.Epoch, from, all[n-1].epoch, all[n-1].from)
			}
		}
		all = append(all, reign{c.Epoch, c.Holder, from, time.Now()})
	}
	return all
}

// waits is for how long a claim waits for the one before.
func (g *game) waits(n uint64) time.Duration {
	b, err := os.ReadFile(filepath.Join(g.lease, fmt.Sprintf("turn/%020d", n)))
	var r turn.Record
	if err == nil {
		err = json.Unmarshal(b, &r)
	}
	if err != nil || r.Kind != turn.Claim {
		g.Fatalf("claim %d: %+v, %v", n, r, err)
	}
	return time.Duration(r.Wait) * time.Millisecond
}

// check looks at all answers: by whom, and when.
func (g *game) check(last *play) {
	g.Helper()
	reigns := g.reigns()
	if len(reigns) != len(g.plays) {
		g.Errorf("%d reigns of %d hosts: %+v", len(reigns), len(g.plays), reigns)
	}
	holders := map[*play]string{}
	for _, p := range g.plays {
		b, err := os.ReadFile(filepath.Join(p.data, "replica", "holder"))
		p.must(err)
		holders[p] = strings.TrimSpace(string(b))
	}
	counts := map[uint64]int{}
	for _, a := range g.acked {
		i := slices.IndexFunc(reigns, func(r reign) bool {
			return r.holder == holders[a.by] && !a.heard.Before(r.from) && a.sent.Before(r.till)
		})
		if i < 0 {
			g.Errorf("%q was answered from %s to %s by %s, which had not the turn: %+v", a.text, a.sent, a.heard, holders[a.by], reigns)
			continue
		}
		counts[reigns[i].epoch]++
	}
	slices.SortFunc(g.acked, func(a, b ack) int { return cmp.Compare(a.id, b.id) })
	var acked []posted
	for _, a := range g.acked {
		acked = append(acked, posted{a.id, a.text, a.heard})
	}
	lost := last.missing(newClient(last.addr, g.tokens[0]), acked, func(posted) bool { return g.durability == "replica" })
	g.Logf("%d posts answered in %d reigns, each by the host that had the turn, %d lost: %v", len(acked), len(reigns), len(lost), counts)
}
