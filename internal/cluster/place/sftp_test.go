package place

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"github.com/plaza-social/plaza/internal/base/errs"
)

func init() { grounds["sftp"] = sftpGround }

// sshd is a machine that speaks SFTP, with a user ada.
type sshd struct {
	dir, address, hostKey string
	config                *ssh.ServerConfig
	user                  sshKey       // whom it lets in besides those who know the password
	asleep                sync.RWMutex // locked while it says nothing
	mu                    sync.Mutex
	conns                 map[net.Conn]bool
}

func startSSHD(t *testing.T) *sshd {
	t.Helper()
	d := &sshd{dir: t.TempDir(), user: newKey(t), conns: map[net.Conn]bool{}}
	d.config = &ssh.ServerConfig{
		PasswordCallback: func(c ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
			if c.User() != "ada" || string(password) != "hush" {
				return nil, errors.New("no")
			}
			return nil, nil
		},
		PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			if string(key.Marshal()) != string(d.user.PublicKey().Marshal()) {
				return nil, errors.New("no")
			}
			return nil, nil
		},
	}
	key := newKey(t)
	d.config.AddHostKey(key)
	d.hostKey = string(ssh.MarshalAuthorizedKey(key.PublicKey()))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d.address = l.Addr().String()
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			d.mu.Lock()
			d.conns[c] = true
			d.mu.Unlock()
			all.Go(func() { d.serve(sleepy{c, d}) })
		}
	})
	t.Cleanup(func() { l.Close(); d.cut(); all.Wait() })
	return d
}

type sshKey struct {
	ssh.Signer
	private ed25519.PrivateKey
}

func newKey(t *testing.T) sshKey {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return sshKey{s, private}
}

type sleepy struct {
	net.Conn
	d *sshd
}

func (c sleepy) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.d.asleep.RLock()
	defer c.d.asleep.RUnlock()
	return n, err
}

func (d *sshd) serve(c net.Conn) {
	defer c.Close()
	conn, channels, requests, err := ssh.NewServerConn(c, d.config)
	if err != nil {
		return
	}
	defer conn.Close()
	go ssh.DiscardRequests(requests)
	for n := range channels {
		ch, reqs, err := n.Accept()
		if err != nil {
			return
		}
		go func() {
			for r := range reqs {
				_ = r.Reply(r.Type == "subsystem", nil)
			}
		}()
		s, err := sftp.NewServer(ch)
		if err == nil {
			_ = s.Serve()
		}
		ch.Close()
	}
}

func (d *sshd) cut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for c := range d.conns {
		c.Close()
		delete(d.conns, c)
	}
}

func (d *sshd) conf() Config {
	return Config{URL: "sftp://ada@" + d.address + d.dir + "/copies", HostKey: d.hostKey, Secret: "hush"}
}

func sftpGround(t *testing.T) ground {
	d := startSSHD(t)
	return ground{
		open: func(t *testing.T) Place { return mustOpen(t, d.conf()) },
		web:  d.conf,
		cut:  d.cut,
		junk: func(t *testing.T) int { return filesIn(t, filepath.Join(d.dir, "copies", unsaved)) },
	}
}

func TestMachineAddresses(t *testing.T) {
	t.Parallel()
	d := startSSHD(t)
	for name, change := range map[string]func(*Config){
		"no user":        func(c *Config) { c.URL = "sftp://" + d.address + d.dir },
		"no folder":      func(c *Config) { c.URL = "sftp://ada@" + d.address },
		"no key of host": func(c *Config) { c.HostKey = "" },
		"no such form":   func(c *Config) { c.HostKey = "trust me" },
		"no secret":      func(c *Config) { c.Secret = "" },
		"no key file":    func(c *Config) { c.KeyFile = filepath.Join(d.dir, "nobody") },
	} {
		c := d.conf()
		change(&c)
		if _, err := Open(t.Context(), c); errs.KindOf(err) != errs.Invalid || !strings.HasSuffix(errs.Public(err), ".") {
			t.Errorf("%s: %v, want a sentence", name, err)
		}
	}
}

