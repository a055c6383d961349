package finger_test

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/netsafe"
	"github.com/plaza-social/plaza/internal/edge/fedi/finger"
)

// A peer is another server, or somebody who says so.
type peer struct {
	*httptest.Server
	host  string
	asked atomic.Int32
}

func serve(t *testing.T, h func(p *peer, w http.ResponseWriter, r *http.Request)) *peer {
	t.Helper()
	p := &peer{}
	p.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.asked.Add(1)
		h(p, w, r)
	}))
	t.Cleanup(p.Close)
	p.host = strings.TrimPrefix(p.URL, "https://")
	return p
}

// says is a peer that answers everything with these bytes; %s is its host.
func says(t *testing.T, kind, body string) *peer {
	t.Helper()
	return serve(t, func(p *peer, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		io.WriteString(w, strings.ReplaceAll(body, "%s", p.host))
	})
}

const own = "plaza.example"

// roots trusts the servers that httptest starts.
var roots = sync.OnceValue(func() *x509.CertPool {
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return pool
})

func client(timeout time.Duration) *finger.Client {
	return finger.NewClient(finger.Config{Reach: netsafe.Options{Private: netsafe.Loopback, Roots: roots(), Timeout: timeout}, Agent: "Plaza/test", Own: func(host string) bool { return host == own }})
}

// described is a JRD with an actor.
func described(subject, actor string) string {
	return `{"subject":"` + subject + `","aliases":["https://x.example/"],"links":[{"rel":"http://webfinger.net/rel/profile-page","type":"text/html","href":"https://x.example/"},` +
		`{"rel":"self","type":"text/html","href":"https://x.example/other"},{"rel":"self","type":"application/activity+json","href":"` + actor + `"}],"properties":{"a":null}}`
}

// In a closed network a house may be called as its host is, port and all.
func TestHouseWithPort(t *testing.T) {
	t.Parallel()
	var host string
	there := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/jrd+json")
		io.WriteString(w, described("acct:"+host+"@"+host, "http://"+host+"/actor"))
	}))
	t.Cleanup(there.Close)
	host = strings.TrimPrefix(there.URL, "http://")
	c := client(0)
	c.PlainHTTP = true
	if h, err := c.Confirm(t.Context(), there.URL+"/actor", host, host); err != nil || h.Username != host || h.Host != host {
		t.Errorf("the house is %v, %v", h, err)
	}
	if _, err := c.Confirm(t.Context(), there.URL+"/actor", "eva:1", host); errs.KindOf(err) != errs.Invalid {
		t.Errorf("somebody with a colon: %v, want Invalid", err)
	}
}

// In a closed network who does not speak https is asked by http, and its
// addresses may be of that.
func TestPlainHTTP(t *testing.T) {
	t.Parallel()
	var host string
	eva := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/jrd+json")
		io.WriteString(w, described("acct:eva@"+host, "http://"+host+"/eva"))
	}))
	t.Cleanup(eva.Close)
	host = strings.TrimPrefix(eva.URL, "http://")
	for _, plain := range []bool{true, false} {
		c := client(0)
		c.PlainHTTP = plain
		if f, err := c.Finger(t.Context(), "eva", host); (err == nil) != plain || plain && f.Actor != eva.URL+"/eva" {
			t.Errorf("PlainHTTP %v: %+v, %v", plain, f, err)
		}
	}
}

