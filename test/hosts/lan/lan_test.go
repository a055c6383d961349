package lan

import (
	"net"
	"os/exec"
	"testing"
	"time"
)

func TestLAN(t *testing.T) {
	if why := Why(); why != "" {
		t.Skip("skipped: ", why)
	}
	l, err := New()
	must(t, err)
	t.Cleanup(func() { must(t, l.Remove()) })
	a, err := l.Host("a")
	must(t, err)
	b, err := l.Host("b")
	must(t, err)

	ended, err := a.Start("", exec.Command("sleep", "60"))
	must(t, err)
	pids := a.Pids()
	for late := time.Now().Add(10 * time.Second); len(pids) != 1 && time.Now().Before(late); pids = a.Pids() { // it goes there first
		time.Sleep(10 * time.Millisecond)
	}
	if len(pids) != 1 {
		t.Errorf("on a run %v, want one process", pids)
	}

	if got := reach(a); got != refused {
		t.Errorf("a from outside: %s, want %s", got, refused)
	}
	if got := from(a, b); got != refused {
		t.Errorf("b from a: %s, want %s", got, refused)
	}
	must(t, l.Cut(a, b))
	if got := from(a, b); got != silent {
		t.Errorf("cut: b from a: %s, want %s", got, silent)
	}
	if got := reach(b); got != refused {
		t.Errorf("cut from a only: b from outside: %s, want %s", got, refused)
	}
	must(t, l.Mend(a, b))
	if got := soon(func() string { return from(a, b) }); got != refused {
		t.Errorf("mended: b from a: %s, want %s", got, refused)
	}
	must(t, b.Unplug())
	if got := reach(b); got != silent {
		t.Errorf("unplugged: b from outside: %s, want %s", got, silent)
	}
	must(t, b.Plug())
	if got := soon(func() string { return reach(b) }); got != refused {
		t.Errorf("plugged in: b from outside: %s, want %s", got, refused)
	}
	must(t, a.Kill())
	if err := <-ended; err == nil {
		t.Error("killed: the process says it went well")
	}
	if pids := a.Pids(); len(pids) != 0 {
		t.Errorf("killed: on a run %v", pids)
	}
}

// What a host says to a connection to a port that nobody listens on.
const (
	refused = "refused"
	silent  = "silent"
)

// soon asks again for as long as nothing is said: what was silent is looked for anew by
// the network, which takes a moment.
func soon(ask func() string) (got string) {
	for range 10 {
		if got = ask(); got != silent {
			break
		}
	}
	return got
}

func reach(to *Host) string {
	c, err := net.DialTimeout("tcp", to.Addr+":9", time.Second)
	if err == nil {
		c.Close()
		return "open"
	}
	if e, ok := err.(net.Error); ok && e.Timeout() {
		return silent
	}
	return refused
}

func from(a, b *Host) string {
	cmd := a.In("", exec.Command("timeout", "1", "bash", "-c", "exec 3<>/dev/tcp/"+b.Addr+"/9"))
	switch err := cmd.Run(); {
	case err == nil:
		return "open"
	case cmd.ProcessState.ExitCode() == 124:
		return silent
	}
	return refused
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
