package peers

import (
	"testing"

	"github.com/plaza-social/plaza/internal/social"
)

// TestTheyMove: who moves there takes along those of ours who follow, if the
// new account agrees.
func TestTheyMove(t *testing.T) {
	each(t, func(h *house) {
		fay, fayURI := h.someone(nil)
		old := h.follows(h.ada, fay)
		_, other := h.someone(nil)
		h.does("move", wish{"by": fay, "target": other})
		gil, gilURI := h.someone(wish{"aliases": []string{fayURI}})
		h.does("move", wish{"by": fay, "target": gilURI})
		h.hears("Follow", func(a said) bool { return a.By == h.actor(h.ada) && a.Of == gilURI })
		to := h.find(h.ada, gil)
		h.related(h.ada, to, func(r relation) bool { return r.Following })
		h.related(h.ada, old, func(r relation) bool { return !r.Following })
		h.ada.Must("GET", "/api/v1/accounts/"+old.ID, nil, &old)
		if old.Moved == nil || old.Moved.ID != to.ID {
			h.Errorf("she is said to be %+v", old.Moved)
		}
		var all []said
		h.do("heard", wish{"from": h.URL}, &all)
		for _, a := range all {
			if a.Type == "Follow" && a.Of == other {
				h.Errorf("ada went to who had not agreed: %+v", a)
			}
		}
	})
}

// TestWeMove: who moves from here to there tells those who follow.
func TestWeMove(t *testing.T) {
	each(t, func(h *house) {
		fay, fayURI := h.someone(nil)
		h.does("follow", wish{"by": fay, "of": h.actor(h.ada)})
		h.hears("Accept", func(a said) bool { return a.By == h.actor(h.ada) })
		home, homeURI := h.someone(wish{"aliases": []string{h.actor(h.ada)}})
		to := h.find(h.ada, home)
		which, err := h.Accounts.Lookup(h.Context(), homeURI)
		if err != nil {
			h.Fatal(err)
		}
		if err := h.Accounts.Move(h.Context(), social.Actor{Account: h.ada.ID, Standing: social.Good, Role: social.Member}, which); err != nil {
			h.Fatal(err)
		}
		m := h.hears("Move", func(a said) bool { return a.By == h.actor(h.ada) })
		if m.Of != h.actor(h.ada) || m.Target != homeURI {
			h.Errorf("%s hears %+v", fayURI, m)
		}
		if got := h.looks(fay, h.actor(h.ada)); got.Moved != homeURI {
			h.Errorf("she finds %+v, not at %s", got, to.Acct)
		}
	})
}
