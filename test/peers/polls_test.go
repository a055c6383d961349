package peers

import (
	"slices"
	"testing"
)

// TestPolls: people of both servers ask and vote.
func TestPolls(t *testing.T) {
	each(t, func(h *house) {
		fay, fayURI := h.someone(nil)
		her := h.follows(h.ada, fay)
		h.does("follow", wish{"by": fay, "of": h.actor(h.ada)})
		h.related(h.ada, her, func(r relation) bool { return r.FollowedBy })

		theirs := h.does("post", wish{"by": fay, "text": "<p>Tea?</p>", "options": []string{"Yes", "No"}})
		seen := h.sees(h.ada, theirs.ID, func(st status) bool { return st.Poll != nil })
		if p := seen.Poll; p.Multiple || len(p.Options) != 2 || p.Options[0].Title != "Yes" || p.Options[1].Title != "No" {
			h.Fatalf("ada sees %+v", p)
		}
		h.ada.Must("POST", "/api/v1/polls/"+seen.Poll.ID+"/votes", map[string]any{"choices": []int{1}}, nil)
		vote := h.hears("Create", func(a said) bool { return a.Object != nil && a.Object.ReplyTo == theirs.ID })
		if o := vote.Object; o.Title != "No" || o.Text != "" || o.By != h.actor(h.ada) || !slices.Equal(o.To, []string{fayURI}) || len(o.Cc) != 0 {
			h.Errorf("she heard the vote %+v", o)
		}
		h.does("edit", wish{"by": fay, "id": theirs.ID, "count": [][]any{{"Yes", 3}, {"No", 4}}})
		h.sees(h.ada, theirs.ID, func(st status) bool { return st.Poll.Votes == 7 && st.Poll.Options[1].Votes == 4 })
		many := h.does("post", wish{"by": fay, "text": "<p>Which?</p>", "options": []string{"A", "B", "C"}, "many": true})
		h.sees(h.ada, many.ID, func(st status) bool { return st.Poll != nil && st.Poll.Multiple && len(st.Poll.Options) == 3 })

		var ours status
		h.ada.Must("POST", "/api/v1/statuses", map[string]any{"status": "Coffee?", "poll": map[string]any{"options": []string{"Black", "White"}, "expires_in": 3600}}, &ours)
		asked := h.hears("Create", func(a said) bool { return a.Object != nil && a.Object.ID == h.post(ours.ID) }).Object
		if asked.Type != "Question" || !slices.Equal(asked.One, []string{"Black", "White"}) || len(asked.Many) != 0 || asked.Ends == "" {
			h.Errorf("she is asked %+v", asked)
		}
		h.does("vote", wish{"by": fay, "of": h.post(ours.ID), "to": h.actor(h.ada), "choice": "White"})
		h.sees(h.ada, h.post(ours.ID), func(st status) bool { return st.Poll.Votes == 1 && st.Poll.Options[1].Votes == 1 && st.Replies == 0 })
		if got := h.looks(fay, h.post(ours.ID)); got.Voters != 1 {
			h.Errorf("she finds %+v", got)
		}
	})
}
