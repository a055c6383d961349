package container

// FLAC is blocks that tell of the sound, and then frames. RFC 9639

const (
	flacInfo    = 0
	flacSeek    = 3
	flacPicture = 6
)

func rewriteFLAC(in *source, out *sink) (Info, error) {
	info := Info{Ext: ".flac", Audio: "flac"}
	at, _, err := skipID3(in)
	if err != nil {
		return info, err
	}
	if b := in.peek(at, 4); b == nil || string(b) != "fLaC" {
		return info, broken("the head")
	}
	at += 4
	var head, seek []byte
	for last := false; !last; {
		h := in.peek(at, 4)
		if h == nil {
			return info, broken("a block")
		}
		kind, n := h[0]&0x7f, int64(h[1])<<16|int64(h[2])<<8|int64(h[3])
		last = h[0]&0x80 != 0
		if n > in.size-at-4 || kind == 127 {
			return info, broken("a block")
		}
		b, ok := in.bytes(at+4, n, maxCover*2)
		switch {
		case kind == flacInfo && n == 34 && ok && head == nil:
			head = b
		case kind == flacSeek && ok && n%18 == 0 && seek == nil:
			seek = b
		case kind == flacPicture && ok && info.Cover == nil:
			info.Cover = coverOfFLAC(b)
		}
		at += 4 + n
	}
	if head == nil {
		return info, broken("the head")
	}
	rate := int64(head[10])<<12 | int64(head[11])<<4 | int64(head[12])>>4
	samples := int64(head[13]&0xf)<<32 | int64(be32(head[14:]))
	end, err := flacFrames(in, at, labelsBehind(in, at))
	if err != nil {
		return info, err
	}
	if rate == 0 || samples == 0 {
		return info, broken("the length")
	}
	info.Seconds = float64(samples) / float64(rate)
	if err := out.write([]byte("fLaC"), flacBlock(flacInfo, seek == nil, head)); err != nil {
		return info, err
	}
	if seek != nil {
		if err := out.write(flacBlock(flacSeek, true, seek)); err != nil {
			return info, err
		}
	}
	return info, out.copy(in, at, end-at)
}

func flacBlock(kind byte, last bool, b []byte) []byte {
	if last {
		kind |= 0x80
	}
	return join([]byte{kind, byte(len(b) >> 16), byte(len(b) >> 8), byte(len(b))}, b)
}

var flacTable = func() (t [256]uint16) {
	for i := range t {
		r := uint16(i) << 8
		for range 8 {
			if r&0x8000 != 0 {
				r = r<<1 ^ 0x8005
			} else {
				r <<= 1
			}
		}
		t[i] = r
	}
	return t
}()

// flacFrames is where the frames between two places end. A frame ends with its
// checksum, so that the checksum of all of it is zero; that and the head of the
// next tell where it ends. What is behind the last is no sound.
func flacFrames(in *source, at, to int64) (end int64, err error) {
	const step = 32 << 10
	crc, frames := uint16(0), 0
	for pos := at; pos < to; {
		n := int(min(step, to-pos))
		b := in.peek(pos, int(min(step+16, to-pos)))
		if b == nil {
			return 0, broken("a frame")
		}
		for i := range n {
			if b[i] == 0xff && crc == 0 && i+1 < len(b) && b[i+1]&0xfe == 0xf8 && flacHead(b[i:]) {
				if frames == 0 && pos+int64(i) != at {
					return 0, broken("the first frame")
				}
				end = pos + int64(i)
				if frames++; frames > maxPieces {
					return 0, much("frames")
				}
			}
			crc = crc<<8 ^ flacTable[byte(crc>>8)^b[i]]
		}
		pos += int64(n)
	}
	if frames == 0 {
		return 0, broken("the frames: there are none")
	}
	if crc == 0 {
		end = to
	}
	if end == at {
		return 0, broken("the end of the only frame")
	}
	return end, nil
}

// flacHead reports whether b begins with the head of a frame.
func flacHead(b []byte) bool {
	if len(b) < 16 {
		return false
	}
	n := 5
	for lead := b[4]; lead&0x80 != 0 && n < 12; lead <<= 1 { // the number of the frame, as UTF-8
		if lead != b[4] {
			n++
		}
	}
	switch b[2] >> 4 {
	case 6:
		n++
	case 7:
		n += 2
	}
	switch b[2] & 0xf {
	case 12:
		n++
	case 13, 14:
		n += 2
	}
	var crc byte
	for _, x := range b[:min(n, 15)] {
		crc ^= x
		for range 8 {
			if crc&0x80 != 0 {
				crc = crc<<1 ^ 7
			} else {
				crc <<= 1
			}
		}
	}
	return n < len(b) && crc == b[n]
}

// coverOfFLAC is the picture in a block.
func coverOfFLAC(b []byte) []byte {
	for _, fixed := range []int{4, 0} { // its kind and MIME type; what is said of it
		if len(b) < fixed+4 || int64(be32(b[fixed:])) > int64(len(b)-fixed-4) {
			return nil
		}
		b = b[fixed+4+int(be32(b[fixed:])):]
	}
	const shape = 16
	if len(b) < shape+4 || int64(be32(b[shape:])) > int64(len(b)-shape-4) {
		return nil
	}
	return cover(b[shape+4:][:be32(b[shape:])])
}
