package container

import (
	"math"
	"slices"
)

// Codecs that browsers play, or most of them, and what is said of them. What
// is not said here is not copied.
var (
	pictureCodecs = map[string][]string{
		"avc1": {"avcC"}, "avc3": {"avcC"}, "hvc1": {"hvcC"}, "hev1": {"hvcC"}, "av01": {"av1C"}, "vp08": {"vpcC"}, "vp09": {"vpcC"},
	}
	pictureExtras = []string{"pasp", "clap", "mdcv", "clli"}
	soundCodecs   = map[string][]string{
		"mp4a": {"esds"}, "Opus": {"dOps"}, "fLaC": {"dfLa"}, "ac-3": {"dac3"}, "ec-3": {"dec3"}, ".mp3": nil,
	}
)

const maxEntries = 4

// stsd keeps how samples are to be decoded.
func (t *track) stsd(b []byte) error {
	if len(b) < 8 {
		return broken("stsd")
	}
	var entries []byte
	n := 0
	err := t.m.each(b[8:], func(kind string, b []byte) error {
		if n++; n > maxEntries {
			return much("entries of stsd")
		}
		entry := t.picture
		known := pictureCodecs
		if t.handler == "soun" {
			entry, known = t.sound, soundCodecs
		}
		want, ok := known[kind]
		if !ok {
			t.foreign = kind
			return nil
		}
		e, err := entry(kind, b, want)
		if err != nil || e == nil {
			return err
		}
		t.codec = kind
		entries = append(entries, box(kind, e)...)
		return nil
	})
	if err == nil && t.foreign == "" && (n == 0 || n != int(be32(b[4:]))) {
		return broken("stsd")
	}
	t.entries = join(u32(0), u32(uint32(n)), entries)
	return err
}

// picture keeps the size and what the decoder needs; the name of the program
// that made it is left out.
func (t *track) picture(codec string, b []byte, want []string) ([]byte, error) {
	const head = 78
	if len(b) < head {
		return nil, broken("an entry of stsd")
	}
	if t.width == 0 || t.height == 0 {
		t.width, t.height = int(be16(b[24:])), int(be16(b[26:]))
		t.shown = join(u32(uint32(t.width)<<16), u32(uint32(t.height)<<16))
	}
	out := join(make([]byte, 6), []byte{0, 1}, make([]byte, 16), b[24:28], u32(0x480000), u32(0x480000), u32(0), []byte{0, 1}, make([]byte, 32), []byte{0, 24, 0xff, 0xff})
	found := len(want) == 0
	err := t.m.each(b[head:], func(kind string, b []byte) error {
		switch {
		case slices.Contains(want, kind), slices.Contains(pictureExtras, kind) && len(b) <= 64:
			if slices.Contains(want, kind) {
				found, t.nal = true, nalSize(codec, b)
			}
			out = append(out, box(kind, b)...)
		case kind == "colr" && len(b) >= 10 && string(b[:4]) == "nclx":
			out = append(out, box(kind, b[:min(len(b), 11)])...)
		case kind == "colr" && len(b) >= 10 && string(b[:4]) == "nclc":
			out = append(out, box(kind, join([]byte("nclx"), b[4:10], []byte{0}))...)
		}
		return nil
	})
	if err == nil && !found {
		err = broken("an entry of stsd: nothing for the decoder")
	}
	return out, err
}

// sound keeps the same of sounds. QuickTime has longer entries and puts what
// the decoder needs one box deeper; both become as MP4 has it.
func (t *track) sound(_ string, b []byte, want []string) ([]byte, error) {
	if len(b) < 28 {
		return nil, broken("an entry of stsd")
	}
	channels, bits, rate, head := be16(b[16:]), be16(b[18:]), be32(b[24:]), 28
	switch be16(b[8:]) {
	case 1:
		head += 16
	case 2:
		if head += 36; len(b) >= head {
			channels, bits = uint16(be32(b[40:])), 16
			if r := math.Float64frombits(be64(b[32:])); r > 0 && r < 1<<16 {
				rate = uint32(r) << 16
			}
		}
	}
	if len(b) < head {
		return nil, broken("an entry of stsd")
	}
	out := join(make([]byte, 6), []byte{0, 1}, make([]byte, 8), u16(channels), u16(bits), u32(0), u32(rate))
	found := len(want) == 0
	var take func(kind string, b []byte) error
	take = func(kind string, b []byte) error {
		switch {
		case kind == "wave":
			return t.m.each(b, take)
		case kind == "dfLa" && slices.Contains(want, kind):
			if len(b) < 4+4+34 || b[4]&0x7f != 0 || b[7] != 34 {
				return broken("dfLa")
			}
			b = join(b[:4], []byte{0x80, 0, 0, 34}, b[8:42]) // the first of its blocks, as the last
			fallthrough
		case slices.Contains(want, kind) && !found:
			found = true
			out = append(out, box(kind, b)...)
		}
		return nil
	}
	err := t.m.each(b[head:], take)
	if err == nil && !found {
		err = broken("an entry of stsd: nothing for the decoder")
	}
	return out, err
}
