package social_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/social"
)

func many[T any](n int, one func(i int) T) (out []T) {
	for i := range n {
		out = append(out, one(i))
	}
	return out
}

// Of each list the first so many are taken.
func TestListsFromElsewhereAreCut(t *testing.T) {
	t.Parallel()
	address := func(i int) string { return fmt.Sprintf("https://far.example/%d", i) }
	for _, past := range []int{0, 1} {
		f := social.ForeignPost{
			Mentions: many(social.MaxForeignMentions+past, func(i int) social.Mention { return social.Mention{Account: social.AccountID(i + 1)} }),
			Emojis: many(social.MaxForeignEmojis+past, func(i int) social.ForeignEmoji {
				return social.ForeignEmoji{Shortcode: fmt.Sprint("cat", i), Image: address(i)}
			}),
		}.Trimmed(time.Now(), "far.example")
		w := social.Stranger{Keys: make([]social.PublicKey, social.MaxForeignKeys+past),
			Account: social.Account{Aliases: many(social.MaxForeignAliases+past, address)}}.Trimmed()
		if len(f.Mentions) != social.MaxForeignMentions || len(f.Emojis) != social.MaxForeignEmojis || len(w.Keys) != social.MaxForeignKeys || len(w.Account.Aliases) != social.MaxForeignAliases {
			t.Errorf("%d past the limit: %d mentions, %d emojis, %d keys, %d aliases", past, len(f.Mentions), len(f.Emojis), len(w.Keys), len(w.Account.Aliases))
		}
	}
}

// What cannot be is left out, whatever another server says.
func TestNonsenseFromElsewhere(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	f := social.ForeignPost{At: now, EditedAt: now.Add(-time.Hour), Page: "javascript:x", ReplyTo: "x", Quote: "https://a:b@far.example/",
		Mentions: []social.Mention{{Account: social.Somebody}, {Account: 0}, {Account: 5}, {Account: 5}}, Tags: []string{"", "#", "a\x00", "ok", "OK", "x/y"},
		Media: []social.Media{{Remote: "https://far.example/a", FocusX: math.NaN(), Shape: social.Shape{Seconds: math.Inf(1), Width: 1 << 40, Frames: -1}, Preview: "ours.png", File: "ours.png"}},
	}.Trimmed(now, "far.example")
	if !f.EditedAt.IsZero() || f.Page+f.ReplyTo+f.Quote != "" || len(f.Mentions) != 1 || strings.Join(f.Tags, " ") != "ok" {
		t.Errorf("%+v", f)
	}
	if m := f.Media[0]; m.File+m.Preview != "" || m.FocusX != 0 || m.Shape.Seconds != 0 || m.Shape.Frames != 0 || m.Shape.Width > 1<<20 {
		t.Errorf("attachment %+v", m)
	}
}

func TestAddress(t *testing.T) {
	t.Parallel()
	limit := "https://far.example/" + strings.Repeat("x", social.MaxAddress-len("https://far.example/"))
	for s, want := range map[string]bool{limit: true, limit + "x": false, "http://far.example": true, "https://far.example/ä": true, "": false, "far.example": false, "https:///x": false,
		"ftp://far.example/": false, "https://u@far.example/": false, "https://far.example/a b": false, "https://far.example/\n": false, "https://far.example/\xff": false, "https://far.example/%zz": false} {
		if got := social.Address(s); got != want {
			t.Errorf("%.60q: %v", s, got)
		}
	}
	for _, tt := range []struct {
		a, b string
		want bool
	}{{"https://far.example/a", "https://FAR.example/b", true}, {"https://far.example/a", "http://far.example/a", false}, {"https://far.example/", "https://far.example:444/", false},
		{"https://far.example/", "https://far.example.evil/", false}, {"", "", false}, {"x", "x", false}} {
		if got := social.SameHost(tt.a, tt.b); got != tt.want {
			t.Errorf("%q and %q: %v", tt.a, tt.b, got)
		}
	}
}
