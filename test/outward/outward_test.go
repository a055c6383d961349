// Package outward looks at every way in which a stranger can have this server
// call somebody, and has it called by servers that mean ill: none of them gets
// it to call a machine of its own network, to wait for long, or to read more
// than it has room for.
package outward

import (
	"bytes"
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/base/netsafe"
	"github.com/plaza-social/plaza/internal/edge/fedi/fedtest"
	"github.com/plaza-social/plaza/internal/edge/fedi/finger"
	"github.com/plaza-social/plaza/internal/edge/fedi/sign"
	"github.com/plaza-social/plaza/internal/edge/hostlist"
	"github.com/plaza-social/plaza/internal/edge/preview"
	"github.com/plaza-social/plaza/internal/social"
)

// A canary sings when anything inside is called, on any address of this
// machine but the one outside, and on the ports that are allowed if we may
// listen there.
type canary struct {
	ports []string // those at 127.0.0.1 that nobody else has
	sung  atomic.Int64
}

func newCanary(t *testing.T) *canary {
	c := &canary{}
	for _, port := range []string{"0", "80", "443"} {
		for _, host := range []string{"127.0.0.1", "::1"} {
			c.listenAt(t, host, port)
		}
	}
	return c
}

// listenAt listens at one more place, if that is possible.
func (c *canary) listenAt(t *testing.T, host, port string) {
	l, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if err != nil {
		t.Logf("no canary at %s port %s: %v", host, port, err)
		return
	}
	t.Cleanup(func() { l.Close() })
	go c.listen(l)
	if _, p, _ := net.SplitHostPort(l.Addr().String()); port == "0" && len(c.ports) == 0 {
		c.ports = append(c.ports, p)
	}
}

func (c *canary) listen(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		c.sung.Add(1)
		conn.Close()
	}
}

const base = "https://plaza.example"

// A house is a server that strangers lead astray.
type house struct {
	*apptest.Server
	t        *testing.T
	ada, ben *apptest.Person
	reach    netsafe.Options
	count    int
}

func newHouse(t *testing.T, reach netsafe.Options) *house {
	s := apptest.StartReaching(t, reach, func(c *conf.Config) { c.URL, c.HandleHost = base, "plaza.example" })
	return &house{Server: s, t: t, ada: s.Join("ada", social.Member), ben: s.Join("ben", social.Member), reach: reach}
}

// kinds are the nine ways to have the house call an address. Each returns when
// the house is done with it.
var kinds = []struct {
	name string
	call func(h *house, address string)
}{
	{"WebFinger", func(h *house, address string) { h.finger().Finger(h.t.Context(), "eva", hostOf(address)) }},
	{"NodeInfo", func(h *house, address string) { h.finger().NodeInfo(h.t.Context(), hostOf(address)) }},
	{"document", func(h *house, address string) {
		h.ada.Call("GET", "/api/v2/search?resolve=true&q="+url.QueryEscape(address), nil)
	}},
	{"key", (*house).key},
	{"delivery", (*house).delivery},
	{"preview", func(h *house, address string) { h.preview().Fetch(h.t.Context(), address) }},
	{"picture", (*house).picture},
	{"push", (*house).push},
	{"list", func(h *house, address string) { hostlist.New(h.reach, "Plaza").Fetch(h.t.Context(), address) }},
}

func (h *house) finger() *finger.Client {
	return finger.NewClient(finger.Config{Reach: h.reach, Agent: "Plaza", Own: func(string) bool { return false }})
}

func (h *house) preview() *preview.Fetcher {
	return &preview.Fetcher{Client: netsafe.Client(h.reach), Agent: "Plaza"}
}

// hostOf is what stands between "//" and the path, however odd.
func hostOf(address string) string {
	_, rest, _ := strings.Cut(address, "//")
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		rest = rest[:i]
	}
	return rest
}

var someKey, _ = sign.GenerateRSA()

