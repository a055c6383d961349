package mirror

import (
	"image/color"
	"path/filepath"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// A server keeps the mirror of its settings by itself: what is said comes into
// it, what is deleted leaves it with its pictures, what is decided holds.
func TestFollows(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		h := newHouse(t, s)
		h.to = s.Config.Mirror.To
		ada, ben := s.Join("ada", social.Owner), s.Join("ben", social.Member)
		said := ben.Post("What is the weather like? #weather", "public")
		holds := func(what, key, words string) {
			t.Helper()
			s.Eventually(what, func() bool { return strings.Contains(h.file(key), words) })
		}
		holds("the post", page(ben, said), "weather like")
		holds("the home page", "index.html", "weather like")
		holds("the tag", "tags/weather/index.html", "weather like")
		holds("the feed", "@ben/feed.atom", "weather like")

		var poll, pictured apptest.Status
		ada.Must("POST", "/api/v1/statuses", map[string]any{"status": "Rain?", "poll": map[string]any{"options": []string{"yes", "no"}, "expires_in": 3600}}, &poll)
		ada.Must("POST", "/api/v1/statuses", map[string]any{"status": "A picture", "media_ids": []string{upload(t, ada, s, color.RGBA{10, 40, 200, 255})}}, &pictured)
		holds("the poll", page(ada, poll), "0 people voted")
		holds("the picture", page(ada, pictured), "media/")
		var full struct{ Poll struct{ ID string } }
		ada.Must("GET", "/api/v1/statuses/"+poll.ID, nil, &full)
		ben.Must("POST", "/api/v1/polls/"+full.Poll.ID+"/votes", map[string]any{"choices": []string{"1"}}, nil)
		ben.Must("POST", "/api/v1/statuses/"+poll.ID+"/favourite", nil, nil)
		holds("the vote", page(ada, poll), "1 person voted")
		holds("the like", page(ada, poll), "Likes, 1 time")

		ada.Must("DELETE", "/api/v1/statuses/"+pictured.ID, nil, nil)
		s.Eventually("the post and its picture to go", func() bool {
			for key := range h.all() {
				if strings.HasPrefix(key, "media/") || key == page(ada, pictured) {
					return false
				}
			}
			return !strings.Contains(h.file("@ada/index.html"), "A picture")
		})
		name := "Bennet"
		_, err := s.Accounts.SetProfile(t.Context(), ben.Actor(), social.Profile{DisplayName: &name})
		h.must(err)
		holds("the new name", page(ben, said), "Bennet")
		h.must(s.SayOnMirrors(t.Context(), "The roof leaks."))
		holds("what is said", "status/index.html", "The roof leaks.")
		h.must(s.Judge(t.Context(), "ben", social.Suspend, "", false))
		s.Eventually("ben to go", func() bool {
			return h.file("@ben/index.html") == "" && !strings.Contains(h.file("index.html"), "weather")
		})
		s.Eventually("the manifest", func() bool { return h.verify().OK() })
		h.clean("Bennet", "weather", "A picture")
	}, func(c *conf.Config) { c.Mirror.To = filepath.Join(c.Data, "mirror") })
}

// What people elsewhere said is not for us to hand on.
func TestElsewhere(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		h := newHouse(t, s)
		ctx := t.Context()
		ada := s.Join("ada", social.Owner)
		root := ada.Post("Ours #shared", "public")
		rootID, _ := id.Parse(root.ID)
		eva := social.Account{ID: social.AccountID(id.New(s.Store.Now())), Username: "eva", Host: "far.example", URI: "https://far.example/eva", Page: "https://far.example/@eva", Kind: social.Person, Standing: social.Good}
		theirs := social.Post{ID: social.PostID(id.New(s.Store.Now())), Author: eva.ID, HTML: "<p>from afar</p>", Text: "from afar", Visibility: social.Public, At: s.Store.Now(), URI: "https://far.example/1", Tags: []string{"shared"}}
		theirs.Thread = theirs.ID
		answer := theirs
		answer.ID, answer.URI, answer.ReplyTo, answer.ReplyAuthor, answer.Thread = social.PostID(id.New(s.Store.Now())), "https://far.example/2", social.PostID(rootID), ada.ID, social.PostID(rootID)
		h.must(s.Store.Write(ctx, func(tx *store.Tx) error {
			if err := tx.AddAccount(ctx, eva); err != nil {
				return err
			}
			if err := tx.AddPost(ctx, theirs); err != nil {
				return err
			}
			return tx.AddPost(ctx, answer)
		}))
		_, err := s.Posts.Boost(ctx, ada.Actor(), theirs.ID, social.Public)
		h.must(err)
		_, err = s.Posts.Publish(ctx, ada.Actor(), social.Draft{Text: "I answer @eva@far.example", ReplyTo: answer.ID, Visibility: social.Public})
		h.must(err)
		h.update()
		h.good("made")
		h.clean("from afar", "@eva/", "@eva@far.example/")
		h.has("@ada/with_replies/index.html", "I answer", `href="`+s.URL+`/@eva@far.example"`)
		h.has("tags/shared/index.html", "Ours")
	})
}
