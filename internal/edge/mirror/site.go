package mirror

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// A Site is a mirror on the web.
type Site struct {
	base   string
	client *http.Client
}

// OpenSite reads the mirror at an address.
func OpenSite(address string, client *http.Client) Site {
	return Site{strings.TrimSuffix(strings.TrimSuffix(address, "/index.html"), "/"), client}
}

// String is the address.
func (s Site) String() string { return s.base }

// Open fetches a file. A host that shows index.html under the name of its folder
// may say so.
func (s Site) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base+"/"+escape(key), nil)
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, "This is not the address of a mirror: "+s.base, err)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, errs.Wrap(errs.Unavailable, s.base+" does not answer.", err)
	}
	switch resp.StatusCode {
	case http.StatusOK:
		return resp.Body, nil
	case http.StatusNotFound, http.StatusGone, http.StatusForbidden: // a bucket that lists nothing says 403
		resp.Body.Close()
		return nil, fs.ErrNotExist
	}
	resp.Body.Close()
	return nil, errs.New(errs.Unavailable, fmt.Sprintf("%s answers %s.", s.base, resp.Status))
}
