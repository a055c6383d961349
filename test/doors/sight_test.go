package doors

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// closedProbes are the surfaces on which a post of ada's, or the reply to it, could be
// met, looked at by somebody: both say Zanzibar.
func closedProbes(s *apptest.Server, ada social.AccountID, post, reply string, as, browser option) (out []probe) {
	api := []string{"/api/v1/statuses/" + post, "/api/v1/statuses/" + reply, "/api/v1/statuses?id[]=" + post, "/api/v1/statuses/" + post + "/history", "/api/v1/statuses/" + post + "/context",
		"/api/v1/statuses/" + reply + "/context", "/api/v1/statuses/" + post + "/source", "/api/v1/statuses/" + post + "/quotes", "/api/v1/timelines/public", "/api/v1/timelines/public?local=true",
		"/api/v1/timelines/tag/zanzibar", "/api/v1/accounts/" + num(ada) + "/statuses", "/api/v1/accounts/" + num(ada) + "/statuses?only_media=true", "/api/v1/accounts/" + num(ada) + "/statuses?tagged=zanzibar",
		"/api/v1/timelines/home", "/api/v1/notifications", "/api/v2/notifications", "/api/v2/search?q=zanzibar", "/api/v2/search?q=" + s.URL + "/@ada/" + post + "&resolve=true", "/api/v1/favourites", "/api/v1/bookmarks",
		"/api/v1/conversations", "/api/v1/trends/statuses", "/api/v1/trends/tags", "/api/plaza/v1/statuses/" + post + "/reach", "/api/oembed?url=" + s.URL + "/@ada/" + post}
	for _, path := range api {
		out = append(out, probe{what: path, path: path, as: as})
	}
	pages := []string{"/@ada/" + post, "/@ada/" + post + "/share", "/@ada/" + post + "/thread", "/@ada/" + post + "/embed", "/@ada/" + post + "/media/1", "/@ada", "/tags/zanzibar", "/public/local", "/", "/notifications",
		"/search?q=zanzibar", "/discover", "/@ben", "/@ben/" + reply, "/catchup"}
	for _, path := range pages {
		out = append(out, probe{what: path, path: path, as: browser, accept: "text/html"})
	}
	for _, path := range []string{"/@ada.rss", "/@ada.atom", "/@ada/feed.json", "/tags/zanzibar.rss", "/tags/zanzibar.atom", "/tags/zanzibar/feed.json"} {
		out = append(out, probe{what: path, path: path, as: browser})
	}
	for _, path := range []string{"/@ada/" + post, "/ap/posts/" + post, "/ap/posts/" + post + "/activity", "/ap/posts/" + post + "/replies?page=true&min_id=0", "/ap/threads/" + post + "?page=true", "/ap/posts/" + reply,
		"/ap/users/" + num(ada) + "/outbox?page=true", "/ap/users/" + num(ada) + "/featured", "/ap/users/" + num(ada) + "/tags"} {
		out = append(out, probe{what: "the document " + path, path: path, as: as, accept: "application/activity+json"})
	}
	for i := range out { // the reader's own words are no proof
		if strings.Contains(out[i].path, "q=zanzibar") || strings.HasPrefix(out[i].path, "/tags/") {
			out[i].mark = "Quay"
		}
	}
	return out
}

