package text_test

import (
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/text"
)

// patience is far more than a reading of the texts below takes when each part
// is read once, and far less than when it is read again from every place.
const patience = 2 * time.Second

func TestHostileTextsAreReadOnce(t *testing.T) {
	t.Parallel()
	const size = 64 << 10
	for name, s := range map[string]string{
		"links within words":      strings.Repeat("xhttps://", size/9),
		"links within long links": "https://" + strings.Repeat("/https://a", size/10),
		"brackets after a link":   "https://a" + strings.Repeat(")", size),
		"squares after a link":    "https://a" + strings.Repeat("]", size),
		"signs":                   strings.Repeat("@#", size/2),
		"mentions within words":   strings.Repeat("a@a", size/3),
		"numbers as tags":         strings.Repeat("#1", size/2),
		"a mention that goes on":  "@a@b" + strings.Repeat("-", size),
	} {
		begin := time.Now()
		var all strings.Builder
		for _, p := range text.Parse(s) {
			all.WriteString(p.Text)
		}
		if took := time.Since(begin); took > patience {
			t.Errorf("%s: took %v", name, took)
		}
		if all.String() != s {
			t.Errorf("%s: the pieces are not the text", name)
		}
	}
}

func TestLinksThatAreTooLongArePlain(t *testing.T) {
	t.Parallel()
	long := "https://example.org/" + strings.Repeat("a", text.MaxLink)
	if got := text.Length(long); got != len(long) {
		t.Errorf("a link of %d bytes counts as %d characters", len(long), got)
	}
	if got := text.Length(long[:text.MaxLink]); got != text.LinkLength {
		t.Errorf("a link of %d bytes counts as %d characters, want %d", text.MaxLink, got, text.LinkLength)
	}
}
