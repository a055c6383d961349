package houses

import (
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/edge/fedi/fedtest"
	"github.com/plaza-social/plaza/internal/social"
)

// TestHidingAcross hides replies that came from another house. What stood there by
// consent has none any more, in both houses, until it is shown again. What needed
// none stays where it was written, and stands beneath the post no more.
func TestHidingAcross(t *testing.T) {
	t.Parallel()
	w := fedtest.New(t)
	here, there := house(t, w, "here.example"), house(t, w, "there.example")
	ada, cleo := here.Join("ada", social.Member), here.Join("cleo", social.Member)
	ben, eve := there.Join("ben", social.Member), there.Join("eve", social.Member)
	follows(t, here, ada, found(t, ada, "@ben@there.example"))

	given := func(p *apptest.Person, id string) bool {
		return p.Call("GET", "/api/v1/statuses/"+id, nil).Status == 200
	}
	// said is a reply by ada to a post of ben's with a policy: as it is here, and there.
	said := func(text, policy string) (mine, his string) {
		t.Helper()
		var of, seen, reply status
		ben.Must("POST", "/api/v1/statuses", map[string]string{"status": "To be answered: " + policy, "visibility": "public", "reply_policy": policy}, &of)
		here.Eventually("the post to come", func() (ok bool) {
			seen, ok = home(ada, func(st status) bool { return strings.Contains(st.Content, "answered: "+policy) })
			return ok
		})
		ada.Must("POST", "/api/v1/statuses", map[string]string{"status": "@ben@there.example " + text, "in_reply_to_id": seen.ID, "visibility": "public"}, &reply)
		there.Eventually(text+" to come", func() bool {
			var all []struct{ ID, Content string }
			if policy == "approval" {
				var asked []struct {
					ID    string
					Reply struct{ Content string }
				}
				ben.Must("GET", "/api/v1/interaction_requests", nil, &asked)
				for _, a := range asked {
					all = append(all, struct{ ID, Content string }{a.ID, a.Reply.Content})
				}
			} else {
				var thread struct {
					Descendants []struct{ ID, Content string }
				}
				ben.Must("GET", "/api/v1/statuses/"+of.ID+"/context", nil, &thread)
				all = thread.Descendants
			}
			for _, a := range all {
				if strings.Contains(a.Content, text) {
					his = a.ID
				}
			}
			return his != ""
		})
		return reply.ID, his
	}

	mine, his := said("By your leave", "approval")
	ben.Must("POST", "/api/v1/interaction_requests/"+his+"/authorize", nil, nil)
	here.Eventually("the consent to come", func() bool { return given(cleo, mine) })
	ben.Must("POST", "/api/plaza/v1/statuses/"+his+"/hide", map[string]string{"reason": "unkind"}, nil)
	here.Eventually("the consent to be gone", func() bool { return !given(cleo, mine) })
	if given(eve, his) {
		t.Error("eve sees what ben has hidden")
	}
	if !given(ada, mine) || !given(ben, his) {
		t.Error("who wrote it, and who hid it, do not see it any more")
	}
	ben.Must("POST", "/api/plaza/v1/statuses/"+his+"/unhide", nil, nil)
	here.Eventually("it to be seen again", func() bool { return given(cleo, mine) })
	if !given(eve, his) {
		t.Error("eve does not see what ben has shown again")
	}

	mine, his = said("Just like that", "everyone")
	ben.Must("POST", "/api/plaza/v1/statuses/"+his+"/hide", nil, nil)
	marker := ben.Post("@ada@here.example a word after it", "public") // comes after what was said of the hiding
	here.Eventually("what was said later to come", func() bool {
		_, ok := home(ada, func(st status) bool { return strings.Contains(st.Content, "a word after it") })
		return ok
	})
	if given(eve, his) || !given(eve, marker.ID) {
		t.Error("there eve sees what ben has hidden, or not what he says")
	}
	if !given(cleo, mine) {
		t.Error("where it was written it is hidden as well")
	}
}
