package blob

import (
	"bytes"
	"image"
	"image/gif"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

func TestPutEmoji(t *testing.T) {
	t.Parallel()
	s, dir := open(t)
	file, still, size, err := s.PutEmoji(t.Context(), 1, bytes.NewReader(asJPEG(t, corners(300, 100))))
	if err != nil || file != still || size == 0 {
		t.Fatalf("%s, %s, %d, %v; want one file", file, still, size, err)
	}
	if data, _ := read(t, s, file); len(data) != int(size) {
		t.Errorf("%d bytes, said to be %d", len(data), size)
	}
	file, still, size, err = s.PutEmoji(t.Context(), 1, bytes.NewReader(moving(t, 3, longestMovingEmoji, 20)))
	if err != nil || !strings.HasSuffix(file, ".gif") || strings.HasSuffix(still, ".gif") {
		t.Fatalf("%s, %s, %v; want one that moves, with a still", file, still, err)
	}
	moves, _ := read(t, s, file)
	if g, err := gif.DecodeAll(bytes.NewReader(moves)); err != nil || len(g.Image) != 3 {
		t.Errorf("it does not move: %v", err)
	}
	stands, _ := read(t, s, still)
	if c, _, err := image.DecodeConfig(bytes.NewReader(stands)); err != nil || c.Width != longestMovingEmoji || int(size) != len(moves)+len(stands) {
		t.Errorf("still: %v, %v; size %d", c, err, size)
	}
	before := len(files(t, dir))
	exact := asJPEG(t, corners(20, 20))
	exact = append(exact, make([]byte, social.MaxEmojiFile-len(exact))...)
	if _, _, _, err := s.PutEmoji(t.Context(), 1, bytes.NewReader(exact)); err != nil {
		t.Errorf("as large as it may be: %v", err)
	}
	for what, data := range map[string][]byte{"one byte more": append(exact, 0), "no picture": []byte("<svg>"), "nothing": nil, "a large one that moves": moving(t, 2, longestMovingEmoji+1, 2), "half": moving(t, 3, 20, 20)[:30]} {
		if _, _, _, err := s.PutEmoji(t.Context(), 1, bytes.NewReader(data)); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: %v, want Invalid", what, err)
		}
	}
	if after := len(files(t, dir)); after != before+1 {
		t.Errorf("%d files more, want one", after-before)
	}
}
