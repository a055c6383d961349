package browser

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/core/auth"
)

// largest is how large a picture in the repository may be, in bytes.
const largest = 150 << 10

// TestPictures takes pictures of every page, to be looked at. A few of them
// stand in the repository; those of all pages go to the folder "all" beside
// them, which is not kept. It runs only when asked to: make shots.
func TestPictures(t *testing.T) {
	if *pictures == "" {
		t.Skip("no pictures asked for: give a folder with -pictures, or run make shots")
	}
	needBrowser(t)
	h := yesterday(t)
	all := []page{{"landing", "", "/"}, {"home", "ada", "/"}, {"thread", "ada", h.latest("omar", "Jupiter")}, {"profile", "ada", "/@juno"}}
	tabs := h.sitting(app.DemoPassword, all)
	for _, p := range all {
		tabs[p.who].picture(p, *pictures, false)
	}
	all = h.pages() // the crowd comes
	tabs = h.sitting(app.DemoPassword, all)
	for _, p := range all {
		tabs[p.who].picture(p, filepath.Join(*pictures, "all"), true)
	}
	empty := newServer(t, clock.System)
	setUp, err := empty.OwnerLink(t.Context())
	empty.must(err)
	open(t, empty.url).picture(page{"set-up", "", empty.path(setUp)}, filepath.Join(*pictures, "all"), true)
}

// picture takes four pictures of a page: small and large, light and dark; of
// all of it, or of what is seen at first.
func (b *tab) picture(p page, folder string, whole bool) {
	b.t.Helper()
	if err := os.MkdirAll(folder, 0o755); err != nil {
		b.t.Fatal(err)
	}
	b.visit(p.path)
	for _, screen := range []struct {
		width, height int64
		sharp         float64
	}{{390, 844, 2}, {1280, 860, 1}} {
		for _, scheme := range []string{"light", "dark"} {
			b.scheme(scheme)
			b.until(`(document.activeElement?.blur(), document.fonts.status === "loaded")`)
			shot := b.shoot(screen.width, screen.height, screen.sharp, whole)
			name := filepath.Join(folder, fmt.Sprintf("%s-%d-%s.png", p.name, screen.width, scheme))
			if !whole {
				shot = b.shrink(shot)
				if len(shot) > largest {
					b.t.Errorf("%s has %d bytes, want at most %d", name, len(shot), largest)
				}
			}
			if err := os.WriteFile(name, shot, 0o644); err != nil {
				b.t.Fatal(err)
			}
		}
	}
}

// shoot takes one picture. A whole page is taken on a screen as high as the
// page, so that what sticks to the edge of the screen does.
func (b *tab) shoot(width, height int64, sharp float64, whole bool) (shot []byte) {
	b.t.Helper()
	if whole {
		sharp = 1
		b.size(width, height)
		high, err := eval[int64](b, `document.documentElement.scrollHeight`)
		if err != nil {
			b.t.Fatal(err)
		}
		height = max(height, min(high, 3000))
	}
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		if _, err := chromedp.Call(ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: sharp}); err != nil {
			return err
		}
		res, err := chromedp.Call(ctx, cdpage.CaptureScreenshot, cdpage.CaptureScreenshotParams{Format: cdpage.CaptureScreenshotFormatPng})
		shot = res.Data
		return err
	}))
	return shot
}

// shrink writes a picture anew with its 256 most frequent colours, which is
// all that our pages need.
func (b *tab) shrink(shot []byte) []byte {
	b.t.Helper()
	from, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		b.t.Fatal(err)
	}
	area, often := from.Bounds(), map[color.NRGBA]int{}
	at := func(x, y int) color.NRGBA { return color.NRGBAModel.Convert(from.At(x, y)).(color.NRGBA) }
	for y := range area.Dy() {
		for x := range area.Dx() {
			often[at(x, y)]++
		}
	}
	var colours []color.NRGBA
	for c := range often {
		colours = append(colours, c)
	}
	slices.SortFunc(colours, func(x, y color.NRGBA) int { return often[y] - often[x] })
	var palette color.Palette
	for _, c := range colours[:min(256, len(colours))] {
		palette = append(palette, c)
	}
	to, nearest := image.NewPaletted(area, palette), map[color.NRGBA]uint8{}
	for y := range area.Dy() {
		for x := range area.Dx() {
			c := at(x, y)
			i, ok := nearest[c]
			if !ok {
				i = uint8(palette.Index(c))
				nearest[c] = i
			}
			to.SetColorIndex(x, y, i)
		}
	}
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, to); err != nil {
		b.t.Fatal(err)
	}
	return out.Bytes()
}

// story is a clock that begins a day ago and hurries until it is now: what
// people say meanwhile is spread over the day.
type story struct {
	mu  sync.Mutex
	now time.Time
}

const (
	storyBegan = 26 * time.Hour
	storyStep  = 45 * time.Second // each time it is asked
)

func (s *story) time() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now = s.now.Add(storyStep); s.now.After(clock.System()) {
		s.now = clock.System()
	}
	return s.now
}

func (s *story) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = clock.System()
}

// yesterday is a house where people have talked for a day.
func yesterday(t *testing.T) house {
	t.Helper()
	s := &story{now: clock.System().Add(-storyBegan)}
	h := newServer(t, s.time)
	h = furnish(t, h.App, h.url)
	s.end()
	return h
}

// newServer is apptest's, with a clock of our own.
func newServer(t *testing.T, now clock.Clock) house {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + l.Addr().String()
	c, err := conf.Load(func(string) string { return "" }, conf.Overrides{Data: t.TempDir(), Listen: l.Addr().String(), URL: url})
	if err != nil {
		t.Fatal(err)
	}
	c.RateLimits, c.HandleHost = false, "arcade.example"
	a, err := app.Open(t.Context(), app.Options{Config: c, Clock: now, Log: slog.New(slog.DiscardHandler), Sender: nowhere{}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		<-done
		a.Close()
	})
	return house{a, t, url}
}

// nowhere is where the letters go.
type nowhere struct{}

func (nowhere) Send(context.Context, auth.Letter) error { return nil }
