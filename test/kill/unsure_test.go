package kill

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/cluster/place"
	"github.com/plaza-social/plaza/internal/cluster/replica"
)

// TestNoPlaceAnswers starts a house while none of its copies can be reached: it
// can be read, takes no write before it is sure that nobody has taken over, and
// goes on by itself. If somebody has, it ends.
func TestNoPlaceAnswers(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it takes some seconds and a binary")
	}
	plaza := build(t)
	for _, fenced := range []bool{false, true} {
		t.Run(map[bool]string{false: "nobody", true: "somebody"}[fenced], func(t *testing.T) {
			s := newServer(t, plaza, "")
			copied, _ := s.replicate("local")
			token := s.people("ada")[0]
			s.must(s.start())
			s.saysHowOld()
			p, err := newClient(s.addr, token).post("Before.", "before")
			s.must(err)
			s.kill()
			s.must(s.take(copied))
			s.must(s.start()) // answers /healthz
			s.reads(token, p.ID)
			s.readOnly(token)
			if fenced {
				s.overtaken(copied)
				s.must(s.giveBack(copied))
				s.ends("Another Plaza has taken over")
				return
			}
			s.must(s.giveBack(copied))
			s.firstPost(token)
		})
	}
}

// take takes the place of the copies away, and giveBack brings it back.
func (s *server) take(copied string) error {
	if err := os.Rename(copied, copied+".away"); err != nil {
		return err
	}
	return os.WriteFile(copied, nil, 0o600)
}

func (s *server) giveBack(copied string) error {
	if err := os.Remove(copied); err != nil {
		return err
	}
	return os.Rename(copied+".away", copied)
}

// readOnly checks that nothing can be written, by nobody.
func (s *server) readOnly(token string) {
	s.Helper()
	r, err := http.NewRequest(http.MethodPost, "http://"+s.addr+"/api/v1/statuses", strings.NewReader("status=no"))
	s.must(err)
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := http.DefaultClient.Do(r)
	s.must(err)
	answer.Body.Close()
	if answer.StatusCode != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" {
		s.Errorf("a post is answered %d, retry after %q", answer.StatusCode, answer.Header.Get("Retry-After"))
	}
	time.Sleep(replicaFresh) // what it said of itself when it still wrote is old
	out, err := exec.Command(s.plaza, s.args("account", "create", "--username", "late", "--email", "late@kill.example")...).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "nobody can say") {
		s.Errorf("the command line writes: %v %s", err, out)
	}
}

// replicaFresh is for how long a house that died is believed to be there.
const replicaFresh = 5 * time.Second

// overtaken has another house begin an epoch where the copies went.
func (s *server) overtaken(copied string) {
	s.Helper()
	p, err := place.Open(s.Context(), place.Config{URL: "file://" + copied + ".away"})
	s.must(err)
	defer p.Close()
	s.must(replica.Enter(s.Context(), filepath.Join(s.TempDir(), "other"), []place.Place{p}))
}

// ends waits until the process has ended, and says why.
func (s *server) ends(why string) {
	s.Helper()
	over := make(chan error, 1)
	go func() { over <- s.cmd.Wait() }()
	select {
	case <-over:
	case <-time.After(upWait):
		s.Fatal("it goes on")
	}
	s.cmd = nil
	if b, err := os.ReadFile(s.log.Name()); err != nil || !strings.Contains(string(b), why) {
		s.Errorf("it does not say why: %v %s", err, b)
	}
}
