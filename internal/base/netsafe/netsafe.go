// Package netsafe makes calls to machines that strangers name. Addresses are
// checked when they are dialled, after the name was looked up, so that neither
// a redirect nor a changing name leads into our own network; a call has few
// redirects, one deadline for all of it, and answers are read up to a limit.
//
// It is not for machines that the admin names, such as the mail server.
package netsafe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"time"

	"code.dny.dev/ssrf"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// The limits of every call.
const (
	MaxRedirects   = 3
	DefaultTimeout = 10 * time.Second
	maxHeaderBytes = 64 << 10
	dialTimeout    = 5 * time.Second
)

// Options are what a client may do differently.
type Options struct {
	Timeout time.Duration  // for a whole call with its redirects and body; 0 is DefaultTimeout
	Private []netip.Prefix // also reach addresses in these, on any port: for closed networks and tests
	Roots   *x509.CertPool // whose certificates are trusted; nil for those of the system
	// Instead says where to dial in place of an address, "far.example:443": for
	// tests, which give names to servers of this machine. Nil is the address
	// itself. What it leads to is checked like any other.
	Instead func(address string) string
}

// Client makes calls outward. It reaches public addresses on ports 80 and 443
// only; anything else is a Forbidden error, found with errs.KindOf in what the
// call returns. It knows no proxy: a proxy would do the dialling, unchecked.
func Client(o Options) *http.Client {
	timeout := o.Timeout
	if timeout == 0 {
		timeout = DefaultTimeout
	}
	dialer := &net.Dialer{Timeout: min(dialTimeout, timeout), Control: guard(o)}
	return &http.Client{
		Timeout:       timeout,
		CheckRedirect: redirect,
		Transport: &http.Transport{
			DialContext:            dial(o, dialer),
			TLSClientConfig:        &tls.Config{RootCAs: o.Roots},
			ForceAttemptHTTP2:      true, // a dialler of one's own turns it off
			TLSHandshakeTimeout:    dialTimeout,
			MaxResponseHeaderBytes: maxHeaderBytes,
			MaxIdleConns:           100,
			MaxIdleConnsPerHost:    2,
			IdleConnTimeout:        30 * time.Second,
		},
	}
}

func dial(o Options, d *net.Dialer) func(ctx context.Context, network, address string) (net.Conn, error) {
	if o.Instead == nil {
		return d.DialContext
	}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		return d.DialContext(ctx, network, o.Instead(address))
	}
}

// guard checks an address as it is dialled, and gives what it turns down a
// kind and a sentence.
func guard(o Options) func(network, address string, c syscall.RawConn) error {
	public := ssrf.New()
	return func(network, address string, c syscall.RawConn) error {
		if at, err := netip.ParseAddrPort(address); err == nil && o.named(at.Addr()) {
			return nil
		}
		if err := public.Safe(network, address, c); err != nil {
			return errs.Wrap(errs.Forbidden, notPublic, err)
		}
		return nil
	}
}

// Loopback is this machine.
var Loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

// named reports whether an address is in one of the private networks that may
// be reached.
func (o Options) named(at netip.Addr) bool {
	return slices.ContainsFunc(o.Private, func(p netip.Prefix) bool { return p.Contains(at.Unmap()) })
}

// CheckHost reports why a client of these options will not call host on port,
// as far as it can be told without looking the name up: for what strangers
// have us keep to call later. The dial checks again.
func CheckHost(o Options, host, port string) error {
	if addr, err := netip.ParseAddr(host); err == nil {
		network := "tcp4"
		if addr.Is6() {
			network = "tcp6"
		}
		return guard(o)(network, net.JoinHostPort(host, port), nil)
	}
	if len(o.Private) > 0 { // where names may be of any form
		return nil
	}
	last := host[strings.LastIndexByte(host, '.')+1:]
	if last == host || strings.Trim(last, "0123456789") == "" || slices.Contains(private, last) || port != "443" && port != "80" {
		return errNotPublic
	}
	return nil
}

// private are the ends of names that lead nowhere on the internet.
// https://www.iana.org/assignments/special-use-domain-names/
var private = []string{"localhost", "local", "internal", "lan", "home", "arpa", "onion", "invalid", "test"}

var errNotPublic = errs.New(errs.Forbidden, notPublic)

const notPublic = "This address is not a public web server, so it is not called. Use one on the internet, on port 80 or 443."

// redirect checks where an answer sends us; the address is checked by the dial.
func redirect(to *http.Request, via []*http.Request) error {
	if len(via) > MaxRedirects {
		return errs.Newf(errs.Invalid, "This address sends callers on more than %d times. Use the address where it ends.", MaxRedirects)
	}
	if to.URL.Scheme == "https" || to.URL.Scheme == "http" && via[len(via)-1].URL.Scheme == "http" {
		return nil
	}
	return errs.New(errs.Forbidden, "This address sends callers on to one that is not encrypted or not on the web. Use the address where it ends.")
}

// ReadBody reads all of the answer's body, decompressed, and closes it. A body
// of more than limit bytes, or one in an encoding nobody asked for, is Invalid.
func ReadBody(resp *http.Response, limit int64) ([]byte, error) {
	defer resp.Body.Close()
	if e := resp.Header.Get("Content-Encoding"); e != "" && e != "identity" {
		return nil, errs.New(errs.Invalid, "The answer is compressed in a way that was not asked for.")
	}
	tooLarge := errs.Newf(errs.Invalid, "The answer has more than %d bytes.", limit)
	if resp.ContentLength > limit { // -1 if it was compressed
		return nil, tooLarge
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	switch {
	case int64(len(body)) > limit:
		return nil, tooLarge
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil, errs.Wrap(errs.Unavailable, "The answer broke off. Try again later.", err)
	case err != nil:
		return nil, fmt.Errorf("read answer: %w", err)
	}
	return body, nil
}
