package web_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/social"
)

// A link that is no longer good says so at once, not after a form was filled in.
func TestOldLinksSaySo(t *testing.T) {
	b := open(t).browser()
	for path, want := range map[string]struct {
		status int
		words  string
	}{
		"/setup?token=wrong":              {http.StatusForbidden, "does not make an owner"},
		"/setup":                          {http.StatusForbidden, "does not make an owner"},
		"/invite/nonsense":                {http.StatusForbidden, "To the front door"},
		"/auth/password/edit?token=wrong": {http.StatusUnprocessableEntity, "Send me a new one"},
		"/auth/password/edit":             {http.StatusUnprocessableEntity, "Send me a new one"},
	} {
		w := b.get(path)
		if body := w.Body.String(); w.Code != want.status || !strings.Contains(body, want.words) || strings.Contains(body, `type="password"`) {
			t.Errorf("%s: %d, want %d with %q and no form", path, w.Code, want.status, want.words)
		}
	}
}

// So does one that was good, and is used up or over.
func TestUsedLinksSaySo(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada := h.member("ada", social.Owner)
	code := func() string {
		ada.clock.Pass(time.Second)
		want(t, ada.post("/settings/invites", "uses", "1", "days", "1"), 200, "/invite/")
		return regexp.MustCompile(`/invite/[\w-]+`).FindString(ada.get("/settings/invites").Body.String())
	}
	used := code()
	want(t, h.browser().get(used), 200, "You are invited.")
	want(t, h.browser().post("/auth/sign_up", "invite", strings.TrimPrefix(used, "/invite/"), "user[username]", "ben", "user[email]", "ben@example.org",
		"user[password]", "correct horse", "user[agreement]", "1"), 200, "We sent a letter")
	want(t, h.browser().get(used), 403, "This link does not work", "invitation", `!type="password"`)

	ended := code()
	ada.clock.Pass(25 * time.Hour)
	want(t, h.browser().get(ended), 403, "This link does not work", "invitation", `!type="password"`)

	b := h.browser()
	b.post("/auth/password", "user[email]", "ada@example.org")
	link := h.letter("ada@example.org")
	_, token, _ := strings.Cut(link, "token=")
	want(t, b.get(link), 200, `type="password"`)
	want(t, b.post("/auth/password/edit", "token", token, "user[password]", "a new one"), 200, "Your new password is set")
	want(t, b.get(link), 422, "Send me a new one", `!type="password"`)
}

// Who waits has no page yet: what is told of them leads to where it is decided.
func TestToldOfWhoAsks(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada := h.member("ada", social.Owner)
	want(t, ada.post("/settings/house", "title", "Marktplatz", "sign_ups", "approval"), 200, "Saved.")
	dan := h.browser()
	want(t, dan.post("/auth/sign_up", "user[username]", "dan", "user[email]", "dan@example.org", "user[password]", "correct horse", "user[agreement]", "1",
		"user[reason]", "I sing."), 200, "another letter")
	want(t, dan.post("/auth/sign_in", "user[email]", "dan", "user[password]", "correct horse"), 200, "We sent a letter")
	want(t, dan.get(h.letter("dan@example.org")), 200, "Somebody will look at your request soon.", "Somebody is looking")
	h.follow()
	told := ada.get("/notifications")
	want(t, told, 200, "asks to join", "!joined", `!href="/@dan"`)
	_, main, _ := strings.Cut(told.Body.String(), "<main")
	if !strings.Contains(main, `href="/settings/approvals"`) {
		t.Error("it does not lead to the requests")
	}
	decide := regexp.MustCompile(`/settings/approvals/\d+`).FindString(ada.get("/settings/approvals").Body.String())
	want(t, ada.post(decide, "do", "approve"), 200, "Approved.")
	want(t, ada.get("/notifications"), 200, "joined", "!asks to join", `href="/@dan"`)
}
