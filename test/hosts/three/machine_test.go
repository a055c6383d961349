package three

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/plaza-social/plaza/test/hosts/lan"
)

// A machine is one of the three: a host of the network, a disk, and what runs
// there, which is started again when it ends, as systemd does.
type machine struct {
	*lan.Host
	*disk
	c     *cluster
	files string // what deploy/three-hosts/fill wrote for it
	logs  string

	mu     sync.Mutex
	off    context.CancelFunc // ends the looking after; nil while it is off
	on     context.Context    // until then
	units  map[string]*unit
	tended sync.WaitGroup
}

// A unit is a program that is kept up.
type unit struct {
	off  context.CancelFunc
	gone chan struct{} // closed when it is
}

// name is what a machine is called, if it is one.
func (m *machine) name() string {
	if m == nil {
		return "nobody"
	}
	return m.Name
}

// restartAfter is what the units say.
const restartAfter = 2 * time.Second

func (m *machine) clockFile() string { return filepath.Join(m.c.dir, m.Name+".clock") }

// jump has the machine's clocks be wrong by so much.
func (m *machine) jump(by time.Duration) error {
	return os.WriteFile(m.clockFile(), fmt.Appendf(nil, "%+d\n", int(by.Seconds())), 0o644)
}

// programs makes a folder of PostgreSQL's programs in which the server itself
// sees the clock of the machine, and returns it.
func (m *machine) programs() string {
	if m.c.faketime == "" {
		return postgresBin()
	}
	dir := filepath.Join(m.c.dir, "bin", m.Name+"-postgresql")
	m.c.must(do("cp", "-rs", postgresBin(), dir))
	postgres := filepath.Join(dir, "postgres")
	m.c.must(os.Remove(postgres))
	m.c.must(os.WriteFile(postgres, fmt.Appendf(nil, "#!/bin/sh\nexec env LD_PRELOAD=%s FAKETIME_TIMESTAMP_FILE=%s FAKETIME_CACHE_DURATION=1 FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME_DONT_RESET=1 %s \"$@\"\n",
		m.c.faketime, m.clockFile(), filepath.Join(postgresBin(), "postgres")), 0o755))
	return dir
}

// boot starts everything, and keeps it up until crash.
func (m *machine) boot() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.on, m.off = context.WithCancel(context.Background())
	m.units = map[string]*unit{}
	for _, name := range []string{"etcd", "patroni", "plaza"} {
		m.keep(name)
	}
}

// lose ends one of the programs at once, and returns when it is gone; it is not
// started again before bring.
func (m *machine) lose(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.units[name].off()
	<-m.units[name].gone
}

// bring undoes lose.
func (m *machine) bring(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.keep(name)
}

func (m *machine) command(ctx context.Context, name string) *exec.Cmd {
	switch name {
	case "etcd":
		return exec.CommandContext(ctx, "etcd", "--config-file", m.files+"/etcd.yml")
	case "patroni":
		return exec.CommandContext(ctx, "patroni", m.files+"/patroni.yml")
	}
	cmd := exec.CommandContext(ctx, m.c.plaza, "serve", "--data", m.at+"/plaza")
	cmd.Env = append(os.Environ(), "PLAZA_CONFIG="+m.files+"/plaza.toml", "PLAZA_RATE_LIMITS=off", "PLAZA_TEST_CLOCK="+m.clockFile())
	return cmd
}

func (m *machine) keep(name string) {
	log, err := os.OpenFile(filepath.Join(m.logs, m.Name+"-"+name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		m.c.t.Error(err)
		return
	}
	ctx, off := context.WithCancel(m.on)
	gone := make(chan struct{})
	m.units[name] = &unit{off, gone}
	m.tended.Go(func() {
		defer close(gone)
		defer log.Close()
		for ctx.Err() == nil {
			cmd := m.command(ctx, name)
			cmd.Stdout, cmd.Stderr = log, log
			cmd.Dir = m.c.dir
			ended, err := m.Start("postgres", cmd)
			if err == nil {
				err = <-ended
			}
			fmt.Fprintf(log, "=== %s ended at %s: %v\n", name, time.Now().UTC().Format(time.TimeOnly), err)
			select {
			case <-ctx.Done():
			case <-time.After(restartAfter):
			}
		}
	})
}

// crash kills everything there.
func (m *machine) crash() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.off == nil {
		return nil
	}
	m.off()
	err := m.Kill()
	m.tended.Wait()
	m.off = nil
	return errors.Join(err, m.Kill()) // what was started meanwhile
}

// powerCut is a crash that also loses what was not synced. The disk is there
// again after it.
func (m *machine) powerCut() error {
	return errors.Join(m.disk.cut(), m.crash(), m.unmount(), m.mount())
}
