package blob

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/color/palette"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
)

var (
	red    = color.NRGBA{204, 51, 51, 255} // all of palette.WebSafe
	green  = color.NRGBA{51, 153, 51, 255}
	blue   = color.NRGBA{51, 51, 204, 255}
	yellow = color.NRGBA{204, 204, 51, 255}
)

// corners is a picture with another colour in each quarter, which is how it is
// meant to be seen: red and green above, blue and yellow below.
func corners(w, h int) *image.NRGBA { return quarters(w, h, red, green, blue, yellow) }

func quarters(w, h int, c ...color.NRGBA) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i, part := range []image.Rectangle{{Max: image.Pt(w/2, h/2)}, image.Rect(w/2, 0, w, h/2), image.Rect(0, h/2, w/2, h), image.Rect(w/2, h/2, w, h)} {
		draw.Draw(img, part, image.NewUniform(c[i]), image.Point{}, draw.Src)
	}
	return img
}

func asJPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// exif is a block with an orientation, and a place after it.
func exif(order binary.AppendByteOrder, orientation uint16) []byte {
	b := []byte(map[bool]string{true: "MM", false: "II"}[order.String() == "BigEndian"])
	b = order.AppendUint16(b, 42)
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 2)
	for _, e := range [][4]uint16{{0x0110, 2, 4, 'X'}, {0x0112, 3, 1, orientation}} {
		b = order.AppendUint16(order.AppendUint16(b, e[0]), e[1])
		b = order.AppendUint32(b, uint32(e[2]))
		b = order.AppendUint16(order.AppendUint16(b, e[3]), 0)
	}
	return append(b, "\x00\x00\x00\x00GPS 48.2082 N 16.3738 E"...)
}

// withSegments puts segments into a JPEG, behind its first two bytes.
func withSegments(data []byte, segments ...[]byte) []byte {
	out := append([]byte{}, data[:2]...)
	for _, s := range segments {
		out = append(out, 0xff, 0xe1)
		out = binary.BigEndian.AppendUint16(out, uint16(len(s)+2))
		out = append(out, s...)
	}
	return append(out, data[2:]...)
}

