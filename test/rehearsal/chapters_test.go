package rehearsal

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/app/apptest"
)

// A house is a machine that serves and one beside it, with a copy between them.
type house struct {
	old, next *machine
	from      string
	token     string
}

// move has a house with one person and one post run on the old machine.
func move(t *testing.T) *house {
	t.Helper()
	plaza := apptest.Binary(t)
	h := &house{old: newMachine(t, plaza), next: newMachine(t, plaza), from: "file://" + filepath.Join(t.TempDir(), "copy")}
	identity := h.next.path("/etc/plaza/plaza.identity")
	made := h.next.sh("plaza replica keygen --out /etc/plaza/plaza.identity 2>&1")
	recipient := regexp.MustCompile(`age1[a-z0-9]{58}`).FindString(made)
	h.old.write("/var/lib/plaza/plaza.toml", "url = \"http://"+h.next.addr+"\"\nreplica_every = \"200ms\"\n[[replica]]\nurl = \""+h.from+"\"\nrecipient = \""+recipient+"\"\n", 0o600)
	h.next.env = []string{"PLAZA_FROM=" + h.from}
	h.next.write("/etc/plaza/standby.env", "PLAZA_FROM="+h.from+"\n", 0o600)
	if _, err := os.Stat(identity); err != nil {
		t.Fatal(err)
	}
	h.old.sh("plaza account create --username ada --email ada@example.org --data /var/lib/plaza")
	h.token = strings.TrimSpace(h.old.sh("plaza token create --account ada --data /var/lib/plaza"))
	h.old.sh("systemctl start plaza")
	h.post(t, h.old, "On the old machine.")
	h.copied(t, time.Now())
	return h
}

// copied waits until the copy has all that was written before since.
func (h *house) copied(t *testing.T, since time.Time) {
	t.Helper()
	for late := time.Now().Add(time.Minute); time.Now().Before(late); time.Sleep(100 * time.Millisecond) {
		b, err := os.ReadFile(h.old.path("/var/lib/plaza/replica/status.json"))
		var s struct{ Copies []struct{ Covers time.Time } }
		if err == nil && json.Unmarshal(b, &s) == nil && len(s.Copies) == 1 && s.Copies[0].Covers.After(since) {
			return
		}
	}
	t.Fatal("the copy does not come further")
}

// post posts, as soon as that is possible.
func (h *house) post(t *testing.T, m *machine, text string) {
	t.Helper()
	why := ""
	for late := time.Now().Add(time.Minute); time.Now().Before(late); time.Sleep(100 * time.Millisecond) {
		r, err := http.NewRequest(http.MethodPost, "http://"+m.addr+"/api/v1/statuses", strings.NewReader(url.Values{"status": {text}}.Encode()))
		m.must(err)
		r.Header.Set("Authorization", "Bearer "+h.token)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		a, err := http.DefaultClient.Do(r)
		if err != nil {
			why = err.Error()
			continue
		}
		b, _ := io.ReadAll(a.Body)
		a.Body.Close()
		if a.StatusCode == http.StatusOK {
			return
		}
		why = string(b)
	}
	t.Fatalf("nothing can be posted at %s: %s", m.addr, why)
}

// shows checks what stands on somebody's page.
func shows(t *testing.T, m *machine, want ...string) {
	t.Helper()
	a, err := http.Get("http://" + m.addr + "/@ada")
	m.must(err)
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	m.must(err)
	for _, w := range want {
		if strings.Count(string(b), w) == 0 {
			t.Errorf("%q is not there", w)
		}
	}
}

// play runs the steps of a chapter from one to another, and returns what each
// printed.
func (h *house) play(t *testing.T, steps []step) (said []string) {
	t.Helper()
	for _, s := range steps {
		m := h.next
		if s.on == "old" {
			m = h.old
		}
		commands := regexp.MustCompile(`(?m)^export PLAZA_FROM=.*\n`).ReplaceAllString(s.commands, "")
		out := m.sh(commands)
		t.Logf("on %s:\n%s%s", s.on, s.commands, out)
		said = append(said, out)
	}
	return said
}

func has(t *testing.T, said, want string) {
	t.Helper()
	if !strings.Contains(said, want) {
		t.Errorf("it says\n%s\nwant %s", said, want)
	}
}

