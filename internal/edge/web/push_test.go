package web_test

import (
	"crypto/ecdh"
	"crypto/rand"
	"regexp"
	"testing"

	"github.com/plaza-social/plaza/internal/social"
)

// A browser is told of what somebody chose, until they turn it off or sign out.
func TestToldInABrowser(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada := h.member("ada", social.Member)
	w := ada.get("/settings/notices")
	want(t, w, 200, "Notifications in this browser", "needs JavaScript", "Turn on in this browser", `name="push_mention" value="1" checked`, `name="push_like" value="1">`, "!Turn off", "!appeals")
	if key := regexp.MustCompile(`data-push data-key="([\w-]{87})" hidden`).FindStringSubmatch(w.Body.String()); key == nil {
		t.Error("the form is shown, or has no key")
	}
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	at := []string{"endpoint", "https://push.example/1", "p256dh", social.FormatKey(key.PublicKey().Bytes()), "auth", social.FormatKey(make([]byte, 16))}
	want(t, ada.post("/settings/notices/push", "push_mention", "1", "push_policy", "all"), 409, "not told of anything any more")
	want(t, ada.post("/settings/notices/push", "endpoint", "http://push.example/", "push_policy", "all"), 422)
	want(t, ada.post("/settings/notices/push", append(at, "push_policy", "some")...), 422, "Policy is one of")
	want(t, ada.post("/settings/notices/push", append(at, "renew", "1")...), 404)
	want(t, ada.post("/settings/notices/push", append(at, "push_like", "1", "push_edit", "1", "push_policy", "followed", "push_report", "1")...), 200, "Saved.", "Turn off in this browser",
		`name="push_like" value="1" checked`, `name="push_edit" value="1" checked`, `name="push_mention" value="1">`, `value="followed" selected`, "!needs JavaScript")
	want(t, ada.get("/settings/sessions"), 200, "Is told of notifications")
	want(t, ada.post("/settings/notices/push", "push_poll", "1", "push_policy", "none"), 200, "Saved.", `name="push_poll" value="1" checked`, `name="push_like" value="1">`, `value="none" selected`)
	want(t, ada.post("/settings/notices/push/end"), 200, "Saved.", "Turn on in this browser")
	want(t, ada.get("/settings/sessions"), 200, "!Is told of notifications")
}
