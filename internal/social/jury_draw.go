package social

import (
	"bytes"
	"cmp"
	"container/heap"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
)

// A Pseudonym is what a juror is called in the records of one pool. Nobody can
// tell from it who it is, or that it is the same as in another pool.
type Pseudonym [16]byte

func (p Pseudonym) String() string { return hex.EncodeToString(p[:]) }

// JuryNames makes the pseudonyms of a pool. It is never told.
type JuryNames [32]byte

// Of is what somebody is called.
func (k JuryNames) Of(a AccountID) (p Pseudonym) {
	m := hmac.New(sha256.New, k[:])
	m.Write(binary.BigEndian.AppendUint64([]byte("plaza juror 1\n"), uint64(a)))
	copy(p[:], m.Sum(nil))
	return p
}

// A JuryKey decides the lots that are drawn from one pool. The log holds its
// commitment before the first draw, and the key itself after the last.
type JuryKey [32]byte

// Commitment is what is told of k while it is secret.
func (k JuryKey) Commitment() (c [32]byte) {
	return sha256.Sum256(append([]byte("plaza jury key 1\n"), k[:]...))
}

// Seed decides the lots of one case: nobody knows it who does not know k, and
// who knows k does not know beforehand what the log will be like.
func (k JuryKey) Seed(of string, root [32]byte) (s JurySeed) {
	m := hmac.New(sha256.New, k[:])
	fmt.Fprintf(m, "plaza jury seed 1\n%s\n", of)
	m.Write(root[:])
	m.Sum(s[:0])
	return s
}

// A JurySeed decides the lots of one case.
type JurySeed [32]byte

// Commitment is what is told of s while it is secret.
func (s JurySeed) Commitment() (c [32]byte) {
	return sha256.Sum256(append([]byte("plaza jury commitment 1\n"), s[:]...))
}

// Lot is what p drew: the lowest are seated first.
func (s JurySeed) Lot(p Pseudonym) uint64 {
	var b [48]byte
	copy(b[:], s[:])
	copy(b[32:], p[:])
	sum := sha256.Sum256(b[:])
	return binary.BigEndian.Uint64(sum[:])
}

// A PoolMember is one of those among whom lots are drawn.
type PoolMember struct {
	Account   AccountID
	Pseudonym Pseudonym
	Cluster   int // those who follow each other have the same, zero for none
}

// A JuryPool is those among whom lots are drawn, in the order of pseudonyms.
type JuryPool struct {
	ID      JuryPoolID
	Members []PoolMember
}

// NewJuryPool is the pool of members, whatever their order.
func NewJuryPool(id JuryPoolID, members []PoolMember) JuryPool {
	slices.SortFunc(members, func(a, b PoolMember) int { return bytes.Compare(a.Pseudonym[:], b.Pseudonym[:]) })
	return JuryPool{ID: id, Members: members}
}

// List is p as it is committed to: a line for each, with pseudonym and cluster.
func (p JuryPool) List() []byte {
	b := make([]byte, 0, len(p.Members)*38)
	for _, m := range p.Members {
		b = hex.AppendEncode(b, m.Pseudonym[:])
		b = fmt.Appendf(b, " %d\n", m.Cluster)
	}
	return b
}

// Hash is the SHA-256 of the list.
func (p JuryPool) Hash() [32]byte { return sha256.Sum256(p.List()) }

// Strata is how many members each cluster has, from the largest.
func (p JuryPool) Strata() (sizes []int) {
	n := map[int]int{}
	for _, m := range p.Members {
		n[m.Cluster]++
	}
	for c, size := range n {
		if c != 0 {
			sizes = append(sizes, size)
		}
	}
	slices.SortFunc(sizes, func(a, b int) int { return cmp.Compare(b, a) })
	return sizes
}

// Large reports which clusters hold more than two fifths of p: they are the
// house itself, and would have more than two of five by right.
func (p JuryPool) Large() map[int]bool {
	n := map[int]int{}
	for _, m := range p.Members {
		n[m.Cluster]++
	}
	out := map[int]bool{}
	for c, size := range n {
		out[c] = c == 0 || size*5 > len(p.Members)*2
	}
	return out
}

// Lots are the members of a pool in the order of what they drew.
type Lots struct {
	order lotHeap
	taken int
}

// Lots draws for everybody in p.
func (s JurySeed) Lots(p JuryPool) *Lots {
	l := &Lots{order: make(lotHeap, len(p.Members))}
	for i, m := range p.Members {
		l.order[i] = lot{s.Lot(m.Pseudonym), i}
	}
	heap.Init(&l.order)
	return l
}

// Next is the place in the pool's list of who comes next.
func (l *Lots) Next() (place int, ok bool) {
	if len(l.order) == 0 {
		return 0, false
	}
	l.taken++
	return heap.Pop(&l.order).(lot).place, true
}

// Skip passes over the first n, who came before.
func (l *Lots) Skip(n int) {
	for range n {
		l.Next()
	}
}

// Taken is how many came so far.
func (l *Lots) Taken() int { return l.taken }

// A lot is what the member at a place of the list drew. Of two alike the
// earlier in the list comes first.
type lot struct {
	drew  uint64
	place int
}

type lotHeap []lot

func (h lotHeap) Len() int { return len(h) }
func (h lotHeap) Less(i, j int) bool {
	return h[i].drew < h[j].drew || h[i].drew == h[j].drew && h[i].place < h[j].place
}
func (h lotHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *lotHeap) Push(x any)   { *h = append(*h, x.(lot)) }
func (h *lotHeap) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}
