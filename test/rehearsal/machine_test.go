package rehearsal

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// A machine is a folder that commands take for the root of a disk: paths are
// put below it, and systemctl starts what the units of deploy/ say.
type machine struct {
	*testing.T
	root, addr, bin string
	env             []string
	second          string // where new.example leads, for a house that has it as another name
}

func newMachine(t *testing.T, plaza string) *machine {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &machine{T: t, root: t.TempDir(), addr: l.Addr().String()}
	l.Close()
	m.bin = filepath.Join(m.root, "usr/local/bin")
	for _, dir := range []string{m.bin, m.path("/var/lib/plaza"), m.path("/etc/plaza")} {
		m.must(os.MkdirAll(dir, 0o700))
	}
	m.must(os.Symlink(plaza, filepath.Join(m.bin, "plaza")))
	m.write("/usr/local/bin/sudo", "#!/bin/sh\nshift 2\nexec \"$@\"\n", 0o700) // sudo -u plaza
	m.write("/usr/local/bin/systemctl", systemctl, 0o700)
	for unit, at := range map[string]string{"plaza": "one-server", "plaza-standby": "standby"} {
		text, err := os.ReadFile(filepath.Join("../../deploy", at, unit+".service"))
		m.must(err)
		line := regexp.MustCompile(`(?m)^ExecStart=(.*)$`).FindStringSubmatch(string(text))
		m.write("/units/"+unit, "set -a\n[ ! -e "+m.path("/etc/plaza/standby.env")+" ] || . "+m.path("/etc/plaza/standby.env")+"\nset +a\nexec "+m.here(line[1])+"\n", 0o700)
	}
	t.Cleanup(m.off)
	return m
}

// systemctl starts and stops a unit that is a script.
const systemctl = `#!/bin/sh
cd "$ROOT/units"
case $1 in
start) setsid sh ./$2 >>$2.log 2>&1 & echo $! >$2.pid ;;
stop) kill $(cat $2.pid); while kill -0 $(cat $2.pid) 2>/dev/null; do sleep 0.1; done; rm $2.pid ;;
disable) ;;
*) exit 2 ;;
esac
`

func (m *machine) must(err error) {
	m.Helper()
	if err != nil {
		m.Fatal(err)
	}
}

func (m *machine) path(p string) string { return filepath.Join(m.root, p) }

func (m *machine) write(path, text string, mode os.FileMode) {
	m.Helper()
	m.must(os.MkdirAll(filepath.Dir(m.path(path)), 0o700))
	m.must(os.WriteFile(m.path(path), []byte(text), mode))
}

func (m *machine) read(path string) string {
	m.Helper()
	b, err := os.ReadFile(m.path(path))
	m.must(err)
	return string(b)
}

var paths = regexp.MustCompile(`/(?:var/lib|etc|usr/local/bin|mnt/old)/plaza`)

// here is a text with its paths below the root, and its address.
func (m *machine) here(text string) string {
	text = paths.ReplaceAllStringFunc(text, func(p string) string { return m.path(p) })
	text = strings.ReplaceAll(text, "127.0.0.1:8080", m.addr)
	if m.second != "" {
		text = strings.NewReplacer("https://new.example", "http://"+m.second, "@new.example", "@"+m.second, "new.example", "http://"+m.second).Replace(text)
	}
	return text
}

// sh runs commands as they stand, but for paths and addresses.
func (m *machine) sh(commands string) string {
	m.Helper()
	cmd := exec.Command("sh", "-euc", m.here(commands))
	cmd.Env = append(append(os.Environ(), "PATH="+m.bin+":"+os.Getenv("PATH"), "ROOT="+m.root, "PLAZA_LISTEN="+m.addr, "PLAZA_RATE_LIMITS=off"), m.env...)
	cmd.Dir = m.root
	out, err := cmd.CombinedOutput()
	if err != nil {
		logs, _ := filepath.Glob(m.path("/units/*.log"))
		for _, l := range logs {
			b, _ := os.ReadFile(l)
			m.Logf("%s: %s", l, b)
		}
		m.Fatalf("%s\n%v %s", commands, err, out)
	}
	return string(out)
}

// off switches the machine off: what runs on it is killed.
func (m *machine) off() {
	pids, _ := filepath.Glob(m.path("/units/*.pid"))
	for _, f := range pids {
		b, err := os.ReadFile(f)
		if err != nil {
			continue
		}
		if pid, err := strconv.Atoi(strings.TrimSpace(string(b))); err == nil {
			syscall.Kill(pid, syscall.SIGKILL)
		}
		os.Remove(f)
	}
}

// A step is a block of commands in a chapter, and on which machine it is run.
type step struct{ on, commands string }

var block = regexp.MustCompile("(?s)```sh (\\w+)\n(.*?)```")

// chapter reads the steps of one.
func chapter(t *testing.T, name string) (all []step) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../../docs/handbook", name))
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range block.FindAllStringSubmatch(string(text), -1) {
		all = append(all, step{b[1], b[2]})
	}
	if len(all) == 0 {
		t.Fatal(fmt.Sprint(name, " has no steps"))
	}
	return all
}
