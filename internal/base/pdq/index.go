package pdq

// An Index finds which of many hashes are near one. It is made once and can be
// asked by many at a time.
//
// A hash is cut into 16 words. Of two that differ in at most 31 bits at least
// one word differs in one bit at most: else there would be 32. So it is enough
// to look at those that share a word, or nearly.
type Index struct {
	all   []Hash
	words [parts]bucket
}

const (
	parts    = 16
	partBits = Size / parts
)

// bucket has the places of the hashes with a word one after the other: those of
// word w stand from starts[w] to starts[w+1].
type bucket struct {
	starts []uint32
	places []uint32
}

func (h Hash) word(part int) uint16 { return uint16(h[part/4] >> (part % 4 * partBits)) }

// NewIndex makes an index of hashes, which must not be changed then.
func NewIndex(all []Hash) *Index {
	x := &Index{all: all}
	for part := range x.words {
		x.words[part] = sorted(all, part)
	}
	return x
}

func sorted(all []Hash, part int) bucket {
	b := bucket{starts: make([]uint32, 1<<partBits+1), places: make([]uint32, len(all))}
	for _, h := range all {
		b.starts[int(h.word(part))+1]++
	}
	for w := range 1 << partBits {
		b.starts[w+1] += b.starts[w]
	}
	next := append([]uint32(nil), b.starts...)
	for i, h := range all {
		w := h.word(part)
		b.places[next[w]] = uint32(i)
		next[w]++
	}
	return b
}

// Len is how many hashes there are.
func (x *Index) Len() int {
	if x == nil {
		return 0
	}
	return len(x.all)
}

// Nearest is the place of a hash that differs from h in at most within bits,
// which are Near at most, and in how many: of several that which differs least,
// and of those the first. It is -1 if there is none.
func (x *Index) Nearest(h Hash, within int) (place, distance int) {
	place, distance = -1, min(within, Near)+1
	if x.Len() == 0 {
		return place, distance
	}
	for part := range x.words {
		w := h.word(part)
		place, distance = x.look(part, w, h, place, distance)
		for bit := range partBits {
			place, distance = x.look(part, w^1<<bit, h, place, distance)
		}
	}
	return place, distance
}

// Any reports whether want takes one of those that are near h.
func (x *Index) Any(h Hash, within int, want func(place int) bool) bool {
	if x.Len() == 0 {
		return false
	}
	for part := range x.words {
		w := h.word(part)
		for bit := -1; bit < partBits; bit++ {
			at := w
			if bit >= 0 {
				at ^= 1 << bit
			}
			b := &x.words[part]
			for _, i := range b.places[b.starts[at]:b.starts[int(at)+1]] {
				if x.all[i].Distance(h) <= min(within, Near) && want(int(i)) {
					return true
				}
			}
		}
	}
	return false
}

func (x *Index) look(part int, w uint16, h Hash, place, distance int) (int, int) {
	b := &x.words[part]
	for _, i := range b.places[b.starts[w]:b.starts[int(w)+1]] {
		d := x.all[i].Distance(h)
		if d < distance || d == distance && place >= 0 && int(i) < place {
			place, distance = int(i), d
		}
	}
	return place, distance
}
