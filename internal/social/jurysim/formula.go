package jurysim

import (
	"math"

	"github.com/plaza-social/plaza/internal/social"
)

// AtLeast is the chance that of n that do not depend on each other, each with
// chance p, k or more happen.
func AtLeast(k, n int, p float64) (sum float64) {
	for i := k; i <= n; i++ {
		sum += choose(n, i) * math.Pow(p, float64(i)) * math.Pow(1-p, float64(n-i))
	}
	return sum
}

func choose(n, k int) float64 {
	c := 1.0
	for i := range k {
		c = c * float64(n-i) / float64(i+1)
	}
	return c
}

func formula(s Settings) (f Formula) {
	first, second := social.Panels[0], social.Panels[1]
	f.Capture = AtLeast(first.Quorum, first.Seats, s.Hostile)
	right1, wrong1 := AtLeast(first.Quorum, first.Seats, s.Accuracy), AtLeast(first.Quorum, first.Seats, 1-s.Accuracy)
	right2, wrong2 := AtLeast(second.Quorum, second.Seats, s.Accuracy), AtLeast(second.Quorum, second.Seats, 1-s.Accuracy)
	f.First = right1 + wrong1
	f.Second = (1 - f.First) * (right2 + wrong2)
	f.Right = (right1 + (1-f.First)*right2) / (f.First + f.Second)
	return f
}
