package browser

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

var link = regexp.MustCompile(`https?://\S+/auth/(confirmation|password/edit)\S+`)

// Everything people do works with the script on a large screen, and without
// it on a telephone.
func TestJoinAndTalk(t *testing.T) {
	t.Parallel()
	needBrowser(t)
	for name, way := range map[string]struct {
		script        bool
		width, height int64
	}{"with script": {true, 1280, 900}, "without script": {false, 390, 844}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := apptest.Start(t)
			ben := s.Join("ben", social.Member)
			ben.Post("The fountain runs again.", "public")
			b := open(t, s.URL)
			b.size(way.width, way.height)
			b.script(way.script)
			join(b, s)
			talk(b, way.script)
			sketch(b, way.script)
			ada, err := s.View.Named(t.Context(), "ada", "")
			if err != nil {
				t.Fatal(err)
			}
			ben.Must("POST", fmt.Sprintf("/api/v1/accounts/%d/follow", ada.ID), nil, nil)
			ben.Post("@ada come along!", "public")
			token, err := s.Auth.TokenFor(t.Context(), ada.ID, social.ParseScopes("read"))
			if err != nil {
				t.Fatal(err)
			}
			s.Eventually("ada is told", func() bool {
				var told []struct{ Type string }
				s.Call("GET", "/api/v1/notifications", token, nil).JSON(t, &told)
				return len(told) >= 2
			})
			hearAndFind(b)
			changeMind(b, way.width > 1000)
			noBreaches(t, s)
		})
	}
}

// join has a stranger become a member who is signed in.
func join(b *tab, s *apptest.Server) {
	b.visit("/")
	b.says("The fountain runs again.")
	b.press(`.hero a[href="/auth/sign_up"]`)
	b.fill("#user_username", "ada")
	b.fill("#user_email", "ada@example.org")
	b.fill("#user_password", "short")
	b.click("#user_agreement")
	b.press("main form .button")
	b.says("A password has at least 8 characters.")
	b.fill("#user_password", "correct horse")
	b.press("main form .button")
	b.says("Look into your mail")
	b.visit(link.FindString(s.Letter("ada@example.org").Text))
	b.says("Your address is confirmed.")
	b.fill("#user_email", "ada")
	b.fill("#user_password", "correct horse")
	b.press("main form .button")
	b.says("Your home is still quiet")
}

// talk has her write, follow, answer, like and pass on.
func talk(b *tab, script bool) {
	b.fill("#text", "Good morning, square!")
	b.press(`[data-composer] button[value="post"]`)
	b.says("Your post is out.", "Good morning, square!")

	b.visit("/@ben")
	b.press(`.over button.button`)
	b.says("You follow them now.", "Following")
	b.visit("/")
	b.says("The fountain runs again.", "Good morning, square!")

	ben := `article:has(.who[href="/@ben"]) `
	for _, act := range []string{"like", "boost"} {
		b.stays()
		b.click(ben + ".act." + act)
		b.until(`document.querySelector('` + ben + `.act.` + act + `.on')`)
		if b.stays() != script {
			b.t.Errorf("%s: stayed on the page: %v, want %v", act, !script, script)
		}
	}
	b.press(ben + ".act.reply")
	b.says("Thread")
	b.fill("#reply", "@ben I saw it, too!")
	b.press(`.replying button[value="post"]`)
	b.says("Your post is out.", "I saw it, too!")
	b.visit("/@ada/with_replies")
	b.says("Good morning, square!", "I saw it, too!", "Answering @ben")
}

// changeMind has her edit and delete what she said, and leave.
func changeMind(b *tab, large bool) {
	b.visit("/@ada")
	b.press(`article:has(.who[href="/@ada"]) .when`)
	b.click(".focus .more summary")
	b.press(`.focus .menu a[href$="/edit"]`)
	b.fill("#text", "Good evening, square!")
	b.press(`[data-composer] .button`)
	b.says("Your post was changed.", "Good evening, square!", "edited")
	b.silent("Good morning")
	b.click(".focus .more summary")
	b.press(`.focus .menu a[href$="/delete"]`)
	b.says("Delete this post?")
	b.press("main .button.danger")
	b.says("Deleted.")
	b.silent("Good evening")
	if large {
		b.press(`.me button`)
	} else {
		b.press(`.tabbar a[href="/menu"]`)
		b.press(`main form[action="/auth/sign_out"] .button`)
	}
	b.says("You are signed out.", "Sign in")
}

// picturesField is where the composer takes pictures.
const picturesField = `[data-composer] input[type="file"]`

// sketch has her write with a picture and say what is on it, where the composer takes
// pictures.
func sketch(b *tab, script bool) {
	b.visit("/new")
	if takes, err := eval[bool](b, `!!document.querySelector('`+picturesField+`')`); err != nil || !takes {
		b.t.Logf("the composer takes no pictures: %v", err)
		return
	}
	file := filepath.Join(b.t.TempDir(), "fountain.png")
	var drawn bytes.Buffer
	if err := png.Encode(&drawn, image.NewGray(image.Rect(0, 0, 60, 40))); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(file, drawn.Bytes(), 0o644); err != nil {
		b.t.Fatal(err)
	}
	b.click(`[data-composer] summary[title^="Pictures"]`)
	b.do(chromedp.SetUploadFiles(chromedp.CSS(picturesField), []string{file}))
	if !script {
		b.press(`[data-composer] button[value="attach"]`)
	}
	b.until(`document.querySelector('textarea[name^="alt-"]')`)
	b.fill(`textarea[name^="alt-"]`, "A stone bowl, and water over its edge")
	b.fill("#text", "I drew the fountain.")
	b.press(`[data-composer] button[value="post"]`)
	b.says("Your post is out.", "I drew the fountain.")
	b.visit("/@ada")
	b.until(`document.querySelector('article img[alt="A stone bowl, and water over its edge"]')`)
}

// hearAndFind has her see who spoke to her and follows her, and look for what was
// said and who said it.
func hearAndFind(b *tab) {
	b.visit("/notifications")
	b.says("come along!", "follows you")
	b.visit("/search")
	b.fill(`main input[name="q"]`, "fountain")
	b.strike(kb.Enter)
	b.says("The fountain runs again.")
	b.visit("/search")
	b.fill(`main input[name="q"]`, "ben")
	b.strike(kb.Enter)
	b.until(`document.querySelector('main a[href="/@ben"]')`)
}
