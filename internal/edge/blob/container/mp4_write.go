package container

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math"
	"slices"
)

func u16(n uint16) []byte { return binary.BigEndian.AppendUint16(nil, n) }
func u32(n uint32) []byte { return binary.BigEndian.AppendUint32(nil, n) }
func u64(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func box(kind string, parts ...[]byte) []byte {
	body := join(parts...)
	return join(u32(uint32(8+len(body))), []byte(kind), body)
}

// write puts the film together: what it is, its tables, and then all chunks in
// the order in which they were, so that it can be shown while it comes in.
func (m *movie) write(out *sink) error {
	brand := "isom"
	if len(m.tracks) == 1 && m.tracks[0].handler == "soun" {
		brand = "M4A "
	}
	ftyp := box("ftyp", []byte(brand), u32(0x200), []byte("isomiso2mp41"))
	var order []*chunk
	var data int64
	for _, t := range m.tracks {
		for i := range t.chunks {
			t.chunks[i].t = t
			order = append(order, &t.chunks[i])
			data += t.chunks[i].n
		}
	}
	slices.SortStableFunc(order, func(a, b *chunk) int { return cmp.Compare(a.at, b.at) })
	start := int64(len(ftyp)) + int64(len(m.moovBox())) + 8 // a place has the same size whatever it says
	if start+data > math.MaxUint32 {
		return much("bytes")
	}
	at := start
	for _, c := range order {
		c.to = at
		at += c.n
	}
	if err := out.write(ftyp, m.moovBox(), u32(uint32(8+data)), []byte("mdat")); err != nil {
		return err
	}
	for _, c := range order {
		if c.t.nal > 0 {
			if err := c.t.quiet(out, c); err != nil {
				return err
			}
			continue
		}
		if err := out.copy(m.in, c.at, c.n); err != nil {
			return err
		}
	}
	return nil
}

var upright = join(u32(1<<16), u32(0), u32(0), u32(0), u32(1<<16), u32(0), u32(0), u32(0), u32(1<<30))

func (m *movie) moovBox() []byte {
	length := uint64(0)
	var traks []byte
	for i, t := range m.tracks {
		length = max(length, t.shownFor())
		traks = append(traks, t.box(uint32(i+1))...)
	}
	mvhd := box("mvhd", []byte{1, 0, 0, 0}, make([]byte, 16), u32(m.timescale), u64(length), u32(1<<16), []byte{1, 0}, make([]byte, 10), upright, make([]byte, 24), u32(uint32(len(m.tracks)+1)))
	return box("moov", mvhd, traks)
}

func (t *track) box(id uint32) []byte {
	volume := []byte{0, 0}
	head := box("vmhd", []byte{0, 0, 0, 1}, make([]byte, 8))
	if t.handler == "soun" {
		volume, head = []byte{1, 0}, box("smhd", make([]byte, 8))
	}
	tkhd := box("tkhd", []byte{1, 0, 0, 3}, make([]byte, 16), u32(id), u32(0), u64(t.shownFor()), make([]byte, 12), volume, []byte{0, 0}, t.matrix, t.shown)
	mdhd := box("mdhd", []byte{1, 0, 0, 0}, make([]byte, 16), u32(t.timescale), u64(t.length), []byte{0x55, 0xc4, 0, 0}) // in no language
	hdlr := box("hdlr", make([]byte, 8), []byte(t.handler), make([]byte, 13))
	dinf := box("dinf", box("dref", u32(0), u32(1), box("url ", []byte{0, 0, 0, 1}))) // in this file
	return box("trak", tkhd, t.elstBox(), box("mdia", mdhd, hdlr, box("minf", head, dinf, t.stblBox())))
}

func (t *track) elstBox() []byte {
	if len(t.edits) == 0 {
		return nil
	}
	rows := bytes.Clone(join(t.edits...))
	if len(t.edits) == 1 && be64(rows) == 0 {
		copy(rows, u64(t.shownFor()))
	}
	return box("edts", box("elst", []byte{1, 0, 0, 0}, u32(uint32(len(t.edits))), rows))
}

func (t *track) stblBox() []byte {
	parts := [][]byte{box("stsd", t.entries)}
	for _, kind := range []string{"stts", "ctts", "stss", "stsc"} {
		if b := t.tables[kind]; b != nil {
			parts = append(parts, box(kind, b))
		}
	}
	parts = append(parts, box("stsz", u32(0), u32(t.sizes.same), u32(uint32(t.count)), t.sizes.each))
	places := make([]byte, 0, 4*len(t.chunks))
	for _, c := range t.chunks {
		places = binary.BigEndian.AppendUint32(places, uint32(c.to))
	}
	return box("stbl", append(parts, box("stco", u32(0), u32(uint32(len(t.chunks))), places))...)
}
