package app_test

import (
	"encoding/json"
	"image"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/core/federation"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// A whole house in which people write to each other in every way there is: a dump of its
// database, and its file with what is free in it, hold no word of any message.
func TestNoWordOfMessagesInTheDatabase(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ctx := t.Context()
		ada, bob := s.Join("ada", social.Member), s.Join("bob", social.Member)
		bob.Follow(ada)
		open := ada.Post("qzopenqz is for everybody #qzopentagqz", "public")
		var words []string
		w := func(word string) string {
			words = append(words, "qz"+word+"qz")
			return words[len(words)-1]
		}

		picture := s.SendPicture(t, ada, image.NewGray(image.Rect(0, 0, 8, 8)))
		ada.Must("PUT", "/api/v1/media/"+picture, map[string]string{"description": w("described")}, nil)
		loose := s.SendPicture(t, ada, image.NewGray(image.Rect(0, 0, 9, 8)))
		ada.Must("PUT", "/api/v1/media/"+loose, map[string]string{"description": w("loose")}, nil)

		var first, asked, second apptest.Status
		ada.Must("POST", "/api/v1/statuses", map[string]any{"status": "@bob " + w("first") + " #" + w("tag") + " https://" + w("link") + ".example/", "spoiler_text": w("warning"), "visibility": "direct",
			"media_ids": []string{picture}, "language": "en"}, &first)
		ada.Must("PUT", "/api/v1/statuses/"+first.ID, map[string]any{"status": "@bob " + w("edited"), "spoiler_text": w("warned"), "media_ids": []string{picture},
			"media_attributes": []map[string]string{{"id": picture, "description": w("anew")}}}, nil)
		ada.Must("POST", "/api/v1/statuses", map[string]any{"status": "@bob " + w("asked"), "visibility": "direct", "poll": map[string]any{"options": []string{w("certainly"), w("notatall")}, "expires_in": 3600}}, &asked)
		bob.Must("POST", "/api/v1/statuses", map[string]any{"status": "@ada " + w("answer"), "visibility": "direct", "in_reply_to_id": first.ID, "quoted_status_id": open.ID}, &second)
		ada.Must("POST", "/api/v1/statuses", map[string]any{"status": "@bob " + w("later"), "visibility": "direct", "scheduled_at": time.Now().Add(48 * time.Hour)}, nil)
		if _, err := s.App.Posts.KeepDraft(ctx, ada.Actor(), social.KeptDraft{ID: 1234567, Draft: social.Draft{Text: "@bob " + w("draft"), Visibility: social.Direct}}, 0); err != nil {
			t.Fatal(err)
		}
		gone := ada.Post("@bob "+w("deleted"), "direct")
		ada.Must("DELETE", "/api/v1/statuses/"+gone.ID, nil, nil)

		// Of somebody elsewhere, who is not reached: what is on its way both ways.
		far := social.Account{ID: 77, Username: "eve", Host: "far.example", URI: "https://far.example/eve", Kind: social.Person, Standing: social.Good}
		if err := s.App.Store.Write(ctx, func(tx *store.Tx) error {
			if err := tx.AddAccount(ctx, far); err != nil {
				return err
			}
			return tx.SetContact(ctx, social.Contact{Account: far.ID, Inbox: "https://far.example/inbox"})
		}); err != nil {
			t.Fatal(err)
		}
		ada.Post("@eve@far.example "+w("sent"), "direct")
		s.Eventually("a delivery that waits", func() (is bool) {
			s.App.Store.Read(ctx, func(v *store.View) error {
				q, err := v.Queues(ctx, time.Now())
				is = q.Waiting > 0
				return err
			})
			return is
		})
		body, err := json.Marshal(map[string]string{"type": "Create", "content": w("arrived")})
		if err != nil {
			t.Fatal(err)
		}
		if err := federation.NewArrivals(s.App.Store).Keep(ctx, "far.example", federation.Arrival{Signer: far.ID, Body: string(body)}); err != nil {
			t.Fatal(err)
		}

		bob.Must("POST", "/api/v1/reports", map[string]any{"account_id": first.Account.ID, "status_ids": []string{first.ID}, "comment": "This is for the staff.", "category": "spam"}, nil)
		s.Eventually("bob's inbox", func() bool {
			a := bob.Call("GET", "/api/v1/conversations", nil)
			return a.Status == http.StatusOK && strings.Contains(string(a.Body), "qzaskedqz")
		})

		all := storetest.Bytes(t, s.Config.Database())
		for _, word := range words {
			if how := storetest.Holds(all, word); how != "" {
				at := max(0, strings.Index(strings.ToLower(string(all)), word))
				t.Errorf("%s is in the database %s: %q", word, how, all[max(0, at-300):min(len(all), at+100)])
			}
		}
		for _, word := range []string{"qzopenqz", "qzopentagqz"} {
			if storetest.Holds(all, word) == "" {
				t.Errorf("%s is not seen: the test looks at the wrong thing", word)
			}
		}
	})
}

