package peers

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/core/federation"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// An arrival is a request as it came to the peer, also one that it refused.
type arrival struct {
	Kind, Path, Method string
	Status             int
}

// brought are the kinds and answers of what was sent to an inbox there.
func (h *house) brought(path string) (out []string) {
	h.Helper()
	var all []arrival
	h.do("came", nil, &all)
	for _, a := range all {
		if a.Method == http.MethodPost && a.Path == path {
			out = append(out, a.Kind+" "+http.StatusText(a.Status))
		}
	}
	return out
}

// TestTheirSignatures: both kinds are taken at the first knock.
func TestTheirSignatures(t *testing.T) {
	each(t, func(h *house) {
		fay, _ := h.someone(nil)
		her := h.follows(h.ada, fay)
		for _, kind := range []string{cavage, rfc9421} {
			d := h.does("post", wish{"by": fay, "text": "<p>As " + kind + "</p>", "knock": kind})
			h.sees(h.ada, d.ID, func(st status) bool { return st.Account.ID == her.ID })
			follow := h.does("follow", wish{"by": fay, "of": h.actor(h.ben), "knock": kind})
			knocks := 0
			for _, s := range follow.Sent { // to others, too, whose tests go on meanwhile
				if !strings.HasPrefix(s.To, h.URL) {
					continue
				}
				if knocks++; s.Kind != kind || s.Status != http.StatusAccepted {
					h.Errorf("%s: sent %+v", kind, s)
				}
			}
			if knocks != 1 {
				h.Errorf("%s: knocked %d times", kind, knocks)
			}
			var got said
			if h.do("look", wish{"by": fay, "at": h.actor(h.ada), "knock": kind}, &got); got.Name != "ada" {
				h.Errorf("%s: she finds %+v", kind, got)
			}
		}
	})
}

// TestOurSignatures: who knows one kind alone is sent that, at the second knock
// at first and then at once.
func TestOurSignatures(t *testing.T) {
	t.Parallel()
	installed(t)
	p, err := open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.close)
	h := beside(t, apptest.Start(t, closedNetwork), p)
	fay, _ := h.someone(nil)
	her := h.find(h.ada, fay)
	var want []string
	for _, kind := range []string{rfc9421, cavage} {
		h.do("only", wish{"kind": kind}, nil)
		other := map[string]string{rfc9421: cavage, cavage: rfc9421}[kind]
		want = append(want, other+" Unauthorized", kind+" Accepted", kind+" Accepted")
		for range 2 {
			st := h.ada.Post("@"+her.Acct+" hello", "direct")
			h.hears("Create", func(a said) bool { return a.Object != nil && a.Object.ID == h.post(st.ID) && a.Kind == kind })
			h.delivered()
		}
		if got := h.brought("/inbox"); strings.Join(got, ", ") != strings.Join(want, ", ") {
			t.Errorf("the peer was brought\n%q, not\n%q", got, want)
		}
	}
}

// TestSignedOnly: where nothing is shown to who does not sign, on both sides, all
// goes as it does elsewhere, in both kinds.
func TestSignedOnly(t *testing.T) {
	t.Parallel()
	installed(t)
	p, err := open("CLOSED=1")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.close)
	h := beside(t, apptest.Start(t, closedNetwork, func(c *conf.Config) { c.SignedOnly = true }), p)
	fay, _ := h.someone(nil)
	h.follows(h.ada, fay)
	ours := h.ada.Post("For who signs.", "public")
	gil, _ := h.someone(nil)
	for _, kind := range []string{cavage, rfc9421} {
		h.do("only", wish{"kind": kind}, nil)
		theirs := h.does("post", wish{"by": gil, "text": "<p>Signed for, " + kind + "</p>"})
		h.does("boost", wish{"by": fay, "of": theirs.ID, "knock": kind}) // which has it fetched
		h.sees(h.ada, theirs.ID, func(st status) bool { return strings.Contains(st.Content, kind) })
		var got said
		if h.do("look", wish{"by": fay, "at": h.post(ours.ID), "knock": kind}, &got); got.Text != "<p>For who signs.</p>" {
			t.Errorf("%s: she finds %+v", kind, got)
		}
		for what, at := range map[string]string{"ours": h.post(ours.ID), "theirs": theirs.ID} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, at, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Accept", "application/activity+json")
			resp, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != http.StatusUnauthorized {
				t.Errorf("without a signature, %s answers %d", what, resp.StatusCode)
			}
		}
	}
}

