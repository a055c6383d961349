package doors

import (
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// TestRuledThread probes every surface on which a reply can be met: each shows it
// until the author of the thread hides it, none after that but to those who go on
// seeing it, and each again when it is shown. What a rule holds is on none of them,
// and a locked thread takes nothing.
func TestRuledThread(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, ben, cleo, kim := s.Join("ada", social.Member), s.Join("ben", social.Member), s.Join("cleo", social.Member), s.Join("kim", social.Member)
		cleo.Follow(ben)
		ada.Must("POST", "/api/plaza/v1/accounts/"+num(kim.ID)+"/thread_keeper", nil, nil)
		kim.Must("POST", "/api/plaza/v1/accounts/"+num(ada.ID)+"/keep_threads", nil, nil)
		root := ada.Post("What do you think?", "public")
		e := socket(t, s, "/api/v1/streaming?stream=public", withToken(cleo.Token))
		e.settle(t)
		var picture attached
		upload(t, s, ben, "/api/v2/media", jpegOf(t, 64, 64), "description", "Waves").JSON(t, &picture)
		var post, quoting apptest.Status
		ben.Must("POST", "/api/v1/statuses", map[string]any{"status": hiddenWords, "media_ids": []string{picture.ID}, "in_reply_to_id": root.ID, "visibility": "public"}, &post)
		for _, verb := range []string{"favourite", "bookmark", "reblog"} {
			cleo.Must("POST", "/api/v1/statuses/"+post.ID+"/"+verb, nil, nil)
		}
		cleo.Must("POST", "/api/v1/statuses", map[string]any{"status": "Look", "quoted_status_id": post.ID}, &quoting)
		below := cleo.Post("To this", "public")
		cleo.Must("POST", "/api/v1/statuses", map[string]any{"status": "Below", "in_reply_to_id": post.ID, "visibility": "public"}, &below)
		var actor struct{ Outbox string }
		send(t, s, "GET", "/@ben", header("Accept", "application/activity+json")).JSON(t, &actor)
		local := func(address string) string { return strings.TrimPrefix(address, s.Config.URL) }
		const ap, page = "application/activity+json", "text/html"
		asCleo, cleosBrowser := bearer(cleo.Token), session(signIn(t, s, cleo))
		status := "/api/v1/statuses/" + post.ID
		probes := []probe{
			{what: "the reply", path: status, as: asCleo}, {what: "the reply, to a stranger", path: status}, {what: "several posts", path: "/api/v1/statuses?id[]=" + post.ID, as: asCleo},
			{what: "its history", path: status + "/history", as: asCleo}, {what: "the tag", path: "/api/v1/timelines/tag/zanzibar", as: asCleo},
			{what: "the profile", path: "/api/v1/accounts/" + num(ben.ID) + "/statuses", as: asCleo}, {what: "likes", path: "/api/v1/favourites", as: asCleo}, {what: "bookmarks", path: "/api/v1/bookmarks", as: asCleo},
			{what: "the thread", path: "/api/v1/statuses/" + root.ID + "/context", as: asCleo}, {what: "the thread, to a stranger", path: "/api/v1/statuses/" + root.ID + "/context"},
			{what: "the thread from below", path: "/api/v1/statuses/" + below.ID + "/context", as: asCleo}, {what: "the boost", path: "/api/v1/accounts/" + num(cleo.ID) + "/statuses", as: asCleo},
			{what: "the quote", path: "/api/v1/statuses/" + quoting.ID}, {what: "search", path: "/api/v2/search?type=statuses&q=zanzibar", as: asCleo},
			{what: "the card", path: "/api/oembed?url=" + s.URL + "/@ben/" + post.ID, mark: "/@ben/" + post.ID + "/embed"},
			{what: "its page", path: "/@ben/" + post.ID, accept: page}, {what: "the page of the thread", path: "/@ada/" + root.ID, accept: page}, {what: "that page, signed in", path: "/@ada/" + root.ID, as: cleosBrowser, accept: page},
			{what: "the profile's page", path: "/@ben/with_replies", accept: page}, {what: "the tag's page", path: "/tags/zanzibar", accept: page},
			{what: "the tag's RSS", path: "/tags/zanzibar.rss"}, {what: "the tag's Atom", path: "/tags/zanzibar.atom"}, {what: "the tag's JSON Feed", path: "/tags/zanzibar/feed.json"},
			{what: "the page to share it", path: "/@ben/" + post.ID + "/share", accept: page}, {what: "the page of its picture", path: "/@ben/" + post.ID + "/media/1", accept: page, mark: "Waves"},
			{what: "the embedded page", path: "/@ben/" + post.ID + "/embed", accept: page}, {what: "the page of bookmarks", path: "/bookmarks", as: cleosBrowser, accept: page},
			{what: "the note", path: "/@ben/" + post.ID, accept: ap}, {what: "the outbox", path: local(actor.Outbox) + "?page=true", accept: ap},
		}
		always := []probe{
			{what: "its author", path: status, as: bearer(ben.Token)}, {what: "whose thread it is", path: status, as: bearer(ada.Token)}, {what: "who looks after it", path: status, as: bearer(kim.Token)},
			{what: "the thread of whose it is", path: "/api/v1/statuses/" + root.ID + "/context", as: bearer(ada.Token)},
			{what: "the page of the thread, to its author", path: "/@ada/" + root.ID, as: session(signIn(t, s, ben)), accept: page},
		}
		all := func(when string, probes []probe) {
			t.Helper()
			for _, p := range probes {
				s.Eventually(when+": "+p.what+" to show it", func() bool { return p.sees(t, s) })
			}
		}
		all("before", probes)
		mirror := mirrorOf(t, s)
		mirror.update()
		if got := mirror.holds(t, "Zanzibar"); len(got) < 2 {
			t.Errorf("before: the mirror has it in %q", got)
		}
		kim.Must("POST", "/api/plaza/v1/statuses/"+post.ID+"/hide", map[string]any{"reason": "off_topic"}, nil)
		since := time.Now()
		for _, p := range probes {
			overBy(t, "hidden: "+p.what+" shows it", since, soon, func() bool { return p.sees(t, s) })
		}
		s.Eventually("the stream to say so", func() bool { return e.has("public", "delete", post.ID) })
		all("hidden", always)
		mirror.update()
		if got := mirror.holds(t, "Zanzibar"); len(got) > 0 {
			t.Errorf("hidden: the mirror has it in %q", got)
		}
		var thread struct {
			Plaza struct {
				Locked bool
				Traces []struct {
					Parent            string `json:"in_reply_to_id"`
					State, Reason, By string
					Owner             string
					Count             int
				}
			}
		}
		send(t, s, "GET", "/api/v1/statuses/"+root.ID+"/context").JSON(t, &thread)
		if got := thread.Plaza.Traces; len(got) != 1 || got[0].Parent != root.ID || got[0].State != "hidden" || got[0].Reason != "off_topic" || got[0].By != "kim" || got[0].Owner != "ada" || got[0].Count != 1 {
			t.Errorf("the trace: %+v", got)
		}
		shown := string(send(t, s, "GET", "/@ada/"+root.ID, header("Accept", page)).Body)
		if !strings.Contains(shown, "hidden by <a href=\"/@kim\">") || !strings.Contains(shown, "not about this") || strings.Contains(shown, "/@ben") {
			t.Error("the page does not tell that something was hidden and why, or tells whose it is")
		}
		ada.Must("POST", "/api/plaza/v1/statuses/"+post.ID+"/unhide", nil, nil)
		all("shown again", probes)
		mirror.update()
		if got := mirror.holds(t, "Zanzibar"); len(got) < 2 {
			t.Errorf("shown again: the mirror has it in %q", got)
		}

		// What a rule holds is as little there.
		ada.Must("PUT", "/api/plaza/v1/reply_rules", map[string]any{"words": []string{"madagascar"}}, nil)
		var held apptest.Status
		ben.Must("POST", "/api/v1/statuses", map[string]any{"status": "Madagascar #madagascar", "in_reply_to_id": root.ID, "visibility": "public"}, &held)
		for _, p := range probes {
			p.path = strings.ReplaceAll(strings.ReplaceAll(p.path, post.ID, held.ID), "zanzibar", "madagascar")
			if p.mark != "Waves" && p.what != "the quote" && p.what != "the boost" {
				p.mark = "Madagascar"
				if p.sees(t, s) {
					t.Errorf("held: %s shows it", p.what)
				}
			}
		}
		send(t, s, "GET", "/api/v1/statuses/"+root.ID+"/context").JSON(t, &thread)
		if got := thread.Plaza.Traces; len(got) != 1 || got[0].State != "pending" || got[0].Reason != "words" || got[0].Owner != "ada" {
			t.Errorf("the trace of what is held: %+v", got)
		}
		ada.Must("POST", "/api/plaza/v1/statuses/"+root.ID+"/lock", nil, nil)
		if a := cleo.Call("POST", "/api/v1/statuses", map[string]any{"status": "But", "in_reply_to_id": root.ID}); a.Status != 403 {
			t.Errorf("in a locked thread: %d %s", a.Status, a.Body)
		}
		send(t, s, "GET", "/api/v1/statuses/"+root.ID+"/context").JSON(t, &thread)
		if !thread.Plaza.Locked {
			t.Error("apps are not told that it is locked")
		}
	})
}
