// Package lan makes hosts inside of one machine: each is a network namespace
// with an address of its own on one bridge, where programs are started, cut off
// and killed. What they share is the machine's files and clock, and nothing is
// known here of what they run. It needs root, ip and iptables (Linux).
package lan

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// LAN is a bridge and the hosts on it. The process that made it has the first
// address of its network, and reaches every host.
type LAN struct {
	net   string // the first three numbers of every address, and a dot
	name  string // of the bridge; the hosts' names begin with it
	hosts []*Host
}

// mostNets is how many LANs are tried before one is found that is free.
const mostNets = 50

// Why says why there can be no LAN here; empty if there can.
func Why() string {
	if os.Geteuid() != 0 {
		return "hosts are network namespaces, and making them needs root"
	}
	for _, tool := range []string{"ip", "iptables", "setpriv"} {
		if _, err := exec.LookPath(tool); err != nil {
			return tool + " is not installed"
		}
	}
	if err := ip("netns", "add", "plz-try"); err != nil {
		return "network namespaces cannot be made here: " + err.Error()
	}
	ip("netns", "del", "plz-try")
	return ""
}

// New makes a LAN without hosts, after it has removed those of processes that
// are gone.
func New() (*LAN, error) {
	removeStale()
	var last error
	for n := range mostNets {
		l := &LAN{net: fmt.Sprintf("10.77.%d.", n), name: fmt.Sprintf("plz%dx%d", os.Getpid(), n)}
		if routed(l.net) {
			continue
		}
		if last = l.bridge(); last == nil {
			return l, nil
		}
		ip("link", "del", l.name)
	}
	return nil, errors.Join(errors.New("no network is free"), last)
}

func (l *LAN) bridge() error {
	return first(
		func() error { return ip("link", "add", l.name, "type", "bridge") },
		func() error { return ip("addr", "add", l.net+"1/24", "dev", l.name) },
		func() error { return ip("link", "set", l.name, "up") },
	)
}

func routed(net string) bool {
	out, err := exec.Command("ip", "-4", "-o", "addr").Output()
	return err != nil || strings.Contains(string(out), " "+net)
}

// Addr is the address of this process on the LAN.
func (l *LAN) Addr() string { return l.net + "1" }

// Host adds a host.
func (l *LAN) Host(name string) (*Host, error) {
	n := len(l.hosts) + 1
	h := &Host{lan: l, Name: name, Addr: l.net + strconv.Itoa(10+n), space: fmt.Sprintf("%sh%d", l.name, n), port: fmt.Sprintf("%sp%d", l.name, n)}
	if len(h.port) > 15 { // the kernel's limit
		return nil, fmt.Errorf("too many hosts: %s", h.port)
	}
	l.hosts = append(l.hosts, h)
	return h, first(
		func() error { return ip("netns", "add", h.space) },
		func() error {
			return ip("link", "add", h.port, "type", "veth", "peer", "name", "eth0", "netns", h.space)
		},
		func() error { return ip("link", "set", h.port, "master", l.name, "up") },
		func() error { return ip("-n", h.space, "addr", "add", h.Addr+"/24", "dev", "eth0") },
		func() error { return ip("-n", h.space, "link", "set", "eth0", "up") },
		func() error { return ip("-n", h.space, "link", "set", "lo", "up") },
		func() error { return ip("-n", h.space, "route", "add", "default", "via", l.Addr()) },
	)
}

// Cut has no packet pass between two hosts any more; they still reach others.
// Neither is told.
func (l *LAN) Cut(a, b *Host) error { return l.between("-A", a, b) }

// Mend undoes Cut.
func (l *LAN) Mend(a, b *Host) error { return l.between("-D", a, b) }

func (l *LAN) between(what string, a, b *Host) error {
	return first(
		func() error { return a.Run("iptables", "-w", what, "INPUT", "-s", b.Addr, "-j", "DROP") },
		func() error { return b.Run("iptables", "-w", what, "INPUT", "-s", a.Addr, "-j", "DROP") },
	)
}

// Remove kills and removes all hosts, and the bridge.
func (l *LAN) Remove() error {
	var all []error
	for _, h := range slices.Clone(l.hosts) {
		all = append(all, h.Remove())
	}
	return errors.Join(append(all, ip("link", "del", l.name))...)
}

var made = regexp.MustCompile(`\bplz(\d+)x\d+(h\d+)?\b`)

