package preview

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"golang.org/x/net/publicsuffix"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/work"
)

// MaxAtSite is how many pages of one site are asked at once: a slow one must
// not keep the others waiting.
const MaxAtSite = 2

var errBusy = errs.Wrap(errs.Unavailable, "The site is asked already.", work.ErrLater)

// sites counts who is at each. Nobody waits for a turn, where pages of other
// sites could be asked; the job comes again.
type sites struct {
	mu sync.Mutex
	at map[string]int
}

func (s *sites) enter(site string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.at[site] >= MaxAtSite {
		return false
	}
	if s.at == nil {
		s.at = map[string]int{}
	}
	s.at[site]++
	return true
}

func (s *sites) leave(site string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.at[site]--; s.at[site] == 0 {
		delete(s.at, site)
	}
}

// A visit is one page that is asked, with all that it leads to: it takes one
// turn at each site, wherever it is sent on, and gives them back at its end.
type visit struct {
	*Fetcher
	held []string
	busy bool // some site had no turn left
}

func (f *visit) enter(u *url.URL) error {
	site := siteOf(u)
	if slices.Contains(f.held, site) {
		return nil
	}
	if !f.sites.enter(site) {
		f.busy = true
		return errBusy
	}
	f.held = append(f.held, site)
	return nil
}

func (f *visit) leave() {
	for _, site := range f.held {
		f.sites.leave(site)
	}
}

// client is that of the Fetcher, which also takes turns where answers send it
// on to.
func (f *visit) client() *http.Client {
	c := *f.Client
	c.CheckRedirect = func(to *http.Request, via []*http.Request) error {
		if err := f.Client.CheckRedirect(to, via); err != nil {
			return err
		}
		return f.enter(to.URL)
	}
	return &c
}

// siteOf is whose host it is: a site has as many names below its own as it
// likes.
func siteOf(u *url.URL) string {
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if site, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return site
	}
	return host // an address, or a name like localhost
}