// TestForFewIsForFew probes every surface for a post for a list, and one that stays here:
// whom they are for meets them, nobody else does, also not who is mentioned, follows,
// has a copy of the house, or was on the list.
func TestForFewIsForFew(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, ben, eve := s.Join("ada", social.Member), s.Join("ben", social.Member), s.Join("eve", social.Member)
		for _, p := range []*apptest.Person{ben, eve} {
			p.Follow(ada)
			ada.Follow(p)
		}
		var list struct{ ID string }
		ada.Must("POST", "/api/v1/lists", "title=Kin", &list)
		ada.Must("POST", "/api/v1/lists/"+list.ID+"/accounts", fmt.Sprintf("account_ids[]=%d", ben.ID), nil)
		mirror := mirrorOf(t, s)
		asEve, evesBrowser, asBen, bensBrowser := bearer(eve.Token), session(signIn(t, s, eve)), bearer(ben.Token), session(signIn(t, s, ben))
		ear := socket(t, s, "/api/v1/streaming?stream=user", withToken(eve.Token))
		ear.settle(t)
		say := func(how string) (post, reply apptest.Status) {
			t.Helper()
			var picture attached
			upload(t, s, ada, "/api/v2/media", jpegOf(t, 64, 64), "description", "Zanzibar").JSON(t, &picture)
			ada.Must("POST", "/api/v1/statuses", "status=Zanzibar Quay %23zanzibar @eve&media_ids[]="+picture.ID+how, &post)
			ben.Must("POST", "/api/v1/statuses", "status=Zanzibar Quay&visibility=public&in_reply_to_id="+post.ID, &reply)
			ben.Must("POST", "/api/v1/statuses/"+post.ID+"/favourite", nil, nil)
			ada.Must("PUT", "/api/v1/statuses/"+post.ID, "status=Zanzibar Quay %23zanzibar @eve twice&media_ids[]="+picture.ID, nil)
			return post, reply
		}
		none := func(when string, all []probe) {
			t.Helper()
			for _, p := range all {
				if p.sees(t, s) {
					t.Errorf("%s: %s shows it", when, p.what)
				}
			}
		}
		some := func(when string, all []probe, paths ...string) {
			t.Helper()
			for _, path := range paths {
				i := slices.IndexFunc(all, func(p probe) bool { return p.path == path && p.accept != "application/activity+json" })
				if i < 0 {
					t.Fatalf("%s: nobody looks at %s", when, path)
				}
				s.Eventually(when+": "+path+" to show it", func() bool { return all[i].sees(t, s) })
			}
		}

		post, reply := say("&circle_id=" + list.ID)
		some("on the list", closedProbes(s, ada.ID, post.ID, reply.ID, asBen, bensBrowser), "/api/v1/statuses/"+post.ID, "/api/v1/statuses/"+reply.ID+"/context", "/api/v1/timelines/home", "/@ada/"+post.ID, "/@ada", "/@ada/"+post.ID+"/thread")
		mirror.update()
		none("not on the list", closedProbes(s, ada.ID, post.ID, reply.ID, asEve, evesBrowser))
		none("a stranger, of a list", closedProbes(s, ada.ID, post.ID, reply.ID, nil, nil))
		ada.Must("DELETE", "/api/v1/lists/"+list.ID+"/accounts", fmt.Sprintf("account_ids[]=%d", ben.ID), nil)
		var kept []probe
		for _, p := range closedProbes(s, ada.ID, post.ID, reply.ID, asBen, bensBrowser) {
			if !strings.Contains(p.path, reply.ID) && p.path != "/@ben" && !strings.Contains(p.path, "timelines/home") && p.path != "/" && !strings.Contains(p.path, "search") { // what he wrote is his
				kept = append(kept, p)
			}
		}
		none("taken off the list", kept)
		ada.Must("DELETE", "/api/v1/statuses/"+post.ID, nil, nil)

		post, reply = say("&visibility=public&local_only=true")
		some("a member", closedProbes(s, ada.ID, post.ID, reply.ID, asEve, evesBrowser), "/api/v1/statuses/"+post.ID, "/api/v1/timelines/public?local=true", "/api/v1/timelines/tag/zanzibar", "/@ada/"+post.ID, "/tags/zanzibar", "/api/v1/notifications")
		if page := send(t, s, "GET", "/@ada/"+post.ID, header("Accept", "text/html"), evesBrowser); !strings.Contains(string(page.Body), `<option value="here" selected>`) {
			t.Error("an answer to what stays here is not for here: sent after that is gone, it would be for everybody")
		}
		mirror.update()
		none("a stranger, of what stays here", closedProbes(s, ada.ID, post.ID, reply.ID, nil, nil))
		if got := mirror.holds(t, "Zanzibar"); len(got) > 0 {
			t.Errorf("the mirror has it in %q", got)
		}
		var found struct{ Hashtags []struct{ Name string } }
		for who, want := range map[string]int{"": 0, eve.Token: 1} {
			if send(t, s, "GET", "/api/v2/search?type=hashtags&q=zanz", bearer(who)).JSON(t, &found); len(found.Hashtags) != want {
				t.Errorf("a tag of what stays here is found as %+v, want %d", found.Hashtags, want)
			}
		}
		s.Eventually("the stream of who may see it to have that", func() bool { return ear.has("user", "update", post.ID) || ear.has("user", "status.update", post.ID) })
		for _, m := range ear.all() {
			if strings.Contains(m.Payload, list.ID) {
				t.Errorf("eve's stream: %s %s", m.Event, m.Payload)
			}
		}
	})
}

