// Package bayes guesses which of two kinds a text is, from texts of which
// somebody decided: multinomial naive Bayes over pieces of three to five
// letters. It knows no language and no words, and says only which texts should
// be looked at first.
package bayes

import (
	"math"
	"math/rand/v2"
)

// Limits. Fewer than Enough examples in all, or fewer than Each of one kind,
// teach nothing. Of a text the first Longest letters count.
const (
	Enough  = 500
	Each    = 50
	Longest = 2000
)

const (
	shortest, longest = 3, 5 // letters of a piece
	slots             = 1 << 18
	smoothing         = 0.1
)

// An Example is a text, folded already, and whether it was a breach.
type Example struct {
	Text   string
	Breach bool
}

// A Model has learned from examples. It holds how often pieces came, under a key
// that is made anew for each model and stays in it: nothing in it can be read, and
// what it has learned of one text cannot be looked up in another model.
type Model struct {
	key    uint64
	weight []float32 // of each piece: how much it speaks for a breach
	prior  float64
	n      [2]int
}

// Train learns from examples, or is not ok if there are too few.
func Train(all []Example) (m *Model, ok bool) {
	m = &Model{key: rand.Uint64()}
	for _, e := range all {
		m.n[kind(e.Breach)]++
	}
	if len(all) < Enough || min(m.n[0], m.n[1]) < Each {
		return m, false
	}
	var counts [2][]float32
	var sums [2]float64
	counts[0], counts[1] = make([]float32, slots), make([]float32, slots)
	for _, e := range all {
		k := kind(e.Breach)
		pieces(m.key, e.Text, func(slot uint32) {
			counts[k][slot]++
			sums[k]++
		})
	}
	m.weight = make([]float32, slots)
	for i := range m.weight {
		of := func(k int) float64 {
			return math.Log((float64(counts[k][i]) + smoothing) / (sums[k] + smoothing*slots))
		}
		m.weight[i] = float32(of(1) - of(0))
	}
	m.prior = math.Log(float64(m.n[1]) / float64(m.n[0]))
	return m, true
}

func kind(breach bool) int {
	if breach {
		return 1
	}
	return 0
}

// Score is how much a text looks like a breach, from 0 to 1. Long texts do not
// count more than short ones: what is said once too often is not proven.
func (m *Model) Score(text string) float64 {
	sum, n := 0., 0
	pieces(m.key, text, func(slot uint32) {
		sum += float64(m.weight[slot])
		n++
	})
	if n == 0 || m.weight == nil {
		return 0
	}
	return 1 / (1 + math.Exp(-(m.prior + sum/math.Sqrt(float64(n)))))
}

// Examples is how many there were of breaches, and of others.
func (m *Model) Examples() (breach, other int) { return m.n[1], m.n[0] }

// pieces calls do with a slot for each piece of a text. Blanks are as one.
func pieces(key uint64, text string, do func(slot uint32)) {
	letters := make([]rune, 1, min(len(text), Longest)+2)
	letters[0] = ' '
	for _, r := range text {
		if r == '\n' || r == '\t' {
			r = ' '
		}
		if r == ' ' && letters[len(letters)-1] == ' ' {
			continue
		}
		if letters = append(letters, r); len(letters) > Longest {
			break
		}
	}
	for i := range letters {
		h := uint64(14695981039346656037) ^ key
		for n := 0; n < longest && i+n < len(letters); n++ {
			h = (h ^ uint64(letters[i+n])) * 1099511628211
			if n+1 >= shortest {
				do(uint32((h ^ h>>32) % slots))
			}
		}
	}
}

// Quality is how good guesses are, on examples that were not learned from.
type Quality struct {
	Learned, Tried int
	Threshold      float64 // from which score on something is looked at first
	Precision      float64 // of those above it, how many were breaches
	Recall         float64 // of the breaches, how many were above it
}

// Try learns from the first four fifths of the examples, which are in the order in
// which they were decided, and tells how good it is on the last: at the highest
// threshold that finds at least a share of the breaches.
func Try(all []Example, recall float64) (q Quality, ok bool) {
	learn, held := all[:len(all)-len(all)/5], all[len(all)-len(all)/5:]
	m, ok := Train(learn)
	if !ok {
		return q, false
	}
	q.Learned, q.Tried = len(learn), len(held)
	scores, breaches := make([]float64, len(held)), 0
	for i, e := range held {
		scores[i] = m.Score(e.Text)
		breaches += kind(e.Breach)
	}
	if breaches == 0 {
		return q, false
	}
	for _, threshold := range scores {
		above, right := 0, 0
		for i, e := range held {
			if scores[i] >= threshold {
				above++
				right += kind(e.Breach)
			}
		}
		if r := float64(right) / float64(breaches); r >= recall && threshold > q.Threshold {
			q.Threshold, q.Recall, q.Precision = threshold, r, float64(right)/float64(above)
		}
	}
	return q, true
}
