package three

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/plaza-social/plaza/test/hosts/checker"
)

const (
	authors, readers = 60, 6
	followed         = 5  // authors by each reader
	mentionEvery     = 10 // posts mention a reader
	attemptWait      = 8 * time.Second
)

// crowd posts, and writes down what it is told.
type crowd struct {
	c     *cluster
	every time.Duration // how often each author posts
	http  http.Client
	stop  context.CancelFunc
	all   sync.WaitGroup

	mu      sync.Mutex
	history *os.File
	acked   []said

	refused, unknown atomic.Int64
	tried            atomic.Int64 // by tryPost
	lastFault        atomic.Pointer[string]
}

// said is when a post was sent that was acknowledged, and when that was heard, in
// milliseconds.
type said struct{ sent, told int64 }

// moveIn makes the people, and has the readers follow.
func (c *cluster) moveIn() {
	var csv strings.Builder
	names := []string{}
	for i := range authors {
		names = append(names, fmt.Sprintf("a%02d", i))
	}
	for i := range readers {
		names = append(names, fmt.Sprintf("r%d", i))
	}
	for _, n := range names {
		fmt.Fprintf(&csv, "%[1]s,%[1]s@plaza.example,not a secret %[1]s\n", n)
	}
	path := filepath.Join(c.dir, "files", "people.csv")
	c.must(os.WriteFile(path, []byte(csv.String()), 0o644))
	out, err := c.machines[0].run(c.t.Context(), "account", "create", "--from", path, "--tokens")
	c.must(err)
	tokens := map[string]string{}
	for line := range strings.Lines(string(out)) {
		name, token, _ := strings.Cut(strings.TrimSpace(line), " ")
		tokens[name] = token
	}
	c.world.Nodes = map[string]string{}
	for _, m := range c.machines {
		c.world.Nodes[m.Name] = "http://" + m.Addr + ":8080"
	}
	at, ids := c.world.Nodes[c.machines[0].Name], map[string]string{}
	for _, n := range names {
		var me struct{ ID string }
		c.call(http.MethodGet, at+"/api/v1/accounts/verify_credentials", tokens[n], &me)
		ids[n] = me.ID
		if p := (checker.Person{Name: n, ID: me.ID, Token: tokens[n]}); n[0] == 'a' {
			c.world.Authors = append(c.world.Authors, p)
		} else {
			c.world.Readers = append(c.world.Readers, p)
		}
	}
	for i := range c.world.Readers {
		r := &c.world.Readers[i]
		for k := range followed {
			r.Follows = append(r.Follows, names[(i*followed+k)%authors])
			c.call(http.MethodPost, at+"/api/v1/accounts/"+ids[r.Follows[k]]+"/follow", r.Token, nil)
		}
	}
	b, err := json.Marshal(c.world)
	c.must(err)
	c.must(os.WriteFile(filepath.Join(c.dir, "world.json"), b, 0o600))
}

func (c *cluster) call(method, url, token string, into any) {
	c.t.Helper()
	r, err := http.NewRequest(method, url, nil)
	c.must(err)
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := c.anything.Do(r)
	c.must(err)
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	c.must(err)
	if answer.StatusCode != http.StatusOK {
		c.t.Fatalf("%s %s: %d %s", method, url, answer.StatusCode, b)
	}
	if into != nil {
		c.must(json.Unmarshal(b, into))
	}
}

// post has everybody post, perSecond in all, until stop is called.
func (c *cluster) post(perSecond int) *crowd {
	f, err := os.Create(filepath.Join(c.dir, "history.jsonl"))
	c.must(err)
	ctx, stop := context.WithCancel(context.Background())
	w := &crowd{c: c, every: time.Second * authors / time.Duration(perSecond), history: f, stop: stop}
	c.crowd = w
	w.http = http.Client{Timeout: attemptWait, Transport: &http.Transport{MaxIdleConnsPerHost: authors, DialContext: (&net.Dialer{Timeout: 2 * time.Second}).DialContext}}
	for i, who := range c.world.Authors {
		w.all.Go(func() {
			time.Sleep(w.every * time.Duration(i) / authors)
			w.author(ctx, who, i)
		})
	}
	return w
}

// end has everybody finish the post they are at.
func (w *crowd) end() error {
	w.stop()
	w.all.Wait()
	return w.history.Close()
}

