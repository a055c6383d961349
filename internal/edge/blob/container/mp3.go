package container

import (
	"bytes"
	"encoding/binary"
)

// An MP3 is frames, with labels in front and behind.
// ISO/IEC 11172-3; https://id3.org

// A frame is what the head of one says.
type frame struct {
	size    int64
	samples int
	rate    int
	side    int // bytes between the head and a table of the encoder's
}

var (
	mp3Rates    = [4][3]int{{11025, 12000, 8000}, {}, {22050, 24000, 16000}, {44100, 48000, 32000}}
	mp3Bitrates = [2][4][15]int{
		{ // MPEG 1: layers III, II, I
			1: {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},
			2: {0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},
			3: {0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448},
		},
		{ // MPEG 2
			1: {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
			2: {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
			3: {0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256},
		},
	}
)

// mp3Header reads the head of a frame of layer III or II.
func mp3Header(b []byte) (f frame, ok bool) {
	if len(b) < 4 || b[0] != 0xff || b[1]&0xe0 != 0xe0 {
		return f, false
	}
	version, layer, bitrate, rate, padding := b[1]>>3&3, b[1]>>1&3, b[2]>>4, b[2]>>2&3, int64(b[2]>>1&1)
	if version == 1 || layer == 0 || layer == 3 || bitrate == 0 || bitrate == 15 || rate == 3 {
		return f, false
	}
	mono := b[3]>>6 == 3
	old := 1
	f.samples, f.side = 1152, 17
	if version == 3 {
		old, f.side = 0, 32
	}
	if mono {
		f.side = map[int]int{32: 17, 17: 9}[f.side]
	}
	if old == 1 && layer == 1 {
		f.samples = 576
	}
	f.rate = mp3Rates[version][rate]
	f.size = int64(f.samples)/8*int64(mp3Bitrates[old][layer][bitrate])*1000/int64(f.rate) + padding
	return f, f.size > 4
}

const (
	maxLabels  = 8
	maxRubbish = 256 << 10 // bytes that are no frames, in all
)

func rewriteMP3(in *source, out *sink) (Info, error) {
	info := Info{Ext: ".mp3", Audio: "mp3"}
	at, art, err := skipID3(in)
	if err != nil {
		return info, err
	}
	info.Cover = art
	end := labelsBehind(in, at)
	var frames []span
	var seconds float64
	rubbish := int64(0)
	var first []byte
	for at < end {
		f, ok := mp3Header(in.peek(at, 4))
		if ok && at+f.size < end { // what follows tells a frame from a chance
			_, ok = mp3Header(in.peek(at+f.size, 4))
			ok = ok || len(frames) > 0
		}
		if !ok || at+f.size > end {
			at++
			if rubbish++; rubbish > maxRubbish {
				return info, broken("what is not frames")
			}
			continue
		}
		if len(frames) == 0 && first == nil {
			if first = in.encoder(at, f); first != nil {
				at += f.size
				continue
			}
		}
		frames = append(frames, span{at, f.size})
		if len(frames) > maxPieces {
			return info, much("frames")
		}
		seconds += float64(f.samples) / float64(f.rate)
		at += f.size
	}
	if info.Seconds = seconds; len(frames) < 2 {
		return info, broken("the frames: there are none")
	}
	if first != nil {
		if err := out.write(first); err != nil {
			return info, err
		}
	}
	return info, copyAll(in, out, frames)
}

// copyAll copies parts of a file, those that touch at once.
func copyAll(in *source, out *sink, parts []span) error {
	for i := 0; i < len(parts); {
		p := parts[i]
		for i++; i < len(parts) && parts[i].at == p.at+p.n; i++ {
			p.n += parts[i].n
		}
		if err := out.copy(in, p.at, p.n); err != nil {
			return err
		}
	}
	return nil
}

// skipID3 is where the sound begins behind labels, and a picture that is in
// one of them. https://id3.org/id3v2.4.0-structure
func skipID3(in *source) (at int64, art []byte, err error) {
	for range maxLabels {
		head := in.peek(at, 10)
		if head == nil || string(head[:3]) != "ID3" {
			return at, art, nil
		}
		n := int64(head[6]&0x7f)<<21 | int64(head[7]&0x7f)<<14 | int64(head[8]&0x7f)<<7 | int64(head[9]&0x7f)
		major, flags := head[3], head[5]
		if n > in.size-at-10 {
			return at, art, broken("a label")
		}
		if b, ok := in.bytes(at+10, n, maxCover+maxCover/2); ok && art == nil {
			art = coverOfID3(major, flags, b)
		}
		if at += 10 + n; major == 4 && flags&0x10 != 0 {
			at += 10
		}
	}
	return at, art, much("labels")
}

// coverOfID3 is the picture of a label, if there is one that is easily found.
func coverOfID3(major, flags byte, b []byte) []byte {
	head, name := 10, "APIC"
	if major == 2 {
		head, name = 6, "PIC"
	}
	if flags&0x40 != 0 { // more is said of the label
		return nil
	}
	if flags&0x80 != 0 {
		b = bytes.ReplaceAll(b, []byte{0xff, 0}, []byte{0xff})
	}
	for len(b) > head && b[0] != 0 {
		var n int
		switch major {
		case 2:
			n = int(b[3])<<16 | int(b[4])<<8 | int(b[5])
		case 4:
			n = int(b[4]&0x7f)<<21 | int(b[5]&0x7f)<<14 | int(b[6]&0x7f)<<7 | int(b[7]&0x7f)
		default:
			n = int(be32(b[4:]))
		}
		if n < 0 || n > len(b)-head {
			return nil
		}
		if string(b[:len(name)]) == name {
			return pictureOfID3(major, b[head:head+n])
		}
		b = b[head+n:]
	}
	return nil
}

// pictureOfID3 skips what is said of a picture.
func pictureOfID3(major byte, b []byte) []byte {
	if len(b) < 6 {
		return nil
	}
	wide := b[0] == 1 || b[0] == 2
	if b = b[1:]; major == 2 {
		b = b[3:]
	} else if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[i+1:]
	}
	if len(b) < 2 {
		return nil
	}
	b = b[1:]
	if !wide {
		_, b, _ = bytes.Cut(b, []byte{0})
		return cover(b)
	}
	for i := 0; i+1 < len(b); i += 2 {
		if b[i] == 0 && b[i+1] == 0 {
			return cover(b[i+2:])
		}
	}
	return nil
}

// labelsBehind is where the sound ends in front of labels.
func labelsBehind(in *source, from int64) int64 {
	end := in.size
	for range maxLabels {
		before := end
		if b := in.peek(end-128, 3); b != nil && string(b) == "TAG" {
			end -= 128
		}
		if b := in.peek(end-32, 32); b != nil && string(b[:8]) == "APETAGEX" {
			n := int64(binary.LittleEndian.Uint32(b[12:]))
			if b[23]&0x80 != 0 { // it has a head too
				n += 32
			}
			if n >= 32 && n <= end-from {
				end -= n
			}
		}
		if b := in.peek(end-9, 9); b != nil && string(b) == "LYRICS200" {
			n := int64(0)
			for _, c := range in.peek(end-15, 6) {
				n = n*10 + int64(c-'0'&0xf)
			}
			if n += 15; n <= end-from {
				end -= n
			}
		}
		if end == before {
			break
		}
	}
	return max(end, from)
}

// encoder is the first frame if it holds no sound but the encoder's tables: how
// long the sound is, and where one can jump. What else the encoder says of
// itself is left out, but for the silence it put around the sound.
func (s *source) encoder(at int64, f frame) []byte {
	b, ok := s.bytes(at, f.size, window)
	head := 4 + f.side
	if !ok || len(b) < head+8 {
		return nil
	}
	if len(b) >= 40 && string(b[36:40]) == "VBRI" {
		return clearFrame(b, 4)
	}
	if name := string(b[head : head+4]); name != "Xing" && name != "Info" {
		return nil
	}
	end := head + 8
	flags := be32(b[head+4:])
	for i, n := range []int{4, 4, 100, 4} {
		if flags&(1<<i) != 0 {
			end += n
		}
	}
	if end+36 > len(b) {
		return clearFrame(b, min(end, len(b)))
	}
	gap := bytes.Clone(b[end+21 : end+24])
	lame := string(b[end:end+4]) == "LAME" || string(b[end:end+3]) == "Lav"
	clearFrame(b, end)
	if lame {
		copy(b[end:], "LAME")
		copy(b[end+21:], gap)
		binary.BigEndian.PutUint16(b[end+34:], crc16(b[:end+34]))
	}
	return b
}

func clearFrame(b []byte, from int) []byte {
	clear(b[from:])
	return b
}

// crc16 is the checksum of LAME's table.
func crc16(b []byte) (crc uint16) {
	for _, x := range b {
		crc ^= uint16(x)
		for range 8 {
			if crc&1 != 0 {
				crc = crc>>1 ^ 0xa001
			} else {
				crc >>= 1
			}
		}
	}
	return crc
}
