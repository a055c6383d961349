//go:build !linux

package turn

import "time"

var started = time.Now()

// machine is time since we were started. It may stand still while the machine
// sleeps.
func machine() time.Duration { return time.Since(started) }
