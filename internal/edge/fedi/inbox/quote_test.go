package inbox_test

import (
	"testing"

	"github.com/plaza-social/plaza/internal/edge/fedi/fedtest"
	"github.com/plaza-social/plaza/internal/social"
)

// TestQuoteAsked lets others quote what its author lets them, and says so.
func TestQuoteAsked(t *testing.T) {
	t.Parallel()
	h := open(t)
	which, at := h.post(h.ben, "Quote me", "public")
	n := h.ada.Note("<p>He says</p>", m{"quote": at})
	ask := h.ada.Does("QuoteRequest", at, m{"instrument": n})
	h.send(h.ada, ask)
	p := h.found(n["id"].(string))
	if p.Quote.Of != which || p.Quote.State != social.QuoteAccepted {
		t.Errorf("the quote is %+v", p.Quote)
	}
	h.Eventually("the answer", func() bool { return len(h.ada.Got("Accept")) == 1 })
	got := h.ada.Got("Accept")[0]
	if asked, _ := got["object"].(m); asked["id"] != ask["id"] || got["result"] == nil || got["actor"] != uri(h.ben) {
		t.Errorf("ben accepts with %v", got)
	}
	other := h.ada.Note("<p>No quote</p>", m{"to": []string{uri(h.ben)}})
	h.send(h.ada, h.ada.Does("QuoteRequest", at, m{"instrument": other}))
	if got := h.local(which).Quotes; got != 1 {
		t.Errorf("quoted %d times, want once", got)
	}
}

// TestQuoteAnswered has one of ours quote a post elsewhere, once its author
// has stamped that.
func TestQuoteAnswered(t *testing.T) {
	t.Parallel()
	for how, answer := range map[string]func(asked m) any{"whole": func(asked m) any { return asked }, "by address": func(asked m) any { return asked["id"] }} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			h := open(t)
			h.befriend(h.ben, h.ada)
			n := h.ada.Note("<p>Quote me</p>", m{"interactionPolicy": m{"canQuote": m{"automaticApproval": []string{fedtest.Public}}}})
			h.send(h.ada, h.ada.Does("Create", n, nil))
			quoted := h.found(n["id"].(string))
			var made struct{ ID string }
			h.ben.Must("POST", "/api/v1/statuses", m{"status": "She says", "quoted_status_id": quoted.ID}, &made)
			quoting := base + "/ap/posts/" + made.ID
			h.Eventually("ada to be asked", func() bool { return len(h.ada.Got("QuoteRequest")) == 1 })
			asked := h.ada.Got("QuoteRequest")[0]
			state := func() social.QuoteState { return h.local(h.number(made.ID)).Quote.State }
			stamp := h.ada.New("stamps")
			accept := func(of string) m {
				h.ada.Serve(stamp, m{"id": stamp, "type": "QuoteAuthorization", "attributedTo": h.ada.ID, "interactingObject": of, "interactionTarget": n["id"]})
				return h.ada.Does("Accept", answer(asked), m{"result": stamp})
			}
			h.send(h.ada, accept(base+"/ap/posts/1"))
			if got := state(); got != social.QuotePending {
				t.Errorf("with a stamp for another post: %q", got)
			}
			mallory := h.world.Host("evil.example").Actor("mallory")
			h.send(mallory, mallory.Does("Accept", answer(asked), m{"result": stamp}))
			if got := state(); got != social.QuotePending {
				t.Errorf("accepted by mallory: %q", got)
			}
			h.send(h.ada, accept(quoting))
			if got := state(); got != social.QuoteAccepted {
				t.Errorf("accepted: %q", got)
			}
			h.send(h.ada, h.ada.Does("Delete", stamp, nil))
			if got := state(); got != social.QuoteRevoked {
				t.Errorf("the stamp is gone: %q", got)
			}
		})
	}
}
