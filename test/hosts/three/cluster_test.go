package three

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/test/hosts/checker"
	"github.com/plaza-social/plaza/test/hosts/lan"
)

// cluster is the three machines.
type cluster struct {
	t                 *testing.T
	dir               string // of disks, settings and logs
	lan               *lan.LAN
	machines          []*machine
	plaza, faketime   string
	password          string
	world             checker.World
	patroni, anything http.Client
	deck              *deck
	crowd             *crowd
}

// why says why there can be none here; empty if there can.
func why() string {
	if os.Getenv("PLAZA_TEST_HOSTS") == "" {
		return "it takes minutes and root: make test-hosts"
	}
	for _, tool := range []string{"etcd", "patroni", "mkfs.ext4", "findmnt"} {
		if _, err := exec.LookPath(tool); err != nil {
			return tool + " is not installed"
		}
	}
	if postgresBin() == "" {
		return "PostgreSQL is not installed"
	}
	return lan.Why()
}

func postgresBin() string {
	all, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1]
}

// newCluster makes the machines, and starts none.
func newCluster(t *testing.T) *cluster {
	c := &cluster{t: t, patroni: http.Client{Timeout: 2 * time.Second}, password: "letters0AND1digits"}
	c.makeDir()
	c.plaza = os.Getenv("PLAZA_TEST_PLAZA")
	if c.plaza == "" {
		c.plaza = filepath.Join(c.dir, "bin", "plaza")
		c.must(do("go", "build", "-tags=nodynamic,testclock", "-o", c.plaza, "github.com/plaza-social/plaza/cmd/plaza"))
	}
	if all, _ := filepath.Glob("/usr/lib/*/faketime/libfaketime.so.1"); len(all) > 0 {
		c.faketime = all[0]
	}
	var err error
	c.lan, err = lan.New()
	c.must(err)
	t.Cleanup(func() { c.lan.Remove() })
	for _, name := range []string{"alder", "birch", "cedar"} {
		h, err := c.lan.Host(name)
		c.must(err)
		d, err := newDisk(filepath.Join(c.dir, name+".img"), filepath.Join(c.dir, name))
		c.must(err)
		m := &machine{Host: h, disk: d, c: c, files: filepath.Join(c.dir, "files", name), logs: filepath.Join(c.dir, "logs")}
		c.machines = append(c.machines, m)
		t.Cleanup(func() {
			m.crash()
			m.unmount()
		})
		c.must(m.jump(0))
	}
	c.fill()
	return c
}

// makeDir makes a folder in memory, where there is some: the power of these disks
// is cut by their file systems, and what holds those may be anything.
func (c *cluster) makeDir() {
	within := ""
	if _, err := os.Stat("/dev/shm"); err == nil {
		within = "/dev/shm"
	}
	var err error
	c.dir, err = os.MkdirTemp(within, "plaza-hosts-")
	c.must(err)
	// What is mounted there later is to be seen by programs that run already.
	c.must(do("mount", "--bind", c.dir, c.dir))
	c.must(do("mount", "--make-shared", c.dir))
	c.t.Cleanup(func() {
		do("umount", c.dir)
		if keep := os.Getenv("PLAZA_TEST_KEEP"); keep != "" {
			do("cp", "-r", filepath.Join(c.dir, "logs"), filepath.Join(c.dir, "history.jsonl"), filepath.Join(c.dir, "world.json"), filepath.Join(c.dir, "log.json"), keep)
		}
		os.RemoveAll(c.dir)
	})
	c.must(os.Chmod(c.dir, 0o755))
	for _, d := range []string{"bin", "logs", "files"} {
		c.must(os.Mkdir(filepath.Join(c.dir, d), 0o755))
	}
}

// fill fills the shipped files in, and makes the folders that they name.
func (c *cluster) fill() {
	values := "NETWORK=" + c.lan.Addr() + "/24\nURL=https://plaza.example\nWATCHDOG=off\nFACTOR_KEY=" + strings.Repeat("k", 32) + "\n"
	for _, word := range []string{"SUPERUSER", "REPLICATION", "REWIND", "PLAZA", "PATRONI"} {
		values += word + "_PASSWORD=" + c.password + "\n"
	}
	for i, m := range c.machines {
		values += fmt.Sprintf("%[1]c=%[2]s\n%[1]c_ADDRESS=%[3]s\n", 'A'+i, m.Name, m.Addr)
	}
	for _, m := range c.machines {
		own := values + fmt.Sprintf("PG_BIN=%[2]s\nPG_DATA=%[1]s/postgresql\nETCD_DATA=%[1]s/etcd\nPG_SOCKETS=%[1]s\n", m.at, m.programs())
		path := filepath.Join(c.dir, "bin", m.Name+".values")
		c.must(os.WriteFile(path, []byte(own), 0o600))
		out := filepath.Join(c.dir, "bin", m.Name)
		c.must(do("../../../deploy/three-hosts/fill", path, out))
		c.must(os.Rename(filepath.Join(out, m.Name), m.files))
		c.must(os.Mkdir(filepath.Join(m.at, "plaza"), 0o700))
		c.must(do("chown", "-R", "postgres:", m.at, m.files))
	}
}

