package container

import (
	"math"
)

// A track is the pictures, or the sound.
type track struct {
	m         *movie
	id        uint32
	handler   string
	codec     string
	nal       int    // bytes that tell the length of a unit of H.264 or HEVC
	foreign   string // a codec that browsers do not play
	matrix    []byte // how it is turned
	shown     []byte // its size as fixed-point numbers
	width     int
	height    int
	timescale uint32
	length    uint64 // in timescale
	edits     [][]byte
	entries   []byte // stsd
	tables    map[string][]byte
	sizes     sizes
	count     int // samples
	chunks    []chunk
	samples   []sample // of fragments
}

// A chunk is samples that stand one behind the other.
type chunk struct {
	span
	samples int
	first   int   // of its samples
	to      int64 // where it is written
	t       *track
}

// sizes are those of the samples: all the same, or each its own.
type sizes struct {
	same uint32
	each []byte
}

func (s sizes) of(i int) int64 {
	if s.same > 0 {
		return int64(s.same)
	}
	return int64(be32(s.each[4*i:]))
}

const maxEdits = 100

func (t *track) read(b []byte) error {
	t.tables = map[string][]byte{}
	return t.m.each(b, func(kind string, b []byte) error {
		switch kind {
		case "tkhd":
			return t.tkhd(b)
		case "edts":
			return t.m.each(b, func(kind string, b []byte) error {
				if kind == "elst" {
					return t.elst(b)
				}
				return nil
			})
		case "mdia":
			return t.m.each(b, t.mdia)
		}
		return nil
	})
}

func (t *track) tkhd(b []byte) error {
	const rest = 8 + 2 + 2 + 2 + 2 + 36 + 8
	id, _, _, ok := times(b, 4)
	if !ok || len(b) < 84 || b[0] == 1 && len(b) < 96 {
		return broken("tkhd")
	}
	end := b[len(b)-rest:]
	if want := map[bool]int{false: 84, true: 96}[b[0] == 1]; len(b) > want {
		end = b[want-rest : want]
	}
	t.id, t.matrix, t.shown = id, end[16:52], end[52:60]
	t.width, t.height = int(be16(t.shown)), int(be16(t.shown[4:]))
	return nil
}

func (t *track) elst(b []byte) error {
	if len(b) < 8 {
		return broken("elst")
	}
	n, size := int64(be32(b[4:])), int64(12)
	if b[0] == 1 {
		size = 20
	}
	if n > maxEdits || int64(len(b)) < 8+n*size {
		return broken("elst")
	}
	t.edits = nil
	for b = b[8:]; n > 0; n, b = n-1, b[size:] {
		e := make([]byte, 20)
		if size == 20 {
			copy(e, b[:20])
		} else {
			copy(e, join(u64(uint64(be32(b))), u64(uint64(int64(int32(be32(b[4:]))))), b[8:12]))
		}
		t.edits = append(t.edits, e)
	}
	return nil
}

func (t *track) mdia(kind string, b []byte) error {
	switch kind {
	case "mdhd":
		_, timescale, _, ok := times(b, 0)
		if !ok || timescale == 0 {
			return broken("mdhd")
		}
		t.timescale = timescale
	case "hdlr":
		if len(b) < 12 {
			return broken("hdlr")
		}
		t.handler = string(b[8:12])
	case "minf":
		return t.m.each(b, func(kind string, b []byte) error {
			if kind != "stbl" {
				return nil
			}
			return t.m.each(b, t.stbl)
		})
	}
	return nil
}

// tableSizes are the tables that are kept as they are, and the bytes of a row.
var tableSizes = map[string]int64{"stts": 8, "ctts": 8, "stss": 4, "stsc": 12}

