package browser

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/core/media"
	"github.com/plaza-social/plaza/internal/social"
)

// shown is the path of a post of somebody's with three pictures, the last of which
// nobody has described.
func (h house) shown(name string, sensitive bool) string {
	h.t.Helper()
	by := h.actor(name)
	d := social.Draft{Text: "Three looks at the harbour.", Sensitive: sensitive}
	for i, alt := range []string{"The harbour in the morning:\na crane and two boats.", strings.Repeat("The same harbour at noon, with more boats. ", 8), ""} {
		picture := image.NewRGBA(image.Rect(0, 0, 240, 160))
		for y := range 160 {
			for x := range 240 {
				picture.Set(x, y, color.RGBA{uint8(60 + 60*i), uint8(x), uint8(255 - y), 255})
			}
		}
		var file bytes.Buffer
		h.must(png.Encode(&file, picture))
		sent, err := h.Media.Receive(h.t.Context(), by, &file)
		h.must(err)
		m, err := h.Media.Add(h.t.Context(), by, sent, media.Upload{Alt: alt, Wait: true})
		h.must(err)
		d.Media = append(d.Media, m.ID)
	}
	return fmt.Sprintf("/@%s/%d", name, h.say(by, d).ID)
}

// row is the path of the first of three posts that somebody said in a row.
func (h house) row(name string) string {
	h.t.Helper()
	by := h.actor(name)
	first := h.say(by, social.Draft{Text: "How the fountain came back. First there was a petition.\n\nIt had eleven names on it."})
	second := h.say(by, social.Draft{Text: "Then there was a meeting, and a second one because of the first.", ReplyTo: first.ID})
	h.say(h.actor("omar"), social.Draft{Text: "I was at the second one.", ReplyTo: second.ID})
	h.say(by, social.Draft{Text: "And then somebody had a key.", Warning: "The end of the story", ReplyTo: second.ID})
	return fmt.Sprintf("/@%s/%d", name, first.ID)
}

// Pictures can be looked at one after the other: with the script over the page, by keys
// and by the mouse, each with an address, and the reader is back where they were; and
// without it on pages of their own.
func TestViewer(t *testing.T) {
	t.Parallel()
	needBrowser(t)
	s := apptest.Start(t)
	h := furnish(t, s.App, s.URL)
	path := h.shown("juno", false)
	b := open(t, s.URL)
	b.visit(path)
	b.until(`document.querySelectorAll("main .gallery a[data-full]").length === 3`)
	b.until(`[...document.querySelectorAll(".gallery img.blur")].every((i) => i.complete && i.naturalWidth === 8) && document.querySelectorAll(".gallery img.blur").length === 3`)
	at := func(n int, says string) {
		t.Helper()
		b.until(fmt.Sprintf(`location.pathname === %q && document.querySelector("dialog.viewer .count").textContent === "%d of 3"`, fmt.Sprintf("%s/media/%d", path, n), n))
		b.until(fmt.Sprintf(`document.querySelector("dialog.viewer figcaption").innerText.includes(%q)`, says))
		b.until(fmt.Sprintf(`((p) => p.complete && p.naturalWidth > 0 && p.src === document.querySelectorAll(".gallery a[data-full]")[%d].dataset.full.replace(/^\//, location.origin + "/"))(document.querySelector("dialog.viewer img"))`, n-1))
	}
	closed := func() {
		t.Helper()
		b.until(fmt.Sprintf(`location.pathname === %q && !document.querySelector("dialog")`, path))
		b.until(`document.activeElement === document.querySelectorAll(".gallery a[data-full]")[1]`)
	}
	key := func(k string) { t.Helper(); b.do(chromedp.KeyEvent(k)) }
	b.stays()
	b.until(`(document.querySelectorAll(".gallery a[data-full]")[1].focus(), true)`)
	key(kb.Enter)
	at(2, "The same harbour at noon")
	b.until(`document.querySelector("dialog.viewer").contains(document.activeElement)`)
	key(kb.ArrowLeft)
	at(1, "a crane and two boats")
	key(kb.ArrowLeft)
	at(1, "a crane and two boats")
	key(kb.ArrowRight)
	key(kb.ArrowRight)
	at(3, "Nobody has described it.")
	key(kb.Escape)
	closed()
	b.click(".gallery a:nth-of-type(2)")
	at(2, "The same harbour at noon")
	b.click(".viewer .next")
	at(3, "Nobody has described it.")
	b.until(`(document.querySelector(".viewer figure").dispatchEvent(new PointerEvent("pointerdown", { clientX: 100 })), document.querySelector(".viewer figure").dispatchEvent(new PointerEvent("pointerup", { clientX: 240 })), true)`)
	at(2, "The same harbour at noon")
	b.click(".viewer .close")
	closed()
	b.click(".gallery a:nth-of-type(2)")
	at(2, "The same harbour at noon")
	b.until(`(history.back(), true)`)
	closed()
	if !b.stays() {
		t.Error("the page was loaded anew")
	}
	b.until(`(history.forward(), true)`)
	b.says("Picture, 2 of 3")

	for _, script := range []bool{false, true} {
		b.script(script)
		b.visit(path)
		if !script {
			b.press(".gallery a:nth-of-type(2)")
		} else {
			b.visit(path + "/media/2")
		}
		b.says("Picture, 2 of 3", "The same harbour at noon")
		b.press(`a[rel="next"]`)
		b.says("Picture, 3 of 3", "Nobody has described it.")
		if script {
			b.until(`document.documentElement.dataset.old = "1"`)
			key(kb.ArrowLeft)
			b.until(`!document.documentElement.dataset.old && location.pathname.endsWith("/media/2")`)
			b.until(`document.documentElement.dataset.old = "1"`)
			b.until(`document.readyState === "complete"`)
			key(kb.Escape)
			b.until(`!document.documentElement.dataset.old && location.pathname === "` + path + `"`)
		}
	}
	b.script(false)
	veiled := h.shown("juno", true)
	b.visit(veiled)
	b.until(`!document.querySelector(".gallery img").checkVisibility()`)
	b.click("main .warned > summary")
	b.until(`document.querySelector(".gallery img").checkVisibility()`)
	b.visit(veiled + "/media/1")
	b.until(`!document.querySelector(".viewing img").checkVisibility()`)
	b.click("main .warned > summary")
	b.until(`document.querySelector(".viewing img").checkVisibility()`)
	b.complain()
}

// TestShareJourney takes a post's address along, and writes about it.
func TestShareJourney(t *testing.T) {
	t.Parallel()
	needBrowser(t)
	s := apptest.Start(t)
	h := furnish(t, s.App, s.URL)
	path := h.row("juno")
	b := open(t, s.URL)
	b.signIn("ada", app.DemoPassword)
	for _, script := range []bool{true, false} {
		b.script(script)
		b.visit(path)
		b.click("article.focus .more > summary")
		b.press(`article.focus .menu a[href$="/share"]`)
		b.until(`document.querySelector("#address").value === "` + s.URL + path + `"`)
		b.until(fmt.Sprintf(`document.querySelector("[data-copy=address]").hidden === %v`, !script))
		b.press(`a[href^="/share?"]`)
		b.until(`document.querySelector("main .composer textarea").value === "` + s.URL + path + `"`)
	}
	b.script(true)
	b.visit(path + "/share")
	b.click("[data-copy=address]")
	b.until(`/Copied\.|selected now/.test(document.querySelector("[data-shared]").textContent)`) // as the browser lets us
	b.visit(path)
	b.press(`a[href$="/thread"]`)
	b.says("A thread by", "eleven names", "a second one because of the first", "The end of the story")
	b.silent("I was at the second one")
}
