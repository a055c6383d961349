package houses

import (
	"net/url"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/edge/fedi/fedtest"
	"github.com/plaza-social/plaza/internal/social"
)

// opinion is what a house shows of what people make of a post.
type opinion struct {
	ID         string
	Favourites int `json:"favourites_count"`
	Plaza      struct {
		Reactions []struct {
			Name  string
			Count int
		}
		Votes struct{ Up, Down, Score int }
	}
}

func allowDowns(t *testing.T, s *apptest.Server, owner *apptest.Person) {
	t.Helper()
	house := s.Instance.Settings()
	house.Downvotes, house.DownDays = true, 0
	if err := s.Instance.SetSettings(t.Context(), social.Actor{Account: owner.ID, Standing: social.Good, Role: social.Owner}, house); err != nil {
		t.Fatal(err)
	}
}

// TestReactionsAcross has somebody of one house put emoji under what somebody of
// another said, vote on it, and take all of it back.
func TestReactionsAcross(t *testing.T) {
	t.Parallel()
	w := fedtest.New(t)
	here, there := house(t, w, "here.example"), house(t, w, "there.example")
	ada, ben := here.Join("ada", social.Owner), there.Join("ben", social.Owner)
	allowDowns(t, here, ada)
	allowDowns(t, there, ben)
	benHere := found(t, ada, "@ben@there.example")
	ada.Must("POST", "/api/v1/accounts/"+benHere.ID+"/follow", nil, nil)
	here.Eventually("the follow to be accepted", func() bool {
		var rels []struct{ Following bool }
		ada.Must("GET", "/api/v1/accounts/relationships?id[]="+benHere.ID, nil, &rels)
		return rels[0].Following
	})
	opening := ben.Post("I have thought about it.", "public")
	var first status
	ben.Must("POST", "/api/v1/statuses", "status=What+do+you+make+of+this%3F&visibility=public&in_reply_to_id="+opening.ID, &first)
	var seen status
	here.Eventually("ben's answer to be in ada's home", func() (ok bool) {
		seen, ok = home(ada, func(st status) bool { return st.Account.ID == benHere.ID && st.InReplyTo != nil })
		return ok
	})
	shows := func(what string, fits func(o opinion) bool) {
		t.Helper()
		there.Eventually(what, func() bool {
			var o opinion
			ben.Must("GET", "/api/v1/statuses/"+first.ID, nil, &o)
			return fits(o)
		})
	}
	react := "/api/v1/pleroma/statuses/" + seen.ID + "/reactions/" + url.PathEscape("🎉")
	vote := "/api/plaza/v1/statuses/" + seen.ID + "/vote"
	ada.Must("PUT", react, nil, nil)
	shows("the emoji", func(o opinion) bool {
		return len(o.Plaza.Reactions) == 1 && o.Plaza.Reactions[0].Name == "🎉" && o.Favourites == 0
	})
	if got := ada.Call("PUT", vote, "value=-1").Status; got != 403 {
		t.Errorf("against, while nobody knows whether it is understood there: %d", got)
	}
	here.Eventually("here to know what there runs", func() bool {
		if err := here.AskPeers(t.Context()); err != nil {
			t.Fatal(err)
		}
		return ada.Call("PUT", vote, "value=-1").Status == 200
	})
	shows("the vote against", func(o opinion) bool { return o.Plaza.Votes.Down == 1 && o.Plaza.Votes.Score == 0 })
	ada.Must("PUT", vote, "value=1", nil)
	shows("the vote for instead", func(o opinion) bool { return o.Plaza.Votes.Down == 0 && o.Favourites == 1 })
	ada.Must("PUT", vote, "value=0", nil)
	ada.Must("DELETE", react, nil, nil)
	shows("nothing any more", func(o opinion) bool {
		return len(o.Plaza.Reactions) == 0 && o.Favourites == 0 && o.Plaza.Votes.Down == 0
	})
	var all []notice
	ben.Must("GET", "/api/v1/notifications?types[]=pleroma:emoji_reaction", nil, &all)
	if len(all) != 0 {
		t.Errorf("ben is still told %+v", all)
	}
}