func TestAskFinger(t *testing.T) {
	t.Parallel()
	ctx, c := t.Context(), client(0)
	var seen http.Request
	eva := serve(t, func(p *peer, w http.ResponseWriter, r *http.Request) {
		seen = *r
		w.Header().Set("Content-Type", "application/jrd+json; charset=utf-8")
		io.WriteString(w, described("acct:Eva@"+p.host, p.URL+"/users/eva"))
	})
	f, err := c.Finger(ctx, "eva", eva.host)
	if want := (finger.Found{Actor: eva.URL + "/users/eva", Subject: finger.Handle{Username: "Eva", Host: eva.host}}); err != nil || f != want || eva.asked.Load() != 1 {
		t.Errorf("%+v, %v, asked %d times; want %+v", f, err, eva.asked.Load(), want)
	}
	if seen.URL.Path != "/.well-known/webfinger" || seen.URL.Query().Get("resource") != "acct:eva@"+eva.host || seen.Header.Get("User-Agent") != "Plaza/test" || seen.Header.Get("Accept") != "application/jrd+json, application/json" {
		t.Errorf("asked for %v with %v", seen.URL, seen.Header)
	}
	linked := says(t, "application/json", `{"subject":"acct:eva@%s","links":[{"rel":"self","type":"application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"","href":"https://%s/eva"}]}`)
	if f, err := c.Finger(ctx, "eva", linked.host); err != nil || f.Actor != linked.URL+"/eva" {
		t.Errorf("by JSON-LD: %+v, %v", f, err)
	}
	renamed := says(t, "application/json", described("acct:eva2@%s", "https://%s/eva"))
	if f, err := c.Finger(ctx, "eva", renamed.host); err != nil || f.Subject.Username != "eva2" || renamed.asked.Load() != 1 {
		t.Errorf("another name of the same host: %+v, %v", f, err)
	}
}

// TestSubjectElsewhere is an address that stands for one of another host: that
// host is asked, once, and nobody else's word counts.
func TestSubjectElsewhere(t *testing.T) {
	t.Parallel()
	ctx, c := t.Context(), client(0)
	eva := says(t, "application/jrd+json", described("acct:eva@%s", "https://%s/eva"))
	alias := says(t, "application/jrd+json", described("acct:eva@"+eva.host, "https://evil.example/users/eva"))
	f, err := c.Finger(ctx, "e", alias.host)
	if want := (finger.Found{Actor: eva.URL + "/eva", Subject: finger.Handle{Username: "eva", Host: eva.host}}); err != nil || f != want {
		t.Errorf("%+v, %v; want %+v", f, err, want)
	}
	if alias.asked.Load() != 1 || eva.asked.Load() != 1 {
		t.Errorf("asked %d and %d times", alias.asked.Load(), eva.asked.Load())
	}
	silent := serve(t, func(_ *peer, w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) })
	another := says(t, "application/jrd+json", described("acct:adam@%s", "https://%s/adam"))
	further := says(t, "application/jrd+json", described("acct:eva@"+eva.host, "https://%s/eva"))
	for what, test := range map[string]struct {
		subject string
		want    errs.Kind
	}{
		"the other host knows nobody":        {"acct:eva@" + silent.host, errs.NotFound},
		"the other host speaks of another":   {"acct:eva@" + another.host, errs.Invalid},
		"the other host sends us on further": {"acct:eva@" + further.host, errs.Invalid},
		"the other host is us":               {"acct:ada@" + own, errs.Invalid},
		"the other host is in our network":   {"acct:eva@10.0.0.1:443", errs.Forbidden},
		"the other host is none":             {"acct:eva@", errs.Invalid},
	} {
		liar := says(t, "application/jrd+json", described(test.subject, "https://%s/eva"))
		if f, err := c.Finger(ctx, "eva", liar.host); errs.KindOf(err) != test.want || err == nil || errs.Public(err) == "" || f != (finger.Found{}) {
			t.Errorf("%s: %+v, %v", what, f, err)
		}
	}
	if n := eva.asked.Load(); n != 1 {
		t.Errorf("eva's host was asked %d times, though only once for one that agrees", n)
	}
}

// TestConfirm is the way back: what an actor says it is called leads to it.
func TestConfirm(t *testing.T) {
	t.Parallel()
	ctx, c := t.Context(), client(0)
	eva := says(t, "application/jrd+json", described("acct:Eva@%s", "https://%s/eva"))
	h, err := c.Confirm(ctx, eva.URL+"/eva", "eva", "")
	if want := (finger.Handle{Username: "Eva", Host: eva.host}); err != nil || h != want || h.String() != "@Eva@"+eva.host {
		t.Errorf("%v, %v; want %v", h, err, want)
	}
	for what, actor := range map[string]string{"somebody else's actor": "https://evil.example/eva", "another path": eva.URL + "/EVA", "no address": "eva"} {
		if h, err := c.Confirm(ctx, actor, "eva", eva.host); errs.KindOf(err) != errs.Invalid || h != (finger.Handle{}) {
			t.Errorf("%s: %v, %v", what, h, err)
		}
	}
}

