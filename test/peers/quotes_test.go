package peers

import (
	"testing"
)

// TestTheyQuote: who quotes one of ours asks, and is given a stamp that can be
// looked at, or is not.
func TestTheyQuote(t *testing.T) {
	each(t, func(h *house) {
		fay, fayURI := h.someone(nil)
		h.follows(h.ada, fay)
		var open, shut status
		h.ada.Must("POST", "/api/v1/statuses", map[string]any{"status": "Quote me.", "quote_approval_policy": "public"}, &open)
		h.ada.Must("POST", "/api/v1/statuses", map[string]any{"status": "Do not quote me.", "quote_approval_policy": "nobody"}, &shut)

		quoting := h.does("requestQuote", wish{"by": fay, "text": "<p>Well said.</p>", "quote": h.post(open.ID), "to": h.actor(h.ada)})
		yes := h.hears("Accept", func(a said) bool {
			return a.Object != nil && a.Object.Instrument != nil && a.Object.Instrument.ID == quoting.ID || a.Object != nil && a.Object.Of == h.post(open.ID)
		})
		if stamp := h.looks(fay, yes.Result); stamp.Type != "QuoteAuthorization" || stamp.By != h.actor(h.ada) || stamp.Quoting != quoting.ID || stamp.Quoted != h.post(open.ID) {
			h.Errorf("the stamp at %q is %+v", yes.Result, stamp)
		}
		st := h.sees(h.ada, quoting.ID, func(st status) bool { return st.Quote != nil && st.Quote.State == "accepted" })
		if st.Quote.Quoted == nil || st.Quote.Quoted.ID != open.ID || st.Account.URI != fayURI {
			h.Errorf("ada sees %+v", st.Quote)
		}

		turned := h.does("requestQuote", wish{"by": fay, "text": "<p>Ill said.</p>", "quote": h.post(shut.ID), "to": h.actor(h.ada)})
		h.hears("Reject", func(a said) bool { return a.Object != nil && a.Object.Of == h.post(shut.ID) })
		h.sees(h.ada, turned.ID, func(st status) bool { return st.Quote == nil || st.Quote.State != "accepted" && st.Quote.Quoted == nil })

		// Ada thinks better of it.
		h.ada.Must("POST", "/api/v1/statuses/"+open.ID+"/quotes/"+st.ID+"/revoke", nil, nil)
		h.hears("Delete", func(a said) bool { return a.Of == yes.Result })
	})
}

// TestWeQuote: who of ours quotes one of theirs asks, and shows the quote when
// it is let.
func TestWeQuote(t *testing.T) {
	each(t, func(h *house) {
		fay, _ := h.someone(nil)
		h.follows(h.ada, fay)
		theirs := h.does("post", wish{"by": fay, "text": "<p>Quote me.</p>", "anybody": true})
		seen := h.sees(h.ada, theirs.ID, func(status) bool { return true })
		var ours status
		h.ada.Must("POST", "/api/v1/statuses", map[string]any{"status": "Well said.", "quoted_status_id": seen.ID}, &ours)
		ask := h.hears("QuoteRequest", func(a said) bool { return a.Of == theirs.ID })
		if ask.By != h.actor(h.ada) || ask.Instrument == nil || ask.Instrument.ID != h.post(ours.ID) || ask.Instrument.Quote != theirs.ID {
			h.Errorf("she is asked %+v", ask)
		}
		h.sees(h.ada, h.post(ours.ID), func(st status) bool {
			return st.Quote != nil && st.Quote.State == "accepted" && st.Quote.Quoted != nil && st.Quote.Quoted.URI == theirs.ID
		})
		if got := h.looks(fay, h.post(ours.ID)); got.Quote != theirs.ID || got.Stamp == "" || got.Stamp[:len(h.peer.origin)] != h.peer.origin {
			h.Errorf("she finds %+v", got)
		}

		shut, _ := h.someone(wish{"unquotable": true})
		h.follows(h.ada, shut)
		no := h.does("post", wish{"by": shut, "text": "<p>Do not quote me.</p>", "anybody": true})
		seen = h.sees(h.ada, no.ID, func(status) bool { return true })
		h.ada.Must("POST", "/api/v1/statuses", map[string]any{"status": "Ill said.", "quoted_status_id": seen.ID}, &ours)
		h.sees(h.ada, h.post(ours.ID), func(st status) bool { return st.Quote != nil && st.Quote.State == "rejected" && st.Quote.Quoted == nil })
	})
}
