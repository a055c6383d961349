package serve_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares a document with a file, without what differs each time.
func (h *house) golden(name string, document []byte, names map[string]int64) {
	h.t.Helper()
	var b bytes.Buffer
	h.must(json.Indent(&b, document, "", "\t"))
	text := strings.ReplaceAll(b.String(), h.Config.URL, "https://plaza.example")
	text = strings.ReplaceAll(text, h.Config.HandleHost, "plaza.example")
	for what, n := range names {
		text = strings.ReplaceAll(text, fmt.Sprint(n), "{"+what+"}")
	}
	for _, c := range []struct{ what, with string }{
		{`"\d{4}-\d\d-\d\dT00:00:00Z"`, `"{day}"`}, {`"\d{4}-\d\d-\d\dT[0-9:.]+Z"`, `"{time}"`}, {`-----BEGIN PUBLIC KEY[^"]*`, "{pem}"}, {`"z6Mk\w+"`, `"{multikey}"`}, {`/\d{13}"`, `/{moment}"`},
		{`/media/[\w.-]+`, "/media/{file}"},
	} {
		text = regexp.MustCompile(c.what).ReplaceAllString(text, c.with)
	}
	path := filepath.Join("testdata", name+".json")
	if *update {
		h.must(os.WriteFile(path, []byte(text+"\n"), 0o644))
		return
	}
	want, err := os.ReadFile(path)
	h.must(err)
	if strings.TrimSpace(text) != strings.TrimSpace(string(want)) {
		h.t.Errorf("%s is now\n%s\nIf this is meant: go test ./internal/edge/fedi/serve -update, and review the files.", path, text)
	}
}

// received stores a post of another server.
func (h *house) received(by *stranger, p social.Post) social.Post {
	h.t.Helper()
	h.write(func(ctx context.Context, tx *store.Tx) error {
		p.ID, p.Author, p.At = social.PostID(id.New(tx.Now)), by.ID, tx.Now
		p.URI = fmt.Sprintf("https://%s/posts/%d", by.Host, p.ID)
		if p.Visibility == "" {
			p.Visibility = social.Public
		}
		if p.Thread == 0 {
			p.Thread = p.ID
		}
		return tx.AddPost(ctx, p)
	})
	return p
}

