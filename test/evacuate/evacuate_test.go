package evacuate

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // as the store does, but to look only

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// TestEvacuate has a house lose its name. With PLAZA_TEST_LONG it is one of 1,000
// people with 20,000 followers, and, where there is PostgreSQL, a small one on that.
func TestEvacuate(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts four servers")
	}
	plaza := apptest.Binary(t)
	people, followers := 20, 200
	if long() {
		people, followers = 1000, 20_000
	}
	t.Run("sqlite", func(t *testing.T) { evacuate(t, plaza, "", people, followers) })
	if db := os.Getenv("PLAZA_TEST_POSTGRES"); db != "" && long() { // it mostly waits for the lease of who was killed
		t.Run("postgres", func(t *testing.T) { evacuate(t, plaza, storetest.Database(t, db), 20, 200) })
	}
}

func long() bool { return os.Getenv("PLAZA_TEST_LONG") != "" }

// A world is a house with two names, and three others whose people follow those
// who live there.
type world struct {
	*testing.T
	house    *server
	old, new string
	people   []resident
	tokens   []string // of the first two people
	peers    []*peer
}

// A peer is one of the others.
type peer struct {
	*server
	people []resident
	known  map[social.AccountID]social.AccountID // people of the house, as they are called here
	token  string                                // of the first of its people
	reader string                                // of the first who follows the first person of the house
}

const (
	oldIP, newIP = "127.0.0.20", "127.0.0.21"
	// arriveWait is how long the followers of the long form may take.
	arriveWait = 40 * time.Minute
	// hearWait is how long something may take that is said: who was killed while it
	// sent to a host leaves that host alone for as long as its lease lasts.
	hearWait = 5 * time.Minute
)

// found makes it: follower i follows person i, and so on, from one of the others
// after the other. The first person follows the first of each.
func found(t *testing.T, plaza, db string, people, followers int) *world {
	t.Helper()
	keys, at := makePairs(t), port(t)
	w := &world{T: t, old: "http://" + oldIP + ":" + at, new: "http://" + newIP + ":" + at, house: newServer(t, plaza, oldIP, at, db)}
	w.house.listen = "0.0.0.0:" + at
	here := w.house.open()
	defer here.Close()
	w.people = w.house.settle(here, "ada", people, keys)
	w.tokens = tokens(t, here, w.people[:2]...)
	follow(t, here, []edge{{w.people[0].ID, w.people[1].ID}})
	const others = 3
	for n := range others {
		p := &peer{server: newServer(t, plaza, fmt.Sprintf("127.0.0.%d", 22+n), port(t), "")}
		there := p.open()
		p.people = p.settle(there, "ben", (followers+others-1-n)/others, keys)
		reader := 0
		for (reader*others+n)%people != 0 {
			reader++
		}
		read := tokens(t, there, p.people[0], p.people[reader])
		p.token, p.reader = read[0], read[1]
		p.known = know(t, there, w.old, w.people)
		theirs := know(t, here, p.url, p.people)
		var edges, same []edge
		for i, who := range p.people {
			target := w.people[(i*others+n)%people]
			edges, same = append(edges, edge{who.ID, p.known[target.ID]}), append(same, edge{theirs[who.ID], target.ID})
		}
		edges, same = append(edges, edge{p.known[w.people[0].ID], p.people[0].ID}), append(same, edge{w.people[0].ID, theirs[p.people[0].ID]})
		follow(t, there, edges)
		follow(t, here, same)
		there.Close()
		w.peers = append(w.peers, p)
	}
	return w
}

type status struct{ ID, URI, URL, Content string }

func (w *world) post(at, text string) (s status) {
	w.Helper()
	call(w.T, http.MethodPost, at+"/api/v1/statuses", w.tokens[0], map[string]string{"status": text, "visibility": "public"}, &s)
	return s
}

// reads waits until the follower of the first person has read something at home.
func (p *peer) reads(text string) (s status) {
	p.Helper()
	p.eventually(p.url+" to hear "+text, hearWait, func() bool {
		var home []status
		call(p.T, http.MethodGet, p.url+"/api/v1/timelines/home", p.reader, struct{}{}, &home)
		i := slices.IndexFunc(home, func(s status) bool { return strings.Contains(s.Content, text) })
		if i >= 0 {
			s = home[i]
		}
		return i >= 0
	})
	return s
}

const activity = "application/activity+json"

type actor struct {
	ID, Inbox   string
	AlsoKnownAs []string
	MovedTo     string
}

