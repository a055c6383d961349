package peers

import (
	"bytes"
	"encoding/base64"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
)

// TestTheirPosts: what people there write is shown here, to whom it is for, and
// changes and goes with what they do.
func TestTheirPosts(t *testing.T) {
	each(t, func(h *house) {
		fay, _ := h.someone(nil)
		her := h.follows(h.ada, fay)
		dot := picture(t)

		first := h.does("post", wish{"by": fay, "text": "<p>Guten Tag, <b>Welt</b>.</p>", "language": "de", "warning": "weather", "hashtags": []string{"sun"}, "named": []string{h.actor(h.ada)}, "file": dot})
		seen := h.sees(h.ada, first.ID, func(status) bool { return true })
		if seen.Account.ID != her.ID || !strings.Contains(seen.Content, "Guten Tag, <strong>Welt</strong>.") && !strings.Contains(seen.Content, "Guten Tag, <b>Welt</b>.") || seen.Language != "de" ||
			seen.SpoilerText != "weather" || !seen.Sensitive || seen.Visibility != "public" {
			h.Errorf("ada sees %+v", seen)
		}
		if len(seen.Tags) != 1 || seen.Tags[0].Name != "sun" || len(seen.Mentions) != 1 || seen.Mentions[0].Acct != "ada" || len(seen.Media) != 1 || seen.Media[0].Type != "image" || seen.Media[0].Description != "a dot" {
			h.Errorf("and with it %+v, %+v, %+v", seen.Tags, seen.Mentions, seen.Media)
		}
		h.told(h.ada, "mention", her)

		h.does("edit", wish{"by": fay, "id": first.ID, "text": "<p>Good evening.</p>"})
		h.sees(h.ada, first.ID, func(st status) bool { return st.Content == "<p>Good evening.</p>" && st.EditedAt != nil })

		for visibility, want := range map[string]string{"unlisted": "unlisted", "followers": "private", "direct": "direct"} {
			w := wish{"by": fay, "text": "<p>For some.</p>", "visibility": visibility, "named": []string{h.actor(h.ada)}}
			some := h.does("post", w)
			st := h.sees(h.ada, some.ID, func(status) bool { return true })
			if st.Visibility != want {
				h.Errorf("what is %s is %s", visibility, st.Visibility)
			}
			shown := h.ben.Call("GET", "/api/v1/statuses/"+st.ID, nil).Status == http.StatusOK
			if shown != (want == "unlisted") {
				h.Errorf("ben is shown what is %s: %v", want, shown)
			}
		}

		h.does("remove", wish{"by": fay, "id": first.ID})
		h.gone(h.ada, seen.ID)

		// What somebody wrote before they were known is found by its address.
		gil, gilURI := h.someone(nil)
		past := h.does("post", wish{"by": gil, "text": "<p>Long ago.</p>"})
		var found struct{ Statuses []status }
		h.ada.Must("GET", "/api/v2/search?resolve=true&type=statuses&q="+url.QueryEscape(past.ID), nil, &found)
		if len(found.Statuses) != 1 || found.Statuses[0].Content != "<p>Long ago.</p>" || found.Statuses[0].Account.URI != gilURI {
			h.Errorf("under %s ada finds %+v", past.ID, found)
		}
	})
}