func chunk(name string, data []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	out = append(append(out, name...), data...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

// withChunk puts a chunk into a PNG, behind its header.
func withChunk(data []byte, name string, content []byte) []byte {
	const header = 8 + 25
	return append(append(append([]byte{}, data[:header]...), chunk(name, content)...), data[header:]...)
}

func decode(t *testing.T, data []byte) (image.Image, string) {
	t.Helper()
	img, kind, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return img, kind
}

func near(a, b color.Color) bool {
	r, g, bl, al := a.RGBA()
	r2, g2, bl2, al2 := b.RGBA()
	for _, d := range []int{int(r) - int(r2), int(g) - int(g2), int(bl) - int(bl2), int(al) - int(al2)} {
		if max(d, -d) > 20<<8 {
			return false
		}
	}
	return true
}

// upright checks that img is corners.
func upright(t *testing.T, what string, img image.Image) {
	t.Helper()
	b := img.Bounds()
	for i, want := range []color.NRGBA{red, green, blue, yellow} {
		x, y := b.Dx()/4+i%2*b.Dx()/2, b.Dy()/4+i/2*b.Dy()/2
		if got := img.At(b.Min.X+x, b.Min.Y+y); !near(got, want) {
			t.Errorf("%s: at %d,%d is %v, want %v", what, x, y, got, want)
		}
	}
}

func TestAllFormats(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	paletted := image.NewPaletted(image.Rect(0, 0, 90, 60), palette.WebSafe)
	draw.Draw(paletted, paletted.Bounds(), corners(90, 60), image.Point{}, draw.Src)
	var moving bytes.Buffer
	other := image.NewPaletted(paletted.Rect, palette.WebSafe)
	if err := gif.EncodeAll(&moving, &gif.GIF{Image: []*image.Paletted{paletted, other}, Delay: []int{9, 9}}); err != nil {
		t.Fatal(err)
	}
	gray := image.NewGray16(image.Rect(0, 0, 90, 60))
	deep := image.NewNRGBA64(image.Rect(0, 0, 90, 60))
	draw.Draw(deep, deep.Bounds(), corners(90, 60), image.Point{}, draw.Src)
	for what, data := range map[string][]byte{
		"JPEG": asJPEG(t, corners(641, 479)), "PNG": asPNG(t, corners(90, 60)), "GIF": moving.Bytes(),
		"PNG of 16 bits": asPNG(t, deep), "wide": asPNG(t, corners(3000, 20)), "tall": asPNG(t, corners(20, 3000)),
		"one pixel": asPNG(t, image.NewGray(image.Rect(0, 0, 1, 1))), "gray": asPNG(t, gray), "fits": asJPEG(t, corners(400, 400)),
	} {
		for kind, size := range sizes {
			got, contentType := read(t, s, put(t, s, kind, data))
			img, format := decode(t, got)
			if format != "jpeg" || contentType != "image/jpeg" || img.Bounds().Dx() != size.width || img.Bounds().Dy() != size.height {
				t.Errorf("%s as %s: %s of %v", what, kind, format, img.Bounds())
			}
			if what != "one pixel" && what != "gray" {
				upright(t, what+" as "+kind, img)
			}
		}
	}
}

func TestTransparencyStays(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	img := corners(600, 600)
	draw.Draw(img, image.Rect(250, 250, 350, 350), image.Transparent, image.Point{}, draw.Src)
	data, contentType := read(t, s, put(t, s, "avatar", asPNG(t, img)))
	got, format := decode(t, data)
	if _, _, _, a := got.At(200, 200).RGBA(); format != "png" || contentType != "image/png" || a != 0 {
		t.Errorf("%s, %s, alpha in the middle %d", format, contentType, a)
	}
	upright(t, "with a hole", got)
}

// Where the four quarters of the file go, by orientation, as the standard has
// it: 6, say, has the first row at the right and the first column at the top.
var stored = map[uint16][]color.NRGBA{
	1: {red, green, blue, yellow}, 2: {green, red, yellow, blue}, 3: {yellow, blue, green, red}, 4: {blue, yellow, red, green},
	5: {red, blue, green, yellow}, 6: {green, yellow, red, blue}, 7: {yellow, green, blue, red}, 8: {blue, red, yellow, green},
	0: {red, green, blue, yellow}, 9: {red, green, blue, yellow},
}

func TestOrientation(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	for o, c := range stored {
		w, h := 300, 200
		if o >= 5 && o <= 8 {
			w, h = h, w
		}
		img := quarters(w, h, c...)
		xmp := []byte("http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta/>")
		for what, data := range map[string][]byte{
			"JPEG":               withSegments(asJPEG(t, img), append(exifHead, exif(binary.BigEndian, o)...)),
			"JPEG, little":       withSegments(asJPEG(t, img), append(exifHead, exif(binary.LittleEndian, o)...)),
			"JPEG, behind a XMP": withSegments(asJPEG(t, img), xmp, append(exifHead, exif(binary.BigEndian, o)...)),
			"PNG":                withChunk(asPNG(t, img), "eXIf", exif(binary.BigEndian, o)),
		} {
			for kind, size := range sizes {
				got, _ := read(t, s, put(t, s, kind, data))
				turned, _ := decode(t, got)
				if turned.Bounds().Dx() != size.width || turned.Bounds().Dy() != size.height {
					t.Fatalf("%s %d as %s: %v", what, o, kind, turned.Bounds())
				}
				upright(t, what+" as "+kind+", orientation "+string(rune('0'+o)), turned)
			}
		}
	}
}

func TestOrientationOfWebP(t *testing.T) {
	t.Parallel()
	block := exif(binary.LittleEndian, 6)
	data := append([]byte("RIFF\x00\x00\x00\x00WEBP"), "VP8X\x03\x00\x00\x00abc\x00EXIF"...) // an odd length and its filler
	data = append(binary.LittleEndian.AppendUint32(data, uint32(len(block))), block...)
	if got := orientation(exifOfWebP(data)); got != 6 {
		t.Errorf("orientation %d, want 6", got)
	}
}

func TestNothingButPixelsIsKept(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	hole := corners(500, 500)
	hole.SetNRGBA(250, 250, color.NRGBA{})
	draw.Draw(hole, image.Rect(200, 200, 300, 300), image.Transparent, image.Point{}, draw.Src)
	for what, data := range map[string][]byte{
		"JPEG": withSegments(asJPEG(t, corners(500, 500)), append(exifHead, exif(binary.BigEndian, 1)...), []byte("http://ns.adobe.com/xap/1.0/\x00GPS")),
		"PNG":  withChunk(withChunk(asPNG(t, hole), "eXIf", exif(binary.BigEndian, 1)), "tEXt", []byte("Author\x00GPS")),
		"tail": append(asJPEG(t, corners(500, 500)), "GPS <script>"...),
	} {
		if !bytes.Contains(data, []byte("GPS")) {
			t.Fatalf("%s: there is nothing to take out", what)
		}
		got, _ := read(t, s, put(t, s, "avatar", data))
		for _, trace := range []string{"GPS", "Exif", "eXIf", "adobe", "xmp", "Author", "script"} {
			if bytes.Contains(got, []byte(trace)) {
				t.Errorf("%s: %q is still in it", what, trace)
			}
		}
	}
}

// hollow is a PNG that claims to be w × h and holds rows that say nothing.
func hollow(w, h int, rows []byte) []byte {
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(w)), uint32(h))
	out := append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(head, 1, 0, 0, 0, 0))...)
	return append(append(out, chunk("IDAT", rows)...), chunk("IEND", nil)...)
}

