//go:build testclock

package clock

import (
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// In a program that is built for tests of hosts whose clock jumps, the machine's
// clock is wrong by the seconds in the file that PLAZA_TEST_CLOCK names. (What
// does this to other programs does not reach one that calls no C library.)
func init() {
	var off atomic.Int64
	read := func() {
		text, _ := os.ReadFile(os.Getenv("PLAZA_TEST_CLOCK"))
		if n, err := strconv.Atoi(strings.TrimSpace(string(text))); err == nil {
			off.Store(int64(n))
		}
	}
	read()
	go func() {
		for range time.Tick(100 * time.Millisecond) {
			read()
		}
	}()
	wall = func() time.Time { return time.Now().Round(0).Add(time.Duration(off.Load()) * time.Second) }
}
