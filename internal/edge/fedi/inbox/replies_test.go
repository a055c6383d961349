package inbox_test

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/edge/fedi/fedtest"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// say is post with who may reply.
func (h *house) say(text, policy, to string) (social.PostID, string) {
	h.t.Helper()
	var made struct{ ID string }
	h.ben.Must("POST", "/api/v1/statuses", m{"status": text, "visibility": "public", "reply_policy": policy, "in_reply_to_id": to}, &made)
	return h.number(made.ID), base + "/ap/posts/" + made.ID
}

func num(which social.PostID) string { return strconv.FormatInt(int64(which), 10) }

func (h *house) holding(which social.PostID) (out social.Holding) {
	h.t.Helper()
	h.read(func(ctx context.Context, v *store.View) (err error) {
		out, err = v.Holding(ctx, which)
		return err
	})
	return out
}

// TestReplyAsked answers who asks to reply: at once, or when their reply was looked
// at. Nobody asks for another.
func TestReplyAsked(t *testing.T) {
	t.Parallel()
	h := open(t)
	zoe, mallory := h.world.Host("far.example").Actor("zoe"), h.world.Host("evil.example").Actor("mallory")
	for _, a := range []*fedtest.Actor{h.ada, zoe, mallory} {
		h.meet(a)
	}
	_, free := h.say("Say what you like", "", "")
	_, at := h.say("Ask me", "approval", "")
	n := h.ada.Note("<p>May I?</p>", m{"inReplyTo": at})
	h.send(h.ada, h.ada.Does("Create", n, nil))
	reply := h.found(n["id"].(string))
	if reply.Held != social.HeldPending || reply.HeldBy != h.ben.ID {
		t.Fatalf("ada's reply is held %q by %d", reply.Held, reply.HeldBy)
	}
	theirs := mallory.Note("<p>Mine</p>", m{"inReplyTo": at})
	h.send(mallory, mallory.Does("Create", theirs, nil))
	h.quiet()

	before := h.witness.State()
	for what, forged := range map[string]struct {
		by  *fedtest.Actor
		act m
	}{
		"another server's, by address":  {mallory, mallory.Does("ReplyRequest", at, m{"instrument": n["id"]})},
		"another server's":              {mallory, mallory.Does("ReplyRequest", at, m{"instrument": n})},
		"another server's as their own": {mallory, mallory.Does("ReplyRequest", at, m{"instrument": copied(n, m{"attributedTo": mallory.ID})})},
		"another's of the same server":  {zoe, zoe.Does("ReplyRequest", at, m{"instrument": n})},
		"the same, by address":          {zoe, zoe.Does("ReplyRequest", at, m{"instrument": n["id"]})},
		"an address of another server":  {mallory, mallory.Does("ReplyRequest", at, m{"id": h.ada.New("asks"), "instrument": theirs})},
		"a post of ours as the reply":   {h.ada, h.ada.Does("ReplyRequest", at, m{"instrument": free})},
		"what answers something else":   {h.ada, h.ada.Does("ReplyRequest", free, m{"instrument": n})},
		"about a post that is not ours": {h.ada, h.ada.Does("ReplyRequest", n["id"], m{"instrument": n})},
		"about no post":                 {h.ada, h.ada.Does("ReplyRequest", uri(h.ben), m{"instrument": n})},
		"about the reply itself":        {h.ada, h.ada.Does("ReplyRequest", n["id"], m{"instrument": n["id"]})},
		"without a reply":               {h.ada, h.ada.Does("ReplyRequest", at, nil)},
	} {
		if got := forged.by.Send(h.at, forged.act); got >= 500 {
			t.Errorf("%s: status %d", what, got)
		}
		h.settle()
		h.unchanged(what, before)
		if t.Failed() {
			return
		}
	}

	ask := h.ada.Does("ReplyRequest", at, m{"instrument": n})
	h.send(h.ada, ask)
	if got := h.holding(reply.ID); got.Asked != ask["id"] || got.State != social.HeldPending {
		t.Errorf("asked: %+v", got)
	}
	answered := func(verb string, n int) m {
		t.Helper()
		h.Eventually(verb, func() bool { return len(h.ada.Got(verb)) >= n })
		got := h.ada.Got(verb)[n-1]
		if got["actor"] != uri(h.ben) {
			t.Errorf("%s by %v", verb, got["actor"])
		}
		return got
	}
	h.ben.Must("POST", "/api/v1/interaction_requests/"+num(reply.ID)+"/authorize", nil, nil)
	got := answered("Accept", 1)
	stamp, _ := got["result"].(string)
	if asked, _ := got["object"].(m); asked["id"] != ask["id"] || stamp != view.Base(base).ReplyStampURI(reply.ID) {
		t.Errorf("ben accepts with %v", got)
	}
	document := func() (int, string) {
		status, body := h.ada.Call(h.at, http.MethodGet, stamp, nil)
		return status, string(body)
	}
	if status, body := document(); status != http.StatusOK || !strings.Contains(body, `"ReplyAuthorization"`) || !strings.Contains(body, n["id"].(string)) || !strings.Contains(body, at) || !strings.Contains(body, uri(h.ben)) {
		t.Errorf("the stamp: %d %s", status, body)
	}

	// Hiding it takes the stamp back, and showing it again gives it.
	h.ben.Must("POST", "/api/plaza/v1/statuses/"+num(reply.ID)+"/hide", nil, nil)
	gone := answered("Delete", 1)
	if of, _ := gone["object"].(m); of["id"] != stamp || of["interactingObject"] != n["id"] {
		t.Errorf("hidden: %v", gone)
	}
	if status, _ := document(); status == http.StatusOK {
		t.Error("the stamp of a hidden reply is served")
	}
	h.ben.Must("POST", "/api/plaza/v1/statuses/"+num(reply.ID)+"/unhide", nil, nil)
	if got := answered("Accept", 2); got["result"] != stamp {
		t.Errorf("shown again: %v", got)
	}

	h.ben.Must("POST", "/api/v1/interaction_requests/"+num(reply.ID)+"/reject", nil, nil)
	answered("Delete", 2)
}

