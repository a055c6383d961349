package blob

import (
	"bytes"
	"image"
	"image/color/palette"
	"image/gif"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

// moving is a GIF of some pictures, with a remark.
func moving(t *testing.T, frames, w, h int) []byte {
	t.Helper()
	g := &gif.GIF{}
	for i := range frames {
		p := image.NewPaletted(image.Rect(0, 0, w, h), palette.Plan9)
		p.Pix[0] = byte(i)
		g.Image, g.Delay = append(g.Image, p), append(g.Delay, 10)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, g); err != nil {
		t.Fatal(err)
	}
	data := b.Bytes()
	return append(data[:len(data)-1:len(data)-1], "\x21\xfe\x06secret\x00\x3b"...)
}

func TestRemake(t *testing.T) {
	t.Parallel()
	s, dir := open(t)
	wide := asJPEG(t, corners(1200, 800))
	for _, x := range []struct {
		as            string
		data          []byte
		ext           string
		width, height int
		frames        int
	}{
		{social.AsAvatar, wide, ".jpg", 400, 400, 1}, {social.AsHeader, wide, ".jpg", 1500, 500, 1}, {social.AsMedia, wide, ".jpg", 1200, 800, 1},
		{social.AsPreview, wide, ".jpg", 640, 426, 1}, {social.AsEmoji, wide, ".jpg", 256, 170, 1},
		{social.AsMedia, moving(t, 3, 20, 10), ".gif", 20, 10, 3}, {social.AsEmoji, moving(t, 3, 20, 10), ".gif", 20, 10, 3},
	} {
		made, ext, err := s.Remake(t.Context(), x.as, x.data)
		if err != nil || ext != x.ext {
			t.Errorf("%s: %s, %v; want %s", x.as, ext, err, x.ext)
			continue
		}
		c, _, err := image.DecodeConfig(bytes.NewReader(made))
		if err != nil || c.Width != x.width || c.Height != x.height {
			t.Errorf("%s: %d × %d, %v; want %d × %d", x.as, c.Width, c.Height, err, x.width, x.height)
		}
		if ext == ".gif" {
			if g, err := gif.DecodeAll(bytes.NewReader(made)); err != nil || len(g.Image) != x.frames || bytes.Contains(made, []byte("secret")) {
				t.Errorf("%s: %v, or not %d pictures, or with remarks", x.as, err, x.frames)
			}
		}
	}
	if made, ext, err := s.Remake(t.Context(), social.AsPreview, moving(t, 3, 20, 10)); err != nil || ext == ".gif" || made == nil {
		t.Errorf("the still of an animation: %s, %v", ext, err)
	}
	for as, data := range map[string][]byte{social.AsMedia: []byte("<svg>"), "poster": wide} {
		if _, _, err := s.Remake(t.Context(), as, data); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s of %.5s: %v, want Invalid", as, data, err)
		}
	}
	if left := files(t, dir); len(left) != 0 {
		t.Errorf("kept: %v", left)
	}
}
