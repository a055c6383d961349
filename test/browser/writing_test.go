package browser

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strconv"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// expire ends every session of somebody's, as if they had not come for long.
func expire(t *testing.T, s *apptest.Server, who *apptest.Person) {
	t.Helper()
	all, err := s.Auth.Sessions(t.Context(), who.Actor())
	if err != nil || len(all) == 0 {
		t.Fatal(len(all), err)
	}
	for _, one := range all {
		if err := s.Auth.EndSession(t.Context(), who.Actor(), one.ID); err != nil {
			t.Fatal(err)
		}
	}
}

// elsewhere signs somebody in again in another window of the same browser.
func (b *tab) elsewhere(name, password string) {
	b.t.Helper()
	in, err := eval[bool](b, fmt.Sprintf(`fetch("/auth/sign_in", { method: "POST", redirect: "manual", body: new URLSearchParams({ "user[email]": %q, "user[password]": %q }) }).then((a) => a.type === "opaqueredirect")`, name, password))
	if err != nil || !in {
		b.t.Fatal("sign in elsewhere: ", in, err)
	}
}

// enter presses that key as a keyboard does: what a page does with it keeps it
// from writing a line.
func (b *tab) enter() {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: "Enter", Code: "Enter", Text: "\r", WindowsVirtualKeyCode: 13})
		return err
	}))
}

// choose puts pictures into a field for files.
func (b *tab) choose(selector string, n int) {
	b.t.Helper()
	js := `(() => { const into = new DataTransfer();`
	for i := range n {
		m := image.NewRGBA(image.Rect(0, 0, 60, 40))
		for at := range 60 * 40 {
			m.Set(at%60, at/60, color.RGBA{uint8(i * 90), uint8(at), 90, 255})
		}
		var out bytes.Buffer
		if err := png.Encode(&out, m); err != nil {
			b.t.Fatal(err)
		}
		js += fmt.Sprintf(`into.items.add(new File([Uint8Array.from(atob(%q), (c) => c.charCodeAt(0))], "%d.png", { type: "image/png" }));`, base64.StdEncoding.EncodeToString(out.Bytes()), i)
	}
	b.until(js + `const input = document.querySelector(` + strconv.Quote(selector) + `); input.files = into.files; input.dispatchEvent(new Event("change", { bubbles: true })); return true })()`)
}

