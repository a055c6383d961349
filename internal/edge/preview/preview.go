// Package preview asks pages elsewhere what they say of themselves, for the
// previews under posts. A page is a stranger's: it is called through netsafe,
// its head alone is read, up to a limit and a deadline, and of it only plain
// words and one picture are kept, made anew. It runs nothing, and shows
// nobody's markup.
package preview

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html/charset"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/links"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/work"
)

// The limits of what is read.
const (
	MaxPage  = 1 << 20  // bytes of a page, unpacked; what comes after is not read
	maxEmbed = 64 << 10 // of an oEmbed answer
	MaxImage = 8 << 20

	fetchTimeout = 40 * time.Second // for all calls that one page takes
	fetchTries   = 3
	fetchAtOnce  = 8
)

// Pictures makes a small picture of a large one, and keeps it.
type Pictures interface {
	MakePreview(ctx context.Context, r io.Reader) (social.Media, error)
}

// Fetcher asks.
type Fetcher struct {
	Links    *links.Service
	Client   *http.Client // made by netsafe
	Pictures Pictures
	Agent    string // what we call ourselves
	sites    sites
}

// Worker asks the pages that posts lead to. What cannot be had now is tried
// again, a few times; what is no page is noted as such.
func (f *Fetcher) Worker() work.Worker {
	return work.Worker{Kind: links.Job, AtOnce: fetchAtOnce, Timeout: fetchTimeout, Tries: fetchTries, Do: func(ctx context.Context, args []byte) error {
		var which social.LinkID
		if err := json.Unmarshal(args, &which); err != nil {
			return errs.Wrap(errs.Invalid, "This job does not name a link.", err)
		}
		l, err := f.Links.Wanted(ctx, which)
		if err != nil && errs.KindOf(err) == errs.NotFound {
			return nil // done, or gone
		}
		if err != nil {
			return err
		}
		said, fault := f.Fetch(ctx, l.URL)
		if fault == nil {
			return f.Links.Found(ctx, which, said)
		}
		if errs.KindOf(fault) == errs.Unavailable {
			return fault
		}
		return f.Links.Missed(context.WithoutCancel(ctx), which)
	}}
}

// Fetch asks one page. Unavailable is for what may be better later, and
// work.ErrLater for a page whose site is asked for others.
func (f *Fetcher) Fetch(ctx context.Context, link string) (social.Link, error) {
	v := &visit{Fetcher: f}
	defer v.leave()
	l, err := v.read(ctx, link)
	if v.busy { // or it would be kept without its picture
		err = errBusy
	}
	return l, err
}

func (f *visit) read(ctx context.Context, link string) (social.Link, error) {
	resp, err := f.get(ctx, link, "text/html, application/xhtml+xml;q=0.9")
	if err != nil {
		return social.Link{}, err
	}
	defer resp.Body.Close()
	kind := resp.Header.Get("Content-Type")
	if t, _, _ := mime.ParseMediaType(kind); t != "text/html" && t != "application/xhtml+xml" {
		return social.Link{}, errs.New(errs.Invalid, "This is no page.")
	}
	body, err := charset.NewReader(io.LimitReader(resp.Body, MaxPage), kind)
	if err != nil { // an empty page
		return social.Link{}, errs.Wrap(errs.Invalid, "This page cannot be read.", err)
	}
	p := readHead(body)
	p.base = resp.Request.URL
	if p.title() == "" && p.embed != "" {
		f.askEmbed(ctx, p)
	}
	l := p.link()
	if l.Title != "" && p.image() != "" {
		f.picture(ctx, p, &l)
	}
	return l, ctx.Err()
}

// get calls an address; anything but a plain answer is an error.
func (f *visit) get(ctx context.Context, address, accept string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, "This is no address.", err)
	}
	r.Header.Set("User-Agent", f.Agent)
	r.Header.Set("Accept", accept)
	if err := f.enter(r.URL); err != nil {
		return nil, err
	}
	resp, err := f.client().Do(r)
	if err != nil {
		if k := errs.KindOf(err); k == errs.Forbidden || k == errs.Invalid { // netsafe does not call it
			return nil, err
		}
		return nil, errs.Wrap(errs.Unavailable, "The page cannot be reached.", err)
	}
	if resp.StatusCode == http.StatusOK && resp.Header.Get("Content-Encoding") == "" { // gzip is unpacked already
		return resp, nil
	}
	resp.Body.Close()
	if s := resp.StatusCode; s == http.StatusTooManyRequests || s >= 500 {
		return nil, errs.Newf(errs.Unavailable, "The page answers %d.", s)
	}
	return nil, errs.Newf(errs.Invalid, "The page answers %d.", resp.StatusCode)
}

// picture keeps the picture a page names. One that cannot be had is not missed.
func (f *visit) picture(ctx context.Context, p *page, l *social.Link) {
	address := p.absolute(p.image())
	if address == "" {
		return
	}
	resp, err := f.get(ctx, address, "image/*")
	if err != nil {
		return
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, MaxImage+1))
	if err != nil || len(data) > MaxImage {
		return
	}
	m, err := f.Pictures.MakePreview(ctx, bytes.NewReader(data))
	if err != nil {
		return
	}
	l.Image, l.Blurhash, l.Width, l.Height = m.Preview, m.Blurhash, m.Small.Width, m.Small.Height
}

// absolute is an address on a page in full, or empty if it leads nowhere on
// the web.
func (p *page) absolute(address string) string {
	u, err := p.base.Parse(strings.TrimSpace(address))
	if err != nil || address == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || len(u.String()) > social.MaxLinkURL {
		return ""
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath, RawQuery: u.RawQuery}).String()
}