// TestActor reads an account as another server does.
func TestActor(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		h := open(t, s)
		ada, zoe := s.Join("ada", social.Member), h.meet("zoe", "far.example")
		ada.Must("PATCH", "/api/v1/accounts/update_credentials", map[string]any{"display_name": "Ada L.", "note": "Bread & #butter", "locked": true, "discoverable": true, "indexable": true,
			"fields_attributes": []map[string]string{{"name": "Site", "value": "https://ada.example"}}, "attribution_domains": []string{"ada.example"}}, nil)
		h.write(func(ctx context.Context, tx *store.Tx) error {
			a, err := tx.HoldAccount(ctx, ada.ID)
			if err != nil {
				return err
			}
			a.Avatar, a.AvatarAlt = "face.png", "Me"
			tx.Record(event.ProfileChanged{Account: ada.ID})
			return tx.SetProfile(ctx, a)
		})
		raw := h.get(person(ada), nil).Body
		h.golden("actor", raw, map[string]int64{"ada": int64(ada.ID)})
		a, err := h.parse(raw).Actor()
		h.must(err)
		id := s.URL + person(ada)
		if a.ID != id || a.Type != "Person" || a.Username != "ada" || a.Name != "Ada L." || !a.Locked || !a.Discoverable || !a.Indexable || a.Handle != "ada@"+s.Config.HandleHost {
			t.Errorf("read back: %+v", a)
		}
		if a.Inbox != id+"/inbox" || a.Outbox != id+"/outbox" || a.Followers != id+"/followers" || a.Following != id+"/following" || a.Featured != id+"/featured" ||
			a.FeaturedTags != id+"/tags" || a.SharedInbox != s.URL+"/ap/inbox" || a.URL != s.URL+"/@ada" {
			t.Errorf("its addresses: %+v", a)
		}
		if len(a.Fields) != 1 || !strings.Contains(a.Fields[0].Value, `href="https://ada.example"`) || !strings.Contains(a.Bio, "Bread &amp; <a") || !slices.Equal(a.Domains, []string{"ada.example"}) {
			t.Errorf("what it says: %+v", a)
		}
		if hour, _, _ := a.Published.Clock(); a.Published.IsZero() || hour != 0 || a.Icon.MediaType != "image/png" || a.Icon.Description != "Me" {
			t.Errorf("its picture and day: %+v", a)
		}
		if len(a.Keys) != 2 || a.Keys[0].ID != id+"#main-key" || a.Keys[0].Owner != id || a.Keys[1].ID != id+"#ed25519-key" || a.Keys[1].Owner != id {
			t.Errorf("its keys: %+v", a.Keys)
		}
		again, err := h.read("/@ada", zoe).Actor()
		if err != nil || again.Keys[0].PEM != a.Keys[0].PEM {
			t.Errorf("asked again, it has other keys: %v", err)
		}
		h.must(s.RotateKeys(t.Context(), "ada"))
		said, err := h.speaker.ProfileChanged(t.Context(), ada.ID)
		h.must(err)
		fresh, err := h.parse(said.Body).Activity()
		h.must(err)
		if now, err := fresh.Object.Actor(); err != nil || now.Keys[0].PEM == a.Keys[0].PEM || now.Keys[1].Multibase == a.Keys[1].Multibase || !said.Public || !said.Followers {
			t.Errorf("told of new keys: %+v, %v", now.Keys, err)
		}
		for _, path := range []string{person(ada), "/ap/actor"} {
			if b := h.get(path, nil).Body; strings.Contains(string(b), "PRIVATE") || !strings.Contains(string(b), "BEGIN PUBLIC KEY") {
				t.Errorf("%s: %s", path, b)
			}
		}
		house := h.get("/ap/actor", nil).Body
		h.golden("house", house, nil)
		if b, err := h.parse(house).Actor(); err != nil || b.Type != "Application" || b.Inbox != s.URL+"/ap/inbox" || b.Username != s.Config.HandleHost {
			t.Errorf("the house: %+v, %v", b, err)
		}
	})
}

