package pdq_test

import (
	"math/rand/v2"
	"testing"

	"github.com/plaza-social/plaza/internal/base/pdq"
)

func random(r *rand.Rand) pdq.Hash {
	return pdq.Hash{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()}
}

// off is h with n bits changed.
func off(r *rand.Rand, h pdq.Hash, n int) pdq.Hash {
	for _, bit := range r.Perm(pdq.Size)[:n] {
		h[bit/64] ^= 1 << (bit % 64)
	}
	return h
}

func TestNearest(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	all := make([]pdq.Hash, 5000)
	for i := range all {
		all[i] = random(r)
	}
	x := pdq.NewIndex(all)
	for n := range 40 {
		for range 50 {
			i := r.IntN(len(all))
			place, d := x.Nearest(off(r, all[i], n), pdq.Near)
			switch {
			case n <= pdq.Near && (place != i || d != n):
				t.Fatalf("%d bits off: found %d at %d bits, want %d", n, place, d, i)
			case n > pdq.Near && place >= 0:
				t.Fatalf("%d bits off: found %d, want none", n, place)
			}
		}
	}
	if place, _ := x.Nearest(off(r, all[7], 11), 10); place >= 0 {
		t.Error("11 bits off was found among those at most 10 bits off")
	}
	if place, d := x.Nearest(off(r, all[7], 10), 10); place != 7 || d != 10 {
		t.Errorf("10 bits off: found %d at %d", place, d)
	}
}

// Bits that all fall into a few words are the hard case.
func TestNearestUneven(t *testing.T) {
	one := pdq.Hash{1, 2, 3, 4}
	x := pdq.NewIndex([]pdq.Hash{{^uint64(0)}, one})
	h := one
	h[0] ^= 1<<31 - 1 // 31 bits in two words
	if place, d := x.Nearest(h, pdq.Near); place != 1 || d != 31 {
		t.Errorf("found %d at %d bits, want 1 at 31", place, d)
	}
	for part := range 16 { // two bits of each word but the last, which has one
		for bit := range 2 {
			if part == 15 && bit == 1 {
				continue
			}
			one[part/4] ^= 1 << (part%4*16 + bit*7)
		}
	}
	if place, d := x.Nearest(one, pdq.Near); place != 1 || d != 31 {
		t.Errorf("spread over all words: found %d at %d bits, want 1 at 31", place, d)
	}
}

func TestNearestOfNone(t *testing.T) {
	for _, x := range []*pdq.Index{nil, pdq.NewIndex(nil)} {
		if place, _ := x.Nearest(pdq.Hash{}, pdq.Near); place != -1 || x.Len() != 0 {
			t.Errorf("among none, %d was found", place)
		}
	}
	if place, _ := pdq.NewIndex([]pdq.Hash{{9}, {8}, {9}}).Nearest(pdq.Hash{9}, 0); place != 0 {
		t.Errorf("of two that are the same the one at %d was found, want the first", place)
	}
}

func BenchmarkNearest(b *testing.B) {
	r := rand.New(rand.NewPCG(3, 4))
	all := make([]pdq.Hash, 1_000_000)
	for i := range all {
		all[i] = random(r)
	}
	x := pdq.NewIndex(all)
	asked := make([]pdq.Hash, 1024)
	for i := range asked {
		asked[i] = random(r)
	}
	i := 0
	for b.Loop() {
		x.Nearest(asked[i%len(asked)], pdq.Near)
		i++
	}
}

func BenchmarkNewIndex(b *testing.B) {
	r := rand.New(rand.NewPCG(3, 4))
	all := make([]pdq.Hash, 100_000)
	for i := range all {
		all[i] = random(r)
	}
	for b.Loop() {
		pdq.NewIndex(all)
	}
}
