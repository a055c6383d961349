package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// server is a plaza process and its data.
type server struct {
	plaza, data, db string
	env             []string
	copied          string // where a copy of it is
	addr            string
	cmd             *exec.Cmd
	exited          chan struct{}
}

// upWait is how long a server may take to start, stop or catch up.
const upWait = time.Minute

// args adds where the data is to a command.
func (s *server) args(command ...string) []string {
	command = append(command, "--data", s.data)
	if s.db != "" {
		command = append(command, "--db", s.db)
	}
	return command
}

// command runs one of plaza's other commands and returns what it printed.
func (s *server) command(args ...string) ([]byte, error) {
	cmd := exec.Command(s.plaza, s.args(args...)...)
	out, err := cmd.Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return nil, fmt.Errorf("plaza %s: %w\n%s", strings.Join(args, " "), err, exit.Stderr)
	}
	return out, err
}

func (s *server) logPath() string { return filepath.Join(s.data, "load.log") }

// start starts the process and returns when it is well.
func (s *server) start() error {
	if s.addr == "" {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		s.addr = l.Addr().String()
		l.Close()
	}
	if err := os.MkdirAll(s.data, 0o700); err != nil {
		return err
	}
	log, err := os.OpenFile(s.logPath(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	if err := s.launch(s.process(log, "serve")); err != nil {
		return err
	}
	return s.await("/healthz")
}

// process is one of plaza's commands that serve.
func (s *server) process(log io.Writer, command ...string) *exec.Cmd {
	cmd := exec.Command(s.plaza, s.args(append(command, "--listen", s.addr, "--url", "http://"+s.addr)...)...)
	cmd.Env = append(os.Environ(), "PLAZA_RATE_LIMITS=off", "PLAZA_LOG_LEVEL=warn")
	cmd.Env = append(cmd.Env, s.env...)
	cmd.Stderr = log
	return cmd
}

func (s *server) launch(cmd *exec.Cmd) error {
	if err := cmd.Start(); err != nil {
		return err
	}
	exited := make(chan struct{})
	go func() {
		cmd.Wait()
		close(exited)
	}()
	s.exited, s.cmd = exited, cmd
	return nil
}

// saying is what a command prints while it runs.
type saying struct{ *bufio.Scanner }

// until returns when something is said.
func (l saying) until(what string) error {
	for l.Scan() {
		if strings.Contains(l.Text(), what) {
			return nil
		}
	}
	return fmt.Errorf("%q was not said: %w", what, l.Err())
}

// restore brings the server back from its copy, and serves.
func (s *server) restore() (saying, error) {
	log, err := os.Create(s.data + ".log")
	if err != nil {
		return saying{}, err
	}
	defer log.Close()
	said, says, err := os.Pipe()
	if err != nil {
		return saying{}, err
	}
	defer says.Close()
	cmd := s.process(log, "restore", "--serve", "--from", s.copied, "--identity", s.identityPath())
	cmd.Stdout = says
	return saying{bufio.NewScanner(said)}, s.launch(cmd)
}

// await returns when a page is there.
func (s *server) await(path string) error {
	for late := time.Now().Add(upWait); time.Now().Before(late); time.Sleep(time.Millisecond) {
		select {
		case <-s.exited:
			return errors.New("the server ended as it started")
		default:
		}
		if a, err := once(s.addr, get(path, "")); err == nil && a.status == 200 {
			return nil
		}
	}
	return fmt.Errorf("the server does not answer %s", path)
}

// stop asks the process to end, and returns when it has.
func (s *server) stop() error {
	if s.cmd == nil {
		return nil
	}
	s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.exited:
	case <-time.After(upWait):
		s.kill()
		return errors.New("the server does not stop")
	}
	if code := s.cmd.ProcessState.ExitCode(); code != 0 {
		return fmt.Errorf("the server ended with %d", code)
	}
	return nil
}

func (s *server) restart() error {
	if err := s.stop(); err != nil {
		return err
	}
	return s.start()
}

// kill ends the process if it still runs.
func (s *server) kill() {
	if s.cmd != nil {
		s.cmd.Process.Kill()
		<-s.exited
	}
}

func (s *server) pid() int { return s.cmd.Process.Pid }

// lastWords is the end of the server's log.
func (s *server) lastWords() string {
	b, err := os.ReadFile(s.logPath())
	if err != nil {
		return ""
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	return strings.Join(lines[max(0, len(lines)-10):], "\n")
}

// settle waits until everything that follows the journal has read it all.
func (s *server) settle() (time.Duration, error) {
	begin := time.Now()
	for time.Since(begin) < 5*upWait {
		behind, err := s.behind()
		if err != nil || behind == 0 {
			return time.Since(begin), err
		}
		time.Sleep(100 * time.Millisecond)
	}
	return 0, errors.New("the followers of the journal do not catch up")
}

// idle waits until what has come from other servers is applied, and told.
func (s *server) idle() error {
	for late := time.Now().Add(5 * upWait); time.Now().Before(late); time.Sleep(100 * time.Millisecond) {
		behind, err := s.behind()
		if err != nil {
			return err
		}
		waiting, err := s.metric(`plaza_jobs_waiting{kind="inbox"}`)
		if err != nil {
			return err
		}
		sending, err := s.metric(`plaza_deliveries_waiting`)
		if err != nil {
			return err
		}
		if behind+waiting+sending == 0 {
			return nil
		}
	}
	return errors.New("what has come from other servers is not applied")
}

// behind is how many facts the followers of the journal have still to read,
// as far as the server counts.
func (s *server) behind() (n float64, err error) { return s.metric("plaza_follower_behind{") }

// metric is the sum of what the server counts under names that begin so. What
// it does not name is zero.
func (s *server) metric(name string) (n float64, err error) {
	page, err := http.Get("http://" + s.addr + "/metrics")
	if err != nil {
		return 0, err
	}
	defer page.Body.Close()
	for lines := bufio.NewScanner(page.Body); lines.Scan(); {
		if !strings.HasPrefix(lines.Text(), name) {
			continue
		}
		counted, err := strconv.ParseFloat(lines.Text()[strings.LastIndexByte(lines.Text(), ' ')+1:], 64)
		if err != nil {
			return 0, fmt.Errorf("read the metrics: %w", err)
		}
		n += counted
	}
	return n, nil
}
