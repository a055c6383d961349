package web

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// What is written on what, and how much brighter one is than the other: 4.5 for text,
// 3 for the edges of fields (WCAG 2.2, 1.4.3 and 1.4.11).
var contrasts = []struct {
	ink, ground string
	least       float64
}{
	{"text", "surface", 4.5}, {"text", "ground", 4.5}, {"text", "sunken", 4.5}, {"text", "raised", 4.5}, {"text", "accent-soft", 4.5},
	{"soft", "surface", 4.5}, {"soft", "ground", 4.5}, {"soft", "sunken", 4.5}, {"soft", "raised", 4.5},
	{"accent", "surface", 4.5}, {"accent", "ground", 4.5}, {"accent", "sunken", 4.5}, {"accent", "raised", 4.5},
	{"accent-strong", "surface", 4.5}, {"accent-strong", "accent-soft", 4.5}, {"on-accent", "accent", 4.5}, {"on-accent", "accent-strong", 4.5},
	{"like", "surface", 4.5}, {"boost", "surface", 4.5}, {"keep", "surface", 4.5}, {"keep", "sunken", 4.5},
	{"danger", "surface", 4.5}, {"danger", "danger-soft", 4.5},
	{"line-strong", "surface", 3}, {"line-strong", "raised", 3}, {"line-strong", "ground", 3},
}

func TestContrast(t *testing.T) {
	css, err := files.ReadFile("assets/plaza.css")
	if err != nil {
		t.Fatal(err)
	}
	light, rest, _ := strings.Cut(string(css), "@media (prefers-color-scheme: dark)")
	dark, _, _ := strings.Cut(rest, "@media")
	for scheme, text := range map[string]string{"light": light, "dark": dark} {
		colours := tokens(text)
		for _, c := range contrasts {
			ink, ok := colours[c.ink]
			ground, there := colours[c.ground]
			if !ok || !there {
				t.Errorf("%s: --%s or --%s is not a colour", scheme, c.ink, c.ground)
				continue
			}
			if got := contrast(ink, ground); got < c.least {
				t.Errorf("%s: --%s on --%s is %.2f, want %.1f", scheme, c.ink, c.ground, got, c.least)
			}
		}
	}
}

var token = regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{6});`)

func tokens(css string) map[string]string {
	out := map[string]string{}
	for _, m := range token.FindAllStringSubmatch(css, -1) {
		out[m[1]] = m[2]
	}
	return out
}

// contrast is the ratio of WCAG 2.2 between two colours.
func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + .05) / (min(x, y) + .05)
}

func luminance(colour string) (sum float64) {
	for i, part := range []float64{.2126, .7152, .0722} {
		n, _ := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		c := float64(n) / 255
		if c <= .04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+.055)/1.055, 2.4)
		}
		sum += part * c
	}
	return sum
}
