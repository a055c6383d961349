package social

import "slices"

// Limits of finding clusters.
const (
	clusterRounds = 12  // how often labels are passed on: they settle after a few
	maxNear       = 500 // links of one member that are looked at
)

// Clusters says who belong together by whom they follow. Links are pairs of
// places among n; a link either way counts, and it counts more the more both
// have in common. Zero is for those without any.
//
// It is label propagation in a fixed order, so that it can be repeated.
func Clusters(n int, links [][2]int) []int {
	near := neighbours(n, links)
	weight := make([][]int, n)
	label := make([]int, n)
	for i, others := range near {
		weight[i] = make([]int, len(others))
		for k, o := range others {
			weight[i][k] = 1 + common(others, near[o])
		}
		if len(others) > 0 {
			label[i] = i + 1
		}
	}
	for range clusterRounds {
		if !relabel(label, near, weight) {
			break
		}
	}
	return label
}

// neighbours is whom each is linked to, in order.
func neighbours(n int, links [][2]int) [][]int {
	near := make([][]int, n)
	for _, l := range links {
		a, b := l[0], l[1]
		if a != b && a >= 0 && b >= 0 && a < n && b < n {
			near[a], near[b] = append(near[a], b), append(near[b], a)
		}
	}
	for i, others := range near {
		slices.Sort(others)
		others = slices.Compact(others)
		near[i] = others[:min(len(others), maxNear)]
	}
	return near
}

// common is how many are in both of two sorted lists.
func common(a, b []int) (n int) {
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0] < b[0]:
			a = a[1:]
		case b[0] < a[0]:
			b = b[1:]
		default:
			a, b, n = a[1:], b[1:], n+1
		}
	}
	return n
}

// relabel gives each the label that weighs most among those near it, of several
// the one it has or else the smallest, and tells whether anything changed.
func relabel(label []int, near, weight [][]int) (changed bool) {
	count := map[int]int{}
	for i, others := range near {
		if len(others) == 0 {
			continue
		}
		clear(count)
		for k, o := range others {
			count[label[o]] += weight[i][k]
		}
		best := label[i]
		for l, c := range count {
			if c > count[best] || c == count[best] && best != label[i] && l < best {
				best = l
			}
		}
		if best != label[i] {
			label[i], changed = best, true
		}
	}
	return changed
}