// TestOurPosts: what people here write is understood there, whole, and only by
// those it is for.
func TestOurPosts(t *testing.T) {
	each(t, func(h *house) {
		fay, fayURI := h.someone(nil)
		her := h.find(h.ada, fay)
		h.does("follow", wish{"by": fay, "of": h.actor(h.ada)})
		h.related(h.ada, her, func(r relation) bool { return r.FollowedBy })
		by := func(id string) func(a said) bool {
			return func(a said) bool { return a.Of == h.post(id) || a.Object != nil && a.Object.ID == h.post(id) }
		}
		everybody, followers := "https://www.w3.org/ns/activitystreams#Public", h.actor(h.ada)+"/followers"

		var first status
		h.ada.Must("POST", "/api/v1/statuses", map[string]any{"status": "Hello @" + her.Acct + ", have a #cake", "spoiler_text": "food", "language": "en", "media_ids": []string{h.picture()}}, &first)
		create := h.hears("Create", by(first.ID))
		n := create.Object
		if create.By != h.actor(h.ada) || n.Type != "Note" || n.By != h.actor(h.ada) || n.Warning != "food" || !n.Sensitive || !strings.Contains(n.Text, "Hello ") || n.Page != h.URL+"/@ada/"+first.ID ||
			!slices.Equal(n.To, []string{everybody}) || !slices.Equal(n.Cc, []string{followers, fayURI}) || !slices.Equal(create.To, n.To) {
			h.Errorf("she heard %+v of %+v", create, n)
		}
		if want := []string{"Mention @" + her.Acct + " " + fayURI, "Hashtag #cake " + h.URL + "/tags/cake"}; !slices.Equal(n.Tags, want) || !slices.Equal(n.Files, []string{"Document image/png a dot"}) {
			h.Errorf("with tags %q, not %q, and files %q", n.Tags, want, n.Files)
		}
		if got := h.looks(fay, h.post(first.ID)); got.Text != n.Text || got.ID != n.ID {
			h.Errorf("she finds %+v", got)
		}

		h.ada.Must("PUT", "/api/v1/statuses/"+first.ID, map[string]any{"status": "Goodbye"}, nil)
		if u := h.hears("Update", by(first.ID)); u.Object.Text != "<p>Goodbye</p>" || u.Object.Edited == "" {
			h.Errorf("she heard %+v", u.Object)
		}

		for visibility, to := range map[string][2][]string{
			"unlisted": {{followers}, {everybody, fayURI}}, "private": {{followers}, {fayURI}}, "direct": {{fayURI}, nil}} {
			st := h.ada.Post("@"+her.Acct+" psst", visibility)
			got := h.hears("Create", by(st.ID)).Object
			if !slices.Equal(got.To, to[0]) || !slices.Equal(got.Cc, to[1]) {
				h.Errorf("what is %s is to %q, cc %q", visibility, got.To, got.Cc)
			}
		}
		var all []said
		h.do("outbox", wish{"by": fay, "at": h.actor(h.ada)}, &all)
		if len(all) != 2 || all[1].Object == nil || all[1].Object.Text != "<p>Goodbye</p>" {
			h.Errorf("ada's outbox has %+v", all)
		}

		h.ada.Must("DELETE", "/api/v1/statuses/"+first.ID, nil, nil)
		h.hears("Delete", by(first.ID))
	})
}

// TestReplies: people of both servers talk with each other.
func TestReplies(t *testing.T) {
	each(t, func(h *house) {
		fay, _ := h.someone(nil)
		her := h.follows(h.ada, fay)
		post := h.does("post", wish{"by": fay, "text": "<p>Who is there?</p>"})
		seen := h.sees(h.ada, post.ID, func(status) bool { return true })
		var reply status
		h.ada.Must("POST", "/api/v1/statuses", map[string]any{"status": "@" + her.Acct + " it is me", "in_reply_to_id": seen.ID}, &reply)
		heard := h.hears("Create", func(a said) bool { return a.Object != nil && a.Object.ID == h.post(reply.ID) })
		if heard.Object.ReplyTo != post.ID {
			h.Errorf("ada's reply answers %s", heard.Object.ReplyTo)
		}
		again := h.does("post", wish{"by": fay, "text": "<p>Oh, hello!</p>", "replyTo": h.post(reply.ID), "named": []string{h.actor(h.ada)}})
		st := h.sees(h.ada, again.ID, func(st status) bool { return st.InReplyTo != nil })
		if *st.InReplyTo != reply.ID {
			h.Errorf("her reply answers %s, not %s", *st.InReplyTo, reply.ID)
		}
		var around struct{ Ancestors []status }
		h.ada.Must("GET", "/api/v1/statuses/"+st.ID+"/context", nil, &around)
		if len(around.Ancestors) != 2 || around.Ancestors[0].URI != post.ID {
			h.Errorf("before it come %+v", around.Ancestors)
		}
	})
}