func TestLimits(t *testing.T) {
	t.Parallel()
	s, dir := open(t)
	var rows bytes.Buffer
	z := zlib.NewWriter(&rows)
	if _, err := z.Write(make([]byte, 5000*(1+8000/8))); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	picture := asJPEG(t, corners(50, 50))
	for _, test := range []struct {
		what string
		data []byte
		says string // "" if it is taken
	}{
		{"40 megapixels", hollow(8000, 5000, rows.Bytes()), ""},
		{"one row more", hollow(8000, 5001, rows.Bytes()), "more than 40 megapixels; make it smaller"},
		{"a bomb", hollow(1<<31-1, 1<<31-1, rows.Bytes()), "Invalid"},
		{"very wide", hollow(1<<30, 1, rows.Bytes()), "more than 40 megapixels"},
		{"8 MiB", append(picture, make([]byte, MaxBytes-len(picture))...), ""},
		{"a byte more", append(picture, make([]byte, MaxBytes-len(picture)+1)...), "more than 8 MiB. Make it smaller"},
		{"empty file", nil, "not a picture"},
		{"text", []byte("<svg onload=alert(1)>"), "not a picture"},
		{"BMP", append([]byte("BM"), make([]byte, 60)...), "not a picture"},
		{"TIFF", append([]byte("II*\x00"), make([]byte, 60)...), "not a picture"},
		{"half a JPEG", picture[:len(picture)/2], "damaged"},
		{"a JPEG's head", picture[:3], "damaged"},
		{"a PNG without pixels", hollow(10, 10, nil), "damaged"},
		{"no pixels at all", append([]byte("GIF89a\x00\x00\x00\x00\x00\x00\x00"), ';'), "empty"},
		{"a moving WebP without pictures", append([]byte("RIFF\x1e\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02\x00\x00\x00"), make([]byte, 20)...), "damaged"},
	} {
		_, err := s.Put(context.Background(), 1, "avatar", bytes.NewReader(test.data))
		if test.says == "" {
			if err != nil {
				t.Errorf("%s: %v", test.what, err)
			}
			continue
		}
		if errs.KindOf(err) != errs.Invalid || test.says != "Invalid" && !strings.Contains(errs.Public(err), test.says) {
			t.Errorf("%s: %v, want Invalid and %q", test.what, err, test.says)
		}
	}
	if got := files(t, dir); len(got) != 2 {
		t.Errorf("files %v, want the two that were taken", got)
	}
}

func TestProgressiveJPEGsMayBeLessLarge(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		kind byte
		rows uint16
		ok   bool
	}{{0xc0, 4000, true}, {0xc0, 8001, false}, {0xc2, 4000, true}, {0xc2, 4001, false}} {
		head := binary.BigEndian.AppendUint16([]byte{0xff, 0xd8, 0xff, test.kind, 0, 11, 8}, test.rows)
		head = append(binary.BigEndian.AppendUint16(head, 5000), 1, 1, 0x11, 0, 0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0)
		if _, err := measure(head); test.ok != (err == nil) || !test.ok && errs.KindOf(err) != errs.Invalid {
			t.Errorf("%x with %d rows of 5000: %v", test.kind, test.rows, err)
		}
	}
}

// Files made to break decoders end as a picture or as an Invalid error.
func TestHostilePictures(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("../../../../shared/corpora/images/*/corpus/*")
	if err != nil || len(paths) == 0 {
		t.Skip("the corpus of broken pictures is not here")
	}
	taken := map[string]int{}
	for i, p := range paths {
		kind := []string{"avatar", "header"}[i%2]
		in, err := os.Open(p)
		if err != nil {
			t.Fatal(err)
		}
		var made bytes.Buffer
		m := maker{file: &made} // here, not apart: test/media has them all in makers of their own
		if err := errors.Join(m.cut(in, sizes[kind]), in.Close()); err != nil {
			if errs.KindOf(err) != errs.Invalid {
				t.Errorf("%s: %v, want Invalid", p, err)
			}
			continue
		}
		format := filepath.Base(filepath.Dir(filepath.Dir(p)))
		taken[format]++
		if img, _ := decode(t, made.Bytes()); img.Bounds().Dx() != sizes[kind].width {
			t.Errorf("%s: %v", p, img.Bounds())
		}
	}
	t.Logf("%d files, taken: %v", len(paths), taken)
	if taken["bmp"] != 0 || taken["png"] == 0 || taken["jpeg"] == 0 || taken["gif"] == 0 || taken["webp"] == 0 {
		t.Errorf("taken: %v", taken)
	}
}

func FuzzEXIF(f *testing.F) {
	f.Add(exif(binary.BigEndian, 6))
	f.Add(withSegments([]byte("\xff\xd8\xff\xda\x00\x02"), append(exifHead, exif(binary.LittleEndian, 3)...)))
	f.Add([]byte("RIFF\x00\x00\x00\x00WEBPEXIF\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, find := range []func([]byte) []byte{exifOfJPEG, exifOfPNG, exifOfWebP, func(b []byte) []byte { return b }} {
			if o := orientation(find(data)); o < 1 || o > 8 {
				t.Errorf("orientation %d of %x", o, data)
			}
		}
	})
}

func BenchmarkPut(b *testing.B) {
	s, err := Dir(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	for what, data := range map[string][]byte{
		"12MP": asJPEG(b, corners(4000, 3000)), "40MP": asJPEG(b, corners(8000, 5000)),
	} {
		b.Run(what, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Put(context.Background(), 1, "header", io.Reader(bytes.NewReader(data))); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
