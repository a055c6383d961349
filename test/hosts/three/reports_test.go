package three

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/plaza-social/plaza/test/hosts/checker"
)

const (
	reportEvery = 2 * time.Second // by each reader
	lookEvery   = time.Second     // at each node's checkpoint
)

// A complaint is what people hold of the log of evidence: receipts for what they
// reported while hosts failed, and every head that any node signed meanwhile.
type complaint struct {
	c    *cluster
	http http.Client
	stop context.CancelFunc
	all  sync.WaitGroup

	mu   sync.Mutex
	seen []checker.Head
	owed []checker.Owed
}

// complain has every reader report, and somebody read the log at every node,
// until end is called.
func (c *cluster) complain() *complaint {
	ctx, stop := context.WithCancel(context.Background())
	w := &complaint{c: c, stop: stop, http: http.Client{Timeout: attemptWait}}
	for _, who := range c.world.Readers {
		w.all.Go(func() {
			for n := 1; ctx.Err() == nil; n++ {
				w.report(ctx, who, n)
				rest(ctx, reportEvery)
			}
		})
	}
	for node := range c.world.Nodes {
		w.all.Go(func() {
			api, last := checker.NewAPI(c.world), checker.Head{}
			for ; ctx.Err() == nil; rest(ctx, lookEvery) {
				head, err := api.Head(node)
				if err != nil || head == last {
					continue
				}
				last = head
				w.mu.Lock()
				w.seen = append(w.seen, head)
				w.mu.Unlock()
			}
		})
	}
	return w
}

func rest(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// report tries, at one node after the other, until there is a receipt.
func (w *complaint) report(ctx context.Context, who checker.Person, n int) {
	about := w.c.world.Authors[rand.N(authors)]
	form := url.Values{"account_id": {about.ID}, "comment": {fmt.Sprintf("Number %d of %s.", n, who.Name)}}
	for try := rand.N(len(w.c.machines)); ctx.Err() == nil; try++ {
		node := w.c.machines[try%len(w.c.machines)].Name
		if o, err := w.once(who, node, form); err == nil {
			w.mu.Lock()
			w.owed = append(w.owed, o)
			w.mu.Unlock()
			return
		}
		rest(ctx, 500*time.Millisecond)
	}
}

func (w *complaint) once(who checker.Person, node string, form url.Values) (o checker.Owed, err error) {
	r, err := http.NewRequest(http.MethodPost, w.c.world.Nodes[node]+"/api/v1/reports", strings.NewReader(form.Encode()))
	if err != nil {
		return o, err
	}
	r.Header.Set("Authorization", "Bearer "+who.Token)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := w.http.Do(r)
	if err != nil {
		return o, err
	}
	defer answer.Body.Close()
	var got struct{ Receipt string }
	if err := json.NewDecoder(answer.Body).Decode(&got); err != nil {
		return o, err
	}
	return checker.NewOwed(node, got.Receipt)
}

// end has the checker read the log at every node, once the last report is in it.
func (w *complaint) end() {
	w.stop()
	w.all.Wait()
	c := w.c
	w.report(c.t.Context(), c.world.Readers[0], 0)
	b, err := json.Marshal(map[string]any{"seen": w.seen, "owed": w.owed})
	c.must(err)
	c.must(os.WriteFile(filepath.Join(c.dir, "log.json"), b, 0o600))
	api := checker.NewAPI(c.world)
	var r checker.LogReport
	_, err = c.await(settleWait, func() string {
		// The newest is the last: what is in the log before it, is in it.
		last := w.owed[len(w.owed)-1:]
		if r, err = checker.CheckLog(c.world, nil, last, api); err != nil {
			return err.Error()
		}
		if len(r.Wrongs) > 0 {
			return r.Wrongs[0].String()
		}
		return ""
	})
	if err != nil {
		c.t.Errorf("at the end: %v", err)
	}
	if r, err = checker.CheckLog(c.world, w.seen, w.owed, api); err != nil {
		c.t.Fatal(err)
	}
	if c.t.Log(r); len(r.Wrongs) > 0 || len(w.owed) < 2 || len(w.seen) < 2 {
		c.t.Errorf("%d things are wrong with the log of evidence", len(r.Wrongs))
	}
}
