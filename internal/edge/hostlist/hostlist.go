// Package hostlist asks for the lists of hosts that others keep. What comes is
// a stranger's: it is called through netsafe, bounded, and only its bytes are
// handed on. What they say is core/hosts' business.
package hostlist

import (
	"bytes"
	"context"
	"mime"
	"net/http"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/netsafe"
	"github.com/plaza-social/plaza/internal/social"
)

// timeout is for the whole of a list, over a slow line.
const timeout = 30 * time.Second

// Client asks for lists.
type Client struct {
	agent string
	http  *http.Client
}

// New returns a Client that calls itself agent.
func New(reach netsafe.Options, agent string) *Client {
	if reach.Timeout == 0 {
		reach.Timeout = timeout
	}
	return &Client{agent, netsafe.Client(reach)}
}

var (
	errGone  = errs.New(errs.NotFound, "There is no list at this address.")
	errLater = errs.New(errs.Unavailable, "The server of the list does not answer as it should. Try again later.")
	errPage  = errs.New(errs.Invalid, "There is a page at this address, and no list. Use the address of the CSV file itself.")
)

// Fetch returns what is at an address: up to MaxHostListBytes, and no page.
func (c *Client) Fetch(ctx context.Context, address string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, "This is no address of a list.", err)
	}
	r.Header.Set("User-Agent", c.agent)
	r.Header.Set("Accept", "text/csv, text/plain;q=0.9, */*;q=0.1")
	resp, err := c.http.Do(r)
	if err != nil {
		if errs.KindOf(err) != errs.Internal {
			return nil, err
		}
		return nil, errs.Wrap(errs.Unavailable, "The server of the list cannot be reached. Try again later.", err)
	}
	defer resp.Body.Close()
	switch code := resp.StatusCode; {
	case code == http.StatusNotFound || code == http.StatusGone:
		return nil, errGone
	case code != http.StatusOK:
		return nil, errLater
	}
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if kind == "text/html" || kind == "application/xhtml+xml" {
		return nil, errPage
	}
	body, err := netsafe.ReadBody(resp, social.MaxHostListBytes)
	if err != nil && errs.KindOf(err) == errs.Internal {
		err = errs.Wrap(errs.Unavailable, "The list did not come whole. Try again later.", err)
	}
	if err == nil && bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")) {
		err = errPage
	}
	return body, err
}
