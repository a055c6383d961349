package browser

import (
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// hurry makes the page's long waits short: it looks for news five times a
// second instead of twice a minute.
const hurry = `{ const wait = setTimeout; window.setTimeout = (f, ms, ...with_) => wait(f, ms >= 30_000 ? 200 : ms, ...with_) }`

// What the script adds works without leaving the page.
func TestLive(t *testing.T) {
	t.Parallel()
	needBrowser(t)
	s := apptest.Start(t)
	ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
	ada.Follow(ben)
	ben.Post("The first.", "public")
	ben.Post("The second.", "public")
	b := open(t, s.URL)
	b.before(hurry)
	b.signIn("ada", ada.Password)
	b.says("The second.")
	b.stays()

	b.news(ben)
	b.marks(ben)
	b.counts()
	b.keys()
	if !b.stays() {
		t.Error("the page was loaded anew")
	}
	b.keysLead()
}

// news are announced, and shown when asked for.
func (b *tab) news(ben *apptest.Person) {
	ben.Post("Fresh from the oven.", "public")
	b.says("1 new post")
	b.silent("Fresh from the oven.")
	ben.Post("@ada and another.", "public")
	b.says("2 new posts")
	b.until(`document.querySelector(".sidebar [data-unread]:not([hidden])")?.innerText.startsWith("1")`)
	b.click(".news .button")
	b.says("Fresh from the oven.", "and another.")
	b.until(`!document.querySelector(".news").childElementCount`)
	b.until(`document.activeElement.matches("[data-feed] article:first-child") && document.activeElement.innerText.includes("and another.")`)
}

// marks are set and taken back in place, and others hear of them.
func (b *tab) marks(ben *apptest.Person) {
	first := `[data-feed] article:first-child `
	for _, act := range []string{"like", "boost", "bookmark"} {
		b.click(first + ".act." + act)
		b.until(`document.querySelector('` + first + `.act.` + act + `.on[aria-pressed="true"]:focus')`)
	}
	var liked []struct{ Type string }
	ben.Must("GET", "/api/v1/notifications?types[]=favourite", nil, &liked)
	if len(liked) != 1 {
		b.t.Errorf("ben was told of %d likes, want 1", len(liked))
	}
	for _, act := range []string{"like", "boost", "bookmark"} {
		b.click(first + ".act." + act)
		b.until(`document.querySelector('` + first + `.act.` + act + `:not(.on)[aria-pressed="false"]')`)
	}
}

// counts tells how much room is left, as the server counts.
func (b *tab) counts() {
	left := func(text string, want int) {
		b.t.Helper()
		b.fill("#text", text)
		b.until(`document.querySelector("#text-left").innerText === ` + strconv.Quote(strconv.Itoa(want)))
	}
	left("Hello", 995)
	left("👩‍👩‍👧‍👦 ě", 997) // one family, a space, and a letter with its hook
	left("https://example.com/a/very/long/address/that/goes/on", 977)
	left("@ben@far.example hi", 993)
	b.until(`!document.querySelector(".left.near, .left.past")`)
	b.fill("#text", strings.Repeat("x", 960))
	b.until(`document.querySelector("#text-left.near").innerText === "40"`)
	b.fill("#text", strings.Repeat("x", 1001))
	b.until(`document.querySelector("#text-left.past").innerText === "-1"`)
	b.fill("#text", " ")
}

// strike presses keys, wherever the page has its focus.
func (b *tab) strike(keys string) {
	b.t.Helper()
	b.do(chromedp.KeyEvent(keys))
}

// keys walk through the posts, act on them, and help.
func (b *tab) keys() {
	here := func(words string) {
		b.t.Helper()
		b.until(`document.activeElement.closest("article")?.innerText.includes(` + strconv.Quote(words) + `)`)
	}
	b.until(`(document.activeElement.blur(), scrollTo(0, 0), true)`)
	b.strike("j")
	here("and another.")
	b.strike("j")
	here("Fresh from the oven.")
	b.strike("j")
	here("The second.")
	b.strike("k")
	here("Fresh from the oven.")
	b.strike("l")
	b.until(`document.activeElement.closest("article")?.querySelector(".act.like.on")`)
	here("Fresh from the oven.")
	b.strike("n")
	b.until(`document.activeElement.id === "text"`)
	b.strike("jj") // words now, not keys
	b.until(`document.activeElement.value.includes("jj")`)
	b.until(`(document.activeElement.blur(), true)`)
	b.strike("?")
	b.until(`document.querySelector("dialog[open] kbd")`)
	b.strike(kb.Escape)
	b.until(`!document.querySelector("dialog")`)
	b.strike("/")
	b.until(`document.activeElement.id === "find"`)
	b.until(`(document.activeElement.blur(), true)`)
}

// keysLead are the keys that lead to other pages.
func (b *tab) keysLead() {
	b.until(`(document.querySelector("[data-feed] article:first-child").focus(), true)`)
	b.strike("r")
	b.until(`location.hash === "#reply" && document.querySelector("#reply")`)
	b.visit("/about")
	b.strike("n")
	b.until(`location.pathname === "/new" && document.activeElement.id === "text"`)
	b.fill("#text", "Sent by a key.")
	b.do(chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	b.says("Your post is out.", "Sent by a key.")
}
