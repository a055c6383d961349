package blob

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"unsafe"

	"golang.org/x/sys/unix"
)

// lock gives up, for good, what a maker will not need: memory and time beyond
// some bounds, opening files, starting programs, and the network. Where the
// kernel does not know how, the bounds hold; Confinement says so to the doctor.
func (c cell) lock() error {
	const allThreads = 1
	if err := c.bound(); err != nil {
		return err
	}
	if err := seccomp(slices.Concat(calls, opens), allThreads); err != nil && !errors.Is(err, errNotHere) {
		return fmt.Errorf("seccomp: %w", err)
	}
	return nil
}

// lock does the same to a tool, which must open its libraries and files: it is
// left those that are named.
func (t tool) lock() error {
	runtime.LockOSThread() // what follows is of this thread, which is about to run something else
	if err := t.bound(); err != nil {
		return err
	}
	if err := t.landlock(); err != nil && !errors.Is(err, errNotHere) {
		return fmt.Errorf("landlock: %w", err)
	}
	if err := seccomp(calls, 0); err != nil && !errors.Is(err, errNotHere) {
		return fmt.Errorf("seccomp: %w", err)
	}
	return nil
}

func (c cell) bound() error {
	for what, limit := range map[int]uint64{
		unix.RLIMIT_DATA: c.Memory, unix.RLIMIT_CPU: c.Seconds, unix.RLIMIT_FSIZE: c.Bytes, unix.RLIMIT_NOFILE: c.Files, unix.RLIMIT_CORE: 0,
	} {
		if err := unix.Setrlimit(what, &unix.Rlimit{Cur: limit, Max: limit}); err != nil {
			return fmt.Errorf("limit %d: %w", what, err)
		}
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("no new privileges: %w", err)
	}
	return nil
}

var errNotHere = errors.New("this kernel does not have it")

func notHere(err unix.Errno) error {
	if err == unix.ENOSYS || err == unix.EOPNOTSUPP || err == unix.EINVAL {
		return errNotHere
	}
	return err
}

// landlockABI is what the kernel knows of Landlock; zero if nothing.
func landlockABI() int {
	n, _, err := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if err != 0 {
		return 0
	}
	return int(n)
}

// The rights to files.
const (
	mayRead  = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_READ_DIR | unix.LANDLOCK_ACCESS_FS_EXECUTE
	mayWrite = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_TRUNCATE
	ofFiles  = mayWrite | unix.LANDLOCK_ACCESS_FS_EXECUTE // the rights that a file can have, not being a folder
)

// landlock leaves the files that are named. https://docs.kernel.org/userspace-api/landlock.html
func (t tool) landlock() error {
	abi := landlockABI()
	if abi < 1 {
		return errNotHere
	}
	all := uint64(1<<13 - 1)
	if abi >= 2 {
		all |= unix.LANDLOCK_ACCESS_FS_REFER
	}
	if abi >= 3 {
		all |= unix.LANDLOCK_ACCESS_FS_TRUNCATE
	}
	attr := unix.LandlockRulesetAttr{Handled_access_fs: all}
	size := unsafe.Sizeof(attr.Handled_access_fs)
	if abi >= 4 {
		attr.Handled_access_net = unix.LANDLOCK_ACCESS_NET_BIND_TCP | unix.LANDLOCK_ACCESS_NET_CONNECT_TCP
		size += unsafe.Sizeof(attr.Handled_access_net)
	}
	rules, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&attr)), size, 0)
	if errno != 0 {
		return notHere(errno)
	}
	defer unix.Close(int(rules))
	for _, p := range t.Read {
		if err := allow(int(rules), p, mayRead&all); err != nil {
			return err
		}
	}
	for _, p := range t.Write {
		if err := allow(int(rules), p, mayWrite&all); err != nil {
			return err
		}
	}
	if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, rules, 0, 0); errno != 0 {
		return errno
	}
	return nil
}

// allow adds a rule for a file or a folder. One that is not there needs none.
func allow(rules int, path string, rights uint64) error {
	fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if st.Mode&unix.S_IFMT != unix.S_IFDIR {
		rights &= ofFiles
	}
	attr := unix.LandlockPathBeneathAttr{Allowed_access: rights, Parent_fd: int32(fd)}
	if _, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(rules), unix.LANDLOCK_RULE_PATH_BENEATH, uintptr(unsafe.Pointer(&attr)), 0, 0, 0); errno != 0 {
		return fmt.Errorf("%s: %w", path, errno)
	}
	return nil
}

