package kill

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A pair is a house with two copies, and what opens them.
type pair struct {
	*server
	one, two, identity string
	tokens             []string
}

func newPair(t *testing.T, plaza, more string) *pair {
	t.Helper()
	p := &pair{server: newServer(t, plaza, ""), two: filepath.Join(t.TempDir(), "two")}
	p.one, p.identity = p.replicate("replica", more)
	file := filepath.Join(p.data, "plaza.toml")
	text, err := os.ReadFile(file)
	p.must(err)
	for line := range bytes.Lines(text) {
		if bytes.HasPrefix(line, []byte("recipient")) {
			p.must(os.WriteFile(file, fmt.Appendf(text, "\n[[replica]]\nurl = %q\n%s", "file://"+p.two, line), 0o600))
		}
	}
	p.tokens = p.people("ada", "ben", "cleo", "dan")
	picture := filepath.Join(p.data, picture)
	p.must(os.MkdirAll(filepath.Dir(picture), 0o700))
	p.must(os.WriteFile(picture, []byte("a picture"), 0o600))
	p.must(p.start())
	eventually(t, "both copies to have the picture", func() bool { return p.has(p.one) && p.has(p.two) })
	p.must(os.Remove(filepath.Join(p.one, filepath.FromSlash("media/00/00000000000000000000000000000001.jpg"))))
	return p
}

var picture = filepath.Join("media", "00", "00000000000000000000000000000001.jpg")

func (p *pair) has(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, picture))
	return err == nil
}

// lose has the first copy stand still, and people post until the host is lost. Then
// the first copy is back.
func (p *pair) lose() []posted {
	p.Helper()
	pieces := filepath.Join(p.one, "e")
	p.must(os.Rename(pieces, pieces+"-away"))
	p.must(os.WriteFile(pieces, nil, 0o600))
	acked := p.postUntil(p.tokens, func(n int64) bool {
		if n >= 100 {
			p.kill()
		}
		return n >= 100
	})
	p.must(os.Remove(pieces))
	p.must(os.Rename(pieces+"-away", pieces))
	return acked
}

// TestStandbyBehind has a standby follow a copy that stands still, while writes are
// answered because the other has them: it takes over with everything that was
// answered, and so does one that is killed as it does.
func TestStandbyBehind(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it takes some seconds and a binary")
	}
	plaza := build(t)
	p := newPair(t, plaza, "")
	before, err := newClient(p.addr, p.tokens[0]).post("Before anything else.", "before")
	p.must(err)
	second := newServer(t, plaza, "")
	second.must(second.stand(p.one, p.identity))
	second.reads(p.tokens[0], before.ID)
	acked := p.lose()
	follows := filepath.Join(second.data, "plaza.db.follows")
	state, err := os.ReadFile(follows)
	second.must(err)
	if out, err := exec.Command(plaza, "promote", "--data", second.data).CombinedOutput(); err != nil {
		t.Fatalf("promote: %v %s", err, out)
	}
	second.firstPost(p.tokens[0])
	second.missing(newClient(second.addr, p.tokens[0]), acked, func(posted) bool { return true })
	eventually(t, "the picture that only the other copy has", func() bool { return p.has(second.data) })

	// It was killed after it had noted that it takes over, and before it was a
	// standby no more.
	second.kill()
	second.must(os.WriteFile(follows, state, 0o600))
	second.must(second.run("standby", "--from", "file://"+p.one, "--identity", p.identity, "--listen", second.addr, "--url", "http://"+second.addr))
	if _, err := newClient(second.addr, p.tokens[1]).post("After it was killed.", "after"); err != nil {
		t.Errorf("nobody writes: %v", err)
	}
	second.missing(newClient(second.addr, p.tokens[0]), acked, func(posted) bool { return true })
}

// TestPassedOver promotes while the other copy cannot be asked: whoever does it is
// told.
func TestPassedOver(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it takes some seconds and a binary")
	}
	plaza := build(t)
	p := newPair(t, plaza, "")
	second := newServer(t, plaza, "")
	second.must(second.stand(p.one, p.identity))
	p.kill()
	claims := filepath.Join(p.two, "epochs")
	p.must(os.Rename(claims, claims+"-away"))
	p.must(os.WriteFile(claims, nil, 0o600))
	out, err := exec.Command(plaza, "promote", "--data", second.data).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "PASSED OVER, so what only that place has is not here: file://"+p.two) {
		t.Errorf("promote: %v %s", err, out)
	}
}

// TestRestoreBehind brings a house back from the copy that stood still: what only
// the other has comes from there.
func TestRestoreBehind(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it takes some seconds and a binary")
	}
	plaza := build(t)
	p := newPair(t, plaza, "")
	acked := p.lose()
	next := newServer(t, plaza, "")
	next.bringBack(p.one, p.identity)
	if !p.has(next.data) {
		t.Error("a file that only the other copy has did not come back")
	}
	next.must(next.start())
	next.missing(newClient(next.addr, p.tokens[0]), acked, func(posted) bool { return true })
}

// TestPromotedAwayFrom promotes away from a house that lives, without a lease and
// without waiting for copies: when the next answers, the first does not any more.
func TestPromotedAwayFrom(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it takes some seconds and a binary")
	}
	plaza := build(t)
	s := newServer(t, plaza, "")
	copied, identity := s.replicate("local")
	token := s.people("ada")[0]
	s.must(s.start())
	s.saysHowOld()
	second := newServer(t, plaza, "")
	second.must(second.stand(copied, identity))
	last := make(chan time.Time)
	go func() {
		var heard time.Time
		c := newClient(s.addr, token)
		for n := 0; ; n++ {
			what := fmt.Sprintf("Still here, %d.", n)
			if _, err := c.post(what, what); err != nil {
				last <- heard
				return
			}
			heard = time.Now()
		}
	}()
	if out, err := exec.Command(plaza, "promote", "--data", second.data).CombinedOutput(); err != nil {
		t.Fatalf("promote: %v %s", err, out)
	}
	second.firstPost(token)
	took := time.Now()
	if heard := <-last; heard.IsZero() || heard.After(took) {
		t.Errorf("the first answered last at %s, and the next had answered at %s", heard, took)
	}
}
