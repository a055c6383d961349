package browser

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// mostTabs is how often the key is pressed before somebody gives up.
const mostTabs = 120

// focusIs tells what is wrong with where the focus is: it is somewhere, it is seen,
// and what has it is on the screen and not behind something else.
const focusIs = `(() => {
	const e = document.activeElement, what = () => e.outerHTML.slice(0, 160);
	if (!e || e === document.body || e === document.documentElement) return "nowhere";
	const shows = (x) => { const s = getComputedStyle(x); return s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 1.5 || s.boxShadow !== "none"; };
	const ring = [e, e.parentElement, e.nextElementSibling, e.matches("textarea") && e.form, ...(e.labels ?? [])].some((x) => x && shows(x));
	if (!ring) return "is not seen on " + what();
	const r = (e.labels?.[0] && e.getBoundingClientRect().width < 3 ? e.labels[0] : e).getBoundingClientRect();
	if (r.bottom <= 0 || r.top >= innerHeight || r.right <= 0 || r.left >= innerWidth) return "is off the screen, on " + what();
	const [x, y] = [Math.min(Math.max(r.left + r.width / 2, 1), innerWidth - 1), Math.min(Math.max(r.top + Math.min(r.height / 2, 20), 1), innerHeight - 1)];
	const top = document.elementFromPoint(x, y);
	if (top && !e.contains(top) && !top.contains(e) && ![...(e.labels ?? [])].some((l) => l.contains(top))) return "is behind " + top.outerHTML.slice(0, 120) + ", on " + what();
	return "";
})()`

// reach presses Tab until what a selector finds has the focus, and looks after the
// focus at each step.
func (b *tab) reach(selector string) {
	b.t.Helper()
	var round []string
	for range mostTabs {
		b.strike(kb.Tab)
		b.focused()
		here, err := eval[string](b, `document.activeElement.matches(`+quote(selector)+`) ? "" : document.activeElement.outerHTML.slice(0, 100)`)
		if err != nil {
			b.t.Fatal(err)
		}
		if here == "" {
			return
		}
		round = append(round, here)
	}
	b.t.Fatalf("the key Tab does not lead to %s, but to\n%s", selector, strings.Join(round, "\n"))
}

// focused fails the test if the focus is lost or not seen. Behind the last thing of
// a page it is the browser's own for one step.
func (b *tab) focused() {
	b.t.Helper()
	wrong, err := eval[string](b, focusIs)
	if err != nil {
		b.t.Fatal(err)
	}
	if wrong == "nowhere" {
		b.strike(kb.Tab)
		wrong, _ = eval[string](b, focusIs)
	}
	if wrong != "" {
		b.t.Errorf("the focus %s (%s)", wrong, b.where())
	}
}

func (b *tab) where() string {
	at, _ := eval[string](b, `location.pathname`)
	return at
}

func quote(s string) string { return "`" + s + "`" }

// lands waits for the page that a key led to.
func (b *tab) lands(key string) {
	b.t.Helper()
	b.until(`document.documentElement.dataset.old = "1"`)
	b.strike(key)
	b.until(`document.readyState === "complete" && !document.documentElement.dataset.old`)
}

// Somebody who has no mouse signs in, writes, likes, opens a menu and a dialog and
// leaves again, with nothing but Tab, Enter, Space and Escape, on both kinds of
// screens and with and without the script.
func TestKeyboard(t *testing.T) {
	t.Parallel()
	needBrowser(t)
	for name, way := range map[string]struct {
		script bool
		width  int64
	}{"with script": {true, 1280}, "without script": {false, 390}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := apptest.Start(t)
			ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
			ada.Follow(ben)
			ben.Post("The fountain runs again.", "public")
			b := open(t, s.URL)
			b.size(way.width, 844)
			b.script(way.script)
			b.visit("/auth/sign_in")
			b.until(`document.activeElement.id === "user_email" && (document.activeElement.blur(), true)`) // it has the focus at first
			b.reach("#user_email")
			b.write("ada")
			b.reach("#user_password")
			b.write(ada.Password)
			b.lands(kb.Enter)
			b.says("The fountain runs again.")

			b.until(`(document.activeElement.blur(), scrollTo(0, 0), true)`)
			b.reach("#text")
			b.write("Written without a mouse.")
			b.reach(`[data-composer] button[value="post"]`)
			b.lands(kb.Enter)
			b.says("Your post is out.", "Written without a mouse.")

			like := `article:has(.who[href="/@ben"]) .act.like`
			b.reach(like)
			b.stays()
			b.strike(" ")
			b.until(`document.querySelector(` + quote(like+".on") + `)`)
			if way.script {
				if !b.stays() {
					t.Error("liking led to another page")
				}
				b.until(`document.activeElement.matches(` + quote(like+".on") + `)`)
				b.focused()
			}

			b.reach(`article:has(.who[href="/@ben"]) .more summary`)
			b.strike(kb.Enter)
			b.until(`document.activeElement.parentElement.open`)
			b.strike(kb.Tab)
			b.until(`document.activeElement.closest(".more[open] .menu")`)
			b.focused()
			if way.script {
				b.strike(kb.Escape)
				b.until(`!document.querySelector(".more[open]")`)
				b.until(`document.activeElement.matches(".more summary")`) // not lost with what closed
				b.strike("?")
				b.until(`document.querySelector("dialog[open]")?.contains(document.activeElement)`)
				b.focused()
				b.strike(kb.Tab)
				b.until(`document.activeElement === document.body || document.querySelector("dialog[open]").contains(document.activeElement)`)
				b.strike(kb.Escape)
				b.until(`!document.querySelector("dialog")`)
				b.until(`document.activeElement.matches(".more summary")`)
			}
			b.do(chromedp.KeyEvent(kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift)))
			b.focused()
		})
	}
}
