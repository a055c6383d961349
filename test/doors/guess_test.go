package doors

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"strconv"
	"sync"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

const (
	known      = 1000 // posts whose numbers are known
	near       = 5000 // how far on both sides is looked
	guesses    = 2000 // through the API
	guessBatch = 10_000
)

// TestGuess looks for posts at ten million numbers beside those of a thousand
// posts, as their author, who may see them all.
func TestGuess(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada := s.Join("ada", social.Member)
	ids := publish(t, s, ada)
	guessAll(t, s, ada, ids)
	for _, p := range ids { // the same question, asked as a page of ada's posts
		page := social.Page{Before: int64(p) + near + 1, After: int64(p) - near - 1, Limit: 40}
		got, err := s.Timelines.Account(t.Context(), ada.Actor(), ada.ID, social.AccountQuery{}, page)
		if err != nil || len(got.Items) != 1 || got.Items[0].ID != p {
			t.Fatalf("around %d: %d posts, %v", p, len(got.Items), err)
		}
	}
	guessSome(t, s, ada, ids)
}

// publish has ada post as fast as it goes, so that the numbers are as close
// to each other as they ever are.
func publish(t *testing.T, s *apptest.Server, ada *apptest.Person) []social.PostID {
	t.Helper()
	ids := make([]social.PostID, known)
	var wg sync.WaitGroup
	for w := range 20 {
		wg.Go(func() {
			for i := w; i < known; i += 20 {
				p, err := s.Posts.Publish(t.Context(), ada.Actor(), social.Draft{Text: fmt.Sprint("Post ", i), Visibility: social.Public})
				if err != nil {
					t.Error(err)
				}
				ids[i] = p.ID
			}
		})
	}
	wg.Wait()
	return ids
}

// guessAll asks for every number.
func guessAll(t *testing.T, s *apptest.Server, ada *apptest.Person, ids []social.PostID) {
	t.Helper()
	batch := make([]social.PostID, 0, guessBatch)
	for _, p := range ids {
		batch = batch[:0]
		for d := social.PostID(-near); d <= near; d++ {
			if d != 0 {
				batch = append(batch, p+d)
			}
		}
		found, err := s.View.Posts(t.Context(), ada.Actor(), batch, social.Asked)
		if err != nil {
			t.Fatal(err)
		}
		if len(found) > 0 {
			t.Fatalf("beside %d there is %d", p, found[0].ID)
		}
	}
}

// guessSome asks an app's way: one by one, and many at once.
func guessSome(t *testing.T, s *apptest.Server, ada *apptest.Person, ids []social.PostID) {
	t.Helper()
	query := url.Values{}
	for i := range guesses {
		d := rand.Int64N(near) + 1
		if i%2 == 0 {
			d = -d
		}
		guess := strconv.FormatInt(int64(ids[i%known])+d, 10)
		wantStatus(t, guess, ada.Call("GET", "/api/v1/statuses/"+guess, nil), 404)
		if query.Add("id[]", guess); len(query["id[]"]) == 100 {
			if a := ada.Call("GET", "/api/v1/statuses?"+query.Encode(), nil); string(a.Body) != "[]" {
				t.Errorf("%d %s", a.Status, a.Body)
			}
			query = url.Values{}
		}
	}
}
