package browser

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// What others write is announced while a page is open, long before it would ask
// for it; nothing on the page moves, and it is said aloud once.
func TestStreamed(t *testing.T) {
	t.Parallel()
	needBrowser(t)
	s := apptest.Start(t)
	ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
	ada.Follow(ben)
	for i := range 15 {
		ben.Post(fmt.Sprintf("Before %d. %s", i, strings.Repeat("And so on. ", 20)), "public")
	}
	ben.Post("@ada the last before.", "public")
	b := open(t, s.URL)
	b.signIn("ada", ada.Password)
	for _, path := range []string{"/", "/public/local"} {
		b.visit(path)
		b.says("the last before.")
		b.until(`(scrollTo(0, 900), window.was = document.querySelectorAll("article")[4].getBoundingClientRect().top, true)`)
		ben.Post("Fresh on "+path+".", "public")
		b.says("1 new post")
		ben.Post("@ada and more.", "public")
		b.says("2 new posts")
		b.until(`document.querySelectorAll("article")[4].getBoundingClientRect().top === window.was`)
		b.until(`document.querySelector("body > [role=status]").textContent === "There are new posts"`)
		b.silent("Fresh on " + path + ".")
		b.click(".news .button")
		b.says("Fresh on "+path+".", "and more.")
	}
	b.visit("/settings") // on every page the count is live
	b.until(`document.querySelector(".sidebar [data-unread]:not([hidden])")?.innerText.startsWith("3")`)
	ben.Post("@ada one more.", "public")
	b.until(`document.querySelector(".sidebar [data-unread]:not([hidden])")?.innerText.startsWith("4")`)
	b.visit("/notifications")
	b.says("one more.")
	ben.Post("@ada the very last.", "public")
	b.says("New notifications")
	b.press(".news .button")
	b.says("the very last.")
}

// More news than a page holds leave a gap, which is filled where it is.
func TestGapIsFilled(t *testing.T) {
	t.Parallel()
	needBrowser(t)
	s := apptest.Start(t)
	ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
	ada.Follow(ben)
	ben.Post("The first.", "public")
	b := open(t, s.URL)
	b.signIn("ada", ada.Password)
	b.says("The first.")
	for i := range 24 {
		ben.Post(fmt.Sprintf("News %d.", i), "public")
	}
	b.says("Many new posts")
	b.click(".news .button")
	b.says("News 23.", "There is more in between")
	b.silent("News 2.")
	b.click(".gap a")
	b.says("News 0.", "News 2.")
	b.until(`!document.querySelector(".gap")`)
	b.until(`document.querySelectorAll("[data-feed] article").length === 25`)
	b.until(`[...document.querySelectorAll("[data-feed] article")].every((a, i, all) => !i || BigInt(all[i - 1].dataset.id) > BigInt(a.dataset.id))`)
}

// Who comes back finds the post they read where it was, whatever came meanwhile.
func TestPlaceIsKept(t *testing.T) {
	t.Parallel()
	needBrowser(t)
	s := apptest.Start(t)
	ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
	ada.Follow(ben)
	for i := range 18 {
		ben.Post(fmt.Sprintf("Post %d. %s", i, strings.Repeat("And so on. ", 20)), "public")
	}
	b := open(t, s.URL)
	b.signIn("ada", ada.Password)
	b.says("Post 17.")
	at := func() string {
		b.t.Helper()
		top, err := eval[string](b, `(() => { const a = [...document.querySelectorAll("article[data-id]")].find((a) => a.innerText.includes("Post 9.")); return String(Math.round(a.getBoundingClientRect().top)) })()`)
		if err != nil {
			b.t.Fatal(err)
		}
		return top
	}
	b.until(`([...document.querySelectorAll("article[data-id]")].find((a) => a.innerText.includes("Post 9.")).scrollIntoView({ block: "start", behavior: "instant" }), scrollY > 500)`)
	was := at()
	b.until(`([...document.querySelectorAll("article[data-id]")].find((a) => a.innerText.includes("Post 9.")).querySelector(".when").id = "way", true)`)
	b.press("#way")
	b.says("Thread")
	for i := range 2 {
		ben.Post(fmt.Sprintf("Meanwhile %d. %s", i, strings.Repeat("And so on. ", 30)), "public")
	}
	b.do(chromedp.NavigateBack())
	b.says("Meanwhile 1.")
	b.until(`Math.abs([...document.querySelectorAll("article[data-id]")].find((a) => a.innerText.includes("Post 9.")).getBoundingClientRect().top - ` + was + `) < 3`)
}

// Keys can be switched off by those who hit them by mistake.
func TestKeysAreSwitchedOff(t *testing.T) {
	t.Parallel()
	needBrowser(t)
	s := apptest.Start(t)
	ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
	ada.Follow(ben)
	ben.Post("A post.", "public")
	b := open(t, s.URL)
	b.signIn("ada", ada.Password)
	b.says("A post.")
	b.strike("j")
	b.until(`document.activeElement.matches("article")`)
	b.strike("?")
	b.until(`document.querySelector("dialog[aria-label=Keys] form .button")?.innerText === "Close"`)
	b.until(`[...document.querySelectorAll("time[data-ago]")].every((t) => t.innerText === "now")`)
	b.click("dialog #keys-off")
	b.click("dialog .button")
	b.until(`!document.querySelector("dialog") && (document.activeElement.blur(), true)`)
	b.strike("jn")
	b.until(`document.activeElement === document.body`)
	b.visit("/keys")
	b.until(`document.querySelector("#keys-off").checked`)
	b.click("#keys-off")
	b.until(`(document.activeElement.blur(), true)`)
	b.strike("gh")
	b.until(`location.pathname === "/"`)
	b.says("A post.")
}

// A name tells who it is while the mouse rests on it, and then is quiet.
func TestHoverCard(t *testing.T) {
	t.Parallel()
	needBrowser(t)
	s := apptest.Start(t)
	ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
	ada.Follow(ben)
	ben.Post("A post.", "public")
	b := open(t, s.URL)
	b.signIn("ada", ada.Password)
	b.says("A post.")
	b.until(`(document.querySelector('.who[href="/@ben"]').dispatchEvent(new PointerEvent("pointerover", { bubbles: true, pointerType: "mouse" })), true)`)
	b.until(`document.querySelector(".hover-card")?.innerText.includes("@ben")`)
	b.strike("\x1b")
	b.until(`!document.querySelector(".hover-card")`)
}