// TestReplyAnswered has one of ours reply to a post elsewhere, whose author looks
// at that first. Nobody answers for them.
func TestReplyAnswered(t *testing.T) {
	t.Parallel()
	for how, answer := range map[string]func(asked m) any{"whole": func(asked m) any { return asked }, "by address": func(asked m) any { return asked["id"] }} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			h := open(t)
			h.befriend(h.ben, h.ada)
			zoe, mallory := h.world.Host("far.example").Actor("zoe"), h.world.Host("evil.example").Actor("mallory")
			for _, a := range []*fedtest.Actor{zoe, mallory} {
				h.meet(a)
			}
			n := h.ada.Note("<p>Ask me</p>", m{"interactionPolicy": m{"canReply": m{"automaticApproval": []string{h.ada.ID}, "manualApproval": []string{fedtest.Public}}}})
			h.send(h.ada, h.ada.Does("Create", n, nil))
			to := h.found(n["id"].(string))
			which, reply := h.say("May I?", "", num(to.ID))
			_, other := h.say("And this?", "", num(to.ID))
			h.Eventually("ada to be asked", func() bool { return len(h.ada.Got("ReplyRequest")) == 2 })
			asked := h.ada.Got("ReplyRequest")[0]
			if asked["instrument"].(m)["id"] != reply {
				asked = h.ada.Got("ReplyRequest")[1]
			}
			h.quiet()
			stamped := func(by *fedtest.Actor, further m) string {
				at := by.New("stamps")
				by.Serve(at, copied(m{"id": at, "type": "ReplyAuthorization", "attributedTo": by.ID, "interactingObject": reply, "interactionTarget": n["id"]}, further))
				return at
			}
			honest := stamped(h.ada, nil)
			before := h.witness.State()
			try := func(what string, by *fedtest.Actor, act m) {
				t.Helper()
				if got := by.Send(h.at, act); got >= 500 {
					t.Errorf("%s: status %d", what, got)
				}
				h.settle()
				h.unchanged(what, before)
			}
			for who, by := range map[string]*fedtest.Actor{"mallory": mallory, "zoe, of ada's server": zoe} {
				try(who+" accepts", by, by.Does("Accept", answer(asked), m{"result": stamped(by, nil)}))
				try(who+" accepts with ada's stamp", by, by.Does("Accept", answer(asked), m{"result": honest}))
				try(who+" accepts with a stamp in ada's name", by, by.Does("Accept", answer(asked), m{"result": stamped(by, m{"attributedTo": h.ada.ID})}))
				try(who+" rejects", by, by.Does("Reject", answer(asked), nil))
				try(who+" rejects the reply", by, by.Does("Reject", reply, nil))
			}
			for what, stamp := range map[string]string{
				"for another reply": stamped(h.ada, m{"interactingObject": other}),
				"for another post":  stamped(h.ada, m{"interactionTarget": h.ada.New("notes")}),
				"for a quote":       stamped(h.ada, m{"type": "QuoteAuthorization"}),
				"of another":        stamped(h.ada, m{"attributedTo": zoe.ID}),
				"elsewhere":         stamped(mallory, m{"attributedTo": h.ada.ID}),
				"under another id":  stamped(h.ada, m{"id": h.ada.New("stamps")}),
				"that is not there": h.ada.New("stamps"),
				"none":              "",
			} {
				try("ada accepts with a stamp "+what, h.ada, h.ada.Does("Accept", answer(asked), m{"result": stamp}))
			}
			if t.Failed() {
				return
			}

			accept := h.ada.Does("Accept", answer(asked), m{"result": honest})
			h.send(h.ada, accept)
			if got := h.local(which); got.Held != social.HeldNot {
				t.Fatalf("accepted, and held %q", got.Held)
			}
			h.quiet()
			for who, by := range map[string]*fedtest.Actor{"mallory": mallory, "zoe": zoe} {
				by.Send(h.at, by.Does("Delete", honest, nil))
				by.Send(h.at, by.Does("Delete", m{"id": honest, "type": "ReplyAuthorization", "attributedTo": by.ID, "interactingObject": reply, "interactionTarget": n["id"]}, nil))
				by.Send(h.at, by.Does("Reject", answer(asked), nil))
				h.settle()
				if got := h.local(which); got.Held != social.HeldNot {
					t.Errorf("%s took the stamp back: held %q", who, got.Held)
				}
			}
			h.ada.Gone(strings.TrimPrefix(honest, h.ada.URL("")))
			h.send(h.ada, h.ada.Does("Delete", honest, nil))
			if got := h.local(which); got.Held != social.HeldRefused {
				t.Errorf("the stamp is gone: held %q", got.Held)
			}
			// What was said before does not hold again.
			h.ada.Send(h.at, accept)
			h.ada.Send(h.at, copied(accept, m{"id": h.ada.New("activities")}))
			h.settle()
			if got := h.local(which); got.Held != social.HeldRefused {
				t.Errorf("accepted with a stamp that is gone: held %q", got.Held)
			}
		})
	}
}