// TestWrittenAnew has an app that knows nothing of lists and of what stays here delete a
// post to write it again, or look at what is to be said later: it is told an audience
// that is no wider.
func TestWrittenAnew(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
	var list struct{ ID string }
	ada.Follow(ben)
	ada.Must("POST", "/api/v1/lists", "title=Kin", &list)
	ada.Must("POST", "/api/v1/lists/"+list.ID+"/accounts", fmt.Sprintf("account_ids[]=%d", ben.ID), nil)
	for how, want := range map[string]string{"visibility=public": "public", "visibility=unlisted": "unlisted", "visibility=private": "private", "visibility=direct": "direct",
		"visibility=public&local_only=true": "direct", "visibility=private&local_only=true": "direct", "circle_id=" + list.ID: "direct"} {
		var was struct{ ID, Visibility string }
		ada.Must("POST", "/api/v1/statuses", "status=Hush&"+how, &was)
		if ada.Must("DELETE", "/api/v1/statuses/"+was.ID, nil, &was); was.Visibility != want {
			t.Errorf("%s, to be written anew: %s, want %s", how, was.Visibility, want)
		}
		var later struct {
			ID     string
			Params struct{ Visibility string }
		}
		ada.Must("POST", "/api/v1/statuses", "status=Hush&"+how+"&scheduled_at="+time.Now().Add(time.Hour).UTC().Format(time.RFC3339), &later)
		if later.Params.Visibility != want {
			t.Errorf("%s, for later: %s, want %s", how, later.Params.Visibility, want)
		}
	}
}

// TestArchiveKeepsWhatStaysHere: where an archive is brought to, the people of the house
// are others. What was for the people of this one is for its author there.
func TestArchiveKeepsWhatStaysHere(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada := s.Join("ada", social.Member)
	s.Join("ben", social.Member)
	want := map[string]bool{} // whether the note says that it is for few, by its words
	for words, how := range map[string]string{"open": "visibility=public", "quiet": "visibility=unlisted", "here": "visibility=public&local_only=true", "hush": "visibility=unlisted&local_only=true", "near": "visibility=private&local_only=true"} {
		ada.Must("POST", "/api/v1/statuses", "status=@ben "+words+"&"+how, nil)
		want[words] = strings.Contains(how, "local_only")
	}
	a := ada.Call("GET", "/api/plaza/v1/exports/archive.zip", nil)
	z := must(zip.NewReader(bytes.NewReader(a.Body), int64(len(a.Body))))
	f := must(z.Open("outbox.json"))
	defer f.Close()
	var outbox struct {
		OrderedItems []struct {
			To, Cc []string
			Object struct {
				To, Cc       []string
				Content      string
				LimitedScope string
			}
		}
	}
	if err := json.Unmarshal(must(io.ReadAll(f)), &outbox); err != nil {
		t.Fatal(err)
	}
	for _, one := range outbox.OrderedItems {
		for words, few := range want {
			n := one.Object
			if !strings.Contains(n.Content, words) {
				continue
			}
			delete(want, words)
			if none := len(one.To)+len(one.Cc)+len(n.To)+len(n.Cc) == 0; none != few || (n.LimitedScope != "") != few {
				t.Errorf("%s is for %q and %q (%q)", words, n.To, n.Cc, n.LimitedScope)
			}
		}
	}
	if len(want) != 0 {
		t.Errorf("the archive lacks %v", want)
	}
}

