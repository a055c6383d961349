package browser

import (
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/chromedp"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/app/apptest"
)

//go:embed check.js
var check string

// Every page can be used by everybody, on every screen.
func TestAccessible(t *testing.T) {
	t.Parallel()
	needBrowser(t)
	s := apptest.Start(t)
	h := furnish(t, s.App, s.URL)
	all := h.pages()
	h.missing(t, all)
	tabs := h.sitting(app.DemoPassword, all)
	empty := apptest.Start(t)
	setUp, err := empty.OwnerLink(t.Context())
	h.must(err)
	h.must(s.Auth.ForgotPassword(t.Context(), "teo@plaza.example"))
	all = append(all, page{"new-password", "", h.path(link.FindString(s.Letter("teo@plaza.example").Text))})
	for _, path := range []string{(house{url: empty.URL}).path(setUp), "/setup?token=old", "/"} {
		p := page{"set-up", "nobody", path}
		all = append(all, p)
		if tabs[p.who] == nil {
			tabs[p.who] = open(t, empty.URL)
		}
	}
	t.Run("seen by", func(t *testing.T) {
		for who, b := range tabs {
			t.Run(cmp.Or(who, "a stranger"), func(t *testing.T) {
				t.Parallel()
				b.t = t
				for _, p := range all {
					if p.who == who {
						b.inspect(p)
					}
				}
			})
		}
	})
	noBreaches(t, s)
}

// inspect looks at a page on a small or a large screen, light or dark, in turn, as it comes and
// unfolded; with PLAZA_TEST_LONG on both in both, also on middling ones and at zooms of 200 % and 400 %
// (WCAG 2.2, 1.4.4 and 1.4.10: 1280 px become 640 and 320), and with text twice as large.
func (b *tab) inspect(p page) {
	b.visit(p.path)
	b.examine(p)
}

// examine is inspect for the page that is shown.
func (b *tab) examine(p page) {
	widths, schemes, folded := []int64{320, 390, 640, 820, 1280}, []string{"light", "dark"}, int64(390)
	if !apptest.Long() {
		nth := looked.Add(1)
		folded = []int64{390, 1280}[nth%2]
		widths, schemes = []int64{folded}, schemes[nth/2%2:][:1]
	}
	for _, width := range widths {
		b.size(width, 900)
		for _, scheme := range schemes {
			b.scheme(scheme)
			b.look(p, width, scheme)
		}
		for _, nameless := range b.nameless() {
			b.t.Errorf("%s, %d: has no name: %s", p, width, nameless)
		}
	}
	if apptest.Long() {
		b.size(1280, 900)
		b.letters(2 * usualLetters)
		b.look(p, 1280, "text twice as large")
		b.letters(usualLetters)
	}
	b.size(folded, 900)
	b.until(`(document.querySelectorAll("details").forEach((d) => d.open = true), true)`)
	for _, scheme := range schemes {
		b.scheme(scheme)
		b.look(p, folded, scheme+", unfolded")
	}
	b.axed(p)
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, f := range b.faults {
		b.t.Errorf("%s: %s", p, f)
	}
	b.faults = nil
}

// look checks the page as it is shown now.
func (b *tab) look(p page, width int64, how string) {
	wrong, err := eval[[]string](b, check)
	if err != nil {
		b.t.Errorf("%s: %v", p, err)
	}
	for _, w := range wrong {
		b.t.Errorf("%s, %d, %s: %s", p, width, how, w)
	}
}

// controls are the roles of what one acts with.
var controls = []string{"button", "link", "textbox", "searchbox", "combobox", "checkbox", "radio", "listbox", "DisclosureTriangle", "menuitem", "navigation", "region", "complementary", "image", "dialog"}

// nameless are the controls that a screen reader cannot say the name of.
func (b *tab) nameless() (out []string) {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		tree, err := chromedp.Call(ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
		if err != nil {
			return err
		}
		for _, n := range tree.Nodes {
			if role := said(n.Role); n.Ignored || !slices.Contains(controls, role) || said(n.Name) != "" {
				continue
			}
			found, err := chromedp.Call(ctx, dom.GetOuterHTML, dom.GetOuterHTMLParams{BackendNodeID: n.BackendDOMNodeID})
			if err != nil {
				return err
			}
			out = append(out, fmt.Sprintf("%.200s", found.OuterHTML))
		}
		return nil
	}))
	return out
}

func said(v *accessibility.Value) (s string) {
	if v != nil {
		json.Unmarshal([]byte(v.Value), &s) // what is no text says nothing
	}
	return s
}