// Only the machine that was named is spoken to, and it only lets ada in.
func TestStrangers(t *testing.T) {
	t.Parallel()
	d := startSSHD(t)
	for name, change := range map[string]func(*Config){
		"another machine": func(c *Config) { c.HostKey = string(ssh.MarshalAuthorizedKey(newKey(t).PublicKey())) },
		"wrong password":  func(c *Config) { c.Secret = "loud" },
		"folder above":    func(c *Config) { c.URL += "/a/b" },
	} {
		c := d.conf()
		change(&c)
		p := mustOpen(t, c)
		if err := p.Put(t.Context(), "a", strings.NewReader("x"), 1); errs.KindOf(err) != errs.Unavailable || !strings.HasSuffix(errs.Public(err), ".") {
			t.Errorf("%s: %v, want a sentence", name, err)
		}
	}
	if left, err := os.ReadDir(d.dir); err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// A machine that says nothing any more keeps nobody waiting, and is there again
// once it speaks.
func TestMachineAsleep(t *testing.T) {
	t.Parallel()
	d := startSSHD(t)
	known, unknown := mustOpen(t, d.conf()), mustOpen(t, d.conf())
	put(t, known, "a", "x")
	d.asleep.Lock()
	soon := func() context.Context {
		ctx, stop := context.WithTimeout(t.Context(), 20*time.Millisecond)
		t.Cleanup(stop)
		return ctx
	}
	for name, p := range map[string]Place{"connected": known, "not connected": unknown} {
		if _, err := p.Open(soon(), "a"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: open: %v", name, err)
		}
		if err := p.Put(soon(), "b", strings.NewReader("x"), 1); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: put: %v", name, err)
		}
	}
	d.asleep.Unlock()
	for _, p := range []Place{known, unknown} {
		if got := read(t, p, "a"); got != "x" {
			t.Errorf("awake: %q", got)
		}
	}
}

func TestKeyFile(t *testing.T) {
	t.Parallel()
	d := startSSHD(t)
	file := func(key sshKey, passphrase string) Config {
		b, err := ssh.MarshalPrivateKey(key.private, "")
		if passphrase != "" {
			b, err = ssh.MarshalPrivateKeyWithPassphrase(key.private, "", []byte(passphrase))
		}
		c := d.conf()
		c.KeyFile, c.Secret = filepath.Join(t.TempDir(), "key"), ""
		if err = errors.Join(err, os.WriteFile(c.KeyFile, pem.EncodeToMemory(b), 0o600)); err != nil {
			t.Fatal(err)
		}
		return c
	}
	if err := Check(t.Context(), mustOpen(t, file(d.user, ""))); err != nil {
		t.Error(err)
	}
	if err := Check(t.Context(), mustOpen(t, file(newKey(t), ""))); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("somebody else's: %v", err)
	}
	c := file(d.user, "word")
	if _, err := Open(t.Context(), c); !strings.HasSuffix(errs.Public(err), ".") {
		t.Errorf("without its passphrase: %v, want a sentence", err)
	}
	c.Secret = "word"
	mustOpen(t, c)
}

// A server without links still gives a free key to one only. What it cannot do
// at all is said. This changes what all servers here know, so it runs alone.
func TestPoorServers(t *testing.T) {
	all := []string{"hardlink@openssh.com", "posix-rename@openssh.com", "statvfs@openssh.com"}
	defer func() {
		if err := sftp.SetSFTPExtensions(all...); err != nil {
			t.Fatal(err)
		}
	}()
	if err := sftp.SetSFTPExtensions("posix-rename@openssh.com"); err != nil {
		t.Fatal(err)
	}
	p := mustOpen(t, startSSHD(t).conf())
	if err := Check(t.Context(), p); err != nil {
		t.Errorf("without links: %v", err)
	}
	var won int
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			err := p.PutNew(t.Context(), "turn/1", fmt.Appendf(nil, "%d", i))
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won++
			} else if !errors.Is(err, fs.ErrExist) {
				t.Error(err)
			}
		})
	}
	if wg.Wait(); won != 1 {
		t.Errorf("%d winners", won)
	}
	if err := sftp.SetSFTPExtensions("hardlink@openssh.com"); err != nil {
		t.Fatal(err)
	}
	if err := Check(t.Context(), mustOpen(t, startSSHD(t).conf())); !strings.Contains(errs.Public(err), "cannot be") {
		t.Errorf("without renaming: %v", err)
	}
}
