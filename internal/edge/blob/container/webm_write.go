package container

import (
	"encoding/binary"
	"math"
)

// elem is an element.
func elem(id uint32, parts ...[]byte) []byte {
	body := join(parts...)
	return join(elemHead(id, int64(len(body))), body)
}

func elemHead(id uint32, size int64) []byte {
	b := binary.BigEndian.AppendUint32(nil, id)
	for b[0] == 0 {
		b = b[1:]
	}
	switch {
	case size < 1<<7-1:
		return append(b, byte(size)|0x80)
	case size < 1<<14-1:
		return binary.BigEndian.AppendUint16(b, uint16(size)|0x4000)
	case size < 1<<28-1:
		return binary.BigEndian.AppendUint32(b, uint32(size)|0x10000000)
	}
	return binary.BigEndian.AppendUint64(b, uint64(size)|1<<56)
}

// whole is an element that is a number, as short as it can be.
func whole(id uint32, n uint64) []byte {
	b := binary.BigEndian.AppendUint64(nil, n)
	for len(b) > 1 && b[0] == 0 {
		b = b[1:]
	}
	return elem(id, b)
}

// fixed is an element that is a number and always has the same length.
func fixed(id uint32, n int64) []byte { return elem(id, u64(uint64(n))) }

// head of a block as it is written; its content follows.
func (b block) write(out *sink, in *source) error {
	if b.simple {
		if err := out.write(elemHead(idSimple, b.n)); err != nil {
			return err
		}
		return out.copy(in, b.at, b.n)
	}
	inner := elemHead(idBlock, b.n)
	if err := out.write(elemHead(idGroup, b.n+int64(len(inner)+len(b.extra))), inner); err != nil {
		return err
	}
	if err := out.copy(in, b.at, b.n); err != nil {
		return err
	}
	return out.write(b.extra)
}

func (b block) size() int64 {
	if b.simple {
		return int64(len(elemHead(idSimple, b.n))) + b.n
	}
	n := int64(len(elemHead(idBlock, b.n))) + b.n + int64(len(b.extra))
	return int64(len(elemHead(idGroup, n))) + n
}

// keep leaves those blocks whose track is kept.
func (f *film) keep() {
	clusters := f.clusters[:0]
	for _, c := range f.clusters {
		blocks := c.blocks[:0]
		for _, b := range c.blocks {
			for _, t := range f.tracks {
				if b.reel == t {
					blocks = append(blocks, b)
				}
			}
		}
		if c.blocks = blocks; len(blocks) > 0 {
			clusters = append(clusters, c)
		}
	}
	f.clusters = clusters
}

// write puts the film together: what it is, where one can jump to, its tracks
// and its blocks.
func (f *film) write(out *sink) error {
	f.keep()
	info := elem(idInfo, whole(idScale, f.scale), elem(idDuration, u64(math.Float64bits(float64(f.length)))), elem(idMuxer, []byte("-")), elem(idWriter, []byte("-")))
	var entries [][]byte
	for _, t := range f.tracks {
		entries = append(entries, t.element())
	}
	tracks := elem(idTracks, entries...)
	heads := make([][]byte, len(f.clusters))
	sizes := int64(0)
	for i, c := range f.clusters {
		n := int64(len(whole(idTime, c.time)))
		for _, b := range c.blocks {
			n += b.size()
		}
		heads[i] = join(elemHead(idCluster, n), whole(idTime, c.time))
		sizes += int64(len(elemHead(idCluster, n))) + n
	}
	// A place has the same size whatever it says.
	seek := f.seekHead(0, 0, 0)
	cues := f.cues(heads, 0)
	infoAt := int64(len(seek))
	tracksAt := infoAt + int64(len(info))
	cuesAt := tracksAt + int64(len(tracks))
	start := cuesAt + int64(len(cues))
	seek, cues = f.seekHead(infoAt, tracksAt, cuesAt), f.cues(heads, start)
	ebml := elem(idEBML, whole(0x4286, 1), whole(0x42f7, 1), whole(0x42f2, 4), whole(0x42f3, 8), elem(idDocType, []byte("webm")), whole(0x4287, 4), whole(0x4285, 2))
	if err := out.write(ebml, elemHead(idSegment, start+sizes), seek, info, tracks, cues); err != nil {
		return err
	}
	for i, c := range f.clusters {
		if err := out.write(heads[i]); err != nil {
			return err
		}
		for _, b := range c.blocks {
			if err := b.write(out, f.in); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *film) seekHead(info, tracks, cues int64) []byte {
	one := func(id uint32, at int64) []byte { return elem(idSeek, elem(idSeekID, u32(id)), fixed(idSeekPlace, at)) }
	return elem(idSeekHead, one(idInfo, info), one(idTracks, tracks), one(idCues, cues))
}

const maxCues = 20_000

// cues are the clusters at which one can begin to play.
func (f *film) cues(heads [][]byte, start int64) []byte {
	var points [][]byte
	at := start
	for i, c := range f.clusters {
		for _, b := range c.blocks {
			if b.reel == f.tracks[0] && b.key && b.time >= 0 && len(points) < maxCues {
				points = append(points, elem(idCuePoint, whole(idCueTime, uint64(b.time)),
					elem(idCuePlaces, whole(idCueTrack, b.reel.number), fixed(idCuePlace, at))))
				break
			}
		}
		at += int64(len(heads[i]))
		for _, b := range c.blocks {
			at += b.size()
		}
	}
	return elem(idCues, points...)
}

func (t *reel) element() []byte {
	var private []byte
	if len(t.private) > 0 {
		private = elem(idPrivate, t.private)
	}
	return elem(idTrack, whole(idNumber, t.number), whole(idUID, t.number), whole(idType, t.kind), elem(idLanguage, []byte("und")), elem(idCodec, []byte(t.codec)), private, t.kept)
}