// calls are the system calls that nothing which decodes has a use for.
var calls = []uintptr{
	unix.SYS_SOCKET, unix.SYS_SOCKETPAIR, unix.SYS_CONNECT, unix.SYS_BIND, unix.SYS_LISTEN, unix.SYS_ACCEPT, unix.SYS_ACCEPT4, unix.SYS_SENDTO, unix.SYS_SENDMSG,
	unix.SYS_PTRACE, unix.SYS_PROCESS_VM_READV, unix.SYS_PROCESS_VM_WRITEV, unix.SYS_PIDFD_OPEN, unix.SYS_PIDFD_GETFD, unix.SYS_PIDFD_SEND_SIGNAL,
	unix.SYS_MOUNT, unix.SYS_UMOUNT2, unix.SYS_UNSHARE, unix.SYS_SETNS, unix.SYS_CHROOT, unix.SYS_PIVOT_ROOT, unix.SYS_BPF, unix.SYS_PERF_EVENT_OPEN,
	unix.SYS_IO_URING_SETUP, unix.SYS_KEYCTL, unix.SYS_ADD_KEY, unix.SYS_REQUEST_KEY, unix.SYS_USERFAULTFD, unix.SYS_INIT_MODULE, unix.SYS_FINIT_MODULE,
	unix.SYS_KEXEC_LOAD, unix.SYS_REBOOT, unix.SYS_SWAPON, unix.SYS_SETHOSTNAME, unix.SYS_OPEN_BY_HANDLE_AT, unix.SYS_SHMGET, unix.SYS_MSGGET, unix.SYS_SEMGET,
}

// opens are those that a maker has no more use for once it runs.
var opens = []uintptr{
	unix.SYS_OPENAT, unix.SYS_OPENAT2, unix.SYS_EXECVE, unix.SYS_EXECVEAT, unix.SYS_UNLINKAT, unix.SYS_RENAMEAT2, unix.SYS_LINKAT, unix.SYS_SYMLINKAT,
	unix.SYS_MKDIRAT, unix.SYS_MKNODAT, unix.SYS_FCHMODAT, unix.SYS_FCHOWNAT, unix.SYS_KILL, unix.SYS_MEMFD_CREATE, unix.SYS_TRUNCATE, unix.SYS_PRLIMIT64,
}

// seccomp has the kernel refuse calls. https://docs.kernel.org/userspace-api/seccomp_filter.html
func seccomp(refused []uintptr, flags uintptr) error {
	const offsetNumber, offsetArch = 0, 4
	load := func(at uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: at}
	}
	if ours, ok := map[string]uint32{"amd64": unix.AUDIT_ARCH_X86_64, "arm64": unix.AUDIT_ARCH_AARCH64}[runtime.GOARCH]; ok {
		program := []unix.SockFilter{
			load(offsetArch), {Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: ours, Jt: 1},
			{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_KILL_PROCESS},
			load(offsetNumber),
		}
		for _, n := range slices.Concat(refused, oldCalls(refused)) {
			program = append(program, unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: uint32(n), Jf: 1},
				unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)})
		}
		program = append(program, unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW})
		f := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
		_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, flags, uintptr(unsafe.Pointer(&f)))
		runtime.KeepAlive(program)
		if errno != 0 {
			return notHere(errno)
		}
		return nil
	}
	return errNotHere
}

// Confinement says what shuts makers in on this machine, and what is missing.
func Confinement() (has, missing []string) {
	has = []string{"limits of memory and time"}
	if landlockABI() > 0 {
		has = append(has, "Landlock")
	} else {
		missing = append(missing, "Landlock")
	}
	var action uint32 = unix.SECCOMP_RET_ERRNO
	const actionAvail = 2
	if _, _, errno := unix.Syscall(unix.SYS_SECCOMP, actionAvail, 0, uintptr(unsafe.Pointer(&action))); errno == 0 && (runtime.GOARCH == "amd64" || runtime.GOARCH == "arm64") {
		has = append(has, "seccomp")
	} else {
		missing = append(missing, "seccomp")
	}
	return has, missing
}
