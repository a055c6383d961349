package view

import (
	"net/url"
	"strings"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
)

// Bases are all addresses under which something of ours may be named.
type Bases []Base

// ParseURI is Base.ParseURI for all of them.
func (b Bases) ParseURI(uri string) (Place, bool) {
	for _, one := range b {
		if p, ok := one.ParseURI(uri); ok {
			return p, true
		}
	}
	return Place{}, false
}

// Hold reports whether an address is at one of them.
func (b Bases) Hold(uri string) bool {
	for _, one := range b {
		if social.SameHost(uri, string(one)) {
			return true
		}
	}
	return false
}

// Names make and read the ids of a house that may have been called otherwise.
// Base is the one under which is spoken. What a post is called goes by its age:
// other servers know it under what it was called when it was made.
type Names struct {
	Base
	house  social.HouseNames
	stood  []stay
	others Bases // all but Base
}

// A stay is a name that the house had, for what has a smaller id.
type stay struct {
	Base
	before int64
}

// NamesOf returns them, for who speaks under one of them.
func NamesOf(spoken string, n social.HouseNames) Names {
	if n.Now.URL == "" {
		n.Now.URL = spoken
	}
	all := Names{Base: Base(spoken), house: n}
	for _, f := range n.Former {
		all.stood = append(all.stood, stay{Base(f.URL), id.Floor(f.Until)})
	}
	for _, o := range append([]social.HouseName{n.Now}, n.Others()...) {
		if o.URL != spoken {
			all.others = append(all.others, Base(o.URL))
		}
	}
	return all
}

// All are all names of the house, the one that is spoken under first.
func (n Names) All() Bases { return append(Bases{n.Base}, n.others...) }

// Others are the names that are not spoken under.
func (n Names) Others() Bases { return n.others }

// House is what the house is called.
func (n Names) House() social.HouseNames { return n.house }

// Current is where the house stands now, whatever is spoken under.
func (n Names) Current() Base { return Base(n.house.Now.URL) }

// Is reports whether an address is at the name that is spoken under.
func (n Names) Is(uri string) bool { return strings.HasPrefix(uri, string(n.Base)+"/") }

// Next reports whether an address is where the house goes when it has to.
func (n Names) Next(uri string) bool {
	return n.house.Next.URL != "" && strings.HasPrefix(uri, n.house.Next.URL+"/")
}

// At is the name that the house had when something with an id was made.
func (n Names) At(made int64) Base {
	for _, s := range n.stood {
		if made < s.before {
			return s.Base
		}
	}
	return n.Current()
}

// ParseURI is Base.ParseURI under all names.
func (n Names) ParseURI(uri string) (Place, bool) {
	if p, ok := n.Base.ParseURI(uri); ok {
		return p, true
	}
	return n.others.ParseURI(uri)
}

// PostURI is a post of ours.
func (n Names) PostURI(which social.PostID) string { return n.At(int64(which)).PostURI(which) }

// BoostURI is a boost by one of ours.
func (n Names) BoostURI(boost social.PostID) string { return n.At(int64(boost)).BoostURI(boost) }

// ThreadURI is a thread that was opened here.
func (n Names) ThreadURI(thread social.PostID) string { return n.At(int64(thread)).ThreadURI(thread) }

// StampURI is our author's consent to being quoted by a post.
func (n Names) StampURI(quoting social.PostID) string {
	return n.At(int64(quoting)).StampURI(quoting)
}

// ReplyStampURI is our author's consent to a reply.
func (n Names) ReplyStampURI(reply social.PostID) string {
	return n.At(int64(reply)).ReplyStampURI(reply)
}

// Under is the View of who speaks under another name of the house. It shares
// what is in memory.
func (v *View) Under(spoken Base) *View {
	other := *v
	other.Names = NamesOf(string(spoken), v.house)
	return &other
}

// hosts are what the house is called in addresses of people, and where it
// stands, under all its names.
func (n Names) hosts(handle string) []string {
	out := []string{handle}
	for _, b := range n.All() {
		if u, err := url.Parse(string(b)); err == nil {
			out = append(out, u.Host)
		}
	}
	for _, o := range append(n.house.Others(), n.house.Now) {
		if o.Host != "" {
			out = append(out, o.Host)
		}
	}
	return out
}
