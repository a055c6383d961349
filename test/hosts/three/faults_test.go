package three

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"
)

// A fault breaks a machine, waits, and mends it.
type fault struct {
	name string
	at   where
	down time.Duration // at most so long nothing is acknowledged
	do   func(c *cluster, m *machine, random *rand.Rand) (note string, err error)
}

// where a fault happens.
type where int

const (
	anywhere  where = iota // at the primary as often as not
	atPrimary              // only there
	atEach                 // at each host in turn, the primary first
)

// How long faults last. A primary is given up after 20 seconds.
const (
	killedFor = 25 * time.Second
	cutFor    = 28 * time.Second
	slowFor   = 10 * time.Second
	fullFor   = 15 * time.Second
	wrongFor  = 20 * time.Second
	missFor   = 10 * time.Second // one etcd
	goneFor   = 28 * time.Second // two hosts
	noneFor   = 5 * time.Second  // after it was seen that nothing is written
	readLeast = 2 * time.Second  // while nothing can be written any more
)

// How long it may take until something is acknowledged again.
const (
	takeOver  = 30 * time.Second // by another host, as is promised
	unnoticed = 10 * time.Second // what no other has to take over for
	startUp   = time.Minute      // of everything
)

var faults = []fault{
	{"kill -9", atEach, takeOver, kill},
	{"unplugged", anywhere, takeOver, unplug},
	{"cut off", atPrimary, takeOver, cutOff},
	{"slow disk", anywhere, slowFor, slowDisk},
	{"full disk", anywhere, fullFor + takeOver, fullDisk},
	{"clock jump", anywhere, unnoticed, clockJump},
	{"power cut of all", anywhere, startUp, powerCut},
	{"etcd lost", anywhere, stopWait + noneFor + takeOver, etcdLost},
	{"two hosts gone", atPrimary, goneFor + startUp, twoGone},
}

// A deck has a card of each fault, and of what happens to each host one for each.
// It is drawn to its end and shuffled again, so that no kind is left out.
type deck struct {
	random *rand.Rand
	only   string // this fault alone, unless empty
	cards  []fault
	turn   []*machine // to which it has still to happen
}

func (d *deck) draw(all []*machine, primary *machine) (fault, *machine) {
	for len(d.cards) == 0 {
		for _, f := range faults {
			if d.only != "" && f.name != d.only {
				continue
			}
			if d.cards = append(d.cards, f); f.at == atEach {
				d.cards = append(d.cards, f, f)
			}
		}
		d.random.Shuffle(len(d.cards), func(i, j int) { d.cards[i], d.cards[j] = d.cards[j], d.cards[i] })
	}
	f := d.cards[0]
	d.cards = d.cards[1:]
	switch {
	case f.at == atEach && len(d.turn) == 0:
		d.turn = without(all, primary)
		d.random.Shuffle(len(d.turn), func(i, j int) { d.turn[i], d.turn[j] = d.turn[j], d.turn[i] })
	case f.at == atEach:
		m := d.turn[0]
		d.turn = d.turn[1:]
		return f, m
	case f.at == anywhere && d.random.IntN(2) == 0:
		return f, all[d.random.IntN(len(all))]
	}
	return f, primary
}

func without(all []*machine, m *machine) []*machine {
	return slices.DeleteFunc(slices.Clone(all), func(o *machine) bool { return o == m })
}

// kill has everything on a host end at once. It comes back soon, or after another
// has taken over.
func kill(_ *cluster, m *machine, random *rand.Rand) (string, error) {
	if err := m.crash(); err != nil {
		return "", err
	}
	away := []time.Duration{time.Second, killedFor}[random.IntN(2)]
	time.Sleep(away)
	m.boot()
	return fmt.Sprintf(", back after %v", away), nil
}

// unplug has nobody reach a host.
func unplug(_ *cluster, m *machine, _ *rand.Rand) (string, error) {
	if err := m.Unplug(); err != nil {
		return "", err
	}
	time.Sleep(cutFor)
	return "", m.Plug()
}

// cutOff has a host reach neither of the others, while people reach all three.
func cutOff(c *cluster, m *machine, _ *rand.Rand) (string, error) {
	for _, other := range without(c.machines, m) {
		if err := c.lan.Cut(m.Host, other.Host); err != nil {
			return "", err
		}
	}
	time.Sleep(cutFor)
	for _, other := range without(c.machines, m) {
		if err := c.lan.Mend(m.Host, other.Host); err != nil {
			return "", err
		}
	}
	return ", people still reach it", nil
}

// slowDisk has all that runs on a host write at most 20 times a second.
func slowDisk(_ *cluster, m *machine, _ *rand.Rand) (string, error) {
	const writes = 20
	if err := m.slow("plaza-"+m.Name, writes, m.Pids()); err != nil {
		return "", err
	}
	time.Sleep(slowFor)
	return fmt.Sprintf(", %d writes a second", writes), m.slow("plaza-"+m.Name, 0, nil)
}

