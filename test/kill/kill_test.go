package kill

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/store/storetest"
)

const (
	writers = 8
	each    = 250 // posts of a writer
	kills   = 5
	// giveUp is how long a writer tries to post one post.
	giveUp = 30 * time.Second
)

func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes some seconds and a binary")
	}
	plaza := build(t)
	t.Run("sqlite", func(t *testing.T) { killAndLook(t, plaza, "") })
	if url := os.Getenv("PLAZA_TEST_POSTGRES"); url != "" {
		t.Run("postgres", func(t *testing.T) { killAndLook(t, plaza, storetest.Database(t, url)) })
	}
}

// crowd is who posts, and what was acknowledged.
type crowd struct {
	*server
	writers []*client
	reader  *client // follows all of them
	ids     []string

	acked atomic.Int64
	again atomic.Int64      // tries that failed
	posts [writers][]status // as acknowledged, in order
}

func killAndLook(t *testing.T, plaza, db string) {
	s := newServer(t, plaza, db)
	c := gather(s)
	killed := make(chan struct{})
	go func() {
		defer close(killed)
		c.killer()
	}()
	c.write()
	<-killed
	if t.Failed() {
		return
	}
	t.Logf("%d posts acknowledged, %d tries failed on the way", c.acked.Load(), c.again.Load())
	c.look("before another kill")
	s.kill()
	s.must(s.start())
	c.look("after another kill")
	c.repeat()
}

// gather makes the accounts and who follows whom.
func gather(s *server) *crowd {
	s.Helper()
	c := &crowd{server: s}
	var names []string
	for i := range writers {
		names = append(names, fmt.Sprintf("writer%d", i))
	}
	tokens := s.people(append(names, "reader")...)
	s.must(s.start())
	c.reader = newClient(s.addr, tokens[writers])
	for _, token := range tokens[:writers] {
		w := newClient(s.addr, token)
		var self struct{ ID string }
		s.must(w.get("/api/v1/accounts/verify_credentials", &self))
		var relation struct{ Following bool }
		s.must(c.reader.call("POST", "/api/v1/accounts/"+self.ID+"/follow", "", struct{}{}, &relation))
		if !relation.Following {
			s.Fatal("the reader does not follow a writer after following it")
		}
		c.writers, c.ids = append(c.writers, w), append(c.ids, self.ID)
	}
	return c
}

// killer kills the server once in each part of the work, at some moment, and
// starts it again.
func (c *crowd) killer() {
	const part = writers * each / (kills + 1)
	for k := range kills {
		at := int64(part*k + part/2 + rand.IntN(part))
		for c.acked.Load() < at {
			if c.Failed() {
				return
			}
			time.Sleep(time.Millisecond)
		}
		time.Sleep(rand.N(20 * time.Millisecond))
		c.kill()
		if err := c.start(); err != nil {
			c.Errorf("kill %d, at %d posts: %v", k+1, c.acked.Load(), err)
			return
		}
	}
}

func text(writer, n int) string { return fmt.Sprintf("Post %d of writer %d.", n, writer) }

func key(writer, n int) string { return fmt.Sprintf("key-%d-%d", writer, n) }

// write has everybody post, and try again with the same key what was not
// acknowledged. The reader looks meanwhile, so that it has a feed in memory.
func (c *crowd) write() {
	var wg sync.WaitGroup
	for i, w := range c.writers {
		wg.Go(func() {
			for n := range each {
				s, err := c.insist(w, text(i, n), key(i, n))
				if err != nil {
					c.Errorf("post %q was not taken: %v", text(i, n), err)
					return
				}
				c.posts[i] = append(c.posts[i], s)
				c.acked.Add(1)
			}
		})
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		c.read(stop)
	}()
	wg.Wait()
	close(stop)
	<-stopped
}

// read asks for the home timeline until stop. What it says is looked at in
// the end.
func (c *crowd) read(stop <-chan struct{}) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
			var page []status
			c.reader.get("/api/v1/timelines/home", &page)
		}
	}
}

// insist posts until it is acknowledged.
func (c *crowd) insist(w *client, text, key string) (s status, err error) {
	for late := time.Now().Add(giveUp); time.Now().Before(late); time.Sleep(5 * time.Millisecond) {
		if s, err = w.post(text, key); err == nil || errors.As(err, &refused{}) {
			return s, err
		}
		c.again.Add(1)
	}
	return s, err
}

// look checks that everything acknowledged is there, once, by its id, on its
// writer's page and on the reader's home timeline.
func (c *crowd) look(when string) {
	c.Helper()
	home, err := c.reader.pages("/api/v1/timelines/home")
	c.must(err)
	c.once(when+", at home", home, writers*each)
	atHome := map[string]bool{}
	for i, s := range home {
		atHome[s.ID] = true
		if i > 0 && (len(s.ID) > len(home[i-1].ID) || len(s.ID) == len(home[i-1].ID) && s.ID >= home[i-1].ID) {
			c.Errorf("%s, at home: %s %q stands below %s, which is older", when, s.ID, s.Content, home[i-1].ID)
		}
	}
	for i, w := range c.writers {
		own, err := w.pages("/api/v1/accounts/" + c.ids[i] + "/statuses")
		c.must(err)
		c.once(fmt.Sprintf("%s, on the page of writer %d", when, i), own, each)
		for n, s := range c.posts[i] {
			c.there(when, w, text(i, n), s, atHome)
		}
		var self struct {
			Statuses int `json:"statuses_count"`
		}
		c.must(w.get("/api/v1/accounts/"+c.ids[i], &self))
		if self.Statuses != each {
			c.Errorf("%s: writer %d is said to have %d posts, want %d", when, i, self.Statuses, each)
		}
	}
}

// there checks one acknowledged post.
func (c *crowd) there(when string, w *client, text string, acked status, atHome map[string]bool) {
	c.Helper()
	var got status
	if err := w.get("/api/v1/statuses/"+acked.ID, &got); err != nil {
		c.Errorf("%s: post %s %q was acknowledged and is not there: %v", when, acked.ID, text, err)
	} else if !strings.Contains(got.Content, text) {
		c.Errorf("%s: post %s was acknowledged as %q and says %q", when, acked.ID, text, got.Content)
	}
	if !atHome[acked.ID] {
		c.Errorf("%s: post %s %q was acknowledged and is not on its follower's home timeline", when, acked.ID, text)
	}
}

// once checks that a timeline has so many posts, and none twice.
func (c *crowd) once(where string, posts []status, want int) {
	c.Helper()
	first := map[string]string{}
	for _, s := range posts {
		if other, twice := first[s.Account.ID+s.Content]; twice {
			c.Errorf("%s: %q is there twice, as %s and %s", where, s.Content, other, s.ID)
		}
		first[s.Account.ID+s.Content] = s.ID
	}
	if len(posts) != want {
		c.Errorf("%s: %d posts, want %d", where, len(posts), want)
	}
}

// repeat posts the last post of each writer again, with its key.
func (c *crowd) repeat() {
	c.Helper()
	for i, w := range c.writers {
		was := c.posts[i][each-1]
		if s, err := w.post(text(i, each-1), key(i, each-1)); err != nil || s.ID != was.ID {
			c.Errorf("post %s, sent again with its key: %s, %v; want the same post", was.ID, s.ID, err)
		}
	}
}
