package social

import (
	"strings"
	"testing"
)

func TestReactionName(t *testing.T) {
	for in, want := range map[string]string{
		"🎉": "🎉", "❤": "❤️", "❤️": "❤️", "🔥️": "🔥", "👍🏽": "👍🏽", "👩‍👩‍👧": "👩‍👩‍👧", "1️⃣": "1️⃣", "🇩🇪": "🇩🇪",
		":cat:": "cat", "cat": "cat", "cat@far.example": "cat@far.example", ":Cat@FAR.example:": "Cat@far.example",
		"": "", "🎉🎉": "", "a b": "", "cat@": "", "@far.example": "", "cat@" + strings.Repeat("x", MaxHost+1): "", strings.Repeat("c", MaxShortcode): strings.Repeat("c", MaxShortcode),
		strings.Repeat("c", MaxShortcode+1): "", "<b>": "", "cat:dog": "", "naïve": "",
	} {
		if got := ReactionName(in); got != want {
			t.Errorf("%q is kept as %q, want %q", in, got, want)
		}
		if again := ReactionName(want); again != want {
			t.Errorf("%q, which is kept, would be kept as %q", want, again)
		}
	}
}

func TestPictured(t *testing.T) {
	for name, want := range map[string][3]any{"🎉": {"", "", false}, "cat": {"cat", "", true}, "cat@far.example": {"cat", "far.example", true}} {
		if code, host, ok := Pictured(name); code != want[0] || host != want[1] || ok != want[2] {
			t.Errorf("%q is %q of %q, %v; want %v", name, code, host, ok, want)
		}
	}
}

func TestScore(t *testing.T) {
	for votes, want := range map[[2]int]int{{3, 1}: 2, {1, 3}: 0, {0, 0}: 0} {
		if got := Score(votes[0], votes[1]); got != want {
			t.Errorf("%v make %d, want %d", votes, got, want)
		}
	}
}
