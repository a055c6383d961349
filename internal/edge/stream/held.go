package stream

import (
	"context"

	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
)

// held takes a reply that stood beneath a post from those who may have been given
// it, but not from those who still see it. One that never stood there nobody has.
func (h *Hub) held(ctx context.Context, f event.ReplyHeld) {
	if f.New || f.Was != social.HeldNot || f.State == social.HeldNot {
		return
	}
	gone := f.Bare()
	gone.Held = social.HeldNot
	h.gone(ctx, gone, func(r *view.Reader) bool { return r.ID == f.Author || r.Keeps(f.Owner) })
}
