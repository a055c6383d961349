package replica

import (
	"time"

	"github.com/benbjohnson/litestream"
)

// In tests pieces are joined, and those they were joined of removed, within a
// moment.
func init() {
	levels = litestream.CompactionLevels{{Level: 0}, {Level: 1, Interval: 100 * time.Millisecond}, {Level: 2, Interval: 300 * time.Millisecond}}
	keepSingles, tidyEvery = 200*time.Millisecond, 50*time.Millisecond
}
