package families

import (
	"bytes"
	"fmt"
	"image"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/core/imports"
	"github.com/plaza-social/plaza/internal/core/instance"
	"github.com/plaza-social/plaza/internal/edge/preview"
	"github.com/plaza-social/plaza/internal/social"
)

// A field is where words can be put: say puts some there, and shown are the pages
// where they stand then.
type field struct {
	name  string
	most  int  // characters
	lines bool // it may have several lines
	// exact is a field whose words are never more than words: whatever they are,
	// its pages consist of the same elements.
	exact bool
	say   func(words string) apptest.Answer
	shown []shown
}

type shown struct {
	by   browser
	path string
}

// perField is how many texts are put into each field where not all of them are
// wanted; together they hold all of the corpus, in one field or another.
const perField = 25

// TestHostileMarkupInEveryField puts what others were broken with into the fields
// that TestHostileMarkup does not go through, also into those whose words are only
// shown again.
func TestHostileMarkupInEveryField(t *testing.T) {
	t.Parallel()
	all := apptest.HostileMarkup(t)
	s := apptest.Start(t)
	h := &hostile{marked: &marked{t: t, s: s}, all: all, ada: s.Join("ada", social.Member), ben: s.Join("ben", social.Member)}
	h.mona, h.olaf = staff(s)
	h.ada.Follow(h.ben)
	said, n := map[string]bool{}, 0
	for _, fields := range []func() []field{h.mine, h.houseFields, h.staffFields, h.echoes} { // each signs in anew: some end the sessions of others
		for _, f := range fields() {
			texts := apptest.Packed(all, f.most)
			if !f.lines {
				texts = apptest.ShortLines(all, f.most)
			}
			if !apptest.Long() && len(texts) > perField {
				step := len(texts) / perField
				texts = slices.DeleteFunc(slices.Clone(texts), func(v string) bool { return (slices.Index(texts, v)+n)%(step+1) != 0 })
			}
			n++
			h.fill(f, texts)
			for _, v := range texts {
				for piece := range strings.SplitSeq(v, "\n") {
					said[piece] = true
				}
			}
		}
	}
	h.importLines()
	t.Logf("%d fields, %d pieces of markup, %d answers looked at", n, len(said), h.n)
}

// TestHostileMarkupInPreviews has people pass on pages elsewhere that say hostile
// things of themselves, on a server of its own: nothing else waits to be fetched.
func TestHostileMarkupInPreviews(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	h := &hostile{marked: &marked{t: t, s: s}, all: apptest.HostileMarkup(t), ben: s.Join("ben", social.Member)}
	h.previews()
}

// fill says each text in a field and looks at the pages that show it.
func (h *hostile) fill(f field, texts []string) {
	h.t.Helper()
	if a := f.say("Words"); a.Status >= 400 && f.exact {
		h.t.Fatalf("%s: %d %.300s", f.name, a.Status, a.Body)
	}
	usual := make([][]string, len(f.shown))
	for i, p := range f.shown {
		usual[i] = shape(p.by.get(p.path).Body)
	}
	taken := 0
	for _, v := range texts {
		a := f.say(v)
		h.check(f.name, a)
		if a.Status < 400 {
			taken++
		} else if a.Status != 422 && a.Status != 404 {
			h.t.Errorf("%s: %q: %d %.300s", f.name, v, a.Status, a.Body)
		}
		for i, p := range f.shown {
			page := p.by.get(p.path)
			h.check(f.name+", shown at "+p.path, page)
			if f.exact && a.Status < 400 && !slices.Equal(shape(page.Body), usual[i]) {
				f.say("Words") // the page may have changed for another reason, such as what is a trend
				usual[i] = shape(p.by.get(p.path).Body)
				f.say(v)
				if now := shape(p.by.get(p.path).Body); !slices.Equal(now, usual[i]) {
					h.t.Errorf("%s: %q changes what %s consists of: %s", f.name, v, p.path, firstOdd(usual[i], now))
				}
			}
		}
	}
	if f.exact && taken < len(texts)*8/10 {
		h.t.Errorf("%s: only %d of %d texts were taken", f.name, taken, len(texts))
	}
}

// firstOdd is where two shapes part.
func firstOdd(was, now []string) string {
	for i, e := range now {
		if i >= len(was) || was[i] != e {
			return fmt.Sprintf("%q is the first that was not there", e)
		}
	}
	return "something is missing at the end"
}