func draftsOf(t *testing.T, s *apptest.Server, who *apptest.Person) []social.KeptDraft {
	t.Helper()
	all, err := s.Posts.Drafts(t.Context(), who.Actor())
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// What is written is kept here while it is, and is gone on with in another
// browser; a session that ends and a connection that breaks lose nothing of it.
func TestWrittenIsKept(t *testing.T) {
	t.Parallel()
	needBrowser(t)
	s := apptest.Start(t)
	ada := s.Join("ada", social.Member)
	b, other := open(t, s.URL), open(t, s.URL)
	b.signIn("ada", ada.Password)
	other.signIn("ada", ada.Password)
	stands := func(b *tab, text string) {
		t.Helper()
		b.until(`document.querySelector("[data-composer] textarea")?.value === ` + strconv.Quote(text))
	}

	b.visit("/")
	b.fill("#text", "Begun at home")
	b.says("Kept in your drafts")
	if all := draftsOf(t, s, ada); len(all) != 1 || all[0].Draft.Text != "Begun at home" {
		t.Fatalf("kept: %+v", all)
	}
	other.visit("/drafts")
	other.says("Begun at home")
	other.press(`.drafts a.button`)
	stands(other, "Begun at home")
	other.fill("#text", "Begun at home, gone on elsewhere")
	other.says("Kept in your drafts")
	if all := draftsOf(t, s, ada); len(all) != 1 || all[0].Draft.Text != "Begun at home, gone on elsewhere" {
		t.Fatalf("gone on with: %+v", all)
	}

	expire(t, s, ada)
	other.fill("#text", "Begun at home, gone on elsewhere, and not signed in")
	other.says("Kept in this browser only")
	other.press(`[data-composer] button[value="post"]`)
	other.says("You are not signed in any more")
	other.until(`document.querySelector("main textarea").value === "Begun at home, gone on elsewhere, and not signed in"`)
	other.look(page{"new-signed-out", "", ""}, 1280, "what was typed by who is not signed in any more")
	other.elsewhere("ada", ada.Password)
	other.press(`main form .button`)
	other.says("Your post is out.")
	if all := draftsOf(t, s, ada); len(all) != 0 {
		t.Errorf("it is out, and a draft: %+v", all)
	}

	b.signIn("ada", ada.Password)
	b.visit("/new")
	b.fill("#text", "Before the line broke")
	b.says("Kept in your drafts")
	expire(t, s, ada)
	b.fill("#text", "Before the line broke, and after")
	b.says("Kept in this browser only")
	b.signIn("ada", ada.Password) // the page is lost
	b.visit("/new")
	stands(b, "Before the line broke, and after")
	b.press(`[data-composer] button[value="post"]`)
	b.says("Your post is out.")
	if all := draftsOf(t, s, ada); len(all) != 0 {
		t.Errorf("both are out, and drafts: %+v", all)
	}

	b.script(false)
	b.visit("/new")
	b.fill("#text", "Without")
	expire(t, s, ada)
	b.press(`[data-composer] button[value="draft"]`)
	b.says("You are not signed in any more")
	b.until(`document.querySelector("main textarea").value === "Without"`)
	b.script(true)
	b.elsewhere("ada", ada.Password)
	b.script(false)
	b.press(`main form .button`)
	b.says("It is in your drafts.", "Without")
}

// A thread with pictures is written in one go, with the script and without.
func TestWrittenInOneGo(t *testing.T) {
	t.Parallel()
	needBrowser(t)
	s := apptest.Start(t)
	ada := s.Join("ada", social.Member)
	for _, script := range []bool{true, false} {
		b := open(t, s.URL)
		b.signIn("ada", ada.Password)
		b.script(script)
		first := fmt.Sprint("First, with a script: ", script)
		b.visit("/new")
		b.fill("#text", first)
		b.press(`button[value="more"]`)
		b.fill("#text-2", "Second")
		if script {
			b.choose(`input[name="files-2"]`, 2)
			b.until(`document.querySelectorAll("[data-attached='-2'] > li").length === 2`)
			b.click(`[data-attached="-2"] > li:last-child button[value^="earlier"]`)
			b.until(`document.querySelector("[data-attached='-2'] > li:first-child button[value^=earlier]") === document.activeElement`)
			b.click(`[data-attached="-2"] > li:first-child img`)
		} else {
			b.choose(`input[name="files-2"]`, 2)
			b.press(`[data-attached="-2"] + .files button[value="attach"]`)
			b.press(`[data-attached="-2"] > li:last-child button[value^="earlier"]`)
		}
		b.until(`document.querySelectorAll("[data-attached='-2'] img").length === 2`)
		b.fill(`[data-attached="-2"] > li:first-child textarea`, "A green square")
		b.press(`button[value="post"]`)
		b.says("Say what the pictures show")
		b.until(`document.querySelector("[data-attached='-2'] textarea").value === "A green square"`)
		b.press(`button[value="anyway"]`)
		b.says("Your post is out.")
		b.visit("/@ada/with_replies")
		b.says(first, "Second")
		b.until(`document.querySelector("article .gallery img:not(.blur)").alt === "A green square"`)
		var all []social.Post
		if err := s.Store.Read(t.Context(), func(v *store.View) (err error) {
			all, err = v.PostsBy(t.Context(), []social.AccountID{ada.ID}, social.Page{Limit: 2})
			return err
		}); err != nil || len(all) != 2 || all[0].ReplyTo != all[1].ID || len(all[0].Media) != 2 || all[1].Text != first {
			t.Errorf("said %+v, %v", all, err)
		}
		b.visit("/drafts")
		b.says("No drafts")
	}
}

// What is held is taken back with one press, and stands in the composer again; if
// it is not, it goes out by itself.
func TestUndo(t *testing.T) {
	t.Parallel()
	needBrowser(t)
	s := apptest.Start(t)
	ada := s.Join("ada", social.Member)
	if err := s.Auth.SetPrefs(t.Context(), ada.Actor(), social.Prefs{Hold: true}); err != nil {
		t.Fatal(err)
	}
	b := open(t, s.URL)
	b.signIn("ada", ada.Password)
	b.visit("/")
	b.fill("#text", "Too hasty")
	b.press(`button[value="post"]`)
	b.says("It is sent in 10 seconds.")
	b.press(`.undo .button`)
	b.says("It was not sent.")
	b.until(`document.querySelector("#text").value === "Too hasty"`)
	b.fill("#text", "Well considered")
	b.press(`button[value="post"]`)
	b.says("It is sent in 10 seconds.")
	b.visit("/scheduled")
	b.says("Well considered")
	var home []apptest.Status
	s.Eventually("the post", func() bool {
		ada.Call("GET", "/api/v1/timelines/home", nil).JSON(t, &home)
		return len(home) == 1
	})
	b.visit("/scheduled")
	b.says("Nothing is scheduled")
}

// Names, tags and emojis are offered while one writes, and taken by the keys.
func TestCompletion(t *testing.T) {
	t.Parallel()
	needBrowser(t)
	s := apptest.Start(t)
	ada, ben := s.Join("ada", social.Member), s.Join("benjamin", social.Member)
	s.Join("benedict", social.Member)
	ben.Post("I bake #sourdough", "public")
	b := open(t, s.URL)
	b.signIn("ada", ada.Password)
	b.visit("/new")
	b.fill("#text", "Hello @ben")
	b.until(`document.querySelectorAll(".offers [role=option]").length === 2`)
	b.until(`document.querySelector("#text").getAttribute("aria-controls") === document.querySelector(".offers").id`)
	b.look(page{"new-offers", "ada", ""}, 1280, "while a name is offered")
	chosen := `document.getElementById(document.querySelector("#text").getAttribute("aria-activedescendant"))`
	b.strike(kb.ArrowDown)
	b.until(chosen + `?.getAttribute("aria-selected") === "true"`)
	b.strike(kb.ArrowDown)
	name, err := eval[string](b, chosen+`.dataset.insert`)
	if err != nil {
		t.Fatal(err)
	}
	b.enter()
	b.until(`document.querySelector("#text").value === ` + strconv.Quote("Hello "+name+" "))
	b.until(`document.querySelector(".offers").hidden`)
	b.write("#sour")
	b.until(`document.querySelector(".offers [data-insert='#sourdough']")`)
	b.strike(kb.Escape)
	b.until(`document.querySelector(".offers").hidden`)
	b.write("d")
	b.click(".offers [data-insert='#sourdough']")
	b.until(`document.querySelector("#text").value === ` + strconv.Quote("Hello "+name+" #sourdough "))
}