// A talk is a conversation as apps are told of it.
type talk struct {
	ID       string
	Unread   bool
	Accounts []struct{ Acct string }
	Last     apptest.Status `json:"last_status"`
	Plaza    struct{ Request, Muted bool }
}

// talks waits until somebody has so many conversations at a path.
func talks(s *apptest.Server, p *apptest.Person, path string, many int) (all []talk) {
	s.Eventually(path, func() bool {
		all = nil
		p.Must("GET", path, nil, &all)
		return len(all) == many
	})
	return all
}

const inbox, requests = "/api/v1/conversations", "/api/plaza/v1/conversations/requests"

// Everything that can be done with messages, from an app: one that knows nothing of
// requests sees none until they are accepted.
func TestMessagesFromApps(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, bob, eve := s.Join("ada", social.Member), s.Join("bob", social.Member), s.Join("eve", social.Member)
		olga := s.Join("olga", social.Owner)
		ada.Follow(bob)
		bob.Follow(ada)

		asked := eve.Post("@ada May I come in?", "direct")
		if got := talks(s, ada, requests, 1); !got[0].Plaza.Request || got[0].ID != asked.ID {
			t.Errorf("a request: %+v", got)
		}
		talks(s, ada, inbox, 0)
		ada.Must("POST", "/api/plaza/v1/conversations/"+asked.ID+"/accept", nil, nil)
		if got := talks(s, ada, inbox, 1); got[0].Plaza.Request || !got[0].Unread {
			t.Errorf("accepted: %+v", got)
		}
		talks(s, ada, requests, 0)
		unwanted := eve.Post("@bob Buy this!", "direct")
		eve.Must("POST", "/api/v1/statuses", map[string]string{"status": "@bob Buy this, too!", "visibility": "direct", "in_reply_to_id": unwanted.ID}, nil)
		talks(s, bob, requests, 1)

		// Reported: the messages that were chosen, and no others, are shown to the staff.
		kept := eve.Post("@bob This one is not reported", "direct")
		talks(s, bob, requests, 2)
		bob.Must("POST", "/api/v1/reports", map[string]any{"account_id": eve.ID, "status_ids": []string{unwanted.ID}, "category": "spam"}, nil)
		var reports []struct {
			Statuses []apptest.Status `json:"statuses"`
		}
		token := olga.TokenWith("admin:read")
		s.Eventually("a report", func() bool {
			s.Call("GET", "/api/v1/admin/reports", token, nil).JSON(t, &reports)
			return len(reports) == 1
		})
		if r := reports[0]; len(r.Statuses) != 1 || !strings.Contains(r.Statuses[0].Content, "Buy this!") {
			t.Errorf("the staff sees %+v", reports[0])
		}
		if a := olga.Call("GET", "/api/v1/statuses/"+kept.ID, nil); a.Status != http.StatusNotFound {
			t.Errorf("what was not reported: %d %s", a.Status, a.Body)
		}
		for _, id := range []string{unwanted.ID, kept.ID} {
			bob.Must("POST", "/api/plaza/v1/conversations/"+id+"/refuse", nil, nil)
		}
		talks(s, bob, requests, 0)

		// A group that one leaves.
		group := bob.Post("@ada @olga Shall we?", "direct")
		if got := talks(s, ada, inbox, 2); len(got[0].Accounts) != 2 {
			t.Errorf("a group: %+v", got)
		}
		ada.Must("POST", "/api/plaza/v1/conversations/"+group.ID+"/leave", map[string]string{"comment": "I am off."}, nil)
		talks(s, ada, inbox, 1)
		s.Eventually("bob sees it", func() bool {
			got := talks(s, bob, inbox, 1)
			return strings.Contains(got[0].Last.Content, "I am off.")
		})
		var later apptest.Status
		bob.Must("POST", "/api/v1/statuses", map[string]string{"status": "@ada @olga Without her", "visibility": "direct", "in_reply_to_id": group.ID}, &later)
		if a := ada.Call("GET", "/api/v1/statuses/"+later.ID, nil); a.Status != http.StatusNotFound {
			t.Errorf("who left sees %d %s", a.Status, a.Body)
		}

		// Muted, and deleted for one.
		bob.Must("POST", "/api/v1/statuses/"+group.ID+"/mute", nil, nil)
		if got := talks(s, bob, inbox, 1); !got[0].Plaza.Muted {
			t.Errorf("muted: %+v", got)
		}
		bob.Must("DELETE", "/api/v1/conversations/"+group.ID, nil, nil)
		talks(s, bob, inbox, 0)
		if a := bob.Call("GET", "/api/v1/statuses/"+group.ID, nil); a.Status != http.StatusNotFound {
			t.Errorf("what was deleted for bob: %d", a.Status)
		}
	})
}