// TestForged: who signs as themselves what they say that another did is refused
// or has no effect.
func TestForged(t *testing.T) {
	each(t, func(h *house) {
		fay, fayURI := h.someone(nil)
		mal, _ := h.someone(nil)
		her := h.follows(h.ada, fay)
		theirs := h.does("post", wish{"by": fay, "text": "<p>Mine.</p>"})
		seen := h.sees(h.ada, theirs.ID, func(status) bool { return true })
		ours := h.ada.Post("Ours.", "public")
		boost := h.does("boost", wish{"by": fay, "of": h.post(ours.ID), "to": []string{h.actor(h.ada)}})
		h.told(h.ada, "reblog", her)

		for what, of := range map[string]string{"follow": h.actor(h.ada), "like": h.post(ours.ID), "announce": h.post(ours.ID), "delete": theirs.ID, "update": theirs.ID, "undo": boost.ID,
			"move": "", "block": h.actor(h.ada), "create": ""} {
			for _, kind := range []string{cavage, rfc9421} {
				var d did
				h.do("forge", wish{"by": mal, "as": fayURI, "what": what, "of": of, "to": h.actor(h.ada), "text": "<p>Forged.</p>", "knock": kind}, &d)
				passable := what == "create" || what == "update" || what == "delete" // others may bring that, and it is asked for where it is from
				if !passable && d.Refused != http.StatusForbidden || passable && d.Refused != 0 {
					h.Errorf("%s, %s: %+v", what, kind, d)
				}
			}
		}
		h.applied()
		var st status
		h.ada.Must("GET", "/api/v1/statuses/"+ours.ID, nil, &st)
		if st.Favourites != 0 || st.Reblogs != 1 {
			h.Errorf("ada's post has %d likes and %d boosts", st.Favourites, st.Reblogs)
		}
		h.ada.Must("GET", "/api/v1/statuses/"+seen.ID, nil, &st)
		if st.Content != "<p>Mine.</p>" {
			h.Errorf("her post says %s", st.Content)
		}
		h.related(h.ada, her, func(r relation) bool { return r.Following && !r.FollowedBy && !r.BlockedBy })
		h.ada.Must("GET", "/api/v1/accounts/"+her.ID, nil, &her)
		var posts []status
		h.ada.Must("GET", "/api/v1/accounts/"+her.ID+"/statuses", nil, &posts)
		if her.Moved != nil || len(posts) != 2 {
			h.Errorf("she is at %+v with %d posts", her.Moved, len(posts))
		}
	})
}

// applied waits until all that arrived has been applied, or dropped.
func (h *house) applied() {
	h.Helper()
	var all []store.JobStat
	h.eventually(func() bool {
		if err := h.Store.Read(h.Context(), func(v *store.View) (err error) { all, err = v.JobStats(h.Context()); return err }); err != nil {
			h.Fatal(err)
		}
		for _, s := range all {
			if s.Kind == federation.ArrivalJob {
				return false
			}
		}
		return true
	}, func() string { return fmt.Sprintf("there are still %+v", all) })
}

// delivered waits until nothing is left to be sent to the peer.
func (h *house) delivered() {
	h.Helper()
	var all []social.Delivery
	h.eventually(func() bool {
		err := h.Store.Read(h.Context(), func(v *store.View) (err error) {
			all, err = v.Deliveries(h.Context(), strings.TrimPrefix(h.peer.origin, "http://"), 1)
			return err
		})
		if err != nil {
			h.Fatal(err)
		}
		return len(all) == 0
	}, func() string { return fmt.Sprintf("not sent: %+v", all) })
}
