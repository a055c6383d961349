package alike

import (
	"slices"
	"time"
)

// A Window remembers the sketches of what came in the last while, and from
// whom. It is not for several at a time.
type Window struct {
	lasts time.Duration
	most  int
	kept  []seen // in the order in which they came
	first int    // what kept[0] is counted as
	bands map[uint64][]int
	ids   map[int64]bool
}

type seen struct {
	id, who int64
	at      time.Time
	sketch  Sketch
}

// NewWindow makes one for so long, and for so many at most: beyond that the
// oldest are forgotten.
func NewWindow(lasts time.Duration, most int) *Window {
	return &Window{lasts: lasts, most: most, bands: map[uint64][]int{}, ids: map[int64]bool{}}
}

// Add remembers a text with an id, from somebody. One that is there already is
// not added again.
func (w *Window) Add(id, who int64, at time.Time, s Sketch) {
	w.forget(at)
	if w.ids[id] {
		return
	}
	if len(w.kept) == w.most {
		w.drop()
	}
	n := w.first + len(w.kept)
	w.kept, w.ids[id] = append(w.kept, seen{id, who, at, s}), true
	for i := range bands {
		b := s.band(i)
		w.bands[b] = append(w.bands[b], n)
	}
}

// candidates is how many of those that share a band are looked at: a wave
// larger than that is one long since.
const candidates = 1000

// Others is who else sent something like it within a time before at.
func (w *Window) Others(who int64, at time.Time, within time.Duration, s *Sketch) []int64 {
	w.forget(at)
	looked, found := map[int]bool{}, map[int64]bool{}
	for i := range bands {
		for _, n := range slices.Backward(w.bands[s.band(i)]) {
			if looked[n] {
				continue
			}
			if looked[n] = true; len(looked) > candidates {
				break
			}
			other := &w.kept[n-w.first]
			if other.who != who && !found[other.who] && !other.at.After(at) && at.Sub(other.at) <= within && other.sketch.Like(s) >= Same {
				found[other.who] = true
			}
		}
	}
	out := make([]int64, 0, len(found))
	for one := range found {
		out = append(out, one)
	}
	slices.Sort(out)
	return out
}

// Len is how many texts are remembered.
func (w *Window) Len() int { return len(w.kept) }

func (w *Window) forget(now time.Time) {
	for len(w.kept) > 0 && now.Sub(w.kept[0].at) > w.lasts {
		w.drop()
	}
}

// drop forgets the oldest, which in each of its bands is the first.
func (w *Window) drop() {
	old := &w.kept[0]
	delete(w.ids, old.id)
	for i := range bands {
		b := old.sketch.band(i)
		if rest := w.bands[b][1:]; len(rest) > 0 {
			w.bands[b] = rest
		} else {
			delete(w.bands, b)
		}
	}
	w.kept = w.kept[1:]
	w.first++
}
