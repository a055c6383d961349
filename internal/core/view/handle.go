package view

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// OwnHost reports whether host, in any case, is how the house is called: by
// what follows the second @ in the addresses of our people, or by where it
// stands.
func (v *View) OwnHost(host string) bool {
	host = strings.TrimSuffix(host, ".")
	if clean, err := social.CleanHost(host); err == nil {
		host = clean
	}
	return slices.ContainsFunc(v.Names.hosts(v.config.HandleHost), func(own string) bool { return strings.EqualFold(host, own) })
}

// HoldsUs reports whether what is decided about a host, and so about all below
// it, would be about the house itself.
func (v *View) HoldsUs(host string) bool {
	for _, own := range v.Names.hosts(v.config.HandleHost) {
		name, err := social.CleanHost(own)
		if err == nil && social.HostWithin(name, host) {
			return true
		}
	}
	return v.OwnHost(host)
}

// AccountAt returns the account of ours that an address names, its actor's or
// its page's, or NotFound. Who has not been let in yet is not there.
func (v *View) AccountAt(ctx context.Context, address string) (*Face, error) {
	u, err := url.Parse(address)
	if err != nil || u.User != nil || u.RawQuery != "" || u.Fragment != "" || !v.stands(u.Scheme+"://"+u.Host) {
		return nil, store.NoPost
	}
	path := strings.TrimSuffix(u.Path, "/")
	if place, ok := v.Base.ParseURI(string(v.Base) + path); ok && place.Account != 0 && place.Part == "" {
		return v.ours(v.Face(ctx, place.Account))
	}
	acct, ok := strings.CutPrefix(path, "/@")
	name, host, foreign := strings.Cut(acct, "@")
	if !ok || foreign && !v.OwnHost(host) {
		return nil, store.NoPost
	}
	return v.Named(ctx, name, "")
}

// stands reports whether the house is, or was, at an address.
func (v *View) stands(address string) bool {
	return slices.ContainsFunc(v.All(), func(b Base) bool { return strings.EqualFold(address, string(b)) })
}

func (v *View) ours(f *Face, err error) (*Face, error) {
	if err == nil && (!f.Local() || f.Standing == social.Pending) {
		return nil, store.NoPost
	}
	return f, err
}
