package web

import (
	"strings"
	"testing"
)

// What the scripts of all pages may weigh together, and the styles, as they are
// sent: zipped. The first page as a whole is weighed in test/browser.
const (
	mostScript = 40_000
	mostStyle  = 25_000
)

func TestAssetsAreLight(t *testing.T) {
	t.Parallel()
	script, style := 0, 0
	for name, a := range assets {
		switch {
		case strings.HasSuffix(name, ".js"):
			script += len(a.gzip)
		case strings.HasSuffix(name, ".css"):
			style += len(a.gzip)
		}
	}
	if t.Logf("%d bytes of script, %d of style", script, style); script > mostScript || style > mostStyle {
		t.Errorf("there are %d bytes of script and %d of style, want at most %d and %d", script, style, mostScript, mostStyle)
	}
}
