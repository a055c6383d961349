package view_test

import (
	"fmt"
	"testing"

	"github.com/plaza-social/plaza/internal/social"
)

// What stands under a post changes before every reader at once, and says of
// each what is theirs.
func TestReactions(t *testing.T) {
	each(t, func(h *house) {
		p := h.say(ada, social.Draft{Text: "hello", Visibility: social.Public})
		shows := func(by social.AccountID) string {
			h.Helper()
			s, err := h.view.Post(h.ctx, as(by), p)
			if err != nil {
				h.Fatal(err)
			}
			out := ""
			for _, x := range s.Reactions() {
				out += fmt.Sprint(x.Name, x.Count, x.Mine, " ")
			}
			return out
		}
		if got := shows(ben); got != "" {
			h.Errorf("under a new post there is %q", got)
		}
		for _, who := range []social.AccountID{ben, cleo} {
			if _, err := h.posts.React(h.ctx, as(who), p, "🎉"); err != nil {
				h.Fatal(err)
			}
		}
		for who, want := range map[social.AccountID]string{ben: "🎉2 true ", ada: "🎉2 false ", 0: "🎉2 false "} {
			if got := shows(who); got != want {
				h.Errorf("%d is shown %q, want %q", who, got, want)
			}
		}
		if _, err := h.posts.Unreact(h.ctx, as(ben), p, "🎉"); err != nil {
			h.Fatal(err)
		}
		if got := shows(ben); got != "🎉1 false " {
			h.Errorf("taken away, ben is shown %q", got)
		}
		kinds, people, err := h.view.Reactors(h.ctx, as(ben), p, "")
		if err != nil || len(kinds) != 1 || len(people["🎉"]) != 1 || people["🎉"][0].ID != cleo {
			h.Errorf("who reacted: %v, %v, %v", kinds, people, err)
		}
	})
}
