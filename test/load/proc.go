package main

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// What Linux tells of processes: https://man7.org/linux/man-pages/man5/proc.5.html

// tick is the unit of processor times there.
const tick = time.Second / 100

// cpuOf is the processor time that a process has used.
func cpuOf(pid int) (time.Duration, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:])) // from the third on
	user, err := strconv.Atoi(fields[11])
	if err != nil {
		return 0, err
	}
	system, err := strconv.Atoi(fields[12])
	return time.Duration(user+system) * tick, err
}

// cpuOfAll is the processor time that everything has used.
func cpuOfAll() (time.Duration, error) {
	b, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, err
	}
	line, _, _ := strings.Cut(string(b), "\n")
	var busy int
	for i, f := range strings.Fields(line)[1:8] {
		n, err := strconv.Atoi(f)
		if err != nil {
			return 0, err
		}
		if i != 3 && i != 4 { // idle, and waiting for the disk
			busy += n
		}
	}
	return time.Duration(busy) * tick, nil
}

// memory is what a process holds, in MB.
type memory struct {
	Resident float64 `json:"resident_mb"`
	Peak     float64 `json:"peak_mb"`
}

func memoryOf(pid int) (m memory, err error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return m, err
	}
	for line := range strings.Lines(string(b)) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		kb, _ := strconv.ParseFloat(fields[1], 64)
		switch fields[0] {
		case "VmRSS:":
			m.Resident = kb / 1024
		case "VmHWM:":
			m.Peak = kb / 1024
		}
	}
	return m, nil
}

// spent is what was used of the processors since a moment.
type spent struct {
	pid                 int
	at                  time.Time
	server, self, whole time.Duration
}

func spending(pid int) (s spent, err error) {
	s.pid, s.at = pid, time.Now()
	if s.server, err = cpuOf(pid); err != nil {
		return s, err
	}
	if s.self, err = cpuOf(os.Getpid()); err != nil {
		return s, err
	}
	s.whole, err = cpuOfAll()
	return s, err
}

// since is the time that passed and the server's processor time in it, and
// which part of the machine others used meanwhile.
func (s spent) since() (took, server time.Duration, others float64, err error) {
	now, err := spending(s.pid)
	if err != nil {
		return 0, 0, 0, err
	}
	took, server = now.at.Sub(s.at), now.server-s.server
	rest := now.whole - s.whole - server - (now.self - s.self)
	others = max(0, float64(rest)/float64(took)/float64(runtime.NumCPU()))
	return took, server, others, nil
}
