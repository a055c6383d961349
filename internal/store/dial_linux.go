package store

import (
	"time"

	"golang.org/x/sys/unix"
)

// giveUpAfter has what was sent be acknowledged by the other host within d, or
// the connection be lost.
func giveUpAfter(fd uintptr, d time.Duration) error {
	return unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(d.Milliseconds()))
}