func (w *crowd) author(ctx context.Context, who checker.Person, i int) {
	tick := time.NewTicker(w.every)
	defer tick.Stop()
	for n := 1; ; n++ {
		a := checker.Attempt{Key: fmt.Sprintf("key-%s-%d", who.Name, n), Author: who.Name}
		if (n+i)%mentionEvery == 0 {
			a.Mentions = w.c.world.Readers[rand.N(readers)].Name
		}
		w.untilAcknowledged(ctx, who, a)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// lastTries is how long somebody goes on trying who is asked to finish.
const lastTries = 90 * time.Second

// untilAcknowledged posts as an app does: again and again with the same key, at
// one node after the other.
func (w *crowd) untilAcknowledged(ctx context.Context, who checker.Person, a checker.Attempt) {
	pause, node := 200*time.Millisecond, rand.N(len(w.c.machines))
	var ended time.Time
	for try := 0; ; try++ {
		a.Node = w.c.machines[(node+try)%len(w.c.machines)].Name
		w.once(who, &a)
		if a.Outcome == checker.Acknowledged {
			return
		}
		if ctx.Err() != nil {
			if ended.IsZero() {
				ended = time.Now()
			}
			if time.Since(ended) > lastTries {
				return
			}
		}
		time.Sleep(pause + rand.N(pause))
		pause = min(2*pause, time.Second)
	}
}

// once makes one attempt, and writes it down.
func (w *crowd) once(who checker.Person, a *checker.Attempt) {
	text := "Words " + a.Key
	if a.Mentions != "" {
		text += " for @" + a.Mentions
	}
	a.Sent = time.Now().UnixMilli()
	a.Outcome, a.Code, a.ID = w.send(who, a.Node, a.Key, text)
	a.Told = time.Now().UnixMilli()
	b, _ := json.Marshal(a)
	w.mu.Lock()
	defer w.mu.Unlock()
	if a.Outcome == checker.Acknowledged {
		w.acked = append(w.acked, said{a.Sent, a.Told})
	}
	if _, err := w.history.Write(append(b, '\n')); err != nil {
		w.c.t.Errorf("history: %v", err)
	}
}

// notRefused is in answers that do not say that a post was not saved.
var notRefused = regexp.MustCompile(`not known whether this was saved|This was saved`)

func (w *crowd) send(who checker.Person, node, key, text string) (outcome string, code int, id string) {
	body, _ := json.Marshal(map[string]string{"status": text, "visibility": "public"})
	r, err := http.NewRequest(http.MethodPost, w.c.world.Nodes[node]+"/api/v1/statuses", bytes.NewReader(body))
	if err != nil {
		return checker.Refused, 0, ""
	}
	r.Header.Set("Authorization", "Bearer "+who.Token)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", key)
	answer, err := w.http.Do(r)
	if err != nil {
		if op := (*net.OpError)(nil); errors.As(err, &op) && op.Op == "dial" {
			return w.denied(checker.Refused, node, err.Error()), 0, ""
		}
		return w.denied(checker.Unknown, node, err.Error()), 0, ""
	}
	defer answer.Body.Close()
	if answer.StatusCode == http.StatusServiceUnavailable && answer.Header.Get("Retry-After") == "" {
		w.c.t.Errorf("%s refuses, and does not say when to try again", node)
	}
	got, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	var post struct{ ID string }
	switch {
	case err != nil || answer.StatusCode == http.StatusOK && json.Unmarshal(got, &post) != nil:
		return w.denied(checker.Unknown, node, fmt.Sprint(err)), answer.StatusCode, ""
	case answer.StatusCode == http.StatusOK:
		return checker.Acknowledged, answer.StatusCode, post.ID
	case answer.StatusCode == http.StatusServiceUnavailable && !notRefused.Match(got), answer.StatusCode/100 == 4:
		return w.denied(checker.Refused, node, string(got)), answer.StatusCode, ""
	}
	return w.denied(checker.Unknown, node, string(got)), answer.StatusCode, ""
}

func (w *crowd) denied(outcome, node, why string) string {
	if outcome == checker.Unknown {
		w.unknown.Add(1)
	} else {
		w.refused.Add(1)
	}
	says := fmt.Sprintf("%s: %s: %.200s", node, outcome, why)
	w.lastFault.Store(&says)
	return outcome
}

// fault is what went wrong last.
func (w *crowd) fault() string {
	if says := w.lastFault.Load(); says != nil {
		return *says
	}
	return "and nothing went wrong yet"
}

// gap is the longest time between two acknowledgements since a moment, and how
// many there were.
func (w *crowd) gap(since time.Time) (longest time.Duration, n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	last, from := int64(0), since.UnixMilli()
	for _, a := range w.acked {
		if a.told < from {
			last = a.told
			continue
		}
		if n++; last > 0 {
			longest = max(longest, time.Duration(a.told-last)*time.Millisecond)
		}
		last = max(last, a.told)
	}
	if last > 0 {
		longest = max(longest, time.Since(time.UnixMilli(last)))
	}
	return longest, n
}

// sentAndSaid is how many posts are acknowledged that were sent since a moment.
func (w *crowd) sentAndSaid(since time.Time) (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, a := range w.acked {
		if a.sent >= since.UnixMilli() {
			n++
		}
	}
	return n
}

// tryPost has somebody post once more than they do, at a machine, and returns
// how that is answered; 0 if it is not.
func (w *crowd) tryPost(at *machine) int {
	who := w.c.world.Authors[rand.N(authors)]
	a := checker.Attempt{Key: fmt.Sprintf("key-%s-%d", who.Name, tries+w.tried.Add(1)), Author: who.Name, Node: at.Name}
	w.once(who, &a)
	return a.Code
}

// tries is what the keys of tryPost are counted from: nobody posts so often.
const tries = 1 << 40

// tryRead has somebody read at a machine, from the database, and returns how that
// is answered; 0 if it is not.
func (w *crowd) tryRead(at *machine) int {
	who := w.c.world.Authors[rand.N(authors)]
	r, err := http.NewRequest(http.MethodGet, w.c.world.Nodes[at.Name]+"/api/v1/accounts/"+who.ID+"/statuses?limit=1", nil)
	if err != nil {
		return 0
	}
	r.Header.Set("Authorization", "Bearer "+who.Token)
	answer, err := w.http.Do(r)
	if err != nil {
		return 0
	}
	answer.Body.Close()
	return answer.StatusCode
}
