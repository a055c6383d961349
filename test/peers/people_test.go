package peers

import (
	"slices"
	"strings"
	"testing"
)

// The kinds of keys, as fedify calls them.
const rsa, ed25519 = "RSASSA-PKCS1-v1_5", "Ed25519"

// TestFollows: people of both servers find and follow each other, are let and
// not let, and go again.
func TestFollows(t *testing.T) {
	each(t, func(h *house) {
		fay, fayURI := h.someone(nil)
		her := h.follows(h.ada, fay)
		if her.URI != fayURI || her.Note != "<p>"+fay+" lives in a house of fedify.</p>" || her.Locked {
			h.Errorf("ada finds %+v", her)
		}
		follow := h.hears("Follow", func(a said) bool { return a.By == h.actor(h.ada) })
		if follow.Of != fayURI || follow.Path != "/users/"+fay+"/inbox" || follow.Kind != cavage {
			h.Errorf("she heard %+v", follow)
		}

		hers := h.does("follow", wish{"by": fay, "of": h.actor(h.ada)})
		if a := h.hears("Accept", func(a said) bool { return a.By == h.actor(h.ada) }); a.Object == nil || a.Object.By != fayURI {
			h.Errorf("she is answered %+v", a)
		}
		h.related(h.ada, her, func(r relation) bool { return r.FollowedBy })
		h.told(h.ada, "follow", her)

		h.ada.Must("POST", "/api/v1/accounts/"+her.ID+"/unfollow", nil, nil)
		if u := h.hears("Undo", func(a said) bool { return a.By == h.actor(h.ada) }); u.Object == nil || u.Object.Type != "Follow" || u.Object.Of != fayURI {
			h.Errorf("she hears %+v", u)
		}
		var followers []string
		if h.do("followers", wish{"by": fay}, &followers); len(followers) != 0 {
			h.Errorf("she is followed by %v", followers)
		}
		h.follows(h.ada, fay) // who follows again is let in again
		h.ada.Must("POST", "/api/v1/accounts/"+her.ID+"/remove_from_followers", nil, nil)
		if a := h.hears("Reject", func(a said) bool { return a.By == h.actor(h.ada) }); a.Object == nil || a.Object.By != fayURI || a.Object.ID != hers.ID {
			h.Errorf("she followed in %s and is answered %+v", hers.ID, a.Object)
		}
	})
}

// TestLocked: who looks at each request takes one and turns the other down.
func TestLocked(t *testing.T) {
	each(t, func(h *house) {
		fay, fayURI := h.someone(wish{"locked": true})
		her := h.find(h.ada, fay)
		if !her.Locked {
			h.Errorf("ada finds %+v", her)
		}
		for p, yes := range map[string]bool{h.ada.Name: true, h.ben.Name: false} {
			who := h.ada
			if p == h.ben.Name {
				who = h.ben
			}
			who.Must("POST", "/api/v1/accounts/"+her.ID+"/follow", nil, nil)
			h.hears("Follow", func(a said) bool { return a.By == h.actor(who) })
			h.related(who, her, func(r relation) bool { return r.Requested })
			h.does("answer", wish{"by": fay, "who": h.actor(who), "yes": yes})
			h.related(who, her, func(r relation) bool { return !r.Requested && r.Following == yes })
		}

		h.ada.Must("PATCH", "/api/v1/accounts/update_credentials", map[string]any{"locked": true}, nil)
		for _, answer := range []string{"reject", "authorize"} {
			asked := h.does("follow", wish{"by": fay, "of": h.actor(h.ada)})
			h.told(h.ada, "follow_request", her)
			h.ada.Must("POST", "/api/v1/follow_requests/"+her.ID+"/"+answer, nil, nil)
			kind := map[string]string{"reject": "Reject", "authorize": "Accept"}[answer]
			if a := h.hears(kind, func(a said) bool { return a.By == h.actor(h.ada) }); a.Object == nil || a.Object.By != fayURI || a.Object.ID != asked.ID {
				h.Errorf("she asked in %s and is answered %+v", asked.ID, a.Object)
			}
		}
		h.does("unfollow", wish{"by": fay, "of": h.actor(h.ada), "id": fayURI + "#some"})
		h.related(h.ada, her, func(r relation) bool { return !r.FollowedBy })
	})
}

// TestProfiles: who changes their name, or goes, is known to have.
func TestProfiles(t *testing.T) {
	each(t, func(h *house) {
		fay, fayURI := h.someone(nil)
		her := h.follows(h.ada, fay)
		h.does("follow", wish{"by": fay, "of": h.actor(h.ada)})
		h.related(h.ada, her, func(r relation) bool { return r.FollowedBy })

		h.does("rename", wish{"by": fay, "called": "Fay the Second"})
		h.eventually(func() bool {
			h.ada.Must("GET", "/api/v1/accounts/"+her.ID, nil, &her)
			return her.DisplayName == "Fay the Second"
		}, func() string { return her.DisplayName })

		h.ada.Must("PATCH", "/api/v1/accounts/update_credentials", map[string]any{"display_name": "Ada L.", "note": "counts"}, nil)
		update := h.hears("Update", func(a said) bool { return a.Of == h.actor(h.ada) && a.Object != nil && a.Object.Called == "Ada L." })
		for where, got := range map[string]said{"what she heard": *update.Object, "what she finds": h.looks(fay, h.actor(h.ada))} {
			if got.Type != "Person" || got.Name != "ada" || got.Called != "Ada L." || got.About != "<p>counts</p>" || got.Inbox != h.actor(h.ada)+"/inbox" || got.Shared != h.URL+"/ap/inbox" ||
				!slices.Equal(got.Keys, []string{rsa, ed25519}) {
				h.Errorf("%s: %+v", where, got)
			}
		}

		post := h.does("post", wish{"by": fay, "text": "<p>Soon gone.</p>"})
		seen := h.sees(h.ada, post.ID, func(status) bool { return true })
		h.does("leave", wish{"by": fay})
		h.eventually(func() bool { return h.ada.Call("GET", "/api/v1/statuses/"+seen.ID, nil).Status == 404 }, func() string { return fayURI + " is still there" })
		if a := h.ada.Call("GET", "/api/v1/accounts/"+her.ID, nil); a.Status != 404 && !strings.Contains(string(a.Body), `"suspended":true`) {
			h.Errorf("who is gone is %d %s", a.Status, a.Body)
		}
	})
}
