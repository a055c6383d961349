package three

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A disk is a file system of its own in a file. Its power can be cut: what was
// not synced is gone, as on a disk; it can be filled up, and be slow.
type disk struct {
	image, at string
	loop      string // the device while it is mounted
	slowed    string // a control group, or empty
}

const diskSize = "4G" // takes only the room that is used

func newDisk(image, at string) (*disk, error) {
	d := &disk{image: image, at: at}
	if err := os.MkdirAll(at, 0o755); err != nil {
		return nil, err
	}
	if err := do("truncate", "-s", diskSize, image); err != nil {
		return nil, err
	}
	// Without delayed initialising, which would go on in the background.
	if err := do("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0,discard", "-m", "0", image); err != nil {
		return nil, err
	}
	return d, d.mount()
}

func (d *disk) mount() error {
	if err := do("mount", "-o", "loop", d.image, d.at); err != nil {
		return err
	}
	out, err := exec.Command("findmnt", "-n", "-o", "SOURCE", d.at).Output()
	d.loop = strings.TrimSpace(string(out))
	return err
}

func (d *disk) unmount() error { return do("umount", d.at) }

// cut cuts the power: ext4 writes nothing any more, not even its log, and every
// call fails. What comes back with mount is what was synced.
func (d *disk) cut() error {
	f, err := os.Open(d.at)
	if err != nil {
		return err
	}
	defer f.Close()
	const shutdown, noLogFlush = 0x8004587d, 2 // EXT4_IOC_SHUTDOWN, EXT4_GOING_FLAGS_NOLOGFLUSH
	how := uint32(noLogFlush)
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, f.Fd(), shutdown, uintptr(unsafe.Pointer(&how))); errno != 0 {
		return fmt.Errorf("shut %s down: %w", d.at, errno)
	}
	return nil
}

// fill leaves no room.
func (d *disk) fill() error {
	f, err := os.Create(filepath.Join(d.at, "filler"))
	if err != nil {
		return err
	}
	defer f.Close()
	for size := int64(1 << 30); size >= 4096; {
		var s unix.Statfs_t
		if err := unix.Fstatfs(int(f.Fd()), &s); err != nil {
			return err
		}
		free := int64(s.Bavail) * s.Bsize
		if free < 4096 {
			return nil
		}
		at, err := f.Seek(0, 2)
		if err != nil {
			return err
		}
		if err := unix.Fallocate(int(f.Fd()), 0, at, min(size, free)); errors.Is(err, unix.ENOSPC) {
			size /= 2
		} else if err != nil {
			return err
		} else if _, err := f.Seek(0, 2); err != nil {
			return err
		}
	}
	return nil
}

func (d *disk) empty() error { return os.Remove(filepath.Join(d.at, "filler")) }

// blkio is where the kernel says how fast a group of processes may write.
const blkio = "/sys/fs/cgroup/blkio"

// slow has processes write no more than so many times a second to the disk; 0
// has them be free again. Whoever they start is slow, too.
func (d *disk) slow(name string, perSecond int, pids []int) error {
	group := filepath.Join(blkio, name)
	if err := os.MkdirAll(group, 0o755); err != nil {
		return err
	}
	var s unix.Stat_t
	if err := unix.Stat(d.loop, &s); err != nil {
		return err
	}
	limit := fmt.Sprintf("%d:%d %d", unix.Major(s.Rdev), unix.Minor(s.Rdev), perSecond)
	if err := os.WriteFile(filepath.Join(group, "blkio.throttle.write_iops_device"), []byte(limit), 0o644); err != nil {
		return err
	}
	if perSecond == 0 {
		return nil
	}
	d.slowed = group
	for _, pid := range pids {
		_ = os.WriteFile(filepath.Join(group, "cgroup.procs"), fmt.Append(nil, pid), 0o644) // it may have ended
	}
	return nil
}

func do(name string, args ...string) error {
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, strings.TrimSpace(string(out)))
	}
	return nil
}
