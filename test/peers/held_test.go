package peers

import (
	"strings"
	"testing"
)

// TestHeldReplies: who knows nothing of who may reply is held all the same, and takes
// what it is told about that for nothing bad: it goes on hearing of us.
func TestHeldReplies(t *testing.T) {
	each(t, func(h *house) {
		fay, _ := h.someone(nil)
		her := h.find(h.ada, fay)
		h.does("follow", wish{"by": fay, "of": h.actor(h.ada)})
		h.related(h.ada, her, func(r relation) bool { return r.FollowedBy })
		var asked status
		h.ada.Must("POST", "/api/v1/statuses", map[string]any{"status": "Ask me", "reply_policy": "approval"}, &asked)
		if n := h.hears("Create", func(a said) bool { return a.Object != nil && a.Object.ID == h.post(asked.ID) }).Object; n.Type != "Note" || n.Text != "<p>Ask me</p>" {
			h.Errorf("she heard %+v", n)
		}
		reply := h.does("post", wish{"by": fay, "text": "<p>May I?</p>", "replyTo": h.post(asked.ID), "named": []string{h.actor(h.ada)}})
		var all []struct {
			ID     string
			Status status
		}
		h.eventually(func() bool {
			h.ada.Must("GET", "/api/plaza/v1/replies", nil, &all)
			return len(all) == 1 && all[0].Status.URI == reply.ID
		}, func() string { return "her reply does not wait" })
		stands := func(want int) {
			h.Helper()
			h.eventually(func() bool {
				var st status
				h.ben.Must("GET", "/api/v1/statuses/"+asked.ID, nil, &st)
				return st.Replies == want
			}, func() string { return "there are other replies" })
		}
		stands(0)
		h.ada.Must("POST", "/api/plaza/v1/replies/approve", "ids[]="+all[0].ID, nil)
		stands(1)
		yes := h.hears("Accept", func(a said) bool { return strings.HasPrefix(a.Result, h.URL) })
		if len(yes.To) != 1 || !strings.HasSuffix(yes.To[0], "/"+fay) {
			h.Errorf("she is told %+v", yes)
		}
		h.ada.Must("POST", "/api/plaza/v1/replies/refuse", "ids[]="+all[0].ID, nil)
		stands(0)
		h.hears("Delete", func(a said) bool { return a.Of == yes.Result })
		again := h.does("post", wish{"by": fay, "text": "<p>And this?</p>", "replyTo": h.post(asked.ID), "named": []string{h.actor(h.ada)}})
		h.eventually(func() bool {
			h.ada.Must("GET", "/api/plaza/v1/replies", nil, &all)
			return len(all) == 1 && all[0].Status.URI == again.ID
		}, func() string { return "her second reply does not wait" })
		h.ada.Must("POST", "/api/plaza/v1/replies/refuse", "ids[]="+all[0].ID, nil)
		h.hears("Reject", func(a said) bool { return a.By == h.actor(h.ada) })
		last := h.ada.Post("Good night", "public")
		h.hears("Create", func(a said) bool { return a.Object != nil && a.Object.ID == h.post(last.ID) })
	})
}