// key brings an activity that is signed with a key at the address.
func (h *house) key(address string) {
	body := fmt.Sprintf(`{"@context":"https://www.w3.org/ns/activitystreams","id":%q,"type":"Follow","actor":%q,"object":"%s/ap/users/%d"}`, address+"#f", address, base, h.ada.ID)
	to := fedtest.Target{Base: base, Listens: h.URL}
	r, err := http.NewRequest("POST", to.Inbox(), strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	r.Header.Set("Content-Type", fedtest.Kind)
	if err := sign.Sign(r, []byte(body), address, someKey, sign.Cavage, time.Now()); err != nil {
		return // nobody can sign with such an address
	}
	fedtest.Do(h.t, to, r)
}

// stranger is somebody of a host of their own, about whom everything is at the
// address: as if whoever reads documents had let that pass.
func (h *house) stranger(address string) social.Account {
	h.count++
	host := fmt.Sprintf("x%d.example", h.count)
	if u, err := url.Parse(address); err == nil && strings.HasSuffix(u.Hostname(), ".example") {
		host = u.Hostname()
	}
	a, err := h.Accounts.Meet(h.t.Context(), social.Stranger{
		Account: social.Account{Username: fmt.Sprintf("eva%d", h.count), Host: host, URI: fmt.Sprintf("https://%s/users/%d", host, h.count), Avatar: address},
		Contact: social.Contact{Inbox: address, SharedInbox: address}})
	if err != nil {
		h.t.Logf("%s: %v", address, err)
	}
	return a
}

// delivery has something be sent to the address.
func (h *house) delivery(address string) {
	a := h.stranger(address)
	if a.ID == 0 {
		return
	}
	h.ada.Must("POST", fmt.Sprintf("/api/v1/accounts/%d/follow", a.ID), nil, nil)
	h.Eventually("a try to send to "+address, func() bool {
		all, err := h.Peers(h.t.Context(), false)
		if err != nil {
			h.t.Fatal(err)
		}
		for _, p := range all {
			if p.Host == a.Host {
				return p.Failures > 0 || !p.ReachedAt.IsZero() || p.Waiting == 0
			}
		}
		return false
	})
}

// picture has somebody's portrait be shown.
func (h *house) picture(address string) {
	a := h.stranger(address)
	if a.ID == 0 {
		return
	}
	var shown struct{ Avatar string }
	h.ada.Must("GET", fmt.Sprintf("/api/v1/accounts/%d", a.ID), nil, &shown)
	if path, ok := strings.CutPrefix(shown.Avatar, base); ok && strings.HasPrefix(path, "/proxy/") {
		h.Call("GET", path, "", nil)
	}
}

// push has ben's app be told of something at the address.
func (h *house) push(address string) {
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		h.t.Fatal(err)
	}
	took := h.ben.Call("POST", "/api/v1/push/subscription", map[string]any{
		"subscription": map[string]any{"endpoint": address, "keys": map[string]string{
			"p256dh": base64.RawURLEncoding.EncodeToString(key.PublicKey().Bytes()), "auth": base64.RawURLEncoding.EncodeToString(make([]byte, 16))}},
		"data": map[string]any{"alerts": map[string]bool{"mention": true}}})
	if took.Status != http.StatusOK {
		return
	}
	told := h.pushed()
	h.ada.Post("@ben look", "public")
	h.Eventually("a try to tell "+address, func() bool { return h.pushed() > told })
	h.ben.Must("DELETE", "/api/v1/push/subscription", nil, nil)
}

// pushed is how often a push service was called, or would have been.
func (h *house) pushed() (n float64) {
	for _, line := range bytes.Split(h.Call("GET", "/metrics", "", nil).Body, []byte("\n")) {
		var v float64
		if name, value, ok := strings.Cut(string(line), " "); ok && strings.HasPrefix(name, "plaza_pushes_total") {
			fmt.Sscan(value, &v)
			n += v
		}
	}
	return n
}

