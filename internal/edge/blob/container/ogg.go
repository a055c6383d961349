package container

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
)

// Ogg is pages, each with some packets of one of its streams. RFC 3533, 7845;
// https://xiph.org/vorbis/doc/Vorbis_I_spec.html

const (
	maxPages   = 200_000
	oggSerial  = 1
	oggFirst   = 2
	oggLast    = 4
	oggGoesOn  = 1
	maxComment = 12 << 20 // bytes of what is said of a sound, a picture included
)

// vorbisComment says nothing, as a packet of Vorbis.
var vorbisComment = []byte("\x03vorbis\x00\x00\x00\x00\x00\x00\x00\x00\x01")

// A page is one that is read.
type page struct {
	flags   byte
	granule int64
	serial  uint32
	lacing  []byte
	body    span
	next    int64
}

func (s *source) page(at int64) (p page, ok bool) {
	b := s.peek(at, 27)
	if b == nil || string(b[:4]) != "OggS" || b[4] != 0 {
		return p, false
	}
	p = page{flags: b[5], granule: int64(binary.LittleEndian.Uint64(b[6:])), serial: binary.LittleEndian.Uint32(b[14:])}
	sum := binary.LittleEndian.Uint32(b[22:])
	b = s.peek(at, 27+int(b[26]))
	if b == nil {
		return p, false
	}
	p.lacing = bytes.Clone(b[27:])
	n := 0
	for _, l := range p.lacing {
		n += int(l)
	}
	p.body = span{at + int64(len(b)), int64(n)}
	p.next = p.body.at + p.body.n
	whole := s.peek(at, len(b)+n)
	if whole == nil {
		return p, false
	}
	crc := oggCRC(0, whole[:22])
	crc = oggCRC(crc, make([]byte, 4))
	return p, oggCRC(crc, whole[26:]) == sum
}

var oggTable = func() (t [256]uint32) {
	for i := range t {
		r := uint32(i) << 24
		for range 8 {
			if r&(1<<31) != 0 {
				r = r<<1 ^ 0x04c11db7
			} else {
				r <<= 1
			}
		}
		t[i] = r
	}
	return t
}()

func oggCRC(crc uint32, b []byte) uint32 {
	for _, x := range b {
		crc = crc<<8 ^ oggTable[byte(crc>>24)^x]
	}
	return crc
}

// A tune is the sound in an Ogg.
type tune struct {
	in      *source
	out     *sink
	serial  uint32
	codec   string
	rate    float64
	skip    int64 // samples before the sound
	headers [][]byte
	partial []byte
	pages   uint32 // written
	ending  int64
	ended   bool
	art     []byte
}

func rewriteOgg(in *source, out *sink) (Info, error) {
	t := &tune{in: in, out: out}
	at, err := t.begin()
	if err != nil {
		return Info{}, err
	}
	for n := 0; at < in.size; n++ {
		p, ok := in.page(at)
		if !ok {
			return Info{}, broken("a page")
		}
		if n > maxPages {
			return Info{}, much("pages")
		}
		if p.flags&oggFirst != 0 {
			return Info{}, Foreign{"several pieces in a row"}
		}
		if p.serial == t.serial {
			if err := t.page(p); err != nil {
				return Info{}, err
			}
		}
		at = p.next
	}
	if t.wanted() > 0 || t.ending <= t.skip {
		return Info{}, broken("the end: there is no sound")
	}
	return Info{Ext: map[bool]string{true: ".opus", false: ".ogg"}[t.codec == "opus"], Audio: t.codec, Seconds: float64(t.ending-t.skip) / t.rate, Cover: t.art}, nil
}

// begin looks at the first pages of all streams, of which one is the sound.
func (t *tune) begin() (at int64, err error) {
	for range maxReels {
		p, ok := t.in.page(at)
		if !ok {
			return 0, broken("the first page")
		}
		if p.flags&oggFirst == 0 {
			if t.codec == "" {
				return 0, Foreign{"an unknown sound in Ogg"}
			}
			return at, nil
		}
		b, _ := t.in.bytes(p.body.at, p.body.n, window)
		switch {
		case bytes.HasPrefix(b, []byte("\x80theora")), bytes.HasPrefix(b, []byte("BBCD")), bytes.HasPrefix(b, []byte("OVP80")):
			return 0, Foreign{"moving pictures in Ogg"}
		case t.codec != "":
		case bytes.HasPrefix(b, []byte("\x01vorbis")) && len(b) >= 30:
			t.codec, t.rate, t.serial = "vorbis", float64(binary.LittleEndian.Uint32(b[12:])), p.serial
			t.headers = [][]byte{b[:30]}
		case bytes.HasPrefix(b, []byte("OpusHead")) && len(b) >= 19:
			t.codec, t.rate, t.serial = "opus", 48000, p.serial
			t.skip = int64(binary.LittleEndian.Uint16(b[10:]))
			t.headers = [][]byte{opusHead(b)}
		}
		at = p.next
	}
	return 0, much("streams")
}

