package browser

import (
	"strconv"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// Two people have the same place open: what one of them says there the other is
// told of without loading anything anew, and reads it when they like.
func TestTogether(t *testing.T) {
	t.Parallel()
	needBrowser(t)
	s := apptest.Start(t)
	ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
	ada.Follow(ben)
	ben.Follow(ada)
	ben.Post("The first.", "public")
	hers, his := open(t, s.URL), open(t, s.URL)
	hers.before(hurry)
	his.before(hurry)
	hers.signIn("ada", ada.Password)
	his.signIn("ben", ben.Password)
	hers.says("The first.")
	hers.stays()
	said := func(by, other *tab, words string) {
		t.Helper()
		by.fill("#text", words)
		by.press(`[data-composer] button[value="post"]`)
		by.says(words)
		other.until(`document.querySelector("[data-newer] button")`)
		other.silent(words) // nothing moves before it is wanted
		other.click("[data-newer] button")
		other.says(words)
	}
	said(his, hers, "Is anybody there?")
	if !hers.stays() {
		t.Error("her page was loaded anew")
	}
	his.stays()
	said(hers, his, "I am!")
	if !his.stays() {
		t.Error("his page was loaded anew")
	}
}

// What is written while the server is started anew is said after that, and once.
// That what was sent with no answer is not said twice is tried in TestSentOnce.
func TestWrittenDuringARestart(t *testing.T) {
	t.Parallel()
	needBrowser(t)
	s := apptest.Start(t)
	ada := s.Join("ada", social.Member)
	b := open(t, s.URL)
	b.signIn("ada", ada.Password)
	b.visit("/new")
	b.fill("#text", "Written in between")
	s = s.Anew(t)
	b.write(", and after")
	b.press("main form .button")
	b.says("Your post is out.", "Written in between, and after")
	var all []apptest.Status
	s.As(ada).Must("GET", "/api/v1/accounts/"+strconv.FormatInt(int64(ada.ID), 10)+"/statuses", nil, &all)
	if len(all) != 1 {
		t.Errorf("it was said %d times", len(all))
	}
}