// shape is what a page consists of: its elements and the names of their
// attributes.
func shape(page []byte) (out []string) {
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return []string{err.Error()}
	}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		names := []string{n.Data}
		for _, a := range n.Attr {
			names = append(names, a.Key)
		}
		out = append(out, strings.Join(names, " "))
	}
	return out
}

// mine are the fields that people have for themselves.
func (h *hostile) mine() []field {
	ada, ben, stranger := signIn(h.t, h.s, h.ada), signIn(h.t, h.s, h.ben), browser{t: h.t, s: h.s}
	list := strings.TrimSuffix(ada.post("/lists", "title", "Bakers").Header.Get("Location"), "/edit")
	var filter struct {
		ID       string
		Keywords []struct{ ID string }
	}
	h.ada.Must("POST", "/api/v2/filters", map[string]any{"title": "Words", "context": []string{"home"}, "filter_action": "warn",
		"keywords_attributes": []map[string]any{{"keyword": "sesame", "whole_word": false}}}, &filter)
	h.ben.Post("Open, sesame.", "public")
	var made struct{ Collection struct{ ID string } }
	h.ben.Must("POST", "/api/v1/collections", map[string]any{"name": "Words", "discoverable": true}, &made)
	collection := made.Collection
	picture := h.s.SendPicture(h.t, h.ben, image.NewGray(image.Rect(0, 0, 20, 20)))
	var post apptest.Status
	h.ben.Must("POST", "/api/v1/statuses", map[string]any{"status": "Look", "visibility": "public", "media_ids": []string{picture}}, &post)
	edited := h.ben.Post("Words", "public")
	app := func(name string) apptest.Answer { // each has a page to be let in by
		var made struct {
			ClientID string `json:"client_id"`
		}
		a := h.s.Call("POST", "/api/v1/apps", "", map[string]any{"client_name": name, "redirect_uris": "urn:ietf:wg:oauth:2.0:oob", "scopes": "read", "website": "https://x.example"})
		if a.Status == http.StatusOK {
			a.JSON(h.t, &made)
			h.check("an app that wants to be let in", ada.get("/oauth/authorize?"+url.Values{"response_type": {"code"}, "client_id": {made.ClientID}, "redirect_uri": {"urn:ietf:wg:oauth:2.0:oob"}, "scope": {"read"}}.Encode()), 200)
		}
		return a
	}
	return []field{
		{"the title of a list", social.MaxListTitle, false, true, func(v string) apptest.Answer { return ada.post(list, "title", v, "replies", "list") }, []shown{{ada, list}, {ada, "/lists"}, {ada, list + "/edit"}}},
		{"a note about somebody", social.MaxNote, true, true, func(v string) apptest.Answer { return ada.post("/@ben/note", "note", v) }, []shown{{ada, "/@ben"}}},
		{"the title of a filter", social.MaxFilterTitle, false, true, func(v string) apptest.Answer {
			return h.ada.Call("PUT", "/api/v2/filters/"+filter.ID, map[string]any{"title": v})
		}, []shown{{ada, "/"}}},
		{"the word of a filter", social.MaxFilterKeyword, false, false, func(v string) apptest.Answer {
			return h.ada.Call("PUT", "/api/v2/filters/keywords/"+filter.Keywords[0].ID, map[string]any{"keyword": v})
		}, []shown{{ada, "/"}}},
		{"the name of a collection", social.MaxCollectionName, false, true, func(v string) apptest.Answer {
			return h.ben.Call("PATCH", "/api/v1/collections/"+collection.ID, map[string]any{"name": v})
		}, []shown{{stranger, "/collections/" + collection.ID}}},
		{"what a collection is about", social.MaxCollectionDescription, true, false, func(v string) apptest.Answer {
			return h.ben.Call("PATCH", "/api/v1/collections/"+collection.ID, map[string]any{"description": v})
		}, []shown{{stranger, "/collections/" + collection.ID}}},
		{"what a picture shows", social.MaxMediaAlt, true, true, func(v string) apptest.Answer {
			return h.ben.Call("PUT", "/api/v1/statuses/"+post.ID, map[string]any{"status": "Look", "media_ids": []string{picture}, "media_attributes": []map[string]any{{"id": picture, "description": v}}})
		}, []shown{{stranger, "/@ben/" + post.ID + "/embed"}, {stranger, "/@ben/" + post.ID}}}, // ada has filters, which may veil it
		{"what a post says now", social.MaxText, true, false, func(v string) apptest.Answer {
			return ben.post("/@ben/"+edited.ID+"/edit", "text", v, "warning", v[:min(len(v), 0)])
		}, []shown{{ben, "/@ben/" + edited.ID + "/edit"}, {ada, "/@ben/" + edited.ID}, {stranger, "/@ben/" + edited.ID + "/history"}}},
		{"what is shown of a picture of oneself", social.MaxMediaAlt, true, true, func(v string) apptest.Answer {
			return ben.post("/settings/profile", "display_name", "Ben", "bio", "Bakes", "avatar_alt", v, "header_alt", v)
		}, []shown{{ben, "/settings/profile"}, {stranger, "/@ben"}}},
		{"a name", social.MaxDisplayName, false, false, func(v string) apptest.Answer { return ben.post("/settings/profile", "display_name", v, "bio", v) },
			[]shown{{ben, "/settings/profile"}, {stranger, "/search?q=ben&type=accounts"}, {ada, "/"}, {ada, "/@ada/following"}}},
		{"the name of an app", 200, false, false, app, nil},
		{"the browser one signs in with", 300, false, true, func(v string) apptest.Answer {
			form := url.Values{"user[email]": {"ada@example.com"}, "user[password]": {h.ada.Password}}
			stranger.send("POST", "/auth/sign_in", strings.NewReader(form.Encode()), func(r *http.Request) { r.Header.Set("User-Agent", strings.Map(printable, v)) })
			page := ada.get("/settings/sessions")
			ada.post("/settings/sessions/end")
			return page
		}, nil},
	}
}

