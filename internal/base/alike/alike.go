// Package alike finds texts that are nearly the same: spam that is sent from
// many accounts with a word changed here and there. A text becomes a sketch
// (MinHash) of the pieces of letters that it is made of; how much of two
// sketches is equal is about how much of two texts is.
package alike

import (
	"hash/maphash"
	"math"
	"unicode"
)

// Limits of a text. What is shorter than Shortest letters is like too much else
// to say anything; of what is longer than Longest only the beginning counts.
const (
	Shortest = 24
	Longest  = 4000
)

// Same is how much of two sketches is equal where the texts are taken for the
// same one.
const Same = 0.7

const (
	values  = 64 // of a sketch: each says 1/64 of how alike two are
	piece   = 4  // letters
	bands   = 16
	perBand = values / bands
)

// A Sketch is what is remembered of a text.
type Sketch [values]uint32

// seeds make one hash into many: each is a multiplication and an addition.
var seeds = func() (s [values][2]uint64) {
	x := uint64(0x9e3779b97f4a7c15)
	next := func() uint64 { // splitmix64
		x += 0x9e3779b97f4a7c15
		z := x
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		return z ^ z>>31
	}
	for i := range s {
		s[i] = [2]uint64{next() | 1, next()}
	}
	return s
}()

// Of is the sketch of a text, which is folded already; spaces, signs and
// digits do not count, which are what is changed first. It is not ok for one
// that is too short.
func Of(text string) (s Sketch, ok bool) {
	letters := make([]rune, 0, min(len(text), Longest))
	for _, r := range text {
		if unicode.IsLetter(r) {
			if letters = append(letters, r); len(letters) == Longest {
				break
			}
		}
	}
	if len(letters) < Shortest {
		return s, false
	}
	for i := range s {
		s[i] = math.MaxUint32
	}
	for i := range len(letters) - piece + 1 {
		h := uint64(14695981039346656037) // FNV-1a, runes at a time
		for _, r := range letters[i : i+piece] {
			h = (h ^ uint64(r)) * 1099511628211
		}
		for j, seed := range seeds {
			s[j] = min(s[j], uint32((h*seed[0]+seed[1])>>32))
		}
	}
	return s, true
}

// Like is how much of two sketches is equal, from 0 to 1.
func (s *Sketch) Like(other *Sketch) float64 {
	n := 0
	for i := range s {
		if s[i] == other[i] {
			n++
		}
	}
	return float64(n) / values
}

var banding = maphash.MakeSeed()

// band is what two sketches probably share that are alike. With 16 bands of 4
// values, two texts that are the same to 0.7 share one in 99 of 100 cases, two
// that are to 0.3 in 12.
func (s *Sketch) band(i int) uint64 {
	return maphash.Comparable(banding, [perBand + 1]uint32{uint32(i), s[i*perBand], s[i*perBand+1], s[i*perBand+2], s[i*perBand+3]})
}
