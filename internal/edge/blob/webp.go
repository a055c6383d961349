package blob

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"io"

	animated "github.com/gen2brain/webp"
	"golang.org/x/image/webp"
)

// A WebP that moves is decoded by another decoder than one that stands still.

// moves reports whether data is an animated WebP.
func moves(data []byte) bool {
	const flags, animation = 20, 1 << 1
	return len(data) > flags && string(data[:4]) == "RIFF" && string(data[8:16]) == "WEBPVP8X" && data[flags]&animation != 0
}

func webpConfig(r io.Reader) (c image.Config, err error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxImage+1))
	if err != nil {
		return c, err
	}
	if !moves(data) {
		return webp.DecodeConfig(bytes.NewReader(data))
	}
	if len(data) < 30 || webpFrames(data) == 0 {
		return c, io.ErrUnexpectedEOF
	}
	c.ColorModel, c.Width, c.Height = color.NRGBAModel, 1+le24(data[24:]), 1+le24(data[27:])
	return c, nil
}

func le24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }

func webpDecode(r io.Reader) (image.Image, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxImage+1))
	if err != nil {
		return nil, err
	}
	if moves(data) {
		return animated.Decode(bytes.NewReader(data))
	}
	return webp.Decode(bytes.NewReader(data))
}

// webpFrames counts the frames of a WebP without unpacking any.
func webpFrames(data []byte) (n int) {
	const head = 8
	for i := 12; i+head <= len(data); {
		if string(data[i:i+4]) == "ANMF" {
			n++
		}
		length, ok := fits(binary.LittleEndian.Uint32(data[i+4:]), len(data)-i-head)
		if !ok {
			return n
		}
		i += head + length + length%2
	}
	return n
}

// fromWebP makes a GIF of a WebP that moves.
func fromWebP(data []byte) (*gif.GIF, error) {
	all, err := animated.DecodeAll(bytes.NewReader(data))
	if err != nil || len(all.Image) == 0 {
		return nil, damaged(err)
	}
	b := all.Image[0].Bounds()
	g := &gif.GIF{Config: image.Config{Width: b.Dx(), Height: b.Dy()}}
	for i, img := range all.Image {
		p, clear := paint(img)
		all.Image[i] = nil // it is large
		delay := 10
		if i < len(all.Delay) {
			delay = min(max(2, (all.Delay[i]+5)/10), 65535)
		}
		disposal := byte(gif.DisposalNone)
		if clear {
			disposal = gif.DisposalBackground
		}
		g.Image, g.Delay, g.Disposal = append(g.Image, p), append(g.Delay, delay), append(g.Disposal, disposal)
	}
	return g, nil
}
