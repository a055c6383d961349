package trend

import (
	"cmp"
	"container/heap"
	"slices"

	"github.com/plaza-social/plaza/internal/social"
)

// A place is one language of a counter; the first place is for all of them.
type place struct {
	language              string
	uses                  int
	people, today, before tally
}

// add counts a use, if it is by somebody who counts.
func (p *place) add(by social.AccountID, part int32, today bool) {
	if p.people.add(by, part) {
		p.uses++
	}
	if today {
		p.today.add(by, part)
	} else {
		p.before.add(by, part)
	}
}

// rises reports whether it does.
func (p *place) rises() bool { return p.today.n >= LeastRising && p.today.n >= 2*p.before.n }

// A tally counts people. Entries come by part and author, so who was counted
// last is who may be counted twice, and whose part may be full.
type tally struct {
	n      int32
	counts bool // the last did
	last   social.AccountID
	part   int32 // of the last; zero for nobody's
	of     int32 // that part was counted
}

// add counts by once, and reports whether it counts: of a part only some do.
func (t *tally) add(by social.AccountID, part int32) bool {
	if t.last == by {
		return t.counts
	}
	if t.part != part {
		t.part, t.of = part, 0
	}
	t.last, t.counts = by, part == 0 || t.of < MaxTogether
	if t.counts {
		t.n, t.of = t.n+1, t.of+1
	}
	return t.counts
}

// A counter counts one tag or link. over is how many people it may have had
// before it was counted.
type counter[K cmp.Ordered] struct {
	key    K
	label  string
	over   int
	places []place
	at     int
}

func (c *counter[K]) weight() int { return c.over + int(c.places[0].people.n) }

// why is why it is in the list of a place.
func (c *counter[K]) why(p *place) []Reason {
	out := []Reason{{Kind: People, People: int(p.people.n), Language: p.language}}
	if !p.rises() {
		return out
	}
	rising := Reason{Kind: Rising, Language: p.language}
	if p.language == "" {
		for _, in := range c.places[1:] {
			if 3*in.today.n >= 2*p.today.n {
				rising.Language = in.language
				break
			}
		}
	}
	return append(out, rising)
}

// A sketch counts people per key, of which it remembers the heaviest: a key
// that is new when all counters are taken takes the lightest over. This is
// "space-saving" (Metwally, Agrawal, El Abbadi 2005); what it gives out is its
// lower bound, so nobody is counted who was not there.
type sketch[K cmp.Ordered] struct {
	most int
	by   map[K]*counter[K]
	heap []*counter[K]
}

func newSketch[K cmp.Ordered](most int) *sketch[K] {
	return &sketch[K]{most: most, by: map[K]*counter[K]{}}
}

func (s *sketch[K]) Len() int { return len(s.heap) }

// Less puts the lightest on top, and of those the one that would stand last.
func (s *sketch[K]) Less(i, j int) bool {
	a, b := s.heap[i], s.heap[j]
	if a.weight() != b.weight() {
		return a.weight() < b.weight()
	}
	return a.key > b.key
}

func (s *sketch[K]) Swap(i, j int) {
	s.heap[i], s.heap[j] = s.heap[j], s.heap[i]
	s.heap[i].at, s.heap[j].at = i, j
}

// Push implements heap.Interface.
func (s *sketch[K]) Push(x any) {
	c := x.(*counter[K])
	c.at = len(s.heap)
	s.heap = append(s.heap, c)
}

// Pop implements heap.Interface; nothing is ever popped.
func (s *sketch[K]) Pop() any { panic("a counter is taken over, not given up") }

// add counts a use of key.
func (s *sketch[K]) add(key K, label, lang string, by social.AccountID, part int32, today bool) {
	c := s.by[key]
	if c == nil {
		if len(s.heap) < s.most {
			c = &counter[K]{key: key, label: label, places: make([]place, 1, 2)}
			heap.Push(s, c)
		} else {
			c = s.heap[0]
			delete(s.by, c.key)
			c.over, c.key, c.label = c.weight(), key, label
			c.places = append(c.places[:0], place{})
		}
		s.by[key] = c
	}
	c.places[0].add(by, part, today)
	if lang != "" {
		i := slices.IndexFunc(c.places, func(p place) bool { return p.language == lang })
		if i < 0 && len(c.places) <= MaxPlaces {
			i, c.places = len(c.places), append(c.places, place{language: lang})
		}
		if i > 0 {
			c.places[i].add(by, part, today)
		}
	}
	heap.Fix(s, c.at)
}

// missed is how many people of a key may not have been counted.
func (s *sketch[K]) missed() int {
	if len(s.heap) < s.most {
		return 0
	}
	var most int
	for _, c := range s.heap {
		most = max(most, c.over)
	}
	return max(most, s.heap[0].weight())
}

// A found is a counter with the place it is listed for.
type found[K cmp.Ordered] struct {
	*counter[K]
	*place
}

// lists is the heaviest of each language, those that enough people used.
func (s *sketch[K]) lists(most int) map[string][]found[K] {
	out := map[string][]found[K]{}
	for _, c := range s.heap {
		for i := range c.places {
			if p := &c.places[i]; p.people.n >= Least {
				out[p.language] = append(out[p.language], found[K]{c, p})
			}
		}
	}
	for lang, all := range out {
		slices.SortFunc(all, func(a, b found[K]) int {
			return cmp.Or(int(b.people.n-a.people.n), b.uses-a.uses, cmp.Compare(a.key, b.key))
		})
		out[lang] = all[:min(most, len(all))]
	}
	return out
}
