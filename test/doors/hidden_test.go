package doors

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"mime/multipart"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// A probe looks at one surface for a post.
type probe struct {
	what, path string
	as         option // who looks, nil for a stranger
	accept     string
	mark       string // what is there if the post is; empty for its words, or that a file is sent
}

const hiddenWords = "Zanzibar #zanzibar"

// sees reports whether the post, or its file, is there.
func (p probe) sees(t *testing.T, s *apptest.Server) bool {
	t.Helper()
	options := []option{header("Accept", cmp.Or(p.accept, "*/*"))}
	if p.as != nil {
		options = append(options, p.as)
	}
	a := send(t, s, "GET", p.path, options...)
	if a.Status == 200 && strings.HasPrefix(p.path, "/media/") {
		return true
	}
	return strings.Contains(string(a.Body), cmp.Or(p.mark, "Zanzibar"))
}

// atOnce is how long what is hidden may still be seen.
const atOnce = time.Second

// overBy wants something to be over when a time has passed since a moment: what is
// looked for after that is not there.
func overBy(t *testing.T, what string, since time.Time, limit time.Duration, goesOn func() bool) {
	t.Helper()
	for late := false; goesOn(); time.Sleep(5 * time.Millisecond) {
		if late {
			t.Errorf("%s, %v after", what, time.Since(since).Round(time.Millisecond))
			return
		}
		late = time.Since(since) > limit // the next look begins after it
	}
}

// A copied is a mirror of the house, which is brought up to date when the test says so.
type copied struct {
	to     string
	update func()
}

