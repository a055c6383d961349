package stream

import (
	"context"

	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
)

// announced tells everybody at home what the house tells them, and what others
// make of it.
func (h *Hub) announced(ctx context.Context, fact event.Fact) {
	switch f := fact.(type) {
	case event.Announced:
		if a, err := h.Announcements.Get(ctx, f.Announcement); err == nil { // else it is over already
			h.atHome("announcement", h.Render.Announcement(a))
		}
	case event.AnnouncementReacted:
		if a, err := h.Announcements.Get(ctx, f.Announcement); err == nil {
			h.atHome("announcement.reaction", h.Render.Reaction(a, f.Name))
		}
	case event.AnnouncementEnded:
		h.atHome("announcement.delete", []byte(num[social.AnnouncementID](f.Announcement)))
	}
}

// atHome sends something to all who listen to their home timeline.
func (h *Hub) atHome(event string, payload []byte) {
	for _, c := range h.listening(nil) {
		for _, s := range c.subscriptions() {
			if s.kind == user {
				c.send(s, event, payload)
			}
		}
	}
}
