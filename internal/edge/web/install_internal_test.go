package web

import (
	"bytes"
	"image/png"
	"math"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/social"
)

// What an app is painted with before its pages come are the colours that they have.
func TestInksAreTheAccents(t *testing.T) {
	css := sheet(t)
	if got := tokens(css, "\n:root")["--ground"]; got != paper {
		t.Errorf("the app opens on %s, its pages stand on %s", paper, got)
	}
	for _, accent := range social.Accents {
		f := frame{House: social.Settings{Accent: accent}}
		of := tokens(css, ":is(:root, .swatch)."+swatch(accent))["--accent"]
		if ink := inks[f.ink()]; !strings.HasPrefix(of, "light-dark("+ink+",") {
			t.Errorf("the icons of %q are %s, the pages %s", accent, ink, of)
		}
	}
}

// Icons have the size they are said to have, the ink of the house, and the mark; what
// devices cut is painted to its edges, and has the mark within what they leave.
func TestAppIcons(t *testing.T) {
	t.Parallel()
	for kind, i := range appIcons {
		img, err := png.Decode(bytes.NewReader(i.paint("#864a80")))
		if err != nil || img.Bounds().Dx() != i.size || img.Bounds().Dy() != i.size {
			t.Fatalf("%s: %v, %v", kind, err, img.Bounds())
		}
		at := func(x, y float64) [4]uint32 {
			r, g, b, a := img.At(int(x*float64(i.size)), int(y*float64(i.size))).RGBA()
			return [4]uint32{r >> 8, g >> 8, b >> 8, a >> 8}
		}
		clear, ground, white := uint32(0), [4]uint32{0x86, 0x4a, 0x80, 255}, [4]uint32{255, 255, 255, 255}
		if corner := at(0, 0); corner[3] != clear && !i.whole || i.whole && corner != ground {
			t.Errorf("%s: its corner is %v", kind, corner)
		}
		if top := at(.5, .05); i.alone && top[3] != clear || !i.alone && top != ground {
			t.Errorf("%s: at its top it is %v", kind, top)
		}
		floor := 24.0 / 32
		if i.whole {
			floor = .5 + (24-17.6)*.82/32
		}
		if got := at(.5, floor); got != white {
			t.Errorf("%s: its floor is %v", kind, got)
		}
		if !i.whole {
			continue
		}
		for y := range i.size {
			for x := range i.size {
				px, py := (float64(x)+.5)/float64(i.size), (float64(y)+.5)/float64(i.size)
				if math.Hypot(px-.5, py-.5) > .4 && at(px, py) != ground {
					t.Fatalf("%s: at %.2f, %.2f something is drawn that devices may cut", kind, px, py)
				}
			}
		}
	}
}

func TestShortName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"Plaza": "Plaza", "The Society of Gardeners": "The Society", "Donaudampfschifffahrt und mehr": "Donaudampfschifffahrt", "  ": "", "Ä Ö Ü ß é à ñ": "Ä Ö Ü ß é à"} {
		if got := shortName(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
