package container

import "bytes"

// What is kept of a track: numbers alone, and what the decoder needs.
var (
	keptOfTrack  = map[uint32]bool{0xb9: true, 0x88: true, 0x9c: true, idDefaultTime: true, 0x56aa: true, 0x56bb: true} // enabled, default, lacing, times of a picture, delay, preroll
	keptOfVideo  = map[uint32]bool{0x9a: true, 0x53b8: true, 0x53c0: true, idWidth: true, idHeight: true, 0x54aa: true, 0x54bb: true, 0x54cc: true, 0x54dd: true, idShownWidth: true, idShownHeight: true, idShownUnit: true}
	keptOfColour = map[uint32]bool{0x55b1: true, 0x55b2: true, 0x55b3: true, 0x55b4: true, 0x55b5: true, 0x55b6: true, 0x55b7: true, 0x55b8: true, 0x55b9: true, 0x55ba: true, 0x55bb: true, 0x55bc: true, 0x55bd: true}
	keptOfAudio  = map[uint32]bool{0xb5: true, 0x78b5: true, 0x9f: true, 0x6264: true}
	// webmCodecs are those that browsers play in a WebM.
	webmCodecs = map[string]string{"V_VP8": "vp8", "V_VP9": "vp9", "V_AV1": "av1", "A_OPUS": "opus", "A_VORBIS": "vorbis"}
)

const maxReels = 64

// some copies those elements of b that are numbers and in kept.
func some(b []byte, kept map[uint32]bool) (out []byte, err error) {
	err = elements(b, func(id uint32, b []byte) error {
		if kept[id] && len(b) <= 8 {
			out = append(out, elem(id, b)...)
		}
		return nil
	})
	return out, err
}

func (f *film) track(id uint32, b []byte) error {
	if id != idTrack {
		return nil
	}
	if len(f.tracks) == maxReels {
		return much("tracks")
	}
	t := &reel{}
	if err := elements(b, t.read); err != nil {
		return err
	}
	f.tracks = append(f.tracks, t)
	return nil
}

func (t *reel) read(id uint32, b []byte) (err error) {
	var more []byte
	switch {
	case id == idNumber:
		t.number = number(b)
	case id == idType:
		t.kind = number(b)
	case id == idCodec:
		t.codec = string(bytes.TrimRight(b[:min(len(b), 40)], "\x00"))
	case id == idPrivate:
		t.private = b
	case id == idEncodings:
		t.refused = "packed tracks"
	case id == idVideo:
		if more, err = t.video(b); err == nil {
			t.kept = append(t.kept, elem(idVideo, more)...)
		}
	case id == idAudio:
		if more, err = some(b, keptOfAudio); err == nil {
			t.kept = append(t.kept, elem(idAudio, more)...)
		}
	case keptOfTrack[id] && len(b) <= 8:
		if id == idDefaultTime {
			t.length = number(b)
		}
		t.kept = append(t.kept, elem(id, b)...)
	}
	return err
}

func (t *reel) video(b []byte) ([]byte, error) {
	out, err := some(b, keptOfVideo)
	if err != nil {
		return nil, err
	}
	err = elements(b, func(id uint32, b []byte) error {
		switch id {
		case idWidth:
			t.width = number(b)
		case idHeight:
			t.height = number(b)
		case idShownWidth:
			t.shown[0] = number(b)
		case idShownHeight:
			t.shown[1] = number(b)
		case idShownUnit:
			t.shown[2] = number(b)
		case idColour:
			colour, err := some(b, keptOfColour)
			out = append(out, elem(idColour, colour)...)
			return err
		}
		return nil
	})
	return out, err
}

// size is how large the pictures are shown, within reason.
func (t *reel) size() (w, h int) {
	width, height := t.width, t.height
	if t.shown[2] == 0 && t.shown[0] > 0 && t.shown[1] > 0 {
		width, height = t.shown[0], t.shown[1]
	}
	return int(min(width, 1<<16)), int(min(height, 1<<16))
}

// info chooses one track of pictures and one of sound.
func (f *film) info() (info Info, err error) {
	if f.length == 0 || len(f.clusters) == 0 {
		return info, broken("the clusters: nothing is in them")
	}
	info = Info{Ext: ".weba", Seconds: float64(f.length) * float64(f.scale) / 1e9}
	var kept []*reel
	for kind := uint64(1); kind <= 2; kind++ {
		for _, t := range f.tracks {
			if t.kind != kind || t.blocks == 0 {
				continue
			}
			codec := webmCodecs[t.codec]
			if codec == "" || t.refused != "" {
				return info, Foreign{t.codec + t.refused}
			}
			if err := t.decoder(); err != nil {
				return info, err
			}
			if kept = append(kept, t); kind == 2 {
				info.Audio = codec
				break
			}
			info.Ext, info.Video, info.Frames = ".webm", codec, float64(t.blocks)/info.Seconds
			info.Width, info.Height = t.size()
			break
		}
	}
	if f.tracks = kept; len(kept) == 0 {
		return info, broken("the tracks: there are no pictures and no sound")
	}
	return info, nil
}

// decoder keeps what the decoder needs, without comments.
func (t *reel) decoder() (err error) {
	switch t.codec {
	case "A_VORBIS":
		t.private, err = vorbisPrivate(t.private)
	case "A_OPUS":
		if len(t.private) < 19 || !bytes.HasPrefix(t.private, []byte("OpusHead")) {
			return broken("the head of Opus")
		}
		t.private = opusHead(t.private)
	case "V_AV1":
		t.private = t.private[:min(len(t.private), 1<<10)]
	default:
		t.private = nil
	}
	return err
}

// vorbisPrivate is three packets, laced; the second holds comments.
func vorbisPrivate(b []byte) ([]byte, error) {
	wrong := broken("the head of Vorbis")
	if len(b) < 3 || b[0] != 2 {
		return nil, wrong
	}
	b = b[1:]
	var sizes [2]int
	for i := range sizes {
		for more := true; more; {
			if len(b) == 0 {
				return nil, wrong
			}
			sizes[i] += int(b[0])
			more = b[0] == 255
			b = b[1:]
		}
	}
	if sizes[0]+sizes[1] > len(b) || sizes[0] >= 255 {
		return nil, wrong
	}
	first, last := b[:sizes[0]], b[sizes[0]+sizes[1]:]
	if !bytes.HasPrefix(first, []byte("\x01vorbis")) || !bytes.HasPrefix(last, []byte("\x05vorbis")) {
		return nil, wrong
	}
	return join([]byte{2, byte(len(first)), byte(len(vorbisComment))}, first, vorbisComment, last), nil
}
