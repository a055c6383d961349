package social

import (
	"strings"
	"testing"
)

func TestIsEmoji(t *testing.T) {
	for _, s := range []string{"👍", "👍🏽", "❤️", "❤", "🎉", "👩‍👩‍👧‍👦", "👩🏽‍🚀", "🇩🇪", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "1️⃣", "#⃣", "🏳️‍🌈", "☂️", "🫠", "©️", "🏽"} {
		if !IsEmoji(s) {
			t.Errorf("%q is not taken for an emoji", s)
		}
	}
	for _, s := range []string{"", "a", "1", "#", "👍👍", "👍 ", " 👍", "🇩", "ö", "blobcat", ":blobcat:", "\u200d", "\uFE0F", "👍\u200d", "é", "👍\u0301", "1\uFE0F", "<", "\x00",
		"\u20e3", strings.Repeat("👩\u200d", 9) + "👩"} {
		if IsEmoji(s) {
			t.Errorf("%q is taken for an emoji", s)
		}
	}
}
