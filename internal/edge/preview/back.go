package preview

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/work"
)

// Limits of a page that may link back, beside MaxPage.
const (
	maxPageTokens = 100_000
	maxLinkHeader = 8 << 10 // bytes of all Link headers
)

// LinksBack asks a page whether it says, by rel="me" on a link in it or in a
// header, that it is the same person's as one of some addresses. Another site
// that it leads to says nothing of it: many lead wherever one likes. An error is
// for what has nothing to do with the page.
func (f *Fetcher) LinksBack(ctx context.Context, page string, to []string) (social.LinkBack, error) {
	v := &visit{Fetcher: f}
	defer v.leave()
	said, err := v.linksBack(ctx, page, to)
	switch {
	case v.busy || errors.Is(err, work.ErrLater):
		return said, errBusy
	case ctx.Err() != nil:
		return said, errs.Wrap(errs.Unavailable, "The page could not be asked in time.", ctx.Err())
	case err != nil:
		return social.Unread, nil // whatever is wrong with it
	}
	return said, nil
}

func (f *visit) linksBack(ctx context.Context, page string, to []string) (social.LinkBack, error) {
	asked, err := url.Parse(page)
	if err != nil || asked.Scheme != "https" {
		return social.LinksNot, nil
	}
	one, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	resp, err := f.get(one, page, "text/html, application/xhtml+xml;q=0.9, */*;q=0.1")
	if err != nil {
		return social.Unread, err
	}
	defer resp.Body.Close()
	at := resp.Request.URL
	if at.Scheme != "https" || siteOf(at) != siteOf(asked) {
		return social.LinksNot, nil
	}
	wanted := func(href string) bool { return leads(at, href, to) }
	if headerLinks(strings.Join(resp.Header.Values("Link"), ", "), wanted) {
		return social.LinksBack, nil
	}
	kind := resp.Header.Get("Content-Type")
	if t, _, _ := mime.ParseMediaType(kind); t != "text/html" && t != "application/xhtml+xml" {
		return social.LinksNot, nil
	}
	whole := &faults{r: io.LimitReader(resp.Body, MaxPage)}
	body, err := charset.NewReader(whole, kind)
	if err == nil && pageLinks(body, wanted) {
		return social.LinksBack, nil
	}
	// A page that broke off may have linked back further down. One that took too
	// long can also end cleanly: its server sees that we hang up.
	if late := resp.Request.Context().Err(); whole.err != nil || late != nil {
		return social.Unread, errors.Join(whole.err, late)
	}
	return social.LinksNot, nil
}

// faults is a reader that remembers what went wrong: those who read from it
// take that for the end.
type faults struct {
	r   io.Reader
	err error
}

// Read implements io.Reader.
func (f *faults) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		f.err = err
	}
	return n, err
}

// leads reports whether href, on a page, is one of some addresses.
func leads(at *url.URL, href string, to []string) bool {
	if len(href) > maxValue {
		return false
	}
	u, err := at.Parse(strings.TrimSpace(href))
	if err != nil || u.User != nil || u.RawQuery != "" {
		return false
	}
	u.Fragment, u.RawFragment = "", ""
	plain := strings.TrimRight(u.String(), "/")
	return slices.ContainsFunc(to, func(address string) bool { return strings.EqualFold(plain, address) })
}

// isMe reports whether a rel says that a link is the same person's. What a site
// marks as its readers' own is not its own word.
func isMe(rel string) bool {
	words := strings.Fields(strings.ToLower(rel))
	return slices.Contains(words, "me") && !slices.Contains(words, "ugc")
}

// pageLinks reports whether there is such a link in a page that is wanted.
func pageLinks(r io.Reader, wanted func(href string) bool) (found bool) {
	tokens(r, maxPageTokens, MaxPage, func(z *html.Tokenizer, kind html.TokenType) bool {
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
			return true
		}
		if name, _ := z.TagName(); string(name) != "a" && string(name) != "link" {
			return true
		}
		at := attributes(z)
		found = isMe(at["rel"]) && wanted(at["href"])
		return !found
	})
	return found
}

// attributes are those of an element; the first of a name counts.
func attributes(z *html.Tokenizer) map[string]string {
	at := map[string]string{}
	for range maxThings {
		key, val, more := z.TagAttr()
		if _, there := at[string(key)]; !there {
			at[string(key)] = string(val)
		}
		if !more {
			break
		}
	}
	return at
}

// headerLinks reports the same of what a page says in Link headers (RFC 8288).
func headerLinks(header string, wanted func(href string) bool) bool {
	for header = header[:min(len(header), maxLinkHeader)]; ; {
		_, rest, ok := strings.Cut(header, "<")
		if !ok {
			return false
		}
		href, rest, ok := strings.Cut(rest, ">")
		if !ok {
			return false
		}
		says, _, _ := strings.Cut(rest, "<") // up to the next link
		header = rest[len(says):]
		if isMe(relOf(says)) && wanted(href) {
			return true
		}
	}
}

// relOf is the rel among the parameters of a link; the first counts.
func relOf(says string) string {
	for _, p := range strings.Split(strings.TrimRight(strings.TrimSpace(says), ","), ";") {
		name, value, _ := strings.Cut(p, "=")
		if strings.EqualFold(strings.TrimSpace(name), "rel") {
			return strings.Trim(strings.TrimSpace(value), `"`)
		}
	}
	return ""
}
