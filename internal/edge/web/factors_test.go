package web_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/social"
)

var (
	begunForm  = regexp.MustCompile(`name="begun" value="([^"]+)"`)
	secretForm = regexp.MustCompile(`<code class="copyable">([A-Z2-7 ]+)</code>`)
	codeForm   = regexp.MustCompile(`<li><code>([a-z0-9-]{23})</code>`)
)

// codeOf is what an app shows now that has read a page.
func (h *house) codeOf(page string) string {
	h.t.Helper()
	m := secretForm.FindStringSubmatch(page)
	if m == nil {
		h.t.Fatalf("no secret in words: %s", page)
	}
	secret, err := base32.StdEncoding.DecodeString(strings.ReplaceAll(m[1], " ", ""))
	if err != nil {
		h.t.Fatal(err)
	}
	mac := hmac.New(sha1.New, secret)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(h.clock.Now().Unix()/30)))
	sum := mac.Sum(nil)
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[sum[19]&15:])&0x7fffffff%1_000_000)
}

// setUp has b set an app up, and returns the page that the app has read, and the
// recovery codes.
func (b *browser) setUp() (page string, codes []string) {
	b.t.Helper()
	w := b.post("/settings/security/app", "password", "correct horse")
	want(b.t, w, 200, `<svg class="qr"`, "<path d=\"M", "!style=")
	page = w.Body.String()
	begun := begunForm.FindStringSubmatch(page)[1]
	want(b.t, b.post("/settings/security/app/finish", "begun", begun, "code", "000000"), 422, "not the code that the app shows", `<svg class="qr"`, begun)
	w = b.post("/settings/security/app/finish", "begun", begun, "code", b.codeOf(page))
	want(b.t, w, 200, "recovery codes", "never again")
	for _, m := range codeForm.FindAllStringSubmatch(w.Body.String(), -1) {
		codes = append(codes, m[1])
	}
	if len(codes) != 10 {
		b.t.Fatalf("%d recovery codes are shown, want 10", len(codes))
	}
	want(b.t, b.post("/settings/security/app/finish", "begun", begun, "code", b.codeOf(page)), 404, "done already")
	b.clock.Pass(30 * time.Second)
	return page, codes
}

func TestSecondStep(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada := h.member("ada", social.Member)
	want(t, ada.get("/settings"), 200, "Second step")
	want(t, ada.get("/settings/security"), 200, "Set up an app", "Make a passkey", "!Recovery codes")
	want(t, ada.post("/settings/security/app", "password", "wrong"), 422, "This is not your password.")
	page, codes := ada.setUp()
	want(t, ada.get("/settings/security"), 200, "An app makes codes for you", "10 of 10 are left")

	b := h.browser()
	want(t, b.get("/auth/second"), 422, "Sign in", "That took too long")
	want(t, b.post("/auth/sign_in", "user[email]", "ada", "user[password]", "correct horse", "next", "/bookmarks"), 200, "Second step", "six digits", `value="/bookmarks"`, "!Use a passkey")
	want(t, b.get("/bookmarks"), 200, "Please sign in first.")
	want(t, b.post("/auth/second", "code", "123456", "next", "/bookmarks"), 401, "This code is not right", `value="/bookmarks"`)
	want(t, b.post("/auth/second", "code", h.codeOf(page), "next", "/bookmarks"), 200, "Bookmarks", "!Sign in")
	if _, still := b.cookies["__Host-plaza_step"]; still {
		t.Error("the step is kept in the browser")
	}
	b = h.browser()
	b.post("/auth/sign_in", "user[email]", "ada", "user[password]", "correct horse")
	want(t, b.post("/auth/second", "code", h.codeOf(page)), 401, "used before")
	want(t, b.post("/auth/second", "code", codes[3], "next", "https://evil.example/"), 200, "What is on your mind?")
	want(t, b.get("/settings/security"), 200, "9 of 10 are left")
	want(t, b.post("/settings/security/codes", "password", "correct horse"), 200, "recovery codes", "!"+codes[4])
	want(t, b.post("/settings/security/app/end", "password", "wrong"), 422, "This is not your password.")
	want(t, b.post("/settings/security/app/end", "password", "correct horse"), 200, "Saved.", "Set up an app")
	want(t, h.browser().post("/auth/sign_in", "user[email]", "ada", "user[password]", "correct horse"), 200, "What is on your mind?")
	want(t, h.browser().post("/auth/passkey/sign_in", "begun", "x", "passkey", "{}"), 422, "did not work")
}

// A visitor may try a number of times, and then waits.
func TestSecondStepIsLimited(t *testing.T) {
	t.Parallel()
	h := open(t)
	for i := range 40 {
		if w := h.browser().send(h.browser().request("/auth/passkey")); w.Code != 200 || !strings.Contains(w.Body.String(), `"userVerification":"required"`) || w.Header().Get("Content-Type") != "application/json; charset=utf-8" {
			t.Fatalf("%d: %d %s", i+1, w.Code, w.Body)
		}
	}
	want(t, h.browser().post("/auth/passkey"), 429)
	want(t, h.browser().post("/auth/second", "code", "1"), 429)
	h.clock.Pass(15 * time.Second)
	want(t, h.browser().post("/auth/second", "code", "1"), 422, "That took too long")
}

// Who must have a second step and has none can set one up, and nothing else.
func TestSecondStepThatIsAskedFor(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, ben := h.member("ada", social.Owner), h.member("ben", social.Member)
	ada.say("Hello", social.Followers)
	ada.setUp()
	fields := []string{"title", "Plaza", "sign_ups", "open", "factors", "everybody"}
	want(t, ada.post("/settings/house", "title", "Plaza", "sign_ups", "open", "factors", "some"), 422, "of nobody, of staff, or of everybody")
	want(t, ada.post("/settings/house", fields...), 200, "Saved.", `value="everybody" selected`)
	h.settled(ben)
	want(t, ben.get("/settings/account?x=1"), 200, "Before you go on, set up a second step.", "This house asks you", "!Recovery codes")
	for _, path := range []string{"/", "/@ada", "/new", "/settings/account", "/settings/sessions", "/nowhere", "/auth/sign_in"} {
		if want(t, ben.get(path), 200, "This house asks you"); ben.at != "/settings/security" {
			t.Errorf("%s leads to %s", path, ben.at)
		}
	}
	if w := ben.send(ben.request("/new", "text", "Hello", "visibility", "public")); w.Code != 303 || w.Header().Get("Location") != "/settings/security" {
		t.Errorf("a post: %d", w.Code)
	}
	ben.get("/settings/account?x=1")
	w := ben.post("/settings/security/app", "password", "correct horse")
	want(t, w, 200, `<svg class="qr"`)
	want(t, ben.post("/settings/security/app/finish", "begun", begunForm.FindStringSubmatch(w.Body.String())[1], "code", h.codeOf(w.Body.String())), 200, `href="/settings/account?x=1"`)
	want(t, ben.get("/"), 200, "What is on your mind?")
	want(t, ben.post("/settings/security/app/end", "password", "correct horse"), 422, "your only one")
	cleo := h.member("cleo", social.Member)
	want(t, cleo.post("/auth/sign_out"), 200, "You are signed out")
}

// settled waits until everybody is looked up anew.
func (h *house) settled(b *browser) {
	h.t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if by, err := h.auth.BySession(h.t.Context(), b.cookies["__Host-plaza_session"].Value); err != nil {
			h.t.Fatal(err)
		} else if by.Lacks {
			return
		}
	}
	h.t.Fatal("nobody is asked for a second step")
}
