package evidence

import (
	"crypto/sha256"
	"math/bits"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// A Tree is a Merkle tree as in RFC 6962 with the hashes of all its whole
// subtrees, by level: two for each leaf.
type Tree [][]tlog.Hash

// Add adds the hash of the next leaf.
func (t *Tree) Add(h tlog.Hash) {
	for level := 0; ; level++ {
		if level == len(*t) {
			*t = append(*t, nil)
		}
		(*t)[level] = append((*t)[level], h)
		n := len((*t)[level])
		if n%2 == 1 {
			return
		}
		h = nodeHash((*t)[level][n-2], h)
	}
}

// nodeHash is tlog.NodeHash without what it allocates.
func nodeHash(left, right tlog.Hash) tlog.Hash {
	var b [1 + 2*tlog.HashSize]byte
	b[0] = 1
	copy(b[1:], left[:])
	copy(b[1+tlog.HashSize:], right[:])
	return sha256.Sum256(b[:])
}

// Size is how many leaves t has.
func (t Tree) Size() int64 {
	if len(t) == 0 {
		return 0
	}
	return int64(len(t[0]))
}

// Edge is the right edge of a tree: what a root needs, and no more, however many
// leaves there are. The zero Edge has none.
type Edge struct {
	whole []tlog.Hash // roots of the whole subtrees, from the largest
	size  int64
}

// Add adds the hash of the next leaf.
func (e *Edge) Add(h tlog.Hash) {
	e.size++
	for range bits.TrailingZeros64(uint64(e.size)) {
		last := len(e.whole) - 1
		h, e.whole = nodeHash(e.whole[last], h), e.whole[:last]
	}
	e.whole = append(e.whole, h)
}

// Size is how many leaves e has.
func (e *Edge) Size() int64 { return e.size }

// Root is that of all leaves.
func (e *Edge) Root() tlog.Hash {
	if e.size == 0 {
		return sha256.Sum256(nil)
	}
	h := e.whole[len(e.whole)-1]
	for i := len(e.whole) - 2; i >= 0; i-- {
		h = nodeHash(e.whole[i], h)
	}
	return h
}

// Root is that of the first n leaves, of which t must have as many.
func (t Tree) Root(n int64) (h tlog.Hash) {
	if n == 0 {
		return sha256.Sum256(nil)
	}
	first := true
	for rest := n; rest > 0; rest &= rest - 1 {
		level := bits.TrailingZeros64(uint64(rest))
		whole := t[level][n>>level-1] // the last whole subtree of that level
		if first {
			h, first = whole, false
		} else {
			h = nodeHash(whole, h)
		}
	}
	return h
}

// Prove is the proof that leaf i is in the tree of the first n leaves.
func (t Tree) Prove(i, n int64) (p tlog.RecordProof) {
	for lo, hi := int64(0), n; hi-lo > 1; {
		middle := lo + int64(1)<<(bits.Len64(uint64(hi-lo-1))-1)
		if i < middle {
			p = append(p, t.part(middle, hi))
			hi = middle
		} else {
			p = append(p, t.part(lo, middle))
			lo = middle
		}
	}
	slices.Reverse(p) // from the leaf up
	return p
}

// part is the root of the leaves from lo up to hi, as Prove cuts them.
func (t Tree) part(lo, hi int64) tlog.Hash {
	n := hi - lo
	if n&(n-1) == 0 {
		level := bits.TrailingZeros64(uint64(n))
		return t[level][lo>>level]
	}
	middle := lo + int64(1)<<(bits.Len64(uint64(n-1))-1)
	return nodeHash(t.part(lo, middle), t.part(middle, hi))
}
