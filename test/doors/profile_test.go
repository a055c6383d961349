package doors

import (
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// TestProfile changes a profile as apps of Mastodon 4.6 do, and with what it
// does not take.
func TestProfile(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada := s.Join("ada", social.Member)
		var p struct {
			DisplayName string   `json:"display_name"`
			Credits     []string `json:"attribution_domains"`
			ShowMedia   bool     `json:"show_media"`
			Featured    bool     `json:"show_featured"`
			Avatar      *string  `json:"avatar"`
		}
		for _, method := range []string{"PATCH", "PUT"} {
			ada.Must(method, "/api/v1/profile", map[string]any{"display_name": "Ada " + method, "show_media": false,
				"attribution_domains": []string{"https://News.Example.org", "blog.example.com"}}, &p)
			if p.DisplayName != "Ada "+method || p.ShowMedia || !p.Featured || p.Avatar != nil || len(p.Credits) != 2 || p.Credits[0] != "news.example.org" {
				t.Errorf("%s: got %+v", method, p)
			}
		}
		for _, wrong := range []string{"localhost", "http://", "-.example.org"} {
			if a := ada.Call("PATCH", "/api/v1/profile", map[string]any{"attribution_domains": []string{wrong}}); a.Status != 422 {
				t.Errorf("credit by %q: got %d, want 422", wrong, a.Status)
			}
		}
		var many []string
		for i := range social.MaxCredits + 1 {
			many = append(many, string(rune(97+i))+".example.org")
		}
		if a := ada.Call("PATCH", "/api/v1/profile", map[string]any{"attribution_domains": many}); a.Status != 422 {
			t.Errorf("%d sites: got %d, want 422", social.MaxCredits+1, a.Status)
		}

		ada.Must("PATCH", "/api/v1/profile", map[string]any{"attribution_domains": many[:social.MaxCredits]}, nil)
		ada.Must("PATCH", "/api/v1/profile", map[string]any{"attribution_domains": []string{""}}, &p)
		if len(p.Credits) != 0 {
			t.Errorf("after sending none, %v may credit", p.Credits)
		}
	})
}