// TestHandleHostElsewhere is a host whose well-known addresses are another's.
func TestHandleHostElsewhere(t *testing.T) {
	t.Parallel()
	ctx, c := t.Context(), client(0)
	var handle *peer
	web := serve(t, func(p *peer, w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/jrd+json")
		io.WriteString(w, described("acct:eva@"+handle.host, p.URL+"/eva"))
	})
	handle = serve(t, func(_ *peer, w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, web.URL+r.URL.RequestURI(), http.StatusMovedPermanently)
	})
	for _, host := range []string{handle.host, web.host} {
		if f, err := c.Finger(ctx, "eva", host); err != nil || f.Subject.Host != handle.host || f.Actor != web.URL+"/eva" {
			t.Errorf("%s: %+v, %v", host, f, err)
		}
	}
	plain := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a plain address was called") }))
	t.Cleanup(plain.Close)
	for to, want := range map[string]errs.Kind{"https://10.0.0.1/": errs.Forbidden, "https://169.254.169.254/latest/meta-data": errs.Forbidden, "https://192.168.0.1:8443/": errs.Forbidden,
		plain.URL: errs.Forbidden, "http://elsewhere.example/": errs.Forbidden, "file:///etc/passwd": errs.Forbidden} {
		p := serve(t, func(_ *peer, w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) })
		if f, err := c.Finger(ctx, "eva", p.host); errs.KindOf(err) != want || errs.Public(err) == "" {
			t.Errorf("sent on to %s: %+v, %v", to, f, err)
		}
		if s, err := c.NodeInfo(ctx, p.host); errs.KindOf(err) != want || errs.Public(err) == "" {
			t.Errorf("sent on to %s: %+v, %v", to, s, err)
		}
	}
	loop := serve(t, func(_ *peer, w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.RequestURI(), http.StatusFound)
	})
	if _, err := c.Finger(ctx, "eva", loop.host); errs.KindOf(err) != errs.Invalid || loop.asked.Load() != netsafe.MaxRedirects+1 {
		t.Errorf("in a circle: %v after %d calls", err, loop.asked.Load())
	}
}

