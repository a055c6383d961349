// Package fedtest is other servers, for tests: they have names of their own,
// speak https over sockets of this machine, serve documents, sign what they
// send, and keep what they are sent. They do what a test tells them, also what
// no honest server would do.
package fedtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/netsafe"
)

// A World is servers that know each other by name.
type World struct {
	t      testing.TB
	server *httptest.Server
	key    *ecdsa.PrivateKey // of the authority that all trust
	root   *x509.Certificate

	mu    sync.Mutex
	hosts map[string]*Host
	certs map[string]*tls.Certificate
}

// New returns a World that ends with the test.
func New(t testing.TB) *World { return NewAt(t, "127.0.0.1") }

// NewAt is New with all servers at one address of this machine.
func NewAt(t testing.TB, address string) *World {
	t.Helper()
	w := &World{t: t, hosts: map[string]*Host{}, certs: map[string]*tls.Certificate{}}
	w.authority()
	w.server = httptest.NewUnstartedServer(http.HandlerFunc(w.serve))
	l, err := net.Listen("tcp", net.JoinHostPort(address, "0"))
	if err != nil {
		t.Fatal(err)
	}
	w.server.Listener.Close()
	w.server.Listener = l
	w.server.Config.ErrorLog = log.New(io.Discard, "", 0) // who speaks no TLS is turned away, as elsewhere
	w.server.TLS = &tls.Config{GetCertificate: w.certificate}
	w.server.StartTLS()
	t.Cleanup(w.server.Close)
	return w
}

// Port is where all servers listen.
func (w *World) Port() string {
	_, port, _ := net.SplitHostPort(w.server.Listener.Addr().String())
	return port
}

// Outward is how a server that is tested reaches this world, and no other.
func (w *World) Outward() netsafe.Options {
	roots := x509.NewCertPool()
	roots.AddCert(w.root)
	at := w.server.Listener.Addr().String()
	return netsafe.Options{Private: netsafe.Loopback, Roots: roots, Instead: func(address string) string {
		if host, _, err := net.SplitHostPort(address); err == nil && strings.Trim(host, "0123456789.:") != "" {
			return at
		}
		return address
	}}
}

// Host is the server of a name, such as far.example. It is there from now on.
// One named "*.far.example" answers for all names below.
func (w *World) Host(name string) *Host {
	w.mu.Lock()
	defer w.mu.Unlock()
	h := w.hosts[name]
	if h == nil {
		h = &Host{Name: name, world: w, pages: map[string]http.HandlerFunc{}, actors: map[string]*Actor{}}
		w.hosts[name] = h
	}
	return h
}

func (w *World) serve(rw http.ResponseWriter, r *http.Request) {
	name := r.Host
	if host, _, err := net.SplitHostPort(name); err == nil {
		name = host
	}
	w.mu.Lock()
	h := w.hosts[name]
	if h == nil {
		_, parent, _ := strings.Cut(name, ".")
		h = w.hosts["*."+parent]
	}
	w.mu.Unlock()
	if h == nil {
		http.Error(rw, "nobody is called "+name, http.StatusMisdirectedRequest)
		return
	}
	h.serve(rw, r)
}

// authority makes the certificate that all others are signed with.
func (w *World) authority() {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		w.t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "a world of tests"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		w.t.Fatal(err)
	}
	if w.root, err = x509.ParseCertificate(der); err != nil {
		w.t.Fatal(err)
	}
	w.key = key
}

// certificate makes one for whatever name is asked for.
func (w *World) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	name := hello.ServerName
	if c := w.certs[name]; c != nil {
		return c, nil
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(int64(len(w.certs) + 2)), DNSNames: []string{name}, NotBefore: w.root.NotBefore, NotAfter: w.root.NotAfter,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	der, err := x509.CreateCertificate(rand.Reader, c, w.root, w.key.Public(), w.key)
	if err != nil {
		return nil, err
	}
	made := &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: w.key}
	w.certs[name] = made
	return made, nil
}