// spellings are addresses of machines inside, as somebody might write them who
// hopes that two programs read them differently. PORT is the canary's.
var spellings = strings.Fields(`
	https://127.0.0.1/x https://127.0.0.1:PORT/x http://127.0.0.1/x http://127.0.0.1:PORT/x https://127.1/x https://127.0.1/x https://2130706433/x
	https://0x7f000001/x https://0x7f.0x0.0x0.0x1/x https://0177.0.0.1/x https://017700000001/x https://0x7f.1/x https://127.0.0.1./x https://127.000.000.001/x
	https://127.0.0.001/x https://127.127.127.127/x https://0.0.0.0/x https://0/x https://0.0.0.0:PORT/x https://localhost/x https://localhost:PORT/x http://localhost:PORT/x
	https://LOCALHOST/x https://localhost./x https://localhost.localdomain/x https://ip6-localhost/x https://[::1]/x https://[::1]:PORT/x https://[::]/x https://[0:0:0:0:0:0:0:1]/x
	https://[0000:0000:0000:0000:0000:0000:0000:0001]/x https://[::ffff:127.0.0.1]/x https://[::ffff:7f00:1]/x https://[::127.0.0.1]/x https://[64:ff9b::127.0.0.1]/x
	https://[2002:7f00:1::]/x https://[fe80::1%25lo]/x https://[fd00::1]/x https://[::1%25lo]/x https://[::ffff:0:127.0.0.1]/x
	https://１２７.０.０.１/x https://①②⑦.⓪.⓪.①/x https://127。0。0。1/x https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/x https://%31%32%37.0.0.1/x https://127.0.0.1%00.far.example/x https://127.0.0.1%2f.far.example/x
	https://far.example@127.0.0.1/x https://far.example:443@127.0.0.1/x https://127.0.0.1\@far.example/x https://far.example#@127.0.0.1/x https://127.0.0.1;far.example/x
	https:127.0.0.1/x https:///127.0.0.1/x https://127.0.0.1:0443/x https://127.0.0.1:+443/x https://127.0.0.1:65979/x
	https://10.0.0.1/x https://172.16.0.1/x https://192.168.0.1/x https://169.254.169.254/latest/meta-data https://100.64.0.1/x https://224.0.0.1/x https://255.255.255.255/x
	https://four.inside.example/x https://six.inside.example/x https://mapped.inside.example/x https://zero.inside.example/x https://unspecified.inside.example/x
	https://metadata.inside.example/x https://ten.inside.example/x https://home.inside.example/x https://shared.inside.example/x https://nat64.inside.example/x
	https://sixtofour.inside.example/x https://unique.inside.example/x https://link.inside.example/x https://some.inside.example/x http://four.inside.example/x
	https://four.inside.example:PORT/x https://FOUR.inside.example./x gopher://127.0.0.1:PORT/x file:///etc/passwd`)

// A house as it is run reaches nothing inside, whatever it is told to call.
func TestNothingInsideIsCalled(t *testing.T) {
	c := newCanary(t)
	if len(spellings) < 60 {
		t.Fatalf("%d spellings", len(spellings))
	}
	t.Run("kinds", func(t *testing.T) {
		for _, kind := range kinds {
			t.Run(kind.name, func(t *testing.T) {
				t.Parallel()
				h := newHouse(t, netsafe.Options{Timeout: 2 * time.Second})
				for _, spelled := range spellings {
					kind.call(h, strings.ReplaceAll(spelled, "PORT", c.ports[0]))
					if n := c.sung.Load(); n != 0 {
						t.Fatalf("by %s, here or beside: the canary was called %d times", spelled, n)
					}
				}
			})
		}
	})
	if n := c.sung.Load(); n != 0 {
		t.Errorf("the canary was called %d times", n)
	}
}

// Where a house may call this machine, each of the kinds does: the canary is
// not deaf.
func TestTheCanarySings(t *testing.T) {
	c := newCanary(t)
	for _, kind := range kinds {
		t.Run(kind.name, func(t *testing.T) {
			before := c.sung.Load()
			kind.call(newHouse(t, netsafe.Options{Timeout: 2 * time.Second, Private: netsafe.Loopback}), "https://127.0.0.1:"+c.ports[0]+"/x")
			if c.sung.Load() == before {
				t.Error("it was not called")
			}
		})
	}
}

// world is servers outside, and how a house reaches them: names are looked up,
// and what they lead to is checked.
func world(t *testing.T) (*fedtest.World, netsafe.Options) {
	w := fedtest.NewAt(t, outside)
	reach := w.Outward()
	reach.Private, reach.Timeout = []netip.Prefix{netip.MustParsePrefix(outside + "/32")}, 3*time.Second
	reach.Instead = func(address string) string {
		host, port, err := net.SplitHostPort(address)
		if err == nil && port == "443" && strings.Trim(host, "0123456789.:") != "" {
			return net.JoinHostPort(host, w.Port())
		}
		return address
	}
	return w, reach
}