// TestWrongAnswers are of servers that lie, or do not know what they say.
func TestWrongAnswers(t *testing.T) {
	t.Parallel()
	ctx, c := t.Context(), client(0)
	good := described("acct:eva@%s", "https://%s/eva")
	links := func(n int) string {
		return strings.Replace(good, `"links":[`, `"links":[`+strings.Repeat(`{"rel":"a"},`, n-3), 1)
	}
	padded := func(n int) string { // to n bytes, with a host as long as these peers have
		return good[:len(good)-1] + strings.Repeat(" ", n-len(good)-2*(len("127.0.0.1:65535")-2)) + "}"
	}
	for what, test := range map[string]struct {
		kind, body string
		ok         bool
	}{
		"good":                           {"application/jrd+json", good, true},
		"most links":                     {"application/jrd+json", links(100), true},
		"a link too many":                {"application/jrd+json", links(101), false},
		"nearly too large":               {"application/jrd+json", padded(64<<10 - 10), true},
		"too large":                      {"application/jrd+json", padded(64<<10 + 10), false},
		"a page":                         {"text/html", good, false},
		"plain text":                     {"text/plain", good, false},
		"a picture":                      {"image/png", good, false},
		"an actor":                       {"application/activity+json", good, false},
		"XML":                            {"application/xrd+xml", `<XRD><Link rel="self" href="https://%s/eva"/></XRD>`, false},
		"XML said to be JSON":            {"application/jrd+json", `<XRD/>`, false},
		"nothing":                        {"application/jrd+json", ``, false},
		"null":                           {"application/jrd+json", `null`, false},
		"a list":                         {"application/jrd+json", `[` + good + `]`, false},
		"broken off":                     {"application/jrd+json", good[:len(good)-1], false},
		"more after it":                  {"application/jrd+json", good + good, false},
		"the subject twice":              {"application/jrd+json", `{"subject":"acct:eva@%s",` + good[1:], false},
		"the links twice":                {"application/jrd+json", good[:len(good)-1] + `,"links":[]}`, false},
		"a name twice, where none looks": {"application/jrd+json", good[:len(good)-1] + `,"x":{"a":1,"a":2}}`, false},
		"a name twice in a link":         {"application/jrd+json", strings.Replace(good, `"rel":"self"`, `"rel":"self","rel":"self"`, 1), false},
		"names in other case":            {"application/jrd+json", strings.Replace(good, `"subject"`, `"Subject"`, 1), false},
		"no UTF-8":                       {"application/jrd+json", strings.Replace(good, `x.example`, "\xff.example", 1), false},
		"a number for the subject":       {"application/jrd+json", `{"subject":1,"links":[]}`, false},
		"deep":                           {"application/jrd+json", good[:len(good)-1] + `,"x":` + strings.Repeat(`[`, 30000) + strings.Repeat(`]`, 30000) + `}`, false},
		"no subject":                     {"application/jrd+json", strings.Replace(good, `"subject":"acct:eva@%s",`, ``, 1), false},
		"a subject that is an address":   {"application/jrd+json", strings.Replace(good, `acct:eva@%s`, `https://%s/eva`, 1), false},
		"a subject without scheme":       {"application/jrd+json", strings.Replace(good, `acct:eva@%s`, `eva@%s`, 1), false},
		"a subject of mail":              {"application/jrd+json", strings.Replace(good, `acct:eva@%s`, `mailto:eva@%s`, 1), false},
		"no name in the subject":         {"application/jrd+json", strings.Replace(good, `acct:eva@%s`, `acct:@%s`, 1), false},
		"a path in the subject":          {"application/jrd+json", strings.Replace(good, `acct:eva@%s`, `acct:../eva@%s`, 1), false},
		"no links":                       {"application/jrd+json", `{"subject":"acct:eva@%s"}`, false},
		"a plain actor":                  {"application/jrd+json", strings.Replace(good, `https://%s/eva`, `http://%s/eva`, 1), false},
		"an actor of no host":            {"application/jrd+json", strings.Replace(good, `https://%s/eva`, `https:///eva`, 1), false},
		"an actor with a password":       {"application/jrd+json", strings.Replace(good, `https://%s/eva`, `https://a:b@%s/eva`, 1), false},
		"an actor that is a script":      {"application/jrd+json", strings.Replace(good, `https://%s/eva`, `javascript:alert(1)`, 1), false},
		"an actor with a line in it":     {"application/jrd+json", strings.Replace(good, `https://%s/eva`, `https://%s/eva\n`, 1), false},
		"an actor of ours":               {"application/jrd+json", strings.Replace(good, `https://%s/eva`, `https://`+own+`/ap/users/1`, 1), false},
		"JSON-LD of something else":      {"application/jrd+json", strings.Replace(good, `application/activity+json`, `application/ld+json`, 1), false},
	} {
		p := says(t, test.kind, test.body)
		f, err := c.Finger(ctx, "eva", p.host)
		if test.ok != (err == nil) || !test.ok && (errs.KindOf(err) != errs.Invalid || errs.Public(err) == "" || f != (finger.Found{})) {
			t.Errorf("%s: %+v, %v", what, f, err)
		}
	}
}

func TestStatuses(t *testing.T) {
	t.Parallel()
	ctx, c := t.Context(), client(0)
	for code, want := range map[int]errs.Kind{404: errs.NotFound, 400: errs.NotFound, 410: errs.Gone, 401: errs.Forbidden, 403: errs.Forbidden, 429: errs.Limited,
		500: errs.Unavailable, 503: errs.Unavailable, 204: errs.Unavailable, 304: errs.Unavailable, 418: errs.Unavailable} {
		p := serve(t, func(_ *peer, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) })
		if _, err := c.Finger(ctx, "eva", p.host); errs.KindOf(err) != want || errs.Public(err) == "" {
			t.Errorf("%d: %v, want kind %d", code, err, want)
		}
	}
	closed := serve(t, func(*peer, http.ResponseWriter, *http.Request) {})
	closed.Close()
	if _, err := c.Finger(ctx, "eva", closed.host); errs.KindOf(err) != errs.Unavailable || errs.Public(err) == "" {
		t.Errorf("nobody there: %v", err)
	}
}

