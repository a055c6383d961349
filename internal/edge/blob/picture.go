package blob

import (
	"bytes"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"github.com/gen2brain/avif"
	"github.com/gen2brain/heic"
	"github.com/kovidgoyal/imaging"

	"github.com/plaza-social/plaza/internal/base/errs"
)

type size struct{ width, height int }

// sizes are the kinds of pictures and how large we keep them.
var sizes = map[string]size{
	"avatar": {400, 400},
	"header": {1500, 500},
}

const quality = 85 // of a JPEG

// A format is one we take. The list is ours and not that of package image,
// where any import may add to it.
type format struct {
	magic  string // ? stands for any byte
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error) // the first frame
	turned func(data []byte) int                // as EXIF counts it
}

var formats = []format{
	{"\x89PNG\r\n\x1a\n", png.DecodeConfig, png.Decode, byEXIF(exifOfPNG)},
	{"\xff\xd8\xff", jpeg.DecodeConfig, jpeg.Decode, byEXIF(exifOfJPEG)},
	{"GIF87a", gif.DecodeConfig, gif.Decode, byEXIF(noEXIF)},
	{"GIF89a", gif.DecodeConfig, gif.Decode, byEXIF(noEXIF)},
	{"RIFF????WEBP", webpConfig, webpDecode, byEXIF(exifOfWebP)},
	{"????ftypavif", heifConfig, avif.Decode, heifTurned},
	{"????ftypavis", heifConfig, avif.Decode, heifTurned},
	{"????ftypmif1", heifConfig, heifDecode, heifTurned},
	{"????ftypheic", heifConfig, heic.Decode, byEXIF(noEXIF)}, // its decoder turns
	{"????ftypheix", heifConfig, heic.Decode, byEXIF(noEXIF)},
	{"????ftypheim", heifConfig, heic.Decode, byEXIF(noEXIF)},
	{"????ftyphevc", heifConfig, heic.Decode, byEXIF(noEXIF)},
	{"????ftyphevx", heifConfig, heic.Decode, byEXIF(noEXIF)},
	{"????ftypmsf1", heifConfig, heic.Decode, byEXIF(noEXIF)},
}

func byEXIF(find func([]byte) []byte) func([]byte) int {
	return func(data []byte) int { return orientation(find(data)) }
}

func (f format) matches(data []byte) bool {
	if len(data) < len(f.magic) {
		return false
	}
	for i := range len(f.magic) {
		if f.magic[i] != '?' && f.magic[i] != data[i] {
			return false
		}
	}
	return true
}

// A picture is data that says it is one, and not too large a one.
type picture struct {
	format format
	data   []byte
	pixels int64
}

// measure looks at the head of data only: what a small file claims to hold
// must not be unpacked to find out that it is too much.
func measure(data []byte) (picture, error) {
	for _, f := range formats {
		if !f.matches(data) {
			continue
		}
		c, err := f.config(bytes.NewReader(data))
		if err != nil {
			return picture{}, damaged(err)
		}
		p := picture{f, data, int64(c.Width) * int64(c.Height)}
		switch {
		case c.Width < 1 || c.Height < 1:
			return picture{}, errs.New(errs.Invalid, "This picture is empty. Choose another one.")
		case p.pixels > MaxPixels:
			return picture{}, errs.Newf(errs.Invalid, "This picture has more than %d megapixels; make it smaller, for example 4000 × 3000.", MaxPixels/1_000_000)
		case p.pixels > MaxProgressive && progressive(data):
			return picture{}, errs.Newf(errs.Invalid, "This is a progressive JPEG of more than %d megapixels. Save it without “progressive”, or make it smaller.", MaxProgressive/1_000_000)
		}
		return p, nil
	}
	return picture{}, errs.New(errs.Invalid, "This file is not a picture that can be used. Choose a PNG, JPEG, GIF, WebP, AVIF or HEIC file.")
}

func damaged(err error) error {
	return errs.Wrap(errs.Invalid, "This picture is damaged or of an unusual kind. Save it anew as PNG or JPEG, or choose another one.", err)
}

// progressive reports whether data is a JPEG that is decoded in passes. Those
// need four times the memory.
func progressive(data []byte) (yes bool) {
	const startOfProgressive = 0xc2
	segments(data, func(marker byte, _ []byte) bool {
		yes = marker == startOfProgressive
		return !yes
	})
	return yes
}

// whole is all of p, before it is turned as it is meant to be seen.
func (p picture) whole() (image.Image, error) {
	full, err := p.format.decode(bytes.NewReader(p.data))
	if err != nil {
		return nil, damaged(err)
	}
	if full.Bounds().Empty() {
		return nil, errs.New(errs.Invalid, "This picture is empty. Choose another one.")
	}
	return full, nil
}

// encode makes a JPEG of a picture, or a PNG if one can see through it.
func encode(img *image.NRGBA) (encoded []byte, ext string, err error) {
	var out bytes.Buffer
	if img.Opaque() {
		same := &image.RGBA{Pix: img.Pix, Stride: img.Stride, Rect: img.Rect} // the encoder is quick with this type
		err, ext = jpeg.Encode(&out, same, &jpeg.Options{Quality: quality}), ".jpg"
	} else {
		err, ext = png.Encode(&out, img), ".png"
	}
	return out.Bytes(), ext, err
}

// scale cuts the middle out of full and scales it, and only then turns it:
// turning the full picture would take as much memory again.
func scale(full image.Image, to size, orientation int) *image.NRGBA {
	if orientation >= 5 { // lies on its side
		to = size{to.height, to.width}
	}
	return turn(imaging.Resize(middle(full, to), to.width, to.height, imaging.Lanczos), orientation)
}

// middle is the largest part of img, around its middle, with the shape of to.
func middle(img image.Image, to size) image.Image {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if across, down := int64(w)*int64(to.height), int64(h)*int64(to.width); across > down {
		w = max(1, int(down/int64(to.height)))
	} else {
		h = max(1, int(across/int64(to.width)))
	}
	x, y := b.Min.X+(b.Dx()-w)/2, b.Min.Y+(b.Dy()-h)/2
	// Every type our decoders return has SubImage; it copies nothing.
	return img.(interface {
		SubImage(image.Rectangle) image.Image
	}).SubImage(image.Rect(x, y, x+w, y+h))
}

// turn undoes how the camera was held. imaging turns to the left.
func turn(img *image.NRGBA, orientation int) *image.NRGBA {
	switch orientation {
	case 2:
		return imaging.FlipH(img)
	case 3:
		return imaging.Rotate180(img)
	case 4:
		return imaging.FlipV(img)
	case 5:
		return imaging.Transpose(img)
	case 6:
		return imaging.Rotate270(img)
	case 7:
		return imaging.Transverse(img)
	case 8:
		return imaging.Rotate90(img)
	}
	return img
}

// fit scales img so that no side is longer than limit.
func fit(img image.Image, limit int) *image.NRGBA {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if w <= limit && h <= limit {
		return imaging.Clone(img)
	}
	if w >= h {
		return imaging.Resize(img, limit, max(1, h*limit/w), imaging.Lanczos)
	}
	return imaging.Resize(img, max(1, w*limit/h), limit, imaging.Lanczos)
}
