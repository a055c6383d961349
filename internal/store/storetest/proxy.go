package storetest

import (
	"bytes"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// A Proxy stands between a program and PostgreSQL, and gives way when a test
// says so.
type Proxy struct {
	t    testing.TB
	l    net.Listener
	to   string
	wg   sync.WaitGroup
	cond *sync.Cond

	// Under cond.L:
	conns  map[net.Conn]bool
	down   bool   // nobody is let in
	still  bool   // nothing is passed on
	losing string // the answer to the commit after this is lost, with its connection
}

// NewProxy stands before the server of a postgres:// address until the test
// ends, and returns the address with the proxy in its place.
func NewProxy(t testing.TB, server string) (p *Proxy, through string) {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p = &Proxy{t: t, l: l, to: u.Host, cond: sync.NewCond(&sync.Mutex{}), conns: map[net.Conn]bool{}}
	p.wg.Go(p.accept)
	t.Cleanup(func() {
		l.Close()
		p.Down()
		p.wg.Wait()
	})
	u.Host = l.Addr().String()
	return p, u.String()
}

// Addr is where the proxy listens.
func (p *Proxy) Addr() string { return p.l.Addr().String() }

// Down ends all connections and lets nobody in until Up.
func (p *Proxy) Down() {
	p.set(func() {
		p.down, p.still = true, false
		for c := range p.conns {
			c.Close()
		}
	})
}

// Pause passes nothing on until Up, as if the server stood still.
func (p *Proxy) Pause() { p.set(func() { p.still = true }) }

// Up ends what Down or Pause began.
func (p *Proxy) Up() { p.set(func() { p.down, p.still = false, false }) }

// LoseCommit has the next commit of whoever writes words reach the server, and
// its answer lost.
func (p *Proxy) LoseCommit(words string) { p.set(func() { p.losing = words }) }

func (p *Proxy) set(change func()) {
	p.cond.L.Lock()
	defer p.cond.L.Unlock()
	change()
	p.cond.Broadcast()
}

func (p *Proxy) accept() {
	for {
		in, err := p.l.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", p.to)
		if err != nil || !p.keep(in, out) {
			in.Close()
			if out != nil {
				out.Close()
			}
			continue
		}
		lose, written := make(chan struct{}), false
		p.wg.Go(func() { p.pass(in, out, func(b []byte) bool { p.watch(b, &written, lose); return true }) })
		p.wg.Go(func() {
			p.pass(out, in, func([]byte) bool {
				select {
				case <-lose:
					return false
				default:
					return true
				}
			})
		})
	}
}

func (p *Proxy) keep(conns ...net.Conn) bool {
	p.cond.L.Lock()
	defer p.cond.L.Unlock()
	for _, c := range conns {
		p.conns[c] = true
	}
	return !p.down
}

// watch notes that the words passed, and then the commit whose answer is to be
// lost.
func (p *Proxy) watch(b []byte, written *bool, lose chan struct{}) {
	p.cond.L.Lock()
	defer p.cond.L.Unlock()
	if p.losing != "" && bytes.Contains(b, []byte(p.losing)) {
		*written = true
	}
	if *written && p.losing != "" && bytes.Contains(b, []byte("commit\x00")) {
		p.losing = ""
		close(lose)
	}
}

// pass hands on what comes until one side ends, or may says no.
func (p *Proxy) pass(from, to net.Conn, may func([]byte) bool) {
	defer from.Close()
	defer to.Close()
	b := make([]byte, 32<<10)
	for {
		n, err := from.Read(b)
		p.cond.L.Lock()
		for p.still && !p.down {
			p.cond.Wait()
		}
		p.cond.L.Unlock()
		if n > 0 && !may(b[:n]) {
			return
		}
		if _, fault := to.Write(b[:n]); err != nil || fault != nil {
			return
		}
	}
}

// Hosts is a postgres:// address with other hosts, in the order in which they
// are tried.
func Hosts(t testing.TB, server string, hosts ...string) string {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Host = strings.Join(hosts, ",")
	return u.String()
}
