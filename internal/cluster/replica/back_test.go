package replica_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"io"
	"net"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"github.com/plaza-social/plaza/internal/cluster/place"
)

// A wire leads to a server, until it is cut: then whoever is connected is not any
// more, and nobody gets through.
type wire struct {
	net.Listener
	mu    sync.Mutex
	is    bool // cut
	conns map[net.Conn]bool
}

func newWire(t *testing.T, to string) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{Listener: l, conns: map[net.Conn]bool{}}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", to)
			if err != nil || !w.take(near, far) {
				near.Close()
				if err == nil {
					far.Close()
				}
				continue
			}
			for _, way := range [][2]net.Conn{{near, far}, {far, near}} {
				all.Go(func() {
					_, _ = io.Copy(way[0], way[1])
					near.Close()
					far.Close()
				})
			}
		}
	})
	t.Cleanup(func() { l.Close(); w.cut(true); all.Wait() })
	return w
}

func (w *wire) take(conns ...net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range conns {
		w.conns[c] = true
	}
	return !w.is
}

func (w *wire) cut(is bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.is = is; is {
		for c := range w.conns {
			c.Close()
			delete(w.conns, c)
		}
	}
}

func opened(t *testing.T, c place.Config) place.Place {
	t.Helper()
	p, err := place.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// farBucket is a place that speaks S3, at the end of a wire.
func farBucket(t *testing.T) (place.Place, func(bool)) {
	kept := s3mem.New()
	if err := kept.CreateBucket("copies"); err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(gofakes3.New(kept).Server())
	t.Cleanup(s.Close)
	w := newWire(t, s.Listener.Addr().String())
	return opened(t, place.Config{URL: "s3://copies/of/plaza?endpoint=http://" + w.Addr().String(), Key: "key", Secret: "hush"}), w.cut
}

// farMachine is a place that speaks SFTP, at the end of a wire.
func farMachine(t *testing.T) (place.Place, func(bool)) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	config := &ssh.ServerConfig{PasswordCallback: func(ssh.ConnMetadata, []byte) (*ssh.Permissions, error) { return nil, nil }}
	config.AddHostKey(key)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { serveSFTP(c, config) })
		}
	})
	t.Cleanup(func() { l.Close(); all.Wait() })
	w := newWire(t, l.Addr().String())
	return opened(t, place.Config{URL: "sftp://ada@" + w.Addr().String() + t.TempDir() + "/copies", Secret: "hush", HostKey: string(ssh.MarshalAuthorizedKey(key.PublicKey()))}), w.cut
}

func serveSFTP(c net.Conn, config *ssh.ServerConfig) {
	defer c.Close()
	conn, channels, requests, err := ssh.NewServerConn(c, config)
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
		if s, err := sftp.NewServer(ch); err == nil {
			_ = s.Serve()
		}
		ch.Close()
	}
}