// opusHead is the head of Opus without anything behind it.
func opusHead(b []byte) []byte {
	if b[18] == 0 {
		return b[:19]
	}
	return b[:min(len(b), 21+int(b[9]))] // with a table of channels
}

// wanted is how many headers have not come yet.
func (t *tune) wanted() int {
	return map[string]int{"opus": 2, "vorbis": 3}[t.codec] - len(t.headers)
}

func (t *tune) page(p page) error {
	if t.ended {
		return broken("a page behind the last")
	}
	if t.wanted() > 0 {
		return t.header(p)
	}
	if p.granule > 0 {
		t.ending = max(t.ending, p.granule)
	}
	t.ended = p.flags&oggLast != 0
	b, ok := t.in.bytes(p.body.at, p.body.n, window)
	if !ok {
		return broken("a page")
	}
	return t.put(p.flags&(oggGoesOn|oggLast), p.granule, p.lacing, b)
}

// header puts packets together until all headers are there, and writes them
// without comments.
func (t *tune) header(p page) error {
	b, ok := t.in.bytes(p.body.at, p.body.n, window)
	if !ok {
		return broken("a page")
	}
	for _, l := range p.lacing {
		t.partial = append(t.partial, b[:l]...)
		if b = b[l:]; len(t.partial) > maxComment {
			return much("comments")
		}
		if l < 255 {
			if t.wanted() == 0 {
				return broken("the headers: sound on the same page")
			}
			t.headers = append(t.headers, t.partial)
			t.partial = nil
		}
	}
	if t.wanted() > 0 {
		return nil
	}
	if len(t.partial) > 0 || t.rate == 0 {
		return broken("the headers")
	}
	return t.putHeaders()
}

func (t *tune) putHeaders() error {
	comments, head := t.headers[1], "\x03vorbis"
	empty := vorbisComment
	if t.codec == "opus" {
		head, empty = "OpusTags", []byte("OpusTags\x00\x00\x00\x00\x00\x00\x00\x00")
	}
	if !bytes.HasPrefix(comments, []byte(head)) {
		return broken("the comments")
	}
	t.art = coverOfComments(comments[len(head):])
	packets := [][]byte{empty}
	if t.codec == "vorbis" {
		if !bytes.HasPrefix(t.headers[2], []byte("\x05vorbis")) {
			return broken("the setup")
		}
		packets = append(packets, t.headers[2])
	}
	if err := t.put(oggFirst, 0, []byte{byte(len(t.headers[0]))}, t.headers[0]); err != nil {
		return err
	}
	var lacing []byte
	body := join(packets...)
	for _, p := range packets {
		n := len(p)
		for ; n >= 255; n -= 255 {
			lacing = append(lacing, 255)
		}
		lacing = append(lacing, byte(n))
	}
	flags, granule := byte(0), int64(-1)
	for len(lacing) > 0 {
		n, size := min(255, len(lacing)), 0
		for _, l := range lacing[:n] {
			size += int(l)
		}
		if granule = -1; n == len(lacing) || lacing[n-1] < 255 {
			granule = 0
		}
		if err := t.put(flags, granule, lacing[:n], body[:size]); err != nil {
			return err
		}
		flags = 0
		if lacing[n-1] == 255 {
			flags = oggGoesOn
		}
		lacing, body = lacing[n:], body[size:]
	}
	return nil
}

// put writes a page.
func (t *tune) put(flags byte, granule int64, lacing, body []byte) error {
	h := append([]byte("OggS\x00"), flags)
	h = binary.LittleEndian.AppendUint64(h, uint64(granule))
	h = binary.LittleEndian.AppendUint32(h, oggSerial)
	h = binary.LittleEndian.AppendUint32(h, t.pages)
	h = append(h, 0, 0, 0, 0, byte(len(lacing)))
	h = append(h, lacing...)
	binary.LittleEndian.PutUint32(h[22:], oggCRC(oggCRC(0, h), body))
	t.pages++
	return t.out.write(h, body)
}

// coverOfComments is a picture that is in the comments of a sound.
func coverOfComments(b []byte) []byte {
	text := func() []byte {
		if len(b) < 4 || int64(binary.LittleEndian.Uint32(b)) > int64(len(b)-4) {
			b = nil
			return nil
		}
		n := binary.LittleEndian.Uint32(b)
		t := b[4 : 4+n]
		b = b[4+n:]
		return t
	}
	text() // the maker of the program
	if len(b) < 4 {
		return nil
	}
	for b = b[4:]; len(b) > 0; {
		name, value, _ := bytes.Cut(text(), []byte("="))
		if !bytes.EqualFold(name, []byte("METADATA_BLOCK_PICTURE")) {
			continue
		}
		out := make([]byte, base64.StdEncoding.DecodedLen(len(value)))
		if n, err := base64.StdEncoding.Decode(out, value); err == nil {
			return coverOfFLAC(out[:n])
		}
	}
	return nil
}