// removeStale removes what processes left that are gone.
func removeStale() {
	gone := func(name string) bool {
		m := made.FindStringSubmatch(name)
		pid, _ := strconv.Atoi(m[1])
		return syscall.Kill(pid, 0) == syscall.ESRCH
	}
	out, _ := exec.Command("ip", "netns", "list").Output()
	for _, space := range made.FindAllString(string(out), -1) {
		if gone(space) {
			(&Host{space: space}).Kill()
			ip("netns", "del", space)
		}
	}
	out, _ = exec.Command("ip", "-o", "link", "show", "type", "bridge").Output()
	for _, name := range made.FindAllString(string(out), -1) {
		if gone(name) {
			ip("link", "del", name)
		}
	}
}

func ip(args ...string) error { return run("ip", args...) }

func run(name string, args ...string) error {
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, strings.TrimSpace(string(out)))
	}
	return nil
}

func first(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// A Host is a namespace with an address of its own.
type Host struct {
	Name, Addr  string
	lan         *LAN
	space, port string
	off         sync.Mutex // while it is held, nothing is started
	started     sync.WaitGroup
}

// In has cmd run in the host, by a user of the machine; by root if as is empty.
// To be called before cmd is started, by whoever has its output or result;
// others take Start.
func (h *Host) In(as string, cmd *exec.Cmd) *exec.Cmd {
	wrap := []string{"ip", "netns", "exec", h.space}
	if as != "" {
		wrap = append(wrap, "setpriv", "--reuid="+as, "--regid="+as, "--init-groups")
	}
	path, err := exec.LookPath("ip")
	if err != nil {
		cmd.Err = err
	}
	cmd.Args = append(append(wrap, cmd.Path), cmd.Args[1:]...)
	cmd.Path = path
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

// Start starts cmd in the host and returns; its end comes through the channel,
// at the latest with Kill.
func (h *Host) Start(as string, cmd *exec.Cmd) (<-chan error, error) {
	h.off.Lock()
	defer h.off.Unlock()
	if err := h.In(as, cmd).Start(); err != nil {
		return nil, err
	}
	ended := make(chan error, 1)
	h.started.Go(func() { ended <- cmd.Wait() })
	return ended, nil
}

// Run runs a program in the host, by root, to its end.
func (h *Host) Run(name string, args ...string) error {
	return run("ip", append([]string{"netns", "exec", h.space, name}, args...)...)
}

// Unplug pulls the cable. Programs there go on, and are not told.
func (h *Host) Unplug() error { return ip("link", "set", h.port, "down") }

// Plug undoes Unplug.
func (h *Host) Plug() error { return ip("link", "set", h.port, "up") }

// Slow has at most so many bits per second leave the host; 0 has it be fast
// again.
func (h *Host) Slow(bits int) error {
	exec.Command("ip", "netns", "exec", h.space, "tc", "qdisc", "del", "dev", "eth0", "root").Run()
	if bits == 0 {
		return nil
	}
	return h.Run("tc", "qdisc", "add", "dev", "eth0", "root", "tbf", "rate", fmt.Sprint(bits), "burst", "16kb", "latency", "200ms")
}

// Pids are the processes that run in the host.
func (h *Host) Pids() []int {
	out, _ := exec.Command("ip", "netns", "pids", h.space).Output()
	var all []int
	for _, f := range strings.Fields(string(out)) {
		if pid, err := strconv.Atoi(f); err == nil {
			all = append(all, pid)
		}
	}
	return all
}

// killTries is how often processes are looked for that others started while
// they were killed.
const killTries = 200

// Kill ends everything that runs in the host, as a power cut would, and
// returns when it is gone.
func (h *Host) Kill() error {
	h.off.Lock()
	defer h.off.Unlock()
	for range killTries {
		pids := h.Pids()
		if len(pids) == 0 {
			h.started.Wait()
			return nil
		}
		for _, pid := range pids {
			syscall.Kill(pid, syscall.SIGKILL)
		}
		time.Sleep(10 * time.Millisecond)
	}
	return fmt.Errorf("%s: processes do not end: %v", h.Name, h.Pids())
}

// Signal sends sig to all processes of the host.
func (h *Host) Signal(sig syscall.Signal) {
	for _, pid := range h.Pids() {
		syscall.Kill(pid, sig)
	}
}

// Remove kills and removes the host. Its cable goes first: the kernel takes its
// time with what goes with a namespace.
func (h *Host) Remove() error {
	err := errors.Join(h.Kill(), ip("link", "del", h.port))
	h.lan.hosts = slices.DeleteFunc(h.lan.hosts, func(o *Host) bool { return o == h })
	return errors.Join(err, ip("netns", "del", h.space))
}
