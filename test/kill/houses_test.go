package kill

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/store/storetest"
)

// TestKillHouses has people of two houses talk while one of the houses is
// killed, and then the other, again and again: in the end both say the same.
// With PLAZA_TEST_LONG it is four times as long, and once more on PostgreSQL.
func TestKillHouses(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it takes a minute and a binary")
	}
	plaza := build(t)
	t.Run("sqlite", func(t *testing.T) { killHouses(t, plaza, "", "") })
	if db := os.Getenv("PLAZA_TEST_POSTGRES"); db != "" && os.Getenv("PLAZA_TEST_LONG") != "" { // where leases of the killed run out only
		t.Run("postgres", func(t *testing.T) { killHouses(t, plaza, storetest.Database(t, db), "") })
	}
}

const (
	rounds     = 25 // of what each person says and does
	houseKills = 4
	// agreeWait is how long the houses have until they agree: after a kill
	// somebody may have been left alone for a minute.
	agreeWait = 4 * time.Minute
)

// A side is one house with two people, and what they were answered.
type side struct {
	*server
	host   string
	people []*speaker
}

// A speaker says things, and does others with what somebody elsewhere says.
type speaker struct {
	*client
	name  string
	other *speaker // whom they listen to

	mu    sync.Mutex
	said  map[string]string // the last text of each post that was acknowledged, by its address
	ids   map[string]string // its id at home
	gone  map[string]bool   // addresses of posts that were deleted
	likes map[string]bool   // addresses of posts of the other's that were liked in the end
	boost map[string]bool   // and boosted
}

// town is both sides.
type town struct {
	*testing.T
	sides [2]*side
	steps atomic.Int64
}

func killHouses(t *testing.T, plaza string, dbs ...string) {
	w := &town{T: t}
	for i := range w.sides {
		w.sides[i] = newSide(t, plaza, dbs[i], i)
	}
	w.befriend()
	n := rounds
	if os.Getenv("PLAZA_TEST_LONG") != "" {
		n *= 4
	}
	var talk, killer sync.WaitGroup
	killer.Go(func() { w.kill(n) })
	for _, s := range w.sides {
		for _, p := range s.people {
			talk.Go(func() { w.talk(p, n) })
		}
	}
	talk.Wait()
	killer.Wait()
	if t.Failed() {
		return
	}
	for _, s := range w.sides { // of which the other hears that this one is there
		w.insist(s.people[0].say("Good night."))
	}
	w.agree()
}

func newSide(t *testing.T, plaza, db string, i int) *side {
	s := &side{server: newServer(t, plaza, db)}
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.%d:0", 2+i))
	s.must(err)
	s.addr, s.host = l.Addr().String(), l.Addr().String()
	l.Close()
	s.env = []string{"PLAZA_PRIVATE_NETWORKS=loopback"}
	names := [][]string{{"ada", "amy"}, {"ben", "bea"}}[i]
	for j, token := range s.server.people(names...) {
		s.people = append(s.people, &speaker{client: newClient(s.addr, token), name: names[j], said: map[string]string{}, ids: map[string]string{},
			gone: map[string]bool{}, likes: map[string]bool{}, boost: map[string]bool{}})
	}
	s.must(s.start())
	return s
}

// befriend has each follow one of the other house.
func (w *town) befriend() {
	for i, s := range w.sides {
		for j, p := range s.people {
			p.other = w.sides[1-i].people[j]
			who := w.find(p, w.sides[1-i])
			w.insist(p.call("POST", "/api/v1/accounts/"+who+"/follow", "", struct{}{}, &struct{}{}))
			w.until("a follow to be accepted", func() error {
				var rel []struct{ Following bool }
				if err := p.get("/api/v1/accounts/relationships?id[]="+who, &rel); err != nil || !rel[0].Following {
					return fmt.Errorf("%s does not follow %s: %v", p.name, p.other.name, err)
				}
				return nil
			})
		}
	}
}

func (w *town) find(p *speaker, at *side) string {
	var found struct{ Accounts []struct{ ID string } }
	w.insist(p.get("/api/v2/search?resolve=true&type=accounts&q="+url.QueryEscape("@"+p.other.name+"@"+at.host), &found))
	if len(found.Accounts) != 1 {
		w.Fatalf("%s finds %+v", p.name, found)
	}
	return found.Accounts[0].ID
}

