package place

import (
	"context"
	"net"
	"net/http"
	"time"
)

// How long a place elsewhere is waited for. Whoever wants it shorter ends the
// context.
const (
	dialWait = 10 * time.Second
	patience = 2 * time.Minute // without a byte either way
)

// dial connects to a host that the admin named. The connection ends by
// itself when nothing has gone over it for long: a host that was switched off
// says no goodbye.
func dial(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{Timeout: dialWait}
	c, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return patient{c}, nil
}

type patient struct{ net.Conn }

func (c patient) Read(p []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return 0, err
	}
	return c.Conn.Read(p)
}

// Write gives the other side time to answer, too.
func (c patient) Write(p []byte) (int, error) {
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

// transport is for few large calls to one host.
func transport() *http.Transport {
	return &http.Transport{DialContext: dial, TLSHandshakeTimeout: dialWait, ForceAttemptHTTP2: false, MaxIdleConnsPerHost: 8,
		IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: 64 << 10, DisableCompression: true}
}