// TestNote reads a post with everything a post can have as another server does.
func TestNote(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		h := open(t, s)
		ctx := t.Context()
		ada, ben, zoe := s.Join("ada", social.Member), s.Join("ben", social.Member), h.meet("zoe", "far.example")
		theirs := h.received(zoe, social.Post{HTML: "<p>Bread?</p>"})
		quoted := h.publish(ben, social.Draft{Text: "Rye"})
		file := social.Media{Owner: ada.ID, Kind: social.Image, State: social.MediaReady, File: "bread.jpg", Type: "image/jpeg", Alt: "A loaf", FocusX: 0.5, FocusY: -0.25, Blurhash: "LKO2?U%2Tw=w]~RBVZRi};RPxuwH",
			Shape: social.Shape{Width: 1200, Height: 800}}
		h.write(func(ctx context.Context, tx *store.Tx) error {
			file.ID, file.At = social.MediaID(id.New(tx.Now)), tx.Now
			return tx.AddMedia(ctx, file, "")
		})
		p := h.publish(ada, social.Draft{Text: "@zoe@far.example and @ben, #Bread!", Warning: "Food", Language: "en", Visibility: social.Unlisted, ReplyTo: theirs.ID, Media: []social.MediaID{file.ID},
			Quote: quoted.ID, QuotePolicy: social.QuoteFollowers})
		names := map[string]int64{"ada": int64(ada.ID), "ben": int64(ben.ID), "post": int64(p.ID), "quoted": int64(quoted.ID), "theirs": int64(theirs.ID)}
		raw := h.get(postPath(p), nil).Body
		h.golden("note", raw, names)
		n, err := h.parse(raw).Note()
		h.must(err)
		me, at := s.URL+person(ada), s.URL+postPath(p)
		if n.ID != at || n.Type != "Note" || n.Author() != me || n.Summary != "Food" || !n.Sensitive || n.Language != "en" || n.InReplyTo != theirs.URI || n.URL != fmt.Sprint(s.URL, "/@ada/", p.ID) {
			t.Errorf("read back: %+v", n)
		}
		if !slices.Equal(n.To, []string{me + "/followers"}) || !slices.Equal(n.Cc, []string{as2.Public, zoe.URI, s.URL + person(ben)}) {
			t.Errorf("it is for %v, %v", n.To, n.Cc)
		}
		if !n.Mentions(zoe.URI) || !n.Mentions(s.URL+person(ben)) || !slices.ContainsFunc(n.Tags, func(t as2.Tag) bool { return t.Type == "Hashtag" && t.Name == "#Bread" }) {
			t.Errorf("it refers to %+v", n.Tags)
		}
		if len(n.Attachments) != 1 || n.Attachments[0].Description != "A loaf" || n.Attachments[0].Width != 1200 || *n.Attachments[0].Focus != [2]float64{0.5, -0.25} || n.Attachments[0].Blurhash != file.Blurhash {
			t.Errorf("it shows %+v", n.Attachments)
		}
		if n.Quote.Of != s.URL+postPath(quoted) || n.Quote.Authorization != fmt.Sprint(s.URL, "/ap/quotes/", p.ID) || !slices.Equal(n.Policy.CanQuote.Automatic, []string{me + "/followers"}) {
			t.Errorf("it quotes %+v, and is quoted by %+v", n.Quote, n.Policy.CanQuote)
		}
		if n.Context != "" { // the thread is zoe's, and so is what it is called
			t.Errorf("its thread: %s", n.Context)
		}
		stamp, err := h.read(fmt.Sprint("/ap/quotes/", p.ID), nil).Authorization()
		if err != nil || stamp.By != s.URL+person(ben) || stamp.Object != at || stamp.Target != s.URL+postPath(quoted) {
			t.Errorf("the stamp: %+v, %v", stamp, err)
		}
		h.must(s.Posts.RevokeQuote(ctx, ben.Actor(), quoted.ID, p.ID))
		if a := h.get(fmt.Sprint("/ap/quotes/", p.ID), nil); a.Status != 404 {
			t.Errorf("the stamp, taken back: %d", a.Status)
		}
		if n, err := h.read(postPath(p), nil).Note(); err != nil || n.Quote.Of != "" {
			t.Errorf("without its stamp it quotes %+v, %v", n.Quote, err)
		}
	})
}

// TestQuestion reads polls.
func TestQuestion(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		h := open(t, s)
		ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
		for _, c := range []struct{ multiple, hidden bool }{{false, false}, {true, true}} {
			p := h.publish(ada, social.Draft{Text: "Rye?", Poll: &social.PollDraft{Options: []string{"Yes", "No"}, Multiple: c.multiple, HideVotes: c.hidden, Lasts: time.Hour}})
			if _, err := s.Polls.Vote(t.Context(), ben.Actor(), p.Poll, []int{0}); err != nil {
				t.Fatal(err)
			}
			raw := h.get(postPath(p), nil).Body
			if !c.multiple {
				h.golden("question", raw, map[string]int64{"ada": int64(ada.ID), "post": int64(p.ID)})
			}
			n, err := h.parse(raw).Note()
			h.must(err)
			votes, voters := int64(1), int64(1)
			if c.hidden {
				votes, voters = 0, -1
			}
			if n.Type != "Question" || n.Poll == nil || n.Poll.Multiple != c.multiple || n.Poll.IsClosed || len(n.Poll.Options) != 2 || n.Poll.Options[0] != (as2.Option{Name: "Yes", Votes: votes}) || n.Poll.Voters != voters || n.Poll.EndTime.IsZero() {
				t.Errorf("multiple %t, hidden %t: %+v", c.multiple, c.hidden, n.Poll)
			}
		}
	})
}

