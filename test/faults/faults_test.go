package faults

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"github.com/plaza-social/plaza/internal/app/apptest"
)

type server struct {
	t     *testing.T
	url   string
	token string
	cmd   *exec.Cmd
}

// start serves data, and makes ada with a token if there is none yet.
func start(t *testing.T, bin, data, token string) *server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := l.Addr().String()
	l.Close()
	s := &server{t: t, url: "http://" + at, token: token}
	env := append(os.Environ(), "PLAZA_RATE_LIMITS=off")
	s.cmd = exec.Command(bin, "serve", "--data", data, "--listen", at)
	s.cmd.Env, s.cmd.Stderr = env, os.Stderr
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if resp, err := http.Get(s.url + "/healthz"); err == nil {
			resp.Body.Close()
			break
		}
		if time.Now().After(end) {
			t.Fatal("the server does not answer")
		}
	}
	if token == "" {
		for _, args := range [][]string{{"account", "create", "--username", "ada", "--email", "ada@example.com"}, {"token", "create", "--account", "ada"}} {
			out, err := exec.Command(bin, append(args, "--data", data)...).Output()
			if err != nil {
				t.Fatalf("%v: %v", args, err)
			}
			s.token = strings.TrimSpace(string(out))
		}
	}
	return s
}

func (s *server) stop() {
	s.cmd.Process.Signal(syscall.SIGTERM)
	s.cmd.Wait()
}

// post says something; id is empty if it was refused, and why tells.
func (s *server) post(text string) (id, why string, status int) {
	s.t.Helper()
	resp := s.do("POST", "/api/v1/statuses", url.Values{"status": {text}}.Encode())
	defer resp.Body.Close()
	var body struct{ ID, Error string }
	if err := json.NewDecoder(resp.Body).Decode(&body); err != nil {
		s.t.Fatalf("not JSON, status %d: %v", resp.StatusCode, err)
	}
	return body.ID, body.Error, resp.StatusCode
}

func (s *server) do(method, path, form string) *http.Response {
	s.t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), 30*time.Second)
	s.t.Cleanup(stop)
	req, err := http.NewRequestWithContext(ctx, method, s.url+path, strings.NewReader(form))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp
}

func (s *server) have(id string) bool {
	s.t.Helper()
	resp := s.do("GET", "/api/v1/statuses/"+id, "")
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// TestFullDisk fills a small disk with posts.
func TestFullDisk(t *testing.T) {
	disk := smallDisk(t, "12m")
	bin, data := apptest.Binary(t), filepath.Join(disk, "data")
	s := start(t, bin, data, "")
	said, room := s.fill(disk, 6<<20, func(why string) bool { return strings.Contains(why, "disk is full") })
	room()
	id, why, status := s.post("there is room again")
	if id == "" {
		t.Fatalf("with room again: %d %q", status, why)
	}
	said = append(said, id)
	s.stop()
	start(t, bin, data, s.token).haveAll(said)
}

// TestFullDiskCopied is TestFullDisk for a house that answers when a copy has it: the
// spool is on the disk that is full. What was answered is in the copy, also while
// the disk is full, and the copy is whole when there is room.
func TestFullDiskCopied(t *testing.T) {
	disk, away := smallDisk(t, "32m"), t.TempDir()
	bin, data := apptest.Binary(t), filepath.Join(disk, "data")
	run := func(args ...string) string {
		t.Helper()
		out, err := exec.Command(bin, args...).CombinedOutput()
		if err != nil {
			t.Fatalf("%q: %v\n%s", args, err, out)
		}
		return string(out)
	}
	identity := filepath.Join(away, "identity")
	recipient := regexp.MustCompile(`age1[a-z0-9]{58}`).FindString(run("replica", "keygen", "--out", identity))
	if err := os.MkdirAll(data, 0o700); err != nil {
		t.Fatal(err)
	}
	settings := fmt.Sprintf("replica_every = \"100ms\"\ndurability = \"replica\"\n[[replica]]\nurl = \"file://%s/copy\"\nrecipient = %q\n", away, recipient)
	if err := os.WriteFile(filepath.Join(data, "plaza.toml"), []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	s := start(t, bin, data, "")
	said, room := s.fill(disk, 12<<20, func(why string) bool {
		return strings.Contains(why, "disk is full") || strings.Contains(why, "no copy elsewhere has it yet")
	})
	then := filepath.Join(away, "then") // the copy, if the machine were lost now
	if err := os.CopyFS(then, os.DirFS(filepath.Join(away, "copy"))); err != nil {
		t.Fatal(err)
	}
	answered := slices.Clone(said)
	room()
	since := time.Now()
	for end := time.Now().Add(2 * time.Minute); ; {
		id, why, status := s.post("there is room again")
		if id != "" {
			said = append(said, id)
			break
		}
		if time.Now().After(end) {
			t.Fatalf("with room again: %d %q", status, why)
		}
	}
	covers(t, data, since)
	if out := run("drill", "--data", data); !strings.Contains(out, "brought back, whole, and the same as here") {
		t.Errorf("drilled: %s", out)
	}
	syscall.Kill(s.cmd.Process.Pid, syscall.SIGKILL) // and is gone with its disk
	s.cmd.Wait()
	restored := func(copy string, said []string) {
		t.Helper()
		other := filepath.Join(t.TempDir(), "data")
		run("restore", "--from", "file://"+copy, "--identity", identity, "--data", other)
		r := start(t, bin, other, s.token)
		r.haveAll(said)
		r.stop()
	}
	restored(filepath.Join(away, "copy"), said)
	if err := os.RemoveAll(filepath.Join(away, "copy")); err != nil { // where the first has taken over
		t.Fatal(err)
	}
	restored(then, answered)
}

// covers waits until the copy has all that was written before since.
func covers(t *testing.T, data string, since time.Time) {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		b, err := os.ReadFile(filepath.Join(data, "replica", "status.json"))
		var s struct{ Copies []struct{ Covers time.Time } }
		if err == nil && json.Unmarshal(b, &s) == nil && len(s.Copies) == 1 && s.Copies[0].Covers.After(since) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("the copy does not come further: %s, %v", b, err)
		}
	}
}

