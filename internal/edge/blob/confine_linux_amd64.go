package blob

import (
	"slices"

	"golang.org/x/sys/unix"
)

// oldCalls are calls that only this kind of machine still has, for those of
// refused that took their place.
func oldCalls(refused []uintptr) []uintptr {
	const x32 = 0x40000000 // the same calls, once more
	out := make([]uintptr, 0, 2*len(refused))
	for _, n := range refused {
		out = append(out, n|x32)
	}
	if slices.Contains(refused, unix.SYS_OPENAT) {
		out = append(out, unix.SYS_OPEN, unix.SYS_CREAT, unix.SYS_FORK, unix.SYS_VFORK, unix.SYS_UNLINK, unix.SYS_RENAME, unix.SYS_RENAMEAT, unix.SYS_LINK,
			unix.SYS_SYMLINK, unix.SYS_MKDIR, unix.SYS_RMDIR, unix.SYS_MKNOD, unix.SYS_CHMOD, unix.SYS_CHOWN)
	}
	return out
}
