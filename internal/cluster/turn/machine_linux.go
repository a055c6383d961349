package turn

import (
	"time"

	"golang.org/x/sys/unix"
)

// machine is time since the machine was started, also while it slept: Go's own
// stands still then, and a host would wake up with a lease that ended long ago.
// A virtual machine that is paused from outside notices nothing all the same.
func machine() time.Duration {
	var at unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &at); err != nil {
		panic(err) // every Linux that Go runs on has it
	}
	return time.Duration(at.Nano())
}
