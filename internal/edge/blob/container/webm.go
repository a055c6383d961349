package container

import (
	"encoding/binary"
	"math"
)

// WebM, and Matroska of which it is a part, are elements in elements.
// RFC 8794 and RFC 9559

// The elements that are looked at.
const (
	idEBML        = 0x1a45dfa3
	idDocType     = 0x4282
	idSegment     = 0x18538067
	idInfo        = 0x1549a966
	idScale       = 0x2ad7b1
	idTracks      = 0x1654ae6b
	idTrack       = 0xae
	idNumber      = 0xd7
	idUID         = 0x73c5
	idType        = 0x83
	idCodec       = 0x86
	idPrivate     = 0x63a2
	idDefaultTime = 0x23e383
	idVideo       = 0xe0
	idAudio       = 0xe1
	idLanguage    = 0x22b59c
	idEncodings   = 0x6d80
	idCluster     = 0x1f43b675
	idTime        = 0xe7
	idSimple      = 0xa3
	idGroup       = 0xa0
	idBlock       = 0xa1
	idBlockTime   = 0x9b
	idReference   = 0xfb
	idDiscard     = 0x75a2
	idCues        = 0x1c53bb6b
	idCuePoint    = 0xbb
	idCueTime     = 0xb3
	idCueTrack    = 0xf7
	idCuePlaces   = 0xb7
	idCuePlace    = 0xf1
	idSeekHead    = 0x114d9b74
	idSeek        = 0x4dbb
	idSeekID      = 0x53ab
	idSeekPlace   = 0x53ac
	idDuration    = 0x4489
	idMuxer       = 0x4d80
	idWriter      = 0x5741
	idWidth       = 0xb0
	idHeight      = 0xba
	idShownWidth  = 0x54b0
	idShownHeight = 0x54ba
	idShownUnit   = 0x54b2
	idColour      = 0x55b0
)

const unknownSize = math.MaxInt64

// An element is one in the file; its size may be unknown.
type element struct {
	id   uint32
	body span
}

// film is what is kept of a WebM.
type film struct {
	in       *source
	scale    uint64 // nanoseconds of a tick
	tracks   []*reel
	clusters []cluster
	doctype  string
	blocks   int
	length   int64 // ticks
}

// A reel is one track.
type reel struct {
	number  uint64
	kind    uint64 // 1 pictures, 2 sound
	codec   string
	length  uint64 // nanoseconds of a picture
	width   uint64
	height  uint64
	shown   [3]uint64 // width, height, unit
	kept    []byte
	private []byte
	refused string
	blocks  int
}

// A cluster is blocks that come together.
type cluster struct {
	time   uint64
	blocks []block
}

// A block is some pictures or some sound.
type block struct {
	span          // with its number and time
	extra  []byte // of a group that is not a simple block
	simple bool
	key    bool
	reel   *reel
	time   int64
}

// vint reads a number whose first byte tells how long it is.
func vint(b []byte, most int, marked bool) (n uint64, size int, ok bool) {
	if len(b) == 0 || b[0] == 0 {
		return 0, 0, false
	}
	for size = 1; b[0]&(0x80>>(size-1)) == 0; size++ {
	}
	if size > most || size > len(b) {
		return 0, 0, false
	}
	n = uint64(b[0])
	if !marked {
		n &= 1<<(8-size) - 1
	}
	for _, x := range b[1:size] {
		n = n<<8 | uint64(x)
	}
	return n, size, true
}

// head reads the head of an element in a part of a file that ends at end.
func (f *film) head(at, end int64) (e element, ok bool) {
	b := f.in.peek(at, int(min(12, end-at)))
	id, n, ok := vint(b, 4, true)
	if !ok {
		return e, false
	}
	size, m, ok := vint(b[n:], 8, false)
	if !ok {
		return e, false
	}
	e = element{uint32(id), span{at + int64(n+m), int64(size)}}
	if size == 1<<(7*m)-1 {
		e.body.n = unknownSize
		return e, true
	}
	return e, size <= uint64(end-e.body.at)
}

// elements visits those in b.
func elements(b []byte, visit func(id uint32, b []byte) error) error {
	for n := 0; len(b) > 0; n++ {
		if n > maxBoxes {
			return much("elements")
		}
		id, i, ok := vint(b, 4, true)
		if !ok {
			return broken("an element")
		}
		size, j, ok := vint(b[i:], 8, false)
		if !ok || size > uint64(len(b)-i-j) {
			return broken("an element")
		}
		b = b[i+j:]
		if err := visit(uint32(id), b[:size]); err != nil {
			return err
		}
		b = b[size:]
	}
	return nil
}

func number(b []byte) (n uint64) {
	for _, x := range b[:min(8, len(b))] {
		n = n<<8 | uint64(x)
	}
	return n
}

func rewriteWebM(in *source, out *sink) (Info, error) {
	f := &film{in: in, scale: 1_000_000}
	if err := f.read(); err != nil {
		return Info{}, err
	}
	info, err := f.info()
	if err != nil {
		return Info{}, err
	}
	return info, f.write(out)
}

const maxHead = 1 << 20 // bytes of an element that is held as a whole