// fullDisk leaves no room.
func fullDisk(_ *cluster, m *machine, _ *rand.Rand) (string, error) {
	if err := m.disk.fill(); err != nil {
		return "", err
	}
	time.Sleep(fullFor)
	return "", m.empty()
}

// clockJump has the clocks of a host be an hour wrong.
func clockJump(_ *cluster, m *machine, random *rand.Rand) (string, error) {
	by := []time.Duration{time.Hour, -time.Hour}[random.IntN(2)]
	if err := m.jump(by); err != nil {
		return "", err
	}
	time.Sleep(wrongFor)
	return fmt.Sprintf(" by %+.0f h", by.Hours()), m.jump(0)
}

// powerCut has all three lose their power, at once as far as one can pull three
// plugs.
func powerCut(c *cluster, _ *machine, _ *rand.Rand) (string, error) {
	errs := make([]error, len(c.machines))
	var all sync.WaitGroup
	for i, m := range c.machines {
		all.Go(func() { errs[i] = m.powerCut() })
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			return "", err
		}
	}
	for _, m := range c.machines {
		m.boot()
	}
	return "", nil
}

// stopWait is how long it may take until nothing is written any more, once nobody
// can be found who says who the primary is: longer than a primary is given up.
const stopWait = time.Minute

// etcdLost has etcd end on one host, which nobody is to notice; and then on a
// second: nobody says any more who the primary is, so that there is none, and
// what is sent is refused.
func etcdLost(c *cluster, m *machine, random *rand.Rand) (string, error) {
	before, begin := c.primary(), time.Now()
	m.lose("etcd")
	time.Sleep(missFor)
	if now, acked := c.primary(), c.crowd.sentAndSaid(begin); now != before || acked == 0 {
		c.t.Errorf("one etcd of three was lost, and the primary is %v, was %s; %d posts were acknowledged meanwhile", now.name(), before.name(), acked)
	}
	others := without(c.machines, m)
	second := others[random.IntN(len(others))]
	second.lose("etcd")
	lost := time.Now()
	took, err := c.await(stopWait, func() string {
		for _, m := range c.machines {
			if code := c.crowd.tryPost(m); code != http.StatusServiceUnavailable {
				return fmt.Sprintf("a post at %s is answered %d", m.Name, code)
			}
		}
		return ""
	})
	if err != nil {
		c.t.Errorf("etcd was lost on %s and %s: %v", m.Name, second.Name, err)
	}
	stopped, read := time.Now(), 0
	for time.Since(stopped) < noneFor {
		if c.crowd.tryRead(before) == http.StatusOK {
			read++
		}
		time.Sleep(250 * time.Millisecond)
	}
	if n := c.crowd.sentAndSaid(stopped); n > 0 {
		c.t.Errorf("etcd was lost on %s and %s, and %d posts were acknowledged that were sent after all three had refused some", m.Name, second.Name, n)
	}
	m.bring("etcd")
	second.bring("etcd")
	return fmt.Sprintf(", then of %s: nothing written after %.0f s, %d times read after that, back after %.0f s", second.Name, took.Seconds(), read, time.Since(lost).Seconds()), nil
}

// twoGone has everything end on both hosts but the primary's: from then on it
// acknowledges nothing, and can be read until it is given up, because etcd is lost,
// too.
func twoGone(c *cluster, m *machine, _ *rand.Rand) (string, error) {
	others := without(c.machines, m)
	for _, other := range others {
		if err := other.crash(); err != nil {
			return "", err
		}
	}
	gone := time.Now()
	var refused, read time.Duration // the first and the last time
	var reading sync.WaitGroup
	reading.Go(func() {
		for ; time.Since(gone) < goneFor; time.Sleep(250 * time.Millisecond) {
			if at := time.Since(gone); c.crowd.tryRead(m) == http.StatusOK {
				read = at
			}
		}
	})
	for ; time.Since(gone) < goneFor; time.Sleep(250 * time.Millisecond) {
		if c.crowd.tryPost(m) == http.StatusServiceUnavailable && refused == 0 {
			refused = time.Since(gone)
		}
	}
	reading.Wait()
	if n := c.crowd.sentAndSaid(gone); n > 0 {
		c.t.Errorf("%s alone was left, and %d posts were acknowledged that were sent after that", m.Name, n)
	}
	if refused == 0 {
		c.t.Errorf("%s alone was left, and no post was answered 503", m.Name)
	}
	if read < readLeast {
		c.t.Errorf("%s alone was left, and could not be read after %v", m.Name, read)
	}
	for _, other := range others {
		other.boot()
	}
	return fmt.Sprintf(" is left: read for %.0f s, the first 503 after %.0f s", read.Seconds(), refused.Seconds()), nil
}
