package evacuate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A server is a plaza process that can be killed, and started again.
type server struct {
	*testing.T
	plaza, data, db string
	url, listen     string
	cmd             *exec.Cmd
	log             *os.File
}

var client = &http.Client{Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// port is one that is free at all the addresses.
func port(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, p, _ := net.SplitHostPort(l.Addr().String())
	return p
}

// newServer prepares a server at an address, which is also where it listens unless
// that is changed.
func newServer(t *testing.T, plaza, ip, port, db string) *server {
	t.Helper()
	s := &server{T: t, plaza: plaza, data: t.TempDir(), db: db, listen: ip + ":" + port, url: "http://" + ip + ":" + port}
	var err error
	if s.log, err = os.Create(filepath.Join(s.data, "server.log")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.kill()
		s.log.Close()
		if b, err := os.ReadFile(s.log.Name()); err == nil && t.Failed() {
			t.Logf("the log of %s ends:\n%s", s.url, b[max(0, len(b)-2000):])
		}
	})
	return s
}

func (s *server) command(args ...string) *exec.Cmd {
	c := exec.Command(s.plaza, args...)
	c.Env = append(os.Environ(), "PLAZA_DATA="+s.data, "PLAZA_LISTEN="+s.listen, "PLAZA_URL="+s.url, "PLAZA_PRIVATE_NETWORKS=loopback", "PLAZA_RATE_LIMITS=off")
	if s.db != "" {
		c.Env = append(c.Env, "PLAZA_DB="+s.db)
	}
	return c
}

// run runs a command of plaza to its end, and returns what it printed.
func (s *server) run(args ...string) string {
	s.Helper()
	c := s.command(args...)
	var why bytes.Buffer
	c.Stderr = &why
	out, err := c.Output()
	if err != nil {
		s.Fatalf("plaza %s: %v\n%s%s", strings.Join(args, " "), err, out, &why)
	}
	return string(out)
}

// start starts the server and waits until it is well, asked under an address.
func (s *server) start(at string) {
	s.Helper()
	s.cmd = s.command("serve")
	s.cmd.Stderr = s.log
	if err := s.cmd.Start(); err != nil {
		s.Fatal(err)
	}
	s.eventually("the server to be well", time.Minute, func() bool {
		r, err := client.Get(at + "/healthz")
		if err != nil {
			return false
		}
		r.Body.Close()
		return r.StatusCode == http.StatusOK
	})
}

// kill ends it as a power cut would.
func (s *server) kill() {
	if s.cmd != nil {
		s.cmd.Process.Kill()
		s.cmd.Wait()
		s.cmd = nil
	}
}

func (s *server) eventually(what string, wait time.Duration, is func() bool) {
	s.Helper()
	for end := time.Now().Add(wait); !is(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			s.Fatalf("waited %v for %s", wait, what)
		}
	}
}

// get asks for a document under an address, whatever it is called there.
func get(t *testing.T, at, host, accept string, into any) *http.Response {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, at, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = host
	r.Header.Set("Accept", accept)
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && into != nil && resp.StatusCode == http.StatusOK {
		err = json.Unmarshal(body, into)
	}
	if err != nil {
		t.Fatalf("%s: %v: %.300s", at, err, body)
	}
	return resp
}

// call calls the client API with somebody's token.
func call(t *testing.T, method, at, token string, send, into any) {
	t.Helper()
	if err := try(method, at, token, send, into); err != nil {
		t.Fatal(err)
	}
}

func try(method, at, token string, send, into any) error {
	b, err := json.Marshal(send)
	if err != nil {
		return err
	}
	r, err := http.NewRequest(method, at, bytes.NewReader(b))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %v, %d %.300s", method, at, err, resp.StatusCode, body)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(body, into)
}
