package reach

import (
	"encoding/binary"
	"hash/maphash"
)

const (
	// sieveBits is how many bits a sieve has: 2 MiB of memory, and room for some
	// three million views a day before it begins anew.
	sieveBits = 1 << 24
	probes    = 4
)

// A sieve knows whether a reader viewed a post before, and not which readers viewed
// which posts: it is a Bloom filter under a seed that nobody knows, so nothing can
// be read out of it, not even by who holds the machine's memory and asks it anew
// for everybody once the seed is gone. One view in a hundred is taken for known
// that is not when a million are in it.
type sieve struct {
	seed maphash.Seed
	bits []uint64 // nil before the first view
	set  int
}

// forget begins anew.
func (s *sieve) forget() {
	clear(s.bits)
	s.seed, s.set = maphash.MakeSeed(), 0
}

// viewed notes that reader viewed a post, and reports whether it is the first time.
// When half of the bits are set it begins anew, so that it goes on counting.
func (s *sieve) viewed(reader string, post int64) (first bool) {
	if s.bits == nil {
		s.bits, s.seed = make([]uint64, sieveBits/64), maphash.MakeSeed()
	}
	if s.set > sieveBits/2 {
		s.forget()
	}
	var h maphash.Hash
	h.SetSeed(s.seed)
	h.WriteString(reader)
	var which [8]byte
	binary.LittleEndian.PutUint64(which[:], uint64(post))
	h.Write(which[:])
	sum := h.Sum64()
	at, step := uint32(sum), uint32(sum>>32)|1
	for range probes {
		n := at % sieveBits
		if bit := uint64(1) << (n % 64); s.bits[n/64]&bit == 0 {
			s.bits[n/64] |= bit
			s.set++
			first = true
		}
		at += step
	}
	return first
}
