package web_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/plaza-social/plaza/internal/edge/web"
	"github.com/plaza-social/plaza/internal/social"
)

func TestFromSignUpToDelete(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada := h.browser()
	want(t, ada.get("/auth/sign_up"), 200, `name="user[email]"`, `name="user[password]"`)
	want(t, ada.post("/auth/sign_up", "user[username]", "ada", "user[email]", "ada@example.org", "user[password]", "short"),
		422, "A password has at least 8 characters.", "agree to the rules", `value="ada@example.org"`, "!short")
	want(t, ada.post("/auth/sign_up", "user[username]", "ada", "user[email]", "ada@example.org", "user[password]", "correct horse", "user[agreement]", "1"),
		200, "We sent a letter")
	want(t, ada.post("/auth/sign_in", "user[email]", "ada", "user[password]", "correct horse"), 200, "We sent a letter", "ada@example.org")
	want(t, ada.get("/new"), 200, "We sent a letter")
	want(t, ada.get("/auth/confirmation?token=wrong"), 422, "had its time")
	want(t, ada.get("/settings/account"), 200, "Change address", "!Change password", "ask for a link")
	want(t, ada.post("/settings/password", "old", "correct horse", "new", "another horse"), 422, "not confirmed or approved yet")
	link := h.letter("ada@example.org")
	want(t, ada.get(link), 200, "Your address is confirmed.", "!Please sign in", "Change password")
	want(t, h.browser().get(link), 200, "Your address is confirmed. Please sign in.")
	want(t, ada.get("/"), 200, "What is on your mind?", "Your home is still quiet")

	post := ada.say("The fountain runs again. #Urbanism <b>", social.Public)
	want(t, ada.get("/"), 200, "The fountain runs again.", "&lt;b&gt;", `id="post-`)
	want(t, h.browser().get("/"), 200, "The fountain runs again.", "Create your account")
	want(t, h.browser().get("/tags/urbanism"), 200, "The fountain runs again.")
	want(t, h.browser().get(post), 200, "The fountain runs again.", "Sign in to reply")

	ben := h.member("ben", social.Member)
	want(t, ben.get(post), 200, "@ada </textarea>")
	id := post[strings.LastIndex(post, "/")+1:]
	want(t, ben.post("/new", "text", "@ada I saw it!", "visibility", "public", "reply_to", id, "back", post), 200, "I saw it!", "Your post is out.")
	want(t, ben.post(post+"/like", "back", post), 200, `class="act like on"`, "/unlike")
	party := "react?emoji=%F0%9F%8E%89"
	want(t, ben.get(post), 200, "/"+party, `aria-label="React with 🎉"`, `!class="reactions"`, "!downvote")
	want(t, ben.post(post+"/"+party, "back", post), 200, `class="act reaction on"`, `aria-label="🎉, 1 time"`, "/un"+party)
	want(t, h.browser().get(post), 200, `class="act reaction"`)
	want(t, ben.post(post+"/un"+party, "back", post), 200, `!class="reactions"`)
	want(t, ben.post(post+"/"+party, "back", post), 200, `class="act reaction on"`)
	want(t, ben.post(post+"/react?emoji=words", "back", post), 422)
	want(t, ben.post(post+"/downvote", "back", post), 403)
	want(t, ben.post("/@ada/follow", "back", "/@ada"), 200, "You follow them now.", ">Following<")
	h.follow()
	want(t, ada.get("/"), 200, `<span>4</span>`)
	want(t, ada.get("/notifications"), 200, "likes your post", "reacted to your post with", "🎉", "follows you", "I saw it!")
	want(t, ada.get("/"), 200, "data-unread hidden")
	want(t, ada.get(post+"/likes"), 200, "@ben")

	want(t, ada.post(post+"/edit", "text", "The fountain is dry."), 200, "The fountain is dry.", "edited")
	want(t, ada.get(post+"/history"), 200, "The fountain runs again.", "The fountain is dry.")
	want(t, ben.get(post+"/delete"), 404)
	want(t, ben.post(post+"/delete"), 404)
	want(t, ada.get(post+"/delete"), 200, "gone for good")
	want(t, ada.post(post+"/delete", "back", "/@ada"), 200, "Deleted.", "!The fountain")
	want(t, ada.get(post), 404)
	want(t, ada.post("/auth/sign_out"), 200, "You are signed out", "Sign in")
}

