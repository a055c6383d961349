package browser

import (
	"context"

	"github.com/plaza-social/plaza/internal/social"
)

// relays has the house ask two relays, of which one accepts.
func (h house) relays() {
	h.t.Helper()
	ctx, find := h.t.Context(), h.Relays.Find
	defer func() { h.Relays.Find = find }()
	h.Relays.Find = func(_ context.Context, address string) (social.Relay, error) {
		return social.Relay{Kind: social.RelayMastodon, Inbox: address, Host: "relay.invalid"}, nil
	}
	for i, address := range []string{"https://relay.invalid/inbox", "https://relay.invalid/tags/a-very-long-tag-that-somebody-has-thought-of/and/which/does/not/break/inbox"} {
		r, err := h.Relays.Add(ctx, social.Keyboard, address)
		h.must(err)
		if i == 0 {
			h.must(h.Relays.Answer(ctx, "https://relay.invalid/actor", r.ID, true))
		}
	}
}
