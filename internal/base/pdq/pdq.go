// Package pdq tells pictures that look alike: Meta's PDQ, a hash of 256 bits
// that changes little when a picture is made smaller, sharper, or saved again.
// It finds what is on a list; it says nothing about what a picture shows.
// https://github.com/facebook/ThreatExchange/tree/main/pdq
package pdq

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"image"
	"math/bits"
)

// Hash is what a picture looks like. As text its first bytes are the highest
// frequencies, as everybody else writes it.
type Hash [4]uint64

// Size is how many bits a hash has.
const Size = 256

// Near is how many bits differ at most between two pictures that are taken for
// the same: that is what those who publish lists agreed on. MinQuality is how
// good a picture must be for its hash to mean anything: what is nearly of one
// colour looks like everything else that is.
const (
	Near       = 31
	MinQuality = 50
)

// Distance counts the bits in which two hashes differ.
func (h Hash) Distance(other Hash) (n int) {
	for i := range h {
		n += bits.OnesCount64(h[i] ^ other[i])
	}
	return n
}

// String is h as 64 digits.
func (h Hash) String() string {
	b := h.bytes()
	return hex.EncodeToString(b[:])
}

func (h Hash) bytes() (b [32]byte) {
	for i, word := range h {
		binary.BigEndian.PutUint64(b[8*i:], word)
	}
	return b
}

// Parse reads what String writes.
func Parse(s string) (h Hash, err error) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != Size/8 {
		return h, fmt.Errorf("a PDQ hash has 64 digits and letters from a to f, this has %d characters", len(s))
	}
	for i := range h {
		h[i] = binary.BigEndian.Uint64(b[8*i:])
	}
	return h, nil
}

// Of is the hash of a picture, and its quality from 0 to 100. What has fewer
// than 5 pixels on a side has neither.
func Of(m image.Image) (Hash, int) {
	c, quality, ok := transform(m)
	if !ok {
		return Hash{}, 0
	}
	return c.hash(), quality
}

// The places of Variants.
const (
	Original = iota
	Rotate90 // as the reference counts: against the clock
	Rotate180
	Rotate270
	FlipX // top and bottom
	FlipY // left and right
	FlipPlus
	FlipMinus
	variants
)

// Variants is the hashes of a picture turned and mirrored in all eight ways,
// itself first, for the price of one.
func Variants(m image.Image) (all [variants]Hash, quality int) {
	c, quality, ok := transform(m)
	if !ok {
		return all, 0
	}
	for i, how := range [variants]struct{ swap, rows, columns bool }{
		Original: {}, Rotate90: {swap: true, rows: true}, Rotate180: {rows: true, columns: true}, Rotate270: {swap: true, columns: true},
		FlipX: {rows: true}, FlipY: {columns: true}, FlipPlus: {swap: true}, FlipMinus: {swap: true, rows: true, columns: true},
	} {
		all[i] = c.turned(how.swap, how.rows, how.columns).hash()
	}
	return all, quality
}