// TestOutbox walks through all that somebody said, from both ends.
func TestOutbox(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		h := open(t, s)
		ctx := t.Context()
		ada, ben, zoe := s.Join("ada", social.Member), s.Join("ben", social.Member), h.meet("zoe", "far.example")
		var want []string
		boost := func(of social.PostID, v social.Visibility) social.PostID {
			b, err := s.Posts.Boost(ctx, ada.Actor(), of, v)
			h.must(err)
			return b.ID
		}
		for i := range 30 {
			open := []social.PostID{h.publish(ada, social.Draft{Text: fmt.Sprint("Public ", i)}).ID, h.publish(ada, social.Draft{Text: fmt.Sprint("Unlisted ", i), Visibility: social.Unlisted}).ID}
			h.publish(ada, social.Draft{Text: "Secret", Visibility: social.Followers})
			h.publish(ada, social.Draft{Text: "Secret", Visibility: social.Direct})
			h.publish(ada, social.Draft{Text: "Secret", LocalOnly: true})
			if i%10 == 0 {
				open = append(open, boost(h.received(zoe, social.Post{HTML: "<p>Bread</p>"}).ID, social.Public), boost(h.publish(ben, social.Draft{Text: "Rye"}).ID, social.Unlisted))
				boost(h.publish(ben, social.Draft{Text: "Rye"}).ID, social.Followers)
				boost(h.publish(ben, social.Draft{Text: "Secret", LocalOnly: true}).ID, social.Public)
			}
			for _, p := range open {
				want = append(want, fmt.Sprintf("%s/ap/posts/%d/activity", s.URL, p))
			}
		}
		whole, err := h.read(person(ada)+"/outbox", nil).Collection()
		h.must(err)
		if whole.Type != "OrderedCollection" || whole.Total <= 0 {
			t.Errorf("the outbox: %+v", whole)
		}
		walk := func(at string, next func(as2.Collection) string) (ids []string) {
			for pages := 0; at != ""; pages++ {
				if pages > 50 {
					t.Fatal("the outbox does not end")
				}
				a := h.get(at, nil)
				if strings.Contains(string(a.Body), "Secret") {
					t.Errorf("%s: %s", at, a.Body)
				}
				c, err := h.parse(a.Body).Collection()
				h.must(err)
				if c.Type != "OrderedCollectionPage" || c.PartOf != whole.ID || len(c.Items) > 20 {
					t.Fatalf("%s: %+v", at, c)
				}
				var page []string
				for _, item := range c.Items {
					act, err := item.Activity()
					h.must(err)
					if act.Type != "Create" && act.Type != "Announce" || act.Actor != s.URL+person(ada) {
						t.Errorf("in the outbox: %+v", act)
					}
					page = append(page, act.ID)
				}
				ids = append(ids, page...)
				if at = next(c); at != "" {
					at = strings.TrimPrefix(at, s.URL)
				}
			}
			return ids
		}
		slices.Sort(want) // those of one millisecond come in any order
		newest := slices.Clone(want)
		slices.Reverse(newest)
		if got := walk(strings.TrimPrefix(whole.First.ID(), s.URL), func(c as2.Collection) string { return c.Next }); !slices.Equal(got, newest) {
			t.Errorf("from new to old: %d, want %d", len(got), len(newest))
		}
		if got := walk(strings.TrimPrefix(whole.Last, s.URL), func(c as2.Collection) string { return c.Prev }); len(got) != len(want) || !same(got, want) {
			t.Errorf("from old to new: %d, want %d", len(got), len(want))
		}
	})
}

func same(a, b []string) bool {
	x, y := slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(x, y)
}

