package web_test

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// sendFile posts a form with a file.
func (b *browser) sendFile(path, text string, fields ...string) *httptest.ResponseRecorder {
	b.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i := 0; i < len(fields); i += 2 {
		form.WriteField(fields[i], fields[i+1])
	}
	file, err := form.CreateFormFile("data", "list.csv")
	if err != nil {
		b.t.Fatal(err)
	}
	file.Write([]byte(text))
	form.Close()
	r := httptest.NewRequest(http.MethodPost, path, &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.land(b.send(r), path)
}

// What a block cuts stands on the page before it is made, and who would lose
// the most.
func TestCutIsShown(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, ctx := h.member("ada", social.Admin), t.Context()
	const rita social.AccountID = 77
	me, err := h.site.View.Named(ctx, "ada", "")
	if err != nil {
		t.Fatal(err)
	}
	if err := h.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.AddAccount(ctx, social.Account{ID: rita, Username: "rita", Host: "sub.bad.example", URI: "https://sub.bad.example/rita", Standing: social.Good, CreatedAt: tx.Now}); err != nil {
			return err
		}
		return tx.AddFollow(ctx, social.Follow{Owner: me.ID, Target: rita}, true)
	}); err != nil {
		t.Fatal(err)
	}
	want(t, ada.get("/settings/hosts/preview?host=bad.example&severity=suspend&reject_media=1"), 200, "shown to nobody here", "1 account that is known here", "1 follow of people here",
		"0 followers", "@ada</bdi></a> follows 1 there", "sub.bad.example", "Nothing is deleted", `name="reject_media" value="1"`)
	want(t, ada.get("/settings/hosts/limit"), 200, "1 account that is known here")
	want(t, ada.get("/settings/hosts/preview?host=other.example&severity=suspend"), 200, "Nothing that is known here")
}

func TestHostFiles(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, mona := h.member("ada", social.Admin), h.member("mona", social.Moderator)
	const file = "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\nbad.example,suspend,true,false,\"Spam, again\",false\nbroken.example,silence,false,false,\"open,false\nquiet.example,silence,false,true,,true\n"
	const out = "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\nbad.example,suspend,true,false,\"Spam, again\",false\nquiet.example,silence,false,true,,true\n"
	path := "/settings/hosts/files"
	want(t, mona.get(path), 403)
	want(t, mona.get("/settings/hosts/blocks.csv"), 403)
	want(t, ada.sendFile(path, file, "what", "blocks"), 200, "Nothing was done yet", "2 hosts come", "1 line is not possible", "Line 3", "quotes of this line")
	want(t, ada.get("/settings/hosts"), 200, "!bad.example</b>")
	want(t, ada.sendFile(path, file, "what", "blocks", "do", "bring"), 200, "What was done", "2 hosts come")
	if got := ada.get("/settings/hosts/blocks.csv").Body.String(); got != out {
		t.Errorf("written:\n%s\nwant\n%s", got, out)
	}
	want(t, ada.sendFile(path, "#domain\nfriend.example\n", "what", "allows", "do", "bring"), 200, "1 host comes")
	if got := ada.get("/settings/hosts/allows.csv").Body.String(); got != "#domain\nfriend.example\n" {
		t.Errorf("written: %s", got)
	}
	want(t, ada.sendFile(path, "<html>", "what", "blocks", "do", "bring"), 422, "The first line names the columns")
	want(t, ada.sendFile(path, "#domain\n"+strings.Repeat("x", social.MaxHostListBytes), "what", "blocks"), 422, "at most 4 MB")
	want(t, ada.post(path, "what", "blocks"), 422, "Choose the file")
}

func TestListsThatOthersKeep(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, mona := h.member("ada", social.Admin), h.member("mona", social.Moderator)
	const address, path = "https://lists.example/all.csv", "/settings/hosts/lists"
	says := "#domain,#severity\nbad.example,suspend\nworse.example,silence\n"
	h.site.Hosts.Fetch = func(context.Context, string) ([]byte, error) {
		if says == "" {
			return nil, errs.New(errs.NotFound, "There is no list at this address.")
		}
		return []byte(says), nil
	}
	want(t, mona.get(path), 403)
	want(t, mona.post(path, "url", address), 403)
	want(t, ada.post(path, "url", "http://lists.example/"), 422, "begins with https://", `value="http://lists.example/"`)
	page := ada.post(path, "url", address)
	want(t, page, 200, address, "It waits for you.", "2 hosts come: bad.example, worse.example", "Nothing that is known here")
	one := regexp.MustCompile(path + `/\d+`).FindString(page.Body.String())
	seen := regexp.MustCompile(`name="seen" value="(\d+)"`).FindStringSubmatch(page.Body.String())[1]
	want(t, ada.get("/settings/hosts"), 200, "!bad.example</b>")
	want(t, ada.post(one+"/apply", "seen", "1"), 422, "The list says something else since.")
	want(t, ada.post(one+"/apply", "seen", seen), 200, "Saved.", "It is up to date.", "2 hosts of it are heeded")
	want(t, ada.get("/settings/hosts"), 200, "bad.example</b>", "because of", one)
	want(t, ada.post("/settings/hosts", "host", "bad.example", "severity", "silence"), 200, "also on")
	want(t, ada.post(one+"/auto", "auto", "1"), 200, `value="1" checked`)
	says = ""
	want(t, ada.post(one+"/check"), 200, "It could not be had.", "There is no list at this address.", "What is heeded stays")
	says = "#domain\nother.example\n"
	want(t, ada.post(one+"/check"), 200, "changes by a lot", "1 host comes", "2 hosts go: bad.example, worse.example")
	want(t, ada.post(one+"/end"), 200, "Saved.", "!"+address)
	want(t, ada.get("/settings/hosts"), 200, "bad.example</b>", "!worse.example")
	want(t, ada.get(one), 404)
	want(t, ada.post(one+"/apply", "seen", seen), 404)
}