func evacuate(t *testing.T, plaza, db string, people, followers int) {
	w := found(t, plaza, db, people, followers)
	w.house.start(w.old)
	for _, p := range w.peers {
		p.start(p.url)
	}
	before := w.post(w.old, "It is quiet here.")
	first := w.peers[0].reads("It is quiet here.")
	w.prepare()

	// The name is lost: nobody can ask there any more.
	w.house.kill()
	w.house.listen = strings.TrimPrefix(w.new, "http://")
	w.house.start(w.new)
	if c, err := net.DialTimeout("tcp", strings.TrimPrefix(w.old, "http://"), time.Second); err == nil {
		c.Close()
		t.Fatal("the old address still answers")
	}
	w.leave(followers)
	w.signIn()
	w.counted(followers)
	w.after(before, first)
}

// prepare makes the new name ready, and looks at it from outside.
func (w *world) prepare() {
	w.Helper()
	key := filepath.Join(w.house.data, "key")
	w.house.run("replica", "keygen", "--out", key)
	recipient := ""
	if b, err := os.ReadFile(key); err == nil {
		_, rest, _ := strings.Cut(string(b), "public key: ")
		recipient, _, _ = strings.Cut(rest, "\n")
	}
	w.house.run("evacuate", "prepare", "--to", w.new, "--recovery", filepath.Join(w.house.data, "recovery"), "--recipient", recipient)
	id := w.people[0].ID
	var is, was actor
	w.house.eventually("the new name to answer", time.Minute, func() bool {
		r, err := client.Get(w.new + "/healthz") // while it opens anew it may hang up
		if err != nil {
			return false
		}
		r.Body.Close()
		var found struct{ Subject string }
		if r, err = client.Get(w.new + "/.well-known/webfinger?resource=acct:ada0@" + strings.TrimPrefix(w.new, "http://")); err != nil {
			return false
		}
		defer r.Body.Close()
		return json.NewDecoder(r.Body).Decode(&found) == nil && strings.HasSuffix(found.Subject, w.new[len("http://"):])
	})
	get(w.T, view.Base(w.new).ActorURI(id), "", activity, &is)
	get(w.T, view.Base(w.old).ActorURI(id), "", activity, &was)
	if is.ID != view.Base(w.new).ActorURI(id) || !slices.Contains(is.AlsoKnownAs, was.ID) || is.Inbox != is.ID+"/inbox" {
		w.Errorf("under the new name she is %+v", is)
	}
	if was.ID != view.Base(w.old).ActorURI(id) || len(was.AlsoKnownAs) > 0 || was.MovedTo != "" {
		w.Errorf("under the old name she is %+v", was)
	}
	for _, name := range []string{w.old, w.new} {
		var found struct {
			Subject string
			Links   []struct{ Rel, Href string }
		}
		host := strings.TrimPrefix(name, "http://")
		get(w.T, name+"/.well-known/webfinger?resource="+url.QueryEscape("acct:ada0@"+host), "", "*/*", &found)
		if found.Subject != "acct:ada0@"+host || len(found.Links) < 2 || found.Links[1].Href != view.Base(name).ActorURI(id) {
			w.Errorf("at %s is found: %+v", name, found)
		}
	}
	if r := get(w.T, w.new+"/@ada0?x=1", "", "text/html", nil); r.StatusCode != http.StatusTemporaryRedirect || r.Header.Get("Location") != w.old+"/@ada0?x=1" {
		w.Errorf("a page under the new name: %d to %q", r.StatusCode, r.Header.Get("Location"))
	}
}

type departure struct {
	People, Known, Followers, Servers, Told, Arrived int
	Prepared, Over                                   bool
}

func (w *world) status() (d departure) {
	w.Helper()
	if err := json.Unmarshal([]byte(w.house.run("evacuate", "status", "--json")), &d); err != nil {
		w.Fatal(err)
	}
	return d
}

// query asks the house's database while others use it.
func (w *world) query(text string, into any) {
	w.Helper()
	driver, at := "pgx", w.house.db
	if at == "" {
		driver, at = "sqlite", "file:"+w.house.data+"/plaza.db?mode=ro&_pragma=busy_timeout(10000)"
	}
	db, err := sql.Open(driver, at)
	if err == nil {
		defer db.Close()
		err = db.QueryRowContext(w.Context(), text).Scan(into)
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		w.Fatal(err)
	}
}

