package web

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/social"
)

var (
	darkBlock = regexp.MustCompile(`(?m)^@media \(prefers-color-scheme: dark\) \{\n((?:  .*\n)+)\}`)
	tokenLine = regexp.MustCompile(`(--[\w-]+): ([^;]+);`)
)

func sheet(t *testing.T) string {
	t.Helper()
	b, err := files.ReadFile("assets/plaza.css")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Who chose dark sees what a device that is dark shows: each line for the one has a
// line for the other.
func TestDarkByChoiceIsDark(t *testing.T) {
	css := sheet(t)
	blocks := darkBlock.FindAllStringSubmatch(css, -1)
	if len(blocks) == 0 {
		t.Fatal("nothing is dark")
	}
	lines := 0
	for _, b := range blocks {
		rules := regexp.MustCompile(`(?s)([^{}]+)\{([^{}]*)\}`).FindAllStringSubmatch(b[1], -1)
		for _, rule := range rules {
			selector := strings.TrimSpace(rule[1])
			if !strings.HasPrefix(selector, ":root:not(.light)") {
				t.Errorf("%s is dark also for who chose light", selector)
			}
			chosen := strings.Replace(selector, ":root:not(.light)", ":root.dark", 1)
			_, same, ok := strings.Cut(css, "\n"+chosen+" {")
			same, _, _ = strings.Cut(same, "}")
			if !ok {
				t.Errorf("nothing stands under %s", chosen)
				continue
			}
			want, got := tokenLine.FindAllString(rule[2], -1), tokenLine.FindAllString(same, -1)
			if !slices.Equal(got, want) {
				t.Errorf("%s has %v, want %v", chosen, got, want)
			}
			lines += len(want)
		}
	}
	if lines < 20 {
		t.Errorf("%d lines were compared", lines)
	}
}

// tokens are the custom properties of the first rule that a text begins.
func tokens(css, begins string) map[string]string {
	_, rule, _ := strings.Cut(css, begins+" {")
	rule, _, _ = strings.Cut(rule, "}")
	out := map[string]string{}
	for _, m := range tokenLine.FindAllStringSubmatch(rule, -1) {
		out[m[1]] = m[2]
	}
	return out
}

// luminance is that of #rrggbb. https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	var parts [3]int
	if _, err := fmt.Sscanf(colour, "#%02x%02x%02x", &parts[0], &parts[1], &parts[2]); err != nil {
		t.Fatalf("%q is no colour", colour)
	}
	sum := 0.0
	for i, weight := range []float64{.2126, .7152, .0722} {
		c := float64(parts[i]) / 255
		if c <= .04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

func contrast(t *testing.T, a, b string) float64 {
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + .05) / (min(x, y) + .05)
}

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
	css := sheet(t)
	for scheme, begins := range map[string]string{"light": "\n:root", "dark": "\n:root.dark"} {
		colours := tokens(css, begins)
		for _, c := range contrasts {
			if got := contrast(t, colours["--"+c.ink], colours["--"+c.ground]); got < c.least {
				t.Errorf("%s: --%s on --%s is %.2f, want %.1f", scheme, c.ink, c.ground, got, c.least)
			}
		}
	}
}

// Every colour that a house can have can be read on every ground, and what stands on
// it, too.
func TestAccentsCanBeRead(t *testing.T) {
	css := sheet(t)
	grounds := []map[string]string{tokens(css, "\n:root"), tokens(css, "\n:root.dark")}
	parts := regexp.MustCompile(`light-dark\((#\w+), (#\w+)\)`)
	for _, accent := range social.Accents {
		of := tokens(css, ":is(:root, .swatch)."+swatch(accent))
		for i, ground := range grounds {
			at := map[string]string{}
			for name, both := range of {
				m := parts.FindStringSubmatch(both)
				if m == nil {
					t.Fatalf("%s of %s is %q", name, accent, both)
				}
				at[name] = m[1+i]
			}
			if accent == "" {
				for _, name := range []string{"--accent", "--accent-strong", "--accent-soft", "--on-accent"} {
					if at[name] != ground[name] {
						t.Errorf("the usual %s is %s, and on its swatch %s", name, ground[name], at[name])
					}
				}
			}
			pairs := [][2]string{{at["--on-accent"], at["--accent"]}, {at["--on-accent"], at["--accent-strong"]}, {at["--accent-strong"], at["--accent-soft"]},
				{at["--accent"], at["--accent-soft"]}, {ground["--text"], at["--accent-soft"]}, {ground["--soft"], at["--accent-soft"]}}
			for _, name := range []string{"--ground", "--surface", "--raised", "--sunken"} {
				pairs = append(pairs, [2]string{at["--accent"], ground[name]}, [2]string{at["--accent-strong"], ground[name]})
			}
			for _, p := range pairs {
				if c := contrast(t, p[0], p[1]); c < 4.5 {
					t.Errorf("%s, %s: %s on %s has a contrast of %.2f", swatch(accent), []string{"light", "dark"}[i], p[0], p[1], c)
				}
			}
		}
	}
}

// What can be chosen on the page is what the house takes.
func TestChoicesAreTaken(t *testing.T) {
	for what, both := range map[string][2][]string{"schemes": {social.Schemes, names(schemes)}, "sizes": {social.TextSizes, names(sizes)}, "accents": {social.Accents, names(accents)}} {
		slices.Sort(both[1])
		if want := slices.Sorted(slices.Values(both[0])); !slices.Equal(both[1], want) {
			t.Errorf("%s: the page offers %q, and %q are taken", what, both[1], want)
		}
	}
}

func names(all []pick) (out []string) {
	for _, c := range all {
		out = append(out, c.is)
	}
	return out
}
