package web_test

import (
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
