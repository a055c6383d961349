package kill

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/cluster/replica"
)

// lostAfter is how many posts are acknowledged before the host is lost.
const lostAfter = 600

// TestHostLost takes a host away, with its disk, while people post, and brings
// the house back from its copy on another. Nothing that was acknowledged
// before the last moment that was said to be safe is missing; where writes wait
// for the copy, nothing at all. The old host, should it return, stays closed.
func TestHostLost(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes some seconds and a binary")
	}
	plaza := build(t)
	for _, durability := range []string{"local", "replica"} {
		t.Run(durability, func(t *testing.T) { loseHost(t, plaza, durability) })
	}
}

// A posted post is one that was acknowledged.
type posted struct {
	id, text string
	at       time.Time // when its answer was there
}

func loseHost(t *testing.T, plaza, durability string) {
	s := newServer(t, plaza, "")
	copied, identity := s.replicate(durability)
	tokens := s.people("ada", "ben", "cleo", "dan", "eva", "fritz", "gus", "hans")
	s.must(s.start())
	s.saysHowOld()
	log, stop := s.readLog(tokens[0], tokens[1])
	acked := s.postUntil(tokens, func(n int64) bool {
		// The worst moment: somebody has just read what the log is, and this is lost.
		if n < lostAfter || !log.fresh() && n < 10*lostAfter {
			return false
		}
		s.kill()
		return true
	})
	lost := time.Now()
	stop()
	said, err := replica.ReadStatus(filepath.Join(s.data, "replica"))
	s.must(err)
	if len(said.Copies) != 1 || said.Copies[0].Covers.IsZero() {
		t.Fatalf("it was not said how old the copy is: %+v", said)
	}

	next := newServer(t, plaza, "")
	next.bringBack(copied, identity)
	next.must(next.start())
	first, err := newClient(next.addr, tokens[0]).post("The first on the new host.", "first")
	next.must(err)
	took := time.Since(lost)
	copiedBy := func(at time.Time) bool { return durability == "replica" || at.Before(said.Copies[0].Covers) }
	missing := next.missing(newClient(next.addr, tokens[0]), acked, func(p posted) bool { return copiedBy(p.at) })
	log.leadsTo(next, copiedBy)
	t.Logf("%d posts acknowledged at %.0f a second, %d of the last moments lost; %v from the loss to the first post", len(acked),
		float64(len(acked))/acked[len(acked)-1].at.Sub(acked[0].at).Seconds(), len(missing), took.Round(time.Millisecond))

	// The old host returns, its disk was whole after all.
	s.cmd = exec.Command(plaza, s.args("serve", "--listen", s.addr)...)
	if out, err := s.cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "Another Plaza has taken over") {
		t.Errorf("the old host opened again: %v %s", err, out)
	}
	var still struct{ ID string }
	next.must(newClient(next.addr, tokens[1]).get("/api/v1/statuses/"+first.ID, &still))
}

// saysHowOld waits until the server has said for the first time how old its copy
// is: it does so every second.
func (s *server) saysHowOld() {
	s.Helper()
	eventually(s.T, "it to be said how old the copy is", func() bool {
		said, err := replica.ReadStatus(filepath.Join(s.data, "replica"))
		return err == nil && len(said.Copies) == 1 && !said.Copies[0].Covers.IsZero()
	})
}

// replicate has the server keep a copy in a folder, which somebody can open.
func (s *server) replicate(durability string, more ...string) (copied, identity string) {
	s.Helper()
	copied = filepath.Join(s.TempDir(), "copy")
	return copied, s.replicateTo("file://"+copied, durability, more...)
}

