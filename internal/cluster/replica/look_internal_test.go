package replica

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/superfly/ltx"
)

// What has come is known without a look at all that there is, unless some of it
// was joined meanwhile.
func TestSince(t *testing.T) {
	t.Parallel()
	c := &capture{dir: t.TempDir()}
	for at := ltx.TXID(1); at <= 5; at++ {
		path := c.path(piece{0, at, at})
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c.upTo.Store(4) // the fifth is being written
	if got, ok := c.since(2); !ok || !slices.Equal(got, []piece{{0, 3, 3}, {0, 4, 4}}) {
		t.Errorf("since 2: %v, %v", got, ok)
	}
	if got, ok := c.since(4); !ok || len(got) != 0 {
		t.Errorf("since 4: %v, %v", got, ok)
	}
	if err := os.Remove(c.path(piece{0, 3, 3})); err != nil {
		t.Fatal(err)
	}
	if got, ok := c.since(2); ok {
		t.Errorf("one was joined, and not missed: %v", got)
	}
}
