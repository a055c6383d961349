package kill

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/test/hosts/lan"
)

// server is a plaza process that can be killed and started on the same data.
type server struct {
	*testing.T
	plaza, data, db, addr string
	env                   []string  // settings besides
	host                  *lan.Host // where it runs; nil is here
	cmd                   *exec.Cmd
	log                   *os.File
}

// binaries is the folder with what is built; TestMain makes and removes it.
var binaries string

var built = sync.OnceValues(func() (plaza string, err error) { return apptest.Build(binaries) })

// build makes the binary, once.
func build(t *testing.T) string {
	t.Helper()
	plaza, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return plaza
}

// newServer prepares a server, on SQLite or where db says.
func newServer(t *testing.T, plaza, db string) *server {
	t.Helper()
	s := &server{T: t, plaza: plaza, data: t.TempDir(), db: db}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	s.must(err)
	s.addr = l.Addr().String()
	l.Close()
	s.log, err = os.Create(filepath.Join(s.data, "server.log"))
	s.must(err)
	t.Cleanup(func() {
		s.kill()
		s.log.Close()
		if b, err := os.ReadFile(s.log.Name()); err == nil && t.Failed() {
			t.Logf("the server's log ends:\n%s", b[max(0, len(b)-2000):])
		}
	})
	return s
}

func (s *server) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *server) args(command ...string) []string {
	command = append(command, "--data", s.data)
	if s.db != "" {
		command = append(command, "--db", s.db)
	}
	return command
}

// people makes accounts and returns a token of each.
func (s *server) people(names ...string) []string {
	s.Helper()
	var csv strings.Builder
	for _, n := range names {
		fmt.Fprintf(&csv, "%s,%s@kill.example,not a secret %s\n", n, n, n)
	}
	path := filepath.Join(s.data, "people.csv")
	s.must(os.WriteFile(path, []byte(csv.String()), 0o600))
	out, err := exec.Command(s.plaza, s.args("account", "create", "--from", path, "--tokens")...).Output()
	s.must(err)
	tokens := map[string]string{}
	for line := range strings.Lines(string(out)) {
		name, token, _ := strings.Cut(strings.TrimSpace(line), " ")
		tokens[name] = token
	}
	var all []string
	for _, n := range names {
		if tokens[n] == "" {
			s.Fatalf("no token for %s in %q", n, out)
		}
		all = append(all, tokens[n])
	}
	return all
}

// upWait is how long a start may take.
const upWait = 20 * time.Second

// start starts the process and returns when it is well.
func (s *server) start() error { return s.run("serve", "--listen", s.addr, "--url", "http://"+s.addr) }

// run starts the process with a command and returns when it is well.
func (s *server) run(command ...string) error {
	s.cmd = exec.Command(s.plaza, s.args(command...)...)
	s.cmd.Env = append(append(os.Environ(), "PLAZA_RATE_LIMITS=off"), s.env...)
	s.cmd.Stderr = s.log
	if s.host != nil {
		s.cmd = s.host.In("", s.cmd)
	}
	if err := s.cmd.Start(); err != nil {
		return err
	}
	return s.well()
}

// well waits until the server says that it is.
func (s *server) well() error {
	for late := time.Now().Add(upWait); time.Now().Before(late); time.Sleep(5 * time.Millisecond) {
		answer, err := http.Get("http://" + s.addr + "/healthz")
		if err != nil {
			continue
		}
		io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
		if answer.StatusCode == http.StatusOK {
			return nil
		}
	}
	return fmt.Errorf("the server does not come up within %v", upWait)
}

// kill ends the process as a power cut would.
func (s *server) kill() {
	if s.cmd != nil {
		s.cmd.Process.Kill()
		s.cmd.Wait()
		s.cmd = nil
	}
}
