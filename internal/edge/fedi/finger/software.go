package finger

import (
	"context"
	"net/url"
	"regexp"
	"unicode/utf8"

	"github.com/go-json-experiment/json"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/text"
)

// Software is what runs on a host, as it says itself.
type Software struct{ Name, Version string }

// maxVersion is how much of a version is kept, in characters.
const maxVersion = 64

var (
	softwareForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`) // of the schema, with room for those who do not keep to it
	errSoftware  = errs.New(errs.Invalid, "The server does not say what runs there in a way that is understood.")
)

// NodeInfo asks a host what runs there. A description is read only where the
// host that names it has it itself. Errors are as Finger's.
func (c *Client) NodeInfo(ctx context.Context, host string) (Software, error) {
	host, err := c.host(host)
	if err != nil {
		return Software{}, err
	}
	b, from, err := c.wellKnown(ctx, host, nodePath)
	if err != nil {
		return Software{}, err
	}
	d, err := readJRD(b)
	if err != nil {
		return Software{}, err
	}
	address := d.node(from, c.PlainHTTP)
	if address == "" {
		return Software{}, errSoftware
	}
	if b, _, err = c.get(ctx, address); err != nil {
		return Software{}, err
	}
	return readNode(b)
}

// node is the address of the newest description that we read, on host.
func (d jrd) node(host string, plain bool) string {
	for _, version := range []string{"2.1", "2.0"} {
		for _, l := range d.Links {
			if u, err := url.Parse(l.Href); l.Rel == relNode+version && err == nil && isAddress(l.Href, plain) && u.Host == host {
				return l.Href
			}
		}
	}
	return ""
}

func readNode(b []byte) (Software, error) {
	var in struct {
		Software struct {
			Name    string `json:"name"`
			Version string `json:"version"`
		} `json:"software"`
	}
	if err := json.Unmarshal(b, &in); err != nil {
		return Software{}, errs.Wrap(errs.Invalid, errUnread, err)
	}
	if !softwareForm.MatchString(in.Software.Name) {
		return Software{}, errSoftware
	}
	s := Software{in.Software.Name, text.Clean(in.Software.Version)}
	if utf8.RuneCountInString(s.Version) > maxVersion {
		s.Version = string([]rune(s.Version)[:maxVersion])
	}
	return s, nil
}
