package lan

import (
	"context"
	"net"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// Dial connects as if from inside of the host: also while it is unplugged.
func (h *Host) Dial(ctx context.Context, network, addr string) (net.Conn, error) {
	runtime.LockOSThread()
	ours, err := unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	defer unix.Close(ours)
	theirs, err := unix.Open("/run/netns/"+h.space, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		runtime.UnlockOSThread()
		return nil, err
	}
	defer unix.Close(theirs)
	if err := unix.Setns(theirs, syscall.CLONE_NEWNET); err != nil {
		runtime.UnlockOSThread()
		return nil, err
	}
	c, err := (&net.Dialer{}).DialContext(ctx, network, addr) // makes its socket on this thread
	if unix.Setns(ours, syscall.CLONE_NEWNET) == nil {
		runtime.UnlockOSThread() // else the thread ends with this goroutine
	}
	return c, err
}