// TestWrongQuestions are turned down before anybody is called.
func TestWrongQuestions(t *testing.T) {
	t.Parallel()
	p := serve(t, func(*peer, http.ResponseWriter, *http.Request) { t.Error("it was called") })
	c := client(0)
	for _, name := range []string{"", "a b", "a@b", "a/b", "../a", "a?b", "a#b", "a\n", "a\x00", "a:b", strings.Repeat("a", 129)} {
		if _, err := c.Finger(t.Context(), name, p.host); errs.KindOf(err) != errs.Invalid || errs.Public(err) == "" {
			t.Errorf("%q: %v", name, err)
		}
	}
	real := finger.NewClient(finger.Config{Own: func(host string) bool { return host == own }})
	for host, want := range map[string]errs.Kind{"": errs.Invalid, own: errs.Invalid, "PLAZA.example.": errs.Invalid, "a b": errs.Invalid, "https://x.example": errs.Invalid, "x.example/path": errs.Invalid,
		"x.example:8443": errs.Invalid, "a@x.example": errs.Invalid, "localhost": errs.Invalid, p.host: errs.Invalid, "[::1]": errs.Invalid, "x.local": errs.Forbidden, "x.internal": errs.Forbidden,
		"10.0.0.1": errs.Forbidden, "127.0.0.1": errs.Forbidden, "2130706433": errs.Invalid, "127.1": errs.Invalid, strings.Repeat("a.", 130) + "example": errs.Invalid} {
		if _, err := real.Finger(t.Context(), "eva", host); errs.KindOf(err) != want || errs.Public(err) == "" {
			t.Errorf("%q: %v, want kind %d", host, err, want)
		}
		if _, err := real.NodeInfo(t.Context(), host); errs.KindOf(err) != want || errs.Public(err) == "" {
			t.Errorf("%q: %v, want kind %d", host, err, want)
		}
	}
	longest := says(t, "application/jrd+json", described("acct:eva@%s", "https://%s/eva"))
	if _, err := c.Finger(t.Context(), strings.Repeat("a", 128), longest.host); err != nil {
		t.Errorf("a name of 128 bytes: %v", err)
	}
}

// TestLargeAndSlow are servers that would hold us up: neither their bytes nor
// their time is endless for us.
func TestLargeAndSlow(t *testing.T) {
	t.Parallel()
	const large = 5 << 30
	var sent atomic.Int64
	pour := func(w http.ResponseWriter) {
		chunk := bytes.Repeat([]byte{' '}, 64<<10)
		for n := 0; n < large; n += len(chunk) {
			if m, err := w.Write(chunk); err != nil {
				return
			} else if sent.Add(int64(m)) > 1<<30 {
				return
			}
		}
	}
	announced := serve(t, func(_ *peer, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", fmt.Sprint(large))
		pour(w)
	})
	poured := serve(t, func(_ *peer, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		http.NewResponseController(w).Flush()
		pour(w)
	})
	for what, p := range map[string]*peer{"a large body": announced, "a large body of unknown length": poured} {
		_, ferr := client(0).Finger(t.Context(), "eva", p.host)
		_, nerr := client(0).NodeInfo(t.Context(), p.host)
		if errs.KindOf(ferr) != errs.Invalid || errs.KindOf(nerr) != errs.Invalid {
			t.Errorf("%s: %v, %v", what, ferr, nerr)
		}
	}
	slow := serve(t, func(_ *peer, w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for tick := time.NewTicker(time.Second); r.Context().Err() == nil; {
			io.WriteString(w, " ")
			if http.NewResponseController(w).Flush() != nil {
				return
			}
			select {
			case <-tick.C:
			case <-r.Context().Done():
			}
		}
	})
	c := client(300 * time.Millisecond)
	// Where the deadline meets the end of the connection, the answer may also look
	// like one that ends too early.
	given := func(err error) bool {
		return errs.KindOf(err) == errs.Unavailable && strings.Contains(errs.Public(err), "too long") || errs.KindOf(err) == errs.Invalid && strings.Contains(err.Error(), "EOF")
	}
	if _, err := c.Finger(t.Context(), "eva", slow.host); !given(err) {
		t.Errorf("a byte a second: %v", err)
	}
	if _, err := c.NodeInfo(t.Context(), slow.host); !given(err) {
		t.Errorf("a byte a second: %v", err)
	}
	slow.CloseClientConnections()
	announced.CloseClientConnections()
	poured.CloseClientConnections()
	if n := sent.Load(); n > 256<<20 {
		t.Errorf("%d bytes were taken", n)
	}
}