// printable leaves out what no head of a request may have.
func printable(r rune) rune {
	if unicode.IsControl(r) {
		return -1
	}
	return r
}

// houseFields are what the owner says about the house.
func (h *hostile) houseFields() []field {
	olaf, ada, stranger := signIn(h.t, h.s, h.olaf), signIn(h.t, h.s, h.ada), browser{t: h.t, s: h.s}
	house := map[string]string{"title": "The Arcade", "description": "A place", "rules": "Be kind | Please", "about": "About", "privacy": "Privacy", "terms": "Terms", "sign_ups": "approval"}
	saying := func(name string, form func(string) string) func(string) apptest.Answer {
		return func(v string) apptest.Answer {
			var pairs []string
			for k, was := range house {
				if k == name {
					was = form(v)
				}
				pairs = append(pairs, k, was)
			}
			return olaf.post("/settings/house", pairs...)
		}
	}
	as := func(v string) string { return v }
	everywhere := []shown{{stranger, "/"}, {stranger, "/about"}, {ada, "/"}, {olaf, "/settings/house"}}
	return []field{
		{"the name of the house", instance.MaxTitle, false, true, saying("title", as), append(everywhere, shown{stranger, "/auth/sign_up"}, shown{ada, "/settings"})},
		{"what the house is", instance.MaxDescription, true, true, saying("description", as), everywhere},
		{"a rule", instance.MaxRule, false, false, saying("rules", as), append(everywhere, shown{ada, "/@ben/report"}, shown{stranger, "/auth/sign_up"})},
		{"what explains a rule", instance.MaxHint, false, false, saying("rules", func(v string) string { return "Be kind | " + v }), everywhere},
		{"what is said about the house", 5000, true, false, saying("about", as), everywhere},
		{"what is said of privacy", 5000, true, false, saying("privacy", as), []shown{{stranger, "/privacy"}, {olaf, "/settings/house"}}},
	}
}

var deletes, ruleAt = regexp.MustCompile(`action="(/settings/announcements/\d+/delete)"`), regexp.MustCompile(`^/moderation/rules/\d+`)