func TestWhatIsNotForYouIsNotThere(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, ben, cleo, nobody := h.member("ada", social.Member), h.member("ben", social.Member), h.member("cleo", social.Member), h.browser()
	ben.post("/@ada/follow")
	forFollowers, direct := ada.say("for friends", social.Followers), ada.say("@cleo psst", social.Direct)
	for _, tt := range []struct {
		name string
		b    *browser
		path string
		want int
	}{
		{"her own", ada, forFollowers, 200}, {"a follower's", ben, forFollowers, 200}, {"not a follower's", cleo, forFollowers, 404}, {"a stranger's", nobody, forFollowers, 404},
		{"who is mentioned", cleo, direct, 200}, {"a follower, of a message", ben, direct, 404}, {"a stranger, of a message", nobody, direct, 404},
	} {
		for _, page := range []string{"", "/history", "/likes", "/boosts"} {
			if w := tt.b.get(tt.path + page); w.Code != tt.want {
				t.Errorf("%s: %s gives %d, want %d", tt.name, page, w.Code, tt.want)
			}
		}
	}
	hidden, absent := cleo.get(forFollowers).Body.String(), cleo.get("/@ada/77").Body.String()
	if hidden != absent {
		t.Error("a post that is not for cleo looks other than one that is not there")
	}
	for _, act := range []string{"like", "boost", "bookmark", "mute"} {
		want(t, cleo.post(forFollowers+"/"+act), 404)
	}
	want(t, cleo.get("/@ada"), 200, "!for friends", "psst")
	want(t, ben.get("/@ada"), 200, "for friends", "!psst")
	want(t, nobody.get("/@nobody"), 404)
	want(t, nobody.get("/@ada/x"), 404)
	want(t, nobody.get("/nothing/here"), 404, "Nothing here")
}

func TestCrossOriginIsRefused(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada := h.member("ada", social.Member)
	for name, headers := range map[string][2]string{"by fetch metadata": {"Sec-Fetch-Site", "cross-site"}, "a neighbour": {"Sec-Fetch-Site", "same-site"}, "by origin": {"Origin", "https://evil.example"}} {
		r := ada.request("/new", "text", "forged", "visibility", "public")
		r.Header.Del("Sec-Fetch-Site")
		r.Header.Set(headers[0], headers[1])
		if w := ada.send(r); w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "another site") {
			t.Errorf("%s: %d, want 403", name, w.Code)
		}
	}
	want(t, ada.get("/"), 200, "!forged")
}

func TestNextStaysHere(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.member("ada", social.Member)
	for next, to := range map[string]string{
		"/lists": "/lists", "/search?q=a%20b": "/search?q=a%20b", "": "/", "lists": "/",
		"https://evil.example": "/", "//evil.example": "/", `/\evil.example`: "/", "/\t/evil.example": "/", "javascript:alert(1)": "/", "https:/evil": "/",
	} {
		b := h.browser()
		w := b.send(b.request("/auth/sign_in", "user[email]", "ada@example.org", "user[password]", "correct horse", "next", next))
		if got := w.Header().Get("Location"); w.Code != http.StatusSeeOther || got != to {
			t.Errorf("next=%q leads to %d %q, want %q", next, w.Code, got, to)
		}
	}
}

