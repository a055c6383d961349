package netsafe

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
)

func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func get(t *testing.T, c *http.Client, url string) (*http.Response, error) {
	t.Helper()
	resp, err := c.Get(url)
	if err == nil {
		t.Cleanup(func() { resp.Body.Close() })
	}
	return resp, err
}

func TestOwnMachineIsRefused(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	url := serve(t, func(http.ResponseWriter, *http.Request) { calls.Add(1) })
	_, port, _ := strings.Cut(strings.TrimPrefix(url, "http://"), ":")
	for _, u := range []string{
		url, "http://localhost:" + port, "http://127.0.0.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://0.0.0.0/",
		"http://10.0.0.1/", "http://192.168.1.1/", "http://169.254.169.254/latest/meta-data", "http://[fe80::1]/", "http://[fd00::1]/",
		"http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://100.64.0.1/", "http://224.0.0.1/", "http://2130706433/",
	} {
		resp, err := get(t, Client(Options{Timeout: 2 * time.Second}), u)
		if err == nil {
			t.Errorf("%s: status %d, want it refused", u, resp.StatusCode)
		} else if k := errs.KindOf(err); k != errs.Forbidden && !strings.Contains(err.Error(), "unreachable") && !strings.Contains(err.Error(), "no such host") {
			t.Errorf("%s: kind %d of %v, want Forbidden", u, k, err)
		}
	}
	if calls.Load() != 0 {
		t.Errorf("%d calls arrived", calls.Load())
	}
	resp, err := get(t, Client(Options{Private: Loopback}), url)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Errorf("with a private network: %v", err)
	}
}

// What is named is open, on every port, and nothing beside it.
func TestPrivateNetworks(t *testing.T) {
	t.Parallel()
	check := guard(Options{Private: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd00:1::/32")}})
	for address, want := range map[string]errs.Kind{
		"10.1.2.3:8080": 0, "[::ffff:10.1.2.3]:22": 0, "[fd00:1::5]:8080": 0, "93.184.215.14:443": 0,
		"10.2.0.1:80": errs.Forbidden, "127.0.0.1:80": errs.Forbidden, "[::1]:80": errs.Forbidden, "[fd00:2::5]:80": errs.Forbidden,
		"[::ffff:10.2.0.1]:80": errs.Forbidden, "169.254.169.254:80": errs.Forbidden, "93.184.215.14:8080": errs.Forbidden,
	} {
		network := "tcp4"
		if address[0] == '[' {
			network = "tcp6"
		}
		if err := check(network, address, nil); (err == nil) != (want == 0) || err != nil && errs.KindOf(err) != want {
			t.Errorf("%s: %v, want kind %d", address, err, want)
		}
	}
}

func TestOtherPortsAreRefused(t *testing.T) {
	t.Parallel()
	check := guard(Options{})
	for address, want := range map[string]errs.Kind{
		"93.184.215.14:22": errs.Forbidden, "93.184.215.14:25": errs.Forbidden, "[2606:2800:21f::1]:8080": errs.Forbidden,
	} {
		if err := check("tcp4", address, nil); errs.KindOf(err) != want {
			t.Errorf("%s: %v", address, err)
		}
	}
	for _, address := range []string{"93.184.215.14:80", "93.184.215.14:443"} {
		if err := check("tcp4", address, nil); err != nil {
			t.Errorf("%s: %v, want it allowed", address, err)
		}
	}
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		var left int
		if n, _ := fmt.Sscanf(r.URL.Path, "/%d", &left); n == 1 && left > 0 {
			http.Redirect(w, r, fmt.Sprintf("/%d", left-1), http.StatusFound)
			return
		}
		if to := r.URL.Query().Get("to"); to != "" {
			http.Redirect(w, r, to, http.StatusFound)
		}
	})
	c := Client(Options{Private: Loopback, Timeout: 2 * time.Second})
	for path, want := range map[string]errs.Kind{
		"/4":                            errs.Invalid,
		"/?to=http://10.0.0.1/":         errs.Forbidden,
		"/?to=http://169.254.169.254/":  errs.Forbidden,
		"/?to=file:///etc/passwd":       errs.Forbidden,
		"/?to=gopher://127.0.0.1:70/_x": errs.Forbidden,
	} {
		if _, err := get(t, c, url+path); err == nil || errs.KindOf(err) != want {
			t.Errorf("%s: %v, want kind %d", path, err, want)
		}
	}
	if _, err := get(t, c, url+"/3"); err != nil {
		t.Errorf("three redirects: %v", err)
	}
}

func TestNoWayBackToPlain(t *testing.T) {
	t.Parallel()
	plain := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("the plain address was called") })
	s := httptest.NewTLSServer(http.RedirectHandler(plain, http.StatusFound))
	t.Cleanup(s.Close)
	c := Client(Options{Private: Loopback})
	c.Transport.(*http.Transport).TLSClientConfig = s.Client().Transport.(*http.Transport).TLSClientConfig
	if _, err := get(t, c, s.URL); errs.KindOf(err) != errs.Forbidden {
		t.Errorf("from https to http: %v, want Forbidden", err)
	}
}

// A peer that drips its answer does not hold us longer than the deadline.
func TestDeadlineCoversTheBody(t *testing.T) {
	t.Parallel()
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := io.WriteString(w, "."); err != nil || http.NewResponseController(w).Flush() != nil {
				return
			}
		}
	})
	begun := time.Now()
	resp, err := get(t, Client(Options{Private: Loopback, Timeout: 100 * time.Millisecond}), url)
	if err == nil {
		_, err = ReadBody(resp, 1<<40)
	}
	if took := time.Since(begun); err == nil || took > 5*time.Second {
		t.Errorf("after %v: %v", took, err)
	}
}

func TestProxySettingsAreIgnored(t *testing.T) {
	t.Parallel()
	if Client(Options{}).Transport.(*http.Transport).Proxy != nil {
		t.Error("the client would let a proxy dial")
	}
}

func TestReadBody(t *testing.T) {
	t.Parallel()
	const limit = 1000
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		var n int
		fmt.Sscanf(r.URL.Path, "/%d", &n)
		text := bytes.Repeat([]byte{'a'}, n)
		switch r.URL.RawQuery {
		case "gzip":
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			z.Write(text)
			z.Close()
			return
		case "odd":
			w.Header().Set("Content-Encoding", "br")
		case "chunked":
			http.NewResponseController(w).Flush()
		case "short":
			w.Header().Set("Content-Length", fmt.Sprint(n+1))
		}
		w.Write(text)
	})
	c := Client(Options{Private: Loopback})
	for _, test := range []struct {
		path string
		want errs.Kind
		ok   bool
	}{
		{path: "/1000", ok: true}, {path: "/1001", want: errs.Invalid},
		{path: "/1000?gzip", ok: true}, {path: "/1001?gzip", want: errs.Invalid}, {path: "/10000000?gzip", want: errs.Invalid},
		{path: "/1000?chunked", ok: true}, {path: "/1001?chunked", want: errs.Invalid},
		{path: "/10?odd", want: errs.Invalid}, {path: "/10?short", want: errs.Unavailable}, {path: "/0", ok: true},
	} {
		resp, err := get(t, c, url+test.path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := ReadBody(resp, limit)
		if test.ok != (err == nil) || !test.ok && errs.KindOf(err) != test.want {
			t.Errorf("%s: %d bytes, %v", test.path, len(body), err)
		}
	}
}
