package kill

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// room has a server keep a space for another house, and returns its address and
// its token.
func (s *server) room(name, budget string) (url, secret string) {
	s.Helper()
	out, err := exec.Command(s.plaza, s.args("keep", "add", name, "--budget", budget, "--json")...).Output()
	s.must(err)
	var made struct{ Secret string }
	s.must(json.Unmarshal(out, &made))
	return "plaza+http://" + s.addr + "/" + name, made.Secret
}

// command runs plaza beside the server, and returns what it said.
func (s *server) command(env []string, command ...string) (string, error) {
	s.Helper()
	c := exec.Command(s.plaza, s.args(command...)...)
	c.Env = append(os.Environ(), env...)
	out, err := c.CombinedOutput()
	return string(out), err
}

// holds counts the files below a folder, and fails the test for words in one of them
// or in its name.
func (s *server) holds(dir string, words ...string) (files int) {
	s.Helper()
	s.must(filepath.WalkDir(dir, func(at string, d fs.DirEntry, err error) error {
		if os.IsNotExist(err) {
			return nil // taken away since
		}
		if err != nil || d.IsDir() {
			return err
		}
		files++
		b, err := os.ReadFile(at)
		if os.IsNotExist(err) {
			return nil
		}
		for _, w := range words {
			if strings.Contains(string(b), w) || strings.Contains(at, w) {
				s.Errorf("%s holds %q", at, w)
			}
		}
		return err
	}))
	return files
}

// TestNeighbour keeps the copy of a house with another Plaza, and asks a third who
// may write. The other has nothing that it could read; drills, a standby that
// takes over by itself and bringing back work with it as with any place.
func TestNeighbour(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it takes some seconds and a binary")
	}
	plaza := build(t)
	keeper, judge, s := newServer(t, plaza, ""), newServer(t, plaza, ""), newServer(t, plaza, "")
	keeper.must(keeper.start())
	judge.must(judge.start())
	url, secret := keeper.room("arcade", "1GB") // while it runs
	lease, leaseSecret := judge.room("arcade-lease", "1MB")
	identity := filepath.Join(t.TempDir(), "identity")
	out, err := exec.Command(plaza, "replica", "keygen", "--out", identity).CombinedOutput()
	s.must(err)
	s.must(os.WriteFile(filepath.Join(s.data, "plaza.toml"), []byte(fmt.Sprintf(
		"durability = \"replica\"\n[[replica]]\nurl = %q\nsecret = %q\nrecipient = %q\n[lease]\nurl = %q\nsecret = %q\nttl = %q\n",
		url, secret, regexp.MustCompile(`age1[a-z0-9]{58}`).FindString(string(out)), lease, leaseSecret, ttl)), 0o600))
	tokens := s.people("adelheid", "ben", "cleo", "dan")
	s.must(s.start())
	before, err := newClient(s.addr, tokens[0]).post("Quinces ripen late this year.", "before")
	s.must(err)
	signed := regexp.MustCompile(`, [1-9]\d* records of the log of evidence`)
	for tries := 0; ; tries++ { // the log is signed every two seconds
		out, err := s.command(nil, "drill")
		if err == nil && signed.MatchString(out) {
			break
		}
		if err != nil || tries == 20 {
			t.Fatalf("drill: %v %s", err, out)
		}
		time.Sleep(500 * time.Millisecond)
	}

	from := []string{"PLAZA_FROM_SECRET=" + secret}
	standby := newServer(t, plaza, "")
	standby.data, standby.env = filepath.Join(standby.data, "house"), from
	standby.must(standby.run("standby", "--from", url, "--identity", identity, "--every", "100ms", "--listen", standby.addr, "--url", "http://"+standby.addr))
	standby.reads(tokens[0], before.ID)
	acked := s.postUntil(tokens, func(n int64) bool {
		if n >= 100 {
			s.kill()
		}
		return n >= 100
	})
	lost := time.Now()
	standby.firstPost(tokens[0])
	t.Logf("%d posts acknowledged; %v from the loss to the first post on the standby", len(acked), time.Since(lost).Round(time.Millisecond))
	standby.missing(newClient(standby.addr, tokens[0]), acked, func(posted) bool { return true })
	standby.keepsTurn(tokens[0])

	kept := filepath.Join(keeper.data, "kept", "arcade")
	if n := keeper.holds(kept, "Quinces", "ripen", "adelheid", "kill.example", secret, "CREATE TABLE"); n < 5 {
		t.Errorf("the neighbour has %d files only", n)
	}
	if n := keeper.holds(filepath.Join(keeper.data, "kept"), secret); n < 6 {
		t.Errorf("%d files beside the token", n)
	}

	back := newServer(t, plaza, "")
	back.data = filepath.Join(back.data, "house")
	if out, err := back.command([]string{"PLAZA_FROM_SECRET=" + secret[1:] + "x"}, "restore", "--from", url, "--identity", identity); err == nil || !strings.Contains(out, "does not know this space or its token") {
		t.Errorf("with another token: %v %s", err, out)
	}
	standby.kill()
	if out, err := back.command(from, "restore", "--from", url, "--identity", identity); err != nil {
		t.Fatalf("restore: %v %s", err, out)
	}
	back.must(back.start())
	back.missing(newClient(back.addr, tokens[0]), acked, func(posted) bool { return true })

	listed, err := keeper.command(nil, "keep", "list")
	s.must(err)
	if !strings.Contains(listed, "arcade") || strings.Contains(listed, secret) {
		t.Errorf("the list: %s", listed)
	}
	if out, err := keeper.command(nil, "keep", "remove", "arcade", "--files"); err != nil {
		t.Errorf("remove: %v %s", err, out)
	}
	if _, err := os.Stat(kept); !os.IsNotExist(err) {
		t.Errorf("what was in it: %v", err)
	}
	if out, err := back.command(nil, "doctor"); err == nil || !strings.Contains(out, "arcade cannot be used") {
		t.Errorf("doctor, when the space is gone: %v %s", err, out)
	}
}

