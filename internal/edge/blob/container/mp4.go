package container

import (
	"encoding/binary"
	"math"
	"slices"
)

// MP4, and QuickTime from which it comes, are boxes in boxes.
// ISO/IEC 14496-12; https://developer.apple.com/documentation/quicktime-file-format

// A movie is what is kept of an MP4.
type movie struct {
	in        *source
	timescale uint32
	tracks    []*track
	mdats     []span
	defaults  map[uint32]defaults // of fragments, by track
	cover     []byte
	boxes     int
}

// A span is a part of a file.
type span struct{ at, n int64 }

func be16(b []byte) uint16 { return binary.BigEndian.Uint16(b) }
func be32(b []byte) uint32 { return binary.BigEndian.Uint32(b) }
func be64(b []byte) uint64 { return binary.BigEndian.Uint64(b) }

func rewriteMP4(in *source, out *sink) (Info, error) {
	m := &movie{in: in, defaults: map[uint32]defaults{}}
	if err := m.read(); err != nil {
		return Info{}, err
	}
	if err := m.choose(); err != nil {
		return Info{}, err
	}
	if err := m.write(out); err != nil {
		return Info{}, err
	}
	return m.info(), nil
}

// head reads the head of a box in the file: its kind, and where its content is.
func (m *movie) head(at int64) (kind string, body span, ok bool) {
	h := m.in.peek(at, 8)
	if h == nil {
		return "", span{}, false
	}
	kind, size, start := string(h[4:8]), int64(be32(h)), int64(8)
	switch size {
	case 0: // to the end
		size = m.in.size - at
	case 1:
		h = m.in.peek(at, 16)
		if h == nil || be64(h[8:]) > math.MaxInt64 {
			return "", span{}, false
		}
		size, start = int64(be64(h[8:])), 16
	}
	if size < start || size > m.in.size-at {
		return "", span{}, false
	}
	return kind, span{at + start, size - start}, true
}

// read visits the boxes of the file. What comes behind the last whole box of a
// recording that broke off is not needed; the tables say if it is.
func (m *movie) read() error {
	var moofs []span
	found := false
	for at := int64(0); at < m.in.size; {
		kind, body, ok := m.head(at)
		if !ok {
			if kind == "" && m.in.size-at < 8 {
				break
			}
			return broken("a box of the file")
		}
		if m.boxes++; m.boxes > maxBoxes {
			return much("boxes")
		}
		switch kind {
		case "mdat":
			m.mdats = append(m.mdats, body)
		case "moov":
			if found {
				return broken("a second moov")
			}
			b, ok := m.in.bytes(body.at, body.n, maxTables)
			if !ok {
				return broken("moov")
			}
			if err := m.moov(b); err != nil {
				return err
			}
			found = true
		case "moof":
			moofs = append(moofs, span{at, body.at + body.n - at})
		}
		at = body.at + body.n
	}
	if !found {
		return broken("moov, which is not there")
	}
	for _, t := range m.tracks {
		if len(moofs) == 0 {
			break
		}
		if err := t.expand(); err != nil {
			return err
		}
	}
	for _, at := range moofs {
		if err := m.moof(at); err != nil {
			return err
		}
	}
	return nil
}

// each visits the boxes in b.
func (m *movie) each(b []byte, visit func(kind string, body []byte) error) error {
	for len(b) >= 8 {
		size, start := uint64(be32(b)), uint64(8)
		switch {
		case size == 1 && len(b) >= 16:
			size, start = be64(b[8:]), 16
		case size == 0: // QuickTime ends some lists with zeros
			return nil
		}
		if size < start || size > uint64(len(b)) {
			return broken("a box in moov")
		}
		if m.boxes++; m.boxes > maxBoxes {
			return much("boxes")
		}
		if err := visit(string(b[4:8]), b[start:size]); err != nil {
			return err
		}
		b = b[size:]
	}
	return nil
}