func (t *track) stbl(kind string, b []byte) (err error) {
	if t.handler != "vide" && t.handler != "soun" {
		return nil
	}
	switch kind {
	case "stsd":
		return t.stsd(b)
	case "stts", "ctts", "stss", "stsc", "stco", "co64":
		size := tableSizes[kind]
		if size == 0 {
			size = map[string]int64{"stco": 4, "co64": 8}[kind]
		}
		if len(b) < 8 || int64(len(b)) < 8+size*int64(be32(b[4:])) {
			return broken(kind)
		}
		t.tables[kind] = b[:8+size*int64(be32(b[4:]))]
	case "stsz":
		if len(b) < 12 {
			return broken(kind)
		}
		n := int64(be32(b[8:]))
		if t.sizes.same = be32(b[4:]); t.sizes.same == 0 {
			if int64(len(b)) < 12+4*n {
				return broken(kind)
			}
			t.sizes.each = b[12 : 12+4*n]
		}
		if n > math.MaxInt32 {
			return broken(kind)
		}
		t.count = int(n)
	case "stz2":
		return Foreign{"a compact table of sizes"}
	}
	return nil
}

// finish makes sure that the tables agree, and finds the chunks.
func (t *track) finish() error {
	if t.timescale == 0 || t.entries == nil || t.matrix == nil {
		return broken("the tables: something is missing")
	}
	if t.samples != nil {
		t.count = len(t.samples)
		return t.tablesOfFragments()
	}
	if err := t.findChunks(); err != nil {
		return err
	}
	samples := uint64(0)
	for b := rows(t.tables["stts"]); len(b) > 0; b = b[8:] {
		samples += uint64(be32(b))
		t.length += uint64(be32(b)) * uint64(be32(b[4:]))
	}
	if samples != uint64(t.count) || t.length > math.MaxInt64 {
		return broken("stts")
	}
	return nil
}

// rows is a table without its head.
func rows(table []byte) []byte {
	if len(table) < 8 {
		return nil
	}
	return table[8:]
}

func (t *track) findChunks() error {
	wide := t.tables["co64"] != nil
	offsets, size := rows(t.tables["stco"]), 4
	if wide {
		offsets, size = rows(t.tables["co64"]), 8
	}
	delete(t.tables, "stco")
	delete(t.tables, "co64")
	n, runs := len(offsets)/size, rows(t.tables["stsc"])
	if n > maxPieces {
		return much("chunks")
	}
	next := 0
	for i := range n {
		for len(runs) >= 24 && int64(be32(runs[12:])) <= int64(i+1) {
			runs = runs[12:]
		}
		if len(runs) < 12 || int64(be32(runs)) > int64(i+1) {
			return broken("stsc")
		}
		c := chunk{samples: int(min(be32(runs[4:]), math.MaxInt32))}
		if c.samples > t.count-next {
			return broken("stsc: more samples than there are")
		}
		if t.sizes.same > 0 {
			c.n = int64(t.sizes.same) * int64(c.samples)
		} else {
			for j := range c.samples {
				c.n += t.sizes.of(next + j)
			}
		}
		c.first = next
		next += c.samples
		if wide {
			c.at = int64(min(be64(offsets[8*i:]), math.MaxInt64))
		} else {
			c.at = int64(be32(offsets[4*i:]))
		}
		t.chunks = append(t.chunks, c)
	}
	if next != t.count {
		return broken("stsc: samples without a chunk")
	}
	return nil
}

// seconds is how long the track is shown.
func (t *track) seconds() float64 {
	if shown := t.shownFor(); shown > 0 {
		return float64(shown) / float64(t.m.timescale)
	}
	return 0
}

// shownFor is the same in the time of the film: the sum of its edits, or all.
func (t *track) shownFor() uint64 {
	whole := uint64(float64(t.length) / float64(t.timescale) * float64(t.m.timescale))
	if len(t.edits) == 0 {
		return whole
	}
	sum := uint64(0)
	for _, e := range t.edits {
		if sum += be64(e); sum > math.MaxInt64 {
			return whole
		}
	}
	if sum == 0 { // as fragments have it: all
		return whole
	}
	return sum
}
