package doors

import (
	"encoding/base64"
	"slices"
	"testing"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// newIn are routes that each step of Mastodon's API has brought.
// docs/decisions/0020-api-version.md tells the rest of it.
var newIn = map[int][]string{
	1: {"GET /api/v1/timelines/link", "GET /api/v1/statuses", "GET /api/v1/accounts"},
	2: {"GET /api/v2/notifications", "PATCH /api/v2/notifications/policy", "GET /api/v1/notifications/requests"},
	4: {"DELETE /api/v1/media/{id}"},
	6: {"POST /api/v1/tags/{hashtag}/feature", "POST /api/v1/accounts/{id}/endorse", "GET /api/v1/accounts/{id}/endorsements"},
	7: {"GET /api/v1/statuses/{id}/quotes", "POST /api/v1/statuses/{id}/quotes/{quoting}/revoke", "PUT /api/v1/statuses/{id}/interaction_policy"},
	8: {"GET /api/v1/profile", "PATCH /api/v1/profile"},
	10: {"GET /api/v1/collections/{id}", "POST /api/v1/collections", "POST /api/v1/collections/{id}/items/{item}/revoke", "GET /api/v1/accounts/{id}/collections",
		"GET /api/v1/accounts/{id}/in_collections"},
}

// TestVersion goes through what the number that apps are told promises.
func TestVersion(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada := s.Join("ada", social.Member)
	var house struct {
		Versions map[string]int `json:"api_versions"`
	}
	ada.Must("GET", "/api/v2/instance", nil, &house)
	if house.Versions["mastodon"] != 11 {
		t.Errorf("announced is %v", house.Versions)
	}
	for step, routes := range newIn {
		for _, route := range routes {
			if !slices.ContainsFunc(s.Routes(), func(r app.Route) bool { return r.Method+" "+r.Path == route && r.Off == "" }) {
				t.Errorf("step %d: there is no %s", step, route)
			}
		}
	}
	picture := base64.StdEncoding.EncodeToString(pngOf(t, 40, 40))
	for _, path := range []string{"/api/v1/profile", "/api/v1/accounts/update_credentials"} { // steps 9 and 11
		ada.Must("PATCH", path, map[string]string{"avatar": "data:image/png;base64," + picture, "avatar_description": "Me, on " + path}, nil)
		var me struct {
			Alt string `json:"avatar_description"`
		}
		for _, from := range []string{"/api/v1/profile", "/api/v1/accounts/verify_credentials"} {
			if ada.Must("GET", from, nil, &me); me.Alt != "Me, on "+path {
				t.Errorf("%s after %s: the avatar is described as %q", from, path, me.Alt)
			}
		}
	}
	var role struct {
		Role struct {
			Collections int `json:"collection_limit"`
		}
	}
	if ada.Must("GET", "/api/v1/accounts/verify_credentials", nil, &role); role.Role.Collections != social.MaxCollections {
		t.Errorf("the role allows %d collections", role.Role.Collections)
	}
}
