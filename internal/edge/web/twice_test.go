package web_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// What was written in a profile is there to be mended when it is not taken.
func TestProfileKeepsWhatWasWritten(t *testing.T) {
	t.Parallel()
	ada := open(t).member("ada", social.Member)
	want(t, ada.post("/settings/profile", "display_name", "Ada of the many names, so many that nobody could ever remember all of them, and then some more", "bio", "I count", "field_name_0", "Pronouns", "field_value_0", "she", "bot", "1"),
		422, "Ada of the many names", ">I count</textarea>", `value="Pronouns"`, `value="she"`)
	want(t, ada.get("/settings/profile"), 200, "!I count")
}

// So is whom somebody wants on a list, and whom an admin wants to turn away.
func TestFormsKeepWhatWasTyped(t *testing.T) {
	t.Parallel()
	h := open(t)
	olga := h.member("olga", social.Owner)
	olga.post("/lists", "title", "Friends")
	list := regexp.MustCompile(`/lists/\d+`).FindString(olga.get("/lists").Body.String())
	want(t, olga.post(list+"/members", "name", "@nobody@far.example"), 422, "nobody was added", `name="name" value="@nobody@far.example"`)
	want(t, olga.get(list+"/edit"), 200, "!far.example")

	want(t, olga.post("/settings/screen/mail", "mail", "no host", "approval", "1"), 422, `name="mail" value="no host"`, `name="approval" value="1" checked`)
	want(t, olga.post("/settings/screen/address", "address", "nobody"), 422, `name="address" value="nobody"`)
	want(t, olga.post("/settings/screen/net", "net", "192.0.2.0/99", "severity", "no_access", "days", "9", "comment", "bots"), 422,
		`name="net" value="192.0.2.0/99"`, `<option value="no_access" selected>`, `name="days" value="9"`, `name="comment" value="bots"`)
	want(t, olga.get("/settings/screen"), 200, "!192.0.2.0/99", `<option value="sign_up_block" selected>`)
}

// What cannot be undone is said before there is the button for it.
func TestAskedTwice(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, ben := h.member("ada", social.Member), h.member("ben", social.Member)
	ben.post("/@ada/follow")
	h.follow()
	want(t, ada.get("/notifications"), 200, `<details class="twice"><summary class="button quiet small">Clear all</summary>`, "Nothing happens to the posts that they are about.")
	ada.post("/lists", "title", "Friends")
	list := regexp.MustCompile(`/lists/\d+`).FindString(ada.get("/lists").Body.String())
	want(t, ada.get(list+"/edit"), 200, `<details class="twice"><summary class="button quiet small">Delete the list</summary>`)

	olga := h.member("olga", social.Owner)
	asks := func(page, name, follows, button string) {
		t.Helper()
		before, opened, _ := strings.Cut(olga.get(page).Body.String(), `<details class="twice"><summary class="button quiet small">`+name+`</summary>`)
		opened, after, _ := strings.Cut(opened, "</details>")
		if !strings.Contains(opened, follows) || !strings.Contains(opened, button) || strings.Contains(before+after, button) {
			t.Errorf("%s does not ask before its %q: %s", page, name, opened)
		}
	}
	want(t, olga.post("/settings/announcements", "text", "We move."), 200)
	asks("/settings/announcements", "Delete", "It is gone for good", `/delete"`)
	want(t, olga.post("/settings/names", "username", "somebody"), 200)
	asks("/settings/names", "Keep it no more", "others can take the name", `/end"`)
	if err := h.store.Write(t.Context(), func(tx *store.Tx) error {
		tx.Record(event.EmojisChanged{})
		return tx.AddEmoji(t.Context(), social.Emoji{ID: 4, Shortcode: "cat", File: "moves", Still: "still", Enabled: true, Listed: true})
	}); err != nil {
		t.Fatal(err)
	}
	asks("/settings/emojis", "Delete", "The picture is gone for good.", `value="remove"`)
}

// Who writes to somebody begins with a message, and with nothing that an address makes up.
func TestWriteTo(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, ben := h.member("ada", social.Member), h.member("ben", social.Member)
	link := `href="/new?text=%40ben+&amp;visibility=direct"`
	want(t, ada.get("/@ben"), 200, link)
	want(t, ada.get("/@ada"), 200, "!visibility=direct")
	want(t, ada.get("/conversations"), 200, `href="/new?visibility=direct"`)
	want(t, ada.get("/new?text=%40ben+&visibility=direct"), 200, `<option value="direct" selected>`, ">@ben </textarea>")
	want(t, ada.get("/new?visibility=circle"), 200, `<option value="public" selected>`)
	ben.post("/@ada/block")
	want(t, ada.get("/@ben"), 200, "!"+link)
}

// The page of a thread says once why others do not see a reply, and offers no reply where none is taken.
func TestThreadsSayWhatHolds(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, ben, cleo := h.member("ada", social.Member), h.member("ben", social.Member), h.member("cleo", social.Member)
	root := ada.say("What do you think?", social.Public)
	id := root[strings.LastIndex(root, "/")+1:]
	want(t, ben.post("/new", "text", "@ada nothing good", "visibility", "public", "reply_to", id, "back", root, "do", "post"), 200, "Your post is out.")
	reply := regexp.MustCompile(`/@ben/\d+`).FindString(ben.get(root).Body.String())
	want(t, ada.post(reply+"/hide", "reason", "unkind", "back", root), 200)
	page := ben.get(root)
	want(t, page, 200, "Others do not see this reply. It was hidden by", "!not let through")
	if n := strings.Count(page.Body.String(), "Others do not see this reply."); n != 1 {
		t.Errorf("it is said %d times, want once", n)
	}
	want(t, ben.get("/@ben/with_replies"), 200, "Others do not see this reply. It was hidden.", "!not let through")

	want(t, cleo.get(root), 200, `name="reply_to"`)
	want(t, ada.post(root+"/lock", "back", root), 200, "You have locked this thread: nobody but you can reply.", `name="reply_to"`)
	want(t, cleo.get(root), 200, "The author of this thread has locked it", `!name="reply_to"`)
	want(t, h.browser().get(root), 200, "The author of this thread has locked it", "!Sign in to reply")

	h.clock.Pass(time.Second) // so that it is the newer one of hers
	want(t, ada.post("/new", "text", "Ask me", "visibility", "public", "replies", "approval", "do", "post"), 200, "Your post is out.")
	asks := regexp.MustCompile(`/@ada/(\d+)`).FindStringSubmatch(ada.get("/@ada").Body.String())
	want(t, ben.post("/new", "text", "@ada may I?", "visibility", "public", "reply_to", asks[1], "back", asks[0], "do", "post"), 200, "Your reply is sent. Others see it when it is approved.", "!Your post is out.")
}