func (w *town) insist(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// kill kills the houses in turn, each in a part of the talk.
func (w *town) kill(n int) {
	part := int64(4 * n / (houseKills + 1))
	for k := range houseKills {
		at := part*int64(k) + part/2 + rand.Int64N(part)
		for w.steps.Load() < at {
			if w.Failed() {
				return
			}
			time.Sleep(time.Millisecond)
		}
		s := w.sides[k%2]
		s.kill()
		time.Sleep(rand.N(500 * time.Millisecond)) // in which the other finds it gone
		if err := s.start(); err != nil {
			w.Errorf("kill %d: %v", k+1, err)
			return
		}
	}
}

// post is a post with what the API counts.
type post struct {
	ID, URI, Content      string
	Favourites            int `json:"favourites_count"`
	Reblogs               int `json:"reblogs_count"`
	Replies               int `json:"replies_count"`
	Reblog                *post
	Favourited, Reblogged bool
}

// say posts, again and again until it is acknowledged.
func (p *speaker) say(text string) error {
	var made post
	key := fmt.Sprint(p.name, rand.Int64())
	err := insistently(func() error {
		return p.call("POST", "/api/v1/statuses", key, map[string]string{"status": text}, &made)
	})
	if err == nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.said[made.URI], p.ids[made.URI] = text, made.ID
	}
	return err
}

// insistently does something until it is not refused for a fault that may pass.
func insistently(do func() error) (err error) {
	for late := time.Now().Add(giveUp); time.Now().Before(late); time.Sleep(5 * time.Millisecond) {
		if err = do(); err == nil || errors.As(err, &refused{}) {
			return err
		}
	}
	return err
}

// talk is what one person does: post, edit every second post, delete every
// fifth, and like, unlike and boost what the other said.
func (w *town) talk(p *speaker, n int) {
	for i := range n {
		if err := p.step(i); err != nil {
			w.Errorf("%s, step %d: %v", p.name, i, err)
			return
		}
		w.steps.Add(1)
	}
}

func (p *speaker) step(i int) error {
	text := fmt.Sprintf("Post %d of %s.", i, p.name)
	if err := p.say(text); err != nil {
		return err
	}
	uri, id := p.named(text)
	if i%2 == 0 {
		text += " Edited."
		if err := insistently(func() error {
			return p.call("PUT", "/api/v1/statuses/"+id, "", map[string]string{"status": text}, &post{})
		}); err != nil {
			return err
		}
		p.mu.Lock()
		p.said[uri] = text
		p.mu.Unlock()
	}
	if i%5 == 4 {
		if err := insistently(func() error { return p.call("DELETE", "/api/v1/statuses/"+id, "", struct{}{}, &post{}) }); err != nil && !isAbsent(err) {
			return err
		}
		p.mu.Lock()
		delete(p.said, uri)
		p.gone[uri] = true
		p.mu.Unlock()
	}
	return p.react(i)
}

func isAbsent(err error) bool {
	var r refused
	return errors.As(err, &r) && r.code == 404
}

func (p *speaker) named(text string) (uri, id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for uri, said := range p.said {
		if said == text {
			return uri, p.ids[uri]
		}
	}
	return "", ""
}

// react likes, takes that back, or boosts what the other said last. It may be
// deleted meanwhile.
func (p *speaker) react(i int) error {
	var home []post
	if err := insistently(func() error { return p.get("/api/v1/timelines/home?limit=5", &home) }); err != nil {
		return err
	}
	for _, seen := range home {
		if seen.Reblog != nil || strings.Contains(seen.Content, " of "+p.name) || !strings.Contains(seen.Content, "Post ") {
			continue
		}
		do := [][]string{{"favourite"}, {"favourite", "unfavourite", "favourite"}, {"reblog"}, {"favourite", "unfavourite"}}[i%4]
		for _, what := range do {
			err := insistently(func() error { return p.call("POST", "/api/v1/statuses/"+seen.ID+"/"+what, "", struct{}{}, &post{}) })
			if isAbsent(err) {
				return nil
			}
			if err != nil {
				return fmt.Errorf("%s: %w", what, err)
			}
			switch what {
			case "favourite", "unfavourite":
				p.likes[seen.URI] = what == "favourite"
			case "reblog":
				p.boost[seen.URI] = true
			}
		}
		return nil
	}
	return nil
}

