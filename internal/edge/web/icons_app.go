package web

import (
	"bytes"
	"encoding/hex"
	"image"
	"image/color"
	"image/png"
	"math"
	"net/http"
	"strings"
	"sync"

	"github.com/go-chi/chi/v5"
)

// inks are the accents of plaza.css by day: what the icons are painted with.
var inks = map[string]string{"lagoon": "#17657a", "indigo": "#4a55a8", "plum": "#864a80", "forest": "#2f6d43", "brick": "#a0432c", "slate": "#4f5d6b"}

// ink is the name of the house's accent.
func (f *frame) ink() string {
	if inks[f.House.Accent] == "" {
		return "lagoon"
	}
	return f.House.Accent
}

// An appPicture is the mark of the house as devices want it.
type appPicture struct {
	size    int // pixels, each way
	purpose string
	whole   bool // painted to the edges: devices cut it to their own form
	alone   bool // the mark and no ground: devices paint it themselves
}

// appIcons are by what follows the ink in their names.
var appIcons = map[string]appPicture{
	"192": {size: 192, purpose: "any"}, "512": {size: 512, purpose: "any"}, "maskable": {size: 512, purpose: "maskable", whole: true},
	"touch": {size: 180, whole: true}, "badge": {size: 96, alone: true},
}

// appIcon is where one is served.
func (f *frame) appIcon(kind string) string { return iconsPath + f.ink() + "-" + kind + ".png" }

// painted are the icons that were asked for, by their names.
var painted sync.Map

func serveAppIcon(w http.ResponseWriter, r *http.Request) {
	name := chi.URLParam(r, "icon")
	ink, kind, _ := strings.Cut(name, "-")
	i, known := appIcons[kind]
	if !known || inks[ink] == "" {
		http.NotFound(w, r)
		return
	}
	b, ok := painted.Load(name)
	if !ok {
		b, _ = painted.LoadOrStore(name, i.paint(inks[ink]))
	}
	h := w.Header()
	h.Set("Content-Type", "image/png")
	h.Set("Cache-Control", "public, "+iconLife)
	h.Set("X-Content-Type-Options", "nosniff")
	w.Write(b.([]byte)) // a reader who went away needs no answer
}

// The mark, as assets/mark.svg has it: on a square of 32, three arches on a floor.
const (
	markSide   = 32
	markRound  = 7
	markStroke = 2.2
	markTop    = 14.5 // where the arches begin
	markFloor  = 24
	markLeft   = 4.5
	markMiddle = 17.6 // between its highest point and its lowest
)

var markPosts = []float64{6, 12.7, 19.3, 26}

// safeScale is how large the mark is where devices cut: its corners stay within the
// middle 80 %. https://www.w3.org/TR/appmanifest/#icon-masks
const safeScale = .82

// fromMark is how far a point is from the lines of the mark.
func fromMark(x, y float64) float64 {
	far := fromLine(x, y, markLeft, markFloor, markSide-markLeft, markFloor)
	for i, post := range markPosts {
		far = min(far, fromLine(x, y, post, markTop, post, markFloor))
		if i > 0 && y <= markTop {
			before := markPosts[i-1]
			far = min(far, math.Abs(math.Hypot(x-(before+post)/2, y-markTop)-(post-before)/2))
		}
	}
	return far
}

// fromLine is how far a point is from a line that is level or upright.
func fromLine(x, y, x1, y1, x2, y2 float64) float64 {
	return math.Hypot(x-min(max(x, x1), x2), y-min(max(y, y1), y2))
}

// fromSquare is how far a point is outside of the ground with its round corners.
func fromSquare(x, y float64) float64 {
	const half = markSide / 2
	dx, dy := math.Abs(x-half)-(half-markRound), math.Abs(y-half)-(half-markRound)
	return math.Hypot(max(dx, 0), max(dy, 0)) + min(max(dx, dy), 0) - markRound
}

// paint is the icon as PNG, in an ink such as "#17657a".
func (i appPicture) paint(ink string) []byte {
	ground := rgb(ink)
	unit := float64(markSide) / float64(i.size) // of a pixel
	cover := func(outside float64) float64 { return min(max(.5-outside/unit, 0), 1) }
	img := image.NewNRGBA(image.Rect(0, 0, i.size, i.size))
	for py := range i.size {
		for px := range i.size {
			x, y := (float64(px)+.5)*unit, (float64(py)+.5)*unit
			opaque, at := cover(fromSquare(x, y)), fromMark(x, y)-markStroke/2
			if i.whole {
				opaque, at = 1, safeScale*(fromMark((x-markSide/2)/safeScale+markSide/2, (y-markSide/2)/safeScale+markMiddle)-markStroke/2)
			}
			white := cover(at)
			if i.alone {
				opaque, white = white, 1
			}
			img.SetNRGBA(px, py, color.NRGBA{blend(ground.R, white), blend(ground.G, white), blend(ground.B, white), uint8(math.Round(opaque * 255))})
		}
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, img); err != nil {
		panic(err) // to memory
	}
	return b.Bytes()
}

// blend is a part of a colour with so much white over it.
func blend(of uint8, white float64) uint8 {
	return uint8(math.Round(float64(of)*(1-white) + 255*white))
}

// rgb reads "#17657a".
func rgb(s string) color.NRGBA {
	var c [3]uint8
	if n, err := hex.Decode(c[:], []byte(strings.TrimPrefix(s, "#"))); err != nil || n != len(c) {
		panic("not a colour: " + s) // they stand above
	}
	return color.NRGBA{c[0], c[1], c[2], 255}
}
