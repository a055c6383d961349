package doors

import (
	"fmt"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// Who moves says who they are twice, is shown as moved, and may come back.
func TestMoving(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, ben, fan := s.Join("ada", social.Member), s.Join("ben", social.Member), s.Join("fan", social.Member)
		fan.Follow(ada)
		type self struct {
			URI    string
			Moved  *struct{ ID, Acct string }
			Source struct {
				Aliases []string `json:"also_known_as_uris"`
			}
		}
		move := func(to, password string) apptest.Answer {
			return ada.Call("POST", "/api/v1/accounts/move", map[string]any{"moved_to_uri": to, "password": password})
		}
		says := func(what string, a apptest.Answer, status int, sentence string) {
			t.Helper()
			if a.Status != status || !strings.Contains(string(a.Body), sentence) {
				t.Errorf("%s: %d %s, want %d and %q", what, a.Status, a.Body, status, sentence)
			}
		}
		says("a wrong password", move("@ben", "wrong"), 422, "not your password")
		says("without consent", move("@ben", ada.Password), 422, "does not say yet that it is yours")
		says("to nobody", move("@nobody", ada.Password), 404, "no such account")
		says("no list", ben.Call("POST", "/api/v1/accounts/alias", nil), 422, "also_known_as_uris")
		var me, her self
		ada.Must("GET", "/api/v1/accounts/verify_credentials", nil, &her)
		ben.Must("POST", "/api/v1/accounts/alias", map[string]any{"also_known_as_uris": []string{her.URI}}, &me)
		if len(me.Source.Aliases) != 1 || me.Source.Aliases[0] != her.URI {
			t.Errorf("aliases %q", me.Source.Aliases)
		}
		says("with consent", move("@ben", ada.Password), 202, "{}")
		fan.Must("GET", "/api/v1/accounts/"+fmt.Sprint(ada.ID), nil, &her)
		if her.Moved == nil || her.Moved.ID != fmt.Sprint(ben.ID) {
			t.Errorf("she is shown as %+v", her.Moved)
		}
		s.Eventually("the follower to be there", func() bool {
			var rels []struct{ Following bool }
			fan.Must("GET", "/api/v1/accounts/relationships?id[]="+fmt.Sprint(ben.ID)+"&id[]="+fmt.Sprint(ada.ID), nil, &rels)
			return rels[0].Following && !rels[1].Following
		})
		ada.Must("POST", "/api/plaza/v1/accounts/stay", nil, nil)
		her = self{}
		fan.Must("GET", "/api/v1/accounts/"+fmt.Sprint(ada.ID), nil, &her)
		if her.Moved != nil {
			t.Error("she is shown as moved after she came back")
		}
		says("too soon", move("@ben", ada.Password), 422, "once in 30 days")
		ben.Must("POST", "/api/v1/accounts/alias", map[string]any{"also_known_as_uris": []string{}}, &me)
	})
}
