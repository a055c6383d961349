package doors

import (
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// told are notices in groups, and what ends them.
func (w *crowd) told(t *testing.T) {
	t.Helper()
	post := w.ada.Post("For everybody to like", "public")
	for _, p := range []*apptest.Person{w.ben, w.cleo, w.olga} {
		p.Must("POST", "/api/v1/statuses/"+post.ID+"/favourite", nil, nil)
	}
	type group struct {
		Key    string `json:"group_key"`
		Count  int    `json:"notifications_count"`
		Status string `json:"status_id"`
	}
	var liked group
	w.server.Eventually("three likes in a group", func() bool {
		var all struct {
			Groups []group `json:"notification_groups"`
		}
		w.ada.Must("GET", "/api/v2/notifications", nil, &all)
		for _, g := range all.Groups {
			if g.Status == post.ID && g.Count == 3 {
				liked = g
			}
		}
		return liked.Key != ""
	})
	w.call(t, w.ada, "GET /api/v2/notifications?grouped_types[]=follow&supported_types[]=mention", nil)
	w.call(t, w.ada, "GET /api/v2/notifications?expand_accounts=partial_avatars", nil)
	w.call(t, w.ada, "GET /api/v1/notifications?supported_types[]=mention", nil)
	w.call(t, w.ada, "GET /api/v2/notifications/unread_count", nil)
	w.call(t, w.ada, "GET /api/v2/notifications/{group_key}", []any{liked.Key})
	w.call(t, w.ada, "GET /api/v2/notifications/{group_key}/accounts", []any{liked.Key})
	w.call(t, w.ada, "POST /api/v2/notifications/{group_key}/dismiss", []any{liked.Key})
	w.call(t, w.cleo, "POST /api/v2/notifications/clear", nil)
	w.asked(t)
	w.talks(t)
}

// talks are messages.
func (w *crowd) talks(t *testing.T) {
	t.Helper()
	said := w.ben.Post("@ada A word", "direct")
	var talks []struct {
		ID     string
		Unread bool
	}
	w.server.Eventually("a conversation", func() bool {
		w.ada.Must("GET", "/api/v1/conversations", nil, &talks)
		return len(talks) > 0 && talks[0].ID == said.ID && talks[0].Unread
	})
	w.call(t, w.ada, "GET /api/v1/conversations?limit=1", nil)
	w.call(t, w.ada, "POST /api/v1/conversations/{id}/read", []any{said.ID})
	w.call(t, w.ada, "GET /api/v1/timelines/direct", nil)
	w.call(t, w.ada, "DELETE /api/v1/conversations/{id}", []any{said.ID})
	w.requests(t)
	w.call(t, w.ada, "GET /api/v1/search?q=bread&type=hashtags", nil)
}

// requests are messages of somebody whom nobody knows: one is refused and accepted all
// the same, and left.
func (w *crowd) requests(t *testing.T) {
	t.Helper()
	nora := w.server.Join("nora", social.Member)
	said := nora.Post("@ada May I ask you something?", "direct")
	var talks []struct{ ID string }
	w.server.Eventually("a request", func() bool {
		w.ada.Must("GET", "/api/plaza/v1/conversations/requests", nil, &talks)
		return len(talks) == 1 && talks[0].ID == said.ID
	})
	w.call(t, w.ada, "GET /api/plaza/v1/conversations/requests?limit=1", nil)
	for _, do := range []string{"refuse", "accept", "leave"} {
		w.call(t, w.ada, "POST /api/plaza/v1/conversations/{id}/"+do, []any{said.ID})
	}
}

// asked is what a policy keeps apart, and what becomes of it.
func (w *crowd) asked(t *testing.T) {
	t.Helper()
	w.call(t, w.cleo, "PATCH /api/v2/notifications/policy", nil, form("for_not_following", "filter", "for_bots", "accept"))
	w.call(t, w.cleo, "GET /api/v2/notifications/policy", nil)
	w.ben.Post("@cleo May I?", "public")
	var rs []struct{ ID string }
	w.server.Eventually("a request", func() bool {
		w.cleo.Must("GET", "/api/v1/notifications/requests", nil, &rs)
		return len(rs) == 1
	})
	w.call(t, w.cleo, "GET /api/v1/notifications/requests", nil)
	w.call(t, w.cleo, "GET /api/v1/notifications/requests/{id}", []any{rs[0].ID})
	w.call(t, w.cleo, "POST /api/v1/notifications/requests/{id}/dismiss", []any{rs[0].ID})
	w.ben.Post("@cleo Please?", "public")
	w.server.Eventually("another", func() bool {
		w.cleo.Must("GET", "/api/v1/notifications/requests", nil, &rs)
		return len(rs) == 1
	})
	w.call(t, w.cleo, "POST /api/v1/notifications/requests/dismiss", nil, form("id[]", "1"))
	w.call(t, w.cleo, "POST /api/v1/notifications/requests/{id}/accept", []any{rs[0].ID})
	w.call(t, w.cleo, "POST /api/v1/notifications/requests/accept", nil, form("id[]", rs[0].ID))
	w.call(t, w.cleo, "GET /api/v1/notifications/requests/merged", nil)
}