func (m *movie) moov(b []byte) error {
	return m.each(b, func(kind string, b []byte) error {
		switch kind {
		case "mvhd":
			_, timescale, _, ok := times(b, 0)
			if !ok || timescale == 0 {
				return broken("mvhd")
			}
			m.timescale = timescale
		case "trak":
			t := &track{m: m}
			if err := t.read(b); err != nil {
				return err
			}
			m.tracks = append(m.tracks, t)
		case "mvex":
			return m.mvex(b)
		case "udta":
			return m.udta(b)
		case "cmov":
			return Foreign{"a compressed QuickTime header"}
		}
		return nil
	})
}

// times reads what mvhd, mdhd and tkhd begin with: two moments, a number, in
// tkhd with a gap behind it, and a length.
func times(b []byte, gap int) (id, number uint32, length uint64, ok bool) {
	if len(b) < 4 {
		return
	}
	wide := 0
	if b[0] == 1 {
		wide = 4
	}
	at := 4 + 2*(4+wide)
	if len(b) < at+4+gap+4+wide {
		return
	}
	number = be32(b[at:])
	if at += 4 + gap; wide > 0 {
		return number, number, be64(b[at:]), true
	}
	return number, number, uint64(be32(b[at:])), true
}

// udta is looked through for a picture, and dropped.
func (m *movie) udta(b []byte) error {
	return m.each(b, func(kind string, b []byte) error {
		if kind != "meta" {
			return nil
		}
		if len(b) >= 8 && string(b[4:8]) != "hdlr" { // in MP4, not in QuickTime, a version comes first
			b = b[4:]
		}
		return m.each(b, func(kind string, b []byte) error {
			if kind != "ilst" {
				return nil
			}
			return m.each(b, func(kind string, b []byte) error {
				if kind != "covr" {
					return nil
				}
				return m.each(b, func(kind string, b []byte) error {
					if kind == "data" && len(b) > 8 && m.cover == nil {
						m.cover = cover(b[8:])
					}
					return nil
				})
			})
		})
	})
}

// choose keeps one track of pictures and one of sound.
func (m *movie) choose() error {
	var kept []*track
	for _, kind := range []string{"vide", "soun"} {
		i := slices.IndexFunc(m.tracks, func(t *track) bool { return t.handler == kind && (t.count > 0 || len(t.samples) > 0) })
		if i < 0 {
			continue
		}
		t := m.tracks[i]
		if t.foreign != "" {
			return Foreign{t.foreign}
		}
		kept = append(kept, t)
	}
	if m.timescale == 0 || len(kept) == 0 {
		return broken("the tracks: there are no pictures and no sound")
	}
	m.tracks = kept
	var total int64
	for _, t := range kept {
		if err := t.finish(); err != nil {
			return err
		}
		for _, c := range t.chunks {
			if !m.holds(c.span) {
				return broken("a chunk that is not in the file")
			}
			if total += c.n; total > m.in.size {
				return broken("chunks that overlap")
			}
		}
	}
	return nil
}

// holds reports whether a chunk is where pictures and sounds are.
func (m *movie) holds(c span) bool {
	i, found := slices.BinarySearchFunc(m.mdats, c.at, func(s span, at int64) int { return int(max(-1, min(1, s.at-at))) })
	if !found {
		i--
	}
	return i >= 0 && c.at <= m.mdats[i].at+m.mdats[i].n-c.n
}

func (m *movie) info() Info {
	info := Info{Ext: ".m4a", Cover: m.cover}
	for _, t := range m.tracks {
		info.Seconds = max(info.Seconds, t.seconds())
		if t.handler == "soun" {
			info.Audio = t.codec
			continue
		}
		info.Ext, info.Video, info.Width, info.Height = ".mp4", t.codec, t.width, t.height
		if be32(t.matrix) == 0 && be32(t.matrix[16:]) == 0 { // lies on its side
			info.Width, info.Height = t.height, t.width
		}
		if s := float64(t.length) / float64(t.timescale); s > 0 {
			info.Frames = float64(t.count) / s
		}
	}
	return info
}
