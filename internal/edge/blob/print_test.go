package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/color"
	"math"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/pdq"
	"github.com/plaza-social/plaza/internal/social"
)

// What was sent, and what it looks like, can be found on lists of known files.
func TestPrints(t *testing.T) {
	s, _ := open(t)
	sent := asJPEG(t, corners(640, 480))
	spool, _, _, err := s.Receive(t.Context(), bytes.NewReader(sent))
	if err != nil {
		t.Fatal(err)
	}
	m, err := s.Make(t.Context(), spool)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(sent)
	look, quality := pdq.Of(corners(640, 480))
	got, err := pdq.Parse(m.Look)
	if m.Print != hex.EncodeToString(sum[:]) || err != nil || m.Quality-quality > 2 || quality-m.Quality > 2 || got.Distance(look) > pdq.Near {
		t.Errorf("print %s, look %s of quality %d; want %x, nearly %s of %d", m.Print, m.Look, m.Quality, sum, look, quality)
	}
}

// A known picture becomes no portrait, header or emoji, and is not shown from
// elsewhere either; nothing of it is kept.
func TestKnown(t *testing.T) {
	s, dir := open(t)
	bad := asJPEG(t, waves(640, 480))
	sum := sha256.Sum256(bad)
	look, _ := pdq.Of(waves(640, 480))
	var asked []social.AccountID
	s.Known = func(_ context.Context, of social.AccountID, m social.Media) error {
		asked = append(asked, of)
		got, err := pdq.Parse(m.Look)
		if err != nil || m.Print != hex.EncodeToString(sum[:]) && got.Distance(look) > pdq.Near {
			return err
		}
		return errs.New(errs.Invalid, "known")
	}
	before := files(t, dir)
	for name, take := range map[string]func(data []byte) error{
		"avatar": func(data []byte) error { _, err := s.Put(t.Context(), 7, "avatar", bytes.NewReader(data)); return err },
		"header": func(data []byte) error { _, err := s.Put(t.Context(), 7, "header", bytes.NewReader(data)); return err },
		"emoji": func(data []byte) error {
			_, _, _, err := s.PutEmoji(t.Context(), 7, bytes.NewReader(data))
			return err
		},
		"from elsewhere": func(data []byte) error { _, _, err := s.Remake(t.Context(), social.AsMedia, data); return err },
	} {
		asked = nil
		for what, data := range map[string][]byte{"the file": bad, "the same as PNG": asPNG(t, waves(600, 450))} {
			if err := take(data); errs.Public(err) != "known" || len(asked) == 0 || (asked[0] == 7) == (name == "from elsewhere") {
				t.Errorf("%s as %s: %v; asked about %d", what, name, err, asked)
			}
		}
	}
	if after := files(t, dir); len(after) != len(before) {
		t.Errorf("kept: %q", after)
	}
	if _, err := s.Put(t.Context(), 7, "avatar", bytes.NewReader(asPNG(t, quarters(400, 400, red, red, red, red)))); err != nil {
		t.Errorf("another one: %v", err)
	}
}

// Of each portrait, header and emoji that is kept it is told what it was made of, and
// what is kept can be looked at later. If nobody takes note of that it is not kept.
func TestSeen(t *testing.T) {
	s, dir := open(t)
	sent := asPNG(t, waves(600, 450))
	sum := sha256.Sum256(sent)
	look, _ := pdq.Of(waves(640, 480))
	seen := map[string]social.Media{}
	s.Seen = func(_ context.Context, m social.Media) error { seen[m.File] = m; return nil }
	for _, kind := range []string{"avatar", "header", "emoji"} {
		name, err := "", error(nil)
		if kind == "emoji" {
			name, _, _, err = s.PutEmoji(t.Context(), 7, bytes.NewReader(sent))
		} else {
			name, err = s.Put(t.Context(), 7, kind, bytes.NewReader(sent))
		}
		if err != nil {
			t.Fatal(err)
		}
		m := seen[name]
		if got, err := pdq.Parse(m.Look); err != nil || got.Distance(look) > pdq.Near || m.Print != hex.EncodeToString(sum[:]) || m.Owner != 7 {
			t.Errorf("%s: told of %+v, %v", kind, m, err)
		}
		kept, err := s.Look(t.Context(), name)
		if _, bad := pdq.Parse(kept.Look); err != nil || bad != nil || kept.File != name {
			t.Errorf("%s, as it is kept: %+v, %v", kind, kept, err)
		}
	}
	before := files(t, dir)
	s.Seen = func(context.Context, social.Media) error { return errs.New(errs.Unavailable, "not now") }
	if _, err := s.Put(t.Context(), 7, "avatar", bytes.NewReader(sent)); errs.Public(err) != "not now" {
		t.Errorf("a portrait nobody takes note of: %v", err)
	}
	if _, _, _, err := s.PutEmoji(t.Context(), 7, bytes.NewReader(sent)); errs.Public(err) != "not now" {
		t.Errorf("an emoji nobody takes note of: %v", err)
	}
	if after := files(t, dir); len(after) != len(before) {
		t.Errorf("kept: %q", after)
	}
	if _, err := s.Look(t.Context(), strings.Repeat("0", 32)+".png"); errs.KindOf(err) != errs.NotFound {
		t.Errorf("looking at nothing: %v", err)
	}
}

// waves is a picture with much in it, whatever its size.
func waves(w, h int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			u, v := float64(x)/float64(w), float64(y)/float64(h)
			n := uint8(128 + 60*math.Sin(9*u+5*v*v) + 60*math.Cos(7*v-11*u*v))
			m.SetNRGBA(x, y, color.NRGBA{n, n / 2, 255 - n, 255})
		}
	}
	return m
}
