package blob

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"

	"github.com/gen2brain/avif"
	"github.com/gen2brain/heic"
	animated "github.com/gen2brain/webp"
)

// AVIF and HEIC are pictures in the layout of MP4. Their size is read here, so
// that what is too large is not given to a decoder. ISO/IEC 23008-12

// properties visits what is said of the pictures in data.
func properties(data []byte, visit func(kind string, body []byte)) {
	boxes(data, func(kind string, body []byte) {
		if kind != "meta" || len(body) < 4 {
			return
		}
		boxes(body[4:], func(kind string, body []byte) {
			if kind != "iprp" {
				return
			}
			boxes(body, func(kind string, body []byte) {
				if kind == "ipco" {
					boxes(body, visit)
				}
			})
		})
	})
}

// boxes visits the boxes in data, up to one that does not fit.
func boxes(data []byte, visit func(kind string, body []byte)) {
	const head, most = 8, 4096
	for n := 0; len(data) >= head && n < most; n++ {
		size := binary.BigEndian.Uint32(data)
		if size == 0 { // to the end
			size = uint32(min(len(data), 1<<31))
		}
		if size < head || int64(size) > int64(len(data)) {
			return
		}
		visit(string(data[4:8]), data[head:size])
		data = data[size:]
	}
}

var errNoSize = errors.New("it says no size")

// heifConfig is the largest size that is said in a file.
func heifConfig(r io.Reader) (c image.Config, err error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxImage+1))
	if err != nil {
		return c, err
	}
	c.ColorModel = color.NRGBAModel
	properties(data, func(kind string, b []byte) {
		if kind != "ispe" || len(b) < 12 {
			return
		}
		w, h := int(binary.BigEndian.Uint32(b[4:])), int(binary.BigEndian.Uint32(b[8:]))
		if int64(w)*int64(h) > int64(c.Width)*int64(c.Height) {
			c.Width, c.Height = w, h
		}
	})
	if c.Width == 0 {
		return c, errNoSize
	}
	return c, nil
}

// heifTurned is how an AVIF is to be turned, which its decoder leaves to us.
func heifTurned(data []byte) int {
	if heifIsHEVC(data) {
		return 1
	}
	turns, flip := 0, 0
	properties(data, func(kind string, b []byte) {
		switch {
		case kind == "irot" && len(b) >= 1:
			turns = int(b[0] & 3) // to the left
		case kind == "imir" && len(b) >= 1:
			flip = 1 + int(b[0]&1)
		}
	})
	// As EXIF counts: a row for no flip, upside down, and left to right.
	return [3][4]int{{1, 8, 3, 6}, {4, 7, 2, 5}, {2, 5, 4, 7}}[flip][turns]
}

// heifIsHEVC tells what a file of a general brand holds.
func heifIsHEVC(data []byte) (yes bool) {
	properties(data, func(kind string, _ []byte) { yes = yes || kind == "hvcC" })
	return yes
}

func heifDecode(r io.Reader) (image.Image, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxImage+1))
	if err != nil {
		return nil, err
	}
	if heifIsHEVC(data) {
		return heic.Decode(bytes.NewReader(data))
	}
	return avif.Decode(bytes.NewReader(data))
}

// Ours reports why the decoders are not those we bring along, or nil: built
// without its tag they look for libraries of the machine.
func Ours() error {
	for name, err := range map[string]error{"AVIF": avif.Dynamic(), "HEIC": heic.Dynamic(), "WebP": animated.Dynamic()} {
		if err == nil {
			return fmt.Errorf("%s is decoded by a library of this machine: Plaza was built without -tags nodynamic", name)
		}
	}
	return nil
}
