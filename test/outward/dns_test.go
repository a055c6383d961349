package outward

import (
	"context"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// TestMain has every name be looked up at a server of ours, which knows names
// that lead inside, and some that change their mind.
func TestMain(m *testing.M) {
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	names := &names{asked: map[string]int{}}
	go names.serve(pc)
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", pc.LocalAddr().String())
	}}
	os.Exit(m.Run())
}

// outside is where the servers are that may be called; everything else of this
// machine is inside.
const outside = "127.0.0.9"

// inside is what the names below .inside.example lead to.
var inside = map[string][]string{
	"four": {"127.0.0.1"}, "six": {"::1"}, "mapped": {"::ffff:127.0.0.1"}, "zero": {"0.0.0.0"}, "unspecified": {"::"}, "metadata": {"169.254.169.254"},
	"ten": {"10.0.0.1"}, "home": {"192.168.1.1"}, "shared": {"100.64.0.1"}, "nat64": {"64:ff9b::7f00:1"}, "sixtofour": {"2002:7f00:1::"}, "unique": {"fd00::1"}, "link": {"fe80::1"},
	"some": {"127.0.0.1", "10.0.0.1", "::1"},
}

// names answers for all names. Those that begin with "rebind" lead outside the
// first time they are asked for, and inside from then on.
type names struct {
	mu    sync.Mutex
	asked map[string]int
}

func (n *names) of(name string, v6 bool) (out []netip.Addr) {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	all := []string{outside}
	label, of, _ := strings.Cut(name, ".")
	if of == "inside.example" {
		all = inside[label]
	}
	if strings.HasPrefix(label, "rebind") && !v6 {
		n.mu.Lock()
		if n.asked[name]++; n.asked[name] > 1 {
			all = []string{"127.0.0.1"}
		}
		n.mu.Unlock()
	}
	for _, a := range all {
		if at := netip.MustParseAddr(a); at.Is6() == v6 {
			out = append(out, at)
		}
	}
	return out
}

func (n *names) serve(pc net.PacketConn) {
	buf := make([]byte, 1500)
	for {
		size, from, err := pc.ReadFrom(buf)
		if err != nil {
			return
		}
		if answer := n.answer(buf[:size]); answer != nil {
			pc.WriteTo(answer, from)
		}
	}
}

func (n *names) answer(question []byte) []byte {
	var p dnsmessage.Parser
	h, err := p.Start(question)
	if err != nil {
		return nil
	}
	q, err := p.Question()
	if err != nil {
		return nil
	}
	m := dnsmessage.Message{Header: dnsmessage.Header{ID: h.ID, Response: true, RecursionAvailable: true}, Questions: []dnsmessage.Question{q}}
	for _, at := range n.of(q.Name.String(), q.Type == dnsmessage.TypeAAAA) {
		r := dnsmessage.Resource{Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}}
		switch q.Type {
		case dnsmessage.TypeA:
			r.Body = &dnsmessage.AResource{A: at.As4()}
		case dnsmessage.TypeAAAA:
			r.Body = &dnsmessage.AAAAResource{AAAA: at.As16()}
		default:
			continue
		}
		m.Answers = append(m.Answers, r)
	}
	b, err := m.Pack()
	if err != nil {
		return nil
	}
	return b
}
