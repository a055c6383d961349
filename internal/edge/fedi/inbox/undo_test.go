package inbox_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/federation"
	"github.com/plaza-social/plaza/internal/core/search"
	"github.com/plaza-social/plaza/internal/edge/fedi/fedtest"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// sees reports whether somebody is shown what has an address elsewhere.
func (h *house) sees(p *apptest.Person, which social.PostID) bool {
	h.t.Helper()
	ps, err := h.View.Posts(h.t.Context(), p.Actor(), []social.PostID{which}, social.Asked)
	h.must(err)
	return len(ps) == 1
}

func (h *house) admin() social.Actor {
	owner := h.Join("owner", social.Owner)
	return social.Actor{Account: owner.ID, Standing: social.Good, Role: social.Owner}
}

// holds waits until it is known whether something is kept from a host.
func (h *house) holds(host string, want bool) {
	h.t.Helper()
	h.Eventually("the queue of "+host+" to be held, or not any more", func() bool {
		held := false
		h.read(func(ctx context.Context, v *store.View) error {
			p, err := v.Peer(ctx, host)
			held = !p.HeldAt.IsZero()
			return err
		})
		return held == want
	})
}

// TestMistakenBlock: whoever blocks a host and takes that back has changed
// nothing, on neither side.
func TestMistakenBlock(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ada, by := h.befriend(h.ben, h.ada), h.admin()
		h.send(h.ada, h.ada.Does("Follow", uri(h.ben), nil))
		old := h.ada.Note("<p>Hello</p>", nil)
		h.send(h.ada, h.ada.Does("Create", old, nil))
		which := h.found(old["id"].(string)).ID
		far := h.world.Host("far.example")
		h.Eventually("the follow to be delivered", func() bool { return len(far.Got("Follow")) == 1 })

		b, err := h.Hosts.Add(t.Context(), by, social.HostBlock{Host: "far.example", Severity: social.HostSuspends})
		h.must(err)
		h.holds("far.example", true)
		if h.sees(h.ben, which) || which == 0 {
			t.Error("a post of a suspended host is shown")
		}
		h.ben.Post("While you were away", "public")
		late := h.ada.Note("<p>On its way</p>", nil)
		body := h.ada.Does("Create", late, nil)
		h.write(func(ctx context.Context, tx *store.Tx) error { // acknowledged, and not applied when the block came
			return tx.AddJob(ctx, federation.ArrivalJob, federation.Arrival{Signer: ada, Body: asJSON(t, body), At: tx.Now.UnixMilli()}, tx.Now, "")
		})
		h.Eventually("it to be put off", func() bool {
			waiting := 0
			h.read(func(ctx context.Context, v *store.View) error {
				all, err := v.JobStats(ctx)
				for _, s := range all {
					if s.Kind == federation.ArrivalJob {
						waiting = s.Waiting
					}
				}
				return err
			})
			return waiting == 1 && h.found(late["id"].(string)).ID == 0
		})
		if got := len(far.Got("Create")); got != 0 {
			t.Errorf("%d posts went to a suspended host", got)
		}

		h.must(h.Hosts.End(t.Context(), by, b.ID))
		h.holds("far.example", false)
		h.Eventually("what waited to be sent, and the follow asked for again", func() bool { return len(far.Got("Create")) == 1 && len(far.Got("Follow")) == 2 })
		if !h.sees(h.ben, which) || !h.relation(h.ben.ID, ada).Follows || !h.relation(ada, h.ben.ID).Follows {
			t.Error("the block is taken back, and not everything is as it was")
		}
		h.send(h.ada, h.ada.Does("Create", h.ada.Note("<p>Here again</p>", nil), nil))
	})
}

// TestFewMayCome: where only hosts that were let in may come, that holds at
// every door, and for nobody of those.
func TestFewMayCome(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		by, eve := h.admin(), h.world.Host("third.example").Actor("eve")
		_, err := h.Hosts.Allow(t.Context(), by, "far.example")
		h.must(err)
		_, at := h.post(h.ben, "Hello", "public")
		limit := social.DefaultSettings
		limit.LimitedFederation = true
		h.must(h.Instance.SetSettings(t.Context(), by, limit))
		find := func(acct string) error {
			found, err := h.Search.Search(t.Context(), h.ben.Actor(), search.Query{Text: acct, Kind: search.Accounts, Resolve: true, Page: social.Page{Limit: 5}})
			if err == nil && len(found.Accounts) == 0 {
				err = errs.New(errs.NotFound, "nobody")
			}
			return err
		}
		for _, tt := range []struct {
			who  *fedtest.Actor
			acct string
			in   bool
		}{{eve, "@eve@third.example", false}, {h.ada, "@ada@far.example", true}} {
			if err := find(tt.acct); (err == nil) != tt.in {
				t.Errorf("%s is looked for: %v", tt.acct, err)
			}
			status := tt.who.Send(h.at, tt.who.Does("Follow", uri(h.ben), nil))
			if (status == http.StatusAccepted) != tt.in || !tt.in && status != http.StatusForbidden {
				t.Errorf("%s sends: %d", tt.acct, status)
			}
			if status, _ := tt.who.Call(h.at, http.MethodGet, at, nil); (status == http.StatusOK) != tt.in {
				t.Errorf("%s asks: %d", tt.acct, status)
			}
		}
		if asked := h.world.Host("third.example").Asked(); len(asked) != 0 {
			t.Errorf("a host that was not let in was asked: %v %v", asked[0].Method, asked[0].Path)
		}
		h.Eventually("who was let in to follow", func() bool { return h.relation(h.account(h.ada.ID).ID, h.ben.ID).Follows })
		h.ben.Post("For those who may", "public")
		h.Eventually("it to be delivered", func() bool { return len(h.world.Host("far.example").Got("Create")) == 1 })
	})
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
