package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/cluster/replica"
)

const (
	// hookWait is how long the program may take that is run when this house has
	// become the one that writes.
	hookWait = time.Minute
	// hookTries is how often it is run if it fails; hookRest is how long it rests
	// after the first, and twice as long after each of the next.
	hookTries = 5
	hookRest  = 5 * time.Second
	// maxHookSays is how much of what it prints is kept: the end.
	maxHookSays = 500
)

// hooked is how that went, as it is kept in the folder of the copies.
type hooked struct {
	Epoch int64     `json:"epoch"`
	At    time.Time `json:"at"`
	Tries int       `json:"tries"`
	OK    bool      `json:"ok"`
	Says  string    `json:"says"`
}

func hookFile(c conf.Config) string { return filepath.Join(ReplicaFolder(c), "hook.json") }

func readHooked(c conf.Config) (h hooked, err error) {
	b, err := os.ReadFile(hookFile(c))
	if errors.Is(err, fs.ErrNotExist) {
		return h, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &h)
	}
	return h, err
}

func (h hooked) keep(c conf.Config) error {
	b, err := json.Marshal(h)
	if err != nil {
		return err
	}
	temp := hookFile(c) + ".new"
	return errors.Join(os.WriteFile(temp, b, 0o600), os.Rename(temp, hookFile(c)))
}

// tellPromoted runs the program of the settings, once for each epoch in which
// this house took over from another, again if it fails, and again after a
// crash. The house is open meanwhile.
func (a *App) tellPromoted(ctx context.Context) {
	r := a.replica.Load()
	if a.Config.OnPromote == "" || r == nil || r.Epoch.N < 2 {
		return
	}
	h, err := readHooked(a.Config)
	if err != nil {
		a.log.Warn("whether on_promote was run is not known: it is run", "err", err)
	}
	if h.Epoch != r.Epoch.N || !h.OK { // what failed is tried anew after a restart
		h = hooked{Epoch: r.Epoch.N}
	}
	rest := hookRest
	for h.Tries < hookTries && !h.OK && ctx.Err() == nil {
		h.Tries, h.At = h.Tries+1, time.Now().UTC().Truncate(time.Second)
		h.Says, err = a.runHook(ctx, r.Epoch)
		if h.OK = err == nil; h.OK {
			a.log.Info("on_promote was run", "epoch", h.Epoch, "try", h.Tries, "says", h.Says)
		} else {
			a.log.Error("on_promote FAILED: the name of the house may still lead to the other machine", "epoch", h.Epoch, "try", h.Tries, "err", err, "says", h.Says)
			h.Says = err.Error() + ": " + h.Says
		}
		if err := h.keep(a.Config); err != nil {
			a.log.Warn("how on_promote went cannot be written down", "err", err)
		}
		if !h.OK && h.Tries < hookTries {
			wait(ctx, rest)
			rest *= 2
		}
	}
}

// runHook runs it once. It is told what it needs, and no secrets.
func (a *App) runHook(ctx context.Context, e replica.Epoch) (says string, err error) {
	ctx, stop := context.WithTimeout(ctx, hookWait)
	defer stop()
	cmd := exec.CommandContext(ctx, a.Config.OnPromote)
	cmd.Env = append(a.hookEnv(ctx, e), "PATH="+os.Getenv("PATH"), "HOME="+os.Getenv("HOME"))
	cmd.Dir = a.Config.Data
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // what it starts ends with it
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	end := &lastOf{}
	cmd.Stdout, cmd.Stderr = end, end
	err = cmd.Run()
	if err != nil && ctx.Err() != nil {
		err = fmt.Errorf("it was ended after %s: %w", hookWait, err)
	}
	return string(end.text), err
}

// hookEnv says what has happened.
func (a *App) hookEnv(ctx context.Context, e replica.Epoch) []string {
	domain := a.Config.URL
	if u, err := url.Parse(a.Config.URL); err == nil {
		domain = u.Hostname()
	}
	return []string{"PLAZA_EVENT=promote", "PLAZA_DOMAIN=" + domain, "PLAZA_URL=" + a.Config.URL, "PLAZA_LISTEN=" + a.Config.Listen, "PLAZA_DATA=" + a.Config.Data,
		fmt.Sprint("PLAZA_EPOCH=", e.N), "PLAZA_HOST=" + e.By, "PLAZA_FROM=" + a.machineBefore(ctx, e)}
}

// machineBefore is the machine of the epoch before e, if anybody knows.
func (a *App) machineBefore(ctx context.Context, e replica.Epoch) (name string) {
	ctx, stop := context.WithTimeout(ctx, sureWait)
	defer stop()
	places, err := placesOf(ctx, a.Config)
	if err != nil {
		return ""
	}
	defer closeAll(places)
	for _, p := range places {
		all, _ := replica.Epochs(ctx, p) // another one may know
		for _, other := range all {
			if other.N < e.N && other.By != "" {
				name = other.By
			}
		}
		if name != "" {
			break
		}
	}
	return name
}

// lastOf keeps the end of what is written.
type lastOf struct{ text []byte }

func (l *lastOf) Write(b []byte) (int, error) {
	l.text = append(l.text, b...)
	l.text = l.text[max(0, len(l.text)-maxHookSays):]
	return len(b), nil
}

// hookSays is how it went, for people; empty if there is nothing to say.
func hookSays(c conf.Config) (says string, ok bool) {
	if c.OnPromote == "" {
		return "", true
	}
	h, err := readHooked(c)
	switch {
	case err != nil:
		return "whether it was run cannot be read: " + err.Error(), false
	case h.Epoch == 0:
		return "it was not run yet: this house has not taken over from another", true
	case h.OK:
		return fmt.Sprintf("it was run for epoch %d on %s", h.Epoch, h.At.Format(time.DateTime)), true
	}
	return fmt.Sprintf("it failed for epoch %d, %d times; last on %s: %s", h.Epoch, h.Tries, h.At.Format(time.DateTime), h.Says), false
}

// hook looks at the program that is run when this house takes over.
func hook(c conf.Config) []Finding {
	if c.OnPromote == "" {
		return nil
	}
	f := Finding{What: "on_promote " + c.OnPromote}
	if at, err := os.Stat(c.OnPromote); err != nil || at.IsDir() || at.Mode()&0o111 == 0 {
		f.Says, f.Mend = "it cannot be run", "Put it there, and let the user that plaza runs as execute it: chmod 755."
		return []Finding{f}
	}
	if f.Says, f.OK = hookSays(c); !f.OK {
		f.Mend = "Have the name of the house lead to this machine by hand, and mend the program; what it printed is in the log."
	}
	return []Finding{f}
}
