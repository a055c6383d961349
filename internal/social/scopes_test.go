package social

import (
	"strconv"
	"strings"
	"testing"
)

func TestParseScopesIsBounded(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 200_000 {
		b.WriteString(strconv.Itoa(i) + " ")
	}
	if got := ParseScopes(b.String()); len(got) != maxScopes {
		t.Errorf("%d scopes were read, want %d", len(got), maxScopes)
	}
	if got := ParseScopes("read read,write+read"); got.String() != "read write" {
		t.Errorf("got %q", got)
	}
}
