package kill

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/plaza-social/plaza/internal/cluster/replica"
	"github.com/plaza-social/plaza/test/hosts/lan"
)

const (
	// cutRate is how many posts a second come, and cutAfter when the host is
	// cut off.
	cutRate  = 300
	cutAfter = 10 * time.Second
	// cutPeople are so many that each may wait for a copy.
	cutPeople = 64
	bucket    = "copies"
	// keeperAt is a setting of this program: it is a store then, at an address.
	keeperAt = "PLAZA_TEST_KEEPER"
)

func TestMain(m *testing.M) {
	if at := os.Getenv(keeperAt); at != "" {
		fmt.Fprintln(os.Stderr, keep(at))
		os.Exit(1)
	}
	var err error
	if binaries, err = os.MkdirTemp("", "plaza-kill"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	failed := m.Run()
	os.RemoveAll(binaries)
	os.Exit(failed)
}

// keep is a store that speaks S3, in memory.
func keep(at string) error {
	all := s3mem.New()
	if err := all.CreateBucket(bucket); err != nil {
		return err
	}
	return http.ListenAndServe(at, gofakes3.New(all).Server())
}

// cut is a network of three hosts: one with the house, one with its standby,
// and a third that keeps the copy and the turn, at another provider as it were.
type cut struct {
	*testing.T
	lan                   *lan.LAN
	first, second, keeper *lan.Host
	house, standby        *server
	tokens                []string
}

// TestHostCut has a house on a host of its own, with everything as it is when
// nothing more is set than a copy, a turn and a standby, and takes its host
// from it while people post: by pulling the cable and taking away the disk; by
// cutting it off from the other hosts, but not from the people.
func TestHostCut(t *testing.T) {
	if os.Getenv("PLAZA_TEST_HOSTS") == "" {
		t.Skip("it makes hosts: make test-hosts")
	}
	if why := lan.Why(); why != "" {
		t.Skip(why)
	}
	plaza := build(t)
	for _, durability := range []string{"local", "replica"} {
		t.Run("gone/"+durability, func(t *testing.T) { newCut(t, plaza, durability).gone(durability) })
		t.Run("apart/"+durability, func(t *testing.T) { newCut(t, plaza, durability).apart(durability) })
	}
}

func newCut(t *testing.T, plaza, durability string) *cut {
	t.Helper()
	l, err := lan.New()
	c := &cut{T: t, lan: l, house: newServer(t, plaza, ""), standby: newServer(t, plaza, "")}
	c.house.must(err)
	t.Cleanup(func() { c.house.must(l.Remove()) })
	for name, h := range map[string]**lan.Host{"first": &c.first, "second": &c.second, "keeper": &c.keeper} {
		*h, err = l.Host(name)
		c.house.must(err)
	}
	store := exec.Command(os.Args[0])
	store.Env = append(os.Environ(), keeperAt+"="+c.keeper.Addr+":9000")
	_, err = c.keeper.Start("", store)
	c.house.must(err)
	c.house.must(reached(c.keeper.Addr + ":9000"))
	for s, h := range map[*server]*lan.Host{c.house: c.first, c.standby: c.second} {
		s.host, s.addr = h, h.Addr+":8080"
		s.env = []string{"PLAZA_FROM_KEY=key", "PLAZA_FROM_SECRET=secret"}
	}
	at := func(folder string) string {
		return "s3://" + bucket + "/" + folder + "?endpoint=http://" + c.keeper.Addr + ":9000"
	}
	const login = "key = \"key\"\nsecret = \"secret\"\n"
	identity := c.house.replicateTo(at("house"), durability, login, fmt.Sprintf("[lease]\nurl = %q\n", at("turn")), login)
	names := make([]string, cutPeople)
	for i := range names {
		names[i] = fmt.Sprint("person", i)
	}
	c.tokens = c.house.people(names...)
	c.house.must(c.house.start())
	before, err := newClient(c.house.addr, c.tokens[0]).post("Before anything else.", "before")
	c.house.must(err)
	c.house.saysHowOld()
	c.standby.must(c.standby.standFrom(at("house"), identity))
	c.standby.reads(c.tokens[0], before.ID)
	return c
}

func reached(addr string) error {
	var err error
	for late := time.Now().Add(upWait); time.Now().Before(late); time.Sleep(20 * time.Millisecond) {
		var c net.Conn
		if c, err = net.Dial("tcp", addr); err == nil {
			return c.Close()
		}
	}
	return err
}

// What came of a cut.
type outcome struct {
	acked []posted
	off   time.Time      // when it was cut off
	said  replica.Status // how old the copy was said to be by then
	first string         // the first post of the new house
	began time.Time      // when that was acknowledged
}

// gone pulls the cable, kills what runs and takes the disk away. It turns up
// when another has long taken over.
func (c *cut) gone(durability string) {
	o := c.post(func() {
		c.house.must(c.first.Unplug())
		c.house.must(c.first.Kill())
	}, func() {
		away := filepath.Join(c.TempDir(), "disk")
		c.house.must(os.Rename(c.house.data, away))
		c.house.data = away
	})
	c.named(o, c.judge(o, durability))
}

// apart cuts the host off from the two others. People still reach it, and its
// standby.
func (c *cut) apart(durability string) {
	o := c.post(func() {
		c.house.must(c.lan.Cut(c.first, c.keeper))
		c.house.must(c.lan.Cut(c.first, c.second))
	}, func() {})
	lost := c.judge(o, durability)
	var last time.Duration
	for _, p := range o.acked {
		if p.at.After(o.began) {
			c.Errorf("%q was acknowledged by the old house %v after the new one had begun to", p.text, p.at.Sub(o.began))
		}
		last = max(last, p.at.Sub(o.off))
	}
	c.Logf("the old house acknowledged its last post %v after it was cut off", last.Round(time.Millisecond))
	c.house.must(c.lan.Mend(c.first, c.keeper))
	c.house.must(c.lan.Mend(c.first, c.second))
	for end := time.Now().Add(2 * ttlSet); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if _, err := newClient(c.house.addr, c.tokens[0]).post("Not here any more.", "no more"); err == nil {
			c.Fatal("two houses take posts")
		}
	}
	c.standby.keepsTurn(c.tokens[0])
	c.house.must(c.first.Kill())
	c.named(o, lost)
}