func TestAskNodeInfo(t *testing.T) {
	t.Parallel()
	ctx, c := t.Context(), client(0)
	const schema = "http://nodeinfo.diaspora.software/ns/schema/"
	// node is a peer that names documents, by version, and has what it says at each path.
	node := func(links map[string]string, documents map[string]string) *peer {
		return serve(t, func(p *peer, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", `application/json; profile="`+schema+`2.0#"`)
			if r.URL.Path != "/.well-known/nodeinfo" {
				io.WriteString(w, documents[r.URL.Path])
				return
			}
			var all []string
			for version, href := range links {
				all = append(all, `{"rel":"`+schema+version+`","href":"`+strings.ReplaceAll(href, "%s", p.host)+`"}`)
			}
			io.WriteString(w, `{"links":[`+strings.Join(all, ",")+`]}`)
		})
	}
	says := func(software string) map[string]string {
		return map[string]string{"/n": `{"version":"2.0","software":` + software + `,"usage":{"users":{}},"metadata":[]}`}
	}
	here := map[string]string{"2.0": "https://%s/n"}
	other := node(here, says(`{"name":"evil","version":"1"}`))
	for what, test := range map[string]struct {
		p    *peer
		want finger.Software
	}{
		"one":                          {node(here, says(`{"name":"mastodon","version":"4.7.0"}`)), finger.Software{Name: "mastodon", Version: "4.7.0"}},
		"the newest":                   {node(map[string]string{"2.0": "https://%s/old", "2.1": "https://%s/n", "1.0": "https://%s/older"}, says(`{"name":"a-b_1","version":"1"}`)), finger.Software{Name: "a-b_1", Version: "1"}},
		"no version":                   {node(here, says(`{"name":"x"}`)), finger.Software{Name: "x"}},
		"a long version":               {node(here, says(`{"name":"x","version":"`+strings.Repeat("é", 65)+`"}`)), finger.Software{Name: "x", Version: strings.Repeat("é", 64)}},
		"a wild version":               {node(here, says(`{"name":"x","version":"1\u0000\u001b[2J"}`)), finger.Software{Name: "x", Version: "1[2J"}},
		"another host's":               {node(map[string]string{"2.0": other.URL + "/n"}, nil), finger.Software{}},
		"a plain one":                  {node(map[string]string{"2.0": "http://%s/n"}, says(`{"name":"x"}`)), finger.Software{}},
		"a version of ours none reads": {node(map[string]string{"1.0": "https://%s/n"}, says(`{"name":"x"}`)), finger.Software{}},
		"no links":                     {node(nil, nil), finger.Software{}},
		"no document":                  {node(here, nil), finger.Software{}},
		"a loud name":                  {node(here, says(`{"name":"Mastodon"}`)), finger.Software{}},
		"no name":                      {node(here, says(`{"version":"1"}`)), finger.Software{}},
		"a name of lines":              {node(here, says(`{"name":"x\ny"}`)), finger.Software{}},
		"a long name":                  {node(here, says(`{"name":"`+strings.Repeat("a", 65)+`"}`)), finger.Software{}},
		"a name twice":                 {node(here, says(`{"name":"x","name":"y"}`)), finger.Software{}},
	} {
		got, err := c.NodeInfo(ctx, test.p.host)
		if got != test.want || (err == nil) != (test.want != finger.Software{}) || err != nil && (errs.KindOf(err) != errs.Invalid || errs.Public(err) == "") {
			t.Errorf("%s: %+v, %v; want %+v", what, got, err, test.want)
		}
	}
	if other.asked.Load() != 0 {
		t.Error("a host was called for another")
	}
}
