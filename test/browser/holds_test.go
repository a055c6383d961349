package browser

import (
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/social"
)

// holds puts two legal holds on somebody, one of which has ended.
func (h house) holds(name string) {
	h.t.Helper()
	who, err := h.View.Named(h.t.Context(), name, "")
	h.must(err)
	for i := range 2 {
		held, err := h.Moderation.Hold(h.t.Context(), social.Keyboard, social.Hold{Kind: social.HoldAccount, Subject: int64(who.ID), Until: time.Now().AddDate(1, 0, 0),
			Reason: "The court of " + strings.Repeat("somewhere", 8) + " asks for it"})
		h.must(err)
		if i == 0 {
			h.must(h.Moderation.Release(h.t.Context(), social.Keyboard, held.ID, "The court is done with it"))
		}
	}
}
