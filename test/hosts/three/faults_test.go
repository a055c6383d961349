package three

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// A fault breaks a machine, waits, and mends it.
type fault struct {
	name    string
	primary bool // only of the primary
	do      func(c *cluster, m *machine, random *rand.Rand) (note string, err error)
}

// How long faults last. A primary is given up after 20 seconds.
const (
	killedFor = 25 * time.Second
	cutFor    = 28 * time.Second
	slowFor   = 10 * time.Second
	fullFor   = 15 * time.Second
	wrongFor  = 20 * time.Second
)

var faults = []fault{
	{"kill -9", false, kill},
	{"unplugged", false, unplug},
	{"cut off", true, cutOff},
	{"slow disk", false, slowDisk},
	{"full disk", false, fullDisk},
	{"clock jump", false, clockJump},
	{"power cut of all", false, powerCut},
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
	for _, other := range c.machines {
		if other != m {
			if err := c.lan.Cut(m.Host, other.Host); err != nil {
				return "", err
			}
		}
	}
	time.Sleep(cutFor)
	for _, other := range c.machines {
		if other != m {
			if err := c.lan.Mend(m.Host, other.Host); err != nil {
				return "", err
			}
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
