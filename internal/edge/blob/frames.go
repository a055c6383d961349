package blob

import (
	"bytes"
	"image/gif"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// countFrames counts the pictures of a GIF by walking its blocks, without
// unpacking any. What breaks off ends the count; the decoder will say so.
// https://www.w3.org/Graphics/GIF/spec-gif89a.txt
func countFrames(data []byte) (n int) {
	const header, trailer, extension, picture = 13, 0x3b, 0x21, 0x2c
	i := header
	if len(data) < header {
		return 0
	}
	i += table(data[10])
	for i < len(data) {
		switch data[i] {
		case extension:
			i += 2
		case picture:
			if n++; i+10 >= len(data) {
				return n
			}
			i += 11 + table(data[i+9]) // its descriptor, its colours, and the size of a code
		case trailer:
			return n
		default:
			return n
		}
		for i < len(data) && data[i] != 0 { // blocks of data
			i += 1 + int(data[i])
		}
		i++
	}
	return n
}

// table is the bytes of a table of colours that flags announce.
func table(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

// animation is data as a moving GIF, or nil. Frames are counted before they
// are unpacked.
func animation(data []byte) (*gif.GIF, error) {
	frames, config, unpack := 0, gif.DecodeConfig, func() (*gif.GIF, error) { return gif.DecodeAll(bytes.NewReader(data)) }
	switch {
	case bytes.HasPrefix(data, []byte("GIF8")):
		frames = countFrames(data)
	case moves(data):
		frames, config, unpack = webpFrames(data), webpConfig, func() (*gif.GIF, error) { return fromWebP(data) }
	}
	if frames < 2 {
		return nil, nil
	}
	c, err := config(bytes.NewReader(data))
	if err != nil {
		return nil, damaged(err)
	}
	if frames > MaxFrames || int64(frames)*int64(c.Width)*int64(c.Height) > MaxAnimated {
		return nil, errs.Newf(errs.Invalid, "Validation failed: This animation is too long: at most %d pictures and %d million pixels in all are taken.", MaxFrames, MaxAnimated/1_000_000)
	}
	g, err := unpack()
	if err != nil {
		return nil, damaged(err)
	}
	return g, nil
}
