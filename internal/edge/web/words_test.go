package web

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/plaza-social/plaza/internal/social"
)

func TestWords(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	f := &frame{Now: now}
	for since, want := range map[time.Duration]string{-time.Second: "now", 59 * time.Second: "now", time.Minute: "1m", 119 * time.Minute: "1h", 25 * time.Hour: "1d",
		8 * 24 * time.Hour: "22 Feb", 90 * 24 * time.Hour: "2 Dec 2025"} {
		if got := f.ago(now.Add(-since)); got != want {
			t.Errorf("ago(%v) = %q, want %q", since, got, want)
		}
	}
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1k", 1250: "1.2k", 9999: "9.9k", 12_345: "12k", 1_000_000: "1M", 2_560_000: "2.5M"} {
		if got := count(n); got != want {
			t.Errorf("count(%d) = %q, want %q", n, got, want)
		}
	}
	for agent, want := range map[string]string{
		"Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0":                                                           "Firefox on Linux",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile Safari/604.1": "Safari on iPhone",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0":    "Edge on Windows",
		"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36":                  "Chrome on Android",
		"": "A browser",
	} {
		if got := f.browserOf(agent); got != want {
			t.Errorf("browserOf(%q) = %q, want %q", agent, got, want)
		}
	}
	for name, want := range map[string]string{"ada": "A", "_x": "X", " été": "É", "_": "·"} {

		if got := initial(social.Account{DisplayName: name}); got != want {
			t.Errorf("initial(%q) = %q, want %q", name, got, want)
		}
	}
}

// A rule that stays keeps its id, wherever it moves.
func TestRules(t *testing.T) {
	t.Parallel()
	before := []social.Rule{{ID: "1", Text: "Be kind.", Hint: "Always."}, {ID: "2", Text: "No ads."}}
	if got := rulesOf(rulesText(before), before); !cmp.Equal(got, before) {
		t.Error("read back:", cmp.Diff(before, got))
	}
	want := []social.Rule{{ID: "2", Text: "No ads."}, {Text: "Be brief."}, {ID: "1", Text: "Be kind.", Hint: "Or silent."}}
	if got := rulesOf("No ads.\nBe brief.\r\nBe kind. | Or silent.", before); !cmp.Equal(got, want) {
		t.Error(cmp.Diff(want, got))
	}
}

func TestAllowForm(t *testing.T) {
	t.Parallel()
	for redirect, want := range map[string]string{
		"https://app.example:8443/done?x": "form-action 'self' https://app.example:8443; x", "tusky://done": "form-action 'self' tusky:; x",
		"urn:ietf:wg:oauth:2.0:oob": "form-action 'self' urn:; x", "": "form-action 'self'; x", "/local": "form-action 'self'; x", "https://a;b/": "form-action 'self'; x",
	} {
		w := httptest.NewRecorder()
		w.Header().Set("Content-Security-Policy", "form-action 'self'; x")
		allowForm(w, redirect)
		if got := w.Header().Get("Content-Security-Policy"); got != want {
			t.Errorf("%q: %q, want %q", redirect, got, want)
		}
	}
}

// What is said on pages of what is kept is what letters say.
func TestHeldWords(t *testing.T) {
	t.Parallel()
	for _, until := range []time.Time{{}, time.Date(2026, 11, 3, 23, 0, 0, 0, time.UTC)} {
		if got, want := (&frame{}).heldWords(until), social.HeldWords(until); got != want {
			t.Errorf("until %v: %q, want %q", until, got, want)
		}
	}
}