// TestCollections reads the other lists.
func TestCollections(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		h := open(t, s)
		ctx := t.Context()
		ada, ben, zoe := s.Join("ada", social.Member), s.Join("ben", social.Member), h.meet("zoe", "far.example")
		ben.Follow(ada)
		h.must(s.Relations.Follow(ctx, zoe.actor, social.Follow{Target: ada.ID}))
		p := h.publish(ada, social.Draft{Text: "Bread"})
		mine, hidden := h.publish(ben, social.Draft{Text: "Yes", ReplyTo: p.ID}), h.publish(ben, social.Draft{Text: "@ada hush", ReplyTo: p.ID, Visibility: social.Direct})
		here := h.publish(ben, social.Draft{Text: "Hush", ReplyTo: p.ID, LocalOnly: true})
		theirs := h.received(zoe, social.Post{HTML: "<p>Yes</p>", ReplyTo: p.ID, ReplyAuthor: ada.ID, Thread: p.ID})
		below := h.publish(ben, social.Draft{Text: "Indeed", ReplyTo: theirs.ID})
		for _, who := range []social.Actor{ben.Actor(), zoe.actor} {
			_, err := s.Posts.Mark(ctx, who, p.ID, social.Liked, true)
			h.must(err)
		}
		_, err := s.Posts.Boost(ctx, ben.Actor(), p.ID, social.Public)
		h.must(err)
		_, err = s.Posts.Mark(ctx, ada.Actor(), p.ID, social.Pinned, true)
		h.must(err)
		_, err = s.Tags.Feature(ctx, ada.Actor(), "bread")
		h.must(err)
		uri := func(p social.Post) string { return s.URL + postPath(p) }
		for path, want := range map[string]struct {
			total int64
			items []string
		}{
			person(ada) + "/followers": {2, nil}, person(ada) + "/followers?page=true": {-1, []string{zoe.URI, s.URL + person(ben)}},
			person(ada) + "/following": {0, nil}, person(ada) + "/following?page=true": {-1, nil},
			person(ada) + "/featured": {1, []string{uri(p)}}, person(ada) + "/tags": {1, []string{""}},
			postPath(p) + "/likes": {2, nil}, postPath(p) + "/shares": {1, nil},
			postPath(p) + "/replies?page=true&min_id=0":       {-1, []string{uri(mine), theirs.URI}},
			fmt.Sprint("/ap/threads/", p.ID):                  {-1, nil},
			fmt.Sprint("/ap/threads/", p.ID, "?page=true"):    {-1, []string{uri(p), uri(mine), theirs.URI, uri(below)}},
			fmt.Sprint(postPath(below), "/replies?page=true"): {-1, nil},
		} {
			c, err := h.read(path, nil).Collection()
			var items []string
			for _, d := range c.Items {
				items = append(items, d.ID())
			}
			if err != nil || c.Total != want.total || !slices.Equal(items, want.items) {
				t.Errorf("%s: %d, %v, %v; want %+v", path, c.Total, items, err, want)
			}
		}
		for _, reply := range []social.Post{hidden, here, theirs, below} {
			if a := h.get(fmt.Sprint("/ap/threads/", reply.ID), nil); a.Status != 404 {
				t.Errorf("the thread of what opened none: %d", a.Status)
			}
		}
		if n, err := h.read(postPath(below), nil).Note(); err != nil || n.Context != fmt.Sprint(s.URL, "/ap/threads/", p.ID) || n.InReplyTo != theirs.URI {
			t.Errorf("an answer in our thread: %+v, %v", n, err)
		}
		ada.Must("PATCH", "/api/v1/accounts/update_credentials", "hide_collections=true", nil)
		c, err := h.read(person(ada)+"/followers", nil).Collection()
		if err != nil || c.Total != 2 || !c.First.Empty() {
			t.Errorf("hidden followers: %+v, %v", c, err)
		}
		if a := h.get(person(ada)+"/followers?page=true", zoe); a.Status != 404 {
			t.Errorf("a page of hidden followers: %d", a.Status)
		}
	})
}
