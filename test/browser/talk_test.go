package browser

import (
	"regexp"
	"testing"

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
			changeMind(b, way.width > 1000)
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
	b.press(`.over .button`)
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