// replicateTo has the server keep a copy at a place, which somebody can open.
func (s *server) replicateTo(url, durability string, more ...string) (identity string) {
	s.Helper()
	identity = filepath.Join(s.TempDir(), "identity")
	out, err := exec.Command(s.plaza, "replica", "keygen", "--out", identity).CombinedOutput()
	s.must(err)
	recipient := regexp.MustCompile(`age1[a-z0-9]{58}`).FindString(string(out))
	s.must(os.WriteFile(filepath.Join(s.data, "plaza.toml"), []byte(fmt.Sprintf("durability = %q\n[[replica]]\nurl = %q\nrecipient = %q\n",
		durability, url, recipient)+strings.Join(more, "")), 0o600))
	return identity
}

// bringBack restores the house into a data folder that is new.
func (s *server) bringBack(copied, identity string) {
	s.Helper()
	s.data = filepath.Join(s.data, "house")
	out, err := exec.Command(s.plaza, s.args("restore", "--from", "file://"+copied, "--identity", identity)...).CombinedOutput()
	if err != nil {
		s.Fatalf("restore: %v %s", err, out)
	}
}

// postUntilLost has everybody post until the host is killed in the midst of it,
// and returns what was acknowledged.
func (s *server) postUntilLost(tokens []string) []posted {
	s.Helper()
	return s.postUntil(tokens, func(n int64) bool {
		if n >= lostAfter {
			s.kill()
		}
		return n >= lostAfter
	})
}

// postUntil has everybody post until done says so, who is told how many were
// acknowledged, or it is not possible any more.
func (s *server) postUntil(tokens []string, done func(n int64) bool) (acked []posted) {
	s.Helper()
	var mu sync.Mutex
	var n atomic.Int64
	var wg sync.WaitGroup
	for i, token := range tokens {
		wg.Go(func() {
			c := newClient(s.addr, token)
			for k := 0; ; k++ {
				what := fmt.Sprintf("%s At %s.", text(i, k), s.addr)
				p, err := c.post(what, what)
				if err != nil {
					if refusal := (refused{}); errors.As(err, &refusal) {
						s.Error(err)
					}
					return
				}
				mu.Lock()
				acked = append(acked, posted{p.ID, what, time.Now()})
				mu.Unlock()
				n.Add(1)
			}
		})
	}
	over := make(chan struct{})
	go func() { defer close(over); wg.Wait() }()
	for late := time.Now().Add(2 * time.Minute); time.Now().Before(late) && !done(n.Load()); {
		select {
		case <-over:
			return acked
		case <-time.After(time.Millisecond):
		}
	}
	<-over
	return acked
}

// missing lists the posts that are not there; those that must be there are
// an error. None is there twice.
func (s *server) missing(c *client, acked []posted, must func(posted) bool) (lost []string) {
	s.Helper()
	var all []status
	all, err := c.pages("/api/v1/timelines/public")
	s.must(err)
	there := map[string]int{}
	for _, p := range all {
		there[p.ID]++
		there[p.Content]++
	}
	for _, p := range acked {
		switch {
		case there[p.id] == 1 && there["<p>"+p.text+"</p>"] == 1:
		case there[p.id] > 1 || there["<p>"+p.text+"</p>"] > 1:
			s.Errorf("%q is there twice", p.text)
		case must(p):
			s.Errorf("%q was acknowledged, and is lost", p.text)
		default:
			lost = append(lost, p.id)
		}
	}
	return lost
}