// staffFields are what those who look after the house write.
func (h *hostile) staffFields() []field {
	olaf, ada, stranger := signIn(h.t, h.s, h.olaf), signIn(h.t, h.s, h.ada), browser{t: h.t, s: h.s}
	rule := ruleAt.FindString(olaf.post("/moderation/rules", "name", "Words", "text", "words: sesame\ndo: report").Header.Get("Location"))
	if rule == "" {
		h.t.Fatal("there is no rule that acts by itself")
	}
	nets := 0
	return []field{
		{"an announcement", 1000, true, false, func(v string) apptest.Answer {
			for _, one := range deletes.FindAllSubmatch(olaf.get("/settings/announcements").Body, -1) {
				olaf.post(string(one[1]))
			}
			return olaf.post("/settings/announcements", "text", v)
		}, []shown{{ada, "/"}, {olaf, "/settings/announcements"}}},
		{"the name of a rule that acts by itself", social.MaxAutoName, false, false, func(v string) apptest.Answer { return olaf.post(rule, "name", v, "text", "words: sesame\ndo: report") },
			[]shown{{olaf, rule}, {olaf, "/moderation/rules"}, {olaf, rule + "/hits"}}},
		{"a rule that acts by itself", 1000, true, false, func(v string) apptest.Answer { return olaf.post(rule, "name", "Words", "text", v+"\ndo: report") }, []shown{{olaf, rule}}},
		{"its words", social.MaxAutoWord, false, false, func(v string) apptest.Answer {
			return olaf.post(rule, "name", "Words", "text", "words: "+v+"\ndo: report")
		}, []shown{{olaf, rule}}},
		{"why a host is limited", social.MaxHostComment, true, true, func(v string) apptest.Answer {
			return olaf.post("/settings/hosts", "host", "awful.example", "severity", "silence", "public", v, "private", v)
		}, []shown{{olaf, "/settings/hosts"}, {stranger, "/about"}, {stranger, "/about/moderation"}}},
		{"why a network is kept out", social.MaxIPComment, true, false, func(v string) apptest.Answer {
			nets++
			return olaf.post("/settings/screen/net", "net", fmt.Sprintf("198.18.%d.0/24", nets%250), "severity", "sign_up_requires_approval", "comment", v)
		}, []shown{{olaf, "/settings/screen"}}},
		{"the name of words that are kept ready", social.MaxTemplateName, false, true, func(v string) apptest.Answer {
			return olaf.post("/moderation/words", "name_0", v, "text_0", "Words", "action_0", "", "harm_0", "")
		}, []shown{{olaf, "/moderation/words"}}},
		{"words that are kept ready", social.MaxDecisionText, true, true, func(v string) apptest.Answer {
			return olaf.post("/moderation/words", "name_0", "Words", "text_0", v, "action_0", "", "harm_0", "")
		}, []shown{{olaf, "/moderation/words"}}},
		{"why something is held", social.MaxHoldReason, true, false, func(v string) apptest.Answer {
			return olaf.post("/moderation/holds", "kind", string(social.HoldAccount), "of", "@ben", "reason", v, "until", "2030-01-31")
		}, []shown{{olaf, "/moderation/holds"}}},
		{"what a post for trying out jurors says", social.MaxText, true, false, func(v string) apptest.Answer {
			return olaf.post("/settings/juries/gold", "text", v, "warning", "", "answer", "keep", "harm", "spam")
		}, []shown{{olaf, "/settings/juries"}}},
	}
}

// echoes are what is shown again to whoever said it.
func (h *hostile) echoes() []field {
	ada, olaf, stranger := signIn(h.t, h.s, h.ada), signIn(h.t, h.s, h.olaf), browser{t: h.t, s: h.s}
	get := func(by browser, before string) func(string) apptest.Answer {
		return func(v string) apptest.Answer { return by.get(before + url.QueryEscape(v)) }
	}
	post := func(by browser, path, name string, more ...string) func(string) apptest.Answer {
		return func(v string) apptest.Answer { return by.post(path, append([]string{name, v}, more...)...) }
	}
	return []field{
		{"what is looked for", 200, false, true, get(stranger, "/search?q="), nil},
		{"who is looked for", 200, false, true, get(ada, "/search?type=accounts&q="), nil},
		{"what is to be written", social.MaxText, true, true, get(ada, "/new?text="), nil},
		{"where to go after signing in", 200, false, false, get(stranger, "/auth/sign_in?next="), nil},
		{"what is at an address elsewhere", 200, false, false, get(ada, "/authorize_interaction?uri="), nil},
		{"what is reported by its address", 200, false, false, get(stranger, "/report?about="), nil},
		{"a tag", 100, false, false, func(v string) apptest.Answer { return stranger.get("/tags/" + url.PathEscape(v)) }, nil},
		{"who is meant by an address", 100, false, false, func(v string) apptest.Answer { return stranger.get("/@" + url.PathEscape(v)) }, nil},
		{"a name to join with", 200, false, false, post(stranger, "/auth/sign_up", "user[username]", "user[email]", "x"), nil},
		{"an address to join with", 200, false, false, post(stranger, "/auth/sign_up", "user[email]", "user[username]", "x"), nil},
		{"why somebody wants to join", 500, true, false, post(stranger, "/auth/sign_up", "user[reason]", "user[username]", "x", "user[email]", "x"), nil},
		{"who signs in", 200, false, false, post(stranger, "/auth/sign_in", "user[email]", "user[password]", "x"), nil},
		{"another name", 200, false, false, post(ada, "/settings/moving/aliases", "alias"), nil},
		{"where to move", 200, false, false, post(ada, "/settings/moving", "to", "password", h.ada.Password), nil},
		{"who is to be on a list", 200, false, false, post(ada, "/lists/1/members", "name"), nil},
		{"a text that is too long", 4000, true, false, func(v string) apptest.Answer {
			return ada.post("/new", "text", strings.Repeat(v+" ", 1+2000/max(len(v), 1)), "warning", v, "visibility", "public")
		}, nil},
		{"a host to be cut off", 200, false, false, post(olaf, "/settings/hosts", "host", "severity", "suspend"), nil},
		{"a host to be looked at", 200, false, false, get(olaf, "/settings/hosts/preview?severity=suspend&host="), nil},
		{"a list of hosts", 200, false, false, post(olaf, "/settings/hosts/lists", "url"), nil},
		{"a relay", 200, false, false, post(olaf, "/settings/relays", "address"), nil},
		{"a provider of mail", 200, false, false, post(olaf, "/settings/screen/mail", "mail"), nil},
		{"a day until which it is announced", 200, false, false, post(olaf, "/settings/announcements", "until", "text", "Words"), nil},
		{"the holidays", 500, true, false, post(olaf, "/moderation/matters/days", "holidays", "zone", "Europe/Berlin"), nil},
	}
}

