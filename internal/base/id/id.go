// Package id makes the numbers that name things. A number sorts by time and
// cannot be counted through; it is not a secret, and every read is authorised.
//
// 41 bits of milliseconds since 2000 (enough until 2069, and early enough for
// imported archives), then 22 random bits. See docs/decisions/0004-ids.md.
package id

import (
	"crypto/rand"
	"encoding/binary"
	"strconv"
	"sync"
	"time"
)

const (
	randomBits = 22
	// Apart is how far from each other the ids of one process are kept, so
	// that no id leads to a neighbour.
	Apart = 1 << 14
	// tries bounds the search for a number far from its neighbours; past
	// about 100 ids in one millisecond they may come closer.
	tries = 32
	// near is how many earlier ids a new one is kept away from.
	near = 256
	// remembered is how many earlier ids a new one is not equal to, so that a
	// transaction can make thousands of one moment.
	remembered = 1 << 14
	// step bounds how far an id lies after the one before it of its millisecond.
	step = 1 << 15
)

var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()

var recent struct {
	sync.Mutex
	ids  [remembered]int64
	next int
	all  map[int64]struct{} // the same
}

// New returns a fresh id of moment at. Times before 2000 count as 2000. Of the ids
// that one process makes of one moment in a row, the first about 50 are in their
// order: an answer comes after what it answers.
func New(at time.Time) int64 {
	recent.Lock()
	defer recent.Unlock()
	n := next(Floor(at))
	for try := 0; used(n) || try < tries && crowded(n); try++ {
		n = Floor(at) | random()
	}
	remember(n)
	return n
}

// next is an id after the last one, if that was of the same millisecond, which
// begins with floor, and there is room; else one of the first half of it.
func next(floor int64) int64 {
	last := recent.ids[(recent.next-1+remembered)%remembered]
	if last < floor || last >= floor+1<<randomBits {
		return floor | random()>>1
	}
	if n := last + Apart + random()%(step-Apart); n < floor+1<<randomBits {
		return n
	}
	return floor | random()
}

func used(n int64) bool {
	_, ok := recent.all[n]
	return ok
}

func crowded(n int64) bool {
	for i := 1; i <= near; i++ {
		m := recent.ids[(recent.next-i+remembered)%remembered]
		if d := n - m; -Apart < d && d < Apart {
			return true
		}
	}
	return false
}

func remember(n int64) {
	if recent.all == nil {
		recent.all = make(map[int64]struct{}, remembered)
	}
	delete(recent.all, recent.ids[recent.next])
	recent.all[n] = struct{}{}
	recent.ids[recent.next] = n
	recent.next = (recent.next + 1) % remembered
}

func random() int64 {
	var b [8]byte
	rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	return int64(binary.LittleEndian.Uint64(b[:]) & (1<<randomBits - 1))
}

// Floor is the smallest id of moment at: ids from Floor(a) up to, not
// including, Floor(b) were made in [a, b).
func Floor(at time.Time) int64 {
	return max(at.UnixMilli()-epoch, 0) << randomBits
}

// Time is the moment an id was made, in whole milliseconds.
func Time(n int64) time.Time { return time.UnixMilli(n>>randomBits + epoch).UTC() }

// Parse reads an id as clients send it. Anything but a plain decimal number
// above zero is not an id, and so names nothing.
func Parse(s string) (int64, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 || s[0] == '+' || s[0] == '0' {
		return 0, false
	}
	return n, true
}