// TestActs: boosts and likes are counted, told and taken back.
func TestActs(t *testing.T) {
	each(t, func(h *house) {
		fay, fayURI := h.someone(nil)
		her := h.follows(h.ada, fay)
		theirs := h.does("post", wish{"by": fay, "text": "<p>Look!</p>"})
		seen := h.sees(h.ada, theirs.ID, func(status) bool { return true })
		for call, kind := range map[string]string{"favourite": "Like", "reblog": "Announce"} {
			h.ada.Must("POST", "/api/v1/statuses/"+seen.ID+"/"+call, nil, nil)
			did := h.hears(kind, func(a said) bool { return a.Of == theirs.ID && a.By == h.actor(h.ada) })
			h.ada.Must("POST", "/api/v1/statuses/"+seen.ID+"/un"+call, nil, nil)
			undone := h.hears("Undo", func(a said) bool { return a.Object != nil && a.Object.Type == kind })
			if undone.Object.ID != did.ID || undone.Object.Of != theirs.ID {
				h.Errorf("%s of %+v takes back %+v", kind, did, undone.Object)
			}
		}

		ours := h.ada.Post("See?", "public")
		it := h.post(ours.ID)
		count := func(likes, boosts int) {
			h.Helper()
			h.eventually(func() bool {
				var st status
				h.ada.Must("GET", "/api/v1/statuses/"+ours.ID, nil, &st)
				return st.Favourites == likes && st.Reblogs == boosts
			}, func() string { return "there are others than that" })
		}
		like := h.does("like", wish{"by": fay, "of": it, "to": h.actor(h.ada)})
		h.told(h.ada, "favourite", her)
		count(1, 0)
		boost := h.does("boost", wish{"by": fay, "of": it, "to": []string{h.actor(h.ada)}})
		h.told(h.ada, "reblog", her)
		count(1, 1)
		h.does("unlike", wish{"by": fay, "of": it, "id": like.ID, "to": h.actor(h.ada)})
		count(0, 1)
		h.does("boost", wish{"by": fay, "of": it, "to": []string{h.actor(h.ada)}, "undo": boost.ID})
		count(0, 0)
		h.does("react", wish{"by": fay, "of": it, "to": h.actor(h.ada), "emoji": "🎉"})
		h.eventually(func() bool {
			return strings.Contains(string(h.ada.Call("GET", "/api/v1/statuses/"+ours.ID, nil).Body), `"name":"🎉"`)
		}, func() string { return "her reaction is not there" })

		// What she boosts of a third is fetched from there.
		gil, gilURI := h.someone(nil)
		third := h.does("post", wish{"by": gil, "text": "<p>Nobody follows me.</p>"})
		h.does("boost", wish{"by": fay, "of": third.ID})
		h.eventually(func() bool {
			var home []status
			h.ada.Must("GET", "/api/v1/timelines/home", nil, &home)
			return slices.ContainsFunc(home, func(st status) bool {
				return st.Account.URI == fayURI && st.Reblog != nil && st.Reblog.URI == third.ID && st.Reblog.Account.URI == gilURI
			})
		}, func() string { return "ada's home is without the boost" })
	})
}

// gone waits until a post is not shown any more.
func (h *house) gone(p *apptest.Person, id string) {
	h.Helper()
	h.eventually(func() bool { return p.Call("GET", "/api/v1/statuses/"+id, nil).Status == http.StatusNotFound }, func() string { return id + " is still there" })
}

var dot, _ = base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")

// picture is the address of one elsewhere.
func picture(t *testing.T) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/png")
		w.Write(dot)
	}))
	t.Cleanup(s.Close)
	return s.URL + "/dot.png"
}

// picture is the id of one that ada has brought.
func (h *house) picture() string {
	h.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	form.WriteField("description", "a dot")
	file, err := form.CreateFormFile("file", "dot.png")
	if err != nil {
		h.Fatal(err)
	}
	file.Write(dot)
	form.Close()
	r, err := http.NewRequestWithContext(h.Context(), http.MethodPost, h.URL+"/api/v2/media", &b)
	if err != nil {
		h.Fatal(err)
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Authorization", "Bearer "+h.ada.Token)
	a := h.Do(r)
	var m struct{ ID string }
	a.JSON(h.T, &m)
	return m.ID
}