// TestStandby loses the host of a house that has a standby and a lease: the
// standby takes over by itself, and nothing that was acknowledged is lost. And
// then an admin has a third take over from the second, which lives.
func TestStandby(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes some seconds and a binary")
	}
	plaza := build(t)
	s := newServer(t, plaza, "")
	lease := fmt.Sprintf("[lease]\nurl = %q\nttl = %q\n", "file://"+filepath.Join(t.TempDir(), "lease"), ttl)
	copied, identity := s.replicate("replica", lease)
	tokens := s.people("ada", "ben", "cleo", "dan", "eva", "fritz", "gus", "hans")
	s.must(s.start())
	before, err := newClient(s.addr, tokens[0]).post("Before anything else.", "before")
	s.must(err)
	second, third := newServer(t, plaza, ""), newServer(t, plaza, "")
	second.must(second.stand(copied, identity))
	second.reads(tokens[0], before.ID)
	if _, err := newClient(second.addr, tokens[0]).post("Not here.", "no"); err == nil {
		t.Error("a standby took a post")
	}

	acked := s.postUntilLost(tokens)
	lost := time.Now()
	first := second.firstPost(tokens[0])
	took := time.Since(lost)
	second.missing(newClient(second.addr, tokens[0]), acked, func(posted) bool { return true })
	t.Logf("%d posts acknowledged, none lost; %v from the loss to the first post on the standby", len(acked), took.Round(time.Millisecond))
	second.keepsTurn(tokens[0])

	s.cmd = exec.Command(plaza, s.args("serve", "--listen", s.addr)...)
	if out, err := s.cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "stays closed") {
		t.Errorf("the old host opened again: %v %s", err, out)
	}

	third.must(third.stand(copied, identity))
	third.reads(tokens[0], first)
	more := make(chan []posted)
	go func() { more <- second.postUntil(tokens, func(n int64) bool { return n < 0 }) }()
	time.Sleep(time.Second) // it writes meanwhile
	if out, err := exec.Command(plaza, "promote", "--data", third.data).CombinedOutput(); err != nil {
		t.Fatalf("promote: %v %s", err, out)
	}
	third.firstPost(tokens[0])
	acked = append(acked, <-more...)
	third.missing(newClient(third.addr, tokens[0]), acked, func(posted) bool { return true })
	t.Logf("%d posts acknowledged in all, none lost", len(acked))
	if _, err := newClient(second.addr, tokens[0]).post("Not here any more.", "no more"); err == nil {
		t.Error("two houses take posts")
	}
	out, err := exec.Command(plaza, second.args("account", "create", "--username", "late", "--email", "late@kill.example")...).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "has taken over") {
		t.Errorf("the command line writes where nobody may: %v %s", err, out)
	}
	second.reads(tokens[0], first)
	third.keepsTurn(tokens[0])
}

// ttl is how long a turn lasts that nobody renews.
const ttl = 2 * time.Second

// keepsTurn posts for longer than the turn lasts that was taken.
func (s *server) keepsTurn(token string) {
	s.Helper()
	c := newClient(s.addr, token)
	for n, began := 0, time.Now(); time.Since(began) < 2*ttl; n++ {
		if _, err := c.post(fmt.Sprint("Still here ", n), fmt.Sprint("still ", s.addr, n)); err != nil {
			s.Fatalf("it took over, and does not keep the turn: %v", err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// stand starts the process as a standby.
func (s *server) stand(copied, identity string) error {
	return s.standFrom("file://"+copied, identity, "--every", "100ms")
}

// standFrom starts the process as a standby of what is at a place.
func (s *server) standFrom(url, identity string, more ...string) error {
	s.data = filepath.Join(s.data, "house")
	return s.run(append([]string{"standby", "--from", url, "--identity", identity, "--listen", s.addr, "--url", "http://" + s.addr}, more...)...)
}

// reads waits until a post can be read.
func (s *server) reads(token, id string) {
	s.Helper()
	var post struct{ ID string }
	var err error
	for late := time.Now().Add(upWait); time.Now().Before(late); time.Sleep(20 * time.Millisecond) {
		if err = newClient(s.addr, token).get("/api/v1/statuses/"+id, &post); err == nil {
			return
		}
	}
	s.Fatal(err)
}

// firstPost posts as soon as that is possible.
func (s *server) firstPost(token string) (id string) {
	s.Helper()
	var err error
	for late := time.Now().Add(2 * time.Minute); time.Now().Before(late); time.Sleep(20 * time.Millisecond) {
		var p status
		if p, err = newClient(s.addr, token).post("The first after another had it, at "+s.addr, "first "+s.addr); err == nil {
			return p.ID
		}
	}
	s.Fatal(err)
	return ""
}
