package doors

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/core/auth"
)

// looks calls a route for those who look after the house. The schema has no
// such routes, but their entities: of the name, one or a list.
func (w *crowd) looks(t *testing.T, entity, route string, parts []any, options ...option) apptest.Answer {
	t.Helper()
	a := w.call(t, w.olga, route, parts, options...)
	var list []json.RawMessage
	if json.Unmarshal(a.Body, &list) != nil {
		list = []json.RawMessage{a.Body}
	}
	if len(list) == 0 {
		t.Errorf("%s: an empty list shows nothing", route)
	}
	for _, one := range list {
		w.entity(t, entity, string(one))
	}
	return a
}

type thing struct {
	ID string `json:"id"`
}

// one is what a route made.
func one(t *testing.T, a apptest.Answer) string {
	t.Helper()
	var x thing
	a.JSON(t, &x)
	return x.ID
}

// blocked is what the house keeps away from, and turns away.
func (w *crowd) blocked(t *testing.T) {
	t.Helper()
	before := w.olga.Token
	w.olga.Token = w.olga.TokenWith(auth.Scopes.String())
	defer func() { w.olga.Token = before }()
	for _, tt := range []struct {
		entity, at   string
		send, change []string
	}{
		{"AdminDomainBlock", "domain_blocks", []string{"domain", "bad.example", "severity", "suspend", "private_comment", "Known.", "public_comment", "Spam."}, []string{"obfuscate", "true"}},
		{"AdminDomainAllow", "domain_allows", []string{"domain", "friend.example"}, nil},
		{"AdminEmailDomainBlock", "email_domain_blocks", []string{"domain", "spam.example", "other_domains[]", "mx.spam.example", "allow_with_approval", "true"}, nil},
		{"AdminIpBlock", "ip_blocks", []string{"ip", "198.51.100.0/24", "severity", "no_access", "comment", "A farm.", "expires_in", "3600"}, []string{"severity", "sign_up_block", "expires_in", ""}},
		{"AdminCanonicalEmailBlock", "canonical_email_blocks", []string{"email", "t.roll+1@example.com"}, nil},
	} {
		route := "/api/v1/admin/" + tt.at
		id := one(t, w.looks(t, tt.entity, "POST "+route, nil, form(tt.send...)))
		w.looks(t, tt.entity, "GET "+route, nil)
		w.looks(t, tt.entity, "GET "+route+"/{id}", []any{id})
		if tt.change != nil {
			w.looks(t, tt.entity, "PUT "+route+"/{id}", []any{id}, form(tt.change...))
		}
		if tt.at == "domain_blocks" {
			again := send(t, w.server, "POST", route, bearer(w.olga.Token), form(tt.send...))
			wantStatus(t, "a second block of a host", again, 422)
			var there struct {
				Block json.RawMessage `json:"existing_domain_block"`
			}
			again.JSON(t, &there)
			w.entity(t, tt.entity, string(there.Block))
			w.call(t, nil, "GET /api/v1/instance/domain_blocks", nil)
		}
		if tt.at == "canonical_email_blocks" {
			w.looks(t, tt.entity, "POST "+route+"/test", nil, form("email", "troll@example.com"))
		}
		if a := send(t, w.server, "DELETE", fmt.Sprintf("%s/%s", route, id), bearer(w.olga.Token)); string(a.Body) != "{}" {
			t.Errorf("DELETE %s: %s", route, a.Body)
		}
	}
}
