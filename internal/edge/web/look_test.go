package web_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/social"
)

// How pages look is kept with the account, and stands in the first line that is sent.
func TestAppearance(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, ben, nobody := h.member("ada", social.Member), h.member("ben", social.Admin), h.browser()
	want(t, ada.get("/settings/appearance"), 200, `<html lang="en">`, `content="light dark"`, "!Paint the house")
	ada.post("/settings/privacy", "visibility", "unlisted", "language", "de", "discoverable", "on")
	want(t, ada.post("/settings/appearance", "scheme", "dark", "size", "larger", "contrast", "on", "still", "on"), 200, "Saved.",
		`<html lang="en" class="dark text-larger contrast calm">`, `<meta name="color-scheme" content="dark">`, `!media="(prefers-color-scheme`)
	want(t, ada.get("/"), 200, `class="dark text-larger contrast calm"`, `value="unlisted" selected`)
	ada.post("/settings/privacy", "visibility", "public", "language", "de")
	want(t, ada.get("/@ada"), 200, `class="dark text-larger contrast calm"`)
	for _, wrong := range []string{"sepia", `dark" onload="x`, "light dark"} {
		want(t, ada.post("/settings/appearance", "scheme", wrong), 422)
		want(t, ben.post("/settings/appearance/house", "accent", wrong), 422)
	}
	want(t, ada.post("/settings/appearance/house", "accent", "plum"), 403)
	want(t, ben.get("/settings/appearance"), 200, "Paint the house")
	want(t, ben.post("/settings/appearance/house", "accent", "plum"), 200, `<html lang="en" class="accent-plum">`)
	want(t, ada.get("/"), 200, `class="dark accent-plum text-larger contrast calm"`)
	for _, path := range []string{"/", "/about", "/nowhere", "/auth/sign_in"} {
		if body := nobody.get(path).Body.String(); !strings.Contains(body, `<html lang="en" class="accent-plum">`) {
			t.Errorf("%s: %.100s", path, body)
		}
	}
	want(t, ben.post("/settings/appearance/house", "accent", ""), 200, `<html lang="en">`)
	want(t, ada.post("/settings/appearance", "scheme", "", "size", ""), 200, `<html lang="en">`)
}

// inLanguage is what a browser is shown that asks for languages.
func (b *browser) inLanguage(path, accept string) string {
	b.t.Helper()
	r := httptest.NewRequest("GET", path, nil)
	r.Header.Set("Accept-Language", accept)
	return b.send(r).Body.String()
}

// Strangers read pages in the language that they chose, or else in what their browser asks for.
func TestLanguage(t *testing.T) {
	t.Parallel()
	h := open(t)
	b := h.browser()
	const english, french, german, arabic = `<html lang="en">`, `<html lang="fr">`, `<html lang="de">`, `<html lang="ar" dir="rtl">`
	for accept, lang := range map[string]string{"": english, "fr": french, "tlh, fr-CA;q=0.9, en;q=0.1": french, "ar-EG": arabic, "tlh": english, ";;q=x, \x01": english, strings.Repeat("-", 5000): english} {
		if page := b.inLanguage("/about", accept); !strings.Contains(page, lang) {
			t.Errorf("%.40q is answered with %.60q", accept, page)
		}
	}
	page := b.inLanguage("/public/local?x=1", "fr")
	for _, part := range []string{french, `action="/language"`, `name="back" value="/public/local?x=1"`, `<option value="ar" lang="ar">العربية</option>`, `<option value="" selected>`} {
		if !strings.Contains(page, part) {
			t.Errorf("the page lacks %s", part)
		}
	}
	want(t, b.post("/language", "language", "de", "back", "/about"), 200, german, `<option value="de" lang="de" selected>Deutsch</option>`)
	if b.at != "/about" {
		t.Errorf("the choice leads to %s", b.at)
	}
	if page := b.inLanguage("/nowhere", "fr"); !strings.Contains(page, german) {
		t.Errorf("what was chosen does not come first: %.60q", page)
	}
	for _, wrong := range []string{"tlh", "DE", "fr\x00", `ar" onload="x`} {
		want(t, b.post("/language", "language", wrong), 422, german, "Wähl eine der angebotenen.")
	}
	for _, back := range []string{"", "https://evil.example/", "//evil.example", `/\evil.example`, "about"} {
		if w := b.send(b.request("/language", "language", "de", "back", back)); w.Code != 303 || w.Header().Get("Location") != "/" {
			t.Errorf("back to %q: %d %s", back, w.Code, w.Header().Get("Location"))
		}
	}
	r := b.request("/language", "language", "fr")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	want(t, b.send(r), 403, german)
	b.post("/language", "language", "")
	if page := b.inLanguage("/about", "fr"); !strings.Contains(page, french) {
		t.Errorf("what was chosen is taken back: %.60q", page)
	}
}

// The language of members is kept with their accounts, for other browsers of theirs.
func TestLanguageOfMembers(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada := h.member("ada", social.Member)
	chosen := func(locale string) {
		t.Helper()
		by, err := h.auth.BySession(t.Context(), ada.cookies["__Host-plaza_session"].Value)
		if err != nil {
			t.Fatal(err)
		}
		me, err := h.auth.Self(t.Context(), by)
		if err != nil || me.Locale != locale {
			t.Errorf("with the account %q is kept, want %q: %v", me.Locale, locale, err)
		}
	}
	want(t, ada.get("/settings/appearance"), 200, "Language of the site", `!action="/language"`)
	want(t, ada.post("/settings/appearance", "language", "ar", "scheme", "dark"), 200, "حُفظ.", `<html lang="ar" dir="rtl" class="dark">`, `<option value="ar" lang="ar" selected>`)
	want(t, ada.post("/settings/appearance", "language", "tlh", "scheme", ""), 422)
	want(t, ada.post("/settings/appearance", "scheme", "light"), 200, `<html lang="ar" dir="rtl" class="light">`)
	chosen("ar")
	in := []string{"user[email]", "ada", "user[password]", "correct horse"}
	want(t, h.browser().post("/auth/sign_in", in...), 200, `<html lang="ar" dir="rtl" class="light">`)
	b := h.browser()
	b.post("/language", "language", "ja")
	want(t, b.post("/auth/sign_in", in...), 200, `<html lang="ja" class="light">`)
	ada.post("/language", "language", "en") // for the words that setUp looks for
	page, _ := ada.setUp()
	b = h.browser()
	want(t, b.post("/auth/sign_in", in...), 200, `<html lang="en">`)
	want(t, b.post("/auth/second", "code", h.codeOf(page)), 200, `<html lang="ar" dir="rtl" class="light">`)
	want(t, ada.post("/settings/appearance", "language", "", "scheme", ""), 200, `<html lang="en">`, `<option value="" selected>`)
	chosen("")

	r := h.browser().request("/auth/sign_up", "user[username]", "ben", "user[email]", "ben@example.org", "user[password]", "correct horse", "user[agreement]", "1")
	r.Header.Set("Accept-Language", "fr-CA")
	if w := h.browser().send(r); w.Code != 303 {
		t.Fatalf("sign-up: %d %s", w.Code, w.Body)
	}
	want(t, h.browser().post("/auth/sign_in", "user[email]", "ben", "user[password]", "correct horse"), 200, `<html lang="fr">`)
}