// arrived is how many followers have come after: nobody else follows anybody.
func (w *world) arrived() (n int) {
	w.Helper()
	w.query(`SELECT COUNT(*) FROM acts WHERE kind = 'follow'`, &n)
	return n
}

func (w *world) trip() (t departure) {
	w.Helper()
	said := "{}"
	w.query(`SELECT value FROM settings WHERE name = 'house_moving'`, &said)
	if err := json.Unmarshal([]byte(said), &t); err != nil {
		w.Fatal(err)
	}
	return t
}

// leave goes to the new name, and is killed in the middle: the command, and in
// the long form the server, too.
func (w *world) leave(followers int) {
	w.Helper()
	var d departure
	dry := w.house.run("evacuate", "--to", w.new, "--dry-run", "--json")
	if err := json.Unmarshal([]byte(dry), &d); err != nil || d.People != len(w.people) || d.Followers != followers || d.Servers != len(w.peers) || !d.Prepared || d.Told != 0 {
		w.Fatalf("it would: %+v (%v), want %d people and %d followers on %d servers", d, err, len(w.people), followers, len(w.peers))
	}
	began := time.Now()
	c := w.house.command("evacuate", "--to", w.new)
	if err := c.Start(); err != nil {
		w.Fatal(err)
	}
	w.house.eventually("it to begin", time.Minute, func() bool { return w.trip().Told > 0 })
	c.Process.Kill()
	c.Wait()
	if long() { // who is killed while it sends leaves these hosts alone for minutes
		w.house.eventually("some to arrive", arriveWait, func() bool { return w.arrived() > followers/10 })
		w.house.kill()
		w.Logf("the server was killed when %d had arrived, after %v", w.arrived(), time.Since(began).Round(100*time.Millisecond))
		w.house.start(w.new)
	}
	for range 2 {
		w.house.run("evacuate", "--to", w.new)
	}
	w.house.eventually("all to arrive", arriveWait, func() bool { return w.arrived() >= followers })
	d = w.status()
	w.Logf("%d accounts and %d followers on %d servers: all arrived after %v", d.People, d.Arrived, d.Servers, time.Since(began).Round(100*time.Millisecond))
	if d.Arrived != followers || d.Told != len(w.people) || !d.Over {
		w.Errorf("in the end: %+v", d)
	}
}

// signIn lets apps in again, under the new name.
func (w *world) signIn() {
	w.Helper()
	for i := range w.tokens {
		if err := try(http.MethodGet, w.new+"/api/v1/accounts/verify_credentials", w.tokens[i], struct{}{}, nil); err == nil || !strings.Contains(err.Error(), "401") {
			w.Errorf("a token of the old name is taken: %v", err)
		}
		w.tokens[i] = strings.TrimSpace(w.house.run("token", "create", "--account", w.people[i].Username))
	}
}

