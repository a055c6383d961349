package web_test

import (
	"regexp"
	"testing"

	"github.com/plaza-social/plaza/internal/social"
)

func TestMoving(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, ben, cleo := h.member("ada", social.Member), h.member("ben", social.Member), h.member("cleo", social.Member)
	ada.say("before I go", social.Public)
	const page = "/settings/moving"
	want(t, h.browser().get(page), 200, "Please sign in")
	want(t, ada.get(page), 200, "Move away", "Goes along", "Your followers", "Stays here", "30 days", "Move here", "!Your other accounts")
	want(t, ada.post(page, "to", "@ben", "password", "wrong"), 422, "This is not your password.", `value="@ben"`)
	want(t, ada.post(page, "to", "@ben", "password", "correct horse"), 422, "does not say yet that it is yours", "aliases", "@ada")
	want(t, ada.post(page, "to", "@nobody", "password", "correct horse"), 422, "no such account")
	want(t, ada.post(page, "to", "", "password", "correct horse"), 422, "Name the account as")

	want(t, ben.post(page+"/aliases", "alias", "@ben"), 422, "This is the account itself")
	want(t, ben.post(page+"/aliases", "alias", "@ada"), 200, "Added.", "Your other accounts", "@ada", "Remove")
	want(t, ada.post(page, "to", "@ben", "password", "correct horse"), 200, "You have moved.", "You live elsewhere now", "@ben", "!Move away")
	want(t, cleo.get("/@ada"), 200, "has moved to", `href="/@ben"`)
	want(t, ada.post("/new", "text", "still here?", "visibility", "public"), 403, "moved to another account")
	want(t, ada.post(page+"/stay"), 200, "Welcome back.", "You have moved lately. You can again on", "!Your password here")
	want(t, ada.post(page, "to", "@ben", "password", "correct horse"), 422, "moves once in 30 days")
	want(t, cleo.get("/@ada"), 200, "!has moved to")
	h.clock.Pass(social.MoveRest)
	want(t, ada.get(page), 200, "Your password here")
	alias := regexp.MustCompile(`name="alias" value="(https[^"]+)"`).FindStringSubmatch(ben.get(page).Body.String())
	if alias == nil {
		t.Fatal("the alias has no button")
	}
	want(t, ben.post(page+"/aliases/end", "alias", alias[1]), 200, "Removed.", "!Your other accounts")
}