// TestHeldIsGoneInSilence deletes a reply that nobody saw: no stream says so, but that of
// whose rules held it.
func TestHeldIsGoneInSilence(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada, ben, eve := s.Join("ada", social.Member), s.Join("ben", social.Member), s.Join("eve", social.Member)
	var post, reply, next apptest.Status
	ada.Must("POST", "/api/v1/statuses", "status=Well?&visibility=public&reply_policy=approval", &post)
	owner, other := socket(t, s, "/api/v1/streaming?stream=public:local", withToken(ada.Token)), socket(t, s, "/api/v1/streaming?stream=public:local", withToken(eve.Token))
	for _, e := range []*ear{owner, other} {
		e.settle(t)
	}
	ben.Must("POST", "/api/v1/statuses", "status=Psst&visibility=public&in_reply_to_id="+post.ID, &reply)
	ben.Must("DELETE", "/api/v1/statuses/"+reply.ID, nil, nil)
	ben.Must("POST", "/api/v1/statuses", "status=Next&visibility=public", &next)
	for _, e := range []*ear{owner, other} {
		s.Eventually("what comes next", func() bool { return e.has("", "update", next.ID) })
	}
	if other.has("", "delete", reply.ID) {
		t.Error("eve is told that a reply is gone that she never saw")
	}
}

// TestStreamOfWhatIsHidden hides a reply: the streams of those who do not see it any more
// take it away, and those of who still does, the keepers of the thread among them, do not.
// Once it is gone for good it is the other way round.
func TestStreamOfWhatIsHidden(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada, ben, eve, kim := s.Join("ada", social.Member), s.Join("ben", social.Member), s.Join("eve", social.Member), s.Join("kim", social.Member)
	ada.Must("POST", "/api/plaza/v1/accounts/"+num(kim.ID)+"/thread_keeper", nil, nil)
	kim.Must("POST", "/api/plaza/v1/accounts/"+num(ada.ID)+"/keep_threads", nil, nil)
	post := ada.Post("Well?", "public")
	ears := map[*apptest.Person]*ear{}
	for _, p := range []*apptest.Person{ada, ben, eve, kim} {
		ears[p] = socket(t, s, "/api/v1/streaming?stream=public:local", withToken(p.Token))
		ears[p].settle(t)
	}
	var reply apptest.Status
	ben.Must("POST", "/api/v1/statuses", "status=@ada Psst&visibility=public&in_reply_to_id="+post.ID, &reply)
	told := func(when string, wants map[*apptest.Person]int) {
		t.Helper()
		next := eve.Post("Next", "public")
		for p, want := range wants {
			s.Eventually("what comes next", func() bool { return ears[p].has("", "update", next.ID) })
			got := 0
			for _, m := range ears[p].all() {
				if m.Event == "delete" && m.Payload == reply.ID {
					got++
				}
			}
			if got != want {
				t.Errorf("%s: %s was told %d times that it is gone, want %d", when, p.Name, got, want)
			}
		}
	}
	ada.Must("POST", "/api/plaza/v1/statuses/"+reply.ID+"/hide", map[string]any{"reason": "off_topic"}, nil)
	told("hidden", map[*apptest.Person]int{ada: 0, ben: 0, eve: 1, kim: 0})
	ben.Must("DELETE", "/api/v1/statuses/"+reply.ID, nil, nil)
	told("gone", map[*apptest.Person]int{ada: 1, ben: 1, eve: 1, kim: 1})
}
