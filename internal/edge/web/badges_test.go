package web_test

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/plaza-social/plaza/internal/social"
)

// The staff says that it knows who somebody is, and how; everybody sees it.
func TestConfirmedOnPages(t *testing.T) {
	t.Parallel()
	h := open(t)
	juno, mona := h.member("juno", social.Member), h.member("mona", social.Moderator)
	juno.say("Hello from the harbour", social.Public)
	h.browser().get("/") // so that what is cached has to be forgotten
	at := personPath(h, "juno")
	want(t, juno.post(at+"/confirm", "reason", "it is me"), 403)
	want(t, h.browser().post(at+"/confirm", "reason", "x"), 200, "!Confirmed")
	want(t, mona.post(at+"/confirm", "name", "Juno", "reason", "x"), 422, "This account is called juno now")
	want(t, mona.post(at+"/confirm", "name", "juno", "reason", " "), 422, "Say in a few words how you know who this is")
	want(t, mona.get(at), 200, `name="name" value="juno"`)
	want(t, mona.post(at+"/confirm", "name", "juno", "reason", "met at the harbour"), 200, "Saved.", "met at the harbour", "Take the badge back", "Confirmed who it is")
	want(t, h.browser().get("/@juno"), 200, `href="/help/badges#confirmed"`, "Confirmed by this community", "Hello from the harbour")
	want(t, h.browser().get("/@juno/about"), 200, "Given by: moderator", "met at the harbour", "!mona")
	want(t, h.browser().get("/public/local"), 200, `<span class="hidden">Confirmed by this community</span>`)
	want(t, juno.get("/settings/profile"), 200, "You are confirmed by this community under the name juno", "!Show everybody that I look after")
	want(t, juno.post("/settings/profile", "display_name", "Prime Minister"), 200, "You were confirmed by this community under the name juno")
	want(t, h.browser().get("/@juno"), 200, "Prime Minister", "!Confirmed by this community")
	want(t, mona.get(at), 200, "It was for the name juno")
	want(t, mona.post(at+"/unconfirm"), 200, "!Take the badge back", "Confirmed no more")
	want(t, mona.post(at+"/unconfirm"), 404)

	want(t, mona.get("/@mona"), 200, "!Looks after this house")
	want(t, mona.post("/settings/badges", "show_role", "1"), 200, "Saved.", `name="show_role" value="1" checked`)
	want(t, h.browser().get("/@mona"), 200, `href="/help/badges#staff"`, "Looks after this house")
	want(t, mona.post("/settings/badges"), 200, "Saved.")
	want(t, h.browser().get("/@mona"), 200, "!Looks after this house")
	want(t, juno.post("/settings/badges", "show_role", "1"), 403)

	help := h.browser().get("/help/badges")
	for _, k := range social.BadgeKinds {
		want(t, help, 200, fmt.Sprintf(`<section id="%s">`, k))
	}
}

// Whoever decides who may join sees whom they can be mistaken for.
func TestLikenessOnPages(t *testing.T) {
	t.Parallel()
	h := open(t)
	mona := h.member("mona", social.Moderator)
	h.member("rnona", social.Member)
	h.member("carl", social.Member)
	want(t, mona.get(personPath(h, "rnona")), 200, "Looks like somebody else", "@mona")
	want(t, mona.get(personPath(h, "carl")), 200, "!Looks like somebody else")
}

// The owner keeps a name, and somebody with the link takes it; nobody else does.
func TestHeldNamesOnPages(t *testing.T) {
	t.Parallel()
	h := open(t)
	olga, amy := h.member("olga", social.Owner), h.member("amy", social.Admin)
	h.member("pers0nx", social.Member)
	want(t, amy.get("/settings/names"), 403)
	want(t, amy.get("/admin"), 200, "!Names that are kept")
	want(t, olga.get("/settings/names"), 200, "No name is kept")
	want(t, olga.get("/admin"), 200, "Names that are kept")
	want(t, amy.post("/settings/names", "username", "Person_X"), 403)
	want(t, olga.post("/settings/names", "username", "a b", "note", "my note"), 422, "letters from a to z", `value="my note"`)
	page := olga.post("/settings/names", "username", "Person_X", "note", "met on Sunday")
	want(t, page, 200, "@Person_X is kept", "@pers0nx", "met on Sunday", "Nobody has a link for it")
	link := regexp.MustCompile(`/settings/names/\d+/link`).FindString(page.Body.String())
	want(t, amy.post(link, "days", "7"), 403)
	want(t, olga.post(link, "days", "0"), 422, "A link is good for 1 to 90 days")
	page = olga.post(link, "days", "7")
	key := regexp.MustCompile(`/auth/claim\?key=([\w-]+)`).FindStringSubmatch(page.Body.String())
	if want(t, page, 200, "The link for @Person_X", "Its link is good until"); key == nil {
		t.Fatal("no link is shown")
	}
	want(t, olga.get("/settings/names"), 200, "!"+key[1])

	want(t, h.browser().post("/auth/sign_up", "user[username]", "person_x", "user[email]", "eve@example.org", "user[password]", "correct horse", "user[agreement]", "1"), 422, "This username is kept for somebody")
	want(t, h.browser().get("/auth/claim?key=x"), 403, "This link does not give a name")
	want(t, h.browser().get("/auth/claim?key="+key[1]), 200, "@Person_X", `name="robots"`)
	fields := []string{"token", key[1], "user[username]", "somebody", "user[email]", "x@example.org", "user[agreement]", "1"}
	want(t, h.browser().post("/auth/claim", fields...), 422, "Choose a password.", "@Person_X", `value="x@example.org"`)
	want(t, h.browser().post("/auth/claim", append(fields, "user[password]", "correct horse")...), 200, "Look into your mail")
	if h.id("Person_X") == 0 {
		t.Error("nobody has the name")
	}
	want(t, h.browser().post("/auth/claim", append(fields, "user[password]", "correct horse")...), 403, "This link does not give a name")
	want(t, olga.get("/settings/names"), 200, "Claimed; the address is not confirmed yet", "!Its link is good")
	want(t, olga.post(link, "days", "7"), 422, "Somebody has claimed this name")
	want(t, olga.get("/admin/audit"), 200, "Kept a name for somebody", "Made a link for a name that is kept", "!hold_name", "!link_name")
}
