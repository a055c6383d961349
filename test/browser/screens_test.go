package browser

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	cdpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"

	"github.com/plaza-social/plaza/internal/app"
)

var (
	screens     = flag.String("screens", "", "a folder to put contact sheets of all pages into")
	screensOnly = flag.String("screens-only", "", "which pages, as a regular expression over their names; empty means all")
)

// A screen is what pages are looked at on: its size, how small it is on a sheet, and
// how many stand beside each other there.
type screen struct {
	width, height int64
	shown, beside int
}

var allScreens = []screen{{390, 844, 195, 10}, {820, 1180, 260, 8}, {1440, 900, 420, 5}}

// onSheet is how many pages stand on a sheet, and gap how far apart.
const (
	onSheet = 40
	gap     = 8
	caption = 16
)

// inArabic is how a page is read from right to left.
const inArabic = `document.cookie = "plaza_language=ar; path=/"`

// TestScreens puts all pages on contact sheets, on small, middling and large screens,
// light and dark, left to right and right to left. It runs only when asked to: make
// screenshots. The sheets are to be looked at and are not kept.
func TestScreens(t *testing.T) {
	if *screens == "" {
		t.Skip("no sheets asked for: give a folder with -screens, or run make screenshots")
	}
	needBrowser(t)
	only, err := regexp.Compile(*screensOnly)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(*screens, 0o755); err != nil {
		t.Fatal(err)
	}
	h := yesterday(t)
	var all []page
	for _, p := range h.pages() {
		if only.MatchString(p.name) {
			all = append(all, p)
		}
	}
	for _, dir := range []string{"ltr", "rtl"} {
		t.Run(dir, func(t *testing.T) {
			h.t = t // so that its tabs are closed at its end
			h.photograph(dir, all)
		})
	}
}

// photograph puts pages on sheets, read in one direction.
func (h house) photograph(dir string, all []page) {
	tabs := h.sitting(app.DemoPassword, all)
	if dir == "rtl" {
		for _, b := range tabs {
			b.before(inArabic)
			b.visit("/about")
		}
	}
	for from := 0; from < len(all); from += onSheet {
		some := all[from:min(from+onSheet, len(all))]
		sheets := map[string]*image.RGBA{}
		for i, p := range some {
			b := tabs[p.who]
			b.visit(p.path)
			for _, s := range allScreens {
				for _, scheme := range []string{"light", "dark"} {
					name := fmt.Sprintf("%d-%s-%s-%d.jpg", s.width, scheme, dir, from/onSheet+1)
					if sheets[name] == nil {
						sheets[name] = s.sheet(len(some))
					}
					b.scheme(scheme)
					s.put(sheets[name], i, p.name, b.glimpse(s))
				}
			}
		}
		for name, sheet := range sheets {
			var out bytes.Buffer
			if err := jpeg.Encode(&out, sheet, &jpeg.Options{Quality: 45}); err != nil {
				h.t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(*screens, name), out.Bytes(), 0o644); err != nil {
				h.t.Fatal(err)
			}
		}
	}
}

// tall is how high a page is on a sheet.
func (s screen) tall() int { return int(s.height) * s.shown / int(s.width) }

// sheet is an empty sheet for n pages.
func (s screen) sheet(n int) *image.RGBA {
	rows := (n + s.beside - 1) / s.beside
	sheet := image.NewRGBA(image.Rect(0, 0, gap+s.beside*(s.shown+gap), gap+rows*(s.tall()+caption+gap)))
	draw.Draw(sheet, sheet.Bounds(), image.NewUniform(color.Gray{0x80}), image.Point{}, draw.Src)
	return sheet
}

// put is a page at its place on a sheet, with its name.
func (s screen) put(sheet *image.RGBA, i int, name string, shot image.Image) {
	x, y := gap+i%s.beside*(s.shown+gap), gap+i/s.beside*(s.tall()+caption+gap)
	draw.ApproxBiLinear.Scale(sheet, image.Rect(x, y+caption, x+s.shown, y+caption+s.tall()), shot, shot.Bounds(), draw.Src, nil)
	pen := font.Drawer{Dst: sheet, Src: image.White, Face: basicfont.Face7x13, Dot: fixed.P(x, y+caption-4)}
	pen.DrawString(name)
}

// glimpse is what is seen of a page at first.
func (b *tab) glimpse(s screen) image.Image {
	b.t.Helper()
	var shot []byte
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		if _, err := chromedp.Call(ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: s.width, Height: s.height, DeviceScaleFactor: 1}); err != nil {
			return err
		}
		res, err := chromedp.Call(ctx, cdpage.CaptureScreenshot, cdpage.CaptureScreenshotParams{Format: cdpage.CaptureScreenshotFormatJpeg, Quality: new(int64(80))})
		shot = res.Data
		return err
	}))
	m, err := jpeg.Decode(bytes.NewReader(shot))
	if err != nil {
		b.t.Fatal(err)
	}
	return m
}