// A space that is too small says so.
func TestNeighbourIsFull(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it takes some seconds and a binary")
	}
	plaza := build(t)
	keeper, s := newServer(t, plaza, ""), newServer(t, plaza, "")
	keeper.must(keeper.start())
	url, secret := keeper.room("small", "1MB")
	identity := filepath.Join(t.TempDir(), "identity")
	out, err := exec.Command(plaza, "replica", "keygen", "--out", identity).CombinedOutput()
	s.must(err)
	s.env = []string{"PLAZA_REPLICA_1_URL=" + url, "PLAZA_REPLICA_1_SECRET=" + secret, "PLAZA_REPLICA_1_RECIPIENT=" + regexp.MustCompile(`age1[a-z0-9]{58}`).FindString(string(out))}
	tokens := s.people("ada")
	s.must(s.start())
	c := newClient(s.addr, tokens[0])
	for n := range 500 {
		var words string // that cannot be pressed together
		for len(words) < 900 {
			words += rand.Text() + " "
		}
		if _, err := c.post(words, fmt.Sprint(n)); err != nil {
			t.Fatal(err)
		}
	}
	for late := time.Now().Add(upWait); ; time.Sleep(50 * time.Millisecond) {
		out, err := s.command(s.env, "replica", "status")
		if strings.Contains(out, "is full. Ask its host for more room") {
			break
		}
		if time.Now().After(late) {
			t.Fatalf("%v %s", err, out)
		}
	}
	var used int64
	s.must(filepath.WalkDir(filepath.Join(keeper.data, "kept", "small"), func(_ string, d fs.DirEntry, err error) error {
		if info, there := d.Info(); err == nil && there == nil && !d.IsDir() {
			used += info.Size()
		}
		return err
	}))
	if used > 1_000_000 {
		t.Errorf("%d bytes in a space of a megabyte", used)
	}
}