// smallDisk is one of so many bytes.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("short")
	}
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("skipped: a full disk, because a small disk may not be mounted here (%v)", err)
	}
	t.Cleanup(func() { syscall.Unmount(disk, syscall.MNT_DETACH) })
	return disk
}

// fill posts until the disk is full, on which so many bytes lie for a reason; then
// what was said before can be read. It returns what was answered, and what makes
// room.
func (s *server) fill(disk string, bytes int, expected func(why string) bool) (said []string, room func()) {
	t := s.t
	t.Helper()
	filler := filepath.Join(disk, "filler")
	if err := os.WriteFile(filler, make([]byte, bytes), 0o600); err != nil {
		t.Fatal(err)
	}
	full := false
	for i := 0; i < 20_000 && !full; i++ {
		id, why, status := s.post(fmt.Sprint(i, strings.Repeat(" word", 190)))
		switch {
		case id != "":
			said = append(said, id)
		case status == http.StatusServiceUnavailable && expected(why):
			full = true
			t.Logf("after %d posts: %s", len(said), why)
		default:
			t.Fatalf("post %d: %d %q, want 503 that says that the disk is full", i, status, why)
		}
	}
	if !full {
		t.Fatalf("%d posts went onto a full disk", len(said))
	}
	if !s.have(said[0]) {
		t.Error("what was said before cannot be read on a full disk")
	}
	return said, func() {
		t.Helper()
		if err := os.Remove(filler); err != nil {
			t.Fatal(err)
		}
	}
}

// haveAll checks that what was answered is there.
func (s *server) haveAll(said []string) {
	s.t.Helper()
	for _, id := range said {
		if !s.have(id) {
			s.t.Fatalf("post %s was acknowledged and is gone", id)
		}
	}
	s.t.Logf("%d posts acknowledged before and after a full disk are there", len(said))
}

// TestLockedDatabase has another program hold the database's lock.
func TestLockedDatabase(t *testing.T) {
	if testing.Short() {
		t.Skip("short")
	}
	data := t.TempDir()
	s := start(t, apptest.Binary(t), data, "")
	db, err := sql.Open("sqlite", "file:"+filepath.Join(data, "plaza.db")+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	other, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if _, err := other.ExecContext(t.Context(), `BEGIN IMMEDIATE`); err != nil {
		t.Fatal(err)
	}
	if _, why, status := s.post("locked out"); status != http.StatusServiceUnavailable || !strings.Contains(why, "locked") {
		t.Errorf("locked: %d %q, want 503 that says so", status, why)
	}
	if resp := s.do("GET", "/api/v1/timelines/home", ""); resp.StatusCode != http.StatusOK {
		t.Errorf("home while locked: %d, want 200", resp.StatusCode)
	}
	if _, err := other.ExecContext(t.Context(), `ROLLBACK`); err != nil {
		t.Fatal(err)
	}
	if id, why, status := s.post("let in again"); id == "" {
		t.Errorf("after the lock: %d %q", status, why)
	}
}