// agree waits until both sides say the same, which is what was acknowledged.
func (w *town) agree() {
	for _, s := range w.sides {
		for _, p := range s.people {
			w.until(p.name+" to be understood", func() error { return p.understood() })
			w.until("nothing that "+p.name+" is told to be told twice", func() error { return p.toldOnce() })
		}
	}
}

func (w *town) until(what string, ok func() error) {
	w.Helper()
	var err error
	for late := time.Now().Add(agreeWait); time.Now().Before(late); time.Sleep(100 * time.Millisecond) {
		if err = ok(); err == nil {
			return
		}
	}
	w.Errorf("waited for %s: %v", what, err)
}

// understood checks that what p said is what the other has of it, with the
// same counts.
func (p *speaker) understood() error {
	var me struct{ ID, Acct string }
	if err := p.get("/api/v1/accounts/verify_credentials", &me); err != nil {
		return err
	}
	seen, err := p.other.page("@" + p.name + "@" + p.addr)
	if err != nil {
		return err
	}
	own, err := p.pagesOf(me.ID)
	if err != nil {
		return err
	}
	if len(seen) != len(own) || len(own) != len(p.said) {
		return fmt.Errorf("%s said %d posts, has %d, and %s knows of %d", p.name, len(p.said), len(own), p.other.name, len(seen))
	}
	for uri, text := range p.said {
		there, ok := seen[uri]
		here, is := own[uri]
		switch {
		case !ok || !is:
			return fmt.Errorf("%s %q is lost: here %v, there %v", uri, text, is, ok)
		case !strings.Contains(there.Content, text) || there.Content != here.Content:
			return fmt.Errorf("%s says %q, there %q; want %q", uri, here.Content, there.Content, text)
		}
		likes, boosts := 0, 0
		if p.other.likes[uri] {
			likes = 1
		}
		if p.other.boost[uri] {
			boosts = 1
		}
		if here.Favourites != likes || here.Reblogs != boosts || there.Favourited != p.other.likes[uri] || there.Reblogged != p.other.boost[uri] {
			return fmt.Errorf("%s: %d likes, %d boosts here, there %v, %v; want %d, %d", uri, here.Favourites, here.Reblogs, there.Favourited, there.Reblogged, likes, boosts)
		}
	}
	return nil
}

// page is what p has of somebody elsewhere.
func (p *speaker) page(acct string) (map[string]post, error) {
	var found struct{ Accounts []struct{ ID string } }
	if err := p.get("/api/v2/search?type=accounts&resolve=true&q="+url.QueryEscape(acct), &found); err != nil || len(found.Accounts) != 1 {
		return nil, fmt.Errorf("%s: %+v, %w", acct, found, err)
	}
	return p.pagesOf(found.Accounts[0].ID)
}

// pagesOf is all that somebody said, boosts left out, by its address. An
// address that comes twice is an error.
func (p *speaker) pagesOf(id string) (map[string]post, error) {
	all, bound := map[string]post{}, ""
	for {
		var page []post
		if err := p.get("/api/v1/accounts/"+id+"/statuses?exclude_reblogs=true&limit=40"+bound, &page); err != nil {
			return nil, err
		}
		if len(page) == 0 {
			return all, nil
		}
		for _, s := range page {
			if _, twice := all[s.URI]; twice {
				return nil, fmt.Errorf("%s is there twice", s.URI)
			}
			all[s.URI] = s
		}
		bound = "&max_id=" + page[len(page)-1].ID
	}
}

// toldOnce checks that no notice is there twice.
func (p *speaker) toldOnce() error {
	told, bound := map[string]bool{}, ""
	for {
		var page []struct {
			ID, Type string
			Account  struct{ Acct string }
			Status   *post
		}
		if err := p.get("/api/v1/notifications?limit=40"+bound, &page); err != nil {
			return err
		}
		if len(page) == 0 {
			return nil
		}
		for _, n := range page {
			what := n.Type + " by " + n.Account.Acct
			if n.Status != nil {
				what += " of " + n.Status.URI
			}
			if told[what] {
				return fmt.Errorf("%s is told twice: %s", p.name, what)
			}
			told[what] = true
		}
		bound = "&max_id=" + page[len(page)-1].ID
	}
}