// What is promised if nothing is set.
const (
	ttlSet   = 6 * time.Second // how long a turn lasts
	everySet = time.Second     // how often a copy is brought up to date
	mostSent = time.Second     // how long it then takes to be sent
	mostSaid = time.Second     // how long ago it was said how old it is
	mostDown = 10 * time.Second
	// leastRate is the part of the posts that come which must be taken: a house
	// that takes none loses none. The machine may have other things to do.
	leastRate = .7
)

// post has everybody post to the house at a steady rate, cuts it off, and waits
// until its standby takes posts, and a little longer. Its last words are read
// before it is taken away.
func (c *cut) post(cutOff, takeAway func()) (o outcome) {
	var mu sync.Mutex
	var over atomic.Bool
	var wg sync.WaitGroup
	for i, token := range c.tokens {
		wg.Go(func() {
			each := time.Second * time.Duration(len(c.tokens)) / cutRate
			time.Sleep(each * time.Duration(i) / time.Duration(len(c.tokens)))
			tick := time.NewTicker(each)
			defer tick.Stop()
			cl := newClient(c.house.addr, token)
			cl.http.Timeout = 2 * time.Second
			for k := 0; !over.Load(); k++ {
				<-tick.C
				what := fmt.Sprintf("%s At first, %d.", text(i, k), k)
				p, err := cl.post(what, what)
				if refusal := (refused{}); errors.As(err, &refusal) {
					c.Error(err)
				}
				if err == nil {
					mu.Lock()
					o.acked = append(o.acked, posted{p.ID, what, time.Now()})
					mu.Unlock()
				}
			}
		})
	}
	time.Sleep(cutAfter)
	var err error
	o.off = time.Now()
	cutOff()
	o.said, err = replica.ReadStatus(filepath.Join(c.house.data, "replica"))
	c.house.must(err)
	takeAway()
	o.first = c.standby.firstPost(c.tokens[0])
	o.began = time.Now()
	time.Sleep(time.Second)
	over.Store(true)
	wg.Wait()
	return o
}

// judge says what was lost, which is at most what came after the moment that
// the copy was last said to be of, and how long nothing was taken.
func (c *cut) judge(o outcome, durability string) (lost []string) {
	covers := o.said.Copies[0].Covers
	lost = c.standby.missing(newClient(c.standby.addr, c.tokens[0]), o.acked, func(p posted) bool {
		return durability == "replica" || p.at.Before(covers) || p.at.Before(o.off.Add(-everySet-mostSent))
	})
	rate := 0
	for _, p := range o.acked {
		if p.at.Before(o.off) {
			rate++
		}
	}
	perSecond, old, down := float64(rate)/cutAfter.Seconds(), o.off.Sub(covers), o.began.Sub(o.off)
	c.Logf("%d posts acknowledged, at %.0f a second; %d are lost, of the last %v before the cut and what came after; first post on the standby %v after the cut",
		len(o.acked), perSecond, len(lost), old.Round(time.Millisecond), down.Round(time.Millisecond))
	if perSecond < leastRate*cutRate {
		c.Errorf("%.0f posts a second were acknowledged, want %.0f of %d", perSecond, leastRate*cutRate, cutRate)
	}
	if most := everySet + mostSent + mostSaid; old > most {
		c.Errorf("the copy was of %v before the cut, want at most %v", old, most)
	}
	if down > mostDown {
		c.Errorf("the first post on the standby was %v after the cut, want at most %v", down, mostDown)
	}
	return lost
}

// named has Plaza list what was lost, from the old disk: of what was
// acknowledged exactly what is not there any more.
func (c *cut) named(o outcome, lost []string) {
	c.Helper()
	acked, listed := map[string]bool{}, []string{}
	for _, p := range o.acked {
		acked[p.id] = true
	}
	for _, s := range c.house.verify().Strays {
		if s.Kind == "post.published" && acked[s.Post] {
			listed = append(listed, s.Post)
		}
	}
	slices.Sort(lost)
	if slices.Sort(listed); !slices.Equal(listed, lost) {
		c.Errorf("plaza verify lists %d posts of those that were acknowledged:\n%s\n%d are lost:\n%s", len(listed), strings.Join(listed, " "), len(lost), strings.Join(lost, " "))
	}
	c.Logf("plaza verify names all %d that are lost", len(lost))
}