func mirrorOf(t *testing.T, s *apptest.Server) copied {
	t.Helper()
	c := copied{to: t.TempDir()}
	k := must(s.MirrorAt(c.to))
	c.update = func() {
		t.Helper()
		if err := errors.Join(s.FollowMirrors(t.Context()), k.Once(t.Context())); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// holds are the files of it that say a word or have one of some names, in order.
func (c copied) holds(t *testing.T, word string, names ...string) (out []string) {
	t.Helper()
	if err := filepath.WalkDir(c.to, func(at string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(at)
		if key := filepath.ToSlash(strings.TrimPrefix(at, c.to)); slices.Contains(names, key) || bytes.Contains(b, []byte(word)) {
			out = append(out, key)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestHiddenMeansHidden probes every surface on which a post can be met: each shows
// it before it is hidden, none a second after, and each again when that is taken
// back. In a mirror it is as soon as that is made anew.
func TestHiddenMeansHidden(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, ben, mona := s.Join("ada", social.Member), s.Join("ben", social.Member), s.Join("mona", social.Moderator)
		ada.Follow(ben)
		var picture attached
		upload(t, s, ben, "/api/v2/media", jpegOf(t, 64, 64), "description", "Waves").JSON(t, &picture)
		var post apptest.Status
		ben.Must("POST", "/api/v1/statuses", map[string]any{"status": hiddenWords, "media_ids": []string{picture.ID}, "visibility": "public"}, &post)
		var reply apptest.Status
		ada.Must("POST", "/api/v1/statuses", map[string]any{"status": "A reply", "in_reply_to_id": post.ID}, &reply)
		for _, verb := range []string{"favourite", "bookmark", "reblog"} {
			ada.Must("POST", "/api/v1/statuses/"+post.ID+"/"+verb, nil, nil)
		}
		ben.Must("POST", "/api/v1/statuses/"+post.ID+"/pin", nil, nil)
		var list struct{ ID string }
		ada.Must("POST", "/api/v1/lists", map[string]any{"title": "Friends"}, &list)
		ada.Must("POST", "/api/v1/lists/"+list.ID+"/accounts", map[string]any{"account_ids": []string{num(ben.ID)}}, nil)
		secret := must(s.Lists.MakeFeed(t.Context(), ada.Actor(), social.ListID(must(strconv.ParseInt(list.ID, 10, 64)))))
		var quoting apptest.Status
		ada.Must("POST", "/api/v1/statuses", map[string]any{"status": "Look", "quoted_status_id": post.ID}, &quoting)
		e := socket(t, s, "/api/v1/streaming?stream=user", withToken(ada.Token))
		e.settle(t)

		var actor struct{ Outbox, Featured string }
		send(t, s, "GET", "/@ben", header("Accept", "application/activity+json")).JSON(t, &actor)
		local := func(address string) string { return strings.TrimPrefix(address, s.Config.URL) }
		const ap, page = "application/activity+json", "text/html"
		asAda, asBen, adasBrowser, bensBrowser := bearer(ada.Token), bearer(ben.Token), session(signIn(t, s, ada)), session(signIn(t, s, ben))
		status := "/api/v1/statuses/" + post.ID
		probes := []probe{
			{what: "the post", path: status, as: asAda}, {what: "the post, to a stranger", path: status}, {what: "the post, to its author", path: status, as: asBen},
			{what: "several posts", path: "/api/v1/statuses?id[]=" + post.ID, as: asAda}, {what: "its history", path: status + "/history", as: asAda},
			{what: "home", path: "/api/v1/timelines/home", as: asAda}, {what: "the local timeline", path: "/api/v1/timelines/public?local=true", as: asAda},
			{what: "the tag", path: "/api/v1/timelines/tag/zanzibar", as: asAda}, {what: "a list", path: "/api/v1/timelines/list/" + list.ID, as: asAda},
			{what: "the profile", path: "/api/v1/accounts/" + num(ben.ID) + "/statuses", as: asAda}, {what: "what is pinned", path: "/api/v1/accounts/" + num(ben.ID) + "/statuses?pinned=true", as: asAda},
			{what: "what has files", path: "/api/v1/accounts/" + num(ben.ID) + "/statuses?only_media=true", as: asAda},
			{what: "likes", path: "/api/v1/favourites", as: asAda}, {what: "bookmarks", path: "/api/v1/bookmarks", as: asAda},
			{what: "the thread", path: "/api/v1/statuses/" + reply.ID + "/context", as: asAda}, {what: "the boost", path: "/api/v1/accounts/" + num(ada.ID) + "/statuses", as: asBen},
			{what: "the quote", path: "/api/v1/statuses/" + quoting.ID, as: asAda}, {what: "notices", path: "/api/v1/notifications?types[]=favourite", as: asBen},
			{what: "search", path: "/api/v2/search?type=statuses&q=zanzibar", as: asBen}, {what: "search, by who likes it", path: "/api/v2/search?type=statuses&q=zanzibar", as: asAda},
			{what: "the card", path: "/api/oembed?url=" + s.URL + "/@ben/" + post.ID, mark: "/@ben/" + post.ID + "/embed"},
			{what: "its page", path: "/@ben/" + post.ID, accept: page}, {what: "the profile's page", path: "/@ben", accept: page}, {what: "the tag's page", path: "/tags/zanzibar", accept: page},
			{what: "the profile's RSS", path: "/@ben.rss"}, {what: "the profile's Atom", path: "/@ben.atom"}, {what: "the profile's JSON Feed", path: "/@ben/feed.json"},
			{what: "the tag's RSS", path: "/tags/zanzibar.rss"}, {what: "the tag's Atom", path: "/tags/zanzibar.atom"}, {what: "the tag's JSON Feed", path: "/tags/zanzibar/feed.json"},
			{what: "the list's RSS", path: "/feeds/" + secret + ".rss"}, {what: "the list's Atom", path: "/feeds/" + secret + ".atom"}, {what: "the list's JSON Feed", path: "/feeds/" + secret + "/feed.json"},
			{what: "the page to share it", path: "/@ben/" + post.ID + "/share", accept: page}, {what: "the thread as one page", path: "/@ben/" + post.ID + "/thread", accept: page},
			{what: "the page of its picture", path: "/@ben/" + post.ID + "/media/1", accept: page, mark: "Waves"},
			{what: "the embedded page", path: "/@ben/" + post.ID + "/embed", accept: page}, {what: "the page of a thread", path: "/@ada/" + reply.ID, accept: page},
			{what: "the page at home", path: "/", as: adasBrowser, accept: page}, {what: "the page of notices", path: "/notifications", as: bensBrowser, accept: page},
			{what: "the page of bookmarks", path: "/bookmarks", as: adasBrowser, accept: page},
			{what: "the note", path: "/@ben/" + post.ID, accept: ap}, {what: "the outbox", path: local(actor.Outbox) + "?page=true", accept: ap},
			{what: "what is featured", path: local(actor.Featured), accept: ap}, {what: "the file", path: local(picture.URL)}, {what: "the preview", path: local(picture.PreviewURL)},
		}
		all := func(when string) {
			t.Helper()
			for _, p := range probes {
				s.Eventually(when+": "+p.what+" to show it", func() bool { return p.sees(t, s) })
			}
		}
		all("before")
		mirror := mirrorOf(t, s)
		mirrored := []string{local(picture.URL), local(picture.PreviewURL), "/@ben/" + post.ID + "/index.html"}
		everywhere := func(when string) {
			t.Helper()
			mirror.update()
			got := mirror.holds(t, "Zanzibar", mirrored...)
			for _, want := range append(mirrored, "/index.html", "/@ben/index.html", "/@ben/feed.atom", "/tags/zanzibar/index.html", "/public/local/index.html") {
				if !slices.Contains(got, want) {
					t.Errorf("%s: %s of the mirror does not show it; these do: %q", when, want, got)
				}
			}
		}
		everywhere("before")
		decide := func(d social.Decision) {
			t.Helper()
			d.Account = ben.ID
			d.Posts = []social.PostID{social.PostID(must(strconv.ParseInt(post.ID, 10, 64)))}
			if err := s.Moderation.Decide(t.Context(), moderator(mona), d, false); err != nil {
				t.Fatal(err)
			}
		}
		decide(social.Decision{Action: social.HidePost, Text: "No."})
		since := time.Now()
		for _, p := range probes {
			overBy(t, "hidden: "+p.what+" shows it", since, atOnce, func() bool { return p.sees(t, s) })
		}
		overBy(t, "the stream says nothing", since, atOnce, func() bool { return !e.has("user", "delete", post.ID) })
		mirror.update()
		if got := mirror.holds(t, "Zanzibar", mirrored...); len(got) > 0 {
			t.Errorf("hidden: the mirror has it in %q", got)
		}
		t.Logf("%d surfaces and the open stream took %v", len(probes), time.Since(since).Round(time.Millisecond))
		decide(social.Decision{Action: social.RestorePost})
		all("restored")
		everywhere("restored")
		decide(social.Decision{Action: social.LimitPost})
		mirror.update()
		if got := mirror.holds(t, "Zanzibar"); slices.Contains(got, "/tags/zanzibar/index.html") || !slices.Contains(got, mirrored[2]) {
			t.Errorf("limited: the mirror has it in %q", got)
		}
		for _, p := range probes {
			switch p.what {
			case "the tag's page", "the tag's RSS":
				if p.sees(t, s) {
					t.Errorf("limited: %s shows it", p.what)
				}
			case "home", "the post", "its page":
				if !p.sees(t, s) {
					t.Errorf("limited: %s does not show it", p.what)
				}
			}
		}
	})
}

// TestSuspendedMeansOut has nothing of somebody's go on two seconds after they are
// suspended: streams, browsers, apps, what their phone is told, their files. All but
// the streams is there again when that is taken back.
func TestSuspendedMeansOut(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, ben, cleo, mona := s.Join("ada", social.Member), s.Join("ben", social.Member), s.Join("cleo", social.Member), s.Join("mona", social.Moderator)
		var picture attached
		upload(t, s, ben, "/api/v2/media", jpegOf(t, 64, 64)).JSON(t, &picture)
		ben.Must("POST", "/api/v1/statuses", map[string]any{"status": "Waves", "media_ids": []string{picture.ID}, "visibility": "public"}, nil)
		var me struct{ Avatar, Header string }
		var sent bytes.Buffer
		w := multipart.NewWriter(&sent)
		for _, kind := range []string{"avatar", "header"} {
			must(must(w.CreateFormFile(kind, "me.png")).Write(pngOf(t, 600, 200)))
		}
		w.Close()
		send(t, s, "PATCH", "/api/v1/accounts/update_credentials", bearer(ben.Token), body(w.FormDataContentType(), sent.Bytes())).JSON(t, &me)
		phone, other := newPhone(t), newPhone(t)
		ben.Must("POST", "/api/v1/push/subscription", phone.wants("mention"), nil)
		cleo.Must("POST", "/api/v1/push/subscription", other.wants("mention"), nil)
		ada.Post("@ben @cleo One", "public")
		s.Eventually("both to be told", func() bool { return phone.count() == 1 && other.count() == 1 })
		cookie := session(signIn(t, s, ben))

		doors := map[string]func() bool{
			"the token works":          func() bool { return ben.Call("GET", "/api/v1/accounts/verify_credentials", nil).Status == 200 },
			"the browser is signed in": func() bool { return send(t, s, "GET", "/settings", cookie).Status == 200 },
			"the profile is there": func() bool {
				return send(t, s, "GET", "/api/v1/accounts/"+num(ben.ID)+"/statuses").Status == 200 && strings.Contains(string(send(t, s, "GET", "/@ben").Body), "Waves")
			},
		}
		for what, address := range map[string]string{"the file": picture.URL, "the preview": picture.PreviewURL, "the avatar": me.Avatar, "the header": me.Header} {
			path := strings.TrimPrefix(address, s.Config.URL)
			if !strings.HasPrefix(path, "/media/") {
				t.Fatalf("%s is at %q", what, address)
			}
			doors[what+" is sent"] = func() bool { return send(t, s, "GET", path).Status == 200 }
		}
		open := append(listenAll(t, s, ben.Token), socket(t, s, "/api/v1/streaming?stream=user", withToken(ben.Token)))
		open[3].settle(t)
		for what, goesOn := range doors {
			if !goesOn() {
				t.Errorf("before: not so: %s", what)
			}
		}
		decide := func(a social.Action) {
			t.Helper()
			if err := s.Moderation.Decide(t.Context(), moderator(mona), social.Decision{Account: ben.ID, Action: a}, false); err != nil {
				t.Fatal(err)
			}
		}
		decide(social.Suspend)
		since := time.Now()
		for what, goesOn := range doors {
			overBy(t, "suspended: "+what, since, soon, goesOn)
		}
		for i, e := range open {
			overBy(t, fmt.Sprintf("suspended: stream %d goes on", i), since, soon, func() bool {
				select {
				case <-e.ended:
					return false
				default:
					return true
				}
			})
		}
		t.Logf("%d doors and %d streams took %v", len(doors), len(open), time.Since(since).Round(time.Millisecond))
		if a := ben.Call("GET", "/api/v1/streaming?stream=user", nil); a.Status == 200 {
			t.Error("a stream begins anew")
		}
		ada.Post("@ben @cleo Two", "public")
		s.Eventually("the other phone to be told", func() bool { return other.count() == 2 })
		if n := phone.count(); n != 1 {
			t.Errorf("the phone of who is suspended is told %d times", n)
		}
		decide(social.Unsuspend)
		for what, goesOn := range doors {
			s.Eventually("taken back: "+what, goesOn)
		}
	})
}

func moderator(p *apptest.Person) social.Actor {
	by := p.Actor()
	by.Role = social.Moderator
	return by
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