// counted looks at both sides: each follower follows who they followed, where that
// is now, once.
func (w *world) counted(followers int) {
	w.Helper()
	total := 0
	for n, p := range w.peers {
		var got map[string]string
		p.eventually("the answers to come back", 10*time.Minute, func() bool {
			got = p.follows()
			return len(got) >= len(p.people) && !slices.Contains(values(got), "asked")
		})
		for i, who := range p.people {
			target := w.people[(i*len(w.peers)+n)%len(w.people)]
			if want := view.Base(w.new).ActorURI(target.ID); got[who.Username] != want {
				w.Errorf("%s of %s follows %q, want %q", who.Username, p.url, got[who.Username], want)
			}
			total++
		}
	}
	if total != followers {
		w.Errorf("%d followers were looked at, want %d", total, followers)
	}
	s := w.house.peek()
	defer s.Close()
	if err := s.Read(w.Context(), func(v *store.View) error {
		for _, who := range w.people {
			all, err := v.Keepsakes(w.Context(), who.ID, 0, followers+1)
			if a, fault := v.Account(w.Context(), who.ID); fault != nil || len(all) != followers/len(w.people) || a.Followers != len(all)+map[bool]int{true: 1}[who.ID == w.people[1].ID] {
				w.Errorf("%s has %d followers, of whom %d elsewhere, want %d (%v)", who.Username, a.Followers, len(all), followers/len(w.people), fault)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		w.Fatal(err)
	}
}

func values(m map[string]string) (out []string) {
	for _, v := range m {
		out = append(out, v)
	}
	return out
}

// peek opens the data of a server that runs, to look at it.
func (s *server) peek() *store.Store {
	s.Helper()
	at := s.db
	if at == "" {
		at = s.data + "/plaza.db"
	}
	st, err := store.Open(s.Context(), store.Options{URL: at, Clock: clock.System, Follow: true})
	if err != nil {
		s.Fatal(err)
	}
	return st
}

// follows are whom people follow elsewhere: "asked" if they are still waiting, and
// several, with blanks between, if it is more than one.
func (p *peer) follows() map[string]string {
	p.Helper()
	db, err := sql.Open("sqlite", "file:"+p.data+"/plaza.db?mode=ro")
	if err != nil {
		p.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(p.Context(), `SELECT o.username, a.uri, f.accepted FROM follows f JOIN accounts o ON o.id = f.owner_id JOIN accounts a ON a.id = f.target_id
		WHERE o.host = '' AND a.host <> ''`)
	if err != nil {
		p.Fatal(err)
	}
	defer rows.Close()
	out := map[string]string{}
	for rows.Next() {
		var who, whom string
		var accepted bool
		if err := rows.Scan(&who, &whom, &accepted); err != nil {
			p.Fatal(err)
		}
		if !accepted {
			whom = "asked"
		}
		out[who] = strings.TrimSpace(out[who] + " " + whom)
	}
	if err := rows.Err(); err != nil {
		p.Fatal(err)
	}
	return out
}

// after looks at how it is to live under the new name.
func (w *world) after(before, known status) {
	w.Helper()
	old, next := strings.TrimPrefix(w.old, "http://"), w.new
	path := strings.TrimPrefix(before.URL, w.old)
	if r := get(w.T, next+path, old, "text/html", nil); r.StatusCode != http.StatusMovedPermanently || r.Header.Get("Location") != next+path {
		w.Errorf("an old link: %d to %q, want to %s", r.StatusCode, r.Header.Get("Location"), next+path)
	}
	if r := get(w.T, next+path, "", "text/html", nil); r.StatusCode != http.StatusOK {
		w.Errorf("where it leads to: %d", r.StatusCode)
	}
	var was actor
	get(w.T, next+"/ap/users/"+fmt.Sprint(w.people[0].ID), old, activity, &was)
	if want := view.Base(next).ActorURI(w.people[0].ID); was.MovedTo != want {
		w.Errorf("under the old name she has moved to %q, want %q", was.MovedTo, want)
	}
	said := w.post(next, "Here we are.")
	if !strings.HasPrefix(said.URI, next+"/") || !strings.HasPrefix(said.URL, next+"/@") {
		w.Errorf("her post is %+v", said)
	}
	var again status
	if call(w.T, http.MethodGet, next+"/api/v1/statuses/"+before.ID, w.tokens[0], struct{}{}, &again); again.URI != before.URI {
		w.Errorf("her old post is called %q now, want %q", again.URI, before.URI)
	}
	for _, p := range w.peers {
		if heard := p.reads("Here we are."); heard.URI != said.URI {
			w.Errorf("%s heard %+v", p.url, heard)
		}
	}
	w.answered(before, known)
	for _, p := range w.peers { // she follows the first of each
		call(w.T, http.MethodPost, p.url+"/api/v1/statuses", p.token, map[string]string{"status": "Hello!"}, nil)
		w.house.eventually("her to hear from "+p.url, hearWait, func() bool {
			var home []status
			call(w.T, http.MethodGet, next+"/api/v1/timelines/home", w.tokens[0], struct{}{}, &home)
			return slices.ContainsFunc(home, func(s status) bool {
				return strings.HasPrefix(s.URI, p.url+"/") && strings.Contains(s.Content, "Hello")
			})
		})
	}
}

// answered has somebody elsewhere like and answer a post from before.
func (w *world) answered(before, known status) {
	w.Helper()
	p := w.peers[0]
	call(w.T, http.MethodPost, p.url+"/api/v1/statuses/"+known.ID+"/favourite", p.token, struct{}{}, nil)
	call(w.T, http.MethodPost, p.url+"/api/v1/statuses", p.token, map[string]string{"status": "@ada0@" + strings.TrimPrefix(w.old, "http://") + " I thought you were gone.", "in_reply_to_id": known.ID}, nil)
	w.house.eventually("the answer to the old post", hearWait, func() bool {
		var s struct {
			Favourites int `json:"favourites_count"`
			Replies    int `json:"replies_count"`
		}
		call(w.T, http.MethodGet, w.new+"/api/v1/statuses/"+before.ID, w.tokens[0], struct{}{}, &s)
		return s.Favourites == 1 && s.Replies == 1
	})
}