func (c *cluster) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// member is a PostgreSQL as Patroni knows it.
type member struct {
	Name, Role, State string
	Timeline          int
	Lag               any
}

// mostBehind is how far a standby may be behind, in bytes, that follows.
const mostBehind = 1 << 20

// follows reports whether a standby is there and has what the primary has. (That
// it streams is not said by all versions.)
func (m member) follows() bool {
	lag, known := m.Lag.(float64)
	return known && lag <= mostBehind && (m.State == "running" || m.State == "streaming")
}

// members asks the Patroni of a machine; none if it does not answer.
func (c *cluster) members(m *machine) []member {
	var view struct{ Members []member }
	if err := c.ask("http://"+m.Addr+":8008/cluster", &view); err != nil {
		return nil
	}
	return view.Members
}

func (c *cluster) ask(url string, into any) error {
	answer, err := c.patroni.Get(url)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	return json.NewDecoder(answer.Body).Decode(into)
}

// primary is the machine whose PostgreSQL is the primary to two Patronis at
// least: one alone may not have heard. It is nil if there is none.
func (c *cluster) primary() *machine {
	says := map[string]int{}
	for _, m := range c.machines {
		for _, who := range c.members(m) {
			if who.Role == "leader" && who.State == "running" {
				if says[who.Name]++; says[who.Name] == 2 {
					return c.named(who.Name)
				}
			}
		}
	}
	return nil
}

func (c *cluster) named(name string) *machine {
	for _, m := range c.machines {
		if m.Name == name {
			return m
		}
	}
	return nil
}

// unsettled says what is not as it should be: one primary, two standbys
// that it waits for, and three Plazas that are well.
func (c *cluster) unsettled() string {
	var says []string
	leaders := map[string]bool{}
	for _, m := range c.machines {
		roles := map[string]int{}
		for _, who := range c.members(m) {
			if roles[who.Role]++; who.Role == "leader" {
				leaders[who.Name] = true
			} else if !who.follows() {
				says = append(says, fmt.Sprintf("%s says that %s is %s, %s, lag %v", m.Name, who.Name, who.Role, who.State, who.Lag))
			}
		}
		if roles["leader"] != 1 || roles["sync_standby"] != 2 {
			says = append(says, fmt.Sprint(m.Name, " says ", roles))
		}
	}
	if len(leaders) != 1 {
		says = append(says, fmt.Sprint("leaders: ", leaders))
	}
	for _, m := range c.machines {
		if answer, err := c.patroni.Get("http://" + m.Addr + ":8080/healthz"); err != nil {
			says = append(says, m.Name+": plaza does not answer")
		} else {
			answer.Body.Close()
			if answer.StatusCode != http.StatusOK {
				says = append(says, m.Name+": plaza is not well")
			}
		}
	}
	return strings.Join(says, "; ")
}

// makeAnew does for a standby that does not follow by itself what a person
// would, with patronictl reinit, and says for which, to be put into the report.
func (c *cluster) makeAnew() string {
	p := c.primary()
	if p == nil {
		return ""
	}
	for _, who := range c.members(p) {
		if who.Role == "leader" || who.follows() {
			continue
		}
		r, err := http.NewRequest(http.MethodPost, "http://"+c.named(who.Name).Addr+":8008/reinitialize", strings.NewReader(`{"force": true}`))
		c.must(err)
		r.SetBasicAuth("patroni", c.password)
		if answer, err := c.patroni.Do(r); err == nil {
			answer.Body.Close()
			return "; " + who.Name + " BY HAND (patronictl reinit)" // one at a time
		}
	}
	return ""
}

// await waits until what says nothing any more.
func (c *cluster) await(most time.Duration, what func() string) (took time.Duration, err error) {
	begin, last := time.Now(), ""
	for time.Since(begin) < most {
		if last = what(); last == "" {
			return time.Since(begin), nil
		}
		time.Sleep(250 * time.Millisecond)
	}
	return most, fmt.Errorf("not within %v: %s", most, last)
}

// bootAll starts all machines on empty disks, and moves in.
func (c *cluster) bootAll() {
	for _, m := range c.machines {
		m.boot()
	}
	_, err := c.await(2*time.Minute, func() string {
		if c.primary() == nil {
			return "there is no primary"
		}
		return ""
	})
	c.must(err)
	for _, q := range []string{"CREATE ROLE plaza LOGIN PASSWORD '" + c.password + "'", "CREATE DATABASE plaza OWNER plaza"} {
		_, err := c.await(time.Minute, func() string {
			p := c.primary()
			if p == nil {
				return "no primary"
			}
			cmd := p.In("postgres", exec.Command("psql", "-h", p.at, "-U", "postgres", "-c", q))
			if out, err := cmd.CombinedOutput(); err != nil && !strings.Contains(string(out), "already exists") {
				return string(out)
			}
			return ""
		})
		c.must(err)
	}
	_, err = c.await(2*time.Minute, c.unsettled)
	c.must(err)
}

// run runs a plaza command at a machine.
func (m *machine) run(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, m.c.plaza, append(args, "--data", m.at+"/plaza")...)
	cmd.Env = append(os.Environ(), "PLAZA_CONFIG="+m.files+"/plaza.toml")
	return m.In("postgres", cmd).Output()
}
