package app_test

import (
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

func TestServe(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, ben := s.Join("ada", social.Owner), s.Join("ben", social.Member)
		ben.Follow(ada)
		said := ada.Post("Hello @ben", "public")
		var home []apptest.Status
		ben.Must("GET", "/api/v1/timelines/home", nil, &home)
		if len(home) != 1 || home[0].ID != said.ID {
			t.Errorf("home = %+v, want %s", home, said.ID)
		}
		var notices []struct{ Type string }
		s.Eventually("a notice", func() bool {
			ben.Must("GET", "/api/v1/notifications", nil, &notices)
			return len(notices) > 0
		})
		if notices[0].Type != "mention" {
			t.Errorf("notice = %q, want mention", notices[0].Type)
		}
		if a := s.Call("GET", "/@ada", "", nil); a.Status != 200 || !strings.Contains(string(a.Body), "Hello") {
			t.Errorf("page: %d", a.Status)
		}
	})
}
