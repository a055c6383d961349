package serve_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/edge/fedi/serve"
	"github.com/plaza-social/plaza/internal/social"
)

// TestWhoMayFetchWhat asks for posts of every visibility, at every address they
// have, as everybody there is.
func TestWhoMayFetchWhat(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		h := open(t, s)
		ctx := t.Context()
		ada := s.Join("ada", social.Member)
		readers := map[string]*stranger{"nobody": nil}
		for name, host := range map[string]string{"stranger": "far.example", "follower": "far.example", "mentioned": "far.example", "blocked": "far.example",
			"shut": "shut.example", "refused": "refused.example", "forger": "far.example"} {
			readers[name] = h.meet(name, host)
		}
		for _, follower := range []string{"follower", "refused", "shut"} {
			h.must(s.Relations.Follow(ctx, readers[follower].actor, social.Follow{Target: ada.ID}))
		}
		readers["forger"].sign = readers["stranger"].sign // says that it is somebody else
		text := "For @mentioned@far.example @blocked@far.example @refused@refused.example"
		posts := map[string]social.Post{
			"public": h.publish(ada, social.Draft{Text: text}), "unlisted": h.publish(ada, social.Draft{Text: text, Visibility: social.Unlisted}),
			"followers": h.publish(ada, social.Draft{Text: text, Visibility: social.Followers}), "direct": h.publish(ada, social.Draft{Text: text, Visibility: social.Direct}),
			"here": h.publish(ada, social.Draft{Text: text, LocalOnly: true}),
		}
		h.must(s.Relations.Block(ctx, ada.Actor(), readers["blocked"].ID))
		h.must(s.Relations.ShutHost(ctx, ada.Actor(), "shut.example"))
		_, err := s.Hosts.Add(ctx, social.Console, social.HostBlock{Host: "refused.example", Severity: social.HostSuspends})
		h.must(err)
		want := map[string]map[string]int{
			"nobody":    {"public": 200, "unlisted": 200},
			"forger":    {"public": 200, "unlisted": 200},
			"stranger":  {"public": 200, "unlisted": 200},
			"follower":  {"public": 200, "unlisted": 200, "followers": 200},
			"mentioned": {"public": 200, "unlisted": 200, "followers": 200, "direct": 200},
			"blocked":   {},
			"shut":      {},
			"refused":   {"public": 403, "unlisted": 403, "followers": 403, "direct": 403, "here": 403},
		}
		absent := h.get("/ap/posts/12345", nil)
		for who, reader := range readers {
			for what, p := range posts {
				expect := want[who][what]
				if expect == 0 {
					expect = 404
				}
				for _, path := range []string{"/ap/posts/%d", "/ap/posts/%d/activity", "/ap/posts/%d/replies", "/ap/posts/%d/replies?page=true&min_id=0", "/ap/posts/%d/likes",
					"/ap/posts/%d/shares", "/ap/threads/%d", "/ap/threads/%d?page=true", "/@ada/%d", "/@nobody/%d"} {
					path = fmt.Sprintf(path, p.ID)
					a := h.get(path, reader)
					if a.Status != expect {
						t.Errorf("%s asks for a post that is %s, at %s: %d, want %d", who, what, path, a.Status, expect)
					}
					if expect == 404 && string(a.Body) != string(absent.Body) {
						t.Errorf("%s is told that there is a post that is %s: %s", who, what, a.Body)
					}
					if strings.Contains(string(a.Body), "For ") && expect != 200 {
						t.Errorf("%s is told what a post says that is %s", who, what)
					}
					kept := a.Header.Get("Cache-Control")
					if signed := reader != nil && who != "forger"; strings.HasPrefix(kept, "public") != (expect == 200 && !signed) {
						t.Errorf("%s may keep the answer about a post that is %s: %s", who, what, kept)
					}
					if !strings.Contains(a.Header.Get("Vary"), "Accept, Signature") {
						t.Errorf("%s depends on %q", path, a.Header.Get("Vary"))
					}
				}
			}
			meets := map[string]int{"blocked": 404, "shut": 404, "refused": 403}[who]
			if meets == 0 {
				meets = 200
			}
			for _, path := range []string{"", "/outbox", "/outbox?page=true", "/followers", "/followers?page=true", "/following", "/following?page=true", "/featured", "/tags"} {
				if a := h.get(person(ada)+path, reader); a.Status != meets {
					t.Errorf("%s asks for ada%s: %d, want %d", who, path, a.Status, meets)
				}
			}
			if a := h.get("/@ada", reader); a.Status != meets {
				t.Errorf("%s asks for ada by name: %d, want %d", who, a.Status, meets)
			}
		}
	})
}

