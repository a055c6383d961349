package deliver

import "sync/atomic"

// counted are the verdicts of hosts, as monitoring knows them.
var counted = [...]string{arrived: "sent", refused: "refused", vanished: "gone", busy: "busy", broken: "fault", silent: "silent"}

// counts are how many attempts came to each.
type counts [len(counted)]atomic.Uint64

func (c *counts) add(v verdict) { c[v].Add(1) }

// Counts is how many attempts went how since the start.
func (s *Sender) Counts() map[string]uint64 {
	out := make(map[string]uint64, len(counted))
	for v, name := range counted {
		out[name] = s.counts[v].Load()
	}
	return out
}
