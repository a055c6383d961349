package pdq_test

import (
	"bufio"
	"cmp"
	"image"
	"image/color"
	_ "image/jpeg"
	_ "image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/base/pdq"
)

// corpus is a copy of pdq/data of ThreatExchange; other places are named by
// PLAZA_TEST_PDQ.
func corpus(t *testing.T) string {
	dir := cmp.Or(os.Getenv("PLAZA_TEST_PDQ"), "../../../../shared/corpora/pdq/data")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no copy of ThreatExchange's pdq/data here: have PLAZA_TEST_PDQ name one")
	}
	return dir
}

func read(t *testing.T, path string) image.Image {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, _, err := image.Decode(f)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return m
}

type line struct {
	hash    pdq.Hash
	quality int
	file    string
}

func lines(t *testing.T, path string) (all []line) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for in := bufio.NewScanner(f); in.Scan(); {
		if strings.HasPrefix(in.Text(), "#") {
			continue
		}
		part := strings.Split(in.Text(), ",")
		h, err := pdq.Parse(part[0])
		if err != nil {
			t.Fatal(err)
		}
		quality, _ := strconv.Atoi(part[1])
		all = append(all, line{h, quality, part[2]})
	}
	return all
}

// allowed is how far we may be from the reference: decoders round differently.
const allowed = 10

func TestReference(t *testing.T) {
	dir := corpus(t)
	worst, n := 0, 0
	for _, want := range lines(t, "testdata/reference.txt") {
		h, quality := pdq.Of(read(t, filepath.Join(dir, want.file)))
		if d := quality - want.quality; max(d, -d) > 1 {
			t.Errorf("%s: quality %d, the reference says %d", want.file, quality, want.quality)
		}
		d := h.Distance(want.hash)
		if want.quality < pdq.MinQuality { // nearly of one colour: a hash of how decoders round
			t.Logf("%s: quality %d, %d bits off, not counted", want.file, want.quality, d)
			continue
		}
		if d > allowed {
			t.Errorf("%s: %v is %d bits from the reference's %v", want.file, h, d, want.hash)
		}
		worst, n = max(worst, d), n+1
	}
	if n < 30 {
		t.Fatalf("only %d pictures were held against the reference", n)
	}
	t.Logf("%d pictures, %d bits off at most", n, worst)
}

func TestVariantsOfReference(t *testing.T) {
	all, _ := pdq.Variants(read(t, filepath.Join(corpus(t), "bridge-mods/aaa-orig.jpg")))
	want := lines(t, "testdata/turned.txt")
	if len(want) != len(all) {
		t.Fatalf("%d ways in the reference, %d here", len(want), len(all))
	}
	for i, w := range want {
		if d := all[i].Distance(w.hash); d > allowed {
			t.Errorf("way %d: %d bits from the reference", i, d)
		}
	}
}

// picture is a made one: soft shapes, none of which is like another when
// turned.
func picture(seed uint64, w, h int) *image.NRGBA {
	r := rand.New(rand.NewPCG(seed, 1))
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	type blob struct{ x, y, size, light float64 }
	blobs := make([]blob, 60)
	for i := range blobs {
		blobs[i] = blob{r.Float64(), r.Float64(), 0.03 + 0.1*r.Float64(), r.Float64()*400 - 200}
	}
	for y := range h {
		for x := range w {
			v := 128.
			for _, b := range blobs {
				dx, dy := float64(x)/float64(w)-b.x, float64(y)/float64(h)-b.y
				if far := (dx*dx + dy*dy) / (b.size * b.size); far < 1 {
					v += b.light * (1 - far)
				}
			}
			m.SetNRGBA(x, y, color.NRGBA{R: uint8(min(max(v, 0), 255)), G: uint8(min(max(v/2, 0), 255)), B: 90, A: 255})
		}
	}
	return m
}

// turn is m with its pixels put elsewhere.
func turn(m image.Image, place func(x, y, n int) (int, int)) image.Image {
	n := m.Bounds().Dx()
	out := image.NewNRGBA(image.Rect(0, 0, n, n))
	for y := range n {
		for x := range n {
			to, at := place(x, y, n-1)
			out.Set(to, at, m.At(x, y))
		}
	}
	return out
}

func TestVariants(t *testing.T) {
	m := picture(7, 512, 512)
	all, quality := pdq.Variants(m)
	if one, q := pdq.Of(m); all[pdq.Original] != one || quality != q || quality < pdq.MinQuality {
		t.Fatalf("the first way is not the picture itself, or its quality is %d", quality)
	}
	for way, place := range map[int]func(x, y, n int) (int, int){
		pdq.Rotate90:  func(x, y, n int) (int, int) { return y, n - x },
		pdq.Rotate180: func(x, y, n int) (int, int) { return n - x, n - y },
		pdq.Rotate270: func(x, y, n int) (int, int) { return n - y, x },
		pdq.FlipX:     func(x, y, n int) (int, int) { return x, n - y },
		pdq.FlipY:     func(x, y, n int) (int, int) { return n - x, y },
		pdq.FlipPlus:  func(x, y, n int) (int, int) { return y, x },
		pdq.FlipMinus: func(x, y, n int) (int, int) { return n - y, n - x },
	} {
		h, _ := pdq.Of(turn(m, place))
		if d := h.Distance(all[way]); d > pdq.Near {
			t.Errorf("way %d: %d bits from the picture that was turned", way, d)
		}
		if d := h.Distance(all[pdq.Original]); d < 3*pdq.Near {
			t.Errorf("way %d: only %d bits from the picture before: this test proves nothing", way, d)
		}
	}
}

// Half as large is the same picture, another one is not.
func TestAlike(t *testing.T) {
	a, _ := pdq.Of(picture(1, 400, 300))
	half, _ := pdq.Of(picture(1, 200, 150))
	other, _ := pdq.Of(picture(2, 400, 300))
	if d := a.Distance(half); d > pdq.Near {
		t.Errorf("made half as large it is %d bits off", d)
	}
	if d := a.Distance(other); d <= 2*pdq.Near {
		t.Errorf("another picture is only %d bits off", d)
	}
}

func TestSmallAndPlain(t *testing.T) {
	if h, q := pdq.Of(image.NewNRGBA(image.Rect(0, 0, 4, 100))); h != (pdq.Hash{}) || q != 0 {
		t.Errorf("4 pixels wide: %v of quality %d, want none", h, q)
	}
	if _, q := pdq.Of(picture(3, 5, 5)); q == 0 {
		t.Error("5 pixels wide has no quality at all")
	}
	if _, q := pdq.Of(image.NewGray(image.Rect(0, 0, 100, 100))); q != 0 {
		t.Errorf("a black picture has quality %d", q)
	}
	moved := picture(3, 100, 80).SubImage(image.Rect(10, 10, 90, 70)) // bounds need not begin at 0
	if _, q := pdq.Of(moved); q == 0 {
		t.Error("a part of a picture has no quality")
	}
}

func TestText(t *testing.T) {
	h, _ := pdq.Of(picture(4, 100, 100))
	if again, err := pdq.Parse(h.String()); err != nil || again != h {
		t.Errorf("%v was read as %v, %v", h, again, err)
	}
	for _, bad := range []string{"", "00", strings.Repeat("0", 63), strings.Repeat("0", 66), strings.Repeat("g", 64)} {
		if _, err := pdq.Parse(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func BenchmarkOf(b *testing.B) {
	m := picture(5, 1600, 1200)
	for b.Loop() {
		pdq.Of(m)
	}
}