func TestWhoMayCall(t *testing.T) {
	t.Parallel()
	h := open(t)
	served := map[string]bool{}
	if err := chi.Walk(h.handler, func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		served[method+" "+route] = true
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	nobody, ada := h.browser(), h.member("ada", social.Member)
	fill := strings.NewReplacer("{name}", "nobody", "{post}", "7", "{list}", "7", "{account}", "7", "{session}", "7", "{token}", "7", "{invite}", "7", "{tag}", "x", "{code}", "x", "*", "x")
	for _, r := range h.site.RoutesList() {
		key := r.Method + " " + r.Path
		if !served[key] {
			t.Errorf("%s is listed, but not served", key)
		}
		delete(served, key)
		delete(served, "HEAD "+r.Path)
		ask := func(b *browser) *httptest.ResponseRecorder {
			if r.Method == "GET" {
				return b.send(httptest.NewRequest("GET", fill.Replace(r.Path), nil))
			}
			return b.send(b.request(fill.Replace(r.Path)))
		}
		refused := strings.HasPrefix(ask(nobody).Header().Get("Location"), "/auth/sign_in?next=%2F")
		if refused != (r.Who != "anyone") {
			t.Errorf("%s for %s: asks strangers to sign in: %v", key, r.Who, refused)
		}
		if r.Who == "moderator" || r.Who == "admin" {
			want(t, ask(ada), http.StatusForbidden, "for the people who look after this place")
		}
	}
	for key := range served {
		t.Errorf("%s is served, but not listed", key)
	}
}

var inline = regexp.MustCompile(`(?i)\sstyle=|\son[a-z]+=|<style|<script(?:\s[^>]*)?>[^<]`)

func TestEveryPageIsSafe(t *testing.T) {
	t.Parallel()
	h := open(t)
	owner, nobody := h.member("ada", social.Owner), h.browser()
	post := owner.say("hello", social.Public)
	fill := strings.NewReplacer("{name}/{post}", post[2:], "{name}", "ada", "{list}", "7", "{tag}", "x", "{code}", "x")
	for _, r := range h.site.RoutesList() {
		if r.Method != "GET" || slices.Contains([]string{"/assets/*", "/robots.txt", "/manifest.webmanifest", "/icons/{icon}.png", "/sw.js"}, r.Path) { // files, not pages
			continue
		}
		for who, b := range map[string]*browser{"the owner": owner, "a stranger": nobody} {
			w := b.get(fill.Replace(r.Path))
			if w.Code >= 500 {
				t.Errorf("%s for %s: %d", r.Path, who, w.Code)
			}
			head := w.Header()
			csp := head.Get("Content-Security-Policy")
			if feed := regexp.MustCompile(`\.(rss|atom)$|/feed\.json$`).MatchString(r.Path); feed && w.Code == http.StatusOK {
				if !strings.HasPrefix(csp, "default-src 'none'; frame-ancestors 'none'; sandbox") || strings.Contains(csp, "script-src") || head.Get("X-Content-Type-Options") != "nosniff" || !strings.HasSuffix(head.Get("Cache-Control"), ", no-cache") {
					t.Errorf("%s: headers %v", r.Path, head)
				}
				continue
			}
			policy, parts := []string{"script-src 'self'", "frame-ancestors 'none'", "form-action 'self'"}, []string{`<html lang="en">`, `<main id="main"`, `href="#main"`, "<h1"}
			if r.Path == "/@{name}/{post}/embed" { // the one page that others may frame: it runs and sends nothing
				policy, parts = []string{"frame-ancestors *", "form-action 'none'"}, parts[:2]
				if strings.Contains(csp, "script-src") || strings.Contains(w.Body.String(), "<script") || strings.Contains(w.Body.String(), "<form") {
					t.Errorf("%s runs or sends something: %q", r.Path, csp)
				}
			}
			if r.Path == "/@{name}/{post}/thread" || r.Path == "/offline" { // nothing stands before it
				parts = slices.DeleteFunc(parts, func(p string) bool { return p == `href="#main"` })
			}
			for _, part := range append(policy, "default-src 'none'", "style-src 'self'", "base-uri 'none'") {
				if !strings.Contains(csp, part) || strings.Contains(csp, "unsafe") {
					t.Errorf("%s: the policy %q lacks %q", r.Path, csp, part)
				}
			}
			if head.Get("X-Content-Type-Options") != "nosniff" || head.Get("Referrer-Policy") != "same-origin" || head.Get("Cache-Control") != "private, no-store" {
				t.Errorf("%s: headers %v", r.Path, head)
			}
			if strings.Contains(head.Get("Content-Disposition"), "attachment") || w.Code == http.StatusPermanentRedirect { // to be kept, not to be read here; or elsewhere
				continue
			}
			if m := inline.FindString(w.Body.String()); m != "" {
				t.Errorf("%s for %s has %q inline", r.Path, who, m)
			}
			for _, part := range parts {
				if !strings.Contains(w.Body.String(), part) {
					t.Errorf("%s for %s lacks %s", r.Path, who, part)
				}
			}
		}
	}
}

func TestTooOften(t *testing.T) {
	t.Parallel()
	h := open(t)
	b := h.browser()
	var w *httptest.ResponseRecorder
	for i := range 30 {
		r := b.request("/auth/sign_in", "user[email]", "somebody"+string(rune('a'+i)), "user[password]", "guess")
		w = b.send(r)
		if w.Code != http.StatusUnprocessableEntity {
			break
		}
	}
	want(t, w, http.StatusTooManyRequests, "Please wait")
	if w.Header().Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	other := b.request("/auth/sign_in", "user[email]", "ada", "user[password]", "guess")
	other.RemoteAddr = "198.51.100.7:1234"
	want(t, b.send(other), http.StatusUnprocessableEntity, "not right")
}

func TestForgottenPassword(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada := h.member("ada", social.Member)
	b := h.browser()
	want(t, b.post("/auth/password", "user[email]", "nobody@example.org"), 200, "If somebody here has that address")
	want(t, b.post("/auth/password", "user[email]", "ada@example.org"), 200, "If somebody here has that address")
	link := h.letter("ada@example.org")
	_, token, _ := strings.Cut(link, "token=")
	want(t, b.get(link), 200, `name="user[password]"`)
	want(t, b.post("/auth/password/edit", "token", token, "user[password]", "new"), 422, "at least 8 characters")
	want(t, b.post("/auth/password/edit", "token", token, "user[password]", "a new one"), 200, "Your new password is set")
	want(t, ada.get("/notifications"), 200, "Please sign in first.")
	want(t, b.post("/auth/sign_in", "user[email]", "ada", "user[password]", "correct horse"), 422, "not right")
	want(t, b.post("/auth/sign_in", "user[email]", "ada", "user[password]", "a new one"), 200, "What is on your mind?")
}

func TestOwnerMovesIn(t *testing.T) {
	t.Parallel()
	h := open(t)
	secret, _, err := h.auth.OwnerLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b := h.browser()
	want(t, b.get("/setup?token="+secret), 200, "This house is yours")
	want(t, b.post("/setup", "token", "wrong", "user[username]", "ada", "user[email]", "ada@example.org", "user[password]", "correct horse", "user[agreement]", "1"), 403)
	want(t, b.post("/setup", "token", secret, "user[username]", "ada", "user[email]", "ada@example.org", "user[password]", "correct horse"),
		422, "tick the box", `value="ada@example.org"`, "!correct horse")
	want(t, b.post("/setup", "token", secret, "user[username]", "ada", "user[email]", "ada@example.org", "user[password]", "correct horse", "user[agreement]", "1"),
		200, "Who may join", "Welcome!")
	want(t, b.get("/setup?token="+secret), 200, "Who may join")
	want(t, b.post("/setup", "token", secret, "user[username]", "ada"), 200, "Who may join")
	want(t, h.browser().get("/setup?token="+secret), 403, "has an owner already", `href="/auth/sign_in"`, `!type="password"`)
	want(t, h.browser().post("/setup", "token", secret), 403, "has an owner already")
	want(t, b.post("/settings/house", "title", "Marktplatz", "description", "A square.", "sign_ups", "approval", "rules", "Be kind. | Always.\n\nNo ads."), 200, "Saved.", "Marktplatz")
	want(t, b.post("/settings/house", "title", "", "sign_ups", "approval"), 422, "Give the house a name.")
	want(t, h.browser().get("/about"), 200, "Be kind.", "Always.", "No ads.")

	cleo := h.browser()
	want(t, cleo.post("/auth/sign_up", "user[username]", "cleo", "user[email]", "cleo@example.org", "user[password]", "correct horse", "user[agreement]", "1", "user[reason]", "I bake."), 200, "another letter")
	want(t, cleo.get(h.letter("cleo@example.org")), 200, "Your address is confirmed. Somebody will look at your request soon.")
	want(t, cleo.post("/auth/sign_in", "user[email]", "cleo", "user[password]", "correct horse"), 200, "Somebody is looking")
	want(t, h.browser().get("/@cleo"), 404)
	page := b.get("/settings/approvals")
	want(t, page, 200, "I bake.")
	decide := regexp.MustCompile(`/settings/approvals/\d+`).FindString(page.Body.String())
	want(t, b.post(decide, "do", "approve"), 200, "Nobody is waiting", "Approved.")
	for _, again := range []string{"approve", "reject"} {
		want(t, b.post(decide, "do", again), 200, "Nobody is waiting", "Somebody has seen to it already.")
	}
	want(t, cleo.get("/"), 200, "What is on your mind?")

	want(t, b.post("/settings/invites", "uses", "1", "days", "7"), 200, "/invite/")
	code := regexp.MustCompile(`/invite/[\w-]+`).FindString(b.get("/settings/invites").Body.String())
	want(t, h.browser().get(code), 200, "You are invited.", strings.TrimPrefix(code, "/invite/"))
	want(t, b.get("/settings/invites"), 200, "!invitations do not work")
	want(t, b.post("/settings/house", "title", "Marktplatz", "sign_ups", "closed"), 200, "Saved.")
	want(t, b.get("/settings/invites"), 200, "invitations do not work")
	want(t, b.post("/settings/delete", "password", "correct horse"), 422, "only owner", "Your password")

	want(t, cleo.post("/settings/delete", "password", "correct horse", "when", "later"), 200, "Nobody else sees your account any more.", "Keep my account", "Delete it now")
	want(t, b.get("/@cleo"), 404)
	want(t, cleo.get("/"), 200, "Keep my account")
	want(t, cleo.get("/bookmarks"), 403, "about to be deleted")
	want(t, cleo.post("/settings/delete/undo"), 200, "Your account is kept.", "What is on your mind?")
	want(t, b.get("/@cleo"), 200)
	want(t, cleo.post("/settings/delete", "password", "correct horse", "when", "now"), 200, "Your account is deleted.")
}

func TestOtherEdgesPages(t *testing.T) {
	t.Parallel()
	h := open(t)
	page := func(show func(w http.ResponseWriter, r *http.Request)) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		show(w, httptest.NewRequest("GET", "/oauth/authorize", nil))
		return w
	}
	consent := page(func(w http.ResponseWriter, r *http.Request) {
		h.site.Consent(w, r, web.ConsentPage{AppName: "<Tusky>", Website: "javascript:alert(1)", Scopes: []string{"read", "write:statuses"}, Hidden: map[string]string{"state": `"x`},
			Action: "/oauth/authorize", AccountName: "@ada", Redirect: "tusky://done?x=1"})
	})
	want(t, consent, 200, "&lt;Tusky&gt;", `name="state" value="&#34;x"`, `value="allow"`, `value="deny"`, "write your posts", "!javascript:")
	if csp := consent.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "form-action 'self' tusky:;") {
		t.Errorf("the answer cannot lead to the app: %s", csp)
	}
	want(t, page(func(w http.ResponseWriter, r *http.Request) { h.site.Code(w, r, "c0de") }), 200, `<code id="code"`, ">c0de<")
	want(t, page(func(w http.ResponseWriter, r *http.Request) { h.site.Fail(w, r, 400, "No such app.") }), 400, "No such app.")
	if by, err := h.site.Actor(httptest.NewRequest("GET", "/", nil)); err != nil || by.SignedIn() {
		t.Error("somebody is signed in without a cookie")
	}
}