var reloads = regexp.MustCompile(`<meta http-equiv="refresh" content="\d+">`)

// importLines brings lists along in which accounts are called like that.
func (h *hostile) importLines() {
	ada := signIn(h.t, h.s, h.ada)
	var file strings.Builder
	for _, v := range apptest.ShortLines(h.all, 200) {
		fmt.Fprintf(&file, "\"%s\",true,false\n", strings.ReplaceAll(v, `"`, `""`))
	}
	brought, err := h.s.Imports.Start(h.t.Context(), h.ada.Actor(), imports.Wish{Kind: social.ImportFollowing, Mode: social.ImportMerge}, strings.NewReader(file.String()), int64(file.Len()))
	if err != nil {
		h.t.Fatal(err)
	}
	page := ada.get(fmt.Sprintf("/settings/import/%d", brought.ID))
	page.Body = reloads.ReplaceAll(page.Body, nil) // it is ours, as long as there is something to do
	h.check("what was brought along", page, 200)
	h.check("all that was brought along", ada.get("/settings/import"), 200)
}

// previews has people pass on pages elsewhere that are called like that.
func (h *hostile) previews() {
	names := apptest.ShortLines(h.all, social.MaxLinkName)
	site := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var n int
		fmt.Sscanf(r.URL.Path, "/%d", &n)
		v := html.EscapeString(names[n%len(names)])
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<html lang=en><head><title>%[1]s</title><meta property="og:site_name" content="%[1]s"><meta property="og:title" content="%[1]s"><meta property="og:description" content="%[1]s">`+
			`<meta name="author" content="%[1]s"><meta property="article:author" content="%[1]s"><meta property="og:image" content="%[1]s"><link rel=canonical href="%[1]s"></head>`, v)
	}))
	h.t.Cleanup(site.Close)
	some := perField
	if apptest.Long() {
		some = len(names)
	}
	var ids []string
	for i := range some {
		ids = append(ids, h.ben.Post(fmt.Sprintf("%s/%d", site.URL, i*len(names)/some), "public").ID)
		if len(ids) == preview.MaxAtSite || i == some-1 { // more would be put off for seconds, again and again
			h.previewed(ids)
			ids = nil
		}
	}
}

// previewed looks at the pages of posts as soon as they have their previews.
func (h *hostile) previewed(ids []string) {
	h.t.Helper()
	stranger := browser{t: h.t, s: h.s}
	for _, id := range ids {
		h.s.Eventually("a preview", func() bool {
			var l struct{ Card *struct{ Title string } }
			h.ben.Must("GET", "/api/v1/statuses/"+id, nil, &l)
			return l.Card != nil && l.Card.Title != ""
		})
		h.check("a preview", stranger.get("/@ben/"+id), 200)
		h.check("a preview elsewhere", stranger.get("/@ben/"+id+"/embed"), 200)
	}
}
