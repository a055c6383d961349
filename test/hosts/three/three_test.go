package three

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/plaza-social/plaza/test/hosts/checker"
)

var (
	rounds    = flag.Int("rounds", 20, "how often something breaks")
	perSecond = flag.Int("posts", 200, "posts a second")
	seed      = flag.Uint64("seed", 0, "which faults; 0 is another each time")
	most      = flag.Duration("most", 40*time.Minute, "no round is begun after so long; one that is left out is an error")
	only      = flag.String("fault", "", "this fault alone")
)

const (
	// settleWait is how long the hosts may take to be whole again.
	settleWait = 3 * time.Minute
	// stuckAfter is when somebody looks after a standby that does not follow.
	stuckAfter = 90 * time.Second
	// quietFor is how long people post before anything breaks.
	quietFor = 10 * time.Second
	// leastQuiet and leastInAll are the parts of the posts that are asked for that
	// must be acknowledged before anything breaks, and on average: a house that
	// takes nothing loses nothing.
	leastQuiet, leastInAll = 1. / 5, 1. / 20
)

// TestThreeHosts breaks three hosts, one way after another, while people post.
func TestThreeHosts(t *testing.T) {
	if why := why(); why != "" {
		t.Skip("skipped: three hosts, because ", why)
	}
	if *only != "" && !slices.ContainsFunc(faults, func(f fault) bool { return f.name == *only }) {
		t.Fatalf("there is no fault %q", *only)
	}
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	random := rand.New(rand.NewPCG(*seed, 0))
	t.Logf("seed %d, %d rounds, %d posts a second", *seed, *rounds, *perSecond)
	c := newCluster(t)
	c.deck = &deck{random: random, only: *only}
	if c.faketime == "" {
		t.Log("the clock of PostgreSQL does not jump, because faketime is not installed; that of Plaza does")
	}
	c.bootAll()
	c.moveIn()
	w := c.post(*perSecond)
	watch, people := c.witness(), c.complain()
	quiet := time.Now()
	time.Sleep(quietFor)
	begin := time.Now()
	c.enough(w, "before anything broke", quiet, leastQuiet)
	ran := 0
	for ; ran < *rounds && time.Since(begin) < *most; ran++ {
		line, ok := c.round(ran+1, random, w)
		t.Log(line)
		if !ok {
			t.Fail()
			break
		}
	}
	if t.Logf("%d of %d rounds", ran, *rounds); ran < *rounds {
		t.Errorf("%d rounds are left out", *rounds-ran)
	}
	c.enough(w, "in all", begin, leastInAll)
	c.must(w.end())
	t.Logf("%d attempts refused, %d without an answer", w.refused.Load(), w.unknown.Load())
	for _, wrong := range watch.end() {
		t.Error(wrong)
	}
	t.Log(watch)
	people.end()
	c.check()
}

// enough says how many posts were acknowledged since a moment; that it is less
// than a part of what was asked for is an error.
func (c *cluster) enough(w *crowd, when string, since time.Time, part float64) {
	_, acked := w.gap(since)
	took := time.Since(since)
	rate, least := float64(acked)/took.Seconds(), part*float64(*perSecond)
	c.t.Logf("%s: %d posts acknowledged in %v, %.0f a second", when, acked, took.Round(time.Second), rate)
	if rate < least {
		c.t.Errorf("%s, %.0f posts a second were acknowledged, want %.0f", when, rate, least)
	}
}

// check has the checker read everything, once the followers are through.
func (c *cluster) check() {
	_, err := c.await(settleWait, c.unsettled)
	if err != nil {
		c.t.Errorf("at the end: %v", err)
	}
	_, err = c.await(settleWait, c.behind)
	if err != nil {
		c.t.Errorf("at the end: %v", err)
	}
	f, err := os.Open(filepath.Join(c.dir, "history.jsonl"))
	c.must(err)
	defer f.Close()
	history, err := checker.Read(f)
	c.must(err)
	begin := time.Now()
	r, err := checker.Check(c.world, history, checker.NewAPI(c.world))
	c.must(err)
	c.t.Logf("the checker, in %v:\n%s", time.Since(begin).Round(time.Second), r)
	if len(r.Wrongs) > 0 {
		c.t.Errorf("%d things are wrong", len(r.Wrongs))
	}
}

// A round is one fault, and what became of it.
func (c *cluster) round(n int, random *rand.Rand, w *crowd) (line string, ok bool) {
	before := c.primary()
	if before == nil {
		return fmt.Sprintf("round %d: there is no primary to begin with", n), false
	}
	f, m := c.deck.draw(c.machines, before)
	begin := time.Now()
	note, err := f.do(c, m, random)
	if err != nil {
		return fmt.Sprintf("round %d: %s of %s: %v", n, f.name, m.Name, err), false
	}
	whole := time.Now()
	anew, looked := "", whole
	settled, err := c.await(settleWait, func() string {
		if says := c.unsettled(); says != "" {
			if time.Since(looked) > stuckAfter {
				looked, anew = time.Now(), anew+c.makeAnew()
			}
			return says
		}
		if _, n := w.gap(whole); n == 0 {
			return "nothing is acknowledged; " + w.fault()
		}
		return ""
	})
	down, acked := w.gap(begin)
	after := "nobody"
	if p := c.primary(); p != nil {
		after = p.Name
	}
	role := "standby"
	if m == before {
		role = "primary"
	}
	line = fmt.Sprintf("round %2d: %-16s %-6s (%s)%s: down %5.1f s, %4d posts; primary %s → %s; whole %4.1f s after it was mended", n, f.name, m.Name, role,
		note, down.Seconds(), acked, before.Name, after, settled.Seconds())
	line += anew
	if err != nil {
		return line + "; NOT SETTLED: " + err.Error(), false
	}
	if down > f.down {
		c.t.Errorf("round %d: %s of %s: nothing was acknowledged for %.1f s, want at most %v", n, f.name, m.Name, down.Seconds(), f.down)
	}
	return line, true
}
