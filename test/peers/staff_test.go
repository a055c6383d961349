package peers

import (
	"slices"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/social"
)

// TestBlocks: who is blocked from the other side does not follow any more.
func TestBlocks(t *testing.T) {
	each(t, func(h *house) {
		fay, fayURI := h.someone(nil)
		her := h.follows(h.ada, fay)
		block := h.does("block", wish{"by": fay, "of": h.actor(h.ada)})
		h.related(h.ada, her, func(r relation) bool { return r.BlockedBy && !r.Following })
		h.does("unblock", wish{"by": fay, "of": h.actor(h.ada), "id": block.ID})
		h.related(h.ada, her, func(r relation) bool { return !r.BlockedBy })

		h.ada.Must("POST", "/api/v1/accounts/"+her.ID+"/block", nil, nil)
		b := h.hears("Block", func(a said) bool { return a.By == h.actor(h.ada) })
		h.ada.Must("POST", "/api/v1/accounts/"+her.ID+"/unblock", nil, nil)
		u := h.hears("Undo", func(a said) bool { return a.Object != nil && a.Object.Type == "Block" })
		if b.Of != fayURI || u.Object.ID != b.ID || u.Object.Of != fayURI {
			h.Errorf("she hears %+v and %+v", b, u.Object)
		}
	})
}

// TestReports: reports reach the staff on the other side, and ours say nothing
// of who made them.
func TestReports(t *testing.T) {
	each(t, func(h *house) {
		olga := h.Join("olga", social.Admin)
		olga.Token = olga.TokenWith("admin:read")
		fay, fayURI := h.someone(nil)
		her := h.follows(h.ada, fay)
		ours := h.ada.Post("Bah!", "public")
		h.does("flag", wish{"by": fay, "of": []string{h.actor(h.ada), h.post(ours.ID)}, "to": h.actor(h.ada), "text": "She said Bah."})
		var reports []struct {
			Comment string
			Target  struct{ Username string } `json:"target_account"`
			By      struct{ Domain string }   `json:"account"`
			Posts   []status                  `json:"statuses"`
		}
		h.eventually(func() bool { olga.Must("GET", "/api/v1/admin/reports", nil, &reports); return len(reports) == 1 }, func() string { return "no report came" })
		if r := reports[0]; r.Comment != "She said Bah." || r.Target.Username != "ada" || !strings.HasSuffix(h.peer.origin, r.By.Domain) || r.By.Domain == "" || len(r.Posts) != 1 || r.Posts[0].ID != ours.ID {
			h.Errorf("the staff reads %+v", r)
		}

		theirs := h.does("post", wish{"by": fay, "text": "<p>Pooh!</p>"})
		seen := h.sees(h.ada, theirs.ID, func(status) bool { return true })
		h.ada.Must("POST", "/api/v1/reports", map[string]any{"account_id": her.ID, "status_ids": []string{seen.ID}, "comment": "Pooh is not nice.", "forward": true}, nil)
		f := h.hears("Flag", func(said) bool { return true })
		if f.By != h.URL+"/ap/actor" || !slices.Equal(f.All, []string{fayURI, theirs.ID}) || f.Text != "Pooh is not nice." {
			h.Errorf("she hears %+v", f)
		}
	})
}
