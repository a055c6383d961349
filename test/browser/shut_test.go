package browser

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

var errMoving = errs.New(errs.Unavailable, "This is a copy that follows; it can be read, and not written to at the moment. Where we are is told at status.plaza.example.")

// A house that can only be read says so on every page, to everybody, on every
// screen.
func TestShutPages(t *testing.T) {
	t.Parallel()
	needBrowser(t)
	s := apptest.Start(t)
	h := furnish(t, s.App, s.URL)
	all := []page{{"shut-landing", "", "/"}, {"shut-sign-in", "", "/auth/sign_in"}, {"shut-thread", "", h.latest("omar", "Jupiter")}, {"shut-home", "ada", "/"}, {"shut-new", "ada", "/new"},
		{"shut-settings", "ada", "/settings/profile"}, {"shut-not-found", "ada", "/nowhere"}}
	tabs := h.sitting(app.DemoPassword, all)
	s.Store.Shut(errMoving)
	for _, p := range all {
		b := tabs[p.who]
		b.inspect(p)
		b.until(`document.querySelector("body > [role=status]").getBoundingClientRect().height > 20`)
		if *pictures != "" {
			b.picture(p, filepath.Join(*pictures, "all"), true)
		}
	}
	b := tabs["ada"]
	b.visit("/settings/profile")
	b.fill("textarea[name=bio]", "I knit, and I\nwrite about it.")
	b.press(`main form[action="/settings/profile"] .button:not([type=button])`)
	b.says("can be read, and not written to", "Send it again")
	p := page{"shut-form", "ada", ""}
	b.size(390, 900)
	b.look(p, 390, "a form that was not taken")
	b.until(`document.querySelector("main textarea").value === "I knit, and I\nwrite about it."`)
	if *pictures != "" {
		b.keep(p)
	}
	s.Store.OpenGate()
	b.press("main form .button")
	b.says("Saved.")
}

// keep takes a picture of the page as it is.
func (b *tab) keep(p page) {
	b.t.Helper()
	b.until(`(document.activeElement?.blur(), true)`)
	if err := os.WriteFile(filepath.Join(*pictures, "all", p.name+"-390.png"), b.shoot(390, 844, 2, true), 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// What is written while nothing can be posted is there until it can.
func TestDrafts(t *testing.T) {
	t.Parallel()
	needBrowser(t)
	s := apptest.Start(t)
	ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
	asked := ben.Post("Does anybody know?", "public")
	b := open(t, s.URL)
	b.signIn("ada", ada.Password)
	kept := func(n string) { t.Helper(); b.until(`Object.keys(localStorage).length === ` + n) }
	stands := func(text string) {
		t.Helper()
		b.until(`document.querySelector("[data-composer] textarea")?.value === "` + text + `"`)
	}

	s.Store.Shut(errMoving)
	b.visit("/new")
	b.says("kept in this browser until it can be sent")
	b.fill("#text", "Written in a storm")
	kept("1")
	b.visit("/new") // as after a crash
	stands("Written in a storm")
	b.click("main form .button")
	b.says("It stays here, and is sent as soon as it can be.", "can be read, and not written to")
	stands("Written in a storm")
	b.visit("/@ben/" + asked.ID)
	stands("@ben ")
	b.fill("#reply", "@ben I do")
	kept("2")
	b.visit("/@ben/" + asked.ID)
	stands("@ben I do")

	s.Store.OpenGate()
	b.visit("/new")
	stands("Written in a storm")
	b.press("main form .button")
	b.says("Your post is out.", "Written in a storm")
	kept("1") // the answer to ben waits
	b.visit("/new")
	stands("")
	b.visit("/@ben/" + asked.ID)
	stands("@ben I do")

	b.script(false)
	s.Store.Shut(errMoving)
	b.visit("/new")
	b.fill("#text", "Without a script")
	b.press("main form .button")
	stands("Without a script")
	s.Store.OpenGate()
	b.script(true)

	b.visit("/")
	b.press(`.sidebar form[action="/auth/sign_out"] button`)
	kept("0") // nothing is left for the next one
}