func (f *film) read() error {
	e, ok := f.head(0, f.in.size)
	b, whole := f.in.bytes(e.body.at, e.body.n, maxHead)
	if !ok || e.id != idEBML || !whole {
		return broken("the head")
	}
	err := elements(b, func(id uint32, b []byte) error {
		if id == idDocType {
			f.doctype = string(b)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if f.doctype != "webm" && f.doctype != "matroska" {
		return broken("the kind of document")
	}
	e, ok = f.head(e.body.at+e.body.n, f.in.size)
	for n := 0; ok && e.id != idSegment && e.body.n != unknownSize && n < 10; n++ {
		e, ok = f.head(e.body.at+e.body.n, f.in.size)
	}
	if !ok || e.id != idSegment {
		return broken("the segment")
	}
	end := f.in.size
	if e.body.n != unknownSize {
		end = e.body.at + e.body.n
	}
	return f.segment(e.body.at, end)
}

func (f *film) segment(at, end int64) error {
	for n := 0; at < end; n++ {
		if n > maxPieces {
			return much("elements")
		}
		e, ok := f.head(at, end)
		if !ok {
			return broken("an element of the segment")
		}
		if e.id == idCluster {
			next, err := f.cluster(e, end)
			if err != nil {
				return err
			}
			at = next
			continue
		}
		if e.body.n == unknownSize {
			return broken("an element without a size")
		}
		if e.id == idInfo || e.id == idTracks {
			b, ok := f.in.bytes(e.body.at, e.body.n, maxHead)
			if !ok {
				return broken("the head of the segment")
			}
			if err := elements(b, map[uint32]func(uint32, []byte) error{idInfo: f.readInfo, idTracks: f.track}[e.id]); err != nil {
				return err
			}
		}
		at = e.body.at + e.body.n
	}
	return nil
}

func (f *film) readInfo(id uint32, b []byte) error {
	if id == idScale {
		if f.scale = number(b); f.scale == 0 || f.scale > 1e9 {
			return broken("the scale of time")
		}
	}
	return nil
}

// level1 are the elements at which a cluster without a size ends.
var level1 = map[uint32]bool{idCluster: true, idCues: true, idInfo: true, idTracks: true, idSeekHead: true, 0x1254c367: true, 0x1941a469: true, 0x1043a770: true}

// cluster reads one and returns where the next element is.
func (f *film) cluster(e element, end int64) (int64, error) {
	c := cluster{}
	at, open := e.body.at, e.body.n == unknownSize
	if !open {
		end = e.body.at + e.body.n
	}
	for at < end {
		x, ok := f.head(at, end)
		if !ok || x.body.n == unknownSize && !(open && level1[x.id]) {
			return 0, broken("a cluster")
		}
		if open && level1[x.id] {
			break
		}
		if f.blocks++; f.blocks > maxPieces {
			return 0, much("blocks")
		}
		var err error
		switch x.id {
		case idTime:
			c.time = number(f.in.peek(x.body.at, int(min(x.body.n, 8))))
			if c.time > math.MaxInt64/2 {
				err = broken("the time of a cluster")
			}
		case idSimple:
			err = f.block(&c, block{span: x.body, simple: true})
		case idGroup:
			err = f.group(&c, x.body)
		}
		if err != nil {
			return 0, err
		}
		at = x.body.at + x.body.n
	}
	if len(c.blocks) > 0 {
		f.clusters = append(f.clusters, c)
	}
	return at, nil
}

// group reads a block that has more said of it.
func (f *film) group(c *cluster, body span) error {
	b := block{key: true}
	ticks := int64(0)
	for at, end := body.at, body.at+body.n; at < end; {
		x, ok := f.head(at, end)
		if !ok || x.body.n == unknownSize {
			return broken("a group of blocks")
		}
		if f.blocks++; f.blocks > maxPieces {
			return much("blocks")
		}
		switch x.id {
		case idBlock:
			b.span = x.body
		case idReference, idBlockTime, idDiscard:
			v := f.in.peek(x.body.at, int(min(x.body.n, 8)))
			b.key = b.key && x.id != idReference
			if x.id == idBlockTime {
				ticks = int64(number(v) & math.MaxInt32)
			}
			if len(b.extra) < window/4 {
				b.extra = append(b.extra, elem(x.id, v)...)
			}
		}
		at = x.body.at + x.body.n
	}
	if b.n == 0 {
		return nil
	}
	if err := f.block(c, b); err != nil {
		return err
	}
	f.length = max(f.length, int64(c.time)+ticks)
	return nil
}

func (f *film) block(c *cluster, b block) error {
	head := f.in.peek(b.at, int(min(b.n, 12)))
	n, size, ok := vint(head, 8, false)
	if !ok || len(head) < size+3 {
		return broken("a block")
	}
	for _, t := range f.tracks {
		if t.number == n {
			b.reel = t
		}
	}
	if b.reel == nil {
		return nil
	}
	if b.simple {
		b.key = head[size+2]&0x80 != 0
	}
	b.time = int64(c.time) + int64(int16(binary.BigEndian.Uint16(head[size:])))
	frame := int64(b.reel.length / f.scale)
	if f.length = max(f.length, b.time+frame); f.length > math.MaxInt64/2 {
		return broken("the time of a block")
	}
	b.reel.blocks++
	c.blocks = append(c.blocks, b)
	return nil
}
