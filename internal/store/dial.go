package store

import (
	"net"
	"strings"
	"syscall"
	"time"
)

// silence is after how long without a sign a connection to PostgreSQL is given
// up: the system's own answer to a host that is gone is a quarter of an hour.
const silence = 10 * time.Second

var dialer = net.Dialer{
	KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: silence / 2, Interval: silence / 5, Count: 3},
	Control: func(network, _ string, c syscall.RawConn) (err error) {
		if !strings.HasPrefix(network, "tcp") {
			return nil
		}
		if broken := c.Control(func(fd uintptr) { err = giveUpAfter(fd, silence) }); broken != nil {
			return broken
		}
		return err
	},
}