// TestSignedOnly asks without a signature where one is needed.
func TestSignedOnly(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	h := open(t, s, func(c *serve.Config) { c.SignedOnly = true })
	ada, zoe := s.Join("ada", social.Member), h.meet("zoe", "far.example")
	ada.Must("PATCH", "/api/v1/accounts/update_credentials", "note=Bread", nil)
	p := h.publish(ada, social.Draft{Text: "Bread"})
	for _, path := range []string{"/outbox", "/outbox?page=true", "/followers", "/followers?page=true", "/following", "/featured", "/tags"} {
		if a := h.get(person(ada)+path, nil); a.Status != 401 || a.Header.Get("Cache-Control") != "private, no-store" {
			t.Errorf("%s without a signature: %d, %s", path, a.Status, a.Header.Get("Cache-Control"))
		}
		if a := h.get(person(ada)+path, zoe); a.Status != 200 {
			t.Errorf("%s signed: %d %s", path, a.Status, a.Body)
		}
	}
	for _, path := range []string{postPath(p), postPath(p) + "/activity", postPath(p) + "/likes", fmt.Sprint("/ap/threads/", p.ID), fmt.Sprint("/@ada/", p.ID), "/ap/quotes/1", "/ap/posts/1"} {
		if a := h.get(path, nil); a.Status != 401 {
			t.Errorf("%s without a signature: %d", path, a.Status)
		}
	}
	for _, path := range []string{person(ada), "/@ada"} {
		a := h.get(path, nil)
		actor, err := h.parse(a.Body).Actor()
		if err != nil || len(actor.Keys) != 2 || actor.Username != "ada" || actor.Bio != "" || actor.Outbox != "" {
			t.Errorf("%s without a signature: %v, %s", path, err, a.Body)
		}
		if whole, err := h.read(path, zoe).Actor(); err != nil || !strings.Contains(whole.Bio, "Bread") {
			t.Errorf("%s signed: %+v, %v", path, whole, err)
		}
	}
	if a := h.get("/ap/actor", nil); a.Status != 200 {
		t.Errorf("the house without a signature: %d", a.Status)
	}
	h.known.fault = errs.New(errs.Unavailable, "The server of the key does not answer.")
	if a := h.get(person(ada), zoe); a.Status != 503 {
		t.Errorf("ada, while it cannot be found out who asks: %d %s; want 503, as it is not all that there is", a.Status, a.Body)
	}
}

// TestStandings asks for accounts that are not, or no longer, there.
func TestStandings(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		h := open(t, s)
		ctx := t.Context()
		ada, ben, zoe := s.Join("ada", social.Member), s.Join("ben", social.Member), h.meet("zoe", "far.example")
		ada.Must("PATCH", "/api/v1/accounts/update_credentials", "note=Bread&display_name=Ada", nil)
		p := h.publish(ada, social.Draft{Text: "Bread"})
		h.read(person(ada), nil)
		h.must(s.Judge(ctx, "ada", social.Suspend, "", false))
		actor, err := h.read(person(ada), nil).Actor()
		if err != nil || !actor.Suspended || actor.Bio != "" || actor.Name != "" {
			t.Errorf("suspended: %+v, %v", actor, err)
		}
		for _, path := range []string{postPath(p), person(ada) + "/outbox", person(ada) + "/followers"} {
			if a := h.get(path, nil); a.Status != 404 {
				t.Errorf("suspended, %s: %d", path, a.Status)
			}
		}
		if a := h.get(fmt.Sprint("/ap/users/", zoe.ID), nil); a.Status != 404 {
			t.Errorf("somebody elsewhere: %d", a.Status)
		}
		_, err = s.Expel(ctx, "ada", false)
		h.must(err)
		var a apptest.Answer
		s.Eventually("ada to be gone", func() bool { a = h.get(person(ada), nil); return a.Status == 410 })
		if tomb, err := h.parse(a.Body).Tombstone(); err != nil || tomb.ID != s.URL+person(ada) {
			t.Errorf("gone: %+v, %v", tomb, err)
		}
		_, err = s.Expel(ctx, "ben", false) // whom nobody elsewhere ever asked for
		h.must(err)
		s.Eventually("ben to be gone", func() bool { return h.get(person(ben), nil).Status == 404 })
	})
}