// TestHostNotice moves a house by the chapter.
func TestHostNotice(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes some seconds and a binary")
	}
	h, steps := move(t), chapter(t, "host-notice.md")
	said := h.play(t, steps[:4])
	has(t, said[0], "brought back, whole, and the same as here")
	has(t, said[2], "read_only")
	said = h.play(t, steps[4:])
	has(t, said[0], "It has taken over")
	has(t, said[0], "ok")
	has(t, said[1], "0 things that people did")
	h.post(t, h.next, "On the new machine.")
	shows(t, h.next, "On the old machine.", "On the new machine.")

	// Its unit is started again.
	h.next.sh("systemctl stop plaza-standby; systemctl start plaza-standby")
	h.post(t, h.next, "And after a restart.")
}

// TestHostGone brings a house back by the chapter, and what was left behind.
func TestHostGone(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes some seconds and a binary")
	}
	h, steps := move(t), chapter(t, "host-gone.md")
	h.old.off()
	h.old.env = []string{"PLAZA_REPLICA_EVERY=1h"}
	since := time.Now()
	h.old.sh("systemctl start plaza")
	h.copied(t, since) // what a house writes as it starts; after that an hour nothing
	h.post(t, h.old, "Never copied.")
	h.old.off()
	said := h.play(t, steps[1:3])
	has(t, said[0], "It is all there.")
	h.post(t, h.next, "On the new machine.")
	said = h.play(t, steps[3:4])
	has(t, said[0], "s old")
	h.next.must(os.MkdirAll(h.next.path("/mnt/old"), 0o700))
	h.next.must(os.Rename(h.old.path("/var/lib/plaza"), h.next.path("/mnt/old/plaza")))
	said = h.play(t, steps[4:])
	has(t, said[0], "Never copied.")
	has(t, said[0], "1 things that people did")
	has(t, said[1], "brought over")
	shows(t, h.next, "On the old machine.", "On the new machine.", "Never copied.")
}

// TestHostGoneStandby promotes by the chapter.
func TestHostGoneStandby(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes some seconds and a binary")
	}
	h, steps := move(t), chapter(t, "host-gone.md")
	h.next.sh("systemctl start plaza-standby; curl --silent --show-error --fail --retry 60 --retry-delay 1 --retry-all-errors http://127.0.0.1:8080/healthz")
	h.old.off()
	has(t, h.play(t, steps[:1])[0], "It has taken over")
	h.post(t, h.next, "On the standby.")
	shows(t, h.next, "On the old machine.", "On the standby.")
}

// TestDomainGone has a house go to another name by the chapter, and once more
// from nothing but the recovery file.
func TestDomainGone(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes some seconds and a binary")
	}
	h, steps := move(t), chapter(t, "domain-gone.md")
	h.old.off()
	for _, m := range []*machine{h.old, h.next} {
		_, port, err := net.SplitHostPort(m.addr)
		m.must(err)
		m.second = "127.0.0.30:" + port
		m.env = append(m.env, "PLAZA_LISTEN=0.0.0.0:"+port)
	}
	h.old.write("/var/lib/plaza/plaza.toml", strings.ReplaceAll(h.old.read("/var/lib/plaza/plaza.toml"), h.next.addr, h.old.addr), 0o600)
	h.old.sh("systemctl start plaza")
	h.post(t, h.old, "Under the old name.")
	said := h.play(t, steps[:2])
	has(t, said[0], "with 1 accounts")
	has(t, said[1], `"acct:ada@`+h.old.second)
	has(t, said[1], "to http://"+h.old.second+": 1 accounts")
	h.next.must(os.MkdirAll(h.next.path("/mnt/old/plaza"), 0o700))
	h.next.write("/mnt/old/plaza/recovery.age", h.old.read("/var/lib/plaza/recovery.age"), 0o600)
	said = h.play(t, steps[2:5])
	has(t, said[0], "to http://"+h.old.second+": 1 accounts")
	has(t, said[1], "The house is at http://"+h.old.second)
	has(t, said[2], "1 accounts were taken along")
	h.token = strings.TrimSpace(h.old.sh("plaza token create --account ada --data /var/lib/plaza 2>/dev/null"))
	h.post(t, h.old, "Under the new name.")
	shows(t, h.old, "Under the old name.", "Under the new name.")

	h.old.off()
	said = h.play(t, steps[5:])
	has(t, said[0], "1 accounts are here again")
	has(t, said[0], "The house is at http://"+h.next.second)
	h.token = strings.TrimSpace(h.next.sh("plaza token create --account ada --data /var/lib/plaza 2>/dev/null"))
	h.post(t, h.next, "From nothing.")
	shows(t, h.next, "From nothing.")
}
